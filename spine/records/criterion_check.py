"""The machine check of a success criterion, read from `checks:` of a loop's front matter (`spine help criteria`).

    checks:
      1: {at: "bindings/vm.yaml#vms[proxmox_host=home].vmid", has: [100, 101]}
      2: {in: bindings/compose.yaml, query: "targets.* | [?site=='home']", count: ">= 1"}
      3: {all: [{at: "…#endpoints[].host", among: "bindings/ssh.yaml#targets[].id"}, {no_open_gap: {above: medium}}]}

A check looks at one thing (see `subjects`, and `gaps`, `no_open_gap`, `parity`) and says one or more things of what it
finds there. It is read strictly: an unknown key, a comparison of nothing, a query that is none are errors with a place.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import Literal, get_args

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.patterns import parse_place_pattern
from spine.records.conditions import (
    Condition,
    FieldConditions,
    OneOf,
    is_of_fields,
    read_condition,
    read_field_conditions,
    read_values,
)
from spine.records.gap import SEVERITIES, STATUSES, TYPES
from spine.records.subjects import SUBJECT_KEYS, FilesLike, Places, Subject, read_subject
from spine.records.values import loop_reference
from spine.yamldoc.fields import Fields, fields_of
from spine.yamldoc.nodes import Document, Node
from spine.yamldoc.scalars import Value, value_of

Op = Literal["=", "!=", ">=", "<=", ">", "<"]
OPS: tuple[Op, ...] = get_args(Op)
MAX_CHECKS = 50  # in one criterion
DEEPEST = 6

_COUNT = re.compile(r"(>=|<=|!=|=|>|<|≥|≤|≠)?[ ]*(0|[1-9][0-9]{0,8})")
_SAME: dict[str, str] = {"≥": ">=", "≤": "<=", "≠": "!=", "": "="}
_COMPARISONS = ("count", "exists", "is", "every", "some", "none", "has", "only", "among")
_GAP_KEYS = ("status", "severity", "type", "loop", "above")


class BadCheck(Refused):
    """A criterion's check is not as its form says."""

    code = "SP221"


@dataclass(frozen=True, slots=True)
class Count:
    """How many were found."""

    op: Op
    number: int


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether anything was found."""

    is_there: bool


@dataclass(frozen=True, slots=True)
class Is:
    """Exactly one was found, and it is this value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Each:
    """Of what was found, all (at least one), some or none are so: values, or the fields of entries."""

    how: Literal["every", "some", "none"]
    condition: Condition | FieldConditions


@dataclass(frozen=True, slots=True)
class Has:
    """All these values were found."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Only:
    """Nothing but these values was found."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Among:
    """Each value that was found is one of those that stand at other places."""

    places: Places


Comparison = Count | Exists | Is | Each | Has | Only | Among


@dataclass(frozen=True, slots=True)
class GapsLike:
    """The gaps that are so; `loop` is an id, `this`, or None for any."""

    status: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    loop: str | None = "this"
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Compared:
    """One subject, and all that has to be so of what is found there."""

    subject: Subject | GapsLike
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """All rules of an audit hold."""

    audit: str
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Together:
    """All, or any, of several checks."""

    how: Literal["all", "any"]
    checks: tuple[CriterionCheck, ...]


CriterionCheck = Compared | Holds | Together


