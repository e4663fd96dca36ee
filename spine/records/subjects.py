"""What a check or an audit looks at: places of bindings, the results of a query, or files.

at: "bindings/vm.yaml#vms[proxmox_host=pve].status"      all places that the address means; [] is every item, * any
                                                         key, ** any steps; a selector may name any field
in: bindings/vm.yaml    query: "vms[?status=='active']"  JMESPath over the file, or over what stands at FILE#ADDRESS
file: docs/home-*.md    contains: "Pi-hole"              the files that fit and hold the text
where: {site: home}                                      of what `at` or `query` found, the entries that are so
"""

from __future__ import annotations

from dataclasses import field

from spine.address import ROOT, Address, parse
from spine.dataclass import dataclass
from spine.errors import Place
from spine.globs import Glob, parse_glob
from spine.patterns import PlacePattern, parse_place_pattern
from spine.records.conditions import FieldConditions, fields_token, read_field_conditions
from spine.records.queries import query_text
from spine.records.values import safe_path
from spine.yamldoc.fields import BadField, Fields
from spine.yamldoc.write import string

MAX_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Places:
    """The places that an address pattern means, of those the ones that `where` lets through."""

    pattern: PlacePattern
    where: FieldConditions = ()
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Query:
    """What a JMESPath expression finds in a file, or at an address of it."""

    path: str
    address: Address
    expression: str
    where: FieldConditions = ()
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class FilesLike:
    """The files with such a path, of those the ones that hold a text."""

    glob: Glob
    contains: str | None = None
    place: Place = field(default=Place(""), compare=False)


Subject = Places | Query | FilesLike
SUBJECT_KEYS = ("at", "in", "query", "where", "file", "contains")


def read_subject(fields: Fields, what: str) -> Subject:
    """The subject among the fields of a check or a row."""
    heads = [key for key in ("at", "query", "file") if key in fields]
    if len(heads) != 1:
        said = "none" if not heads else " and ".join(heads)
        hint = 'at: "FILE#ADDRESS"   or   in: FILE and query: JMESPATH   or   file: PATH'
        raise fields.error(
            f"the {what} looks at one thing: at, query or file; here is {said}", place=fields.place(), hint=hint
        )
    head = heads[0]
    for key, owners in (("in", ("query",)), ("where", ("at", "query")), ("contains", ("file",))):
        if key in fields and head not in owners:
            raise fields.wrong(key, f"“{key}” goes with {' or '.join(owners)}, not with {head}")
    place = fields.place(head)
    if head == "file":
        contains = fields.find_text("contains")
        if contains is not None and not 0 < len(contains) <= MAX_TEXT:
            raise fields.wrong("contains", f"“contains” is a text of 1 to {MAX_TEXT} characters")
        return FilesLike(fields.read("file", parse_glob), contains, place)
    where = read_field_conditions(fields, "where")
    if head == "at":
        return Places(fields.read("at", parse_place_pattern), where, place)
    if "in" not in fields:
        raise fields.wrong("query", "a query needs “in”: the file that it is asked of")
    path, address = fields.read("in", _file_and_address)
    return Query(path, address, fields.read("query", query_text), where, place)


def _file_and_address(text: str) -> tuple[str, Address]:
    path, mark, address = text.partition("#")
    if not path:
        raise BadField(f"“{text[:60]}” names no file: FILE or FILE#ADDRESS")
    return safe_path(path), parse(address) if mark else ROOT


def subject_tokens(subject: Subject) -> list[str]:
    """The subject as `key: value` pairs of a flow mapping."""
    if isinstance(subject, FilesLike):
        out = [f"file: {string(str(subject.glob), flow=True)}"]
        return out + ([f"contains: {string(subject.contains, flow=True)}"] if subject.contains is not None else [])
    if isinstance(subject, Places):
        out = [f"at: {string(str(subject.pattern), flow=True)}"]
    else:
        within = subject.path if subject.address == ROOT else f"{subject.path}#{subject.address}"
        out = [f"in: {string(within, flow=True)}", f"query: {string(subject.expression, flow=True)}"]
    return out + ([f"where: {fields_token(subject.where)}"] if subject.where else [])
