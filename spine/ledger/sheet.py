"""One YAML file as checks of values see it: the places that a pattern means, their values, and their addresses.

A pattern is walked down the tree and leaves every branch that it cannot mean, so that a large file costs what is
looked at. An alias has the value of what it names if that is a scalar.

Limitations: aliases of collections and merge keys (`<<`) are not followed; they are what they are in YAML 1.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from spine.address import Address, Item, Key, Member, Position, Step
from spine.dataclass import dataclass
from spine.errors import Place
from spine.identity import FieldPath, Identity, field_node, steps_of
from spine.patterns import AddressPattern, Any, Part
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.scalars import Value, value_of


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file: its value, and the entry that holds it (None: a document's root)."""

    sheet: Sheet
    node: Node
    entry: Entry | None

    @property
    def value(self) -> Value | None:
        """Kind and text of a scalar, or of the scalar that an alias names; None for a collection."""
        return self.sheet.value(self.node)

    @property
    def place(self) -> Place:
        """File, line and column of the value; an empty one stands where its entry does."""
        is_empty = self.node.start == self.node.end and self.entry is not None
        return self.sheet.document.place(self.entry.start if is_empty and self.entry is not None else self.node.start)

    @property
    def address(self) -> Address:
        """Its address, items by their identity."""
        return self.sheet.address(self.entry) if self.entry is not None else self.sheet.root_address(self.node)

    def field(self, path: FieldPath) -> Spot | None:
        """What stands in a field of a mapping."""
        node, entry = self.node, self.entry
        for name in path:
            if node.kind != "mapping":
                return None
            entry = next((one for one in node.entries if one.key is not None and one.key.text == name), None)
            if entry is None:
                return None
            node = entry.value
        return Spot(self.sheet, node, entry)


@dataclass(slots=True, eq=False)
class Sheet:
    """A parsed file with the identities that are declared for it."""

    document: Document
    identity: Identity = field(default_factory=Identity)
    _steps: dict[int, list[Step]] = field(default_factory=dict)
    _anchors: dict[str, list[Node]] | None = None

    def select(self, pattern: AddressPattern) -> Iterator[Spot]:
        """All places that the pattern means, in the order of the text."""
        parts = pattern.parts
        for number, root in enumerate(self.document.roots, 1):
            if root.node is None or (pattern.document is not None and pattern.document != number):
                continue
            todo: list[tuple[Node, Entry | None, frozenset[int]]] = [(root.node, None, _closed({0}, parts))]
            while todo:
                node, entry, at = todo.pop()
                if len(parts) in at:
                    yield Spot(self, node, entry)
                waiting = [number for number in at if number < len(parts)]
                for child in reversed(node.entries) if waiting else ():
                    next_ = _closed(_after(parts, waiting, child), parts)
                    if next_:
                        todo.append((child.value, child, next_))

    def value(self, node: Node) -> Value | None:
        """Kind and text of a scalar; of an alias that of the scalar it names."""
        if node.kind == "alias":
            named = self.named(node)
            return value_of(named) if named is not None and named.kind == "scalar" else None
        return value_of(node) if node.kind == "scalar" else None

    def named(self, alias: Node) -> Node | None:
        """The node that an alias means: the last one before it with this anchor."""
        if self._anchors is None:
            self._anchors = {}
            for node in every_node(self.document):
                if node.anchor is not None and node.kind != "alias":
                    self._anchors.setdefault(node.anchor, []).append(node)
        before = [node for node in self._anchors.get(alias.text, []) if node.start < alias.start]
        return before[-1] if before else None

    def address(self, entry: Entry) -> Address:
        """The address of an entry, items by their identity."""
        above: list[Entry] = []
        one: Entry | None = entry
        while one is not None:
            above.append(one)
            one = one.container.parent
        at = self.root_address(above[-1].container)
        for one in reversed(above):
            at = at / self._steps_in(one.container, at)[one.index]
        return at

    def root_address(self, root: Node) -> Address:
        """The address of a document's root."""
        return Address((), next(number for number, one in enumerate(self.document.roots, 1) if one.node is root))

    def _steps_in(self, container: Node, at: Address) -> list[Step]:
        if id(container) not in self._steps:
            kind = self.identity.kind_of(at, (container,)) if container.kind == "sequence" else None
            self._steps[id(container)] = steps_of(container, kind)
        return self._steps[id(container)]


def every_node(document: Document) -> Iterator[Node]:
    """All values of a file, in the order of the text."""
    todo = [root.node for root in reversed(document.roots) if root.node is not None]
    while todo:
        node = todo.pop()
        yield node
        todo += [entry.value for entry in reversed(node.entries)]


def _closed(at: set[int], parts: tuple[Part, ...]) -> frozenset[int]:
    """The positions with those that are reached without a step."""
    found = set(at)
    for number in sorted(at):
        while number < len(parts) and parts[number] is Any.STEPS:
            number += 1
            found.add(number)
    return frozenset(found)


def _after(parts: tuple[Part, ...], at: list[int], entry: Entry) -> set[int]:
    """The positions behind one step down into an entry."""
    found = set()
    for number in at:
        part = parts[number]
        if part is Any.STEPS:
            found.add(number)
            continue
        anything = Any.ITEM if entry.key is None else Any.KEY
        if part is anything or (not isinstance(part, Any) and _is_meant(part, entry)):
            found.add(number + 1)
    return found


def _is_meant(step: Step, entry: Entry) -> bool:
    if isinstance(step, Position):
        return entry.key is None and step.number == entry.index + 1
    if not _has_name(step, entry):
        return False
    if not step.dup:
        return True
    same = [one for one in entry.container.entries if _has_name(step, one)]
    return len(same) >= step.dup and same[step.dup - 1] is entry


def _has_name(step: Key | Item | Member, entry: Entry) -> bool:
    """Whether an entry is one that a step means, whatever its `dup`."""
    if isinstance(step, Key):
        return entry.key is not None and entry.key.text == step.name
    if entry.key is not None:
        return False
    if isinstance(step, Member):
        return entry.value.kind == "scalar" and entry.value.text == step.value
    found = ((field_node(entry.value, path), value) for path, value in step.fields)
    return all(node is not None and node.text == value for node, value in found)
