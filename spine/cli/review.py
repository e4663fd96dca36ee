"""`spine review`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace

FORMATS = ("text", "markdown", "html", "json")


@click.command("review")
@click.argument("commits", metavar="A..B")
@click.option("--onto", metavar="REVISION", default=None, help="The commit to plan pending proposals on; default: B.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
    help="Markdown is one comment of a pull request, of at most 60,000 characters; HTML is a page that stands alone.",
)  # fmt: skip
@click.option("-o", "--output", "output", metavar="FILE", type=click.Path(dir_okay=False), help="Write it there.")
@json_option
@click.pass_obj
def command(door: Door, commits: str, onto: str | None, form: str, output: str | None, as_json: bool) -> None:
    """Show all that the commits of A..B bring: each proposal with what would become of it, or what did.

    Also which governed changes have no receipt, and which loops and gaps change. It shows, `check` judges: this ends
    with 0 whatever there is to see.
    """
    from spine.actions.review import review
    from spine.review.range_view import range_view

    with open_workspace(door) as work:
        found = review(work, commits, onto=onto)
        view = range_view(found)
    if as_json or form == "json":
        from spine.review.review_document import review_document

        door.terminal.give(review_document(found, view))
        return
    if form == "text" and output is None:
        from spine.review.range_text import range_lines

        door.terminal.show(range_lines(view, door.terminal.style))
        return
    text = _text(view, form)
    if output is None:
        door.terminal.show(text.rstrip("\n").split("\n"))
    else:
        with open(output, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _text(view: object, form: str) -> str:
    from spine.review.range_view import RangeView

    assert isinstance(view, RangeView)
    if form == "markdown":
        from spine.review.markdown import review_markdown

        return review_markdown(view)
    if form == "html":
        from spine.review.html import review_page

        return review_page(view)
    from spine.review.range_text import range_lines
    from spine.review.style import PLAIN

    return "\n".join(range_lines(view, PLAIN)) + "\n"
