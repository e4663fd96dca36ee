"""apply --queue: all pending proposals that can land, one commit each, in an order in which they do.

By id, whoever fits; where somebody is left over, the order is looked for that lands the most (`landing_order`). Each
landing is planned on the tip that it meets, as `apply` does it: an order is a wish, never a promise.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import field, replace

from spine.actions.apply import AlreadyApplied, Applied, Applying, PlanConflicts, branch_ref
from spine.actions.landing_order import Ordering
from spine.actions.locate import Located, drafts_of
from spine.actions.propose import Prepared, prepare
from spine.actions.rehearsal import Candidate, Rehearsal
from spine.actions.remembered import LedgerMemory
from spine.actions.renumber import NoCollision
from spine.actions.resolve import Unresolved, settled_successor
from spine.actions.touching import Index, places_finder, touches_of
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Exit, SpineError, worst
from spine.ids import ProposalId
from spine.ledger.reading import Ledger, Stored
from spine.ledger.status import statuses
from spine.repository import CommitId, Landed, TreeSnapshot, land, resolve, snapshot_of
from spine.repository.pushing import Chain, Pushed, land_by_push
from spine.repository.remotes import find_remote

# What one proposal meets, the next will meet too: the queue ends there.
_OF_ALL = frozenset({"SP601", "SP607", "SP609", "SP612", "SP613", "SP618", "SP619", "SP620", "SP621"})
_LARGE_FILES = 8  # versions of a binding that may wait in memory to be freed


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that did not land, and why."""

    id: str
    error: SpineError


@dataclass(frozen=True, slots=True)
class Moved:
    """A proposal whose new gaps got other numbers in a successor, which landed in its place."""

    id: str
    successor: str
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Queued:
    """What became of the queue: landed and already there, in order, and who waits. `stopped` ended it early, `drafts`
    counts those that nobody has committed, which are no part of a queue.

    After a push `remote` has the branch, and `behind` says why the local one did not follow, if it did not.
    `renumbered` are proposals whose gaps had numbers of others, and which landed as successors.
    """

    branch: str
    landed: tuple[Applied, ...]
    there: tuple[AlreadyApplied, ...]
    waiting: tuple[Waiting, ...]
    stopped: SpineError | None = None
    drafts: int = 0
    remote: str | None = None
    behind: str | None = None
    renumbered: tuple[Moved, ...] = ()

    @property
    def exit_code(self) -> Exit:
        """0 if nobody waits, else the worst reason."""
        codes = [Exit(one.error.exit_code) for one in self.waiting]
        return worst([*codes, *([Exit(self.stopped.exit_code)] if self.stopped is not None else [])])


def apply_queue(work: Workspace, *, branch: str | None = None, renumbers: bool = False) -> Queued:
    """Land all that can on a branch (default: the one that is checked out), with the lock held for each by itself.

    `renumbers`: whose new gaps have numbers that others have by then lands as a successor with free ones.
    """
    ref = branch_ref(work, branch)
    run = _Run(work, ref, renumbers=renumbers)

    def one(applying: Applying) -> Applied | AlreadyApplied:
        reason = f"spine: apply {applying.text}"
        landed = land(work.repo, ref, applying.decide, reason=reason, wait=work.wait)
        if isinstance(landed, Landed):
            assert applying.plan is not None
            return Applied(applying.plan, landed.commit, ref, landed.left_alone)
        assert applying.done is not None
        return applying.done

    run.all(lambda: resolve(work.repo, ref), one)
    return run.ended()


def apply_queue_push(
    work: Workspace, remote: str | None = None, *, branch: str | None = None, renumbers: bool = False
) -> Queued:
    """The same on the remote's branch: all commits in one push, and anew if others were first."""
    ref = branch_ref(work, branch)
    runs: list[_Run] = []

    def fill(chain: Chain) -> None:
        run = _Run(work, ref, renumbers=renumbers)
        runs[:] = [run]

        def one(applying: Applying) -> Applied | AlreadyApplied:
            commit = chain.add(applying.decide)
            if commit is not None:
                assert applying.plan is not None
                return Applied(applying.plan, commit, ref, ())
            assert applying.done is not None
            return applying.done

        run.all(lambda: chain.tip, one)
        if run.stopped is not None:
            raise run.stopped  # nothing is pushed yet: what stops the queue stops it whole

    found = find_remote(work.repo, remote, ref)
    done = land_by_push(work.repo, ref, found, fill, reason="spine: apply --queue", wait=work.wait)
    if isinstance(done, Pushed):
        return runs[0].ended(done.remote, done.behind)
    return runs[0].ended()


