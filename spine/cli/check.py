"""`spine check`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace


@click.command("check")
@click.argument("commits", metavar="[A..B]", default="HEAD", required=False)
@json_option
@click.pass_obj
def command(door: Door, commits: str, as_json: bool) -> int:
    """Prove that every governed change of a range is explained by the receipts that came with it.

    Without a range everything up to HEAD is checked, B alone means everything up to B. Ends with 0 if all is explained,
    1 with findings, 6 if something cannot be told, because this clone lacks it.
    """
    from spine.actions.check import check
    from spine.review.check_text import report_lines
    from spine.review.documents import check_document

    with open_workspace(door) as work:
        report = check(work, commits)
    if as_json:
        door.terminal.give(check_document(report))
    else:
        door.terminal.show(report_lines(report, door.terminal.style))
    return report.exit_code
