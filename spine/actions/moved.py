"""Which loops and gaps a range changes, and from which state to which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from spine.actions.about import gap_at, loop_at
from spine.dataclass import dataclass
from spine.ledger.gaps import StoredGap, read_gaps
from spine.ledger.loops import state_of
from spine.ledger.reading import Ledger
from spine.records.loop import SUFFIX, Loop
from spine.repository import CommitId, PathChange, Repository, TreeSnapshot, snapshot_of


@dataclass(frozen=True, slots=True)
class Moved:
    """A loop or gap that a range changes: its state on both sides, None where it is not there."""

    kind: Literal["loop", "gap"]
    id: str
    title: str
    before: str | None
    after: str | None


def moved(
    repo: Repository, start: CommitId | None, end: TreeSnapshot, changes: Iterable[PathChange], ledger: Ledger
) -> Iterator[Moved]:
    """The loops and gaps whose records the range changes."""
    old = snapshot_of(repo, start) if start is not None else None
    settings = ledger.settings
    for change in changes:
        sides = [tree if blob is not None else None for tree, blob in ((old, change.before), (end, change.after))]
        if change.path.startswith(f"{settings.folders.loops}/") and change.path.endswith(SUFFIX):
            loops = [loop_at(side, change.path) if side is not None else None for side in sides]
            last = loops[1] or loops[0]
            if last is not None:
                states = [_loop_state(one) if one is not None else None for one in loops]
                yield Moved("loop", last.id, " ".join(last.goal.split()), states[0], states[1])
        elif change.path == settings.gaps.register:
            yield from _in_register(old, end, ledger)
        elif change.path.startswith(f"{settings.folders.gaps}/") and change.path.endswith(".yaml"):
            gaps = [gap_at(side, change.path) if side is not None else None for side in sides]
            yield from _gap_moved(gaps[0], gaps[1])


def _in_register(old: TreeSnapshot | None, end: TreeSnapshot, ledger: Ledger) -> Iterator[Moved]:
    before = read_gaps(old, ledger.settings).by_id() if old is not None else {}
    after = read_gaps(end, ledger.settings).by_id()
    for id_ in dict.fromkeys([*before, *after]):
        one, other = before.get(id_), after.get(id_)
        if (one and one.path == ledger.settings.gaps.register) or (
            other and other.path == ledger.settings.gaps.register
        ):
            yield from (moved for moved in _gap_moved(one, other) if moved.before != moved.after)


def _gap_moved(before: StoredGap | None, after: StoredGap | None) -> Iterator[Moved]:
    last = after or before
    if last is not None:
        yield Moved("gap", last.id, last.title, _gap_state(before), _gap_state(after))


def _gap_state(gap: StoredGap | None) -> str | None:
    return None if gap is None else f"{gap.status or 'no status'}, {gap.severity}"


def _loop_state(loop: Loop) -> str:
    done = loop.progress
    return f"{state_of(loop)}, {done.met} of {done.total} met" if done.total else state_of(loop)