def read_check(document: Document, node: Node) -> CriterionCheck:
    """Read a check strictly. Raises `BadCheck` with line and column."""
    try:
        return _Reader(document).check(node, 1)
    except BadCheck:
        raise
    except Refused as error:  # a reader of a part, whose place may be that of its own text
        raise BadCheck(error.message, place=document.place(node.start), hint=error.hint) from error


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0

    def check(self, node: Node, depth: int) -> CriterionCheck:
        place = self.document.place(node.start)
        self.count += 1
        if depth > DEEPEST or self.count > MAX_CHECKS:
            raise BadCheck(f"a check has at most {MAX_CHECKS} parts, {DEEPEST} levels deep", place=place)
        keys = (*SUBJECT_KEYS, *_COMPARISONS, "gaps", "no_open_gap", "parity", "all", "any")
        fields = fields_of(self.document, node, "check", optional=keys, error=BadCheck)
        fields.refuse_nulls(meant=("is", "every", "some", "none"))
        for how in ("all", "any"):
            if how in fields:
                self.alone(fields, how)
                parts = tuple(self.check(one, depth + 1) for one in fields.items(how))
                if not parts:
                    raise fields.wrong(how, f"“{how}” is a list of checks")
                return Together("all" if how == "all" else "any", parts)
        if "parity" in fields:
            self.alone(fields, "parity")
            return Holds(fields.line("parity", limit=60), fields.place("parity"))
        if "no_open_gap" in fields:
            self.alone(fields, "no_open_gap")
            return Compared(self.no_open_gap(fields), (Count("=", 0),))
        subject: Subject | GapsLike
        if "gaps" in fields:
            for key in SUBJECT_KEYS:
                if key in fields:
                    raise fields.wrong(key, f"“{key}” has no place beside gaps")
            subject = _gaps(fields.inside("gaps", "gaps", optional=_GAP_KEYS), fields.place("gaps"))
            allowed: tuple[str, ...] = ("count", "exists")
        else:
            subject = read_subject(fields, "check")
            allowed = ("count", "exists") if isinstance(subject, FilesLike) else _COMPARISONS
        comparisons = tuple(self.comparisons(fields, allowed))
        if not comparisons and isinstance(subject, FilesLike):
            comparisons = (Exists(True),)
        if not comparisons:
            hint = f"add one of {', '.join(allowed)}"
            raise BadCheck("the check says nothing of what it looks at", place=place, hint=hint)
        return Compared(subject, comparisons)

    def alone(self, fields: Fields, key: str) -> None:
        others = [other for other in fields.entries if other != key]
        if others:
            raise fields.wrong(others[0], f"“{others[0]}” has no place beside {key}")

    def no_open_gap(self, fields: Fields) -> GapsLike:
        place = fields.place("no_open_gap")
        if fields.entries["no_open_gap"].value.kind == "scalar":
            fields.claim("no_open_gap")
            return GapsLike(("open",), place=place)
        part = fields.inside("no_open_gap", "no_open_gap", optional=("severity", "type", "loop", "above"))
        return _gaps(part, place, ("open",))

    def comparisons(self, fields: Fields, allowed: tuple[str, ...]) -> list[Comparison]:
        found: list[Comparison] = []
        for key in _COMPARISONS:
            if key not in fields.entries:
                continue
            if key not in allowed:
                raise fields.wrong(key, f"“{key}” says nothing of files and gaps; there are {' and '.join(allowed)}")
            found.append(self.comparison(fields, key))
        return found

    def comparison(self, fields: Fields, key: str) -> Comparison:
        node = fields.entries[key].value
        if key == "count":
            return _count(fields, node)
        if key == "exists":
            value = value_of(node) if node.kind == "scalar" else ("", "")
            if value[0] != "bool":
                raise fields.wrong(key, "“exists” is true or false")
            return Exists(value[1] == "true")
        if key == "is":
            values = read_values(self.document, node, key, BadCheck)
            if node.kind != "scalar":
                raise fields.wrong(key, "“is” takes one value", hint="every: […] for one of several")
            return Is(values[0])
        if key in ("every", "some", "none"):
            how: Literal["every", "some", "none"] = "every" if key == "every" else "some" if key == "some" else "none"
            if is_of_fields(node):
                return Each(how, read_field_conditions(fields, key))
            return Each(how, read_condition(self.document, node, key, BadCheck))
        if key == "among":
            return Among(Places(fields.read(key, parse_place_pattern), (), fields.place(key)))
        values = read_values(self.document, node, key, BadCheck)
        return Has(values) if key == "has" else Only(values)


def _count(fields: Fields, node: Node) -> Count:
    found = _COUNT.fullmatch(node.text) if node.kind == "scalar" and len(node.text) < 20 else None
    if found is None:
        raise fields.wrong("count", "“count” is a number, or one with a comparison like “>= 3”")
    sign = found[1] or ""
    op = next(one for one in OPS if one == _SAME.get(sign, sign))
    return Count(op, int(found[2]))


def _gaps(part: Fields, place: Place, status: tuple[str, ...] = ()) -> GapsLike:
    severity = _words(part, "severity", SEVERITIES)
    if "above" in part:
        if severity:
            raise part.wrong("above", "either “severity” or “above”")
        least = part.choice("above", SEVERITIES)
        severity = SEVERITIES[[str(one) for one in SEVERITIES].index(least) + 1 :]
        if not severity:
            raise part.wrong("above", f"nothing is above {least}")
    loop: str | None = "this"
    if "loop" in part:
        loop = part.text("loop")
        loop = None if loop == "any" else loop if loop == "this" else part.read("loop", loop_reference)
    return GapsLike(status or _words(part, "status", STATUSES), severity, _words(part, "type", TYPES), loop, place)


def _words(part: Fields, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """A word, or a list of words."""
    if key not in part:
        return ()
    condition = read_condition(part.document, part.entries[key].value, key, part.error)
    words = tuple(text for _, text in condition.values) if isinstance(condition, OneOf) else ()
    if not words or any(word not in known for word in words):
        raise part.wrong(key, f"“{key}” is one or more of {', '.join(known)}")
    return words
