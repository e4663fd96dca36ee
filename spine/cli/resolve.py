"""`spine resolve`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from spine.cli.door import Door
from spine.cli.options import PROPOSAL_IS, apply_option, json_option, proposal_argument, wait_option, why_option
from spine.cli.proposing import finish
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.actions.resolve import Choice
    from spine.change.taking import Side

_SIDES = click.Choice(["target", "proposal", "value"])


@click.command("resolve", epilog=PROPOSAL_IS)
@proposal_argument
@click.option("--at", "places", multiple=True, metavar="FILE#ADDRESS", help="A conflict, or what it lies in.")
@click.option("--take", "takes", multiple=True, type=_SIDES, help="What is taken there; one for each --at, in order.")
@click.option("--value", "values", multiple=True, metavar="VALUE", help="As YAML; one for each --take value, in order.")
@click.option("--all", "is_all", is_flag=True, help="The last --take is for all conflicts that no --at names.")
@click.option("--renumber", "renumbers", is_flag=True, help="Give its new gaps free numbers where theirs are taken.")
@why_option
@apply_option
@wait_option
@json_option
@click.pass_obj
def command(
    door: Door, /, proposal: str, places: tuple[str, ...], takes: tuple[str, ...], values: tuple[str, ...],
    is_all: bool, renumbers: bool, why: str | None, and_apply: bool, as_json: bool,
) -> None:  # fmt: skip
    """Settle the conflicts of a pending PROPOSAL in a new one that names it and is made for HEAD.

    In each conflict the target's value is kept, the proposal's is taken, or a third one is given; what does not
    conflict comes along. FILE# may be left out where no other file has a conflict there. Ends with 3 and lists what is
    left if something is not settled. With --renumber the gaps that it registers get the next free numbers where others
    have theirs already, in every line that it brings.
    """
    from spine.actions.propose import Wanted
    from spine.actions.resolve import Unresolved, resolve
    from spine.review.documents import resolved_document
    from spine.review.resolved_text import remaining_lines, settled_lines

    choices, others = read_choices(places, takes, values, is_all=is_all, may_be_none=renumbers)
    with open_workspace(door, writes=True) as work:
        try:
            done = resolve(work, proposal, choices, others, Wanted(why=why), renumbers=renumbers)
        except Unresolved as left:
            if not as_json:
                door.terminal.show(remaining_lines(left, door.terminal.style))
            raise
        if as_json and not and_apply:
            door.terminal.give(resolved_document(done))
            return
        if not as_json:
            door.terminal.show(settled_lines(done, door.terminal.style))
        finish(door, work, "resolve", done.made, and_apply=and_apply, as_json=as_json)


def read_choices(
    places: tuple[str, ...],
    takes: tuple[str, ...],
    values: tuple[str, ...],
    *,
    is_all: bool,
    may_be_none: bool = False,
) -> tuple[list[Choice], Side | None]:
    """The pairs of --at and --take, and what is taken everywhere else. Raises `UsageError` where they do not pair."""
    from spine.actions.resolve import Choice
    from spine.change.settle import Take

    if len(takes) != len(places) + is_all:
        wanted = "one --take for each --at" + (", and a last one for --all" if is_all else "")
        raise click.UsageError(f"{wanted}, not {len(takes)} for {len(places)}")
    if not takes and not may_be_none:
        raise click.UsageError("say what to take: --at FILE#ADDRESS --take target, or --all --take target")
    if len(values) != takes.count("value"):
        raise click.UsageError(f"one --value for each --take value, not {len(values)} for {takes.count('value')}")
    others = _side(takes[-1]) if is_all else None
    if others == "value":
        raise click.UsageError("--all takes one of the two sides; a value is given --at an address")
    given = iter(values)
    choices = []
    for text, word in zip(places, takes, strict=False):
        side = _side(word)
        choices.append(Choice(text, Take(side, next(given) if side == "value" else None)))
    return choices, others


def _side(word: str) -> Side:
    sides: dict[str, Side] = {"target": "target", "proposal": "proposal", "value": "value"}
    return sides[word]
