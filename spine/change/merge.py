"""A change brought to a text that has moved on since: three-way by key, whole or not at all (DESIGN §5, the table).

Each operation is held against the target: what it saw is still there, or its effect is there already, or somebody else
changed the same and it is a conflict with all three values. What comes out is a change of the target itself, made and
proved by `patch`. With the base text at hand the target's renames are followed, and lists without identity and
multi-line strings are merged by diff3; without it the operations' own old values stand in.
"""

from __future__ import annotations

from dataclasses import replace

from spine.address import Address, Key, Step
from spine.change.comment_merge import merge_comment
from spine.change.counters import recount, with_counts
from spine.change.doubles import new_double
from spine.change.item_merge import merge_splices
from spine.change.merging import Merging, one_line
from spine.change.operations import (
    Add,
    Change,
    Comment,
    Expect,
    Last,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    SpliceItems,
    in_line_ends,
)
from spine.change.order import Order
from spine.change.patch import patch, patch_document, would_give
from spine.change.places import Ambiguous
from spine.change.proof import ProofFailed
from spine.change.rules import FileRules, choose, union
from spine.change.sources import BadChange, Mismatch, added_entry, entry_of_text, taken_blocks, token_node
from spine.change.textpatch import PatchRefused, TextMerged, apply_patch, make_patch, merge_text
from spine.change.verdicts import Conflict, ConflictKind, Conflicts, Merged, Note
from spine.identity import Keyed, ScalarSet
from spine.yamldoc import pieces
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.scalars import is_part, same_value
from spine.yamldoc.trivia import NotEditable, blank_above, layout

__all__ = ["Conflict", "ConflictKind", "Conflicts", "Merged", "Note", "merge"]


def merge(base: str | None, target: str, change: Change, *, rules: FileRules | None = None) -> Merged | Conflicts:
    """`change`, made for `base`, brought to `target`. `base` is None where its text is gone.

    Raises `Refused` for a change that contradicts itself or a place that cannot be edited by span.
    """
    expects = any(isinstance(op, Expect) for op in change.ops)
    if base is not None and base == target and not expects:
        return Merged(patch(target, change), (), change)
    if change.patch:
        return _merge_patch(base, target, change, rules or FileRules())
    declared = rules or FileRules()
    try:
        merging = Merging.of(base, target, change, declared)
        if merging.base is not None and base is not None and would_give(base, merging.base, change) == target:
            return Merged(target, (Note("already there", Address(), "the whole change is there already"),))
        return _Merger(target, merging).run()
    except (NotEditable, ProofFailed) as error:
        if base is None:
            raise NotEditable(str(error)) from error
        found = merge_by_line(base, target, patch(base, change), error.message, declared)
        if isinstance(found, Conflicts):
            return found
        note = Note("merged text", Address(), f"merged by line, since by key it cannot be: {error.message}")
        return replace(found, notes=(note, *found.notes))


def _merge_patch(base: str | None, target: str, change: Change, rules: FileRules) -> Merged | Conflicts:
    """A text fallback: diff3 by line, with the base at hand; without it only where the hunks still stand exactly."""
    here = Address()
    if base is None:
        try:
            return _patched(target, apply_patch(target, change.patch), change.reason)
        except PatchRefused as error:
            return Conflicts(
                (Conflict("base", here, None, None, change.patch, f"base not available: {error.message}"),)
            )
    return merge_by_line(base, target, apply_patch(base, change.patch), change.reason, rules)


def merge_by_line(base: str, target: str, proposed: str, reason: str, rules: FileRules) -> Merged | Conflicts:
    """Both sides' changes by diff3 over lines; where all three are YAML the result has to be, without new doubles."""
    here = Address()
    merged = merge_text(base, target, proposed)
    if isinstance(merged, TextMerged):
        problem = spoilt(merged.text, (base, target, proposed), rules)
        if problem is not None:
            return Conflicts((Conflict("text", here, None, None, None, problem),))
        notes = tuple(Note("already there", here, note) for note in merged.notes)
        return _patched(target, merged.text, reason, notes)
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


def _patched(target: str, text: str, reason: str, notes: tuple[Note, ...] = ()) -> Merged:
    return Merged(text, notes, Change(patch=make_patch(target, text), reason=reason))


def spoilt(text: str, versions: tuple[str, ...], rules: FileRules) -> str | None:
    """What is wrong with a text that was merged by line, if its versions are YAML with entries."""
    try:
        known = [parse(pieces.whole_lines(version)) for version in versions]
    except Unparsable:
        return None
    nodes = [root.node for one in known for root in one.roots if root.node is not None]
    if not any(node.entries for node in nodes):
        return None
    try:
        merged = parse(pieces.whole_lines(text))
    except Unparsable as error:
        return f"merged by line it is not YAML any more: {error}"
    double = new_double(merged, known, rules.identity)
    return f"merged by line it has {double} twice" if double is not None else None


