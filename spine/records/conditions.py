"""What a check or an audit says of a value: that it is one of some values, looks like a pattern, or is not that.

    active                      this value
    [active, stopped]           one of these
    {like: "home-*"}            text of this form; * is any run of characters, ? one
    {not: stopped}              not that; not null counts as there
    {site: home, tier: P0}      of an entry: each of these fields is so; a field inside another is a.b

Values are compared as (kind, text): `100` is not `"100"`, and `010` is not `10`.
"""

from __future__ import annotations

from collections.abc import Iterable

from spine.address import Key, parse
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.globs import fits_all
from spine.identity import FieldPath
from spine.yamldoc.fields import Fields
from spine.yamldoc.nodes import Document, Node
from spine.yamldoc.scalars import Value, value_of
from spine.yamldoc.write import string

MAX_VALUES = 1000
MAX_FORM = 200


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these values."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """Text of a form, with `*` and `?`."""

    form: str

    def fits(self, text: str) -> bool:
        """Whether a text has this form."""
        return fits_all(self.form, text, "*", lambda want, char: want in ("?", char))


@dataclass(frozen=True, slots=True)
class Not:
    """Anything else."""

    other: OneOf | Like


Condition = OneOf | Like | Not
FieldConditions = tuple[tuple[FieldPath, Condition], ...]
"""Of an entry: each field is so."""


def read_condition(document: Document, node: Node, what: str, error: type[Refused]) -> Condition:
    """A condition on a value. Raises `error` with its place."""
    if node.kind == "mapping":
        known = [entry.key.text for entry in node.entries if entry.key is not None]
        if known == ["not"]:
            other = read_condition(document, node.entries[0].value, what, error)
            if isinstance(other, Not):
                raise error("not of not says nothing new", place=document.place(node.start))
            return Not(other)
        if known == ["like"]:
            value = node.entries[0].value
            if value.kind != "scalar" or value_of(value)[0] != "str" or not 0 < len(value.text) <= MAX_FORM:
                message = f"“like” is text of at most {MAX_FORM} characters, with * and ?"
                raise error(message, place=document.place(value.start))
            return Like(value.text)
        raise error(
            f"“{what}” takes a value, a list of values, {{like: TEXT}} or {{not: VALUE}}",
            place=document.place(node.start),
        )
    return OneOf(read_values(document, node, what, error))


def read_values(document: Document, node: Node, what: str, error: type[Refused]) -> tuple[Value, ...]:
    """A value, or a list of them."""
    nodes = [entry.value for entry in node.entries] if node.kind == "sequence" else [node]
    if not nodes or len(nodes) > MAX_VALUES:
        raise error(f"“{what}” takes 1 to {MAX_VALUES} values", place=document.place(node.start))
    for one in nodes:
        if one.kind != "scalar":
            raise error(f"“{what}” takes plain values", place=document.place(one.start))
    return tuple(dict.fromkeys(value_of(one) for one in nodes))


def read_field_conditions(fields: Fields, key: str) -> FieldConditions:
    """`{FIELD: CONDITION, …}`; none if it is left out."""
    found = []
    for name, part in fields.pairs(key):
        entry = part.entries[name]
        try:
            path = field_path(name)
        except Refused as error:
            raise fields.error(error.message, place=part.document.place(entry.start), hint=error.hint) from error
        found.append((path, read_condition(part.document, entry.value, name, fields.error)))
    if key in fields and not found:
        raise fields.wrong(key, f"“{key}” names at least one field")
    return tuple(found)


def is_of_fields(node: Node) -> bool:
    """Whether a condition speaks of an entry's fields: a mapping that is not `{like: …}` or `{not: …}`."""
    known = [entry.key.text for entry in node.entries if entry.key is not None]
    return node.kind == "mapping" and known not in (["like"], ["not"])


def field_path(text: str) -> FieldPath:
    """`a.b`: a field inside another."""
    steps = parse(text).steps
    names = tuple(step.name for step in steps if isinstance(step, Key) and not step.dup)
    if not names or len(names) != len(steps):
        raise Refused(f"“{text[:60]}” is not a field: keys with dots between them")
    return names


def field_text(path: FieldPath) -> str:
    """How a field is written."""
    return ".".join(str(Key(name)) for name in path)


# ---- writing ------------------------------------------------------------------------------------------------------


def value_token(value: Value) -> str:
    """A value in a flow collection; law: it is read back as the same pair."""
    kind, text = value
    return string(text, flow=True) if kind == "str" else text or "null"


def condition_token(condition: Condition) -> str:
    """A condition in a flow collection."""
    if isinstance(condition, Not):
        return f"{{not: {condition_token(condition.other)}}}"
    if isinstance(condition, Like):
        return f"{{like: {string(condition.form, flow=True)}}}"
    if len(condition.values) == 1:
        return value_token(condition.values[0])
    return f"[{', '.join(map(value_token, condition.values))}]"


def fields_token(conditions: Iterable[tuple[FieldPath, Condition]]) -> str:
    """Conditions on fields as a flow mapping."""
    told = (f"{string(field_text(path), flow=True)}: {condition_token(one)}" for path, one in conditions)
    return f"{{{', '.join(told)}}}"
