"""A change turned round: `patch(patch(a, d), invert(d)) == a`, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from spine.address import Address, Step
from spine.change.operations import (
    Add,
    Change,
    Comment,
    Expect,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    SpliceItems,
)
from spine.change.sources import item_count
from spine.change.textpatch import invert_patch


def invert(change: Change) -> Change:
    """The change that takes `change` back, made for its result."""
    if change.patch:
        return Change(patch=invert_patch(change.patch), reason=change.reason)
    names = {op.at: op.to for op in change.ops if isinstance(op, Rename)}
    shifts: dict[Address, int] = {}
    ops = [_inverse(op, names, shifts) for op in change.ops]
    return Change(
        tuple(ops),
        residual_first=invert_patch(change.residual) if change.residual else "",
        residual=invert_patch(change.residual_first) if change.residual_first else "",
    )


def _inverse(op: Operation, names: dict[Address, Step], shifts: dict[Address, int]) -> Operation:
    at = renamed(op.at, names)
    if isinstance(op, SetValue):
        return replace(op, at=at, old=op.new, new=op.old)
    if isinstance(op, Add):
        where = renamed(op.at.parent, names) / op.at.last
        return Remove(where, op.text, op.after, op.blank, op.past, op.replaces, op.why)
    if isinstance(op, Remove):
        where = renamed(op.at.parent, names) / op.at.last
        return Add(where, op.was, op.was_after, op.blank, op.was_past, op.leaves, op.why)
    if isinstance(op, Move):
        return replace(op, at=at, after=op.was_after, was_after=op.after, past=op.was_past, was_past=op.past)
    if isinstance(op, Rename):
        return replace(op, at=at, to=op.at.last)
    if isinstance(op, Comment):
        return replace(op, at=at, old=op.new, new=op.old)
    if isinstance(op, SpliceItems):
        by = shifts.get(op.at, 0)
        shifts[op.at] = by + item_count(op.put) - item_count(op.drop)
        return replace(op, at=at, position=op.position + by, drop=op.put, put=op.drop)
    assert isinstance(op, Expect)
    return op


def renamed(at: Address, names: Mapping[Address, Step]) -> Address:
    """A base address as the result calls it."""
    if not names:
        return at
    steps = [names.get(Address(at.steps[: count + 1], at.document), step) for count, step in enumerate(at.steps)]
    return Address(tuple(steps), at.document)
