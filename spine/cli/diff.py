"""`spine diff`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.actions.diff import FileDiff

_PATHS = "spine.paths"


class PartedByDashes(click.Command):
    """A command that tells what stands behind `--` from what stands before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[_PATHS] = tuple(args[at + 1 :])
        return super().parse_args(ctx, args[:at])


@click.command("diff", cls=PartedByDashes)
@click.argument("sides", nargs=-1, metavar="[A..B | A [B] | FILE FILE] [-- PATH...]")
@click.option("--staged", is_flag=True, help="The index instead of the work tree.")
@click.option("--exit-code", "with_code", is_flag=True, help="End with 1 if anything differs.")
@json_option
@click.pass_context
def command(context: click.Context, sides: tuple[str, ...], staged: bool, with_code: bool, as_json: bool) -> int:
    """Show what changed by key: between two revisions, from one to the work tree, or between two files.

    Without a revision HEAD is compared with the work tree.
    """
    from spine.errors import Exit
    from spine.review.diff_text import diff_lines
    from spine.review.documents import diff_document

    door = context.obj
    assert isinstance(door, Door)
    if len(sides) > 2 or (staged and len(sides) > 1):
        raise click.UsageError("more sides than there are; paths stand behind --")
    files = [Path(door.folder, side) for side in sides]
    if len(files) == 2 and all(_is_file(file) for file in files):
        found = _between_files(door, files[0], files[1], sides[1])
    else:
        found = _between_revisions(door, sides, context.meta[_PATHS], staged=staged)
    ending = Exit.FAILED if found and with_code else Exit.DONE
    if as_json:
        door.terminal.give(diff_document(found, ending))
    else:
        door.terminal.show_folded(diff_lines(found, door.terminal.style))
    return ending


def _is_file(path: Path) -> bool:
    """Whether a file is there; what the system takes for no name is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _between_revisions(
    door: Door, sides: tuple[str, ...], paths: tuple[str, ...], *, staged: bool
) -> tuple[FileDiff, ...]:
    from spine.actions.diff import diff

    left = sides[0] if sides else None
    right = sides[1] if len(sides) == 2 else None
    if left is not None and right is None and ".." in left and "..." not in left:
        left, _, right = (part or "HEAD" for part in left.partition(".."))
    with open_workspace(door) as work:
        named = tuple(work.repo.named(path) for path in paths)
        return diff(work, left, right, named, staged=staged)


def _between_files(door: Door, old: Path, new: Path, name: str) -> tuple[FileDiff, ...]:
    """Two files, in a repository or not; where there are settings, their identities count."""
    from spine.actions.diff import file_diff
    from spine.ledger.reading import settings_of
    from spine.records.settings import Settings
    from spine.repository import NotARepository, work_tree_of

    try:
        with open_workspace(door) as work:
            settings = Settings() if work.repo.is_bare else settings_of(work_tree_of(work.repo))
            name = work.repo.prefix + name
    except NotARepository:
        settings = Settings()
    before, after = old.read_bytes(), new.read_bytes()
    return (file_diff(name, before, after, None, None, settings),) if before != after else ()
