"""Who still refers to what a change takes away: one finding for each thing that is gone, with all who name it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spine.errors import Finding
from spine.ledger.reference_checks import Dangling, Offers, shown, with_why
from spine.ledger.sheets import Sheets
from spine.patterns import PlacePattern
from spine.printable import printable
from spine.records.rules import Reference, value_token
from spine.yamldoc.scalars import Value

GONE = "SP330"
LISTED = 5  # referrers that a message names; how many there are it says exactly


def with_referrers(
    before: Sheets, after: Sheets, findings: Sequence[Finding], dangles: Iterable[tuple[Reference, Dangling]]
) -> list[Finding]:
    """The findings, with one for each value that was offered `before` instead of those of the places that name it."""
    fresh = {id(finding) for finding in findings}
    offers: dict[Reference, tuple[Offers, Offers]] = {}
    gone: dict[tuple[object, ...], list[tuple[Reference, Dangling]]] = {}
    for reference, one in dangles:
        if id(one.finding) not in fresh:
            continue
        if reference not in offers:
            offers[reference] = Offers(before, reference), Offers(after, reference)
        if offers[reference][0].has(one.value):
            gone.setdefault((reference.targets, reference.severity, one.value), []).append((reference, one))
    told = {id(one.finding) for group in gone.values() for _, one in group}
    out = [finding for finding in findings if id(finding) not in told]
    return out + [_gone(group, *offers[group[0][0]]) for group in gone.values()]


def _gone(group: Sequence[tuple[Reference, Dangling]], had: Offers, has: Offers) -> Finding:
    (reference, first), value = group[0], group[0][1].value
    count = len({str(one.spot.place) for _, one in group})
    who = list(dict.fromkeys(f"{one.spot.place} {one.spot.address}" for _, one in group))
    more = f" and {count - LISTED} more" if count > LISTED else ""
    refer = "1 value refers" if count == 1 else f"{count} values refer"
    message = f"{shown(value)}, {_where(value, had)}, is gone, and {refer} to it: {', '.join(who[:LISTED])}{more}"
    return Finding(GONE, first.spot.place, message, with_why(_hint(first, had, has), reference.why), reference.severity)


def _where(value: Value, had: Offers) -> str:
    spot = had.spots.get(value)
    if spot is not None:
        return f"which was {spot.address} in {printable(spot.sheet.document.file)}"
    words = {"loops": "a loop", "gaps": "a gap", "proposals": "a proposal"}
    for target in had.reference.targets:
        if not isinstance(target, PlacePattern) and target in words and value[1] in getattr(had.sheets, target):
            return f"which was {words[target]}"
    return "which was a file"


def _hint(first: Dangling, had: Offers, has: Offers) -> str:
    """How to go on: what it is called now, if just one thing went and one came."""
    lost, came = had.spots.keys() - has.spots.keys(), has.spots.keys() - had.spots.keys()
    place = f"{first.spot.sheet.document.file}#{first.spot.address}"
    if len(lost) == len(came) == 1 and first.value in lost:
        return f"if it was renamed, so are they: --set '{printable(place)}={value_token(next(iter(came)))}'"
    return f"change them in the same proposal: --set '{printable(place)}=VALUE', or --remove"
