"""`spine list`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace

# As in spine.ledger.status, which is not loaded for a help text; a test holds the two together.
STATUSES = ("draft", "pending", "applied", "undone", "withdrawn", "superseded")


@click.command("list")
@click.option("--status", "only", multiple=True, type=click.Choice(STATUSES), help="Only these; repeatable.")
@click.option("--at", "revision", metavar="REVISION", default="HEAD", show_default=True, help="The commit to look at.")
@json_option
@click.pass_obj
def command(door: Door, only: tuple[str, ...], revision: str, as_json: bool) -> None:
    """List the proposals of a commit and the drafts of the work tree, oldest first."""
    from spine.actions.listing import list_proposals
    from spine.review.documents import list_document
    from spine.review.ledger_text import list_lines

    with open_workspace(door) as work:
        listed = list_proposals(work, revision=revision, only=only)
        if as_json:
            door.terminal.give(list_document(listed))
        elif listed:
            door.terminal.show_folded(list_lines(listed, door.terminal.style))
        else:
            door.terminal.say("no proposals" + (f" that are {' or '.join(only)}" if only else ""))
