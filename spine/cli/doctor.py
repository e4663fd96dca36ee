"""`spine doctor`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option, wait_option
from spine.cli.workspace import open_workspace


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Bring what was interrupted to its end.")
@wait_option
@json_option
@click.pass_obj
def command(door: Door, fix: bool, as_json: bool) -> int:
    """Say whether a run was interrupted here, and what that means.

    The branch decides: if it has the commit, --fix lets files and index follow, and leaves alone what you edited since;
    if not, nothing has landed and the journal is closed. Locks and scratch files of runs that were killed go too. Ends
    with 5 while something is to be done.
    """
    from spine.actions.doctor import doctor
    from spine.review.doctor_text import exit_of, health_document, health_lines

    with open_workspace(door) as work:
        health = doctor(work, fix=fix)
    if as_json:
        door.terminal.give(health_document(health))
    else:
        door.terminal.show(health_lines(health))
        if exit_of(health):
            door.terminal.next_step("spine doctor --fix")
    return exit_of(health)
