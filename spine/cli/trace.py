"""`spine trace`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace


@click.command("trace")
@click.argument("what")
@click.option("--at", "revision", metavar="REVISION", default="HEAD", show_default=True, help="The commit to look at.")
@click.option("--mermaid", "as_mermaid", is_flag=True, help="A Mermaid flowchart, for Markdown.")
@json_option
@click.pass_obj
def command(door: Door, what: str, revision: str, as_mermaid: bool, as_json: bool) -> None:
    """Show all that hangs together with WHAT, in both directions.

    WHAT is a loop, a gap or a proposal (an id, its beginning or part of it), a criterion (LOOP-…#4), a commit or any
    revision, a file, or an address FILE#ADDRESS.
    """
    from spine.actions.trace import trace
    from spine.review.trace_documents import trace_document
    from spine.review.trace_text import mermaid_text, trace_lines

    if as_mermaid and as_json:
        raise click.UsageError("either --mermaid or --json, not both")
    with open_workspace(door) as work:
        found = trace(work, what, revision=revision)
    if as_json:
        door.terminal.give(trace_document(found))
    elif as_mermaid:
        door.terminal.show(mermaid_text(found).splitlines())
    else:
        door.terminal.show_folded(trace_lines(found, door.terminal.style))
