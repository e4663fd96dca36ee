"""`spine adopt`"""

from __future__ import annotations

from typing import Any

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace


@click.command("adopt")
@click.option("--bindings", metavar="DIR", help="Where the governed YAML lies; else bindings.")
@click.option("--proposals", metavar="DIR", help="Where proposals will lie; else proposals.")
@click.option("--loops", metavar="DIR", help="Where the scope files lie; else where they are.")
@click.option("--gaps", metavar="DIR", help="Where files of gaps lie, or will lie; else gaps.")
@click.option("--register", metavar="FILE", help="The one file that holds all gaps; else the one that looks like it.")
@click.option("--landing", "landings", multiple=True, metavar="FORM", help="As “apply {proposal}”; repeatable.")
@click.option("--prose", multiple=True, metavar="GLOB", help="Further files in which ids must resolve; repeatable.")
@click.option("--split-gaps", is_flag=True, help="Give each gap of the register a file of its own.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be written.")
@click.option("--all", "whole", is_flag=True, help="List every finding, not only how many there are of each kind.")
@json_option
@click.pass_obj
def command(door: Door, /, whole: bool, as_json: bool, **wishes: Any) -> None:
    """Make a repository with a history of its own a governed one.

    Recognises proposals that were landed before spine by the messages of their commits (FORM says how they name them),
    reports what the ledger lacks and what is wrong, and writes that as the baseline, so that old debt does not block
    new work. Like init it writes into the work tree and commits nothing. Done again, it drops from the baseline what is
    gone.
    """
    from spine.actions.adopt import Wishes, adopt
    from spine.review.adopt_document import adopted_document
    from spine.review.adopt_text import adopted_lines, finding_list

    with open_workspace(door) as work:
        done = adopt(work, Wishes(**wishes))
    if as_json:
        door.terminal.give(adopted_document(done))
        return
    if whole:
        door.terminal.show(finding_list(done, door.terminal.style))
    door.terminal.show(adopted_lines(done, door.terminal.style))
    if done.changes and not done.is_dry:
        door.terminal.next_step("git add -A && git commit")
