"""`spine plan`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, json_option, proposal_argument
from spine.cli.workspace import open_workspace


@click.command("plan", epilog=PROPOSAL_IS)
@proposal_argument
@click.option("--onto", metavar="REVISION", default="HEAD", show_default=True, help="The commit to plan on.")
@json_option
@click.pass_obj
def command(door: Door, proposal: str, onto: str, as_json: bool) -> int:
    """Show what PROPOSAL would do right now; writes nothing.

    Ends with 0 if it would land or is there already, 3 if it conflicts or is blocked, 1 if it would break a rule,
    4 if the policy of the target asks for more, approvals for example.
    """
    from spine.actions.apply import Blocked
    from spine.actions.plan import plan
    from spine.errors import Exit
    from spine.review.documents import plan_document
    from spine.review.plan_text import plan_lines

    with open_workspace(door) as work:
        found = plan(work, proposal, onto=onto)
    endings = {"conflicts": Exit.CONFLICT, "blocked": Blocked.exit_code}
    ending = endings.get(found.outcome, Exit.DONE)
    if ending == Exit.DONE and found.standing is not None and found.standing.unmet:
        ending = Exit.POLICY
    if found.breaks and not found.blockers:
        ending = Exit.FAILED
    if ending == Exit.DONE and found.standing is not None and found.standing.unmet:
        ending = Exit.POLICY
    if as_json:
        door.terminal.give(plan_document(found, ending))
        return ending
    door.terminal.show_folded(plan_lines(found, door.terminal.style))
    if found.outcome == "clean" and ending == Exit.DONE:
        door.terminal.next_step(f"spine apply {found.proposal.id}")
    return ending
