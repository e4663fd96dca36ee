"""`spine overlaps`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace


@click.command("overlaps")
@click.option("--onto", metavar="REVISION", default="HEAD", show_default=True, help="The commit to land on.")
@json_option
@click.pass_obj
def command(door: Door, onto: str, as_json: bool) -> int:
    """Show which open proposals touch the same, which conflict, and an order in which all that can land do.

    Open are the pending proposals of REVISION and the drafts of the work tree. Every landing is really made, in memory;
    nothing is written. Ends with 3 if some proposal cannot land.
    """
    from spine.actions.overlaps import overlaps
    from spine.errors import Exit
    from spine.review.overlaps_text import overlaps_document, overlaps_lines

    with open_workspace(door) as work:
        found = overlaps(work, onto=onto)
    ending = Exit.CONFLICT if found.stuck else Exit.DONE
    if as_json:
        door.terminal.give(overlaps_document(found, ending))
        return ending
    door.terminal.show_folded(overlaps_lines(found, door.terminal.style))
    if found.order:
        door.terminal.next_step(f"spine apply {found.order[0]}")
    return ending
