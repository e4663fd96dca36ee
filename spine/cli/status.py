"""`spine status`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace


@click.command("status")
@click.option("--at", "revision", metavar="REVISION", default="HEAD", show_default=True, help="The commit to look at.")
@json_option
@click.pass_obj
def command(door: Door, revision: str, as_json: bool) -> None:
    """Show what needs attention now, grouped by what to do about it: open proposals with what they would do, where they
    overlap, what has grown old (limits in spine.yaml), open gaps by severity, and governed files changed by hand."""
    from spine.actions.listing import status
    from spine.review.documents import status_document
    from spine.review.status_text import status_lines

    with open_workspace(door) as work:
        overview = status(work, revision=revision)
        if as_json:
            door.terminal.give(status_document(overview))
            return
        door.terminal.show_folded(status_lines(overview, door.terminal.style))
    if overview.journal is not None:
        door.terminal.next_step("spine doctor")
    elif any(one.plan == "clean" for one in overview.open):
        door.terminal.next_step(f"spine apply {next(one.stored.id for one in overview.open if one.plan == 'clean')}")
