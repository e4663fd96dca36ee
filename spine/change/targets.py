"""Operations brought to the document they speak of: what happens to which entry and container, preconditions checked.

This is the one reading of a change that both the patcher and its proof share; it decides nothing about characters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from spine.address import Address, Position, Step
from spine.change import strict
from spine.change.operations import (
    Add,
    After,
    Comment,
    Expect,
    First,
    Last,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    Slot,
    SpliceItems,
    name_of,
)
from spine.change.places import Places
from spine.change.sources import BadChange, Mismatch, added_entry, token_node
from spine.dataclass import dataclass
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.scalars import same_value
from spine.yamldoc.trivia import NotEditable, is_trivia, prolog


@dataclass(slots=True)
class Arrival:
    """An added entry: its operation and its text parsed."""

    op: Add
    document: Document
    entry: Entry


@dataclass(slots=True)
class Container:
    """What happens to one collection."""

    node: Node
    at: Address
    arrivals: list[Arrival] = field(default_factory=list)
    removed: dict[int, Remove] = field(default_factory=dict)
    moved: dict[int, Move] = field(default_factory=dict)
    splices: list[SpliceItems] = field(default_factory=list)
    end: Comment | None = None
    order: list[int | Arrival] = field(default_factory=list)  # entries of the result: base indexes and arrivals

    @property
    def leaves(self) -> str:
        """The token that stands for the collection once it is empty."""
        told = next((op.leaves for op in self.removed.values() if op.leaves is not None), None)
        return told if told is not None else "{}" if self.node.kind == "mapping" else "[]"

    @property
    def is_restructured(self) -> bool:
        """Whether entries come, go or move."""
        return bool(self.arrivals or self.removed or self.moved)


@dataclass(slots=True)
class Inside:
    """What happens to one entry itself."""

    entry: Entry
    at: Address
    value: SetValue | None = None
    rename: Rename | None = None
    comments: dict[Slot, Comment] = field(default_factory=dict)


class Targets:
    """All operations of a change, resolved on one document.

    Raises `Mismatch` where the document is not what an operation saw, `BadChange` where the operations contradict each
    other, `NotEditable` where an entry cannot be edited by span.
    """

    def __init__(self, document: Document, ops: Iterable[Operation]) -> None:
        self.document = document
        self.places = Places(document)
        self.containers: dict[int, Container] = {}
        self.inside: dict[int, Inside] = {}
        self.touched: set[int] = set()  # ids of entries with something to do at or below them
        self.prologs: list[tuple[int, int, str]] = []  # span and new text of what stands above a document
        self._holders: dict[int, Entry] = {}
        self._renamed: dict[int, list[Inside]] = {}
        if document.opaque:
            raise NotEditable("line breaks that only YAML 1.1 knows")
        for op in ops:
            self._take(op)
        for container in self.containers.values():
            if container.splices:
                strict.check_splices(document, container)
            if container.is_restructured:
                container.order = self._order(container)
        self._refuse_taken_names()
        self._refuse_edits_below_removed()

    # -- reading the operations -----------------------------------------------------------------------------------

    def _take(self, op: Operation) -> None:
        if isinstance(op, Expect):
            self._expect(op)
        elif isinstance(op, Add):
            self._add(op)
        elif isinstance(op, SpliceItems):
            self._container_at(op.at).splices.append(op)
        elif isinstance(op, Comment) and op.slot == "above" and not op.at.steps:
            self._prolog(op)
        elif isinstance(op, Comment) and op.slot == "end":
            strict.require_comment(op)
            self._container_at(op.at).end = op
        else:
            self._on_entry(op)

    def _prolog(self, op: Comment) -> None:
        span = prolog(self.document, op.at.document) if op.at.document <= len(self.document.roots) else None
        if span is None:
            raise NotEditable(f"{op.at}: no document mark (---) that a comment could stand above")
        if self.document.text[slice(*span)].strip() != (op.old or "").strip():
            raise Mismatch(f"{op.at}: the comment above the document is not what the change saw")
        if not all(map(is_trivia, (op.new or "").split("\n"))):
            raise BadChange(f"{op.at}: nothing but comments may stand above a document")
        self.prologs.append((span[0], span[1], op.new or ""))

    def _on_entry(self, op: SetValue | Remove | Move | Rename | Comment) -> None:
        entry = self._entry(op.at)
        if isinstance(op, (Remove, Move)):
            container = self._container(entry.container, op.at.parent)
            if isinstance(op, Remove):
                strict.check_remove(self.document, self.places, entry, op)
                container.removed[entry.index] = op
            else:
                strict.check_move(self.document, self.places, entry, op)
                container.moved[entry.index] = op
            self._touch(entry.container)
            return
        inside = self.inside.setdefault(id(entry), Inside(entry, op.at))
        if isinstance(op, SetValue):
            strict.check_set(self.document, entry, op)
            inside.value = op
        elif isinstance(op, Rename):
            inside.rename = op
            self._renamed.setdefault(id(entry.container), []).append(inside)
        else:
            strict.check_comment(self.document, entry, op)
            inside.comments[op.slot] = op
            if op.slot == "above":
                self._container(entry.container, op.at.parent)
        self._touch_entry(entry)

    def _entry(self, at: Address) -> Entry:
        if any(isinstance(step, Position) for step in at.steps):
            raise BadChange(f"{at}: a writing address never goes through a position; splice the list instead")
        if not at.steps:
            raise BadChange("the whole document is not an entry")
        entry = self.places.entry(at)
        if entry is None:
            raise Mismatch(f"{at} is not there", hint="plan the change against this text first")
        self._no_anchor(entry)
        return entry

    def _no_anchor(self, entry: Entry) -> None:
        if not self.document.aliased:
            return
        outer: Entry | None = entry
        while outer is not None:
            if outer.value.anchor is not None or outer.value.kind == "alias":
                raise NotEditable("an anchor or alias at the touched place", place=self.document.place(entry.start))
            outer = outer.container.parent

    def _container_at(self, at: Address) -> Container:
        node = self.places.node(at)
        if node is None:
            raise Mismatch(f"{at} is not there", hint="plan the change against this text first")
        container = self._container(node, at)
        self._touch(node)
        return container

    def _container(self, node: Node, at: Address) -> Container:
        known = self.containers.get(id(node))
        if known is None:
            known = self.containers[id(node)] = Container(node, at)
        return known

    def _touch(self, node: Node) -> None:
        holder = self.holder(node)
        if holder is not None:
            self._touch_entry(holder)

    def _touch_entry(self, entry: Entry | None) -> None:
        while entry is not None and id(entry) not in self.touched:
            self.touched.add(id(entry))
            entry = entry.container.parent

    def holder(self, node: Node) -> Entry | None:
        """The entry whose value `node` is (scalars that are about to be filled have no parent link of their own)."""
        return node.parent if node.parent is not None else self._holders.get(id(node))

    def _add(self, op: Add) -> None:
        parent = op.at.parent
        node = self.places.node(parent)
        if node is None:
            raise Mismatch(f"{parent} is not there, so nothing can be added to it")
        if parent.steps:
            holder = self.places.entry(parent)
            assert holder is not None
            self._no_anchor(holder)
            if node.parent is None:
                self._holders[id(node)] = holder
        if not node.entries and not pieces.is_empty(node):
            raise Mismatch(f"{parent} is not a collection, so nothing can be added to it")
        container = self._container(node, parent)
        arrival = Arrival(op, *added_entry(op))
        strict.check_add(node, op, arrival.document, self.document)
        container.arrivals.append(arrival)
        self._touch(node)

    def _expect(self, op: Expect) -> None:
        node = self.places.node(op.at)
        if op.absent and node is not None:
            raise Mismatch(f"{op.at} is expected to be absent, but is there")
        if not op.absent and node is None:
            raise Mismatch(f"{op.at} is expected to be there, but is not")
        if op.value is not None and node is not None and not same_value(node, token_node(op.value)):
            raise Mismatch(f"{op.at} is expected to be {op.value}, but is {self.document.source(node)}")

    def _refuse_taken_names(self) -> None:
        for renamed in self._renamed.values():
            for one in renamed:
                assert one.rename is not None
                node = one.entry.container
                container = self.containers.get(id(node))
                left = [
                    entry
                    for entry in self.places.matching(node, one.rename.to)
                    if self.name(entry) is None and (container is None or entry.index not in container.removed)
                ]
                if left:
                    raise Mismatch(
                        f"{one.at.parent / one.rename.to} is there already; a second one is never made",
                        place=self.document.place(left[0].start),
                    )

    def _refuse_edits_below_removed(self) -> None:
        gone = {
            id(container.node.entries[index]) for container in self.containers.values() for index in container.removed
        }
        if not gone:
            return
        for inside in self.inside.values():
            entry: Entry | None = inside.entry
            while entry is not None:
                if id(entry) in gone:
                    raise BadChange(f"{inside.at} is changed below an entry that the same change removes")
                entry = entry.container.parent

    # -- order ----------------------------------------------------------------------------------------------------

    def name(self, entry: Entry) -> Step | None:
        """How an entry is called in the result, as far as an operation says so."""
        inside = self.inside.get(id(entry))
        return inside.rename.to if inside is not None and inside.rename is not None else None

    def _order(self, container: Container) -> list[int | Arrival]:
        """The entries of the result in order. Raises `BadChange` for a cycle, a lost or a doubly used anchor."""
        entries = container.node.entries
        renamed: dict[Step, int] = {}
        for entry in entries:
            to = self.name(entry)
            if to is not None:
                renamed[to] = entry.index
        arrivals = {arrival.op.at.last: arrival for arrival in container.arrivals}
        if len(arrivals) != len(container.arrivals):
            raise BadChange(f"{container.at}: two entries of one name are added")
        self._refuse_duplicates(container, arrivals, renamed)

        def find(after: After) -> int | Step | None:
            if isinstance(after, First):
                return None
            if isinstance(after, Last):
                for index in range(len(entries) - 1, -1, -1):
                    if index not in container.removed:
                        return index
                return None
            if after in arrivals:
                return after
            if after in renamed:
                return renamed[after]
            entry = self.places.child(container.node, after)
            if entry is None or entry.index in container.removed:
                raise BadChange(
                    f"{container.at}: nothing is called {name_of(after)} in the result, so nothing can stand behind it"
                )
            return entry.index

        behind: dict[int | Step | None, int | Arrival] = {}
        wanted: list[tuple[After, int | Arrival]] = [(arrival.op.after, arrival) for arrival in container.arrivals]
        wanted += [(move.after, index) for index, move in container.moved.items()]
        for after, who in wanted:
            anchor = find(after)
            if anchor in behind:
                raise BadChange(f"{container.at}: two entries are to stand behind the same one")
            behind[anchor] = who
        order: list[int | Arrival] = []

        def follow(anchor: int | Step | None) -> None:
            while anchor in behind:
                who = behind.pop(anchor)
                order.append(who)
                anchor = who.op.at.last if isinstance(who, Arrival) else who

        follow(None)
        for entry in entries:
            if entry.index not in container.removed and entry.index not in container.moved:
                order.append(entry.index)
                follow(entry.index)
        if behind:
            raise BadChange(f"{container.at}: the entries to be placed follow each other in a circle")
        return order

    def _refuse_duplicates(self, container: Container, arrivals: dict[Step, Arrival], renamed: dict[Step, int]) -> None:
        for step in [*arrivals, *renamed]:
            left = [
                entry
                for entry in self.places.matching(container.node, step)
                if entry.index not in container.removed and self.name(entry) is None
            ]
            if left:
                raise Mismatch(
                    f"{container.at / step} is there already; a second one is never made",
                    place=self.document.place(left[0].start),
                )
        for step in renamed:
            if step in arrivals:
                raise BadChange(f"{container.at / step} is both added and the new name of another entry")
