"""`spine undo`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, apply_option, json_option, proposal_argument, wait_option, why_option
from spine.cli.proposing import finish
from spine.cli.workspace import open_workspace


@click.command("undo", epilog=PROPOSAL_IS)
@proposal_argument
@why_option
@apply_option
@wait_option
@json_option
@click.pass_obj
def command(door: Door, proposal: str, why: str | None, and_apply: bool, as_json: bool) -> None:
    """Propose to take a landed PROPOSAL back, without touching what came after it.

    Where somebody changed the same since, it ends with 3 and says what stands there now.
    """
    from spine.actions.apply import check_landing
    from spine.actions.undo import CannotUndo, undo
    from spine.review.conflict_text import conflict_lines

    with open_workspace(door, writes=True) as work:
        if and_apply:
            check_landing(work, None)
        try:
            made = undo(work, proposal, why=why)
        except CannotUndo as refused:
            if not as_json and refused.place is not None:
                for conflict in refused.conflicts:
                    setter = refused.set_by.get(conflict.at)
                    door.terminal.show(conflict_lines(refused.place.file, conflict, setter, door.terminal.style))
            raise
        finish(door, work, "undo", made, and_apply=and_apply, as_json=as_json)
