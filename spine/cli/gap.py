"""`spine gap`: new, list, show, close, accept, reopen, link"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from datetime import date

    from spine.actions.gap_desk import GapWritten

F = TypeVar("F", bound=Callable[..., Any])

# As in spine.records.gap, which is not loaded for a help text; a test holds the two together.
TYPES = (
    "missing-entry",
    "stale-ssot",
    "runtime-bug",
    "agent-behavior",
    "unclear-doc",
    "duplicate-truth",
    "missing-process",
)
SEVERITIES = ("low", "medium", "high", "critical")
STATUSES = ("open", "accepted", "closed", "unknown")
GAP_IS = "GAP is an id, its beginning, or its number."

_gap_argument = click.argument("gap", metavar="GAP")
_at_option = click.option("--at", "revision", metavar="REVISION", help="A commit, instead of the work tree.")


def _propose_options(face: F) -> F:
    """Whether the work tree is edited or a proposal is made."""
    face = click.option("--why", metavar="TEXT", help="With --propose: the reason, for reviewers.")(face)
    return click.option("--propose", is_flag=True, help="Make a proposal of it; the work tree stays as it is.")(face)


@click.group("gap", subcommand_metavar="VERB …", no_args_is_help=False)
def command() -> None:
    """Gaps: known shortfalls, one file each, with type, severity and state.

    A verb that writes edits the file in the work tree, or with --propose makes a proposal of the edit. Where spine.yaml
    names a register, the gaps are entries of that one file.
    """


@command.command("new")
@click.argument("title")
@click.option("--type", "type_", type=click.Choice(TYPES), required=True, help="What kind of shortfall it is.")
@click.option("--severity", type=click.Choice(SEVERITIES), required=True, help="How grave it is.")
@click.option("--loop", metavar="LOOP", help="The loop that it was found in.")
@click.option("--blocks", multiple=True, metavar="LOOP#N", help="A success criterion that it blocks; repeatable.")
@click.option("--description", metavar="TEXT", help="More about it.")
@click.option("--found", metavar="DAY", help="When it was found, as 2026-02-12; else today (UTC).")
@click.option("--id", "id_", metavar="GAP", help="This id and no other; it must never have been in use.")
@click.option("--prefix", metavar="PREFIX", help="GAP-PREFIX-…, else as spine.yaml says, else OP.")
@_propose_options
@json_option
@click.pass_obj
def new(door: Door, /, title: str, type_: str, propose: bool, why: str | None, as_json: bool, **said: Any) -> None:
    """Register a gap under the next number.

    That is one more than any that a branch, the work tree or an open proposal of this clone knows.
    """
    from spine.actions.gap_new import Shortfall, new_gap

    shortfall = Shortfall(
        title=title,
        type=type_,
        severity=said["severity"],
        loop=said["loop"],
        blocks=said["blocks"],
        description=said["description"],
        found=_day(said["found"]),
        id=said["id_"],
        prefix=said["prefix"],
    )
    with open_workspace(door, writes=True) as work:
        _finish(door, new_gap(work, shortfall, propose=propose, why=why), as_json=as_json)


@command.command("list")
@click.option("--status", "statuses", multiple=True, type=click.Choice(STATUSES), help="Only these; repeatable.")
@click.option("--severity", "severities", multiple=True, type=click.Choice(SEVERITIES), help="Only these; repeatable.")
@click.option("--type", "types", multiple=True, type=click.Choice(TYPES), help="Only these; repeatable.")
@click.option("--loop", metavar="LOOP", help="Only those found in this loop.")
@_at_option
@json_option
@click.pass_obj
def list_(door: Door, /, revision: str | None, as_json: bool, **chosen: Any) -> None:
    """List the gaps: open ones first, the gravest on top."""
    from spine.actions.gap_listing import Chosen, list_gaps
    from spine.review.gap_documents import gap_list_document
    from spine.review.gap_text import gap_list_lines

    with open_workspace(door) as work:
        listed = list_gaps(work, Chosen(**chosen), revision=revision)
    if as_json:
        door.terminal.give(gap_list_document(listed))
    else:
        door.terminal.show(gap_list_lines(listed, door.terminal.style))


@command.command("show", epilog=GAP_IS)
@_gap_argument
@_at_option
@json_option
@click.pass_obj
def show(door: Door, gap: str, revision: str | None, as_json: bool) -> None:
    """Show GAP, whole.

    With the proposals that register and close it, and what is wrong with it.
    """
    from spine.actions.gap_listing import show_gap
    from spine.review.gap_documents import gap_show_document
    from spine.review.gap_text import gap_lines

    with open_workspace(door) as work:
        view = show_gap(work, gap, revision=revision)
    if as_json:
        door.terminal.give(gap_show_document(view))
    else:
        door.terminal.show_folded(gap_lines(view, door.terminal.style))


@command.command("close", epilog=GAP_IS)
@_gap_argument
@click.option("--evidence", multiple=True, metavar="WHAT", help="A proposal, a commit or a check; repeatable.")
@_propose_options
@json_option
@click.pass_obj
def close(door: Door, gap: str, evidence: tuple[str, ...], propose: bool, why: str | None, as_json: bool) -> None:
    """Close GAP with evidence that holds.

    That is an applied proposal (CP-…), a commit, a criterion that is met (LOOP-…#4), or a value that is there
    (FILE#ADDRESS=VALUE). To close it together with the change that ends it: spine propose --closes GAP.
    """
    from spine.actions.gap_change import close_gap

    with open_workspace(door, writes=True) as work:
        _finish(door, close_gap(work, gap, evidence, propose=propose, why=why), as_json=as_json)


@command.command("accept", epilog=GAP_IS)
@_gap_argument
@click.option("--why", required=True, metavar="TEXT", help="The reason; it is kept.")
@click.option("--propose", is_flag=True, help="Make a proposal of it; the work tree stays as it is.")
@json_option
@click.pass_obj
def accept(door: Door, gap: str, why: str, propose: bool, as_json: bool) -> None:
    """Accept GAP: it is known, and it stays."""
    from spine.actions.gap_change import accept_gap

    with open_workspace(door, writes=True) as work:
        _finish(door, accept_gap(work, gap, why, propose=propose), as_json=as_json)


@command.command("reopen", epilog=GAP_IS)
@_gap_argument
@_propose_options
@json_option
@click.pass_obj
def reopen(door: Door, gap: str, propose: bool, why: str | None, as_json: bool) -> None:
    """Open GAP again, which was closed or accepted."""
    from spine.actions.gap_change import reopen_gap

    with open_workspace(door, writes=True) as work:
        _finish(door, reopen_gap(work, gap, propose=propose, why=why), as_json=as_json)


@command.command("link", epilog=GAP_IS)
@_gap_argument
@click.option("--loop", metavar="LOOP", help="The loop that it was found in.")
@click.option("--blocks", multiple=True, metavar="LOOP#N", help="A criterion that it blocks; repeatable.")
@click.option("--unblocks", multiple=True, metavar="LOOP#N", help="A criterion that it blocks no longer; repeatable.")
@_propose_options
@json_option
@click.pass_obj
def link(
    door: Door, gap: str, loop: str | None, blocks: tuple[str, ...], unblocks: tuple[str, ...], propose: bool,
    why: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Say where GAP was found, and which success criteria it blocks."""
    from spine.actions.gap_change import link_gap

    if loop is None and not blocks and not unblocks:
        raise click.UsageError("one of --loop, --blocks and --unblocks")
    with open_workspace(door, writes=True) as work:
        done = link_gap(work, gap, loop=loop, blocks=blocks, unblocks=unblocks, propose=propose, why=why)
        _finish(door, done, as_json=as_json)


def _finish(door: Door, done: GapWritten, *, as_json: bool) -> None:
    from spine.review.gap_documents import gap_written_document
    from spine.review.gap_text import gap_written_lines

    if as_json:
        door.terminal.give(gap_written_document(done))
        return
    door.terminal.show(gap_written_lines(done, door.terminal.style))
    if not done.is_new:
        return
    if done.proposed is not None:
        door.terminal.next_step(f"spine apply {done.proposed.proposal.id}")
    else:
        door.terminal.next_step(f'spine propose "TITLE" -- {done.gap.path}', f"git add {done.gap.path}")


def _day(text: str | None) -> date | None:
    from datetime import date

    from spine.errors import Place, Refused

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"not a day: {error}", place=Place("--found"), hint="--found 2026-02-12") from error
