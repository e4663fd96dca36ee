"""`spine show`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, json_option, proposal_argument
from spine.cli.workspace import open_workspace
from spine.cli.written import format_option, give, output_option


@click.command("show", epilog=PROPOSAL_IS)
@proposal_argument
@click.option("--at", "revision", metavar="REVISION", default="HEAD", show_default=True, help="The commit to look at.")
@format_option
@output_option
@json_option
@click.pass_obj
def command(door: Door, proposal: str, revision: str, form: str, output: str | None, as_json: bool) -> None:
    """Show PROPOSAL, whole: who, when and why, its links, every operation with all its lines, and its landing.

    Of one that has not landed, also what would become of it at REVISION.
    """
    from spine.actions.review import review_one
    from spine.review.documents import show_document
    from spine.review.proposal_text import proposal_lines
    from spine.review.proposal_view import proposal_view

    with open_workspace(door) as work:
        found = review_one(work, proposal, revision)
    view = proposal_view(found)

    def text() -> str:
        if form == "markdown":
            from spine.review.markdown import proposal_markdown

            return proposal_markdown(view)
        from spine.review.html import proposal_page

        return proposal_page(view)

    form = "json" if as_json else form
    give(door, output, form, lambda style: proposal_lines(view, style), text, lambda: show_document(found))
    if found.status == "pending" and form == "text" and output is None:
        door.terminal.next_step(f"spine plan {found.stored.id}")
