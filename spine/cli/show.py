"""`spine show`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, json_option, proposal_argument
from spine.cli.workspace import open_workspace


@click.command("show", epilog=PROPOSAL_IS)
@proposal_argument
@click.option("--at", "revision", metavar="REVISION", default="HEAD", show_default=True, help="The commit to look at.")
@json_option
@click.pass_obj
def command(door: Door, proposal: str, revision: str, as_json: bool) -> None:
    """Show PROPOSAL, whole: who, when and why, its links, every operation with all its lines, and its landing.

    Of one that has not landed, also what would become of it at REVISION.
    """
    from spine.actions.review import review_one
    from spine.review.documents import show_document
    from spine.review.proposal_text import proposal_lines
    from spine.review.proposal_view import proposal_view

    with open_workspace(door) as work:
        found = review_one(work, proposal, revision)
    if as_json:
        door.terminal.give(show_document(found))
        return
    door.terminal.show(proposal_lines(proposal_view(found), door.terminal.style))
    if found.status == "pending":
        door.terminal.next_step(f"spine plan {found.stored.id}")
