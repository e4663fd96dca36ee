"""What `resolve` did, for people: how each conflict was settled, or which are left and with what commands."""

from __future__ import annotations

from spine.actions.resolve import Decision, Resolved, Unresolved, is_whole_file, takes_of
from spine.printable import printable
from spine.review.conflict_text import at_argument, conflict_lines, shell_word
from spine.review.style import Style


def settled_lines(done: Resolved, style: Style) -> list[str]:
    """One line a gap that got another number and one a conflict, then what became of the old proposal."""
    out = [f"{style('change', '~')} {old} is {new}" for old, new in done.numbers.items()]
    out += [f"{style('change', '~')} {_decision(one)}" for one in done.decided]
    draft = f"{done.old} is a draft and stays; to drop it: rm -r {shell_word(done.folder)}"
    return [*out, draft if done.is_draft else f"{done.old} is superseded once this is committed", ""]


def remaining_lines(left: Unresolved, style: Style) -> list[str]:
    """The conflicts that are left, each with the arguments that settle it."""
    plan = left.plan
    out: list[str] = []
    for path, conflict in left.remaining:
        out += conflict_lines(path, conflict, plan.set_by.get((path, conflict.at)), style)
        for side in takes_of(conflict):
            value = " --value VALUE" if side == "value" else ""
            out.append(f"      {at_argument(path, conflict)} --take {side}{value}")
    return [*out, "", f"all in one command: spine resolve {plan.proposal.id} with one such line for each", ""]


def _decision(one: Decision) -> str:
    at = str(one.conflict.at)
    place = printable(one.path) if is_whole_file(one.conflict) or at == "$" else printable(f"{one.path}#{at}")
    if one.take.side == "value":
        return f"{place}: {printable(one.take.value or '')}"
    return f"{place}: the {one.take.side}'s"
