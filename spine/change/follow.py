"""What the target did to the base that addresses have to follow: which entries it renamed, which it moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spine.address import Address, Step
from spine.change.compare import Comparison
from spine.change.invert import renamed
from spine.change.operations import Move, Rename
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


def follow(base: Document, target: Document, identity: Identity) -> Followed:
    """What there is to follow; nothing where the target is not the base changed entry by entry."""
    try:
        theirs = Comparison(base, target, identity).run()
    except NotEditable:
        return Followed()
    return Followed(
        {op.at: op.to for op in theirs if isinstance(op, Rename)},
        frozenset(op.at for op in theirs if isinstance(op, Move)),
    )
