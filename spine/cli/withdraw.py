"""`spine withdraw`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, branch_option, json_option, proposal_argument, wait_option
from spine.cli.workspace import open_workspace


@click.command("withdraw", epilog=PROPOSAL_IS)
@proposal_argument
@click.option("--why", required=True, metavar="TEXT", help="The reason; it is kept.")
@branch_option
@wait_option
@json_option
@click.pass_obj
def command(door: Door, proposal: str, why: str, branch: str | None, as_json: bool) -> None:
    """Mark a pending PROPOSAL as not to land, with who and why, in a commit of its own."""
    from spine.actions.withdraw import withdraw
    from spine.review.documents import withdrawn_document

    with open_workspace(door, writes=True) as work:
        done = withdraw(work, proposal, why, branch=branch)
    if as_json:
        door.terminal.give(withdrawn_document(done))
    elif done.commit is None:
        door.terminal.show([f"{done.proposal} is withdrawn already"])
    else:
        door.terminal.show([f"{done.proposal} is withdrawn, in {done.commit.id[:7]}"])
