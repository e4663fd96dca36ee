"""Two versions brought together by key, and where that is a conflict, both shown in marker blocks around the entry.

What fits is merged in both directions, so that either side of a block already has the other side's clean changes. The
block stands around the lines of the entry that the conflict names; an entry that shares its line with others (flow
style, the first key behind a dash) is shown with what it shares it with. `Unplaced` says that there is no such place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from spine.address import Address, Item, Key, Member, Step
from spine.change.diff import diff
from spine.change.halfway import Halfway, merge_what_fits
from spine.change.markers import Marks, mark, sides_of
from spine.change.merge import Conflict, Merged, Note, merge
from spine.change.operations import Change, Operation, Rename
from spine.change.places import Ambiguous, Places
from spine.change.rules import FileRules, Rule, RuleName
from spine.dataclass import dataclass
from spine.identity import field_node
from spine.yamldoc import pieces
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.source import shift
from spine.yamldoc.trivia import Trivia, layout, lines_text

_MIRRORED: dict[RuleName, RuleName] = {"ours": "theirs", "theirs": "ours"}


class NotByKey(Exception):
    """The versions cannot be merged by key; the message says why."""


class Unplaced(Exception):
    """They conflict, and no lines can be named for it."""

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        super().__init__("a conflict that no lines can be named for")
        self.conflicts = conflicts


@dataclass(frozen=True, slots=True)
class Marked:
    """What fits, with marker blocks for the conflicts."""

    text: str
    conflicts: tuple[Conflict, ...]
    notes: tuple[Note, ...]


def merge_versions(
    base: str, ours: str, theirs: str, rules: FileRules, find_marks: Callable[[], Marks]
) -> Merged | Marked:
    """Both sides' changes of `base` in one text; `ours` is the target. `find_marks` is asked for conflicts only.

    Raises `NotByKey` where a side cannot be compared by key, `Unplaced` for conflicts without a place, and `Refused` as
    `merge` does.
    """
    change = _change(base, theirs, rules)
    merged = merge(base, ours, change, rules=rules)
    if isinstance(merged, Merged):
        return merged
    here = merge_what_fits(base, ours, change, rules=rules)
    back = _change(base, ours, rules)
    there = merge_what_fits(base, theirs, back, rules=_mirrored(rules))
    ours_now = _Side(here.text, {**_renames(here.made), **_renames(back.ops)})
    theirs_now = _Side(there.text, {**_renames(there.made), **_renames(change.ops)})
    text = _Placing(_Side(base, {}), ours_now, theirs_now, here).text(find_marks())
    return Marked(text, here.conflicts, here.notes)


def _change(base: str, side: str, rules: FileRules) -> Change:
    change = diff(base, side, identity=rules.identity)
    if change.patch:
        raise NotByKey(change.reason or "a change that no operation expresses")
    return change


def _mirrored(rules: FileRules) -> FileRules:
    """The rules as the other side would declare them, so that both directions decide alike."""
    return replace(
        rules, merge=tuple((at, Rule(_MIRRORED.get(rule.name, rule.name), rule.counted)) for at, rule in rules.merge)
    )


def _renames(ops: Iterable[Operation]) -> dict[Address, Step]:
    return {op.at: op.to for op in ops if isinstance(op, Rename)}


# ---- where the blocks stand ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lines:
    """An entry's whole lines in one version, first and last; an entry that is not there has none."""

    first: int
    last: int
    column: int
    is_compact: bool


class _Unfit(Exception):
    """At this address no lines can be named."""


class _Side:
    """One version with the names that the base's entries have in it."""

    def __init__(self, text: str, renames: Mapping[Address, Step]) -> None:
        self.document: Document = parse(pieces.whole_lines(text))
        self.places = Places(self.document)
        self.renames = renames

    def here(self, at: Address) -> Address:
        steps = [self.renames.get(Address(at.steps[: n + 1], at.document), step) for n, step in enumerate(at.steps)]
        return Address(tuple(steps), at.document)

    def container(self, at: Address) -> Node:
        """The block collection that holds the address. Raises `_Unfit` if there is none."""
        node = self.places.node(self.here(at.parent))
        if node is None or not pieces.is_block(node):
            raise _Unfit
        return node

    def lines(self, at: Address) -> _Lines | None:
        entry = self.places.entry(self.here(at))
        if entry is None:
            self.container(at)
            return None
        if not pieces.is_block(entry.container):
            raise _Unfit
        trivia = self.trivia(entry)
        return _Lines(trivia.own_first, trivia.last, self.document.column_of(entry.start), trivia.compact)

    def trivia(self, entry: Entry) -> Trivia:
        return layout(self.document, entry.container).entries[entry.index]

    def text(self, lines: _Lines | None, column: int) -> str:
        if lines is None:
            return ""
        return shift(lines_text(self.document, lines.first, lines.last), column - lines.column)


