"""Each operation as a sentence for reviewers, with the lines that it adds, drops or changes."""

from __future__ import annotations

from typing import Literal, NamedTuple

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
from spine.dataclass import dataclass
from spine.printable import printable
from spine.review.blocks import Line, compared, exchanged, signed
from spine.review.spans import Span, plain, told_apart
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


Kind = Literal["set", "add", "remove", "move", "rename", "comment", "items", "expect"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One operation for people: its kind, a sign and its tone, the sentence, the lines below it, and why."""

    kind: Kind
    sign: str
    tone: Tone
    spans: tuple[Span, ...]
    block: tuple[Line, ...] = ()
    why: str | None = None

    def __str__(self) -> str:
        return plain(self.spans)


class _Said(NamedTuple):
    kind: Kind
    sign: str
    tone: Tone
    spans: tuple[Span, ...]
    block: tuple[Line, ...] = ()


def sentence(op: Operation, within: Address = ROOT) -> Sentence:
    """The sentence of an operation; addresses are shown from below `within`, the entry that a headline names."""
    return Sentence(*_said(op, place_span(op.at, within)), op.why)


def place_span(at: Address, within: Address = ROOT) -> Span:
    """An address for people, from below an entry that is named already."""
    if within.steps and at == within:
        return Span("this entry")
    return Span(printable(str(Address(at.steps[len(within.steps) :], at.document if within == ROOT else 1))), "name")


def value_name(token: str) -> str:
    """A value's source on one line."""
    return printable(token) if token else "(empty)"


def _said(op: Operation, name: Span) -> _Said:
    if isinstance(op, SetValue):
        return _set(op, name)
    if isinstance(op, Add):
        return _Said("add", "+", "add", (Span("add "), name, *_behind(op.after, op.past)), signed("+", op.text))
    if isinstance(op, Remove):
        return _Said("remove", "-", "remove", (Span("remove "), name), signed("-", op.was))
    if isinstance(op, Move):
        spans = (Span("move "), name, *_to(op.after, op.past), Span(", which stood"), *_behind_old(op))
        return _Said("move", ">", "change", spans)
    if isinstance(op, Rename):
        spans = (Span("rename "), name, Span(" to "), Span(printable(name_of(op.to)), "name"))
        return _Said("rename", "~", "change", spans)
    if isinstance(op, Comment):
        return _comment(op, name)
    if isinstance(op, SpliceItems):
        return _splice(op, name)
    return _expect(op, name)


def _set(op: SetValue, name: Span) -> _Said:
    if _is_short(op.old, op.new):
        old, new = told_apart(value_name(op.old), value_name(op.new))
        return _Said("set", "~", "change", (name, Span(": "), *old, Span(" → "), *new))
    spans = (name, Span(":"))
    was, becomes = _lines_of(op.old), _lines_of(op.new)
    if "\n" not in was + becomes:
        return _Said("set", "~", "change", spans, exchanged(was, becomes))
    header, _, body = was.partition("\n")
    if header[:1] in ("|", ">") and becomes.startswith(f"{header}\n"):
        return _Said("set", "~", "change", spans, compared(dedent(body), dedent(becomes[len(header) + 1 :])))
    return _Said("set", "~", "change", spans, compared(was, becomes))


def _comment(op: Comment, name: Span) -> _Said:
    where = (Span(f" comment {_BESIDE[op.slot]} "), name)
    old, new = op.old, op.new
    verb = Span("add" if old is None else "remove" if new is None else "change")
    if op.slot == "eol" and _is_short(old or "", new or ""):
        before, after = told_apart(printable((old or "").strip()), printable((new or "").strip()))
        shown = after if old is None else before if new is None else (*before, Span(" → "), *after)
        return _Said("comment", "#", "comment", (verb, *where, Span(": "), *shown))
    if old is None:
        return _Said("comment", "#", "comment", (verb, *where), signed("+", new or ""))
    if new is None:
        return _Said("comment", "#", "comment", (verb, *where), signed("-", old))
    return _Said("comment", "#", "comment", (verb, *where), compared(old, new))


def _splice(op: SpliceItems, name: Span) -> _Said:
    verb = "replace items" if op.drop and op.put else "insert items" if op.put else "drop items"
    block = (*signed(" ", op.before or ""), *exchanged(op.drop, op.put), *signed(" ", op.behind or ""))
    tone: Tone = "change" if op.drop and op.put else "add" if op.put else "remove"
    return _Said("items", "~", tone, (Span(f"{verb} of "), name, Span(f" at position {op.position}")), block)


def _expect(op: Expect, name: Span) -> _Said:
    head = Span("expect that ")
    if op.value is None:
        return _Said("expect", "?", "quiet", (head, name, Span(f" is {'there' if op.exists else 'not there'}")))
    if _is_short(op.value):
        return _Said("expect", "?", "quiet", (head, name, Span(" is "), Span(value_name(op.value), "value")))
    return _Said("expect", "?", "quiet", (head, name, Span(" is")), signed(" ", op.value))


def _behind(after: After, past: int) -> tuple[Span, ...]:
    if isinstance(after, Last):
        return ()
    if isinstance(after, First):
        return (Span(f" in front{_past(past)}"),)
    return Span(" behind "), Span(printable(name_of(after)), "name"), *((Span(_past(past)),) if past else ())


def _to(after: After, past: int) -> tuple[Span, ...]:
    return (Span(" to the end"),) if isinstance(after, Last) else _behind(after, past)


def _behind_old(op: Move) -> tuple[Span, ...]:
    return (Span(" at the end"),) if isinstance(op.was_after, Last) else _behind(op.was_after, op.was_past)


def _past(count: int) -> str:
    return "" if not count else " and one free comment" if count == 1 else f" and {count} free comments"


def _lines_of(token: str) -> str:
    """A value's source; what stands below its key starts with a line end, which is not one of its lines."""
    return token.removeprefix("\r").removeprefix("\n") or "(empty)"


def _is_short(*tokens: str) -> bool:
    return not any("\n" in token for token in tokens) and sum(map(len, tokens)) <= ONE_LINE
