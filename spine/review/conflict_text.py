"""A conflict for people: the three values, who set the target's, and the commands that end it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from spine.actions.blame import Setter
from spine.actions.plan import Plan
from spine.actions.resolve import takes_of
from spine.address import ROOT, Item
from spine.change.merge import Conflict
from spine.change.rules import settling_rule
from spine.change.sources import token_node
from spine.patterns import place_pattern
from spine.printable import printable
from spine.review.blocks import limited, painted
from spine.review.conflict_view import SIDES, ConflictView, SideView, conflict_view
from spine.review.style import Style, Tone
from spine.yamldoc.write import string

_LABEL = len("proposed") + 2
_MOST = 12
_MOST_PAIRS = 6
_TONES: tuple[Tone, Tone, Tone] = ("quiet", "change", "add")


def conflict_lines(
    path: str, conflict: Conflict, setter: Setter | None, style: Style, sides: tuple[str, str, str] = SIDES
) -> list[str]:
    """The lines of one conflict: its place, base, target and proposed value under these names, and what happened."""
    return view_lines(conflict_view(path, conflict, setter, sides), style)


def view_lines(conflict: ConflictView, style: Style) -> list[str]:
    """The lines of a conflict that is data already."""
    out = [f"  {style('conflict', '! ' + conflict.place)}"]
    for side, tone in zip(conflict.sides, _TONES, strict=True):
        out += _side_lines(side, tone, style)
    out.append(f"      {conflict.message}")
    return out


def ways_out(plan: Plan) -> list[tuple[str, str]]:
    """The commands that end the conflicts of a plan, each with what it means."""
    id_ = plan.proposal.id
    found = [(file.path, conflict) for file in plan.files for conflict in file.conflicts]
    give_up = f"rm -r {shell_word(plan.folder)}" if plan.is_draft else f"spine withdraw {id_} --why …"
    proposal_s, target_s, third = "take the proposal's", "keep the target's", "give a third value"
    ways = []
    if any(_is_own_gap(plan, path, conflict) for path, conflict in found):
        ways.append(("another number for its gap", f"spine resolve {id_} --renumber"))
    if len(found) == 1:
        ((path, conflict),) = found
        head = f"spine resolve {id_} {at_argument(path, conflict)} --take"
        sides = takes_of(conflict)
        ways += [(proposal_s, f"{head} proposal")] * ("proposal" in sides)
        ways.append((target_s, give_up if _is_all(plan) else f"{head} target"))
        ways += [(third, f"{head} value --value VALUE")] * ("value" in sides)
    else:
        if all("proposal" in takes_of(conflict) for _, conflict in found):
            ways.append((proposal_s, f"spine resolve {id_} --all --take proposal"))
        ways.append((target_s, give_up if _is_all(plan) else f"spine resolve {id_} --all --take target"))
        ways.append(("decide one by one", one_by_one(id_, found)))
    ways.append(("make it otherwise", f"edit the files, then: spine supersede {id_} --edits"))
    line = next((line for path, conflict in found if (line := rule_line(path, conflict))), None)
    if line is not None:
        ways.append(("settle it always", f"in spine.yaml, under merge:  {line}"))
    return ways if _is_all(plan) else [*ways, ("give it up", give_up)]


def _is_own_gap(plan: Plan, path: str, conflict: Conflict) -> bool:
    """Whether a gap that the proposal registers met another one with its number."""
    names = {f"/{gap}.yaml" for gap in plan.proposal.registers}
    if conflict.kind != "add":
        return False
    last = conflict.at.last if conflict.at.steps else None
    values = {value for _, value in last.fields} if isinstance(last, Item) else set()
    return any(path.endswith(name) for name in names) or bool(values & set(plan.proposal.registers))


def at_argument(path: str, conflict: Conflict) -> str:
    """`--at 'FILE#ADDRESS'`, quoted for a shell."""
    place = path if conflict.at == ROOT else f"{path}#{conflict.at}"
    return f"--at {shell_word(place)}"


def shell_word(text: str) -> str:
    """A word for a POSIX shell that is safe to show as well: control characters are written as escapes."""
    if printable(text) == text:
        return shlex.quote(text)
    escaped = "".join(
        char if printable(char) == char and char not in "'\\" else "".join(f"\\x{byte:02x}" for byte in char.encode())
        for char in text
    )
    return f"$'{escaped}'"


def one_by_one(id_: str, conflicts: Sequence[tuple[str, Conflict]]) -> str:
    """One command that settles some conflicts on their own, for the proposal where that is possible; the rest alike."""
    words = [f"spine resolve {id_}"]
    for path, conflict in conflicts[:_MOST_PAIRS]:
        side = "proposal" if "proposal" in takes_of(conflict) else "target"
        words.append(f"{at_argument(path, conflict)} --take {side}")
    if len(conflicts) > _MOST_PAIRS:
        words.append("--all --take target")
    return " ".join(words)


def rule_line(path: str, conflict: Conflict) -> str | None:
    """The line for `merge:` in spine.yaml with the rule that would settle this conflict, if there is one."""
    values = (conflict.base, conflict.target, conflict.proposed)
    if conflict.kind != "value" or conflict.at == ROOT or None in values:
        return None
    rule = settling_rule(*(token_node(value) for value in values if value is not None))
    pattern = None if rule is None else place_pattern(path, conflict.at)
    return None if pattern is None else printable(f"{string(str(pattern), flow=True)}: {rule}")


def _is_all(plan: Plan) -> bool:
    """Whether nothing of the proposal is left without its conflicts."""
    return all(
        file.outcome == "conflict" and (file.change is None or len(file.change.ops) <= len(file.conflicts))
        for file in plan.files
        if file.outcome != "already there"
    )


def _side_lines(side: SideView, tone: Tone, style: Style) -> list[str]:
    head = f"      {side.label:<{_LABEL}}"
    if side.block:
        out = [head.rstrip(), *painted(limited(side.block, _MOST), style, 8)]
    else:
        out = [head + (style(tone, side.text) if side.text is not None else style("quiet", "(not there)"))]
    if side.by is not None:
        out.append(f"      {' ' * _LABEL}{style('quiet', side.by)}")
    return out
