"""`spine loop`: the loops of a repository"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.actions.workspace import Workspace
    from spine.review.findings_text import FindLine

# Verbs that write stand in a module of their own, loaded when one of them is called.
WRITING = ("new", "criterion", "phase", "defer", "sync", "close", "reopen")

at_option = click.option("--at", "revision", metavar="REVISION", help="The files of a commit instead of the work tree.")


class LoopVerbs(click.Group):
    """The verbs below `spine loop`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["new", "list", "show", "check", *WRITING[1:]]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in WRITING and cmd_name not in self.commands:
            import_module("spine.cli.loop_edits").add_to(self)
        return super().get_command(ctx, cmd_name)


@click.group("loop", cls=LoopVerbs, subcommand_metavar="VERB …")
def command() -> None:
    """Work with a goal: its criteria, phases and receipts, in one Markdown file that people and spine edit.

    What writes edits the file in the work tree, shows the lines, stages and commits nothing. With --propose it makes
    a proposal of the edit instead, for apply to land; with --commit it lands the edit as one commit, which is only
    for loops that are not governed.

    LOOP is an id, its beginning, or part of it. Items of a loop have names: criterion 4, its part 4.1, item P1.2 of
    phase P1, R2 of the remaining work; spine loop show prints them.
    """


@command.command("list")
@click.option("--status", "only", type=click.Choice(["open", "closed"]), help="Only these.")
@at_option
@json_option
@click.pass_obj
def list_(door: Door, only: str | None, revision: str | None, as_json: bool) -> None:
    """List the loops, the latest first: state, criteria met, severity, id, open gaps, what it waits for."""
    from spine.actions.loop_views import list_loops
    from spine.review.loop_documents import loop_list_document
    from spine.review.loop_text import loop_list_lines

    with open_workspace(door) as work:
        listed = list_loops(work, revision=revision, only="open" if only == "open" else "closed" if only else None)
    if as_json:
        door.terminal.give(loop_list_document(listed))
    elif listed:
        door.terminal.show(loop_list_lines(listed, door.terminal.style))
    else:
        door.terminal.say("no loops" + (f" that are {only}" if only else ""))


@command.command("show")
@click.argument("loop", metavar="LOOP")
@at_option
@json_option
@click.pass_obj
def show(door: Door, loop: str, revision: str | None, as_json: bool) -> None:
    """Show LOOP, whole: criteria, phases, gaps, proposals with their landings, what came after closing, findings."""
    from spine.actions.loop_views import show_loop
    from spine.review.loop_documents import loop_show_document
    from spine.review.loop_text import loop_lines

    with open_workspace(door) as work:
        shown = show_loop(work, loop, revision=revision)
        if as_json:
            door.terminal.give(loop_show_document(shown))
        else:
            door.terminal.show_folded(loop_lines(shown, door.terminal.style, _lines(work, revision)))


@command.command("check")
@click.argument("loop", metavar="[LOOP]", required=False)
@at_option
@json_option
@click.pass_obj
def check(door: Door, loop: str | None, revision: str | None, as_json: bool) -> int:
    """Hold what LOOP (or every loop) claims against what can be computed.

    Ends with 1 if something is wrong, a claim that the data contradicts for one; else with 0.
    """
    from spine.actions.loop_views import check_claims
    from spine.review.loop_documents import loop_check_document
    from spine.review.loop_text import loop_check_lines

    with open_workspace(door) as work:
        report = check_claims(work, loop, revision=revision)
        if as_json:
            door.terminal.give(loop_check_document(report))
        else:
            door.terminal.show(loop_check_lines(report, door.terminal.style, _lines(work, revision)))
    return report.exit_code


def _lines(work: Workspace, revision: str | None) -> FindLine:
    """Source lines from the tree that was looked at."""
    from spine.cli.source_lines import lines_from
    from spine.repository import resolve, snapshot_of, work_tree_of

    if revision is not None or work.repo.work_tree is None:
        return lines_from(snapshot_of(work.repo, resolve(work.repo, revision or "HEAD")))
    return lines_from(work_tree_of(work.repo))
