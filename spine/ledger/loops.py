"""The loops of one tree, with the proposals and gaps that belong to each, and what follows: blocked by, still open.

Nothing of this is stored anywhere. The tree decides; where commits come in, a `History` is asked, if there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Literal, Protocol

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import find_matching, near
from spine.ledger.bindings import Bindings, Documents
from spine.ledger.budget import Budget
from spine.ledger.criteria import Computed, Ground, compute
from spine.ledger.gaps import Gaps, read_gaps
from spine.ledger.reading import Files, Ledger, Stored, read_ledger, settings_of
from spine.ledger.status import Status, statuses
from spine.records.criterion_check import read_check
from spine.records.gap import Gap, read_gap
from spine.records.loop import SUFFIX, Loop, id_of_path, read_loop
from spine.records.loop_front import is_closed
from spine.records.loop_outline import Item
from spine.records.settings import Settings

OpenKind = Literal["criterion", "phase", "gap", "proposal"]

_GAP = re.compile(r"GAP-[A-Z][A-Z0-9]*-[0-9]+")
_LOOP = re.compile(r"LOOP-[A-Z0-9][\w-]*\w")
_REASON = re.compile(r"\([^()]*[^\W\d_][^()]*\)[.]?$|[ ](?:—|–|--)[ ]\S|\b(?i:deferred|blocked|pending|waived)\b")


class NoSuchLoop(Refused):
    """No loop of the tree, or more than one, is what the text means."""

    code = "SP064"


class History(Protocol):
    """The commits that a tree stands on."""

    def landing(self, proposal: str) -> str | None:
        """The full id of the commit that landed a proposal; None if none did, or it cannot be told."""

    def commit(self, text: str) -> str | None:
        """The full id of the commit that an abbreviation means, None if it means none."""

    def follow_ups(self, path: str) -> tuple[str, ...]:
        """The proposals that landed after the loop with this file was last closed; none while it is open."""

    def files_when_closed(self, path: str) -> Files | None:
        """The tree of the commit that last closed the loop with this file; None while it is open, or if unknown."""

    def files_at(self, revision: str) -> Files | None:
        """The tree of a revision; None if there is no such commit."""

    @property
    def is_whole(self) -> bool:
        """Whether all of the history is there, so that what is not found does not exist."""


@dataclass(frozen=True, slots=True)
class Open:
    """Something of a loop that is not done: `name` is how the command line calls it, `line` where it stands in it."""

    kind: OpenKind
    name: str
    text: str
    line: int | None = None


@dataclass
class LoopLedger:
    """One tree: its loops by path, its gaps by id, its proposals with their status."""

    files: Files
    settings: Settings
    # What somebody has read of that tree already.
    read: Ledger | None = None
    documents: Documents | None = None
    known_gaps: Gaps | None = None

    @cached_property
    def ledger(self) -> Ledger:
        """The proposals."""
        return self.read if self.read is not None else read_ledger(self.files, settings=self.settings)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The scope files below the loops' folder, in subfolders too."""
        return tuple(path for path in self.files.paths(self.settings.folders.loops) if path.endswith(SUFFIX))

    @cached_property
    def loops(self) -> dict[str, Loop]:
        """All loops by path."""
        return {path: self.loop(path) for path in self.paths}

    @cached_property
    def gaps(self) -> dict[str, Gap]:
        """The gaps that can be read, by id; of the others their own check speaks."""
        found: dict[str, Gap] = {}
        for path in self.files.paths(self.settings.folders.gaps):
            if path.endswith(".yaml"):
                try:
                    gap = read_gap((self.files.read(path) or b"").decode("utf-8"), file=path)
                except (Refused, UnicodeDecodeError):
                    continue
                found.setdefault(gap.id, gap)
        return found

    @cached_property
    def ground(self) -> Ground:
        """The tree as checks of criteria look at it."""
        gaps = self.known_gaps if self.known_gaps is not None else read_gaps(self.files, self.settings)
        return Ground(Bindings(self.documents or Documents(self.files), self.settings), gaps.by_id())

    @cached_property
    def _computed(self) -> dict[str, dict[int, Computed | Refused]]:
        return {}

    def computed(self, loop: Loop) -> dict[int, Computed | Refused]:
        """What the checks of a loop compute, by the number of their criterion; `Refused` where one cannot be read."""
        if loop.file not in self._computed:
            self._computed[loop.file] = compute_checks(loop, self.ground)
        return self._computed[loop.file]

    def is_to_be_ticked(self, loop: Loop, number: int) -> bool:
        """Whether a criterion of an open loop, not ticked, is so by its check, and no open gap blocks it."""
        one = next((one for one in loop.criteria if one.number == number), None)
        made = self.computed(loop).get(number)
        if loop.is_closed or one is None or one.mark in ("met", None) or self.blocking(loop, number):
            return False
        return isinstance(made, Computed) and made.answer == "true"

    @cached_property
    def _closed(self) -> dict[str, LoopLedger | None]:
        return {}

    def when_closed(self, loop: Loop, history: History | None) -> LoopLedger | None:
        """The tree that a closed loop was closed in, of which its claims are; None if there is none or unknown."""
        if loop.file not in self._closed:
            files = history.files_when_closed(loop.file) if history is not None and loop.is_closed else None
            try:
                self._closed[loop.file] = None if files is None else LoopLedger(files, settings_of(files))
            except Refused:
                self._closed[loop.file] = None
        return self._closed[loop.file]

    @cached_property
    def statuses(self) -> dict[str, Status]:
        """The status of every proposal."""
        return statuses(self.ledger)

    def text(self, path: str) -> str:
        """The text of a scope file. Raises `Refused` if it is none."""
        data = self.files.read(path)
        try:
            return (data or b"").decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place(path)) from error

    def loop(self, path: str) -> Loop:
        """One loop; what is no UTF-8 in it is read as replacement characters, which are in no id and no box."""
        return _read((self.files.read(path) or b"").decode("utf-8", "replace"), path)

    def find(self, text: str) -> str:
        """The path of the loop that a text (id, beginning, part of it, or path) means. Raises `NoSuchLoop`."""
        if text in self.paths:
            return text
        by_id = {id_of_path(path): path for path in self.paths}
        found = find_matching(text, list(by_id))
        if len(found) == 1:
            return by_id[found[0]]
        if found:
            listed = ", ".join(found[:5]) + (", …" if len(found) > 5 else "")
            raise NoSuchLoop(f"several loops fit: {listed}", place=Place(text), hint="give more of the id")
        close = near(text, list(by_id))
        hint = f"did you mean {close[0]}?" if close else "spine loop list"
        raise NoSuchLoop("no loop has this id", place=Place(text), hint=hint)

    def gaps_of(self, loop: Loop) -> tuple[Gap, ...]:
        """The gaps that were found in a loop."""
        return tuple(gap for gap in self.gaps.values() if gap.loop == loop.id)

    def proposals_of(self, loop: Loop) -> tuple[Stored, ...]:
        """The proposals that belong to a loop, oldest first."""
        known = self.ledger.proposals.values()
        return tuple(one for one in known if one.proposal is not None and one.proposal.loop == loop.id)

    def blocking(self, loop: Loop, number: int) -> tuple[Gap, ...]:
        """The open gaps that block a criterion."""
        name = f"{loop.id}#{number}"
        return tuple(gap for gap in self.gaps.values() if gap.status == "open" and name in gap.blocks)

    def blocked_by(self, loop: Loop) -> tuple[str, ...]:
        """What a loop waits for: what it says itself (of loops: while they are open), and gaps that block criteria."""
        ended = {one.id for one in self.loops.values() if one.is_closed}
        said = []
        for text in loop.front.all("blocked_by"):
            named = _LOOP.findall(text)
            if not named or any(one not in ended for one in named):
                said.append(text)
        gaps = [gap.id for one in loop.criteria for gap in self.blocking(loop, one.number) if one.mark != "met"]
        return tuple(dict.fromkeys([*said, *gaps]))

    def still_open(self, loop: Loop) -> tuple[Open, ...]:
        """What closing has to answer for: open boxes, ticks that the data contradicts, open gaps that nothing defers,
        pending proposals.
        """
        deferred = deferred_ids(loop)
        found: list[Open] = []
        for one in loop.criteria:
            made = self.computed(loop).get(one.number) if one.mark == "met" else None
            if isinstance(made, Computed) and made.answer == "false":
                text = f"{one.text} (ticked, and not so: {made.why})"
                found.append(Open("criterion", str(one.number), text, one.line))
        for name, item in loop.items():
            if item.mark is not None and item.mark != "met" and not is_deferred(loop, name, item, self):
                found.append(Open("criterion" if name[0].isdigit() else "phase", name, item.text, item.line))
        for gap in self.gaps_of(loop):
            if gap.status == "open" and gap.id not in deferred:
                found.append(Open("gap", gap.id, gap.title))
        for stored in self.proposals_of(loop):
            if self.statuses[stored.id] == "pending" and stored.id not in deferred and stored.proposal is not None:
                found.append(Open("proposal", stored.id, stored.proposal.title))
        return tuple(found)


