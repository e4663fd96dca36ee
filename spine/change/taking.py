"""How one side of a conflict is taken: what becomes of the proposal's operations, and what of the target first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from spine.address import Address, parse_selector
from spine.change.amended import REMOVE, Amended, CannotSettle
from spine.change.clashes import take_items
from spine.change.editing import entry_source
from spine.change.json_form import Draft
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
)
from spine.change.rules import FileRules
from spine.change.sources import token_node
from spine.change.verdicts import Conflict
from spine.errors import Refused

Side = Literal["target", "proposal", "value"]

_CONCERNED: dict[str, tuple[type[Operation], ...]] = {
    "value": (SetValue,),
    "kind": (SetValue, Add, SpliceItems),
    "add": (Add,),
    "remove": (Remove,),
    "removed": (SetValue, Add, Rename, SpliceItems),
    "rename": (Rename, Remove),
    "sequence": (SpliceItems,),
    "base": (SpliceItems,),
    "expect": (Expect,),
    "order": (Move,),
    "comment": (Comment,),
}


class Taking:
    """One round: conflicts of one merge, each taken for a side; `done` gives the target and the operations after it.

    `behind` are moves that have to be made once all is merged.
    """

    def __init__(self, base: str | None, target: str, ops: tuple[Operation, ...], rules: FileRules) -> None:
        self.amended = Amended(base, target, rules)
        self.ops: list[Operation] = list(ops)
        self.behind: list[Move] = []
        self.taken: list[Conflict] = []

    def done(self) -> tuple[str, tuple[Operation, ...]]:
        """The target with the edits made, and what is left of the change. Raises `CannotSettle`."""
        try:
            return self.amended.result(), tuple(self.ops)
        except CannotSettle:
            raise
        except Refused as error:  # the edits are made all at once: which of them it was is in the message
            raise CannotSettle(self.taken[0], f"this cannot be made of the target: {error}") from error

    def take(self, conflict: Conflict, side: Side, value: str | None) -> None:
        """Settle one conflict. Raises `CannotSettle`."""
        self.taken.append(conflict)
        types = _CONCERNED.get(conflict.kind)
        concerned = [op for op in self.ops if op.at == conflict.at and (types is None or isinstance(op, types))]
        if conflict.kind == "comment":  # one entry has several slots
            concerned = [op for op in concerned if isinstance(op, Comment) and _is_about(conflict, op)]
        try:
            if conflict.kind == "sequence" and side != "value":
                splices = [op for op in concerned if isinstance(op, SpliceItems)]
                self._drop(take_items(self.amended, conflict, splices, target=side == "target"))
            elif side == "target":
                self._drop(concerned)
            else:
                for op in concerned:
                    self._proposed(conflict, op, value)
        except CannotSettle:
            raise
        except Refused as error:
            raise CannotSettle(conflict, error.message) from error

    # -- the target's ---------------------------------------------------------------------------------------------

    def _drop(self, dropped: Sequence[Operation]) -> None:
        """Leave operations out; what was to stand behind them stands behind what they were to stand behind."""
        for gone in dropped:
            if gone not in self.ops:
                continue
            self.ops.remove(gone)
            if isinstance(gone, Rename):
                self._rechain(gone.at.parent / gone.to, gone.at.last)
            elif isinstance(gone, Add) and self.amended.entry(self.amended.here(gone.at)) is None:
                self._rechain(gone.at, gone.after)

    def _rechain(self, lost: Address, after: After) -> None:
        for number, op in enumerate(self.ops):
            if not isinstance(op, Add | Move) or op.at.parent != lost.parent or op.after != lost.last:
                continue
            if isinstance(op, Add):
                self.ops[number] = replace(op, after=after)
            else:
                self.ops[number] = op if isinstance(after, Last) else replace(op, after=after)

    # -- the proposal's, or a third value ---------------------------------------------------------------------------

    def _proposed(self, conflict: Conflict, op: Operation, value: str | None) -> None:
        if conflict.kind == "removed":
            self.amended.restore(conflict, op.at.parent if isinstance(op, Add) else op.at)
            if value is not None:
                self._with_value(conflict, op, value)
        elif isinstance(op, SetValue):
            self._set(op, conflict, value)
        elif isinstance(op, Add):
            self._add(op, conflict, value)
        elif isinstance(op, Remove):
            self._remove(op, conflict, value)
        elif isinstance(op, Rename):
            self._rename(op, conflict, value)
        elif isinstance(op, Comment):
            self._replace(op, replace(op, old=conflict.target))
        elif isinstance(op, Move):
            self.ops.remove(op)
            self.behind.append(replace(op, at=self.amended.here(op.at)))
        elif isinstance(op, SpliceItems):
            self._list(op, conflict, value)

    def _replace(self, op: Operation, other: Operation) -> None:
        self.ops[self.ops.index(op)] = other

    def _with_value(self, conflict: Conflict, op: Operation, value: str) -> None:
        """What shall be made of something that comes back, with another value than the proposal's."""
        if isinstance(op, SetValue):
            token_node(value)
            self._replace(op, replace(op, new=value))
        elif isinstance(op, Add):
            self._replace(op, replace(op, text=entry_source(op.at, value)))
        elif isinstance(op, Rename):
            self._replace(op, replace(op, to=parse_selector(value)))
        else:
            raise CannotSettle(conflict, "the target removed the list; take the proposal's or the target's")

    def _set(self, op: SetValue, conflict: Conflict, value: str | None) -> None:
        assert conflict.target is not None
        if value is not None:
            token_node(value)
        self._replace(op, replace(op, old=conflict.target, new=op.new if value is None else value))

    def _add(self, op: Add, conflict: Conflict, value: str | None) -> None:
        here = self.amended.here(op.at.parent) / op.at.last
        if conflict.kind == "kind":
            self.amended.make_room(op, conflict)
            if value is not None:
                self._replace(op, replace(op, text=entry_source(op.at, value)))
        elif value is None:
            self.amended.edits[here] = Draft(Remove(here, "", First()), REMOVE)
        else:
            self.amended.set_value(conflict, here, value)
            self.ops.remove(op)

    def _remove(self, op: Remove, conflict: Conflict, value: str | None) -> None:
        assert conflict.target is not None
        here = self.amended.here(op.at)
        if value is None and conflict.kind == "rename":
            self.amended.edits[here] = Draft(Remove(here, "", First()), REMOVE)
            return
        if value is None:
            self._replace(op, replace(op, was=conflict.target))
            return
        self.amended.set_value(conflict, here, value)
        self._drop([op])

    def _rename(self, op: Rename, conflict: Conflict, value: str | None) -> None:
        to = op.to if value is None else parse_selector(value)
        if op.at in self.amended.followed.renames:
            here = self.amended.here(op.at)
            self.amended.edits[here] = Draft(Rename(here, to))
            self._drop([op])
            self._rechain(op.at.parent / op.to, to)
        else:
            self._replace(op, replace(op, to=to))
            self._rechain(op.at.parent / op.to, to)

    def _list(self, op: SpliceItems, conflict: Conflict, value: str | None) -> None:
        """A list without identity set whole: to a value, or back to the base's, where the splices then fit."""
        here = self.amended.here(op.at)
        if value is not None:
            self.amended.set_value(conflict, here, value)
            self._drop([one for one in self.ops if isinstance(one, SpliceItems) and one.at == op.at])
            return
        self.amended.revert(conflict, op.at)


def _is_about(conflict: Conflict, op: Comment) -> bool:
    """Whether a conflict of comments is the one of this operation, whatever its line ends."""
    sides = ((conflict.base, op.old), (conflict.proposed, op.new))
    return all((one or "").splitlines() == (other or "").splitlines() for one, other in sides)
