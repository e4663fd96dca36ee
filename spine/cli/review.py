"""`spine review`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace
from spine.cli.written import format_option, give, output_option


@click.command("review")
@click.argument("commits", metavar="A..B")
@click.option("--onto", metavar="REVISION", default=None, help="The commit to plan pending proposals on; default: B.")
@format_option
@output_option
@json_option
@click.pass_obj
def command(door: Door, commits: str, onto: str | None, form: str, output: str | None, as_json: bool) -> None:
    """Show all that the commits of A..B bring: each proposal with what would become of it, or what did.

    Also which governed changes have no receipt, and which loops and gaps change. It shows, `check` judges: this ends
    with 0 whatever there is to see.
    """
    from spine.actions.review import review
    from spine.review.range_text import range_lines
    from spine.review.range_view import range_view
    from spine.review.review_document import review_document

    with open_workspace(door) as work:
        found = review(work, commits, onto=onto)
        view = range_view(found)

    def text() -> str:
        if form == "markdown":
            from spine.review.markdown import review_markdown

            return review_markdown(view)
        from spine.review.html import review_page

        return review_page(view)

    give(
        door, output, "json" if as_json else form,
        lambda style: range_lines(view, style), text, lambda: review_document(found, view),
    )  # fmt: skip
