"""A review for whoever is to read it: as text, Markdown, HTML or JSON, on stdout or whole into a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import click

from spine.cli.door import Door
from spine.errors import Place, Refused
from spine.review.style import PLAIN, Style

FORMATS = ("text", "markdown", "html", "json")
format_option = click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
    help="Markdown is one comment of a pull request, of at most 60,000 characters; HTML is a page that stands alone.",
)  # fmt: skip
output_option = click.option(
    "-o", "--output", "output", metavar="FILE", type=click.Path(dir_okay=False), help="Write it there."
)


def give(
    door: Door,
    output: str | None,
    form: str,
    lines: Callable[[Style], Iterable[str]],
    text: Callable[[], str],
    document: Callable[[], Mapping[str, object]],
) -> None:
    """Show what is asked for, or write it: `lines` as text, `document` as JSON, `text` for the other forms."""
    if output is None and form == "text":
        door.terminal.show_folded(lines(door.terminal.style))
    elif output is None and form == "json":
        door.terminal.give(document())
    elif output is None:
        door.terminal.show(text().rstrip("\n").split("\n"))
    elif form == "json":
        import json

        _write(Path(door.folder, output), json.dumps(document(), indent=2) + "\n")
    else:
        whole = "\n".join(lines(PLAIN)) if form == "text" else text().rstrip("\n")
        _write(Path(door.folder, output), whole + "\n")


def _write(path: Path, text: str) -> None:
    """A file is there whole or not at all; what is no file (a pipe, a terminal) is written to as it is."""
    from spine.repository import File, put

    data = text.encode("utf-8", "backslashreplace")
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    if not stat.S_ISREG(mode):
        path.write_bytes(data)
        return
    real = Path(os.path.realpath(path))
    if not real.parent.is_dir():
        folder = str(real.parent)
        raise Refused(f"there is no folder {folder} to write into", place=Place(str(path)), hint=f"mkdir -p {folder}")
    put(real.parent, real.name, File(data), lasts=False)