class _Merger:
    def __init__(self, text: str, merging: Merging) -> None:
        self.text = text
        self.merging = merging
        self.target, self.places = merging.target, merging.places
        self.followed, self.here = merging.followed, merging.here
        self.rules, self.ops = merging.rules, merging.ops
        self.conflict, self.note = merging.conflict, merging.note
        self.orders: dict[Address, Order] = {}

    def run(self) -> Merged | Conflicts:
        merging = self.merging
        change = in_line_ends(merging.change, merging.target.newline)
        splices: dict[Address, list[SpliceItems]] = {}
        for op in change.ops:
            if isinstance(op, SpliceItems):
                splices.setdefault(op.at, []).append(op)
        for op in change.ops:
            try:
                if isinstance(op, SpliceItems):
                    if op.at in splices:
                        merge_splices(merging, op.at, splices.pop(op.at))
                else:
                    self.one(op)
            except Ambiguous as error:
                merging.conflict("ambiguous", op.at, None, None, None, error.message)
        if change.residual or change.residual_first:
            merging.note("residual dropped", Address(), "formatting that no operation expresses is left out")
        if merging.conflicts:
            return Conflicts(tuple(merging.conflicts), tuple(merging.notes))
        for order in self.orders.values():
            merging.ops += order.operations()
        text = self.text
        try:
            if merging.ops:
                text = patch_document(self.text, merging.target, merging.ops)
        except Mismatch as error:
            raise BadChange(error.message, place=error.place) from error
        text, counted = recount(text, change, merging.rules)
        for set_again in counted:
            merging.note("decided by rule", set_again.at, f"{set_again.at} is counted again: {set_again.new}")
        return Merged(text, tuple(merging.notes), Change(with_counts(merging.ops, counted)))

    def one(self, op: Operation) -> None:
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
            merge_comment(self.merging, op)
        elif isinstance(op, Expect):
            self._expect(op)

    def _order(self, origin: Address | None, at: Address, node: Node) -> Order:
        """The order book of a container of the target; `origin` is its address in the base, if it was there."""
        known = self.orders.get(at)
        if known is None:
            known = self.orders[at] = Order(self.merging, origin, at, node)
        return known

    # -- the table ------------------------------------------------------------------------------------------------

    def _set(self, op: SetValue) -> None:
        at = self.here(op.at)
        entry = self.places.entry(at)
        if entry is None:
            self.conflict("removed", op.at, op.old, None, op.new, "the target removed what the proposal changes")
            return
        found = pieces.value_token(self.target, entry)
        is_item = entry.key is None
        old, new = token_node(op.old, is_item=is_item), token_node(op.new, is_item=is_item)
        if found == op.old or (same_value(entry.value, old) and not same_value(entry.value, new)):
            self.ops.append(replace(op, at=at, old=found))
            return
        if same_value(entry.value, new):
            self.note("already there", op.at, f"{op.at} has this value already")
            return
        if same_value(old, new):
            self.note("already there", op.at, f"{op.at} has another value now; its spelling is left alone")
            return
        self._both_set(op, at, entry, found, new)

    def _both_set(self, op: SetValue, at: Address, entry: Entry, found: str, new: Node) -> None:
        rule = self.rules.rule_for(op.at)
        if rule is not None:
            if rule.name == "recount":
                return  # it is counted in the merged text
            if rule.name == "union" and (joined := union(op.old, found, op.new)) is not None:
                if joined != found:
                    self.ops.append(replace(op, at=at, old=found, new=joined))
                self.note("decided by rule", op.at, f"{op.at}: {rule} of {one_line(found)} | {one_line(op.new)}")
                return
            taken_side = choose(rule, entry.value, new)
            if taken_side is not None:
                if taken_side == "proposed":
                    self.ops.append(replace(op, at=at, old=found))
                self.note(
                    "decided by rule",
                    op.at,
                    f"{op.at}: {rule} takes the {taken_side}: {one_line(found)} | {one_line(op.new)}",
                )
                return
        if entry.value.kind == new.kind == "scalar" and "\n" in op.old and "\n" in found and "\n" in op.new:
            merged = merge_text(op.old + "\n", found + "\n", op.new + "\n")
            if isinstance(merged, TextMerged):
                self.ops.append(replace(op, at=at, old=found, new=merged.text.removesuffix("\n")))
                self.note("merged text", op.at, f"{op.at}: both sides changed other lines of one text")
                return
        kind: ConflictKind = "kind" if entry.value.kind != new.kind else "value"
        self.conflict(kind, op.at, op.old, found, op.new, "both sides set another value")

    def _remove(self, op: Remove) -> None:
        at = self.here(op.at)
        entry = self.places.entry(at)
        if entry is None:
            self.note("already there", op.at, f"{op.at} is removed already")
            return
        renamed = self.followed.renames.get(op.at)
        if renamed is not None:
            self.conflict(
                "rename", op.at, op.was, pieces.entry_text(self.target, entry), None,
                f"the target renamed to {renamed} what the proposal removes",
            )  # fmt: skip
            return
        if not is_part(entry.value, entry_of_text(op.was, op.at.last)[1].value):
            self.conflict(
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
            here = layout(self.target, entry.container)
            trivia = here.entries[entry.index]
            if taken_blocks(op.was):
                mine = pieces.entry_text(self.target, entry, len(trivia.above))
                taken_here = len(trivia.above) if pieces.stripped(mine) == pieces.stripped(op.was) else 0
            blank, past = blank_above(here, entry.index, taken_here), len(trivia.above) - taken_here
        text = pieces.entry_text(self.target, entry, taken_here)
        if "#" in text and pieces.stripped(text) != pieces.stripped(op.was):
            self.note("comment removed", op.at, f"{op.at} goes with its comments as the target has them")
        order = self._order(op.at.parent, at.parent, entry.container)
        order.remove(entry, Remove(at, text, Last(), blank, past, op.leaves, op.why))

    def _add(self, op: Add) -> None:
        parent = self.here(op.at.parent)
        node = self.places.node(parent)
        at = parent / op.at.last
        if node is None:
            self.conflict("removed", op.at, None, None, op.text, "the target removed what the entry is added to")
            return
        if not node.entries and not pieces.is_empty(node):
            self.conflict(
                "kind",
                op.at,
                None,
                self.target.source(node),
                op.text,
                "what the entry is added to is not a collection in the target",
            )
            return
        if node.entries and (node.kind == "mapping") != isinstance(op.at.last, Key):
            self.conflict(
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
            self.conflict("ambiguous", op.at, None, None, op.text, f"{op.at.last} stands {len(there)} times here")
            return
        text = self._in_style(op.text, node, op.at.last)
        if there:
            order.keep(op)
            self._both_added(op, at, there[0], text)
            return
        if text is None:
            self.conflict(
                "kind",
                op.at,
                None,
                self.target.source(node),
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
            self.note("already there", op.at, f"{op.at} was added already")
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
                self.note("merged entry", op.at, f"both sides added {op.at}; their fields are joined, please review")
                return
        here = pieces.entry_text(self.target, there)
        self.conflict("add", op.at, None, here, text or op.text, "both sides added it, with different content")

    def _joinable(self, at: Address, there: Node, mine: Node, missing: list[tuple[Address, Entry]]) -> bool:
        """Whether two added values agree wherever they overlap; what the target lacks goes into `missing`."""
        if there.kind != "mapping" or mine.kind != "mapping":
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
            self.note("order kept", op.at, f"{op.at} is not there any more, so it is not moved")
            return
        if op.at in self.followed.moved:
            kind = self.rules.identity.declared_for(op.at.parent)
            if isinstance(kind, (Keyed, ScalarSet)) and kind.ordered:
                self.conflict("order", op.at, None, None, None, "both sides moved it, and its order is significant")
            else:
                self.note("order kept", op.at, f"{op.at}: both sides moved it; the target's order holds")
            return
        self._order(op.at.parent, at.parent, entry.container).move(entry, replace(op, at=at))

    def _rename(self, op: Rename) -> None:
        theirs = self.followed.renames.get(op.at)
        if theirs is not None:
            if theirs == op.to:
                self.note("already there", op.at, f"{op.at} is called {op.to} already")
            else:
                self.conflict("rename", op.at, str(op.at.last), str(theirs), str(op.to), "both sides renamed it")
            return
        at = self.here(op.at)
        entry = self.places.entry(at)
        parent = self.places.node(at.parent)
        taken_name = self.places.matching(parent, op.to) if parent is not None else []
        if entry is None:
            if taken_name:
                self.note("already there", op.at, f"{op.at} is called {op.to} already")
            else:
                self.conflict(
                    "removed", op.at, str(op.at.last), None, str(op.to), "the target removed what the proposal renames"
                )
            return
        if taken_name:
            self.conflict(
                "rename", op.at, str(op.at.last), str(op.to), str(op.to), "another entry has the new name in the target"
            )
            return
        self._order(op.at.parent, at.parent, entry.container).rename(entry, op.to)
        self.ops.append(replace(op, at=at))

    def _expect(self, op: Expect) -> None:
        node = self.places.node(self.here(op.at))
        found = self.target.source(node) if node is not None else None
        if op.absent and node is not None:
            self.conflict("expect", op.at, None, found, None, "it is expected to be absent")
        elif not op.absent and node is None:
            self.conflict("expect", op.at, op.value, None, op.value, "it is expected to be there")
        elif op.value is not None and node is not None and not same_value(node, token_node(op.value)):
            self.conflict("expect", op.at, op.value, found, op.value, "it is expected to have another value")
