"""The lists of one file in several versions of it, by the pattern of where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from spine.address import Address, Key, Position
from spine.dataclass import dataclass
from spine.patterns import AddressPattern, generalised
from spine.yamldoc.nodes import Document, Node


@dataclass(slots=True)
class Lists:
    """All lists of one pattern: per version, newest first, the nodes by where they stand."""

    sample: Address
    versions: list[dict[Address, Node]] = field(default_factory=list)

    @property
    def full(self) -> list[Node]:
        """Those that hold anything."""
        return [node for version in self.versions for node in version.values() if node.entries]

    @property
    def extent(self) -> str:
        """`37 items in 12 versions`: the most items that one version had."""
        most = max(sum(len(node.entries) for node in version.values()) for version in self.versions)
        count = sum(1 for version in self.versions if any(node.entries for node in version.values()))
        return f"{most} item{'s' * (most != 1)} in {count} version{'s' * (count != 1)}"


def lists_of(documents: Sequence[Document]) -> dict[AddressPattern, Lists]:
    """All lists of all versions, by pattern, in document order."""
    found: dict[AddressPattern, Lists] = {}
    for number, document in enumerate(documents):
        for address, node in _walk(document):
            lists = found.setdefault(generalised(address), Lists(address))
            while len(lists.versions) <= number:
                lists.versions.append({})
            lists.versions[number][address] = node
    return found


def _walk(document: Document) -> Iterator[tuple[Address, Node]]:
    todo = [(Address((), number), root.node) for number, root in enumerate(document.roots, 1) if root.node is not None]
    while todo:
        address, node = todo.pop(0)
        if node.kind == "sequence":
            yield address, node
        for entry in node.entries:
            if entry.value.entries or entry.value.kind == "sequence":
                step = Key(entry.key.text) if entry.key is not None else Position(entry.index + 1)
                todo.append((address / step, entry.value))
