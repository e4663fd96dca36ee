"""An order in which all open proposals land that can: found group by group, and proved by a rehearsal of the whole.

Groups have nothing in common: no related place, no proposal that both speak of. Within a group every order that could
land more is tried, as far as the number of tries goes. An order is deterministic: by id, where nothing else decides.
"""

from __future__ import annotations

from collections.abc import Iterable

from spine.actions.pairs import Pair
from spine.actions.plan import paths_of
from spine.actions.rehearsal import Fails, Fits, Rehearsal, Stand
from spine.change.merge import Conflict
from spine.dataclass import dataclass
from spine.ledger.reading import SETTINGS

MOST_TRIES = 600  # of landings in one group, before the best order found so far has to do
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Stuck:
    """A proposal that does not land, not even at the end of the order; `behind` are those it conflicts with."""

    id: str
    reason: str
    conflicts: tuple[tuple[str, Conflict], ...] = ()
    behind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ordered:
    """Who lands, in order, of whom nothing is left to land, and who is stuck. `is_most`: no order lands more."""

    order: tuple[str, ...]
    there: tuple[str, ...]
    stuck: tuple[Stuck, ...]
    is_most: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """A way through a group: who landed or was there already, in order, and where it ends."""

    done: tuple[str, ...]
    stand: Stand


class Ordering:
    """Open proposals in groups that have something in common, and the order in which they land."""

    def __init__(
        self, stage: Rehearsal, ids: list[str], related: Iterable[tuple[str, str]], pairs: tuple[Pair, ...]
    ) -> None:
        self.stage = stage
        self.ids = ids
        self.pairs = pairs
        self.group = {id_: id_ for id_ in ids}
        self.is_most = True
        for first, second in related:
            self._join(first, second)
        spoken_of: dict[str, str] = {}
        for id_ in ids:
            proposal = stage.candidates[id_].proposal
            for name in (id_, *proposal.requires, *proposal.supersedes, *filter(None, [proposal.undoes])):
                self._join(id_, spoken_of.setdefault(name, id_))

    def run(self) -> Ordered:
        """Order the groups, and prove the whole; where that shows a tie that nobody saw, the groups are joined."""
        for _ in range(_ROUNDS):
            order = self._whole()
            if not self._is_tied(order):
                return self._ended(order)
        self.is_most = False
        return self._ended(order)

    def _whole(self) -> tuple[str, ...]:
        """All groups' orders in one, the smallest id that is next in its group first."""
        self.is_most = True
        queues = [list(self._best(members)) for members in self._groups().values()]
        out: list[str] = []
        while any(queues):
            out.append(min((queue for queue in queues if queue), key=lambda queue: queue[0]).pop(0))
        return tuple(out)

    def _is_tied(self, order: tuple[str, ...]) -> bool:
        """Whether somebody fails who should not: then all who landed before in one of its files join its group."""
        stand = Stand()
        groups = self._groups()
        tied = False
        for at, id_ in enumerate(order):
            landed = self.stage.land(stand, id_)
            if isinstance(landed, Fits):
                stand = landed.stand
                continue
            if len(groups[self._of(id_)]) == 1 and isinstance(self.stage.land(Stand(), id_), Fails):
                continue  # it fits the tree itself no better: nobody else's doing
            near = [other for other in order[:at] if self._of(other) != self._of(id_) and self._meet(id_, other)]
            for other in near:
                self._join(id_, other)
            tied = tied or bool(near)
            self.is_most = self.is_most and bool(near)
        return tied

    def _ended(self, order: tuple[str, ...]) -> Ordered:
        """The order as it lands, then whoever still can; the reasons of the rest are those of the last stand."""
        stand = Stand()
        done: list[str] = []
        there: list[str] = []
        waiting = [*order, *(id_ for id_ in self.ids if id_ not in order)]
        while True:
            left: list[str] = []
            for id_ in waiting:
                landed = self.stage.land(stand, id_)
                if isinstance(landed, Fails):
                    left.append(id_)
                    continue
                stand = landed.stand
                (done if landed.outcome == "lands" else there).append(id_)
            if len(left) == len(waiting):
                break
            waiting = left
        stuck = tuple(self._stuck(stand, id_) for id_ in waiting)
        return Ordered(tuple(done), tuple(there), stuck, self.is_most)

    def _stuck(self, stand: Stand, id_: str) -> Stuck:
        fails = self.stage.land(stand, id_)
        assert isinstance(fails, Fails)
        ends = [
            pair.second if pair.first == id_ else pair.first
            for pair in self.pairs
            if id_ in (pair.first, pair.second) and pair.outcome in ("conflict", "in this order")
        ]
        return Stuck(id_, fails.reason, fails.conflicts, tuple(sorted(set(ends) & set(stand.landed))))

    # -- one group ----------------------------------------------------------------------------------------------------

    def _best(self, members: list[str]) -> tuple[str, ...]:
        """An order of a group that lands as many as any; one alone is not tried here, the proof of the whole does."""
        if len(members) == 1:
            return tuple(members)
        best = self._greedy(members)
        if len(best.done) == len(members):
            return best.done
        limit = self.stage.tries + MOST_TRIES
        todo = [(_Run((), Stand()), frozenset(members))]
        seen: set[object] = set()
        while todo:
            run, left = todo.pop()
            if len(run.done) > len(best.done):
                best = run
            if len(run.done) + len(left) <= len(best.done):
                continue
            if self.stage.tries > limit:
                self.is_most = False
                break
            for id_ in sorted(left, reverse=True):
                landed = self.stage.land(run.stand, id_)
                if isinstance(landed, Fails):
                    continue
                rest = left - {id_}
                mark = (rest, frozenset(landed.stand.landed), frozenset(landed.stand.files.items()))
                if mark not in seen:
                    seen.add(mark)
                    todo.append((_Run((*run.done, id_), landed.stand), rest))
        return best.done

    def _greedy(self, members: list[str]) -> _Run:
        """By id, whoever fits; again, until nobody is left who does."""
        run = _Run((), Stand())
        left = list(members)
        while True:
            waiting, left = left, []
            for id_ in waiting:
                landed = self.stage.land(run.stand, id_)
                if isinstance(landed, Fits):
                    run = _Run((*run.done, id_), landed.stand)
                else:
                    left.append(id_)
            if not left or len(left) == len(waiting):
                return run

    # -- who belongs together -------------------------------------------------------------------------------------

    def _groups(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for id_ in self.ids:
            found.setdefault(self._of(id_), []).append(id_)
        return found

    def _of(self, id_: str) -> str:
        while self.group[id_] != id_:
            id_ = self.group[id_]
        return id_

    def _join(self, one: str, other: str) -> None:
        if one in self.group and other in self.group:
            first, second = sorted((self._of(one), self._of(other)))
            self.group[second] = first

    def _meet(self, id_: str, other: str) -> bool:
        """Whether they have a file in common, or the other one's landing changes the settings."""
        theirs = self._paths(other)
        return SETTINGS in theirs or not theirs.isdisjoint(self._paths(id_))

    def _paths(self, id_: str) -> set[str]:
        return set(paths_of(self.stage.candidates[id_].proposal))
