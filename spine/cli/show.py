"""`spine show`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, json_option, proposal_argument
from spine.cli.workspace import open_workspace


@click.command("show", epilog=PROPOSAL_IS)
@proposal_argument
@click.option("--at", "revision", metavar="REVISION", default="HEAD", show_default=True, help="The commit to look at.")
@json_option
@click.pass_obj
def command(door: Door, proposal: str, revision: str, as_json: bool) -> None:
    """Show PROPOSAL, whole: who, when and why, its links, every operation with all its lines, and its landing."""
    from spine.actions.locate import locate
    from spine.ledger.reading import RECEIPT, read_ledger
    from spine.ledger.status import status_of
    from spine.repository import added_by, resolve, snapshot_of
    from spine.review.documents import show_document
    from spine.review.proposal_text import proposal_lines

    with open_workspace(door) as work:
        commit = resolve(work.repo, revision)
        ledger = read_ledger(snapshot_of(work.repo, commit))
        found = locate(work.repo, proposal, ledger)
        stored = found.stored
        content = stored.read_or_raise()
        status = "pending" if found.is_draft else status_of(ledger, stored.id)
        landing = added_by(work.repo, f"{stored.folder}/{RECEIPT}", commit) if stored.has_receipt else None
        if as_json:
            document = show_document(stored, content, status, is_draft=found.is_draft, commit=landing)
            door.terminal.give(document)
            return
        style = door.terminal.style
        door.terminal.show(proposal_lines(stored, content, status, style, is_draft=found.is_draft, commit=landing))
    if status == "pending":
        door.terminal.next_step(f"spine plan {stored.id}")
