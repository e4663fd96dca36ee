"""Blame and the values of an address for people: who set what, and by hand or by which proposal."""

from __future__ import annotations

from collections.abc import Sequence

from spine.actions.blame import Blame, Blamed, BlamedEntry, Removed, Setter
from spine.actions.values import ValueLogged
from spine.address import ROOT, Address
from spine.printable import printable
from spine.review.blocks import limited, painted, signed
from spine.review.conflict_view import day
from spine.review.sentences import value_name
from spine.review.style import Style

_WIDEST = 100
_MOST = 12


def blame_lines(found: Blame, style: Style) -> list[str]:
    """Who set what: a line for each value, below a line for each run of values with one setter."""
    about = found.about
    if isinstance(about, Blamed):
        return [_value(about), *_who("set", about.set_by, style)]
    if isinstance(about, Removed):
        return [f"{_place(found.path, about.address)} is not there", *_who("removed", about.removed_by, style)]
    if isinstance(about, BlamedEntry):
        head = style("strong", _place(found.path, about.address))
        out = [head, *_who("added", about.added_by, style), *_who("last changed", about.changed_by, style)]
        return [*out, *_runs(about.values, style)]
    return _runs(about, style)


def value_lines(logged: ValueLogged, style: Style) -> list[str]:
    """One value of a place: who, what it was called then, and the value."""
    what = {"renamed": "renamed to here", "removed": "removed"}.get(logged.what, logged.what)
    out = _who(what, logged.set_by, style)
    out.append(f"    {_place(logged.path, logged.address)}")
    if logged.source is not None and logged.what != "renamed":
        block = signed(" ", logged.source or "(empty)")
        out += painted(limited(block, _MOST), style, 6)
    return out


def setter_facts(setter: Setter) -> str:
    """The proposal with its loop and gaps, or that it was made by hand and by whom."""
    if setter.proposal is None:
        return f"by hand, {printable(setter.author)}, “{printable(setter.subject[:_WIDEST])}”"
    links = [setter.loop] if setter.loop else []
    links += [f"registers {gap}" for gap in setter.registers] + [f"closes {gap}" for gap in setter.closes]
    links += list(setter.mentions)
    return printable(setter.proposal + (f" ({', '.join(links)})" if links else ""))


def _who(what: str, setter: Setter, style: Style) -> list[str]:
    return [f"{what:<13} {_head(setter, style)}", *(f"{'':<13} {note}" for note in _notes(setter))]


def _head(setter: Setter, style: Style) -> str:
    return f"{style('change', setter.commit[:7])} {day(setter.date)} {setter_facts(setter)}"


def _notes(setter: Setter) -> list[str]:
    out = []
    if setter.merged_by is not None:
        out.append(f"merged by {setter.merged_by[:7]}")
    if setter.beyond:
        count = len(setter.beyond)
        names = ", ".join(one[:7] for one in setter.beyond[:3]) + (", …" if count > 3 else "")
        out.append(f"or by {names}, whose version{'s' if count > 1 else ''} of the file cannot be read")
    if setter.at_end:
        out.append("or earlier: this clone is shallow and ends here")
    return out


def _runs(values: Sequence[Blamed], style: Style) -> list[str]:
    out: list[str] = []
    last: Setter | None = None
    width = max((len(str(value.line)) for value in values), default=1)
    for value in values:
        if value.set_by != last:
            out.append(_head(value.set_by, style))
            out += [f"  {note}" for note in _notes(value.set_by)]
            last = value.set_by
        out.append(f"  {value.line:>{width}}  {_value(value)}")
    return out


def _value(value: Blamed) -> str:
    source = value.source.split("\n", 1)
    shown = value_name(source[0][:_WIDEST]) + (" …" if len(source) > 1 or len(source[0]) > _WIDEST else "")
    return f"{printable(str(value.address))}: {shown}"


def _place(path: str, address: Address) -> str:
    return printable(path if address == ROOT else f"{path}#{address}")
