"""The order of one container of a target, with a change's removals, moves and additions put among its entries."""

from __future__ import annotations

import re
from collections.abc import Sequence as Seq
from dataclasses import replace

from spine.address import Address, Item, Key, Member, Step
from spine.change.merging import Merging
from spine.change.operations import Add, After, First, Last, Move, Operation, Remove
from spine.identity import FieldPath, Keyed, ListKind, field_node, steps_of
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.trivia import blank_above, layout

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


def names_in(merging: Merging, at: Address, node: Node) -> list[Step]:
    """The names of a target's entries, by the identity fields that the change writes into its addresses."""
    if not node.entries:
        return []
    kind: ListKind | None = None
    if node.kind == "sequence":
        fields = _fields(merging, at)
        kind = merging.rules.identity.kind_of(at, [node])
        if fields:
            return _named_by(fields, node, steps_of(node, kind))
    return steps_of(node, kind)


def _named_by(fields: tuple[FieldPath, ...], node: Node, otherwise: list[Step]) -> list[Step]:
    """The items by these fields; one that does not have them (any more) by what else it is known by."""
    names = steps_of(node, Keyed(fields))
    return [
        name if all(field_node(entry.value, path) is not None for path in fields) else other
        for name, other, entry in zip(names, otherwise, node.entries, strict=True)
    ]


def _fields(merging: Merging, at: Address) -> tuple[tuple[str, ...], ...] | None:
    for op in merging.change.ops:
        if op.at.steps and isinstance(op.at.last, Item) and merging.here(op.at.parent) == at:
            return tuple(path for path, _ in op.at.last.fields)
    return None


