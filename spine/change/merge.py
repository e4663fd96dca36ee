"""A change brought to a text that has moved on since: three-way by key, whole or not at all (DESIGN §5, the table).

Each operation is held against the target: what it saw is still there, or its effect is there already, or somebody else
changed the same and it is a conflict with all three values. What comes out is a change of the target itself, made and
proved by `patch`. With the base text at hand the target's renames are followed, and lists without identity and
multi-line strings are merged by diff3; without it the operations' own old values stand in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Seq
from dataclasses import dataclass, field, replace
from typing import Literal

from spine.address import Address, Item, Key, Member, Step
from spine.change.compare import Comparison
from spine.change.items import item_entries
from spine.change.lines import Both, hunks, merge3, taken
from spine.change.lines import Conflict as Clash
from spine.change.operations import (
    Add,
    After,
    Change,
    Comment,
    Expect,
    First,
    Last,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    SpliceItems,
)
from spine.change.patch import patch, patch_document
from spine.change.places import Ambiguous, Places
from spine.change.rules import FileRules, choose
from spine.change.sources import BadChange, added_entry, entry_of_text, taken_blocks, token_node
from spine.change.targets import Mismatch
from spine.change.textpatch import PatchRefused, TextMerged, apply_patch, merge_text
from spine.errors import Refused
from spine.identity import Keyed, ListKind, ScalarSet, steps_of
from spine.yamldoc import pieces
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.scalars import same_value
from spine.yamldoc.trivia import NotEditable, layout, prolog, tail

ConflictKind = Literal[
    "value",
    "add",
    "remove",
    "removed",
    "rename",
    "kind",
    "sequence",
    "text",
    "expect",
    "ambiguous",
    "order",
    "comment",
    "base",
]
NoteKind = Literal[
    "already there",
    "decided by rule",
    "comment kept",
    "order kept",
    "residual dropped",
    "merged text",
    "merged entry",
    "comment removed",
]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place where both sides want something else. The values are source; None: not there."""

    kind: ConflictKind
    at: Address
    base: str | None
    target: str | None
    proposed: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reviewer should know about a clean merge."""

    kind: NoteKind
    at: Address
    message: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The whole change fits: the target's new text, how it was reached, and what is worth knowing."""

    text: str
    notes: tuple[Note, ...] = ()
    change: Change = field(default_factory=Change)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The change does not fit; nothing of it is made."""

    conflicts: tuple[Conflict, ...]
    notes: tuple[Note, ...] = ()


def merge(base: str | None, target: str, change: Change, *, rules: FileRules | None = None) -> Merged | Conflicts:
    """`change`, made for `base`, brought to `target`. `base` is None where its text is gone.

    Raises `Refused` for a change that contradicts itself or a place that cannot be edited by span.
    """
    if base is not None and base == target:
        return Merged(patch(target, change), (), change)
    if change.patch:
        return _merge_patch(base, target, change)
    if base is not None and _already_made(base, target, change):
        return Merged(target, (Note("already there", Address(), "the whole change is there already"),))
    return _Merger(base, target, change, rules or FileRules()).run()


def _already_made(base: str, target: str, change: Change) -> bool:
    try:
        return patch(base, change) == target
    except Refused:
        return False


def _merge_patch(base: str | None, target: str, change: Change) -> Merged | Conflicts:
    """A text fallback: diff3 by line, with the base at hand; without it only where the hunks still stand exactly."""
    here = Address()
    if base is None:
        try:
            return Merged(apply_patch(target, change.patch), (), change)
        except PatchRefused as error:
            return Conflicts(
                (Conflict("base", here, None, None, change.patch, f"base not available: {error.message}"),)
            )
    merged = merge_text(base, target, apply_patch(base, change.patch))
    if isinstance(merged, TextMerged):
        notes = tuple(Note("already there", here, note) for note in merged.notes)
        return Merged(merged.text, notes, change)
    return Conflicts(
        tuple(
            Conflict(
                "text",
                here,
                one.base,
                one.target,
                one.proposed,
                f"both sides changed lines {one.base_lines.start}-{max(one.base_lines.start, one.base_lines.stop - 1)}",
            )
            for one in merged.conflicts
        )
    )


_DIGITS = re.compile(r"(\d+)")


def natural(step: Step) -> tuple[object, ...]:
    """A sort key under which `GAP-9` stands before `GAP-10`."""
    parts = _DIGITS.split(_plain(step))
    return tuple((0, int(part), "") if number % 2 else (1, 0, part) for number, part in enumerate(parts) if part)


def _plain(step: Step) -> str:
    if isinstance(step, Key):
        return step.name
    if isinstance(step, Member):
        return step.value
    return ",".join(value for _, value in step.fields) if isinstance(step, Item) else str(step)


class _Merger:
    def __init__(self, base: str | None, target: str, change: Change, rules: FileRules) -> None:
        self.text = target
        self.change = change
        self.rules = rules
        self.target = parse(pieces.whole_lines(target))
        self.places = Places(self.target)
        self.base: Document | None = None
        self.base_places: Places | None = None
        self.renames: dict[Address, Step] = {}
        self.moved: set[Address] = set()
        if base is not None:
            self._read_base(base)
        self.ops: list[Operation] = []
        self.notes: list[Note] = []
        self.conflicts: list[Conflict] = []
        self.orders: dict[Address, _Order] = {}
        self.recounts: list[tuple[Address, Address]] = []

    def _read_base(self, base: str) -> None:
        """What the target did to the base: names and places, so that they can be followed."""
        try:
            self.base = parse(pieces.whole_lines(base))
        except Unparsable:
            return
        self.base_places = Places(self.base)
        try:
            theirs = Comparison(self.base, self.target, self.rules.identity).run()
        except NotEditable:
            return
        for op in theirs:
            if isinstance(op, Rename):
                self.renames[op.at] = op.to
            elif isinstance(op, Move):
                self.moved.add(op.at)

    def run(self) -> Merged | Conflicts:
        splices: dict[Address, list[SpliceItems]] = {}
        for op in self.change.ops:
            if isinstance(op, SpliceItems):
                splices.setdefault(op.at, []).append(op)
        done: set[Address] = set()
        for op in self.change.ops:
            try:
                if isinstance(op, SpliceItems):
                    if op.at not in done:
                        done.add(op.at)
                        self._splice(op.at, splices[op.at])
                else:
                    self._one(op)
            except Ambiguous as error:
                self._conflict("ambiguous", op.at, None, None, None, error.message)
        if self.change.residual or self.change.residual_first:
            self.notes.append(Note("residual dropped", Address(), "formatting that no operation expresses is left out"))
        if self.conflicts:
            return Conflicts(tuple(self.conflicts), tuple(self.notes))
        for order in self.orders.values():
            self.ops += order.operations()
        try:
            text = patch_document(self.text, self.target, self.ops) if self.ops else self.text
        except Mismatch as error:
            raise BadChange(error.message, place=error.place) from error
        text = self._recount(text)
        return Merged(text, tuple(self.notes), Change(tuple(self.ops)))

    def _one(self, op: Operation) -> None:
        if isinstance(op, SetValue):
            self._set(op)
        elif isinstance(op, Add):
            self._add(op)
        elif isinstance(op, Remove):
            self._remove(op)
        elif isinstance(op, Move):
            self._move(op)
        elif isinstance(op, Rename):
            self._rename(op)
        elif isinstance(op, Comment):
            self._comment(op)
        elif isinstance(op, Expect):
            self._expect(op)

    # -- addresses ------------------------------------------------------------------------------------------------

    def here(self, at: Address) -> Address:
        """A base address as the target calls it."""
        if not self.renames:
            return at
        steps: list[Step] = []
        for count, step in enumerate(at.steps):
            steps.append(self.renames.get(Address(at.steps[: count + 1], at.document), step))
        return Address(tuple(steps), at.document)

    def _conflict(
        self, kind: ConflictKind, at: Address, base: str | None, target: str | None, proposed: str | None, message: str
    ) -> None:
        self.conflicts.append(Conflict(kind, at, base, target, proposed, message))

    def _note(self, kind: NoteKind, at: Address, message: str) -> None:
        self.notes.append(Note(kind, at, message))

    # -- the table ------------------------------------------------------------------------------------------------

    def _set(self, op: SetValue) -> None:
        at = self.here(op.at)
        entry = self.places.entry(at)
        if entry is None:
            self._conflict("removed", op.at, op.old, None, op.new, "the target removed what the proposal changes")
            return
        found = pieces.value_token(self.target, entry)
        is_item = entry.key is None
        old, new = token_node(op.old, is_item=is_item), token_node(op.new, is_item=is_item)
        if found == op.old or (same_value(entry.value, old) and not same_value(entry.value, new)):
            self.ops.append(replace(op, at=at, old=found))
            return
        if same_value(entry.value, new):
            self._note("already there", op.at, f"{op.at} has this value already")
            return
        if same_value(old, new):
            self._note("already there", op.at, f"{op.at} has another value now; its spelling is left alone")
            return
        self._both_set(op, at, entry, found, new)

    def _both_set(self, op: SetValue, at: Address, entry: Entry, found: str, new: Node) -> None:
        rule = self.rules.rule_for(op.at)
        if rule is not None:
            if rule.name == "recount" and rule.counted is not None:
                self.recounts.append((at, rule.counted))
                self._note("decided by rule", op.at, f"{op.at}: {rule}")
                return
            taken_side = choose(rule, entry.value, new)
            if taken_side is not None:
                if taken_side == "proposed":
                    self.ops.append(replace(op, at=at, old=found))
                self._note(
                    "decided by rule",
                    op.at,
                    f"{op.at}: {rule} takes the {taken_side}: {_one_line(found)} | {_one_line(op.new)}",
                )
                return
        if entry.value.kind == new.kind == "scalar" and "\n" in op.old and "\n" in found and "\n" in op.new:
            merged = merge_text(op.old + "\n", found + "\n", op.new + "\n")
            if isinstance(merged, TextMerged):
                self.ops.append(replace(op, at=at, old=found, new=merged.text.removesuffix("\n")))
                self._note("merged text", op.at, f"{op.at}: both sides changed other lines of one text")
                return
        kind: ConflictKind = "kind" if entry.value.kind != new.kind else "value"
        self._conflict(kind, op.at, op.old, found, op.new, "both sides set another value")

    def _remove(self, op: Remove) -> None:
        at = self.here(op.at)
        entry = self.places.entry(at)
        if entry is None:
            self._note("already there", op.at, f"{op.at} is removed already")
            return
        if not same_value(entry.value, entry_of_text(op.was, op.at.last)[1].value):
            self._conflict(
                "remove",
                op.at,
                op.was,
                pieces.entry_text(self.target, entry),
                None,
                "the target changed what the proposal removes",
            )
            return
        taken_here = 0
        blank = past = 0
        if pieces.is_block(entry.container):
            trivia = layout(self.target, entry.container).entries[entry.index]
            if taken_blocks(op.was):
                mine = pieces.entry_text(self.target, entry, len(trivia.above))
                taken_here = len(trivia.above) if _bare(mine) == _bare(op.was) else 0
            blank, past = trivia.blank, len(trivia.above) - taken_here
        text = pieces.entry_text(self.target, entry, taken_here)
        if "#" in text and _bare(text) != _bare(op.was):
            self._note("comment removed", op.at, f"{op.at} goes with its comments as the target has them")
        order = self._order(op.at.parent, at.parent, entry.container)
        order.remove(entry, Remove(at, text, Last(), blank, past, op.leaves, op.why))

    def _add(self, op: Add) -> None:
        parent = self.here(op.at.parent)
        node = self.places.node(parent)
        at = parent / op.at.last
        if node is None:
            self._conflict("removed", op.at, None, None, op.text, "the target removed what the entry is added to")
            return
        if not node.entries and not pieces.is_empty(node):
            self._conflict(
                "kind",
                op.at,
                None,
                self.target.source(node),
                op.text,
                "what the entry is added to is not a collection in the target",
            )
            return
        if node.entries and (node.kind == "mapping") != isinstance(op.at.last, Key):
            self._conflict(
                "kind",
                op.at,
                None,
                self.target.source(node),
                op.text,
                "what the entry is added to became another kind of collection in the target",
            )
            return
        there = self.places.matching(node, op.at.last) if node.entries else []
        order = self._order(op.at.parent, parent, node)
        there = [entry for entry in there if not order.is_renamed_away(entry)]
        if there and order.is_removed(there[0]):
            there = []
        if len(there) > 1:
            self._conflict("ambiguous", op.at, None, None, op.text, f"{op.at.last} stands {len(there)} times here")
            return
        text = self._in_style(op.text, node, op.at.last)
        if there:
            self._both_added(op, at, there[0], text)
            return
        if text is None:
            self._conflict(
                "kind",
                op.at,
                None,
                None,
                op.text,
                "the list is written on one line in the target and cannot take this entry",
            )
            return
        order.add(replace(op, at=at, text=text))

    def _in_style(self, text: str, node: Node, step: Step) -> str | None:
        """An added entry's text as the target's collection writes its entries; None if it cannot."""
        if not node.entries:
            return text
        if node.style == "flow" and text.endswith("\n"):
            line = text.removesuffix("\n")
            if "\n" in line or "#" in line:
                return None
            return line if isinstance(step, Key) else line.removeprefix("-").strip()
        if node.style == "block" and not text.endswith("\n"):
            if "\n" in text:
                return None
            return text + "\n" if isinstance(step, Key) else f"- {text}\n"
        return text

    def _both_added(self, op: Add, at: Address, there: Entry, text: str | None) -> None:
        """Both sides added one name: equal is kept, two mappings are joined field by field, all else is a conflict."""
        document, mine = added_entry(op)
        if same_value(there.value, mine.value):
            self._note("already there", op.at, f"{op.at} was added already")
            return
        missing: list[tuple[Address, Entry]] = []
        if self._joinable(at, there.value, mine.value, missing):
            texts = [(where, self._field_text(where, document, entry)) for where, entry in missing]
            if all(field is not None for _, field in texts):
                for where, field in texts:
                    node = self.places.node(where.parent)
                    assert node is not None
                    assert field is not None
                    self._order(None, where.parent, node).add(Add(where, field))
                self._note("merged entry", op.at, f"both sides added {op.at}; their fields are joined, please review")
                return
        here = pieces.entry_text(self.target, there)
        self._conflict("add", op.at, None, here, text or op.text, "both sides added it, with different content")

    def _joinable(self, at: Address, there: Node, mine: Node, missing: list[tuple[Address, Entry]]) -> bool:
        """Whether two added values agree wherever they overlap; what the target lacks goes into `missing`."""
        if there.kind != "mapping" or mine.kind != "mapping" or not there.entries or not mine.entries:
            return False
        for entry in mine.entries:
            assert entry.key is not None
            where = at / Key(entry.key.text)
            known = [other for other in there.entries if other.key is not None and other.key.text == entry.key.text]
            if not known:
                missing.append((where, entry))
            elif not (
                same_value(known[0].value, entry.value) or self._joinable(where, known[0].value, entry.value, missing)
            ):
                return False
        return True

    def _field_text(self, where: Address, document: Document, entry: Entry) -> str | None:
        node = self.places.node(where.parent)
        return self._in_style(pieces.entry_text(document, entry), node, where.last) if node is not None else None

    def _move(self, op: Move) -> None:
        at = self.here(op.at)
        entry = self.places.entry(at)
        if entry is None:
            self._note("order kept", op.at, f"{op.at} is not there any more, so it is not moved")
            return
        if op.at in self.moved:
            kind = self.rules.identity.declared_for(op.at.parent)
            if isinstance(kind, (Keyed, ScalarSet)) and kind.ordered:
                self._conflict("order", op.at, None, None, None, "both sides moved it, and its order is significant")
            else:
                self._note("order kept", op.at, f"{op.at}: both sides moved it; the target's order holds")
            return
        self._order(op.at.parent, at.parent, entry.container).move(entry, replace(op, at=at))

    def _rename(self, op: Rename) -> None:
        theirs = self.renames.get(op.at)
        if theirs is not None:
            if theirs == op.to:
                self._note("already there", op.at, f"{op.at} is called {op.to} already")
            else:
                self._conflict("rename", op.at, str(op.at.last), str(theirs), str(op.to), "both sides renamed it")
            return
        at = self.here(op.at)
        entry = self.places.entry(at)
        parent = self.places.node(at.parent)
        taken_name = self.places.matching(parent, op.to) if parent is not None else []
        if entry is None:
            if taken_name:
                self._note("already there", op.at, f"{op.at} is called {op.to} already")
            else:
                self._conflict(
                    "removed", op.at, str(op.at.last), None, str(op.to), "the target removed what the proposal renames"
                )
            return
        if taken_name:
            self._conflict(
                "rename", op.at, str(op.at.last), str(op.to), str(op.to), "another entry has the new name in the target"
            )
            return
        self._order(op.at.parent, at.parent, entry.container).rename(entry, op.to)
        self.ops.append(replace(op, at=at))

    def _comment(self, op: Comment) -> None:
        at = self.here(op.at)
        if op.slot == "above" and not op.at.steps:
            span = prolog(self.target, op.at.document) if op.at.document <= len(self.target.roots) else None
            found = self.target.text[slice(*span)] if span is not None else None
        elif op.slot == "end":
            node = self.places.node(at)
            if node is None or not pieces.is_block(node):
                self._note("comment removed", op.at, f"{op.at}: nothing is left to hold the comment")
                return
            found = pieces.runs(self.target, layout(self.target, node).end)
        else:
            entry = self.places.entry(at)
            if entry is None:
                self._note("comment removed", op.at, f"{op.at} is gone, and its comment with it")
                return
            if entry.container.style == "flow":
                self._note("comment kept", op.at, f"{op.at}: no comment can stand here in the target")
                return
            if op.slot == "above":
                at, entry = self._follow_block(op, at, entry)
            found = self._comment_text(entry, op.slot)
        if _bare(op.old or "") == _bare(op.new or ""):
            self._blank_lines(op, at, found)
            return
        if _bare(found or "") == _bare(op.new or ""):
            self._note("already there", op.at, f"{op.at}: this comment is there already")
        elif _bare(found or "") == _bare(op.old or ""):
            self.ops.append(replace(op, at=at, old=found))
        elif self.rules.hard_comments:
            self._conflict("comment", op.at, op.old, found, op.new, f"both sides changed the {op.slot} comment")
        else:
            self._note(
                "comment kept",
                op.at,
                f"{op.at}: both sides changed the {op.slot} comment; the target's is kept: "
                f"{_one_line(found or '')} | {_one_line(op.new or '')}",
            )

    def _blank_lines(self, op: Comment, at: Address, found: str | None) -> None:
        """A comment of which only the blank lines around it change: at the end of the text, if nobody else did it."""
        old, new = (pieces.blanks_around(text or "")[2] for text in (op.old, op.new))
        there = tail(self.target)[1]
        is_last = op.slot == "end" and at == Address((), len(self.target.roots))
        if is_last and there == old != new:
            blanks = [(found or "") + "\n" * count or None for count in (old, new)]
            self.ops.append(replace(op, at=at, old=blanks[0], new=blanks[1]))
        elif is_last and there == new:
            self._note("already there", op.at, f"{op.at}: the text ends like this already")
        else:
            self._note("residual dropped", op.at, f"{op.at}: the blank lines here have changed; they are left alone")

    def _follow_block(self, op: Comment, at: Address, entry: Entry) -> tuple[Address, Entry]:
        """Free-standing blocks belong to the container: found again above another entry, if one came in between."""
        container = entry.container
        if not pieces.is_block(container):
            return at, entry
        above = [pieces.runs(self.target, trivia.above) for trivia in layout(self.target, container).entries]
        if _bare(above[entry.index] or "") in (_bare(op.old or ""), _bare(op.new or "")) and op.old is not None:
            return at, entry
        index = entry.index
        if op.old is not None:
            same = [number for number, block in enumerate(above) if block and _bare(block) == _bare(op.old)]
            index = same[0] if len(same) == 1 else index
        elif self._was_first(op.at):
            index = 0
        if index == entry.index:
            return at, entry
        names = self._order(op.at.parent, at.parent, container).entries
        step = next((step for step, other in names if other is container.entries[index]), None)
        return (at, entry) if step is None else (at.parent / step, container.entries[index])

    def _was_first(self, at: Address) -> bool:
        entry = self.base_places.entry(at) if self.base_places is not None else None
        return entry is not None and entry.index == 0

    def _comment_text(self, entry: Entry, slot: str) -> str | None:
        if slot == "lead":
            return pieces.lead(self.target, entry)
        if slot == "foot":
            return pieces.foot(self.target, entry)
        if slot == "eol":
            return pieces.eol(self.target, entry)
        return pieces.runs(self.target, layout(self.target, entry.container).entries[entry.index].above)

    def _expect(self, op: Expect) -> None:
        node = self.places.node(self.here(op.at))
        found = self.target.source(node) if node is not None else None
        if op.absent and node is not None:
            self._conflict("expect", op.at, None, found, None, "it is expected to be absent")
        elif not op.absent and node is None:
            self._conflict("expect", op.at, op.value, None, op.value, "it is expected to be there")
        elif op.value is not None and node is not None and not same_value(node, token_node(op.value)):
            self._conflict("expect", op.at, op.value, found, op.value, "it is expected to have another value")

    # -- lists without identity -----------------------------------------------------------------------------------

    def _splice(self, where: Address, ops: list[SpliceItems]) -> None:
        at = self.here(where)
        node = self.places.node(at)
        if node is None:
            self._conflict("removed", where, ops[0].drop, None, ops[0].put, "the target removed the list")
            return
        if node.kind != "sequence" or not node.entries:
            self._conflict(
                "kind",
                where,
                ops[0].drop,
                self.target.source(node),
                ops[0].put,
                "the list is empty or no list in the target",
            )
            return
        there = [_bare(pieces.entry_text(self.target, entry)) for entry in node.entries]
        base_node = self.base_places.node(where) if self.base_places is not None else None
        if base_node is None or base_node.kind != "sequence" or self.base is None:
            self._splice_blind(at, where, node, there, ops)
            return
        before = [_bare(pieces.entry_text(self.base, entry)) for entry in base_node.entries]
        mine: list[str] = []
        sources: dict[str, str] = {}
        whole: dict[tuple[str, ...], str] = {}
        done = 0
        for op in sorted(ops, key=lambda one: one.position):
            dropped = [_bare(_item_source(entry, op.drop)) for entry in item_entries(op.drop, node)] if op.drop else []
            begin = op.position - 1
            if before[begin : begin + len(dropped)] != dropped:
                raise Mismatch(f"{where}: the items from {op.position} on are not what the splice saw")
            mine += before[done:begin]
            put_items = [_item_source(entry, op.put) for entry in item_entries(op.put, node)] if op.put else []
            sources.update((_bare(text), text) for text in put_items)
            whole[tuple(map(_bare, put_items))] = op.put
            mine += map(_bare, put_items)
            done = begin + len(dropped)
        mine += before[done:]
        result: list[str] = []
        for chunk in merge3(before, there, mine):
            if isinstance(chunk, Clash):
                self._conflict(
                    "sequence",
                    where,
                    _joined(before, chunk.base),
                    _joined(there, chunk.ours),
                    _joined(mine, chunk.theirs),
                    "both sides changed the same items of a list",
                )
                return
            if isinstance(chunk, Both):
                self._note("already there", where, f"{where}: the same items were changed already")
            result += taken(chunk, there, mine)
        for hunk in hunks(there, result):
            drop = pieces.items_text(self.target, node.entries[hunk.a_start : hunk.a_end])
            as_written = whole.get(tuple(result[hunk.b_start : hunk.b_end]))
            if as_written is not None:
                self.ops.append(SpliceItems(at, hunk.a_start + 1, None, drop, as_written, None))
                continue
            put_texts = [sources.get(text, text) for text in result[hunk.b_start : hunk.b_end]]
            put = ", ".join(put_texts) if node.style == "flow" else "".join(map(pieces.whole_lines, put_texts))
            self.ops.append(SpliceItems(at, hunk.a_start + 1, None, drop, put, None))

    def _splice_blind(self, at: Address, where: Address, node: Node, there: list[str], ops: list[SpliceItems]) -> None:
        """Without the base: only where the list still has the items at their place, context included."""
        for op in ops:
            dropped = [_bare(_item_source(entry, op.drop)) for entry in item_entries(op.drop, node)] if op.drop else []
            begin = op.position - 1
            end = begin + len(dropped)
            fits = there[begin:end] == dropped
            fits = fits and (op.before is None) == (begin == 0) and (op.behind is None) == (end == len(there))
            if fits and op.before is not None:
                fits = there[begin - 1] == _bare(op.before)
            if fits and op.behind is not None:
                fits = there[end] == _bare(op.behind)
            if not fits:
                self._conflict("base", where, op.drop, None, op.put, "base not available, and the list has changed")
                return
            self.ops.append(replace(op, at=at))

    # -- order and counts -----------------------------------------------------------------------------------------

    def _order(self, origin: Address | None, at: Address, node: Node) -> _Order:
        """The order book of a container of the target; `origin` is its address in the base, if it was there."""
        known = self.orders.get(at)
        if known is None:
            known = self.orders[at] = _Order(self, origin, at, node)
        return known

    def base_siblings(self, origin: Address | None, node: Node) -> list[Step] | None:
        """The names of a container's entries in the base, as the target calls them; None without the base."""
        if self.base_places is None:
            return None
        before = self.base_places.node(origin) if origin is not None else None
        if origin is None or before is None or not before.entries:
            return []
        kind = self.rules.identity.kind_of(origin, [before, node]) if before.kind == "sequence" else None
        return [self.renames.get(origin / step, step) for step in steps_of(before, kind)]

    def _recount(self, text: str) -> str:
        """Declared counters, counted again in the merged text."""
        for at, counted in self.recounts:
            document = parse(pieces.whole_lines(text))
            places = Places(document)
            node, entry = places.node(counted), places.entry(at)
            if node is None or entry is None:
                continue
            count = str(len(node.entries))
            found = pieces.value_token(document, entry)
            if found.strip("'\"") != count:
                quote = found[:1] if found[:1] in ("'", '"') else ""
                text = patch_document(text, document, [SetValue(at, found, f"{quote}{count}{quote}")])
        return text


