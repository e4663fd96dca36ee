"""Each operation as a sentence for reviewers, with the lines that it adds, drops or changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from spine.address import ROOT, Address
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
    Slot,
    SpliceItems,
    name_of,
)
from spine.printable import printable
from spine.review.blocks import Line, compared, signed
from spine.review.style import Tone
from spine.yamldoc.source import dedent

ONE_LINE = 100  # values that together are longer stand below each other

_BESIDE: dict[Slot, str] = {
    "lead": "above",
    "eol": "beside",
    "foot": "below",
    "above": "standing free in front of",
    "end": "at the end of",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One operation for people: a sign and its tone, the sentence, the lines below it, and why."""

    sign: str
    tone: Tone
    text: str
    block: tuple[Line, ...] = ()
    why: str | None = None

    def __str__(self) -> str:
        return self.text


class _Said(NamedTuple):
    sign: str
    tone: Tone
    text: str
    block: tuple[Line, ...] = ()


def sentence(op: Operation, within: Address = ROOT) -> Sentence:
    """The sentence of an operation; addresses are shown from below `within`, the entry that a headline names."""
    said = _said(op, place_name(op.at, within))
    return Sentence(said.sign, said.tone, said.text, said.block, op.why)


def place_name(at: Address, within: Address = ROOT) -> str:
    """An address for people, from below an entry that is named already."""
    if within.steps and at == within:
        return "this entry"
    return printable(str(Address(at.steps[len(within.steps) :], at.document if within == ROOT else 1)))


def value_name(token: str) -> str:
    """A value's source on one line."""
    return printable(token) if token else "(empty)"


def _said(op: Operation, name: str) -> _Said:
    if isinstance(op, SetValue):
        return _set(op, name)
    if isinstance(op, Add):
        return _Said("+", "add", f"add {name}{_behind(op.after, op.past)}", signed("+", op.text))
    if isinstance(op, Remove):
        return _Said("-", "remove", f"remove {name}", signed("-", op.was))
    if isinstance(op, Move):
        return _Said(">", "change", f"move {name}{_to(op.after, op.past)}, which stood{_behind_old(op)}")
    if isinstance(op, Rename):
        return _Said("~", "change", f"rename {name} to {printable(name_of(op.to))}")
    if isinstance(op, Comment):
        return _comment(op, name)
    if isinstance(op, SpliceItems):
        return _splice(op, name)
    return _expect(op, name)


def _set(op: SetValue, name: str) -> _Said:
    if _is_short(op.old, op.new):
        return _Said("~", "change", f"{name}: {value_name(op.old)} → {value_name(op.new)}")
    old, new = _lines_of(op.old), _lines_of(op.new)
    header, _, body = old.partition("\n")
    if header[:1] in ("|", ">") and new.startswith(f"{header}\n"):
        return _Said("~", "change", f"{name}:", compared(dedent(body), dedent(new[len(header) + 1 :])))
    return _Said("~", "change", f"{name}:", compared(old, new))


def _comment(op: Comment, name: str) -> _Said:
    where = f"comment {_BESIDE[op.slot]} {name}"
    old, new = op.old, op.new
    if op.slot == "eol" and _is_short(old or "", new or ""):
        if old is None:
            return _Said("#", "comment", f"add {where}: {printable((new or '').strip())}")
        if new is None:
            return _Said("#", "comment", f"remove {where}: {printable(old.strip())}")
        return _Said("#", "comment", f"change {where}: {printable(old.strip())} → {printable(new.strip())}")
    if old is None:
        return _Said("#", "comment", f"add {where}", signed("+", new or ""))
    if new is None:
        return _Said("#", "comment", f"remove {where}", signed("-", old))
    return _Said("#", "comment", f"change {where}", compared(old, new))


def _splice(op: SpliceItems, name: str) -> _Said:
    verb = "replace items" if op.drop and op.put else "insert items" if op.put else "drop items"
    block = (
        *signed(" ", op.before or ""),
        *signed("-", op.drop),
        *signed("+", op.put),
        *signed(" ", op.behind or ""),
    )
    tone: Tone = "change" if op.drop and op.put else "add" if op.put else "remove"
    return _Said("~", tone, f"{verb} of {name} at position {op.position}", block)


def _expect(op: Expect, name: str) -> _Said:
    if op.value is None:
        return _Said("?", "quiet", f"expect that {name} is {'there' if op.exists else 'not there'}")
    if _is_short(op.value):
        return _Said("?", "quiet", f"expect that {name} is {value_name(op.value)}")
    return _Said("?", "quiet", f"expect that {name} is", signed(" ", op.value))


def _behind(after: After, past: int) -> str:
    if isinstance(after, Last):
        return ""
    if isinstance(after, First):
        return f" in front{_past(past)}"
    return f" behind {printable(name_of(after))}{_past(past)}"


def _to(after: After, past: int) -> str:
    return " to the end" if isinstance(after, Last) else _behind(after, past)


def _behind_old(op: Move) -> str:
    return " at the end" if isinstance(op.was_after, Last) else _behind(op.was_after, op.was_past)


def _past(count: int) -> str:
    return "" if not count else " and one free comment" if count == 1 else f" and {count} free comments"


def _lines_of(token: str) -> str:
    """A value's source; what stands below its key starts with a line end, which is not one of its lines."""
    return token.removeprefix("\r").removeprefix("\n") or "(empty)"


def _is_short(*tokens: str) -> bool:
    return not any("\n" in token for token in tokens) and sum(map(len, tokens)) <= ONE_LINE