class Order:
    """The entries of one container of the target, with the proposal's removals, moves and additions put among them.

    What the change puts behind an entry goes past what others put there since the base, where that comes first by name,
    so that two proposals end in one order whichever lands first (law 7).
    """

    def __init__(self, merging: Merging, origin: Address | None, at: Address, node: Node) -> None:
        self.merging = merging
        self.origin = origin
        self.at = at
        self.node = node
        self.base = merging.base_siblings(origin, node)
        self.names = names = names_in(merging, at, node)
        self.entries: list[tuple[Step, Entry | None]] = list(zip(names, node.entries, strict=True))
        self.known = set(self.base) if self.base is not None else set(names)
        self.moved_there = {
            merging.followed.renames.get(at_base, at_base.last)
            for at_base in merging.followed.moved
            if origin is not None and at_base.parent == origin
        }
        mine = {op.at for op in merging.change.ops if isinstance(op, Move)}
        self.moved_by_both = {
            merging.followed.renames.get(at_base, at_base.last) for at_base in mine & merging.followed.moved
        }
        self.removed: list[Remove] = []
        self.gone: set[int] = set()
        self.renamed: dict[int, Step] = {}
        self.added: dict[Step, Add] = {}
        self.moved: dict[Step, Move] = {}
        self.added_by_both: dict[Step, After] = {}

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
        self.removed.append(replace(op, was_after=self._before(entry)))

    def _before(self, entry: Entry) -> After:
        """What an entry of the target stands behind there."""
        return self.names[entry.index - 1] if entry.index else First()

    def move(self, entry: Entry, op: Move) -> None:
        index = next((i for i, (_, other) in enumerate(self.entries) if other is entry), None)
        if index is None:
            return
        step, _ = self.entries.pop(index)
        place = self._behind(op.after, step, is_move=True)
        if place == index:
            self.entries.insert(index, (step, entry))
            self.merging.note("already there", op.at, f"{op.at} stands there already")
            return
        self.entries.insert(place, (step, entry))
        self.moved[step] = op

    def keep(self, op: Add) -> None:
        """The target has this entry too, wherever it put it; what the change moves behind it moves to its own place."""
        self.added_by_both[op.at.last] = op.after

    def add(self, op: Add) -> None:
        step = op.at.last
        place = self._behind(op.after, step, is_move=False)
        while self._is_lost(op.after) and place < len(self.entries) and self.entries[place][1] is None:
            place += 1  # what this change put here before stands in front of it in its own result, too
        if place == 0 and (isinstance(op.after, First) or self._is_lost(op.after)):
            op = self._in_front(op)
        self.entries.insert(place, (step, None))
        self.added[step] = replace(op, past=op.past + self._blocks_of_lost(op.after))

    def _behind(self, after: After, step: Step, *, is_move: bool) -> int:
        """Where an entry goes that is to stand behind `after`: past what other changes put there, in an order that does
        not depend on who was first: what was moved, then what is new, each by name."""
        place = self._own_place(after) if is_move else self._anchor(after)
        while place < len(self.entries):
            other, entry = self.entries[place]
            came = other in self.moved_there
            is_new = not is_move and other not in self.known and natural(other) < natural(step)
            if entry is None or not (is_new or (came and (not is_move or natural(other) < natural(step)))):
                break
            place += 1
        return place

    def _own_place(self, after: After) -> int:
        """The index behind `after`. Where that is an entry which the target added elsewhere, it says where the change
        put it, between entries of the base; their order among each other must not depend on where others stand."""
        chain: list[Step] = []
        while not isinstance(after, First | Last) and after in self.added_by_both:
            chain.append(after)
            after = self.added_by_both[after]
        place = self._anchor(after)
        while chain and place < len(self.entries) and self.entries[place][0] in chain:
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
            name = self.merging.followed.renames.get(self.origin / after, after) if self.origin is not None else after
            known = self.base is not None and name in self.base
            if name in where and not (known and self._moved_away(name)):
                return where[name] + 1
            if self.base is None or not known:
                return len(self.entries)
            candidates = self.base[: self.base.index(name)]
        for step in reversed(candidates):
            if step in where and step not in self.moved_there:
                return where[step] + 1
        return len(self.entries) if isinstance(after, Last) else 0

    def _in_front(self, op: Add) -> Add:
        """A first entry has the blank lines to its successor; if that one is gone, those that the next one had."""
        origin = self._origin_node()
        left = {step: entry for step, entry in self.entries if entry is not None}
        if origin is None or not self.base or self.base[0] in left:
            return op
        if self._replaces_first(op, origin):
            return replace(op, blank=blank_above(layout(self.merging.target, self.node), 0))
        index = next((number for number, step in enumerate(self.base) if step in left), None)
        if index is None or left[self.base[index]] is not self.node.entries[0]:
            return op
        document, node = origin
        trivia = layout(document, node).entries[index]
        return replace(op, blank=trivia.above[0].blanks if trivia.above else trivia.blank)

    def _replaces_first(self, op: Add, origin: tuple[Document, Node]) -> bool:
        """Whether the change puts an entry where it takes the first one away, which both texts have."""
        if not pieces.is_block(self.node) or self.base is None:
            return False
        is_taken = id(self.node.entries[0]) in self.gone and self.names[0] == self.base[0]
        return is_taken and blank_above(layout(*origin), 0) == op.blank

    def _origin_node(self) -> tuple[Document, Node] | None:
        """The container in the base, if it is a block there."""
        document, places = self.merging.base, self.merging.base_places
        if document is None or places is None or self.origin is None:
            return None
        node = places.node(self.origin)
        return (document, node) if node is not None and pieces.is_block(node) else None

    def _moved_away(self, name: Step) -> bool:
        """Whether the target alone moved an entry; where both did, both mean the place that it has now."""
        return name in self.moved_there and name not in self.moved_by_both

    def _is_lost(self, after: After) -> bool:
        if isinstance(after, First | Last) or self.base is None:
            return False
        name = self.merging.followed.renames.get(self.origin / after, after) if self.origin is not None else after
        return name in self.base and (self._moved_away(name) or name not in {step for step, _ in self.entries})

    def _blocks_of_lost(self, after: After) -> int:
        """The free-standing blocks above an anchor that is gone, and above the gone ones in front of it: they stay, and
        what stood behind the anchor stands behind them."""
        origin = self._origin_node()
        if not self._is_lost(after) or origin is None or not self.base or isinstance(after, First | Last):
            return 0
        assert self.origin is not None
        document, node = origin
        left = {step for step, _ in self.entries} - self.moved_there
        index = self.base.index(self.merging.followed.renames.get(self.origin / after, after))
        count = 0
        while index >= 0 and self.base[index] not in left:
            count += len(layout(document, node).entries[index].above)
            index -= 1
        return count

    def _blocks_above(self, index: int) -> int:
        """How many free-standing blocks stand above the next entry that the target has and that stays in its place."""
        if not pieces.is_block(self.node):
            return 0
        here = layout(self.merging.target, self.node)
        rest = self.entries[index:]
        following = next((entry for step, entry in rest if entry is not None and step not in self.moved), None)
        return len(here.end if following is None else here.entries[following.index].above)

    def operations(self) -> list[Operation]:
        """The container's removals, moves and additions, with the anchors that the target has."""
        found: list[Operation] = list(self.removed)
        empty = not self.node.entries
        for index, (step, _) in enumerate(self.entries):
            after: After = self.entries[index - 1][0] if index else First()
            if step in self.added:
                op = self.added[step]
                same_place = op.after == after or isinstance(op.after, Last) or self._is_lost(op.after)
                past = min(op.past, self._blocks_above(index)) if same_place else 0
                token = self.merging.target.source(self.node) if empty and index == 0 else None
                found.append(replace(op, after=after, past=past, replaces=token))
            elif step in self.moved:
                move = self.moved[step]
                entry = next(other for other_step, other in self.entries if other_step == step and other is not None)
                past = min(move.past, self._blocks_above(index)) if move.after == after else 0
                found.append(replace(move, after=after, was_after=self._before(entry), past=past))
        return found
