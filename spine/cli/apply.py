"""`spine apply`"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, branch_option, json_option, proposal_argument, wait_option
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.actions.apply import AlreadyApplied, Applied
    from spine.actions.workspace import Workspace


@click.command("apply", epilog=PROPOSAL_IS)
@proposal_argument
@branch_option
@wait_option
@json_option
@click.pass_obj
def command(door: Door, proposal: str, branch: str | None, as_json: bool) -> None:
    """Land PROPOSAL as one commit with its receipt, planned on the branch's tip; whole or not at all.

    What has landed already ends with 0 and writes nothing. A conflict ends with 3, names the values and who set the
    target's, and writes nothing either.
    """
    from spine.review.documents import applied_document

    with open_workspace(door, writes=True) as work:
        done = landed(door, work, proposal, branch, as_json=as_json)
    if as_json:
        door.terminal.give(applied_document(done))
    else:
        show_landing(door, done)


def landed(
    door: Door, work: Workspace, proposal: str, branch: str | None, *, as_json: bool
) -> Applied | AlreadyApplied:
    """The landing; a plan that conflicts is shown before its error goes on."""
    from spine.actions.apply import apply

    with showing_conflicts(door, as_json=as_json):
        return apply(work, proposal, branch=branch)


@contextmanager
def showing_conflicts(door: Door, *, as_json: bool) -> Iterator[None]:
    """Shows the plan of a proposal that does not fit; in JSON it is part of the error's document."""
    from spine.actions.apply import PlanConflicts
    from spine.review.plan_text import plan_lines

    try:
        yield
    except PlanConflicts as refused:
        if not as_json:
            door.terminal.show(plan_lines(refused.plan, door.terminal.style))
        raise


def show_landing(door: Door, done: Applied | AlreadyApplied) -> None:
    """One line for what happened, and the next step."""
    from spine.actions.apply import Applied
    from spine.review.plan_text import landing_lines

    door.terminal.show(landing_lines(done))
    if isinstance(done, Applied):
        door.terminal.next_step(f"spine check {done.commit.id[:7]}~..{done.commit.id[:7]}")
