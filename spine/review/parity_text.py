"""Audits for people: the list, a table with what is missing by name, what changed, and the gaps that were drafted."""

from __future__ import annotations

from collections.abc import Sequence

from spine.actions.parity import ListedAudit, Parity
from spine.actions.parity_gaps import GapsProposed
from spine.ledger.parity_markdown import cell_text, markdown_lines, missing_names
from spine.printable import printable
from spine.review.list_text import Cell, columns
from spine.review.style import Style

_NAMES = 20


def audit_list_lines(listed: Sequence[ListedAudit], style: Style) -> list[str]:
    """One audit a line: name, whether its rules hold, title."""
    rows: list[Sequence[Cell]] = []
    for one in listed:
        state: Cell = ("add", "holds") if not one.failures else ("conflict", f"{len(one.failures)} failing")
        if one.flaws and not one.failures:
            state = ("change", "cannot tell")
        rows.append((one.audit.name, state, f"{len(one.audit.rows)} rows", one.audit.title or ""))
    return columns(rows, style) if rows else []


def parity_lines(found: Parity, style: Style) -> list[str]:
    """The table, then by row who is missing, what changed, and which rules fail."""
    table = found.table
    changed = {(one.row, one.column): one for one in found.changes}
    heads: list[Cell] = [("quiet", "")]
    rows: list[Sequence[Cell]] = [[*heads, *(("quiet", column) for column in table.columns)]]
    for row in table.rows:
        cells: list[Cell] = [printable(row.title)]
        for column in table.columns:
            change = changed.get((row.title, column))
            now = cell_text(table.cell(row.title, column))
            cells.append(("change", f"{cell_text(change.before)} → {now}") if change is not None else now)
        rows.append(cells)
    out = [style("strong", printable(table.audit.title or table.audit.name)), *columns(rows, style)]
    for row in table.rows:
        if row.flaw is not None:
            out.append(f"{style('change', 'cannot tell')} {printable(row.title)}: {printable(row.flaw)}")
    missing = [
        f"  {printable(row.title)}, {column}: {_names(names)}"
        for row in table.rows
        for column, names in missing_names(table, row.title)
    ]
    out += ["", "missing:", *missing] if missing else []
    changes = []
    for one in found.changes:
        told = [f"+ {_names(one.added)}"] if one.added else []
        told += [f"- {_names(one.removed)}"] if one.removed else []
        changes += [f"  {printable(one.row)}, {one.column}: {'  '.join(told) or 'other members are missing'}"]
    if found.since is not None:
        out += ["", f"since {found.since[:7]}:", *(changes or ["  nothing changed"])]
    if table.failures:
        out += ["", "rules that fail:"]
        for failure in table.failures:
            out.append(f"  {style('conflict', '✗')} {printable(failure.row)}: {printable(failure.rule)}")
    elif table.audit.rules:
        out += ["", "all rules hold" if not table.flaws else "no rule fails, as far as it can be told"]
    return out


def parity_markdown(found: Parity) -> list[str]:
    """The table as Markdown, and below it the rules that fail."""
    out = markdown_lines(found.table, found.before)
    if found.table.failures:
        out += ["", *(f"- ✗ {printable(one.row)}: `{one.rule}`" for one in found.table.failures)]
    return out


def gaps_proposed_lines(done: GapsProposed, style: Style) -> list[str]:
    """The gaps that were drafted, and what has one already."""
    out = [f"{style('add', '+')} {one.gap.id} {printable(one.gap.title)}" for one in done.drafted]
    out += [f"{style('quiet', '=')} {printable(one.wanting.title)}: known, {one.by}" for one in done.known]
    if done.proposed is not None:
        out.append(f"wrote {done.proposed.folder}/")
    elif not done.known:
        out.append("nothing is missing by the rules of this audit")
    return out


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(map(printable, names[:_NAMES])) + more
