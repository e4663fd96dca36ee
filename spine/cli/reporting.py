"""The formats in which findings are given: one option for all verbs that find, and where each format goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from spine.cli.door import Door
from spine.cli.options import json_option

if TYPE_CHECKING:
    from spine.errors import Place
    from spine.review.rows import Row

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "json", "github", "gitlab", "sarif", "markdown")
SUMMARY = "GITHUB_STEP_SUMMARY"  # the file that GitHub shows as the summary of a job
format_option = click.option(
    "--format",
    "form",
    metavar="FORMAT",
    type=click.Choice(FORMATS),
    help="text, json, or for CI: github, gitlab, sarif, markdown.",
)


def formats(face: F) -> F:
    """`--format FORMAT`, and `--json` for short."""
    return format_option(json_option(face))


def chosen(form: str | None, *, as_json: bool) -> str:
    """The format that the two options choose."""
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} exclude each other")
    return "json" if as_json else form or "text"


def give(
    door: Door, form: str, verb: str, rows: Sequence[Row], verdict: str, exit_code: int,
    find_line: Callable[[Row], str | None],
) -> None:  # fmt: skip
    """Give rows in one of the formats for CI. With `github` all of them go to the summary of the job too."""
    if form == "github":
        from spine.review.findings_markdown import SUMMARY as MOST
        from spine.review.findings_markdown import findings_markdown
        from spine.review.github_text import github_lines

        door.terminal.show(github_lines(rows, verdict))
        if name := door.env.get(SUMMARY):
            text = findings_markdown(f"spine {verb}", verdict, rows, characters=MOST, octets=MOST)
            with open(name, "a", encoding="utf-8") as file:
                file.write(f"{text}\n")
    elif form == "gitlab":
        import json

        from spine.review.gitlab_document import gitlab_document

        door.terminal.show([json.dumps(gitlab_document(rows), indent=1)])
    elif form == "sarif":
        from spine import __version__
        from spine.review.sarif_document import sarif_document

        placed = [replace(row, line=find_line(row)) for row in rows]
        door.terminal.give(sarif_document(placed, exit_code, __version__))
    else:
        from spine.review.findings_markdown import findings_markdown

        door.terminal.show([findings_markdown(f"spine {verb}", verdict, rows).rstrip("\n")])


def line_at(find_line: Callable[[Place], str | None]) -> Callable[[Row], str | None]:
    """The source line of a row about the files of one tree."""
    from spine.errors import Place

    return lambda row: find_line(Place(row.path, row.at, row.column)) if row.path and row.at else None
