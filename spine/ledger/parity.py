"""An audit computed in one tree: for each row and column who is there, who is missing, and which rules fail."""

from __future__ import annotations

from spine.dataclass import dataclass
from spine.globs import Glob
from spine.identity import FieldPath
from spine.ledger.budget import CannotTell
from spine.ledger.selecting import Finder, Found
from spine.records.audits import Audit, Expected, Group, Named, Row
from spine.records.conditions import Like
from spine.records.parity_rule import Comparison
from spine.records.subjects import FilesLike
from spine.yamldoc.scalars import Value


@dataclass(frozen=True, slots=True)
class Cell:
    """A row in a column: the names of those that are counted, and of those that should be and are not.

    `total` is how many there should be; None if the row neither filters nor expects.
    """

    there: tuple[str, ...]
    missing: tuple[str, ...] = ()
    total: int | None = None

    @property
    def count(self) -> int:
        return len(self.there)

    @property
    def whole(self) -> int:
        """How many `all` is."""
        return self.count if self.total is None else self.total


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row with its cells in the order of the columns; `flaw` says why it cannot be told, then it has none."""

    title: str
    cells: tuple[Cell, ...]
    flaw: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that does not hold in a row, for a column; `missing` are the names that would mend it, as far as known."""

    row: str
    column: str
    rule: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All of an audit in one tree."""

    audit: Audit
    rows: tuple[TableRow, ...]
    failures: tuple[Failure, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.audit.columns)

    @property
    def flaws(self) -> tuple[TableRow, ...]:
        """The rows that cannot be told."""
        return tuple(row for row in self.rows if row.flaw is not None)

    def cell(self, row: str, column: str) -> Cell | None:
        """One cell, None if there is none or it cannot be told."""
        found = next((one for one in self.rows if one.title == row), None)
        return found.cells[self.columns.index(column)] if found is not None and found.cells else None


def tabulate(audit: Audit, finder: Finder) -> Table:
    """Compute an audit. Nothing is raised: a row that cannot be told says so."""
    rows = []
    for row in audit.rows:
        try:
            rows.append(TableRow(row.title, _cells(audit, row, finder)))
        except CannotTell as error:
            rows.append(TableRow(row.title, (), error.reason))
    table = Table(audit, tuple(rows), ())
    return Table(audit, table.rows, tuple(_failures(table)))


def _cells(audit: Audit, row: Row, finder: Finder) -> tuple[Cell, ...]:
    everyone = finder.candidates(row.subject)
    counted = {id(one) for one in everyone}
    narrows = isinstance(row.subject, FilesLike) and row.subject.contains is not None
    if isinstance(row.subject, FilesLike):
        if narrows:
            holding = {one.path for one in finder.files(row.subject)}
            counted = {id(one) for one in everyone if one.path in holding}
    elif row.subject.where:
        narrows = True
        counted = {id(one) for one in finder.where(everyone, row.subject.where)}
    expected = row.expect
    due = finder.find(expected.subject) if expected is not None else []
    cells = []
    for column, _ in audit.columns:
        group = audit.group(row, column)
        members = _members(everyone, group, row.name, finder)
        there = tuple(dict.fromkeys(_name(one, row.name) for one in members if id(one) in counted))
        if expected is not None:
            wanted = _expected(expected, dict(expected.columns).get(column) or dict(audit.columns)[column], due, finder)
            missing = tuple(name for name in wanted if name not in there)
            cells.append(Cell(tuple(name for name in there if name in wanted), missing, len(wanted)))
        elif narrows:
            missing = tuple(dict.fromkeys(_name(one, row.name) for one in members if id(one) not in counted))
            cells.append(Cell(there, missing, len(there) + len(missing)))
        else:
            cells.append(Cell(there))
    return tuple(cells)


def _expected(expected: Expected, group: Group, due: list[Found], finder: Finder) -> tuple[str, ...]:
    belonging = _members(due, group, expected.name, finder)
    return tuple(dict.fromkeys(_name(one, expected.name) for one in belonging))


def _members(found: list[Found], group: Group, name: FieldPath | None, finder: Finder) -> list[Found]:
    """Those that belong to a column."""
    if isinstance(group, tuple):
        return finder.where(found, group)
    return [one for one in found if _belongs(one, group, name, finder)]


def _belongs(one: Found, group: Named | Like | Glob, name: FieldPath | None, finder: Finder) -> bool:
    finder.budget.spend(1)
    if isinstance(group, Glob):
        finder.budget.spend(len(str(group)) * len(one.path) // 1000)
        return group.matches(one.path)
    if isinstance(group, Like):
        return finder.fits(("str", _name(one, name)), group)
    return _name(one, name) in {text for _, text in group.names}


def _name(one: Found, field: FieldPath | None) -> str:
    value: Value | None = one.field(field) if field is not None else None
    return value[1] if value is not None else one.name


def _failures(table: Table) -> list[Failure]:
    found = []
    for rule in table.audit.rules:
        for row in table.rows:
            if not row.cells or (rule.rows and row.title not in rule.rows):
                continue
            cells = dict(zip(table.columns, row.cells, strict=True))
            if rule.rule.where is not None and not _is_so(rule.rule.where, cells):
                continue
            if not _is_so(rule.rule.holds, cells):
                column = rule.rule.holds.column
                found.append(Failure(row.title, column, str(rule.rule), cells[column].missing))
    return found


def _is_so(comparison: Comparison, cells: dict[str, Cell]) -> bool:
    cell = cells[comparison.column]
    left, right = cell.count, 0
    side = comparison.side
    if side.number is not None:
        right = side.number
    elif side.percent is not None:
        left, right = left * 100, side.percent * cell.whole
    else:
        right = cells[side.column].count if side.column is not None else cell.whole
    return {
        "=": left == right,
        "!=": left != right,
        ">=": left >= right,
        "<=": left <= right,
        ">": left > right,
        "<": left < right,
    }[comparison.op]
