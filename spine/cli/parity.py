"""`spine parity`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from spine.cli.door import Door
from spine.cli.options import json_option, why_option
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.actions.parity import Parity

FORMS = ("text", "markdown", "json", "chart")


@click.command("parity")
@click.argument("audit", metavar="[AUDIT]", required=False)
@click.option("--at", "revision", metavar="REVISION", help="The files of a commit instead of the work tree.")
@click.option("--since", metavar="REVISION", help="Show what changed since then, too.")
@click.option(
    "--format", "form", type=click.Choice(FORMS), default="text", show_default=True, help="chart is the data of one."
)
@click.option("--propose", "and_propose", is_flag=True, help="Draft a gap for each thing that is missing.")
@why_option
@json_option
@click.pass_obj
def command(
    door: Door, audit: str | None, revision: str | None, since: str | None, form: str, and_propose: bool,
    why: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Compute AUDIT, a table that spine.yaml declares: who is there by row and column, who misses, which rules fail.

    Without AUDIT the audits are listed. Ends with 1 if a rule fails, with 6 if a row cannot be told, else with 0. How
    audits are declared: spine help audits.
    """
    from spine.actions import parity as action

    form = "json" if as_json else form
    if audit is None:
        if since is not None or and_propose or form in ("markdown", "chart"):
            raise click.UsageError("that needs the name of an audit")
        return _list(door, revision, as_json=form == "json")
    if and_propose:
        if revision is not None or since is not None or form in ("markdown", "chart"):
            raise click.UsageError("--propose looks at HEAD, and goes with --json only")
        return _propose(door, audit, why, as_json=form == "json")
    if why is not None:
        raise click.UsageError("--why goes with --propose")
    with open_workspace(door) as work:
        found = action.parity(work, audit, revision=revision, since=since)
    _show(door, found, form)
    return found.exit_code


def _show(door: Door, found: Parity, form: str) -> None:
    from spine.review.parity_documents import chart_document, parity_document
    from spine.review.parity_text import parity_lines, parity_markdown

    if form == "json":
        door.terminal.give(parity_document(found))
    elif form == "chart":
        door.terminal.give(chart_document(found))
    elif form == "markdown":
        door.terminal.show(parity_markdown(found))
    else:
        door.terminal.show(parity_lines(found, door.terminal.style))
        if found.table.failures and found.at is None:
            door.terminal.next_step(f"spine parity {found.table.audit.name} --propose")


def _list(door: Door, revision: str | None, *, as_json: bool) -> int:
    from spine.actions.parity import list_audits
    from spine.review.parity_documents import audit_list_document
    from spine.review.parity_text import audit_list_lines

    with open_workspace(door) as work:
        listed = list_audits(work, revision=revision)
    if as_json:
        door.terminal.give(audit_list_document(listed))
    elif listed:
        door.terminal.show(audit_list_lines(listed, door.terminal.style))
    else:
        door.terminal.say("no audits; audits: in spine.yaml declares them, see spine help audits")
    return 0


def _propose(door: Door, audit: str, why: str | None, *, as_json: bool) -> int:
    from spine.actions.parity import parity
    from spine.actions.parity_gaps import propose_gaps
    from spine.review.parity_documents import gaps_proposed_document
    from spine.review.parity_text import gaps_proposed_lines

    with open_workspace(door, writes=True) as work:
        done = propose_gaps(work, parity(work, audit, revision="HEAD"), why=why)
    if as_json:
        door.terminal.give(gaps_proposed_document(done))
        return 0
    door.terminal.show(gaps_proposed_lines(done, door.terminal.style))
    if done.proposed is not None:
        door.terminal.next_step(f"spine apply {done.proposed.proposal.id}")
    return 0
