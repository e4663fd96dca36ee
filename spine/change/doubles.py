"""Keys and identities that a merge by lines made to stand twice: what no version had, no merged text may have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from spine.address import Address, Step
from spine.change.places import Ambiguous, Places
from spine.identity import Identity, ListKind, steps_of, with_dup
from spine.yamldoc.nodes import Document, Node


def new_double(merged: Document, versions: Sequence[Document], identity: Identity) -> Address | None:
    """The first place in `merged` where a key or identity stands more often than in any of the versions."""
    places = [Places(version) for version in versions]
    todo = [(Address((), number), root.node) for number, root in enumerate(merged.roots, 1) if root.node is not None]
    while todo:
        at, node = todo.pop()
        olds = [old for old in (_node(one, at) for one in places) if old is not None and old.kind == node.kind]
        kind: ListKind | None = None
        if node.kind == "sequence":
            kind = identity.kind_of(at, olds)
        steps = steps_of(node, kind)
        counts = _counts(steps)
        for step, count in counts.items():
            if count > max([1, *(_counts(steps_of(old, kind))[step] for old in olds)]):
                return at / step
        todo += [
            (at / step, entry.value) for step, entry in zip(steps, node.entries, strict=True) if entry.value.entries
        ]
    return None


def _counts(steps: list[Step]) -> Counter[Step]:
    return Counter(with_dup(step, 0) for step in steps)


def _node(places: Places, at: Address) -> Node | None:
    try:
        return places.node(at)
    except Ambiguous:
        return None
