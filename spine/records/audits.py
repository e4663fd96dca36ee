"""The audits of `spine.yaml`: tables that are computed from bindings and files, and the rules they are held against.

    audits:
      home-parity:
        title: The home site beside the shop
        loop: LOOP-HOME-INFRA-DOC-PARITY-20260212       # whose gaps `parity --propose` drafts
        columns:
          shop: {site: shop}                            # fields of an entry; or [names], or a form of names "home-*"
          home: {site: home}
        rows:
          SSH targets: {at: "bindings/ssh.targets.yaml#targets[]"}
          Backups: {at: "bindings/backup.inventory.yaml#targets[]", where: {enabled: true}}
        rules:
          - home >= 1 where shop > 0
          - {rule: home = all, rows: [Backups]}

A row counts entries, in each column those that belong to it. With `where` it counts those that are so, of all that are
there; with `expect`, those that are there of those that another list names.
"""

from __future__ import annotations

import re
from dataclasses import field

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.globs import Glob, parse_glob
from spine.identity import FieldPath
from spine.records.conditions import (
    MAX_FORM,
    FieldConditions,
    Like,
    field_path,
    field_text,
    fields_token,
    is_of_fields,
    read_field_conditions,
    read_values,
    value_token,
)
from spine.records.gap import SEVERITIES
from spine.records.parity_rule import ParityRule, parse_rule
from spine.records.subjects import SUBJECT_KEYS, FilesLike, Subject, read_subject, subject_tokens
from spine.records.values import flow_list, loop_reference
from spine.yamldoc.fields import Fields, fields_of
from spine.yamldoc.scalars import Value
from spine.yamldoc.write import field as line
from spine.yamldoc.write import string

MAX_AUDITS = 100
MAX_ROWS = 200
MAX_COLUMNS = 20
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_RESERVED = frozenset({"all", "where"})
_ROW_KEYS = (*SUBJECT_KEYS, "name", "columns", "expect")


@dataclass(frozen=True, slots=True)
class Named:
    """The members with these names."""

    names: tuple[Value, ...]


