"""`spine propose`"""

from __future__ import annotations

from typing import Any

import click

from spine.cli.door import Door
from spine.cli.options import apply_option, branch_option, json_option, wait_option, why_option
from spine.cli.proposing import finish, make_again, record, restore
from spine.cli.source_options import chosen_source, source_options
from spine.cli.workspace import open_workspace


@click.command("propose")
@click.argument("title", required=False)
@click.argument("paths", nargs=-1, metavar="[-- PATH...]")
@source_options
@why_option
@click.option("--loop", metavar="LOOP", help="The loop that it belongs to.")
@click.option("--registers", multiple=True, metavar="GAP", help="A gap that it opens; repeatable.")
@click.option("--closes", multiple=True, metavar="GAP", help="A gap that it closes; repeatable.")
@click.option("--requires", multiple=True, metavar="PROPOSAL", help="What has to land before; repeatable.")
@click.option("--supersedes", multiple=True, metavar="PROPOSAL", help="What it replaces; repeatable.")
@click.option("--keep", is_flag=True, help="Leave the edits in the work tree.")
@apply_option
@branch_option
@click.option("--landed", is_flag=True, help="With --from: record commits that were made by hand.")
@click.option("--again", metavar="PROPOSAL", help="Make one anew that was undone or reverted.")
@click.option("--undo", "and_undo", is_flag=True, help="Restore the edits of the latest draft, or of the one named.")
@wait_option
@json_option
@click.pass_obj
def command(
    door: Door, /, title: str | None, paths: tuple[str, ...], keep: bool, and_apply: bool, branch: str | None,
    landed: bool, again: str | None, and_undo: bool, as_json: bool, **said: Any,
) -> None:  # fmt: skip
    """Make a proposal of your edits, prove that it reproduces them, and put the files back.

    Without a source it takes the changed governed files of the work tree, or just the PATHs. The edits stay in
    refs/spine/backup/; --undo brings them back. Edits by address are made in the order remove, add, set.
    """
    from spine.actions.apply import check_landing
    from spine.actions.propose import Wanted, propose
    from spine.actions.sources import FromRange

    if and_undo:
        return restore(door, title, as_json=as_json)
    wanted = Wanted(
        title=title,
        why=said["why"],
        loop=said["loop"],
        registers=said["registers"],
        closes=said["closes"],
        requires=said["requires"],
        supersedes=said["supersedes"],
    )
    source = chosen_source(said, paths, edits=again is None)
    if branch is not None and not (and_apply or landed):
        raise click.UsageError("--branch goes with --apply or --landed")
    with open_workspace(door, writes=True) as work:
        if and_apply:
            check_landing(work, branch)
        if again is not None:
            if source is not None:
                raise click.UsageError("--again has its content from the old proposal")
            made = make_again(door, work, again, wanted, as_json=as_json)
        elif landed:
            if not isinstance(source, FromRange):
                raise click.UsageError("--landed goes with --from A..B")
            return record(door, work, source.text, wanted, branch, as_json=as_json)
        else:
            assert source is not None
            made = propose(work, source, wanted, keep=keep)
        finish(door, work, "propose", made, and_apply=and_apply, as_json=as_json, branch=branch)
    return None
