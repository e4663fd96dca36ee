"""Where the content of a proposal comes from: the options, and the one source that they choose."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from spine.cli.edit_arguments import read_edits

if TYPE_CHECKING:
    from spine.actions.sources import Source

F = TypeVar("F", bound=Callable[..., Any])

_MOST = 4 * 1024 * 1024
_EDIT = "FILE#ADDRESS=VALUE"
_OPTIONS = (
    click.option("--staged", is_flag=True, help="What is staged."),
    click.option("--from", "from_range", metavar="A..B", help="What changed between two commits."),
    click.option("--set", "set_", multiple=True, metavar=_EDIT, help="One value, as YAML; repeatable."),
    click.option("--set-string", "set_string", multiple=True, metavar=_EDIT, help="The same, VALUE as text."),
    click.option("--add", "add", multiple=True, metavar=_EDIT, help="A new entry; =VALUE may be left out."),
    click.option("--remove", "remove", multiple=True, metavar="FILE#ADDRESS", help="Without this entry."),
    click.option("--stdin", is_flag=True, help="JSON on stdin: spine help json."),
)


def source_options(face: F) -> F:
    """All options that name a source."""
    for option in reversed(_OPTIONS):
        face = option(face)
    return face


def chosen_source(said: dict[str, Any], paths: tuple[str, ...], *, edits: bool) -> Source | None:
    """The source that the options choose; None if they choose none. `edits`: those of the work tree are asked for.

    Raises `UsageError` for more than one.
    """
    from spine.actions.sources import Edits, FromJson, FromRange, Staged, WorkTree

    by_address = bool(said["set_"] or said["set_string"] or said["add"] or said["remove"])
    chosen = {
        "--staged": said["staged"],
        "--from": said["from_range"] is not None,
        "--set, --add and --remove": by_address,
        "--stdin": said["stdin"],
    }
    names = [name for name, is_chosen in chosen.items() if is_chosen]
    if len(names) > 1:
        raise click.UsageError(f"one source of a proposal, not {' and '.join(names)}")
    if paths and names and not said["staged"]:
        raise click.UsageError(f"{names[0]} and paths do not go together")
    if said["staged"]:
        return Staged(paths)
    if said["from_range"] is not None:
        return FromRange(said["from_range"])
    if by_address:
        return Edits(tuple(read_edits(said["remove"], said["add"], said["set_"], said["set_string"])))
    if said["stdin"]:
        return FromJson(_json())
    return WorkTree(paths) if edits or paths else None


def _json() -> object:
    from spine.change.json_form import parse_json
    from spine.errors import Place, Refused

    data = sys.stdin.buffer.read(_MOST + 1)
    if len(data) > _MOST:
        raise Refused(f"more than {_MOST} bytes", place=Place("<stdin>"))
    try:
        return parse_json(data.decode("utf-8"), where="<stdin>")
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place("<stdin>")) from error
