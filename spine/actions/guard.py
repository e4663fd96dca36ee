"""guard: does what is staged change a governed file without a proposal? (What `check` would say of the commit.)

The commit to come is held against the commit that it follows: HEAD, or HEAD's parent where it is HEAD that is amended.
Of a merge, what either side has already is not asked about: that is not made here, and `check` has its own word on it.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection

from spine.actions.covering import Coverage
from spine.actions.explained import Explainer
from spine.actions.workspace import Workspace
from spine.errors import Finding
from spine.ledger.reading import RECEIPT, SETTINGS, find_stored, settings_of
from spine.records.settings import Settings
from spine.repository import (
    CommitId,
    PathChange,
    Repository,
    StagedSnapshot,
    Step,
    Unborn,
    head,
    merged_commits,
    read_commit,
    snapshot_of,
    staged_changes,
)

_NAMED = 3  # paths that a hint names; beyond that it speaks of all edits


def guard(work: Workspace, *, author_date: str | None = None, merging: Collection[str] = ()) -> tuple[Finding, ...]:
    """What of the staged changes no receipt explains; nothing in the commit that begins a repository's governance.

    git tells its hook in variables who wrote the commit and when (`author_date`; an amended one keeps its date) and
    which commits `git merge` merges (`merging`; a merge that stopped has them in a file).
    """
    repo = work.repo
    here = head(repo)
    if isinstance(here, Unborn):
        return ()
    found = _unexplained(repo, here.commit, merging)
    if found and author_date is not None:
        commit = read_commit(repo, here.commit)
        seconds = author_date.removeprefix("@").split(" ")[0]
        # It may be an amendment, which git tells no hook; then it is right if it is right after HEAD's parent.
        may_amend = seconds == str(int(commit.author_date.timestamp()))
        if may_amend and not (commit.parents and _unexplained(repo, commit.parents[0], merging)):
            return ()
    return found


def _unexplained(repo: Repository, parent: CommitId, merging: Collection[str]) -> tuple[Finding, ...]:
    before = snapshot_of(repo, parent)
    changes = staged_changes(repo, parent)
    if not changes or before.blob(SETTINGS) is None:
        return ()
    after = StagedSnapshot.of(repo, before, changes)
    step = Step(CommitId(""), parent, changes)
    coverage = _coverage(repo, parent, after, changes)
    checked = Explainer(repo, step, before, after, coverage, lambda paths: _mend(repo, paths)).run()
    if checked is None:
        return ()
    brought = _brought(repo, changes, {*merged_commits(repo), *map(CommitId, merging)})
    return tuple(one for one in (*checked.findings, *checked.unknown) if one.place.file not in brought)


def _brought(repo: Repository, changes: tuple[PathChange, ...], merging: Collection[CommitId]) -> frozenset[str]:
    """The paths that a merge takes from another of its parents as they are there."""
    others = [snapshot_of(repo, commit) for commit in merging]
    return frozenset(one.path for one in changes if any(other.blob(one.path) == one.after for other in others))


def _coverage(repo: Repository, parent: CommitId, after: StagedSnapshot, changes: tuple[PathChange, ...]) -> Coverage:
    """What staged receipts say they cover; older ones have had their say."""
    coverage = Coverage(repo, parent)
    settings: Settings | None = None
    for one in changes:
        if one.before is None and one.after is not None and one.path.endswith(f"/{RECEIPT}"):
            settings = settings or settings_of(after)
            stored = find_stored(after, one.path.split("/")[-2], settings=settings)
            if stored is not None and stored.receipt is not None and stored.receipt.covers:
                for file in stored.receipt.files:
                    coverage.hops.setdefault(file.path, []).append((stored.id, file.before, file.after))
    return coverage


def _mend(repo: Repository, governed: list[str]) -> str:
    """How a governed edit becomes a proposal: from the index; or from the files, for `commit -a` and `commit PATH`."""
    if repo.index_file == repo.git_dir / "index":
        return 'spine propose "TITLE" --staged'
    paths = " ".join(map(shlex.quote, governed)) if len(governed) <= _NAMED else ""
    return f'spine propose "TITLE" -- {paths}' if paths else 'spine propose "TITLE"'
