"""Which operations cannot stand, alone or together in one change, as far as that can be told without the text.

The rules of DESIGN §4: addresses speak of the base, `after` of the result; at most one of a kind per address; nothing
changes below an entry that the same change adds or removes; no two entries stand behind the same one, none behind
itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from spine.address import Address, Item, Position, Step
from spine.change.operations import (
    Add,
    After,
    Comment,
    Expect,
    First,
    Last,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    SpliceItems,
    name_of,
    result_step,
)
from spine.errors import Place, Refused

HEADS: dict[type[Operation], str] = {
    SetValue: "set",
    Add: "add",
    Remove: "remove",
    Move: "move",
    Rename: "rename",
    Comment: "comment",
    SpliceItems: "splice",
    Expect: "expect",
}


class BadOperation(Refused):
    """An operation is malformed or contradicts another one of its change."""

    code = "SP025"


def refuse_contradictions(ops: Sequence[Operation], place: Callable[[int], Place | None]) -> None:
    """Raise `BadOperation` for the first thing that cannot stand; `place` says where the n-th operation is written."""
    for index, message in contradictions(ops):
        raise BadOperation(message, place=place(index))


def contradictions(ops: Sequence[Operation]) -> Iterator[tuple[int, str]]:
    """What cannot stand: the index of an operation and the reason."""
    flawed = False
    for index, op in enumerate(ops):
        if reason := _flaw(op):
            flawed = True
            yield index, reason
    if not flawed:  # what follows takes each operation as sound
        yield from _doubles(ops)
        yield from _below_changed(ops)
        yield from _disorder(ops)


def _flaw(op: Operation) -> str | None:
    head = HEADS[type(op)]
    if isinstance(op, Expect):
        if sum((op.value is not None, op.exists, op.absent)) != 1:
            return "expect says exactly one of is, exists and absent"
        return None
    if any(isinstance(step, Position) for step in op.at.steps):
        return f"{head} goes through a position in {op.at}; inside a list without identity write a splice of the list"
    if not op.at.steps and isinstance(op, Add | Remove | Move | Rename):
        return f"{head} needs an entry, and {op.at} is a whole document"
    for name in ("after", "was_after"):
        after = getattr(op, name, None)
        if isinstance(after, Position):
            return f"{name} names an entry, not a position"
        if isinstance(after, Last) and not isinstance(op, Add):
            return f"{head} needs {name}"
    if isinstance(op, Rename) and _form(op.to) != _form(op.at.last):
        return f"rename gives {op.at} another name of the same form, not {op.to}"
    if isinstance(op, SpliceItems) and op.position < 1:
        return "positions are counted from 1"
    return None


def _form(step: Step) -> object:
    return tuple(path for path, _ in step.fields) if isinstance(step, Item) else type(step)


def _doubles(ops: Sequence[Operation]) -> Iterator[tuple[int, str]]:
    seen: set[tuple[object, ...]] = set()
    for index, op in enumerate(ops):
        which = op.slot if isinstance(op, Comment) else op.position if isinstance(op, SpliceItems) else None
        key = (type(op), op.at, which)
        if key in seen:
            yield index, f"a second {HEADS[type(op)]} of {op.at}" + (f", {which}" if which is not None else "")
        seen.add(key)


def _below_changed(ops: Sequence[Operation]) -> Iterator[tuple[int, str]]:
    removed = {op.at for op in ops if isinstance(op, Remove)}
    # The old name of a renamed entry may be given to a new one; addresses then still mean the old one.
    added = {op.at for op in ops if isinstance(op, Add)} - {op.at for op in ops if isinstance(op, Rename)}
    if not removed and not added:
        return
    for index, op in enumerate(ops):
        if isinstance(op, Expect):
            continue
        above = [op.at, *op.at.ancestors()] if isinstance(op, SetValue) else op.at.ancestors()
        for at in above:
            if at in removed or at in added:
                does = "removes" if at in removed else "adds"
                yield index, f"{HEADS[type(op)]} of {op.at}, but the same change {does} {at}"
                break


def _disorder(ops: Sequence[Operation]) -> Iterator[tuple[int, str]]:
    """Equal, lost and circular predecessors, container by container."""
    new_names = {op.at: op.to for op in ops if isinstance(op, Rename)}
    arrived = {op.at for op in ops if isinstance(op, Add)} | {at.parent / to for at, to in new_names.items()}
    removed = {op.at for op in ops if isinstance(op, Remove)}
    behind: dict[tuple[Address, After], Address] = {}
    after_of: dict[Address, Address] = {}
    for index, op in enumerate(ops):
        if not isinstance(op, Add | Move):
            continue
        container = op.at.parent
        other = behind.setdefault((container, op.after), op.at)
        if other is not op.at:
            yield index, f"{op.at} and {other} cannot both stand {_behind(op.after)}"
        if isinstance(op.after, First | Last):
            continue
        anchor = container / op.after
        if anchor in removed and anchor not in arrived:
            yield index, f"{op.at} cannot stand {_behind(op.after)}, which the same change removes"
        elif anchor in new_names and anchor not in arrived:
            yield index, f"after speaks of the result, where {anchor} is called {name_of(new_names[anchor])}"
        name = new_names.get(op.at) if isinstance(op, Move) else None
        after_of[container / (name or result_step(op))] = anchor
    done: set[Address] = set()
    for start in after_of:
        path: set[Address] = set()
        at = start
        while at in after_of and at not in done and at not in path:
            path.add(at)
            at = after_of[at]
        if at in path:
            index = next(i for i, op in enumerate(ops) if isinstance(op, Add | Move) and _named(op, new_names) == at)
            yield index, f"{at} is to stand behind itself, by way of the entries behind it"
        done |= path


def _named(op: Add | Move, new_names: dict[Address, Step]) -> Address:
    name = new_names.get(op.at) if isinstance(op, Move) else None
    return op.at.parent / (name or op.at.last)


def _behind(after: After) -> str:
    if isinstance(after, First):
        return "in front of all others"
    return "behind the last entry" if isinstance(after, Last) else f"behind {name_of(after)}"
