"""Recent history of some files: what changed lately, and the versions that each file had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from spine.repository import CommitId, PathChange, Range, Repository, changes_first_parent


def recent_changes(repo: Repository, tip: CommitId, paths: Sequence[str] = (), *, most: int) -> Iterator[PathChange]:
    """The changes of files (all, or at or below `paths`) in the latest `most` commits that made any, newest first."""
    for step in islice(changes_first_parent(repo, Range(None, tip), paths), most):
        yield from step.changes


def recent_versions(repo: Repository, tip: CommitId, paths: Sequence[str] = (), *, most: int) -> dict[str, list[str]]:
    """For each file that changed in the latest `most` commits: the blobs that it had, newest first, each once."""
    found: dict[str, dict[str, None]] = {}
    for change in recent_changes(repo, tip, paths, most=most):
        versions = found.setdefault(change.path, {})
        for blob in (change.after, change.before):
            if blob is not None:
                versions.setdefault(blob.oid)
    return {path: list(versions) for path, versions in found.items()}
