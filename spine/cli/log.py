"""`spine log`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace


@click.command("log")
@click.argument("revision", default="HEAD")
@click.option("-n", "limit", type=click.IntRange(min=1), metavar="COUNT", help="At most so many.")
@json_option
@click.pass_obj
def command(door: Door, revision: str, limit: int | None, as_json: bool) -> None:
    """Show what has landed on the first-parent history of REVISION, newest first."""
    from spine.actions.listing import log
    from spine.review.documents import log_document
    from spine.review.ledger_text import log_lines

    with open_workspace(door) as work:
        if as_json:
            door.terminal.give(log_document(list(log(work, revision=revision, limit=limit))))
            return
        for landing in log(work, revision=revision, limit=limit):
            door.terminal.show(log_lines([landing], door.terminal.style))
