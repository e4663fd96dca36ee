"""`spine drivers`: what git itself calls, and what tells git to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.actions.driver_diff import GitFile
    from spine.actions.driver_setup import Where

_CONFLICTS = 1
_BROKEN = 129  # gitattributes(5): beyond 128 a merge driver says that it failed; up to there it says “conflicts”


class ForGit(click.Command):
    """A command that git starts: whatever goes wrong, wrong arguments too, ends beyond 128."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            click.echo(f"spine: {error.format_message()}", err=True)
            raise click.exceptions.Exit(_BROKEN) from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.exceptions.Exit:
            raise
        except Exception as error:
            from spine.printable import printable

            click.echo(f"spine: {printable(str(error) or type(error).__name__)}", err=True)
            raise click.exceptions.Exit(_BROKEN) from error


@click.group("drivers", subcommand_metavar="VERB …")
def command() -> None:
    """Let plain git merge, rebase, cherry-pick and diff bindings by key."""


@command.command("merge", cls=ForGit, short_help="What git runs to merge one file.")
@click.argument("base", metavar="%O")
@click.argument("ours", metavar="%A")
@click.argument("theirs", metavar="%B")
@click.argument("size", metavar="%L", type=click.IntRange(1, 1000))
@click.argument("path", metavar="%P")
@click.argument("names", nargs=-1, metavar="[%S %X %Y]")
@click.pass_obj
def merge(door: Door, base: str, ours: str, theirs: str, size: int, path: str, names: tuple[str, ...]) -> int:
    """What git runs to merge one file: the result goes into %A. Ends with 0 if clean, 1 if there are conflicts.

    Identities and merge rules are those of spine.yaml in HEAD, which is what is merged onto: the branch you are on, and
    in a rebase the new base with what has been replayed so far. The work tree's may be half merged.
    """
    from pathlib import Path

    from spine.actions.drivers import Versions, merge_driver
    from spine.cli.driver_words import in_style, is_of_ancestors, marks_of, settings_of_head
    from spine.records.settings import Settings
    from spine.repository.line_merge import git_at, merge_lines

    files = [Path(door.folder, name) for name in (base, ours, theirs)]
    versions = Versions(*(file.read_bytes() for file in files))
    git = git_at(door.folder, door.env)
    marks = marks_of(size, names, door.env)
    settings = settings_of_head(git)
    driven = merge_driver(
        path,
        versions,
        settings.rules_for(path) if isinstance(settings, Settings) else settings,
        lambda: in_style(git, marks),
        lambda marks: merge_lines(git, base, ours, theirs, size, (marks.ours, marks.base, marks.theirs)),
    )
    if driven.data != versions.ours:
        files[1].write_bytes(driven.data)
    is_worth_a_word = driven.conflicts or driven.notes or driven.reason
    if is_worth_a_word and not is_of_ancestors(marks):
        from spine.review.driver_text import driven_lines

        door.terminal.say(*driven_lines(path, driven, door.terminal.err_style))
    return 0 if driven.is_clean else _CONFLICTS


@command.command("diff", cls=ForGit, short_help="What git runs to show what changed in one file.")
@click.argument("path")
@click.argument("sides", nargs=-1, metavar="OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE [NEW-PATH HEADER]")
@click.pass_obj
def diff(door: Door, path: str, sides: tuple[str, ...]) -> None:
    """What git runs to show what changed in one file (GIT_EXTERNAL_DIFF in git(1)).

    Colours: as color.diff and color.ui say, and NO_COLOR; else where git's pager or a terminal shows it.
    """
    from spine.actions.driver_diff import diff_driver
    from spine.cli.driver_words import is_coloured, settings_of_head
    from spine.errors import SpineError
    from spine.records.settings import Settings
    from spine.repository.line_merge import git_at
    from spine.review.diff_text import diff_lines
    from spine.review.style import COLOURED, PLAIN

    git = git_at(door.folder, door.env)
    style = COLOURED if is_coloured(door, git) else PLAIN
    if int(door.env.get("GIT_DIFF_PATH_COUNTER") or 1) > 1:
        door.terminal.show([""])
    if not sides:
        from spine.printable import printable

        door.terminal.show([f"{style('strong', printable(path))}  (unmerged)"])
        return
    if len(sides) not in (6, 7, 8):
        raise click.UsageError("git gives a path, and three words for each side")
    settings = settings_of_head(git)
    moved_to = sides[6] if len(sides) > 6 else None
    found = diff_driver(
        moved_to or path,
        _git_file(door, sides[0], sides[2]),
        _git_file(door, sides[3], sides[5]),
        Settings() if isinstance(settings, SpineError) else settings,
        path if moved_to is not None else None,
    )
    door.terminal.show_folded(diff_lines([found], style))


def _git_file(door: Door, name: str, mode: str) -> GitFile:
    """A side as git names it; /dev/null and the mode `.` mean that it is not there."""
    from pathlib import Path

    from spine.actions.driver_diff import GitFile

    return GitFile(None, None) if mode == "." else GitFile(Path(door.folder, name).read_bytes(), mode)


_local_option = click.option("--local", "is_local", is_flag=True, help="Attributes for this clone only, untracked.")
_global_option = click.option("--global", "is_global", is_flag=True, help="Settings for all your repositories.")


def _where(is_local: bool, is_global: bool) -> Where:
    if is_local and is_global:
        raise click.UsageError("--local and --global exclude each other")
    return "local" if is_local else "global" if is_global else "team"


@command.command("install", short_help="Tell git of the drivers.")
@click.option("--print", "only_shown", is_flag=True, help="Show the commands and lines; change nothing.")
@_local_option
@_global_option
@json_option
@click.pass_obj
def install(door: Door, only_shown: bool, is_local: bool, is_global: bool, as_json: bool) -> None:
    """Tell git of the drivers, for the governed files that spine.yaml names.

    The commands go into this clone's settings, as git never takes commands from a repository; which files they are for
    goes into .gitattributes, to be committed, so that every clone that has the settings uses them.
    """
    import sys

    from spine.actions.driver_setup import install as set_up
    from spine.actions.driver_setup import plan_setup
    from spine.review.setup_text import installed_lines, print_lines, setup_document

    where = _where(is_local, is_global)
    with open_workspace(door) as work:
        done = (plan_setup if only_shown else set_up)(work, sys.executable, where)
    if as_json:
        door.terminal.give(setup_document(done))
    elif only_shown:
        door.terminal.show(print_lines(done))
    else:
        door.terminal.show(installed_lines(done))
        if done.attributes_file in done.changed and where != "local":
            door.terminal.next_step(f"git add {done.attributes_file} && git commit")


@command.command("uninstall", short_help="Take back what install did.")
@_local_option
@_global_option
@json_option
@click.pass_obj
def uninstall(door: Door, is_local: bool, is_global: bool, as_json: bool) -> None:
    """Take back what install did, and nothing else; without an option both kinds of attributes."""
    from spine.actions.driver_setup import uninstall as take_back
    from spine.review.setup_text import removed_document

    with open_workspace(door) as work:
        changed = take_back(work, _where(is_local, is_global))
    if as_json:
        door.terminal.give(removed_document(changed))
    else:
        door.terminal.show([f"took back {name}" for name in changed] or ["there was nothing to take back"])