class _Order:
    """The entries of one container of the target, with the proposal's removals, moves and additions put among them.

    An added entry goes behind its `after`, then past following entries that are new since the base and naturally
    smaller, so that two proposals that add at one place end in one order whichever lands first (law 7).
    """

    def __init__(self, merger: _Merger, origin: Address | None, at: Address, node: Node) -> None:
        self.merger = merger
        self.origin = origin
        self.at = at
        self.node = node
        self.base = merger.base_siblings(origin, node)
        kind: ListKind | None = None
        names: list[Step]
        if node.kind == "sequence" and node.entries:
            fields = self._fields()
            kind = Keyed(fields) if fields else merger.rules.identity.kind_of(at, [node])
        names = steps_of(node, kind) if node.entries else []
        self.entries: list[tuple[Step, Entry | None]] = list(zip(names, node.entries, strict=True))
        self.known = set(self.base) if self.base is not None else set(names)
        self.removed: list[Remove] = []
        self.gone: set[int] = set()
        self.renamed: dict[int, Step] = {}
        self.added: dict[Step, Add] = {}
        self.moved: dict[Step, Move] = {}

    def _fields(self) -> tuple[tuple[str, ...], ...] | None:
        for op in self.merger.change.ops:
            if op.at.steps and self.merger.here(op.at.parent) == self.at and isinstance(op.at.last, Item):
                return tuple(path for path, _ in op.at.last.fields)
        return None

    def is_removed(self, entry: Entry) -> bool:
        return id(entry) in self.gone

    def is_renamed_away(self, entry: Entry) -> bool:
        return id(entry) in self.renamed

    def rename(self, entry: Entry, to: Step) -> None:
        self.renamed[id(entry)] = to
        self.entries = [(to if other is entry else step, other) for step, other in self.entries]
        self.known.add(to)

    def remove(self, entry: Entry, op: Remove) -> None:
        index = next(i for i, (_, other) in enumerate(self.entries) if other is entry)
        self.gone.add(id(entry))
        self.entries.pop(index)
        before = self.node.entries[entry.index - 1] if entry.index else None
        names = {id(other): step for step, other in self.entries if other is not None}
        was_after: After = First()
        if before is not None:
            was_after = names.get(id(before), Last())
        self.removed.append(replace(op, was_after=was_after))

    def move(self, entry: Entry, op: Move) -> None:
        index = next((i for i, (_, other) in enumerate(self.entries) if other is entry), None)
        if index is None:
            return
        step, _ = self.entries.pop(index)
        place = self._behind(op.after, step, skip_new=False)
        if place == index:
            self.entries.insert(index, (step, entry))
            self.merger._note("already there", op.at, f"{op.at} stands there already")
            return
        self.entries.insert(place, (step, entry))
        self.moved[step] = op

    def add(self, op: Add) -> None:
        step = op.at.last
        place = self._behind(op.after, step, skip_new=True)
        self.entries.insert(place, (step, None))
        self.added[step] = op

    def _behind(self, after: After, step: Step, *, skip_new: bool) -> int:
        place = self._anchor(after)
        if not skip_new:
            return place
        while place < len(self.entries):
            other, entry = self.entries[place]
            if entry is None or other in self.known or not natural(other) < natural(step):
                break
            place += 1
        return place

    def _anchor(self, after: After) -> int:
        """The index behind `after`; a lost anchor gives way to its nearest surviving predecessor, then to the front;
        one that nobody knows, to the end."""
        where = {step: index for index, (step, _) in enumerate(self.entries)}
        if isinstance(after, First):
            return 0
        if isinstance(after, Last):
            if not self.base:
                return len(self.entries)
            candidates: Seq[Step] = self.base
        else:
            name = self.merger.renames.get(self.origin / after, after) if self.origin is not None else after
            if name in where:
                return where[name] + 1
            if not self.base or name not in self.base:
                return len(self.entries)
            candidates = self.base[: self.base.index(name)]
        for step in reversed(candidates):
            if step in where:
                return where[step] + 1
        return len(self.entries) if isinstance(after, Last) else 0

    def operations(self) -> list[Operation]:
        """The container's removals, moves and additions, with the anchors that the target has."""
        found: list[Operation] = list(self.removed)
        empty = not self.node.entries
        for index, (step, _) in enumerate(self.entries):
            after: After = self.entries[index - 1][0] if index else First()
            if step in self.added:
                op = self.added[step]
                same_place = op.after == after or isinstance(op.after, Last)
                past = op.past if same_place else 0
                token = self.merger.target.source(self.node) if empty and index == 0 else None
                found.append(replace(op, after=after, past=past, replaces=token))
            elif step in self.moved:
                move = self.moved[step]
                found.append(replace(move, after=after, past=move.past if move.after == after else 0))
        return found


def _item_source(entry: Entry, text: str) -> str:
    """One item's text, cut from the text of a splice."""
    document = parse(text if entry.container.style == "block" else f"[{text}]")
    assert document.root is not None
    return pieces.entry_text(document, document.root.entries[entry.index])


def _joined(items: Seq[str], part: range) -> str:
    return "\n".join(items[part.start : part.stop])


def _bare(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def _one_line(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= 60 else shown[:57] + "..."
