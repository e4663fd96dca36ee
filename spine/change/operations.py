"""The operations: one change at one address each, with what it saw there (DESIGN §4).

All addresses speak of the base, before any operation of the change; only `after` names a sibling in the result.
Text conventions (all texts are source, never decoded values):

* a *token* (`old`, `new` of `SetValue`) is the value's source. If it has several lines, all lines but the first are
  relative to the entry's column; if it starts with a line end, the value stands on lines of its own below its key.
  The empty string is an empty value (null).
* an *entry text* (`Add.text`, `Remove.was`) in a block collection is whole lines, common indentation removed, each with
  its line end: free-standing blocks that come along, lead comment, content, foot. In a flow collection it is one item
  without comma and without a final line end.
* a *comment* text is whole lines: for `lead` and `foot` relative to the entry's column, for `above` and `end` at their
  own columns with the blank lines between blocks; for `eol` one line without line end, from the `#` on (white space
  before it is kept if it is not two blanks). None: no such comment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from spine.address import Address, Key, Step
from spine.dataclass import dataclass

Slot = Literal["lead", "eol", "foot", "above", "end"]
SLOTS: tuple[Slot, ...] = ("lead", "eol", "foot", "above", "end")


@dataclass(frozen=True, slots=True)
class First:
    """`after: null`: in front of all others."""


@dataclass(frozen=True, slots=True)
class Last:
    """`after` left out: behind the last entry that the base has."""


After = Step | First | Last


@dataclass(frozen=True, slots=True)
class SetValue:
    """`set`: the value at `at` from one token to another."""

    at: Address
    old: str
    new: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Add:
    """`add`: a new entry at `at`.

    `blank` is the number of blank lines above it (of a first entry: between it and its successor); `past` the number of
    free-standing blocks between its predecessor and it; `replaces` the token of the empty container that it fills.
    """

    at: Address
    text: str
    after: After = Last()
    blank: int = 0
    past: int = 0
    replaces: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """`remove`: the entry at `at`, whose source was `was`, behind `was_after`.

    `leaves` is what an emptied container becomes, if not `{}` or `[]`.
    """

    at: Address
    was: str
    was_after: After
    blank: int = 0
    was_past: int = 0
    leaves: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """`move`: the entry at `at` to another place of its container; order only."""

    at: Address
    after: After
    was_after: After
    past: int = 0
    was_past: int = 0
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Rename:
    """`rename`: another key, or other identity values (`to` is the step that replaces the last one of `at`)."""

    at: Address
    to: Step
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """`comment`: the comment in a slot, from one text to another."""

    at: Address
    slot: Slot
    old: str | None
    new: str | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class SpliceItems:
    """`splice`: in the list `at`, from its 1-based position `position` on, drop some items and put others.

    `before` and `behind` are the neighbouring items as context (None at an end of the list); all four are item source.
    """

    at: Address
    position: int
    before: str | None
    drop: str
    put: str
    behind: str | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Expect:
    """`expect`: a precondition elsewhere; exactly one of `value` (a token), `exists`, `absent` holds."""

    at: Address
    value: str | None = None
    exists: bool = False
    absent: bool = False
    why: str | None = None


Operation = SetValue | Add | Remove | Move | Rename | Comment | SpliceItems | Expect


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one text: operations between two line patches that change no value and no comment.

    `patch` is the text fallback: unified hunks instead of operations, with `reason` saying why.
    """

    ops: tuple[Operation, ...] = ()
    residual_first: str = ""
    residual: str = ""
    patch: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.ops or self.residual_first or self.residual or self.patch)


_SOURCES = ("old", "new", "value", "text", "was", "before", "drop", "put", "behind", "leaves", "replaces")


def in_line_ends(change: Change, newline: str) -> Change:
    """The change with the line ends of another text in all the source that it carries."""
    ops = tuple(_with_line_ends(op, newline) for op in change.ops)
    return change if all(a is b for a, b in zip(ops, change.ops, strict=True)) else replace(change, ops=ops)


def _with_line_ends(op: Operation, newline: str) -> Operation:
    told: dict[str, str] = {}
    for name in _SOURCES:
        text = getattr(op, name, None)
        if isinstance(text, str) and "\n" in text:
            other = text.replace("\r\n", "\n").replace("\n", newline)
            if other != text:
                told[name] = other
    return replace(op, **told) if told else op  # type: ignore[arg-type]  # all of these fields are source


def result_step(op: Operation) -> Step:
    """How the entry of an operation is called afterwards."""
    return op.to if isinstance(op, Rename) else op.at.last


def name_of(step: Step) -> str:
    """A step as `after` writes it."""
    return str(Key(step.name, step.dup)) if isinstance(step, Key) else str(step)
