"""`spine check`"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from spine.cli.door import Door
from spine.cli.reporting import chosen, formats, give, line_at
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.actions.workspace import Workspace
    from spine.review.rows import Row


@click.command("check")
@click.argument("commits", metavar="[A..B]", default="HEAD", required=False)
@formats
@click.pass_obj
def command(door: Door, commits: str, form: str | None, as_json: bool) -> int:
    """Prove that every governed change of a range is explained by the receipts that came with it.

    Without a range everything up to HEAD is checked, B alone means everything up to B. Ends with 0 if all is explained,
    1 with findings, 6 if something cannot be told, because this clone lacks it.
    """
    from spine.actions.check import check
    from spine.review.check_text import report_lines, verdict
    from spine.review.documents import check_document
    from spine.review.rows import rows_of_check

    form = chosen(form, as_json=as_json)
    with open_workspace(door) as work:
        report = check(work, commits)
        if form not in ("text", "json"):
            rows = rows_of_check(report)
            give(door, form, "check", rows, verdict(report), report.exit_code, _lines(work, report.until))
    if form == "json":
        door.terminal.give(check_document(report))
    elif form == "text":
        door.terminal.show(report_lines(report, door.terminal.style))
    return report.exit_code


def _lines(work: Workspace, until: str) -> Callable[[Row], str | None]:
    """Source lines from the commit that a row is about, or from the end of the range."""
    from spine.cli.source_lines import lines_from
    from spine.repository import CommitId, snapshot_of

    return lambda row: line_at(lines_from(snapshot_of(work.repo, CommitId(row.commit or until))))(row)
