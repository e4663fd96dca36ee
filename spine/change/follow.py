"""What the target did to the base that addresses have to follow: which entries it renamed, which it moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field

from spine.address import Address, Step
from spine.change.compare import Comparison
from spine.change.invert import renamed
from spine.change.operations import Move, Operation, Rename
from spine.change.places import Ambiguous, Places
from spine.dataclass import dataclass
from spine.identity import Identity
from spine.yamldoc.nodes import Document
from spine.yamldoc.trivia import NotEditable


@dataclass(frozen=True, slots=True)
class Followed:
    """The target's renames by base address, and the base addresses of what it moved."""

    renames: Mapping[Address, Step] = field(default_factory=dict)
    moved: frozenset[Address] = frozenset()

    def here(self, at: Address) -> Address:
        """A base address as the target calls it."""
        return renamed(at, self.renames)


def follow(base: Document, target: Document, identity: Identity, *, within: Collection[int] | None = None) -> Followed:
    """What there is to follow; nothing where the target is not the base changed entry by entry.

    `within` are the base's entries (by `id`) that are looked into, as `on_the_way` gives them; None: all.
    """
    try:
        theirs = Comparison(base, target, identity, within=within).run()
    except NotEditable:
        return Followed()
    return Followed(
        {op.at: op.to for op in theirs if isinstance(op, Rename)},
        frozenset(op.at for op in theirs if isinstance(op, Move)),
    )


def on_the_way(places: Places, ops: Iterable[Operation]) -> set[int] | None:
    """The entries of the base, by `id`, at the operations' addresses and above: elsewhere a rename or a move is nothing
    to them. None where an address is not clear."""
    found: set[int] = set()
    for op in ops:
        node = places.root(op.at)
        for step in op.at.steps:
            try:
                entry = places.child(node, step) if node is not None else None
            except Ambiguous:
                return None
            if entry is None:
                break
            found.add(id(entry))
            node = entry.value
    return found