@dataclass(frozen=True, slots=True)
class _Region:
    """The lines `first` to `behind` (exclusive) of our side, and what stands in place of them in all three."""

    first: int
    behind: int
    base: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class _Placing:
    base: _Side
    ours: _Side
    theirs: _Side
    result: Halfway

    def text(self, marks: Marks) -> str:
        """Our text with a block for every conflict. Raises `Unplaced`."""
        document = self.ours.document
        out: list[str] = []
        at = 0
        for region in self._regions():
            start, end = document.line_span(region.first)[0], document.line_span(region.behind)[0]
            out += [document.text[at:start], mark(region.base, region.ours, region.theirs, marks)]
            at = end
        text = "".join([*out, document.text[at:]])
        if not self.result.text.endswith("\n") and at < len(document.text):
            text = text.removesuffix("\n")
        self._prove(text, marks)
        return "\ufeff" + text if document.bom else text

    def _prove(self, text: str, marks: Marks) -> None:
        """Whichever side a person takes, it is YAML; else the blocks stand in the wrong place."""
        sides = sides_of(text, size=marks.size)
        if sides is None:
            raise Unplaced(self.result.conflicts)
        try:
            for side in sides:
                parse(side)
        except Unparsable as error:
            raise Unplaced(self.result.conflicts) from error

    def _regions(self) -> Sequence[_Region]:
        found: list[_Region] = []
        regions = {self._region(conflict.at) for conflict in self.result.conflicts}
        for region in sorted(regions, key=lambda one: (one.first, -one.behind)):
            if found and region.behind <= found[-1].behind and region.first < found[-1].behind:
                continue  # shown with the one around it
            if found and region.first < found[-1].behind:
                raise Unplaced(self.result.conflicts)
            found.append(region)
        return found

    def _region(self, at: Address) -> _Region:
        for count in range(len(at.steps), 0, -1):
            try:
                region = self._region_at(Address(at.steps[:count], at.document))
            except (_Unfit, Ambiguous):
                continue
            if region.ours != region.theirs:
                return region
        raise Unplaced(self.result.conflicts)

    def _region_at(self, at: Address) -> _Region:
        base, ours, theirs = (side.lines(at) for side in (self.base, self.ours, self.theirs))
        there = [lines for lines in (ours, theirs, base) if lines is not None]
        if not there or len({lines.is_compact for lines in there}) > 1:
            raise _Unfit
        if any(lines.is_compact for lines in there) and (len(there) < 3 or len({lines.column for lines in there}) > 1):
            raise _Unfit
        column = layout(self.ours.document, self.ours.container(at)).column
        first, behind = (ours.first, ours.last + 1) if ours is not None else (self._gap(at),) * 2
        return _Region(
            first, behind, self.base.text(base, column), self.ours.text(ours, column), self.theirs.text(theirs, column)
        )

    def _gap(self, at: Address) -> int:
        """The line of our side in front of which an entry belongs that only another version has."""
        source = self.theirs if self.theirs.lines(at) is not None else self.base
        entry = source.places.entry(source.here(at))
        if entry is None:
            raise _Unfit
        container = self.ours.container(at)
        for other in reversed(entry.container.entries[: entry.index]):
            name = _named_like(at.last, other)
            known = self.ours.places.matching(container, name) if name is not None else []
            if len(known) == 1:
                return self.ours.trivia(known[0]).last + 1
        first = layout(self.ours.document, container).entries[0]
        if first.compact:
            raise _Unfit
        return first.own_first


def _named_like(step: Step, entry: Entry) -> Step | None:
    """The name of an entry in the form of its sibling's; None if it has none."""
    if isinstance(step, Key):
        return Key(entry.key.text) if entry.key is not None else None
    if isinstance(step, Member):
        return Member(entry.value.text) if entry.value.kind == "scalar" else None
    if not isinstance(step, Item):
        return None
    found = [(path, field_node(entry.value, path)) for path, _ in step.fields]
    return Item(tuple((path, node.text) for path, node in found if node is not None))
