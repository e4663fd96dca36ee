"""Which landed proposal did what a commit did to a place: by the receipts that it adds, or by later ones that cover it.

If the commit landed one proposal that touches the file, and the blobs are those of its receipt, it was that one. After
a squash, a rebase or a cherry-pick, and beside hand edits in one commit, a proposal did it if its operations touch the
place; of several the one that lands last. A commit that no receipt explains was made by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from spine.actions.covering import Coverage
from spine.actions.way import Hop, way
from spine.address import Address
from spine.change.operations import Add, Operation, Remove, Rename, SetValue, SpliceItems
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ledger.links import imported_of
from spine.ledger.reading import RECEIPT, Ledger, Stored, find_stored, read_ledger, settings_of
from spine.records.imported import ImportedProposal
from spine.records.proposal import FileChange
from spine.repository import Commit, CommitId, Range, Repository, changes_first_parent, read_commit, snapshot_of


@dataclass(slots=True)
class Landings:
    """The landings of a history up to `tip`; each commit is looked at once."""

    repo: Repository
    tip: CommitId
    _commits: dict[CommitId, Commit] = field(default_factory=dict)
    _added: dict[CommitId, tuple[CommitId | None, tuple[str, ...]]] = field(default_factory=dict)
    _landed: dict[CommitId, tuple[Stored, ...]] = field(default_factory=dict)
    _imported: dict[str, ImportedProposal] | None = None
    _ledger: Ledger | None = None
    _coverage: Coverage | None = None

    def commit(self, commit: CommitId) -> Commit:
        """What the commit says of itself."""
        if commit not in self._commits:
            self._commits[commit] = read_commit(self.repo, commit)
        return self._commits[commit]

    def scan(self, which: Range) -> None:
        """Learn which commits of a first-parent history add receipts, in one run of git."""
        for step in changes_first_parent(self.repo, which, [self.ledger.settings.folders.proposals]):
            added = tuple(
                change.path.split("/")[-2]
                for change in step.changes
                if change.before is None and change.path.endswith(f"/{RECEIPT}")
            )
            if added:
                self._added[step.commit] = (step.parent, added)

    def has_landed(self, commit: CommitId) -> bool:
        """Whether the commit, which lies on a history that was scanned, adds receipts."""
        return commit in self._added

    def landed(self, commit: CommitId) -> tuple[Stored, ...]:
        """The proposals whose receipts the commit adds, against its first parent."""
        if commit not in self._landed:
            tree = snapshot_of(self.repo, commit)
            try:
                settings = settings_of(tree)
            except Refused:
                settings = self.ledger.settings
            _, ids = self._added.get(commit, (None, ()))
            found = [find_stored(tree, id_, settings=settings) for id_ in ids]
            self._landed[commit] = tuple(one for one in found if one is not None)
        return self._landed[commit]

    def explaining(self, commit: CommitId, path: str, place: Callable[[], Address | None]) -> Stored | None:
        """The proposal that did what the commit did to a place of the file, None for a hand edit.

        `place` is asked where several could have been; None is the file as a whole.
        """
        candidates: dict[str, tuple[Stored, FileChange]] = {}
        hops: list[Hop] = []
        for stored in self.landed(commit) if self.has_landed(commit) else ():
            proposal, receipt = stored.proposal, stored.receipt
            if proposal is None or receipt is None or receipt.covers:
                continue
            for file in proposal.files:
                if path in (file.path, file.moved_from):
                    candidates[stored.id] = (stored, file)
                    hops += [Hop(stored.id, one.before, one.after) for one in receipt.files if one.path == path]
        if candidates:
            blobs = self._blobs(commit, path)
            if len(candidates) == 1 and hops and (hops[0].before, hops[0].after) == blobs:
                return next(iter(candidates.values()))[0]
            at = place()
            touching = [id_ for id_, (_, file) in candidates.items() if at is None or touches(file, at)]
            if touching:
                order = way(*blobs, hops) or sorted(touching)
                return candidates[[id_ for id_ in order if id_ in touching][-1]][0]
        return self._covering(commit, path, place)

    def imported(self, commit: CommitId, path: str) -> ImportedProposal | None:
        """The proposal that the commit landed before spine, as `adopt` recorded it, if it touched the path."""
        if self._imported is None:
            found = imported_of(snapshot_of(self.repo, self.tip), self.ledger.settings)
            self._imported = {covered: one for one in found for covered in one.covers}
        known = self._imported.get(str(commit))
        return known if known is not None and path in known.paths else None

    @property
    def ledger(self) -> Ledger:
        """The ledger of the tip."""
        if self._ledger is None:
            self._ledger = read_ledger(snapshot_of(self.repo, self.tip))
        return self._ledger

    def _covering(self, commit: CommitId, path: str, place: Callable[[], Address | None]) -> Stored | None:
        if self._coverage is None:
            self._coverage = Coverage.of(self.repo, self.tip, self.ledger)
        id_ = self._coverage.explains(commit, path)
        stored = self.ledger.proposals[id_] if id_ is not None else None
        if stored is None or stored.proposal is None:
            return None
        at = place()
        files = [file for file in stored.proposal.files if path in (file.path, file.moved_from)]
        return stored if any(at is None or touches(file, at) for file in files) else None

    def _blobs(self, commit: CommitId, path: str) -> tuple[str | None, str | None]:
        parent, _ = self._added[commit]
        before = snapshot_of(self.repo, parent).blob(path) if parent is not None else None
        after = snapshot_of(self.repo, commit).blob(path)
        return before.oid if before is not None else None, after.oid if after is not None else None


def touches(file: FileChange, at: Address) -> bool:
    """Whether a proposal's change of a file sets, adds or removes something at, above or below a place of its result.

    What is not told by operations (a new file, a text patch) may touch everything.
    """
    if file.change is None or not file.change.ops:
        return file.change is None or bool(file.change.patch)
    renames = {op.at: op.at.parent / op.to for op in file.change.ops if isinstance(op, Rename)}
    return any(_does(op) and _meets(_afterwards(op.at, renames), op.at, at) for op in file.change.ops)


def _does(op: Operation) -> bool:
    return isinstance(op, (SetValue, Add, Remove, Rename, SpliceItems))


def _meets(now: Address, was: Address, at: Address) -> bool:
    return at.within(now) or now.within(at) or at.within(was) or was.within(at)


def _afterwards(at: Address, renames: dict[Address, Address]) -> Address:
    """How a place of the base is called in the result."""
    found = Address((), at.document)
    for count in range(1, len(at.steps) + 1):
        part = Address(at.steps[:count], at.document)
        found = found / (renames[part].last if part in renames else at.steps[count - 1])
    return found
