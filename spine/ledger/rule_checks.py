"""Declared rules of values: what is unique, one of a few, or required."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from spine.address import Key
from spine.errors import Finding
from spine.identity import FieldPath
from spine.ids import near
from spine.ledger.reference_checks import shown, with_why
from spine.ledger.sheet import Spot
from spine.ledger.sheets import Sheets
from spine.records.rules import Choice, Condition, Require, Rule, Unique
from spine.yamldoc.nodes import Node
from spine.yamldoc.scalars import Value

DOUBLE = "SP331"
NOT_A_CHOICE = "SP332"
LACKING = "SP333"
_LISTED = 12  # values that a message has

Values = tuple[Value, ...]


def breaches(sheets: Sheets, rule: Rule, only: Collection[str] | None = None) -> Iterator[Finding]:
    """What breaks a rule; with `only` in these files. Of a rule that is unique across files `only` are those files
    between which values are compared."""
    if isinstance(rule, Unique):
        return _doubles(sheets, rule, only)
    return _strangers(sheets, rule, only) if isinstance(rule, Choice) else _lacks(sheets, rule, only)


# ---- unique -------------------------------------------------------------------------------------------------------


def told(sheets: Sheets, rule: Unique, only: Collection[str] | None = None) -> Iterator[tuple[Values, Spot]]:
    """What the places of a rule have: their value, or those of their fields; whoever lacks one is not compared."""
    for pattern_spots in _by_file(sheets, rule, only):
        for spot in pattern_spots:
            fields = [spot.field(path) for path in rule.by] if rule.by else [spot]
            values = [one.value if one is not None else None for one in fields]
            if all(value is not None and value[0] != "null" for value in values):
                yield tuple(value for value in values if value is not None), spot


def _by_file(sheets: Sheets, rule: Unique, only: Collection[str] | None) -> Iterator[list[Spot]]:
    """The places of all patterns, by file, each once and in the order of the text."""
    found: dict[str, dict[int, Spot]] = {}
    for pattern in rule.places:
        for spot in sheets.spots(pattern, only):
            found.setdefault(spot.sheet.document.file, {})[id(spot.node)] = spot
    for _, spots in sorted(found.items()):
        yield sorted(spots.values(), key=lambda spot: spot.node.start)


def _doubles(sheets: Sheets, rule: Unique, only: Collection[str] | None) -> Iterator[Finding]:
    first: dict[object, Spot] = {}
    for values, spot in told(sheets, rule, only):
        scope = {"all": None, "file": spot.sheet.document.file, "list": id(_list_around(spot))}[rule.per]
        other = first.setdefault((scope, values), spot)
        if other is not spot:
            where = {"all": "", "file": " of this file", "list": " of its list"}[rule.per]
            message = f"{_named(rule, values)} stands in another place{where} too, and {_places(rule)} has it once"
            hint = with_why(f"first at {other.place}, {other.address}", rule.why)
            yield Finding(DOUBLE, spot.place, message, hint, rule.severity)


def _named(rule: Unique, values: Values) -> str:
    if not rule.by:
        return shown(values[0])
    return ", ".join(f"{_path(path)} {shown(value)}" for path, value in zip(rule.by, values, strict=True))


def _places(rule: Unique) -> str:
    return " with ".join(map(str, rule.places))


def _list_around(spot: Spot) -> Node | None:
    """The innermost list that a place is in, else the root."""
    entry = spot.entry
    while entry is not None and entry.container.kind != "sequence" and entry.container.parent is not None:
        entry = entry.container.parent
    return entry.container if entry is not None else None


# ---- choices and required fields ----------------------------------------------------------------------------------


def _strangers(sheets: Sheets, rule: Choice, only: Collection[str] | None) -> Iterator[Finding]:
    for pattern in rule.places:
        for spot in sheets.spots(pattern, only):
            value = spot.value
            if value is not None and value in rule.of:
                continue
            what = shown(value) if value is not None else _KINDS.get(spot.node.kind, "an alias")
            message = f"{spot.address} is {what}, which is none of {_listed(rule.of)}"
            yield Finding(NOT_A_CHOICE, spot.place, message, with_why(_meant(value, rule), rule.why), rule.severity)


_KINDS = {"mapping": "a mapping", "sequence": "a list"}


def _meant(value: Value | None, rule: Choice) -> str | None:
    if value is None:
        return None
    if any(other[1] == value[1] for other in rule.of):
        return "the same letters are one of them, as another kind of value; mind the quotes"
    close = near(value[1], [text for kind, text in rule.of if kind != "null"], most=1)
    return f"did you mean {close[0]}?" if close else None


def _listed(values: Values) -> str:
    told_ = [shown(value) for value in values[:_LISTED]]
    return ", ".join(told_) + (f" and {len(values) - _LISTED} more" if len(values) > _LISTED else "")


def _lacks(sheets: Sheets, rule: Require, only: Collection[str] | None) -> Iterator[Finding]:
    for pattern in rule.places:
        for spot in sheets.spots(pattern, only):
            if spot.node.kind != "mapping" or not _is_meant(spot, rule):
                continue
            for path in rule.keys:
                there = spot.field(path)
                if there is not None and there.value != ("null", ""):
                    continue
                what = f"has no {_path(path)}" if there is None else f"has {_path(path)}: null"
                message = f"{spot.address} {what}{_because(rule)}"
                place = there.place if there is not None else spot.place
                yield Finding(LACKING, place, message, with_why(None, rule.why), rule.severity)


def _is_meant(spot: Spot, rule: Require) -> bool:
    return all(_meets(spot, one) for one in rule.where) and not any(_meets(spot, one) for one in rule.unless)


def _meets(spot: Spot, condition: Condition) -> bool:
    there = spot.field(condition.field)
    value = there.value if there is not None else ("null", "")
    return value is not None and value in condition.values


def _because(rule: Require) -> str:
    where = [f"{_path(one.field)} is {' or '.join(map(shown, one.values))}" for one in rule.where]
    unless = [f"{_path(one.field)} is not {' or '.join(map(shown, one.values))}" for one in rule.unless]
    return f", which is required where {' and '.join(where + unless)}" if where or unless else ", which is required"


def _path(path: FieldPath) -> str:
    return ".".join(str(Key(name)) for name in path)
