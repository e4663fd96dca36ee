"""An audit's table as Markdown, at one revision or beside an older one; and what differs in a table that is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spine.ledger.parity import Cell, Table
from spine.printable import printable
from spine.records.loop_tables import cells_of

NAMES = 8  # missing members that are named in a cell
_SPECIAL = "\\`*_[]<>|~"
HEAD = "Category"
UNKNOWN = "?"


def markdown_lines(table: Table, before: Table | None = None) -> list[str]:
    """The lines of the table. Beside an older one, a column that changed anywhere stands twice, before and after."""
    columns = _columns(table, before)
    missing = any(_missing(table, row.title) for row in table.rows)
    out = [_line([HEAD, *(head for head, _, _ in columns), *(["missing"] if missing else [])])]
    out.append(_line(["---"] * (1 + len(columns) + missing)))
    for row in table.rows:
        cells = [cell_text(which.cell(row.title, column)) for _, which, column in columns]
        out.append(_line([_escaped(row.title), *cells, *([_missing(table, row.title)] if missing else [])]))
    return out


def cell_text(cell: Cell | None) -> str:
    """`2 of 5`, `3`, or that it cannot be told."""
    if cell is None:
        return UNKNOWN
    return str(cell.count) if cell.total is None else f"{cell.count} of {cell.total}"


def differences(written: Sequence[str], computed: Sequence[str]) -> Iterator[str]:
    """What a written table says and the computed one does not; nothing if they differ in layout only."""
    old, new = cells_of(written), cells_of(computed)
    if old == new:
        return
    heads = [_plain(cell) for cell in (old[0] if old else [])]
    rows = {_plain(row[0]): row for row in old[2:] if row}
    found = False
    for row in new[2:]:
        there = rows.get(_plain(row[0]))
        if there is None:
            found = True
            yield f"{row[0]} is not in it"
            continue
        for head, cell in zip(new[0][1:], row[1:], strict=True):
            at = heads.index(_plain(head)) if _plain(head) in heads else -1
            said = there[at] if 0 < at < len(there) else ""
            if said != cell:
                found = True
                yield f"{row[0]}, {head}: {said or 'nothing'} is written, {cell or 'nothing'} computed"
    if not found:
        yield "it has other rows or columns" if old else "it is empty"


def _columns(table: Table, before: Table | None) -> list[tuple[str, Table, str]]:
    """The heads, each with the table and the column that its cells come from."""
    found = []
    for column in table.columns:
        changed = before is not None and any(
            before.cell(row.title, column) != table.cell(row.title, column) for row in table.rows
        )
        if changed and before is not None:
            found.append((f"{column} (before)", before, column))
            found.append((f"{column} (after)", table, column))
        else:
            found.append((column, table, column))
    return found


def missing_names(table: Table, title: str) -> list[tuple[str, tuple[str, ...]]]:
    """Who is missing in a row, by column: those of the columns that a rule asks for something, else of all."""
    asked = {one.rule.holds.column for one in table.audit.rules if not one.rows or title in one.rows}
    found = []
    for column in table.columns:
        cell = table.cell(title, column)
        if cell is not None and cell.missing and (not asked or column in asked):
            found.append((column, cell.missing))
    return found


def _missing(table: Table, title: str) -> str:
    told = []
    for column, names in missing_names(table, title):
        more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
        told.append(f"{column}: {', '.join(map(_escaped, names[:NAMES]))}{more}")
    return "; ".join(told)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Outside text in a cell: one line, and nothing in it is markup."""
    shown = " ".join(printable(text).split())
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in shown)


def _plain(cell: str) -> str:
    return cell.replace("*", "").replace("\\", "").strip().casefold()
