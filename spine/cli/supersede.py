"""`spine supersede`"""

from __future__ import annotations

from typing import Any

import click

from spine.cli.apply import showing_conflicts
from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, apply_option, json_option, proposal_argument, wait_option, why_option
from spine.cli.proposing import finish
from spine.cli.source_options import chosen_source, source_options
from spine.cli.workspace import open_workspace


@click.command("supersede", epilog=PROPOSAL_IS)
@proposal_argument
@click.argument("paths", nargs=-1, metavar="[-- PATH...]")
@click.option("--edits", is_flag=True, help="What is edited in the work tree.")
@source_options
@click.option("--title", metavar="TEXT", help="Another title.")
@why_option
@click.option("--keep", is_flag=True, help="Leave the edits in the work tree.")
@apply_option
@wait_option
@json_option
@click.pass_obj
def command(
    door: Door, /, proposal: str, paths: tuple[str, ...], edits: bool, title: str | None, why: str | None, keep: bool,
    and_apply: bool, as_json: bool, **said: Any,
) -> None:  # fmt: skip
    """Replace a pending PROPOSAL by a new one that names it; the old one stays as it was written.

    With a source the new content comes from there. Without one the same change is brought to HEAD. Title, reason and
    links are the old one's unless you give others.
    """
    from spine.actions.apply import check_landing
    from spine.actions.propose import Wanted
    from spine.actions.supersede import supersede

    source = chosen_source(said, paths, edits=edits)
    with open_workspace(door, writes=True) as work:
        if and_apply:
            check_landing(work, None)
        with showing_conflicts(door, as_json=as_json):
            made = supersede(work, proposal, source, Wanted(title=title, why=why), keep=keep)
        finish(door, work, "supersede", made, and_apply=and_apply, as_json=as_json)