Group = FieldConditions | Named | Like | Glob
"""Who belongs to a column: by fields of the entry, by name, by the form of the name, or by the path of a file."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What there should be: entries elsewhere, by the names that they have or that their field `name` holds."""

    subject: Subject
    name: FieldPath | None = None
    columns: tuple[tuple[str, Group], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What is counted; `name` is the field that members are called by, `columns` the groups that differ in this row."""

    title: str
    subject: Subject
    name: FieldPath | None = None
    columns: tuple[tuple[str, Group], ...] = ()
    expect: Expected | None = None


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule, of all rows if `rows` is empty."""

    rule: ParityRule
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """One declared table."""

    name: str
    columns: tuple[tuple[str, Group], ...]
    rows: tuple[Row, ...]
    rules: tuple[RowRule, ...] = ()
    title: str | None = None
    loop: str | None = None
    severity: str = "medium"
    place: Place = field(default=Place(""), compare=False)

    def group(self, row: Row, column: str) -> Group:
        """Who belongs to a column in a row."""
        return dict(row.columns).get(column) or dict(self.columns)[column]


def read_audits(fields: Fields) -> tuple[Audit, ...]:
    """The audits of the settings. Every error has line and column."""
    found = []
    for name, part in fields.pairs("audits"):
        place = part.document.place(part.entries[name].start)
        if not _NAME.fullmatch(name):
            raise part.error(
                f"“{name[:60]}” is not a name of an audit: a letter, then letters, digits, - and _", place=place
            )
        found.append(_audit(part.inside(name, "audit", required=("columns", "rows"), optional=(
            "title", "loop", "severity", "rules")), name, place))  # fmt: skip
    if len(found) > MAX_AUDITS:
        raise fields.wrong("audits", f"there are at most {MAX_AUDITS} audits")
    return tuple(found)


def _audit(part: Fields, name: str, place: Place) -> Audit:
    columns = _columns(part, None)
    names = tuple(column for column, _ in columns)
    if not columns or len(columns) > MAX_COLUMNS:
        raise part.wrong("columns", f"“columns” names 1 to {MAX_COLUMNS} groups")
    rows = tuple(_row(one, title, columns) for title, one in part.pairs("rows"))
    if not rows or len(rows) > MAX_ROWS:
        raise part.wrong("rows", f"“rows” has 1 to {MAX_ROWS} rows")
    titles = tuple(row.title for row in rows)
    return Audit(
        name,
        columns,
        rows,
        tuple(_rule(part, at, names, titles) for at in range(len(part.items("rules")))),
        part.line("title", limit=200) if "title" in part else None,
        part.find("loop", loop_reference),
        part.choice("severity", SEVERITIES) if "severity" in part else "medium",
        place,
    )


def _columns(part: Fields, subject: Subject | None) -> tuple[tuple[str, Group], ...]:
    found: list[tuple[str, Group]] = []
    for name, one in part.pairs("columns"):
        entry = one.entries[name]
        if not _NAME.fullmatch(name) or name in _RESERVED:
            message = f"“{name[:60]}” is not a name of a column: a letter, then letters, digits, - and _"
            raise one.error(message, place=one.document.place(entry.start))
        found.append((name, _group(one, name, subject)))
    return tuple(found)


def _group(part: Fields, name: str, subject: Subject | None) -> Group:
    node = part.entries[name].value
    if isinstance(subject, FilesLike):
        return part.read(name, parse_glob)
    if is_of_fields(node):
        return read_field_conditions(part, name)
    if node.kind == "sequence":
        return Named(read_values(part.document, node, name, part.error))
    text = part.text(name)
    if not 0 < len(text) <= MAX_FORM:
        raise part.wrong(name, f"a form of names has 1 to {MAX_FORM} characters")
    return Like(text)


def _row(part: Fields, title: str, columns: tuple[tuple[str, Group], ...]) -> Row:
    entry = part.entries[title]
    shown = Fields(part.document, part.node, "row", {title: entry}, part.error)
    if not title.strip() or len(title) > 100 or "\n" in title:
        raise part.error("a row's title is one line of at most 100 characters", place=part.document.place(entry.start))
    inside = shown.inside(title, "row", optional=_ROW_KEYS)
    subject = read_subject(inside, "row")
    own = _columns(inside, subject)
    _known(inside, own, columns)
    if isinstance(subject, FilesLike) and {name for name, _ in own} != {name for name, _ in columns}:
        hint = "columns: {shop: docs/shop-*.md, home: docs/home-*.md}"
        raise inside.wrong("file", "a row of files says in “columns” which paths belong to each column", hint=hint)
    name = inside.find("name", _field)
    if name is not None and isinstance(subject, FilesLike):
        raise inside.wrong("name", "files are called by their paths")
    return Row(title, subject, name, own, _expected(inside, columns))


def _expected(inside: Fields, columns: tuple[tuple[str, Group], ...]) -> Expected | None:
    if "expect" not in inside:
        return None
    part = inside.inside("expect", "expect", optional=(*SUBJECT_KEYS, "name", "columns"))
    subject = read_subject(part, "expect")
    if isinstance(subject, FilesLike):
        raise part.wrong("file", "what is expected are entries: at, or in and query")
    own = _columns(part, subject)
    _known(part, own, columns)
    return Expected(subject, part.find("name", _field), own)


def _known(part: Fields, own: tuple[tuple[str, Group], ...], columns: tuple[tuple[str, Group], ...]) -> None:
    names = [name for name, _ in columns]
    for name, _ in own:
        if name not in names:
            raise part.wrong("columns", f"there is no column {name}; there are {', '.join(names)}")


def _field(text: str) -> FieldPath:
    return field_path(text)


def _rule(part: Fields, at: int, columns: tuple[str, ...], titles: tuple[str, ...]) -> RowRule:
    node = part.items("rules")[at]
    place = part.document.place(node.start)
    rows: tuple[str, ...] = ()
    if node.kind == "mapping":
        inside = fields_of(part.document, node, "rule", required=("rule", "rows"), error=part.error)
        text, rows = inside.text("rule"), inside.texts("rows")
        place = inside.place("rule")
        for row in rows:
            if row not in titles:
                raise inside.wrong("rows", f"there is no row “{row[:60]}”; there are {', '.join(titles)[:200]}")
        if not rows:
            raise inside.wrong("rows", "“rows” names at least one row")
    elif node.kind == "scalar":
        text = node.text
    else:
        raise part.error("a rule is text, or {rule: TEXT, rows: [ROW]}", place=place)
    try:
        return RowRule(parse_rule(text, columns), rows)
    except Refused as error:
        raise part.error(error.message, place=place, hint=error.hint) from error


# ---- writing ------------------------------------------------------------------------------------------------------


def write_audits(audits: tuple[Audit, ...]) -> str:
    """The section of the settings; law: it is read back as the same audits."""
    out = ["audits:\n"] if audits else []
    for audit in audits:
        out.append(f"  {string(audit.name, flow=True)}:\n")
        out += [line("title", audit.title, 4)] if audit.title is not None else []
        out += [line("loop", audit.loop, 4)] if audit.loop is not None else []
        out += [f"    severity: {audit.severity}\n"] if audit.severity != "medium" else []
        out.append("    columns:\n")
        out += [f"      {string(name, flow=True)}: {_group_token(group)}\n" for name, group in audit.columns]
        out.append("    rows:\n")
        out += [f"      {string(row.title, flow=True)}: {_row_token(row)}\n" for row in audit.rows]
        out += ["    rules:\n"] if audit.rules else []
        for one in audit.rules:
            text = string(str(one.rule), flow=True)
            out.append(f"      - {{rule: {text}, rows: {flow_list(one.rows)}}}\n" if one.rows else f"      - {text}\n")
    return "".join(out)


def _row_token(row: Row) -> str:
    parts = [*subject_tokens(row.subject), *_naming(row.name, row.columns)]
    if row.expect is not None:
        told = [*subject_tokens(row.expect.subject), *_naming(row.expect.name, row.expect.columns)]
        parts.append(f"expect: {{{', '.join(told)}}}")
    return f"{{{', '.join(parts)}}}"


def _naming(name: FieldPath | None, columns: tuple[tuple[str, Group], ...]) -> list[str]:
    out = [f"name: {string(field_text(name), flow=True)}"] if name is not None else []
    told = ", ".join(f"{string(column, flow=True)}: {_group_token(group)}" for column, group in columns)
    return out + ([f"columns: {{{told}}}"] if columns else [])


def _group_token(group: Group) -> str:
    if isinstance(group, Named):
        return f"[{', '.join(map(value_token, group.names))}]"
    if isinstance(group, Like):
        return string(group.form, flow=True)
    if isinstance(group, Glob):
        return string(str(group), flow=True)
    return fields_token(group)
