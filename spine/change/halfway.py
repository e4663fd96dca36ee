"""A change brought to a text as far as it goes: what conflicts is left out and named, all else is made.

A landing never does this (whole or not at all); it is for a person who will settle the rest in the file.
"""

from __future__ import annotations

from dataclasses import replace

from spine.change.merge import Conflict, Merged, Note, merge
from spine.change.operations import Change, Comment, Move, Operation
from spine.change.rules import FileRules
from spine.dataclass import dataclass
from spine.errors import Refused


@dataclass(frozen=True, slots=True)
class Halfway:
    """`text` is the target with every operation that fits; `made` are those operations, as the change has them."""

    text: str
    conflicts: tuple[Conflict, ...]
    notes: tuple[Note, ...]
    made: tuple[Operation, ...]


def merge_what_fits(base: str, target: str, change: Change, *, rules: FileRules | None = None) -> Halfway:
    """As `merge`, with the operations in conflict left out, until the rest goes together.

    Raises `Refused` as `merge` does, and where the conflict is with no operation alone.
    """
    ops = change.ops
    conflicts: list[Conflict] = []
    while True:
        found = merge(base, target, replace(change, ops=ops), rules=rules)
        if isinstance(found, Merged):
            return Halfway(found.text, tuple(conflicts), found.notes, ops)
        conflicts += found.conflicts
        kept = tuple(op for op in ops if not any(_is_of(op, one) for one in found.conflicts))
        if len(kept) == len(ops):
            raise Refused(found.conflicts[0].message)
        ops = kept


def _is_of(op: Operation, conflict: Conflict) -> bool:
    """Whether the conflict is about this operation; comments and order go their own way beside a value."""
    if op.at != conflict.at:
        return False
    if conflict.kind == "ambiguous":
        return True
    return isinstance(op, Comment) == (conflict.kind == "comment") and isinstance(op, Move) == (
        conflict.kind == "order"
    )
