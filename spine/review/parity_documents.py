"""Audits for programs: the list, a table with its members, the data of a chart, and the gaps that were drafted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spine.errors import Exit
from spine.review.json_parts import Json, document, plan_part

if TYPE_CHECKING:
    from spine.actions.parity import ListedAudit, Parity
    from spine.actions.parity_gaps import GapsProposed
    from spine.ledger.parity import Cell, Failure


def audit_list_document(listed: Sequence[ListedAudit]) -> Json:
    """The audits of a tree; the exit code does not depend on what they say."""
    return document(
        "parity-list",
        Exit.DONE,
        audits=[
            {
                "name": one.audit.name,
                "title": one.audit.title,
                "loop": one.audit.loop,
                "columns": [name for name, _ in one.audit.columns],
                "rows": [row.title for row in one.audit.rows],
                "failures": [_failure(failure) for failure in one.failures],
                "unknown_rows": one.flaws,
            }
            for one in listed
        ],
    )


def parity_document(found: Parity) -> Json:
    """A table, whole: members by name, and with an older revision what changed."""
    table = found.table
    return document(
        "parity",
        found.exit_code,
        audit=table.audit.name,
        title=table.audit.title,
        loop=table.audit.loop,
        at=found.at,
        since=found.since,
        columns=list(table.columns),
        rows=[
            {
                "title": row.title,
                "unknown": row.flaw,
                "cells": [{"column": column, **_cell(table.cell(row.title, column))} for column in table.columns],
            }
            for row in table.rows
        ],
        failures=[_failure(one) for one in table.failures],
        changes=[
            {
                "row": one.row,
                "column": one.column,
                "before": _cell(one.before),
                "after": _cell(one.after),
                "added": list(one.added),
                "removed": list(one.removed),
            }
            for one in found.changes
        ],
    )


def chart_document(found: Parity) -> Json:
    """The data of a bar chart: categories, and a series of numbers for each column (`spine schema show parity-chart`).

    With an older revision each column has two series, of which the earlier is marked so.
    """
    table = found.table
    series: list[Json] = []
    for column in table.columns:
        for which, moment in ((found.before, "before"), (table, "now")):
            if which is not None:
                cells = [which.cell(row.title, column) for row in table.rows]
                series.append(
                    {
                        "name": column,
                        "moment": moment,
                        "values": [cell.count if cell is not None else None for cell in cells],
                        "totals": [cell.total if cell is not None else None for cell in cells],
                    }
                )
    return {
        "spine": "parity-chart/1",
        "audit": table.audit.name,
        "title": table.audit.title or table.audit.name,
        "at": found.at,
        "since": found.since,
        "categories": [row.title for row in table.rows],
        "series": series,
        "failing": [{"category": one.row, "series": one.column, "rule": one.rule} for one in table.failures],
    }


def gaps_proposed_document(done: GapsProposed) -> Json:
    """The gaps that were drafted for what an audit misses."""
    proposed = done.proposed
    return document(
        "parity-propose",
        Exit.DONE,
        audit=done.parity.table.audit.name,
        gaps=[
            {
                "id": str(one.gap.id),
                "title": one.gap.title,
                "row": one.wanting.row,
                "column": one.wanting.column,
                "member": one.wanting.member,
            }
            for one in done.drafted
        ],
        known=[
            {"row": one.wanting.row, "column": one.wanting.column, "member": one.wanting.member, "by": one.by}
            for one in done.known
        ],
        proposal=None
        if proposed is None
        else {"id": proposed.proposal.id, "path": proposed.folder, "plan": plan_part(proposed.plan)},
    )


def _cell(cell: Cell | None) -> Json:
    return {
        "count": cell.count if cell is not None else None,
        "total": cell.total if cell is not None else None,
        "there": list(cell.there) if cell is not None else [],
        "missing": list(cell.missing) if cell is not None else [],
    }


def _failure(one: Failure) -> Json:
    return {"row": one.row, "column": one.column, "rule": one.rule, "missing": list(one.missing)}
