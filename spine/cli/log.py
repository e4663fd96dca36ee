"""`spine log`"""

from __future__ import annotations

from itertools import islice

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace


@click.command("log")
@click.argument("what", metavar="[REVISION | FILE#ADDRESS]", default="HEAD")
@click.argument("revision", metavar="[REVISION]", required=False)
@click.option("-n", "limit", type=click.IntRange(min=1), metavar="COUNT", help="At most so many.")
@json_option
@click.pass_obj
def command(door: Door, what: str, revision: str | None, limit: int | None, as_json: bool) -> None:
    """Show what has landed on the first-parent history of REVISION, newest first.

    With FILE#ADDRESS: all values that stood there, newest first, with commit and proposal, through moves and renames.
    """
    from spine.actions.listing import log
    from spine.actions.values import log_values
    from spine.cli.place import read_place
    from spine.review.blame_text import value_lines
    from spine.review.documents import log_document
    from spine.review.ledger_text import log_lines
    from spine.review.trace_documents import values_document

    is_place = "#" in what
    if revision is not None and not is_place:
        raise click.UsageError("two revisions, or an address without # in front of it: FILE#ADDRESS")
    with open_workspace(door) as work:
        if is_place:
            path, address = read_place(work.repo, what)
            assert address is not None
            values = islice(log_values(work, path, address, revision=revision or "HEAD"), limit)
            if as_json:
                door.terminal.give(values_document(path, address, list(values)))
                return
            for value in values:
                door.terminal.show_folded(value_lines(value, door.terminal.style))
            return
        if as_json:
            door.terminal.give(log_document(list(log(work, revision=what, limit=limit))))
            return
        for landing in log(work, revision=what, limit=limit):
            door.terminal.show_folded(log_lines([landing], door.terminal.style))
