"""Files against the JSON Schemas that `spine.yaml` names for them: each misfit at line and column of its value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from spine.errors import Finding, Place
from spine.ids import near
from spine.ledger.reference_checks import shown
from spine.ledger.schema_files import BAD_SCHEMA, Loaded, NoSchema, SchemaFiles
from spine.ledger.schema_values import Plain, TooMuch, Ways
from spine.ledger.sheet import Sheet, Spot, every_node
from spine.ledger.sheets import READABLE, Sheets
from spine.patterns import AddressPattern, PlacePattern
from spine.printable import printable
from spine.records.rules import SchemaFor
from spine.yamldoc.nodes import Node

MISFIT = "SP335"
UNCHECKED = "SP337"
GIVEN_UP = "SP338"
MOST = 200  # misfits of one file that are told
_LONGEST = 200
_MOST_GUESSED = 300  # values of an enum among which the meant one is looked for

_BAD_USE = (AttributeError, TypeError, KeyError, ValueError, ArithmeticError)
"""What jsonschema raises where a reference leads to something that is no schema."""


def misfits(sheets: Sheets, only: Collection[str] | None = None) -> Iterator[Finding]:
    """What does not fit its schema; with `only` in these files."""
    schemas: SchemaFiles | None = None
    told: set[str] = set()
    patterns: dict[str, tuple[str, str]] = {}  # why each is not checked, and the first schema that led to it
    for path, rule in files_of(sheets, only):
        schemas = schemas or SchemaFiles(sheets)
        try:
            yield from _in_file(schemas, schemas.get(rule.schema, rule.place), sheets, path)
        except NoSchema as error:
            if rule.schema not in told:
                yield error.finding
            told.add(rule.schema)
        for pattern, reason in schemas.bounds.unchecked.items():
            patterns.setdefault(pattern, (reason, rule.schema))
    for pattern, (reason, schema) in sorted(patterns.items()):
        message = f"the pattern {printable(pattern[:_LONGEST])} is not checked: {printable(reason[:_LONGEST])}"
        place = _place_of(sheets, schema, pattern)
        yield Finding(UNCHECKED, place, message, "patterns run in RE2, which has no look-around", "warning")


def _place_of(sheets: Sheets, schema: str, pattern: str) -> Place:
    """Where a pattern stands in a schema, as a value or a key; in a file that it refers to nobody looks."""
    sheet = sheets.sheet(schema)
    for node in every_node(sheet.document) if sheet is not None else ():
        for one in (node, *(entry.key for entry in node.entries if entry.key is not None)):
            if one.kind == "scalar" and one.text == pattern and sheet is not None:
                return sheet.document.place(one.start)
    return Place(schema)


def files_of(sheets: Sheets, only: Collection[str] | None = None) -> Iterator[tuple[str, SchemaFor]]:
    """The files that have a schema: of several the first one declared."""
    seen: set[str] = set()
    for rule in sheets.settings.schemas:
        pattern = PlacePattern(rule.files, AddressPattern())
        paths = sheets.of(pattern) if only is None else sorted(only)
        for path in paths:
            if path in seen or not path.endswith(READABLE) or not rule.files.matches(path):
                continue
            if sheets.data(path) is not None:
                seen.add(path)
                yield path, rule


def _in_file(schemas: SchemaFiles, loaded: Loaded, sheets: Sheets, path: str) -> Iterator[Finding]:
    sheet = sheets.sheet(path)
    if sheet is None:  # what is wrong with it is told elsewhere
        return
    roots = [root.node for root in sheet.document.roots if root.node is not None]
    try:
        found = [(root, error) for root in roots for error in _errors(schemas, loaded, sheet, root)]
    except TooMuch as error:
        message = f"not held against {printable(loaded.path)}: {error}"
        yield Finding(GIVEN_UP, Place(path), message, "make the file or the schema simpler")
        return
    ways = Ways(sheet)
    misfit = [(ways.to(root, error.absolute_path).node.start, root, error) for root, error in found]
    misfit.sort(key=lambda one: (one[0], one[2].message))
    yield from dict.fromkeys(_misfit(ways, root, error, loaded) for _, root, error in misfit[:MOST])
    if len(misfit) > MOST:
        message = f"{len(misfit) - MOST} more misfits with {printable(loaded.path)} are not shown"
        yield Finding(MISFIT, Place(path), message)


def _errors(schemas: SchemaFiles, loaded: Loaded, sheet: Sheet, root: Node) -> Iterator[Any]:
    from referencing.exceptions import Unresolvable

    plain = Plain(sheet)
    instance = plain.of(root)
    schemas.flaw = None
    place = Place(loaded.path)
    try:
        yield from schemas.validator(loaded, plain.count).iter_errors(instance)
    except Unresolvable as error:
        if schemas.flaw is not None:
            raise NoSchema(schemas.flaw) from error
        message = f"it refers to {printable(str(error.ref)[:_LONGEST])}, which is no schema in this repository"
        raise NoSchema(Finding(BAD_SCHEMA, place, message, "nothing is fetched; put the file there")) from error
    except RecursionError as error:
        raise NoSchema(Finding(BAD_SCHEMA, place, "its references lead round and round")) from error
    except _BAD_USE as error:
        message = f"a reference in it leads to what is no schema ({printable(str(error)[:_LONGEST])})"
        raise NoSchema(Finding(BAD_SCHEMA, place, message)) from error


def _misfit(ways: Ways, root: Node, error: Any, loaded: Loaded) -> Finding:
    from jsonschema.exceptions import best_match

    inner = best_match([error]) if error.context else error
    spot = ways.to(root, inner.absolute_path)
    place = spot.place
    if inner.validator in ("additionalProperties", "propertyNames") and spot.entry is not None:
        place = ways.sheet.document.place(spot.entry.start)
    message = f"{spot.address} {_said(inner, spot)}"
    if inner is not error:
        message += f", the nearest of {len(error.validator_value)} ways ({error.validator})"
    return Finding(MISFIT, place, f"{message} ({printable(loaded.path)})", _hint(inner, spot))


def _said(error: Any, spot: Spot) -> str:
    value, wanted = spot.value, error.validator_value
    what = (
        shown(value) if value is not None else {"mapping": "a mapping", "sequence": "a list"}.get(spot.node.kind, "?")
    )
    if spot.node.kind == "alias" and value is None:
        inside = printable(error.message[:_LONGEST])
        return f"is *{printable(spot.node.text[:80])}, in which something does not fit: {inside}"
    if error.validator == "type":
        names = wanted if isinstance(wanted, list) else [wanted]
        kind = f" (a {_KINDS[value[0]]})" if value is not None and value[0] in _KINDS else ""
        return f"is {what}{kind}, and the schema wants {' or '.join(_type_name(one) for one in names)}"
    if error.validator == "enum":
        listed = [_plain_text(one) for one in wanted[:12]]
        rest = f" and {len(wanted) - 12} more" if len(wanted) > 12 else ""
        return f"is {what}, which is none of {', '.join(listed)}{rest}"
    if error.validator == "pattern":
        return f"is {what}, which does not match {printable(str(wanted)[:_LONGEST])}"
    if error.validator == "format":
        return f"is {what}, which is no {printable(str(wanted)[:40])}"
    if error.validator in ("required", "additionalProperties") and not error.message.startswith(("'", "Additional")):
        return (
            printable(error.message[:_LONGEST].removeprefix("it ")) if error.validator == "required" else "is unknown"
        )
    if error.validator is None:
        return "may not be there"
    if error.validator == "propertyNames":
        return f"has a name that does not fit: {printable(error.message[:_LONGEST])}"
    if error.validator == "const":
        return f"is {what}, and the schema wants {_plain_text(wanted)}"
    if error.validator in ("anyOf", "oneOf") and error.context:
        return f"fits none of {len(wanted)} ways ({error.validator})"
    words = {
        "minimum": "at least",
        "maximum": "at most",
        "exclusiveMinimum": "more than",
        "exclusiveMaximum": "less than",
    }
    if error.validator in words and not isinstance(wanted, bool):
        exclusive = "exclusive" + error.validator[:1].upper() + error.validator[1:]
        if isinstance(error.schema, Mapping) and error.schema.get(exclusive) is True:  # as draft 4 writes it
            return f"is {what}, and the schema wants {words[exclusive]} {wanted}"
        return f"is {what}, and the schema wants {words[error.validator]} {wanted}"
    return f"does not fit: {printable(error.message[:_LONGEST])}"


_KINDS = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "null": "null"}
_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "null": "null",
    "boolean": "true or false",
    "integer": "a whole number",
}


def _type_name(one: object) -> str:
    return _TYPES.get(one, f"a {printable(one[:40])}") if isinstance(one, str) else "another schema"


def _plain_text(one: object) -> str:
    return {"None": "null", "True": "true", "False": "false"}.get(str(one), printable(str(one)[:80]))


def _hint(error: Any, spot: Spot) -> str | None:
    value = spot.value
    if (
        error.validator == "type"
        and value is not None
        and value[0] in ("int", "float", "bool")
        and "string" in error.validator_value
    ):
        return f'quote it: "{shown(value)}"'
    if error.validator == "enum" and value is not None and len(error.validator_value) <= _MOST_GUESSED:
        close = near(value[1], [one for one in error.validator_value if isinstance(one, str)], most=1)
        return f"did you mean {printable(close[0])}?" if close else None
    if error.validator == "additionalProperties" and spot.entry is not None and spot.entry.key is not None:
        known = error.schema.get("properties") if isinstance(error.schema, dict) else None
        close = near(spot.entry.key.text, list(known or ()), most=1)
        return f"did you mean {printable(close[0])}?" if close else None
    return None
