"""Two open proposals, really landed one behind the other in both orders: whether they conflict."""

from __future__ import annotations

from typing import Literal

from spine.actions.rehearsal import Fails, Fits, Rehearsal, Stand
from spine.change.merge import Conflict
from spine.dataclass import dataclass

PairOutcome = Literal["fine", "in this order", "the same", "conflict"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two related proposals, tried in both orders. `conflicts` are those of the second behind the first."""

    first: str
    second: str
    outcome: PairOutcome
    conflicts: tuple[tuple[str, Conflict], ...] = ()


def try_pair(stage: Rehearsal, first: str, second: str) -> Pair | None:
    """What becomes of two proposals in both orders; None where one does not fit the tree, with the other or without."""
    start = Stand()
    alone = {id_: stage.land(start, id_, content_only=True) for id_ in (first, second)}
    ends: dict[str, Fits | Fails | None] = {}
    for one, other in ((first, second), (second, first)):
        landed = alone[one]
        ends[other] = stage.land(landed.stand, other, content_only=True) if isinstance(landed, Fits) else None
    to_second, to_first = ends[second], ends[first]
    if isinstance(to_second, Fits) and isinstance(to_first, Fits):
        is_same = to_second.outcome == to_first.outcome == "already there"
        return Pair(first, second, "the same" if is_same else "fine")
    if isinstance(to_second, Fits):
        return Pair(first, second, "in this order", _conflicts(to_first))
    if isinstance(to_first, Fits):
        return Pair(second, first, "in this order", _conflicts(to_second))
    if to_second is None or to_first is None:
        return None
    return Pair(first, second, "conflict", _conflicts(to_second))


def _conflicts(end: Fits | Fails | None) -> tuple[tuple[str, Conflict], ...]:
    return end.conflicts if isinstance(end, Fails) else ()
