"""The versions of one file on first-parent history, newest first, through renames of the file; read as they are asked.

A file that a commit brings is a renamed one if a proposal landed in that commit says so (`moved_from`), or if the same
commit takes away a file of the same bytes, or else one that shares at least three of five lines with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from spine.errors import Refused
from spine.ledger.blame import Version
from spine.ledger.reading import PROPOSAL, RECEIPT
from spine.records.proposal import Proposal, read_proposal
from spine.repository import (
    Blob,
    CommitId,
    PathChange,
    Range,
    Repository,
    Step,
    changed_paths,
    changes_first_parent,
    snapshot_of,
)

FORK = ""
"""In place of a commit: the version is that of both sides of a merge, whoever made it."""
_FIRST_LOOK = 32
_ALIKE = 0.6
_FILES = frozenset({"100644", "100755"})


def versions(repo: Repository, tip: CommitId, path: str, *, since: CommitId | None = None) -> Iterator[Version]:
    """The versions of a path up to `tip`; with `since` those that it does not reach, and then the one of `FORK`."""
    found = False
    for step, change in _changes(repo, Range(since, tip), path):
        found = True
        yield Version(step.commit, path, _data(repo, change.after))
        origin = _origin(repo, step, change) if change.before is None else None
        if origin is not None and step.parent is not None:
            yield from versions(repo, step.parent, origin, since=since)
            return
        last = change.before
    if since is not None:
        yield Version(FORK, path, _data(repo, last if found else snapshot_of(repo, tip).blob(path)))


def _changes(repo: Repository, which: Range, path: str) -> Iterator[tuple[Step, PathChange]]:
    """What first-parent history did to a path; most questions end soon, so it is looked up in growing stretches."""
    most = _FIRST_LOOK
    while True:
        count, parent = 0, None
        for step in changes_first_parent(repo, which, [path], most=most):
            count, parent = count + 1, step.parent
            for change in step.changes:
                if change.path == path:
                    yield step, change
        if count < most or parent is None:
            return
        which, most = Range(which.since, parent), most * 4


def _data(repo: Repository, blob: Blob | None) -> bytes | None:
    return repo.objects.read_blob(blob.oid) if blob is not None and blob.mode in _FILES else None


def _origin(repo: Repository, step: Step, arrived: PathChange) -> str | None:
    """What the file that a commit brings was called before it."""
    changes = changed_paths(repo, step.parent, step.commit)
    gone = [one for one in changes if one.after is None and one.before is not None and one.before.mode in _FILES]
    if not gone or arrived.after is None:
        return None
    for change in changes:
        if change.before is None and change.after is not None and change.path.endswith(f"/{RECEIPT}"):
            proposal = _proposal_beside(repo, step.commit, change.path)
            for file in proposal.files if proposal is not None else ():
                if file.path == arrived.path and any(one.path == file.moved_from for one in gone):
                    return file.moved_from
    same = [one.path for one in gone if one.before is not None and one.before.oid == arrived.after.oid]
    if same:
        return same[0]
    suffix = arrived.path.rpartition(".")[2]
    lines = Counter((_data(repo, arrived.after) or b"").split(b"\n"))
    best: tuple[float, str] = (_ALIKE, "")
    for one in gone:
        if one.path.rpartition(".")[2] != suffix:
            continue
        others = Counter((_data(repo, one.before) or b"").split(b"\n"))
        share = (lines & others).total() / max(lines.total(), others.total())
        best = max(best, (share, one.path))
    return best[1] or None


def _proposal_beside(repo: Repository, commit: CommitId, receipt: str) -> Proposal | None:
    data = snapshot_of(repo, commit).read(f"{receipt.removesuffix(RECEIPT)}{PROPOSAL}")
    try:
        return read_proposal(data.decode("utf-8")) if data is not None else None
    except (Refused, UnicodeDecodeError):
        return None
