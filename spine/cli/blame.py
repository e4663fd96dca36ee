"""`spine blame`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace


@click.command("blame")
@click.argument("place", metavar="FILE[#ADDRESS]")
@click.argument("revision", default="HEAD")
@json_option
@click.pass_obj
def command(door: Door, place: str, revision: str, as_json: bool) -> None:
    """Show who set each value of FILE, or of one ADDRESS in it: commit, day, proposal, loop and gaps.

    Follows moves, renames of keys and identities, renamed files, and merges back to the landing on the merged side.
    What no receipt explains was made by hand, and is shown so. Of an entry: who added it and who last changed it.
    """
    from spine.actions.blame import blame
    from spine.cli.place import read_place
    from spine.review.blame_text import blame_lines
    from spine.review.trace_documents import blame_document

    with open_workspace(door) as work:
        path, address = read_place(work.repo, place)
        found = blame(work, path, address, revision=revision)
        if as_json:
            door.terminal.give(blame_document(found))
        else:
            door.terminal.show_folded(blame_lines(found, door.terminal.style))
