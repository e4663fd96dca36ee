"""`spine apply`"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, branch_option, json_option, wait_option
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.actions.apply import AlreadyApplied, Applied
    from spine.actions.workspace import Workspace


@click.command("apply", epilog=PROPOSAL_IS)
@click.argument("proposal", metavar="[PROPOSAL]", required=False)
@click.option("--queue", "is_queue", is_flag=True, help="Land all pending proposals that can land.")
@click.option(
    "--push", "remote", metavar="[REMOTE]", is_flag=False, flag_value="", default=None,
    help="Land on the remote's branch, and here once it is there.",
)  # fmt: skip
@click.option("--renumber", "renumbers", is_flag=True, help="With --queue: free numbers for new gaps that others have.")
@click.option("--break-glass", "glass", metavar="REASON", help="Land it against the policy; to be reviewed after.")
@branch_option
@wait_option
@json_option
@click.pass_obj
def command(
    door: Door, proposal: str | None, is_queue: bool, remote: str | None, renumbers: bool, glass: str | None,
    branch: str | None, as_json: bool,
) -> int | None:  # fmt: skip
    """Land PROPOSAL as one commit with its receipt, planned on the branch's tip; whole or not at all.

    What has landed already ends with 0 and writes nothing. A conflict ends with 3, names the values and who set the
    target's, and writes nothing either. With --queue each proposal gets a commit of its own, and who cannot land is
    named with the reason. With --push the remote decides: what is planned on its tip is pushed, planned anew if others
    were first, and only then is the local branch moved along.
    """
    if proposal is None and remote and not is_queue:  # --push PROPOSAL
        proposal, remote = remote, ""
    if (proposal is None) != is_queue:
        raise click.UsageError("give one PROPOSAL, or --queue for all that are pending")
    if glass is not None and (proposal is None or not glass.strip()):
        raise click.UsageError("--break-glass is for one PROPOSAL, and says why")
    if renumbers and proposal is not None:
        raise click.UsageError(f"--renumber is for --queue; for one: spine resolve {proposal} --renumber --apply")
    if proposal is None:
        return queue(door, remote, branch, as_json=as_json, renumbers=renumbers)
    with open_workspace(door, writes=True) as work:
        done = landed(door, work, proposal, branch, as_json=as_json, remote=remote, glass=glass)
    if as_json:
        from spine.review.documents import applied_document

        door.terminal.give(applied_document(done))
    else:
        show_landing(door, done)
    return None


def queue(door: Door, remote: str | None, branch: str | None, *, as_json: bool, renumbers: bool = False) -> int:
    """`apply --queue`"""
    from spine.actions.queue import apply_queue, apply_queue_push
    from spine.review.queue_text import queue_document, queue_lines

    with open_workspace(door, writes=True) as work:
        if remote is None:
            done = apply_queue(work, branch=branch, renumbers=renumbers)
        else:
            done = apply_queue_push(work, remote, branch=branch, renumbers=renumbers)
    if as_json:
        door.terminal.give(queue_document(done))
    else:
        door.terminal.show_folded(queue_lines(done, door.terminal.style))
        if done.waiting:
            door.terminal.next_step("spine overlaps")
    return done.exit_code


def landed(
    door: Door,
    work: Workspace,
    proposal: str,
    branch: str | None,
    *,
    as_json: bool,
    remote: str | None = None,
    glass: str | None = None,
) -> Applied | AlreadyApplied:
    """The landing, on a remote if there is one; a plan that conflicts is shown before its error goes on."""
    from spine.actions.apply import apply

    with showing_conflicts(door, as_json=as_json):
        if remote is not None:
            from spine.actions.push import apply_push

            return apply_push(work, proposal, remote, branch=branch, glass=glass)
        return apply(work, proposal, branch=branch, glass=glass)


@contextmanager
def showing_conflicts(door: Door, *, as_json: bool) -> Iterator[None]:
    """Shows the plan of a proposal that does not fit; in JSON it is part of the error's document."""
    from spine.actions.apply import PlanConflicts

    try:
        yield
    except PlanConflicts as refused:
        if not as_json:
            from spine.review.plan_text import plan_lines

            door.terminal.show_folded(plan_lines(refused.plan, door.terminal.style))
        raise


def show_landing(door: Door, done: Applied | AlreadyApplied) -> None:
    """One line for what happened, and the next step."""
    from spine.actions.apply import Applied
    from spine.review.landing_text import landing_lines

    door.terminal.show(landing_lines(done))
    if isinstance(done, Applied):
        door.terminal.next_step(f"spine check {done.commit.id[:7]}~..{done.commit.id[:7]}")
