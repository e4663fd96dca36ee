"""What `propose`, `undo` and `supersede` do with a new proposal, and the rarer ways to get one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spine.cli.apply import landed, show_landing, showing_conflicts
from spine.cli.door import Door

if TYPE_CHECKING:
    from spine.actions.propose import Proposed, Wanted
    from spine.actions.workspace import Workspace


def finish(
    door: Door, work: Workspace, verb: str, made: Proposed, *, and_apply: bool, as_json: bool, branch: str | None = None
) -> None:
    """Show the proposal; with `and_apply` land it."""
    from spine.review.documents import applied_document, proposed_document
    from spine.review.proposed_text import proposed_lines

    if not as_json:
        door.terminal.show_folded(proposed_lines(made, door.terminal.style))
    if and_apply:
        done = landed(door, work, made.proposal.id, branch, as_json=as_json)
        if as_json:
            door.terminal.give(applied_document(done, made))
        else:
            show_landing(door, done)
    elif as_json:
        door.terminal.give(proposed_document(verb, made))
    elif made.plan.outcome == "clean":
        door.terminal.next_step(f"spine apply {made.proposal.id}", f"git add {made.folder} && git commit")
    else:
        door.terminal.next_step(f"spine plan {made.proposal.id}")


def make_again(door: Door, work: Workspace, old: str, wanted: Wanted, *, as_json: bool) -> Proposed:
    """`propose --again`"""
    from spine.actions.again import again

    with showing_conflicts(door, as_json=as_json):
        return again(work, old, wanted)


def record(door: Door, work: Workspace, commits: str, wanted: Wanted, branch: str | None, *, as_json: bool) -> None:
    """`propose --from A..B --landed`"""
    from spine.actions.absorb import absorb
    from spine.review.documents import absorbed_document

    done = absorb(work, commits, wanted, branch=branch)
    if as_json:
        door.terminal.give(absorbed_document(done))
        return
    count = len(done.covers)
    door.terminal.show(
        [f"{done.proposal.id} records {count} commit{'' if count == 1 else 's'} in {done.commit.id[:7]}"]
    )
    door.terminal.next_step(f"spine check {commits}")


def restore(door: Door, draft: str | None, *, as_json: bool) -> None:
    """`propose --undo`"""
    from spine.actions.put_aside import propose_undo
    from spine.cli.workspace import open_workspace
    from spine.printable import printable
    from spine.review.documents import restored_document

    with open_workspace(door) as work:
        id_, paths = propose_undo(work, draft)
    if as_json:
        door.terminal.give(restored_document(id_, paths))
    else:
        door.terminal.show([f"{id_} is gone again", *(f"restored {printable(path)}" for path in paths)])
