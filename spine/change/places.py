"""Finding the entry that an address names in a document, with one index a container."""

from __future__ import annotations

from spine.address import Address, Item, Key, Member, Position, Step
from spine.errors import Refused
from spine.identity import field_node
from spine.yamldoc.nodes import Document, Entry, Node


class Ambiguous(Refused):
    """An address names several entries; `#n` tells them apart."""

    code = "SP021"


class Places:
    """The entries of one document by address. Containers are indexed when first asked for, once a document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._indexes = document.indexes

    def root(self, address: Address) -> Node | None:
        """The root node of the document that an address speaks of."""
        roots = self.document.roots
        return roots[address.document - 1].node if address.document <= len(roots) else None

    def node(self, address: Address) -> Node | None:
        """The value at an address, None if there is none. Raises `Ambiguous`."""
        if not address.steps:
            return self.root(address)
        entry = self.entry(address)
        return entry.value if entry is not None else None

    def entry(self, address: Address) -> Entry | None:
        """The entry at an address, None if there is none. Raises `Ambiguous`."""
        node = self.root(address)
        entry: Entry | None = None
        for step in address.steps:
            if node is None:
                return None
            entry = self.child(node, step)
            if entry is None:
                return None
            node = entry.value
        return entry

    def child(self, node: Node, step: Step) -> Entry | None:
        """The entry of a collection that a step names. Raises `Ambiguous`."""
        if isinstance(step, Position):
            is_item = node.kind == "sequence" and step.number <= len(node.entries)
            return node.entries[step.number - 1] if is_item else None
        found = self.matching(node, step)
        if step.dup:
            return found[step.dup - 1] if step.dup <= len(found) else None
        if len(found) > 1:
            raise Ambiguous(
                f"{step} stands {len(found)} times here",
                place=self.document.place(found[1].start),
                hint=f"name one of them, for example {step}#1",
            )
        return found[0] if found else None

    def matching(self, node: Node, step: Step) -> list[Entry]:
        """All entries of a collection that a step means, whatever its `dup`."""
        if isinstance(step, Key):
            if node.kind != "mapping":
                return []
            return self._index(node, "key").get(step.name, [])
        if node.kind != "sequence" or isinstance(step, Position):
            return []
        if isinstance(step, Member):
            return self._index(node, "member").get(step.value, [])
        paths = tuple(path for path, _ in step.fields)
        return self._index(node, paths).get(tuple(value for _, value in step.fields), [])

    def _index(self, node: Node, how: object) -> dict[object, list[Entry]]:
        known = self._indexes.get((id(node), how))
        if known is not None:
            return known
        index: dict[object, list[Entry]] = {}
        for entry in node.entries:
            name: object
            if how == "key":
                assert entry.key is not None
                name = entry.key.text
            elif how == "member":
                if entry.value.kind != "scalar":
                    continue
                name = entry.value.text
            else:
                assert isinstance(how, tuple)
                values = [field_node(entry.value, path) for path in how]
                if None in values:
                    continue
                name = tuple(value.text for value in values if value is not None)
            index.setdefault(name, []).append(entry)
        self._indexes[id(node), how] = index
        return index


def address_steps_cross_position(address: Address) -> bool:
    """Whether a writing address goes through `[#n]`, which only a splice of the outer list may do."""
    return any(isinstance(step, Position) for step in address.steps[:-1])


__all__ = ["Ambiguous", "Item", "Places", "address_steps_cross_position"]
