"""What needs attention besides the plans: overlapping proposals, what has grown old, open gaps, edits by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Literal

from spine.address import ROOT, Address
from spine.change.operations import Expect
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ids import LoopId
from spine.ledger.gaps import StoredGap, read_gaps
from spine.ledger.reading import Files, Ledger
from spine.records.gap import SEVERITIES
from spine.records.loop import SUFFIX, read_loop
from spine.records.proposal import FileChange, Proposal
from spine.records.settings import Settings
from spine.repository import IndexSnapshot, Repository, TreeSnapshot, WorkTreeSnapshot


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two open proposals that write at one place of a file; the root address: to the file as a whole."""

    path: str
    address: Address
    ids: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stale:
    """A loop or proposal on which nothing has happened for `days`."""

    id: str
    path: str
    days: int
    since: date


@dataclass(frozen=True, slots=True)
class ByHand:
    """A governed file that is not as the commit has it: staged, edited or removed in the work tree, or new."""

    path: str
    how: Literal["staged", "edited", "new", "removed"]


def overlaps(proposals: Sequence[Proposal]) -> tuple[Overlap, ...]:
    """Every place at which two of the proposals write, the innermost they share."""
    found = []
    for number, one in enumerate(proposals):
        for other in proposals[number + 1 :]:
            for path, address in _shared(one, other):
                found.append(Overlap(path, address, (one.id, other.id)))
    return tuple(dict.fromkeys(found))


def _shared(one: Proposal, other: Proposal) -> Iterator[tuple[str, Address]]:
    others = {file.path: file for file in other.files}
    for file in one.files:
        if file.path not in others:
            continue
        mine, theirs = _written(file), _written(others[file.path])
        for a in mine:
            for b in theirs:
                if a.within(b) or b.within(a):
                    yield file.path, a if a.within(b) else b


def _written(file: FileChange) -> list[Address]:
    if file.change is None or file.change.patch or not file.change.ops:
        return [ROOT]
    return [op.at for op in file.change.ops if not isinstance(op, Expect)]


def stale_loops(files: Files, ledger: Ledger, now: datetime) -> tuple[Stale, ...]:
    """Open loops that were opened long ago and had no proposal since; those that cannot be read are left out."""
    latest: dict[str, date] = {}
    for stored in ledger.proposals.values():
        proposal = stored.proposal
        if proposal is not None and proposal.loop is not None:
            made = proposal.created.astimezone(UTC).date()
            latest[proposal.loop] = max(made, latest.get(proposal.loop, made))
    found = []
    for path in files.paths(ledger.settings.folders.loops):
        if not path.endswith(SUFFIX):
            continue
        loop = read_loop((files.read(path) or b"").decode("utf-8", "replace"), file=path)
        days_known = [day for day in (loop.opened or _day_of(loop.id), latest.get(loop.id)) if day is not None]
        if loop.is_closed or not days_known:
            continue
        days = (now.astimezone(UTC).date() - max(days_known)).days
        if days > ledger.settings.limits.loop_days:
            found.append(Stale(loop.id, path, days, max(days_known)))
    return tuple(sorted(found, key=lambda one: -one.days))


def stale_proposals(proposals: Sequence[tuple[str, Proposal]], settings: Settings, now: datetime) -> tuple[Stale, ...]:
    """Of open proposals (with their folders) those that were made long ago."""
    found = []
    for folder, proposal in proposals:
        made = proposal.created.astimezone(UTC).date()
        days = (now.astimezone(UTC).date() - made).days
        if days > settings.limits.pending_days:
            found.append(Stale(proposal.id, folder, days, made))
    return tuple(sorted(found, key=lambda one: -one.days))


def open_gaps(files: Files, settings: Settings) -> tuple[StoredGap, ...]:
    """Gaps that are open, the most severe first; severities that spine does not know last."""

    def rank(gap: StoredGap) -> tuple[int, str]:
        known = next((number for number, name in enumerate(SEVERITIES) if name == gap.severity), -1)
        return -known, gap.id

    return tuple(sorted((gap for gap in read_gaps(files, settings).stored if gap.status == "open"), key=rank))


def by_hand(repo: Repository, tree: TreeSnapshot, settings: Settings) -> tuple[ByHand, ...]:
    """Governed files of the index and the work tree that are not as the commit has them; none in a bare repository."""
    if repo.work_tree is None:
        return ()
    index = IndexSnapshot(repo)
    here = WorkTreeSnapshot(repo, index)
    committed = {entry.path: entry.oid for entry in tree.entries() if settings.is_governed(entry.path)}
    staged = {entry.path: entry.oid for entry in index.entries() if settings.is_governed(entry.path)}
    found: dict[str, ByHand] = {}
    for path in sorted({*committed, *staged}):
        if committed.get(path) != staged.get(path):
            found[path] = ByHand(path, "staged")
    for path in here.modified():
        if settings.is_governed(path) and path not in found:
            blob = here.blob(path)
            if blob is None or blob.oid != staged.get(path):
                found[path] = ByHand(path, "removed" if blob is None else "edited")
    for path in here.untracked():
        if settings.is_governed(path):
            found[path] = ByHand(path, "new")
    return tuple(found[path] for path in sorted(found))


def _day_of(loop: str) -> date | None:
    try:
        return LoopId.parse(loop).day
    except Refused:
        return None
