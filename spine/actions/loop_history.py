"""The commits behind the loops of one tree: which landed a proposal, what an abbreviation means, what came after."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ledger.loops import History
from spine.ledger.reading import RECEIPT, Files, settings_of
from spine.records.loop import read_loop
from spine.records.settings import Folders
from spine.repository import (
    BadRevision,
    Blob,
    Branch,
    CommitId,
    Detached,
    MissingObject,
    PathChange,
    Range,
    Repository,
    additions,
    changes_first_parent,
    head,
    resolve,
    shallow,
    snapshot_of,
)


@dataclass
class GitHistory:
    """The first-parent history of a commit."""

    repo: Repository
    tip: CommitId
    files: Files  # of the tree in question, for its folders
    _commits: dict[str, str | None] = field(default_factory=dict)

    @cached_property
    def _folders(self) -> Folders:
        try:
            return settings_of(self.files).folders
        except Refused:  # which is told where the settings are checked
            return Folders()

    @cached_property
    def _landings(self) -> dict[str, str]:
        found = additions(self.repo, self.tip, self._folders.proposals)
        return {path.split("/")[-2]: str(commit) for path, commit in found.items() if path.endswith(f"/{RECEIPT}")}

    @cached_property
    def is_whole(self) -> bool:
        """Whether no commit is cut off here."""
        return not shallow(self.repo)

    def landing(self, proposal: str) -> str | None:
        """The latest commit that added the proposal's receipt."""
        return self._landings.get(proposal)

    def commit(self, text: str) -> str | None:
        """The commit of this clone that hexadecimal digits mean, whether or not the tip reaches it."""
        if text not in self._commits:
            try:
                self._commits[text] = str(resolve(self.repo, text))
            except (BadRevision, MissingObject):
                self._commits[text] = None
        return self._commits[text]

    def follow_ups(self, path: str) -> tuple[str, ...]:
        """The proposals that landed behind the commit that last closed the loop, oldest first."""
        closing = self._closing(path)
        if closing is None:
            return ()
        found: list[str] = []
        for step in changes_first_parent(self.repo, Range(closing, self.tip), [self._folders.proposals]):
            for change in step.changes:
                if change.before is None and change.path.endswith(f"/{RECEIPT}"):
                    found.append(change.path.split("/")[-2])
        return tuple(reversed(found))

    def files_when_closed(self, path: str) -> Files | None:
        """The tree of the commit that last closed the loop."""
        closing = self._closing(path)
        return snapshot_of(self.repo, closing) if closing is not None else None

    def files_at(self, revision: str) -> Files | None:
        """The tree of a revision."""
        try:
            return snapshot_of(self.repo, resolve(self.repo, revision))
        except (BadRevision, MissingObject):
            return None

    def _closing(self, path: str) -> CommitId | None:
        """The latest commit that made the loop closed which it was not before; the file is followed through renames."""
        for step in changes_first_parent(self.repo, Range(None, self.tip), [self._folders.loops]):
            change = next((one for one in step.changes if one.path == path), None)
            if change is None:
                continue
            if not self._is_closed(path, change.after):
                return None
            moved = _moved_from(path, step.changes) if change.before is None else None
            if not self._is_closed(path, moved.before if moved is not None else change.before):
                return step.commit
            path = moved.path if moved is not None else path
        return None

    def _is_closed(self, path: str, blob: Blob | None) -> bool:
        if blob is None:
            return False
        return read_loop(self.repo.objects.read_blob(blob.oid).decode("utf-8", "replace"), file=path).is_closed


def history_of(repo: Repository, tip: CommitId | None, files: Files) -> History | None:
    """The history of a commit, for the loops of a tree on it; None where there is no commit yet."""
    return None if tip is None else GitHistory(repo, tip, files)


def tip_of(repo: Repository) -> CommitId | None:
    """The commit that HEAD stands on, None before the first."""
    here = head(repo)
    return here.commit if isinstance(here, Branch | Detached) else None


def _moved_from(path: str, changes: tuple[PathChange, ...]) -> PathChange | None:
    """Where a file that is new in a commit came from: one of the same name that went in it."""
    name = path.rsplit("/", 1)[-1]
    return next((one for one in changes if one.after is None and one.path.rsplit("/", 1)[-1] == name), None)
