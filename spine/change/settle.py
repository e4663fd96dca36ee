"""Conflicts settled one by one: each keeps the target's value, takes the proposal's, or gets a third; all else merges.

What is settled for the target is left out of the change. What is settled for the proposal is taught what the target has
(`old` becomes the target's value), or the target is first put back to where the operation can be made: what it removed
comes back from the base, what it added under the same name goes. Then the whole is merged anew, until nothing is left
to decide. So nothing else of the target is lost, and every other operation goes the way it goes in any merge.

Limitations: of a multi-line string one side is taken whole; of a text file all conflicting hunks are settled alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from spine.address import Address, Position
from spine.change.amended import CannotSettle, adapted
from spine.change.json_form import Draft
from spine.change.lines import Conflict as Clash
from spine.change.lines import merge3, split_lines, taken
from spine.change.merge import merge, spoilt
from spine.change.operations import Change, First, Move, Operation, Rename
from spine.change.patch import patch
from spine.change.rules import FileRules
from spine.change.taking import Side, Taking
from spine.change.textpatch import apply_patch
from spine.change.verdicts import Conflict, Merged, Note
from spine.dataclass import dataclass
from spine.errors import Refused

_SIDES: dict[str, tuple[Side, ...]] = {
    "expect": ("target",),
    "ambiguous": ("target",),
    "base": ("target",),
    "text": ("target", "proposal"),
    "order": ("target", "proposal"),
    "comment": ("target", "proposal"),
}
_ALL: tuple[Side, ...] = ("target", "proposal", "value")


@dataclass(frozen=True, slots=True)
class Take:
    """What a conflict shall become; `value` is the source of a third value (of a rename: a name), else None."""

    side: Side
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Every conflict is settled: the target's new text, and what was decided."""

    text: str
    decided: tuple[tuple[Conflict, Take], ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Conflicts that nobody has decided."""

    conflicts: tuple[Conflict, ...]


Decide = Callable[[Conflict], Take | None]


def sides_of(conflict: Conflict) -> tuple[Side, ...]:
    """What can be taken in a conflict."""
    if conflict.kind == "rename" and conflict.proposed is None:  # the proposal removes what the target renamed
        return "target", "proposal"
    if conflict.kind == "rename" and conflict.proposed == conflict.target:  # another entry has that name there
        return "target", "value"
    return ("target",) if _is_spoilt(conflict) else _SIDES.get(conflict.kind, _ALL)


def settle(
    base: str | None, target: str, change: Change, decide: Decide, *, rules: FileRules | None = None
) -> Settled | Unsettled:
    """`change`, made for `base`, brought to `target` with its conflicts settled as `decide` says (None: not decided).

    Raises `CannotSettle` where that cannot be done, with the way out, and `Refused` as `merge` does.
    """
    rules = rules or FileRules()
    text, ops = target, change.ops
    decided: list[tuple[Conflict, Take]] = []
    behind: list[Move] = []
    seen: list[tuple[str, tuple[Operation, ...]]] = []
    while True:
        merged = merge(base, text, change if change.patch else Change(ops), rules=rules)
        if isinstance(merged, Merged):
            return Settled(_moved(merged.text, behind, ops, rules), tuple(decided), merged.notes)
        values = {conflict.at for conflict in merged.conflicts if conflict.kind != "expect"}
        takes = [(conflict, _allowed(conflict, decide(conflict), values)) for conflict in merged.conflicts]
        if undecided := tuple(conflict for conflict, take in takes if take is None):
            return Unsettled(undecided)
        if change.patch or any(conflict.kind == "text" for conflict in merged.conflicts):
            settled = [(conflict, take) for conflict, take in takes if take is not None]
            if base is None or any(map(_is_spoilt, merged.conflicts)):  # all that can be had is the target
                return Settled(text, (*decided, *settled))
            mine = apply_patch(base, change.patch) if change.patch else patch(base, Change(ops))
            by_line = _by_line(base, text, mine, settled, rules)
            return replace(by_line, decided=(*decided, *by_line.decided))
        taking = Taking(base, text, ops, rules)
        for conflict, take in takes:
            assert take is not None
            taking.take(conflict, take.side, take.value)
            if not any(_same(conflict, other) for other, _ in decided):
                decided.append((conflict, take))
        behind += taking.behind
        seen.append((text, ops))
        text, ops = taking.done()
        if (text, ops) in seen:
            conflict = merged.conflicts[0]
            raise CannotSettle(conflict, f"{conflict.message}, and it stays so whatever is taken")


def _same(one: Conflict, other: Conflict) -> bool:
    return one.at == other.at and one.kind == other.kind


def _allowed(conflict: Conflict, take: Take | None, values: Collection[Address] = ()) -> Take | None:
    """The take, if it can be had. An expectation about a value that is settled itself is let go with it."""
    if take is not None and conflict.kind == "expect" and conflict.at in values:
        return Take("target")
    if take is None or take.side in sides_of(conflict):
        return take
    reason = {
        "expect": "an expectation sets nothing; taking the target's lets go of it",
        "ambiguous": "several entries of the target have this name; remove or rename all but one, then resolve",
        "rename": "two entries would have one name; take the target's, or give another name as the value",
        "base": "the text that the proposal was made on is not in this clone; git fetch --unshallow may bring it",
    }.get(conflict.kind, "only one of the two sides can be taken whole; for anything else edit the file")
    raise CannotSettle(conflict, conflict.message if _is_spoilt(conflict) else reason)


def _by_line(base: str, target: str, proposed: str, takes: list[tuple[Conflict, Take]], rules: FileRules) -> Settled:
    """What is merged by line: of each clash one side's lines."""
    a, ours, theirs = split_lines(base), split_lines(target), split_lines(proposed)
    clashes = iter(takes)
    out: list[str] = []
    for chunk in merge3(a, ours, theirs):
        if isinstance(chunk, Clash):
            is_ours = next(clashes)[1].side == "target"
            part = chunk.ours if is_ours else chunk.theirs
            out += (ours if is_ours else theirs)[part.start : part.stop]
        else:
            out += taken(chunk, ours, theirs)
    text = "".join(out)
    problem = spoilt(text, (base, target, proposed), rules)
    if problem is not None:
        raise CannotSettle(takes[0][0], f"{problem}, whichever side's lines are taken like this")
    return Settled(text, tuple(takes))


def _is_spoilt(conflict: Conflict) -> bool:
    """Whether lines went together and made something that cannot stand, so that no side has a part to take."""
    return conflict.kind == "text" and conflict.target is conflict.proposed is None


def _moved(text: str, moves: list[Move], ops: tuple[Operation, ...], rules: FileRules) -> str:
    """The merged text with the moves made that the target's own moves stood against."""
    names = {op.at: op.to for op in ops if isinstance(op, Rename)}
    for move in moves:
        last = names.get(move.at, move.at.last)
        if isinstance(last, Position):
            continue
        draft = Draft(Move(move.at.parent / last, move.after, First()), frozenset({"was_after", "was_past"}))
        try:
            text = adapted(text, [draft], rules.identity)
        except Refused as error:
            conflict = Conflict("order", move.at, None, None, None, error.message)
            raise CannotSettle(conflict, f"it cannot be moved there: {error.message}") from error
    return text
