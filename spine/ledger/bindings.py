"""The YAML files of one tree, each parsed once: as nodes, as plain values for queries, and with addresses for both."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property

from spine.address import Address, Step
from spine.dataclass import dataclass
from spine.errors import Finding, Place, Refused
from spine.identity import Identity, steps_of
from spine.ledger.reading import Files
from spine.records.settings import Settings
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.plain import plain


class Documents:
    """The files of a tree as YAML. Each is read and parsed when first asked for."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._known: dict[str, Document | Finding] = {}

    def get(self, path: str) -> Document | Finding:
        """A file, parsed; or the finding that says why it is not. What is not there is empty."""
        if path not in self._known:
            data = self.files.read(path) or b""
            try:
                self._known[path] = parse(data.decode("utf-8"), file=path)
            except UnicodeDecodeError as error:
                self._known[path] = Finding("SP110", Place(path), f"not UTF-8 text (byte {error.start + 1})")
            except Refused as error:
                self._known[path] = Finding(error.code, error.place or Place(path), error.message, error.hint)
        return self._known[path]


@dataclass
class Binding:
    """One parsed file, with what its lists are known by."""

    path: str
    document: Document
    identity: Identity
    _steps: dict[int, list[Step]] = field(default_factory=dict, repr=False)

    @cached_property
    def values(self) -> list[object]:
        """The plain value of each of its documents."""
        return [plain(root.node) for root in self.document.roots]

    @cached_property
    def _entries(self) -> dict[int, Entry]:
        """The entry of each value; scalars do not know theirs."""
        found: dict[int, Entry] = {}
        todo = [root.node for root in self.document.roots if root.node is not None]
        while todo:
            for entry in todo.pop().entries:
                found[id(entry.value)] = entry
                todo.append(entry.value)
        return found

    def address(self, node: Node) -> Address:
        """Where a node of this file is."""
        path: list[tuple[Node, int]] = []
        while (entry := self._entries.get(id(node))) is not None:
            path.append((entry.container, entry.index))
            node = entry.container
        number = next(at for at, root in enumerate(self.document.roots, 1) if root.node is node)
        address = Address((), number)
        for container, index in reversed(path):
            steps = self._steps.get(id(container))
            if steps is None:
                kind = self.identity.kind_of(address, (container,)) if container.kind == "sequence" else None
                steps = self._steps[id(container)] = steps_of(container, kind)
            address /= steps[index]
        return address


class Bindings:
    """All YAML files of a tree by path."""

    def __init__(self, documents: Documents, settings: Settings) -> None:
        self.documents = documents
        self.settings = settings
        self._known: dict[str, Binding] = {}

    def get(self, path: str) -> Binding | Finding:
        """A file, or the finding that says why it cannot be read."""
        if path not in self._known:
            document = self.documents.get(path)
            if isinstance(document, Finding):
                return document
            self._known[path] = Binding(path, document, self.settings.rules_for(path).identity)
        return self._known[path]

    @cached_property
    def paths(self) -> frozenset[str]:
        """The files that are there."""
        return frozenset(self.documents.files.paths())

    @cached_property
    def governed(self) -> tuple[str, ...]:
        """The governed YAML files."""
        return tuple(
            path for path in sorted(self.paths) if path.endswith((".yaml", ".yml")) and self.settings.is_governed(path)
        )
