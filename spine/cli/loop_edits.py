"""The verbs of `spine loop` that write"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from spine.cli.door import Door
from spine.cli.options import branch_option, json_option, why_option
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.actions.loop_change import Edit, How, LoopChanged
    from spine.actions.workspace import Workspace

loop_argument = click.argument("loop", metavar="LOOP")
_WAYS = (
    click.option(
        "--propose", "and_propose", is_flag=True, help="Make a proposal of the edit; the file stays as it is."
    ),
    click.option(
        "--commit", "and_commit", is_flag=True, help="Land the edit as one commit; not where loops are governed."
    ),
    why_option,
    branch_option,
    json_option,
)


def _ways(function: Callable[..., None]) -> Callable[..., None]:
    """The options of every verb that writes."""
    for option in reversed(_WAYS):
        function = option(function)
    return function


def add_to(group: click.Group) -> None:
    """Give the verbs to `spine loop`."""
    for verb in (new, criterion, phase, defer, sync, close, reopen):
        group.add_command(verb)


@click.command("new")
@click.argument("title")
@click.option("--id", "id_", metavar="LOOP", help="Its id; else made of the title and today.")
@click.option("--goal", metavar="TEXT", help="What is to be reached; else the title.")
@click.option("--problem", metavar="TEXT", help="What is wrong now.")
@click.option("--criterion", "criteria", multiple=True, metavar="TEXT", help="A success criterion; repeatable.")
@click.option("--phase", "phases", multiple=True, metavar="TITLE", help="A phase; repeatable.")
@click.option(
    "--severity",
    type=click.Choice(["low", "medium", "high", "critical"]),
    default="medium",
    show_default=True,
    help="How much it matters.",
)
@click.option("--owner", metavar="NAME", help="Who answers for it; else you.")
@_ways
@click.pass_obj
def new(door: Door, /, title: str, id_: str | None, criteria: tuple[str, ...], phases: tuple[str, ...],
        **said: Any) -> None:  # fmt: skip
    """Begin a loop: write its file with goal, criteria and phases, in the form that the other verbs keep."""
    from spine.actions.loop_new import NewLoop, new_loop

    wanted = NewLoop(title, id_, said["goal"], said["problem"], said["severity"], said["owner"], criteria, phases)
    _run(door, "new", said, lambda work, how: new_loop(work, wanted, how))


@click.command("criterion")
@loop_argument
@click.argument("name", metavar="[N]", required=False)
@click.option("--met", is_flag=True, help="Tick it.")
@click.option("--open", "is_open", is_flag=True, help="Open it again.")
@click.option("--partly", metavar="GAP|REASON", help="Met in part: the rest is deferred to a gap, or for a reason.")
@click.option("--add", metavar="TEXT", help="Add a criterion.")
@_ways
@click.pass_obj
def criterion(door: Door, /, loop: str, name: str | None, met: bool, is_open: bool, partly: str | None, add: str | None,
              **said: Any) -> None:  # fmt: skip
    """Set the box of criterion N of LOOP, or add a criterion. N may be a part (4.1) or an item of a phase (P1.2)."""
    from spine.actions.loop_edits import mark_criterion, new_criterion

    if sum((met, is_open, partly is not None, add is not None)) != 1:
        raise click.UsageError("one of --met, --open, --partly and --add is needed")
    if (add is None) != (name is not None):
        raise click.UsageError("--add goes without N, all others need it")
    if add is not None:
        return _edit(door, "criterion", loop, new_criterion(add), said)
    assert name is not None
    return _edit(
        door, "criterion", loop, mark_criterion(name, "met" if met else "open" if is_open else "partly", partly), said
    )


@click.command("phase")
@loop_argument
@click.argument("key", metavar="[P1]", required=False)
@click.option("--done", is_flag=True, help="Say that it is complete; its boxes have to be ticked.")
@click.option("--all", "everything", is_flag=True, help="With --done: tick its open boxes too.")
@click.option("--open", "is_open", is_flag=True, help="Say so no longer.")
@click.option("--add", metavar="TITLE", help="Add a phase behind the last.")
@_ways
@click.pass_obj
def phase(door: Door, /, loop: str, key: str | None, done: bool, everything: bool, is_open: bool, add: str | None,
          **said: Any) -> None:  # fmt: skip
    """Mark a phase of LOOP as complete or not, or add one. Its items are ticked with: spine loop criterion LOOP P1.2"""
    from spine.actions.loop_edits import mark_whole_phase, new_phase

    if sum((done, is_open, add is not None)) != 1 or (everything and not done):
        raise click.UsageError("one of --done (with or without --all), --open and --add is needed")
    if (add is None) != (key is not None):
        raise click.UsageError("--add goes without a phase, all others need one")
    if add is not None:
        return _edit(door, "phase", loop, new_phase(add), said)
    assert key is not None
    return _edit(door, "phase", loop, mark_whole_phase(key, done=done, everything=everything), said)


@click.command("defer")
@loop_argument
@click.argument("item", metavar="ITEM")
@click.option("--to", metavar="GAP", help="The gap that has the rest.")
@click.option("--reason", metavar="TEXT", help="Why it can wait.")
@_ways
@click.pass_obj
def defer(door: Door, /, loop: str, item: str, to: str | None, reason: str | None, **said: Any) -> None:
    """Defer ITEM of LOOP to a gap or for a reason: a criterion (4), an item of a phase (P1.2), remaining work (R2).

    The box becomes [~], the gap or reason stands behind the text, and the rest under “Remaining Work”.
    """
    from spine.actions import loop_edits

    target = to if to is not None else reason
    if target is None or (to is not None and reason is not None):
        raise click.UsageError("either --to GAP or --reason TEXT is needed")
    _edit(door, "defer", loop, loop_edits.defer(item, target), said)


@click.command("sync")
@loop_argument
@_ways
@click.pass_obj
def sync(door: Door, /, loop: str, **said: Any) -> None:
    """Make the receipts of LOOP what the ledger says: its gaps, its proposals, and the commits that landed them.

    Only lines of the forms “- Gap: …” and “- Proposal N: …” are spine's; all others stay as they are. Of a proposal's
    line the words in front of its state may be yours. Running it twice changes nothing.
    """
    from spine.actions.loop_edits import sync_loop

    _edit(door, "sync", loop, sync_loop, said)


@click.command("close")
@loop_argument
@click.option(
    "--defer", "answers", multiple=True, metavar="ITEM=GAP|REASON",
    help="What becomes of an open end: a criterion, an item of a phase, a gap, a proposal; repeatable.",
)  # fmt: skip
@_ways
@click.pass_obj
def close(door: Door, /, loop: str, answers: tuple[str, ...], **said: Any) -> None:
    """Close LOOP: every open end is answered for, then receipts, status and days are written in one edit.

    Open ends are open criteria and items of phases, open gaps that no deferral names, and pending proposals of the
    loop. Without an answer to each nothing is written, and the open ends are listed.
    """
    from spine.actions import loop_close

    given: dict[str, str] = {}
    for answer in answers:
        item, mark, text = answer.partition("=")
        if not mark or not item or not text.strip():
            raise click.UsageError(f"--defer takes ITEM=GAP or ITEM=REASON, not “{answer[:60]}”")
        given[item] = text
    _edit(door, "close", loop, loop_close.close(given), said)


@click.command("reopen")
@loop_argument
@_ways
@click.pass_obj
def reopen(door: Door, /, loop: str, **said: Any) -> None:
    """Open a closed LOOP again; the day of its closing goes."""
    from spine.actions import loop_edits

    _edit(door, "reopen", loop, loop_edits.reopen, said)


def _edit(door: Door, verb: str, loop: str, edit: Edit, said: dict[str, Any]) -> None:
    from spine.actions.loop_change import change_loop

    _run(door, verb, said, lambda work, how: change_loop(work, loop, edit, how))


def _run(door: Door, verb: str, said: dict[str, Any], act: Callable[[Workspace, How], LoopChanged]) -> None:
    """Do it in the way that was asked for, and show what changed and what comes next."""
    from spine.actions.loop_change import How, Way
    from spine.review.loop_documents import loop_changed_document
    from spine.review.loop_text import loop_changed_lines

    if said["and_propose"] and said["and_commit"]:
        raise click.UsageError("either --propose or --commit, not both")
    if said["branch"] is not None and not said["and_commit"]:
        raise click.UsageError("--branch goes with --commit")
    if said["why"] is not None and not (said["and_propose"] or said["and_commit"]):
        raise click.UsageError("--why goes with --propose or --commit")
    way: Way = "propose" if said["and_propose"] else "commit" if said["and_commit"] else "file"
    with open_workspace(door, writes=way != "file" or verb == "new") as work:
        done = act(work, How(way, said["why"], said["branch"]))
    if said["as_json"]:
        door.terminal.give(loop_changed_document(verb, done))
        return
    door.terminal.show(loop_changed_lines(done, door.terminal.style))
    if done.proposed is not None:
        door.terminal.show([f"wrote {done.proposed.folder}/"])
        door.terminal.next_step(f"spine apply {done.proposed.proposal.id}")
    elif done.commit is None and done.is_changed:
        named = f'spine propose "{done.summary}" --loop {done.loop} -- {done.path}'
        door.terminal.next_step(named, *(() if done.is_governed else (f"git commit -- {done.path}",)))
