"""Keys that others renamed between a proposal's base and the tree that it landed on: its addresses follow them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spine.audit.compare import alike
from spine.audit.places import Place, Step, child
from spine.audit.records import Operation
from spine.audit.trees import Member, Node


def followed(
    ops: Sequence[Operation], base: Sequence[Node | None], there: Sequence[Node | None]
) -> tuple[Operation, ...]:
    """The operations with the addresses that the tree has. A key is followed where it is gone and exactly one new key
    has its value, which no other key that is gone had."""
    return tuple(replace(op, at=_place(op.at, base, there)) for op in ops)


def _place(at: Place, base: Sequence[Node | None], there: Sequence[Node | None]) -> Place:
    number = at.document - 1
    old = base[number] if number < len(base) else None
    new = there[number] if number < len(there) else None
    steps: list[Step] = []
    for step in at.steps:
        was = child(old, step) if old is not None else None
        now = child(new, step) if new is not None else None
        if old is not None and new is not None and was is not None and now is None and step.kind == "key":
            now = _renamed(was, old, new)
            if now is not None and now.key is not None:
                step = Step("key", now.key.text)
        steps.append(step)
        old = was.value if was is not None else None
        new = now.value if now is not None else None
    return Place(tuple(steps), at.document)


def _renamed(was: Member, old: Node, new: Node) -> Member | None:
    gone = [one for one in _without(old, new) if alike(one.value, was.value)]
    came = [one for one in _without(new, old) if alike(one.value, was.value)]
    return came[0] if len(gone) == len(came) == 1 else None


def _without(one: Node, other: Node) -> list[Member]:
    """The members of a mapping whose keys another one has not."""
    known = {member.key.text for member in other.members if member.key is not None}
    return [member for member in one.members if member.key is not None and member.key.text not in known]
