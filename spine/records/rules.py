"""What `spine.yaml` demands of values: references, unique, chosen and required ones, and JSON Schemas for files.

    refs:
      - {from: "bindings/health.yaml#endpoints[].host", to: "bindings/ssh.yaml#targets[].id"}
      - {from: "gaps/*.yaml#loop", to: loops, unless: [none], severity: warning}
      - {from: "bindings/**/*.yaml#**.doc", to: [files, "bindings/pages.yaml#pages.*"]}
    rules:
      - {unique: "bindings/health.yaml#endpoints[]", by: [host, port], per: file}
      - {choice: "bindings/vm.yaml#vms[].status", of: [active, stopped]}
      - {require: "bindings/vm.yaml#vms[]", keys: [backup_target], where: {status: active}, why: lost with the disk}
    schemas: {"bindings/vm.yaml": schemas/vm.schema.json}

A place that a target pattern means offers its value, and its key where the value is a mapping, a list or null. `loops`,
`gaps`, `proposals` and `files` are those of the tree; a folder is a file, and what follows a `#` is a place in it. Null
refers to nothing. Values are (kind, text): the number 100 is not the string "100". Of `schemas` the first pattern that
matches holds. What is a `warning` stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Literal, TypeVar, get_args

from spine.address import Key, parse
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.globs import Glob, parse_glob
from spine.identity import FieldPath
from spine.patterns import PlacePattern, parse_place_pattern
from spine.records.values import flow_list, safe_path
from spine.yamldoc.fields import BadField, Fields, fields_of
from spine.yamldoc.nodes import Node
from spine.yamldoc.scalars import Value, value_of
from spine.yamldoc.write import string

Records = Literal["loops", "gaps", "proposals", "files"]
Severity = Literal["error", "warning"]
Scope = Literal["all", "file", "list"]
RECORDS: tuple[Records, ...] = get_args(Records)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
SCOPES: tuple[Scope, ...] = get_args(Scope)

T = TypeVar("T")

_MOST = 500  # rules of one kind: each is looked at for each change
_ENDS = ("severity", "why")


@dataclass(frozen=True, slots=True)
class Reference:
    """Every value that `source` means must be one that a target offers, or one of `unless`."""

    source: PlacePattern
    targets: tuple[PlacePattern | Records, ...]
    unless: tuple[Value, ...] = ()
    severity: Severity = "error"
    why: str | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """The field of an entry has one of these values."""

    field: FieldPath
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Unique:
    """No two places have the same value, or with `by` the same values of these fields."""

    places: tuple[PlacePattern, ...]
    by: tuple[FieldPath, ...] = ()
    per: Scope = "all"
    severity: Severity = "error"
    why: str | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """Every scalar there is one of a few; null is one only if it is named."""

    places: tuple[PlacePattern, ...]
    of: tuple[Value, ...]
    severity: Severity = "error"
    why: str | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Require:
    """Every mapping there that meets all of `where` and none of `unless` has these fields, and none of them null."""

    places: tuple[PlacePattern, ...]
    keys: tuple[FieldPath, ...]
    where: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    severity: Severity = "error"
    why: str | None = None
    place: Place | None = field(default=None, compare=False)


Rule = Unique | Choice | Require


@dataclass(frozen=True, slots=True)
class SchemaFor:
    """The files that a JSON Schema of the repository holds for."""

    files: Glob
    schema: str
    place: Place | None = field(default=None, compare=False)


# ---- reading ------------------------------------------------------------------------------------------------------


def read_refs(fields: Fields) -> tuple[Reference, ...]:
    """The section `refs`."""
    return tuple(_reference(fields, node) for node in _members(fields, "refs"))


def read_rules(fields: Fields) -> tuple[Rule, ...]:
    """The section `rules`."""
    return tuple(_rule(fields, node) for node in _members(fields, "rules"))


def read_schemas(fields: Fields) -> tuple[SchemaFor, ...]:
    """The section `schemas`."""
    found = []
    for pattern, part in fields.pairs("schemas"):
        place = part.document.place(part.entries[pattern].start)
        found.append(SchemaFor(parse_glob(pattern, place=place), part.read(pattern, safe_path), part.place(pattern)))
    return tuple(found)


def _members(fields: Fields, key: str) -> list[Node]:
    nodes = fields.items(key)
    if len(nodes) > _MOST:
        raise fields.wrong(key, f"“{key}” has {len(nodes)} members, the limit is {_MOST}")
    return nodes


def _reference(fields: Fields, node: Node) -> Reference:
    part = fields_of(fields.document, node, "reference", required=("from", "to"), optional=("unless", *_ENDS),
                     error=fields.error)  # fmt: skip
    return Reference(
        part.read("from", parse_place_pattern),
        _one_or_more(part, "to", _target),
        _values(part, "unless"),
        _severity(part),
        _why(part),
        part.place(),
    )


def _target(text: str) -> PlacePattern | Records:
    found = next((word for word in RECORDS if word == text), None)
    if found is None and "#" not in text:
        raise BadField(f"“{text[:60]}” is not a target: FILES#ADDRESS, or one of {', '.join(RECORDS)}")
    return found or parse_place_pattern(text)


def _rule(fields: Fields, node: Node) -> Rule:
    verbs = {"unique": ("by", "per"), "choice": ("of",), "require": ("keys", "where", "unless")}
    names = [entry.key.text for entry in node.entries if entry.key is not None]
    verb = next((name for name in names if name in verbs), None)
    if verb is None:
        raise fields.error(
            "a rule begins with “unique”, “choice” or “require”", place=fields.document.place(node.start)
        )
    part = fields_of(fields.document, node, f"rule “{verb}”", required=(verb,), optional=(*verbs[verb], *_ENDS),
                     error=fields.error)  # fmt: skip
    part.refuse_nulls()
    places, severity, why, at = _one_or_more(part, verb, parse_place_pattern), _severity(part), _why(part), part.place()
    if verb == "unique":
        per = next(one for one in SCOPES if one == (part.choice("per", SCOPES) if "per" in part else "all"))
        return Unique(places, part.each("by", field_path), per, severity, why, at)
    if verb == "choice":
        values = _values(part, "of")
        if not values:
            raise part.wrong("of" if "of" in part else verb, "a choice is “of” at least one value")
        return Choice(places, values, severity, why, at)
    keys = part.each("keys", field_path)
    if not keys:
        raise part.wrong("keys" if "keys" in part else verb, "“require” names at least one of “keys”")
    return Require(places, keys, _conditions(part, "where"), _conditions(part, "unless"), severity, why, at)


def field_path(text: str) -> FieldPath:
    """`spec.host`: keys with dots between them."""
    steps = parse(text).steps
    names = tuple(step.name for step in steps if isinstance(step, Key) and not step.dup)
    if not names or len(names) != len(steps):
        raise BadField(f"“{text[:60]}” is not a field: keys with dots between them")
    return names


def _one_or_more(part: Fields, key: str, read: Callable[[str], T]) -> tuple[T, ...]:
    if part.entries[key].value.kind == "scalar":
        return (part.read(key, read),)
    found = part.each(key, read)
    if not found:
        raise part.wrong(key, f"“{key}” names at least one place")
    return found


def _values(part: Fields, key: str) -> tuple[Value, ...]:
    found: list[Value] = []
    for node in part.items(key):
        if node.kind != "scalar" or "\n" in node.text:
            raise part.error(f"“{key}” has plain values of one line", place=part.document.place(node.start))
        if value_of(node) in found:
            raise part.error(f"this value stands twice in “{key}”", place=part.document.place(node.start))
        found.append(value_of(node))
    return tuple(found)


def _conditions(part: Fields, key: str) -> tuple[Condition, ...]:
    found = []
    for name, inside in part.pairs(key):
        entry = inside.entries[name]
        try:
            path = field_path(name)
        except Refused as error:
            raise part.error(error.message, place=part.document.place(entry.start)) from error
        if entry.value.kind == "scalar":
            found.append(Condition(path, (value_of(entry.value),)))
        else:
            values = _values(inside, name)
            if not values:
                raise inside.wrong(name, "a condition has at least one value")
            found.append(Condition(path, values))
    return tuple(found)


def _severity(part: Fields) -> Severity:
    said = part.choice("severity", SEVERITIES) if "severity" in part else "error"
    return next(one for one in SEVERITIES if one == said)


def _why(part: Fields) -> str | None:
    return part.line("why", limit=300) if "why" in part else None


# ---- writing ------------------------------------------------------------------------------------------------------


def rule_lines(refs: tuple[Reference, ...], rules: tuple[Rule, ...], schemas: tuple[SchemaFor, ...]) -> Iterator[str]:
    """The three sections as lines of `spine.yaml`; those that are empty are left out."""
    for name, members in (("refs", refs), ("rules", rules)):
        if members:
            yield f"{name}:\n"
            yield from (f"  - {{{', '.join(f'{key}: {token}' for key, token in _tokens(one))}}}\n" for one in members)
    if schemas:
        yield "schemas:\n"
        yield from (f"  {string(str(one.files), flow=True)}: {string(one.schema)}\n" for one in schemas)


def _tokens(one: Reference | Rule) -> Iterator[tuple[str, str]]:
    if isinstance(one, Reference):
        yield "from", string(str(one.source), flow=True)
        yield "to", _some(one.targets)
        if one.unless:
            yield "unless", _value_list(one.unless)
    elif isinstance(one, Unique):
        yield "unique", _some(one.places)
        if one.by:
            yield "by", flow_list(map(_path_text, one.by))
        if one.per != "all":
            yield "per", one.per
    elif isinstance(one, Choice):
        yield "choice", _some(one.places)
        yield "of", _value_list(one.of)
    else:
        yield "require", _some(one.places)
        yield "keys", flow_list(map(_path_text, one.keys))
        for key, conditions in (("where", one.where), ("unless", one.unless)):
            if conditions:
                said = (
                    f"{string(_path_text(each.field), flow=True)}: {_value_list(each.values)}" for each in conditions
                )
                yield key, f"{{{', '.join(said)}}}"
    if one.severity != "error":
        yield "severity", one.severity
    if one.why is not None:
        yield "why", string(one.why, flow=True)


def _some(places: tuple[PlacePattern | Records, ...] | tuple[PlacePattern, ...]) -> str:
    return string(str(places[0]), flow=True) if len(places) == 1 else flow_list(map(str, places))


def _path_text(path: FieldPath) -> str:
    return ".".join(str(Key(name)) for name in path)


def value_token(value: Value) -> str:
    """A plain value as YAML writes it."""
    kind, text = value
    return "null" if kind == "null" else string(text, flow=True) if kind == "str" else text


def _value_list(values: tuple[Value, ...]) -> str:
    return f"[{', '.join(map(value_token, values))}]"