@dataclass(slots=True)
class _Run:
    """One way through the queue."""

    work: Workspace
    ref: str
    renumbers: bool = False
    renumbered: list[Moved] = field(default_factory=list)
    landed: list[Applied] = field(default_factory=list)
    there: list[AlreadyApplied] = field(default_factory=list)
    waiting: dict[str, SpineError] = field(default_factory=dict)
    stopped: SpineError | None = None
    drafts: int = 0
    memory: LedgerMemory = field(default_factory=LedgerMemory)

    def all(self, tip: Callable[[], CommitId], one: Callable[[Applying], Applied | AlreadyApplied]) -> None:
        """Land whoever fits, again as long as somebody does; then nobody is left who could. `tip` is where the branch
        stands."""
        tree = snapshot_of(self.work.repo, tip())
        ledger = self.memory.read(tree)
        known = statuses(ledger)
        self.drafts = len(drafts_of(self.work.repo, ledger).proposals)
        left = _order(self.work, tree, ledger, [id_ for id_, status in known.items() if status == "pending"])
        while left:
            count = len(self.landed)
            self.waiting.clear()
            for id_ in left:
                if self.stopped is None:
                    self._one(id_, tip, one)
            left = list(self.waiting)
            if self.stopped is not None or len(self.landed) == count:
                return

    def _one(self, id_: str, tip: Callable[[], CommitId], one: Callable[[Applying], Applied | AlreadyApplied]) -> None:
        try:
            try:
                done = one(Applying(self.work, id_, read=self.memory.read))
            except PlanConflicts as conflicts:
                found = self._renumbered(id_, tip()) if self.renumbers else None
                if found is None:
                    raise
                made, numbers = found
                try:
                    done = one(
                        Applying(self.work, made.proposal.id, made.contents, made.proposal.id, read=self.memory.read)
                    )
                except PlanConflicts:
                    raise conflicts from None
                self.renumbered.append(Moved(id_, made.proposal.id, numbers))
        except SpineError as error:
            if error.code in _OF_ALL:
                self.stopped = error
            else:
                self.waiting[id_] = error
            return
        if isinstance(done, Applied):
            self.landed.append(_without_bytes(done))
            if len(self.landed) % _LARGE_FILES == 0:
                gc.collect()  # trees of texts hold themselves; a large binding's is some ten megabytes
        else:
            self.there.append(done)

    def _renumbered(self, id_: str, tip: CommitId) -> tuple[Prepared, Mapping[str, str]] | None:
        """The successor of a proposal whose gaps have numbers that others have by now, made for the tip and written
        nowhere; None where that is not what is in its way."""
        tree = snapshot_of(self.work.repo, tip)
        ledger = self.memory.read(tree)
        located = Located(ledger.proposals[id_], is_draft=False)
        taken = [number for moved in self.renumbered for number in moved.numbers.values()]
        try:
            made = settled_successor(self.work, tip, tree, ledger, located, renumbers=True, taken=taken)
        except (NoCollision, Unresolved):
            return None
        last = self.renumbered[-1].successor if self.renumbered else None
        after = ProposalId.parse(last) if last is not None else None
        return prepare(self.work, made.gathered, made.wanted, after=after), made.numbers

    def ended(self, remote: str | None = None, behind: str | None = None) -> Queued:
        """What has become of all."""
        waiting = tuple(Waiting(id_, error) for id_, error in sorted(self.waiting.items()))
        return Queued(
            self.ref, tuple(self.landed), tuple(self.there), waiting, self.stopped, self.drafts, remote, behind,
            tuple(self.renumbered),
        )  # fmt: skip


def _without_bytes(done: Applied) -> Applied:
    """A landing to be told of, without the files: hundreds of versions of a large one would fill the memory."""
    files = tuple(replace(file, before=None, after=None) for file in done.plan.files)
    return replace(done, plan=replace(done.plan, files=files))


def _order(work: Workspace, tree: TreeSnapshot, ledger: Ledger, ids: list[str]) -> list[str]:
    """The ids in the order to try them in: as they are, unless some would be left over that another order lands."""
    candidates: dict[str, Candidate] = {}
    others: list[str] = []
    for id_ in ids:
        stored: Stored = ledger.proposals[id_]
        if stored.proposal is None:
            others.append(id_)
        else:
            candidates[id_] = Candidate(stored, stored.proposal, is_draft=False)
    stage = Rehearsal(work.repo, tree, ledger, candidates)
    fitting = [id_ for id_ in candidates if stage.refusal(id_) is None]
    places = places_finder(tree)
    index = Index({id_: list(touches_of(candidates[id_].proposal, ledger.settings, places)) for id_ in fitting})
    related = sorted(index.related())
    # Who has nothing to do with anybody lands in any order or in none: nothing is to be rehearsed.
    if not (related or stage.is_linked) or stage.lands_all(fitting):
        return ids
    found = Ordering(stage, sorted(fitting), related, ()).run()
    first = [*found.order, *found.there]
    return [*first, *(id_ for id_ in ids if id_ not in first)]
