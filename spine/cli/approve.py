"""`spine approve`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, branch_option, json_option, proposal_argument, wait_option
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.records.approval import Verdict


@click.command("approve", epilog=PROPOSAL_IS)
@proposal_argument
@click.option("--withdraw", "take_back", is_flag=True, help="Take your approval back.")
@click.option("--after", "afterwards", is_flag=True, help="Review what landed with the glass broken.")
@click.option("--days", type=click.IntRange(1, 3650), metavar="N", help="It expires after so many days.")
@click.option("--why", metavar="TEXT", help="What is to be remembered of it.")
@branch_option
@wait_option
@json_option
@click.pass_obj
def command(
    door: Door, proposal: str, take_back: bool, afterwards: bool, days: int | None, why: str | None,
    branch: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Say that PROPOSAL may land, in a commit of its own: bound to its digest, and signed if the policy names signers.

    Who has approved changes nothing by itself; the policy of the branch says whose approvals count, and how many.
    """
    from spine.actions.approve import approve
    from spine.review.authority_text import approved_document, approved_line

    if take_back and (afterwards or days):
        raise click.UsageError("--withdraw goes alone")
    verdict: Verdict = "withdrawn" if take_back else "reviewed" if afterwards else "approved"
    with open_workspace(door, writes=True) as work:
        done = approve(work, proposal, verdict, why=why, days=days, branch=branch)
    if as_json:
        door.terminal.give(approved_document(done))
    else:
        door.terminal.show([approved_line(done)])