def compute_checks(loop: Loop, ground: Ground) -> dict[int, Computed | Refused]:
    """What the checks of a loop compute in a tree, which need not be the one that the loop is read from."""
    budget = Budget()
    found: dict[int, Computed | Refused] = {}
    for number, node in loop.front.checks.items():
        assert loop.front.document is not None
        try:
            check = read_check(loop.front.document, node)
        except Refused as error:
            found[number] = error
            continue
        found[number] = compute(check, loop.id, ground, budget)
    return found


def is_deferred(loop: Loop, name: str, item: Item, books: LoopLedger | None = None) -> bool:
    """Whether an item that is not met says where it went: a gap or a reason in its text, or a gap that blocks it.

    An open box counts only with the words that `defer` writes, or a gap that it names.
    """
    if item.mark == "partly" and _REASON.search(item.text):
        return True
    if item.mark == "partly" and books is not None and name.isdigit() and books.blocking(loop, int(name)):
        return True
    return bool(_GAP.search(item.text)) if item.mark == "partly" else "(deferred: " in item.text


def gaps_named(text: str) -> tuple[str, ...]:
    """The gaps that a text names."""
    return tuple(dict.fromkeys(_GAP.findall(text)))


def deferred_ids(loop: Loop) -> frozenset[str]:
    """Gaps and proposals that the remaining work, or an item deferred to them, names."""
    texts = [text for item in loop.remaining for text in _texts(item)]
    texts += [item.text for _, item in loop.items() if item.mark == "partly"]
    found = [id_ for text in texts for id_ in re.findall(r"(?:GAP|CP)-[A-Z0-9][\w-]*\w", text)]
    return frozenset(found)


def _texts(item: Item) -> Iterator[str]:
    yield item.text
    for part in item.parts:
        yield from _texts(part)


@lru_cache(maxsize=1024)
def _read(text: str, path: str) -> Loop:
    """Reading is a function of the text, and two ends of a range have most loops in common."""
    return read_loop(text, file=path)


def state_of(loop: Loop) -> Literal["open", "closed"]:
    """The status in one of two words."""
    return "closed" if is_closed(loop.status) else "open"
