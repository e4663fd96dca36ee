"""The laws that every patch must keep, checked on the result before anyone sees it (DESIGN §5, laws 1, 2 and 4).

The result is read again from its text. What the operations mean is worked out on the old tree and the operations' own
parsed texts; the splices are never asked.
"""

from __future__ import annotations

from spine.address import Item, Key
from spine.change.items import item_entries, item_range
from spine.change.sources import token_node
from spine.change.targets import Arrival, Container, Targets
from spine.errors import SpineError
from spine.identity import field_node
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.scalars import same_value


class ProofFailed(SpineError):
    """The patcher's own output breaks a law: a defect of spine, never written anywhere."""

    code = "SP099"


def prove(targets: Targets, result: Document) -> None:
    """Check that the text of `result` is what the operations mean. Raises `ProofFailed`."""
    olds, news = targets.document.roots, result.roots
    if len(olds) != len(news):
        raise ProofFailed("the number of documents changed")
    proof = _Proof(targets, result)
    for old, new in zip(olds, news, strict=True):
        if old.node is None or new.node is None:
            if old.node is not new.node:
                raise ProofFailed("a document became empty, or was filled")
            continue
        proof.value(old.node, new.node)


class _Proof:
    def __init__(self, targets: Targets, result: Document) -> None:
        self.targets = targets
        self.old = targets.document
        self.new = result

    def value(self, old: Node, new: Node) -> None:
        container = self.targets.containers.get(id(old))
        if container is not None and container.is_restructured:
            self.restructured(container, new)
        elif container is not None and container.splices:
            self.spliced(container, new)
        else:
            self.same_shape(old, new)
            for a, b in zip(old.entries, new.entries, strict=True):
                self.entry(a, b)

    def same_shape(self, old: Node, new: Node) -> None:
        if old.kind != new.kind or len(old.entries) != len(new.entries) or old.tag != new.tag:
            self.fail(new, "a collection changed that no operation names")
        if not old.entries and not same_value(old, new):
            self.fail(new, "a value changed that no operation names")

    def entry(self, old: Entry, new: Entry) -> None:
        if id(old) not in self.targets.touched:
            if self.old.text[old.start : old.value.end] != self.new.text[new.start : new.value.end]:
                self.untouched(old, new)
            return
        inside = self.targets.inside.get(id(old))
        renamed = inside.rename.to if inside is not None and inside.rename is not None else None
        if isinstance(renamed, Key):
            if new.key is None or new.key.text != renamed.name:
                self.fail(new.value, f"a key is not called {renamed.name}")
        elif (old.key is None) != (new.key is None) or (
            old.key is not None and new.key is not None and not same_value(old.key, new.key)
        ):
            self.fail(new.value, "a key changed that no operation names")
        if inside is not None and inside.value is not None:
            if not same_value(token_node(inside.value.new, is_item=old.key is None), new.value):
                self.fail(new.value, f"{inside.at} did not get its value")
            return
        if isinstance(renamed, Item):
            self.renamed_item(renamed, old, new)
            return
        self.value(old.value, new.value)

    def untouched(self, old: Entry, new: Entry) -> None:
        """Other source than before: allowed only where lines were shifted, never in meaning."""
        if (old.key is None) != (new.key is None) or not same_value(old.value, new.value):
            self.fail(new.value, "an entry changed that no operation names")
        if old.key is not None and new.key is not None and not same_value(old.key, new.key):
            self.fail(new.value, "a key changed that no operation names")

    def renamed_item(self, to: Item, old: Entry, new: Entry) -> None:
        fields = {}
        for path, text in to.fields:
            node = field_node(new.value, path)
            if node is None or node.text != text:
                self.fail(new.value, f"an item is not called {to}")
            fields[id(field_node(old.value, path))] = True
        container = self.targets.containers.get(id(old.value))
        if container is not None and container.is_restructured:
            return self.restructured(container, new.value)
        self.same_shape(old.value, new.value)
        for a, b in zip(old.value.entries, new.value.entries, strict=True):
            if id(a.value) not in fields and not any(len(path) > 1 for path, _ in to.fields):
                self.entry(a, b)
        return None

    def restructured(self, container: Container, new: Node) -> None:
        if not container.order:
            if not same_value(new, token_node(container.leaves)):
                self.fail(new, f"{container.at} is not empty as it should be")
            return
        if len(new.entries) != len(container.order):
            self.fail(new, f"{container.at} has {len(new.entries)} entries, {len(container.order)} were meant")
        if container.order and container.node.entries and new.kind != container.node.kind:
            self.fail(new, f"{container.at} became another kind")
        for who, b in zip(container.order, new.entries, strict=False):
            if isinstance(who, Arrival):
                a = who.entry
                if (a.key is None) != (b.key is None) or not same_value(a.value, b.value):
                    self.fail(b.value, f"{who.op.at} is not what was added")
                if a.key is not None and b.key is not None and not same_value(a.key, b.key):
                    self.fail(b.value, f"{who.op.at} is not what was added")
            else:
                self.entry(container.node.entries[who], b)

    def spliced(self, container: Container, new: Node) -> None:
        expected: list[Entry] = []
        at = 0
        for op in sorted(container.splices, key=lambda one: one.position):
            begin, end = item_range(self.old, container.at, container.node, op)
            expected += container.node.entries[at:begin]
            expected += item_entries(op.put) if op.put else []
            at = end
        expected += container.node.entries[at:]
        if len(expected) != len(new.entries):
            self.fail(new, f"{container.at} has {len(new.entries)} items, {len(expected)} were meant")
        for a, b in zip(expected, new.entries, strict=True):
            if not same_value(a.value, b.value):
                self.fail(b.value, f"{container.at} holds another item than was put")

    def fail(self, node: Node, message: str) -> None:
        place = self.new.place(node.start)
        raise ProofFailed(f"{message} (line {place.line} of the result)")
