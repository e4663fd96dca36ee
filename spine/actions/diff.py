"""diff: what changed by key between two revisions, the index, the work tree, or two files. Reads only."""

from __future__ import annotations

from spine.actions.workspace import Workspace
from spine.change.diff import as_text
from spine.change.diff import diff as change_between
from spine.change.operations import Change
from spine.dataclass import dataclass
from spine.ledger.reading import settings_of
from spine.records.settings import Settings
from spine.repository import IndexSnapshot, Snapshot, resolve, snapshot_of, work_tree_of

INDEX = "index"
WORK_TREE = "work tree"


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file on both sides; `change` is None where it was created, deleted, is binary, or changed its mode only."""

    path: str
    before: bytes | None
    after: bytes | None
    mode_before: str | None
    mode_after: str | None
    change: Change | None
    moved_from: str | None = None


def diff(work: Workspace, left: str | None, right: str | None, paths: tuple[str, ...] = (),
         *, staged: bool = False) -> tuple[FileDiff, ...]:  # fmt: skip
    """The files that differ. `left` None: HEAD; `right` None: the work tree, or the index if `staged`."""
    repo = work.repo
    old: Snapshot = snapshot_of(repo, resolve(repo, "HEAD" if left is None else left))
    new: Snapshot
    if right is not None:
        new = snapshot_of(repo, resolve(repo, right))
    else:
        new = IndexSnapshot(repo) if staged else work_tree_of(repo)
    settings = settings_of(old)
    before = {entry.path: (entry.oid, entry.mode) for entry in old.entries()}
    after = {entry.path: (entry.oid, entry.mode) for entry in new.entries()}
    found = []
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path) and _is_named(path, paths):
            found.append(
                file_diff(
                    path,
                    old.read(path) if path in before else None,
                    new.read(path) if path in after else None,
                    before.get(path, ("", None))[1],
                    after.get(path, ("", None))[1],
                    settings,
                )
            )
    return tuple(found)


def _is_named(path: str, paths: tuple[str, ...]) -> bool:
    return not paths or any(one in ("", path) or path.startswith(f"{one}/") for one in paths)


def file_diff(
    path: str,
    before: bytes | None,
    after: bytes | None,
    mode_before: str | None,
    mode_after: str | None,
    settings: Settings,
) -> FileDiff:
    """One file's difference, by key where it is YAML, by line where it is other text."""
    change = None
    if before is not None and after is not None and before != after and b"\0" not in before + after:
        try:
            old, new = before.decode("utf-8"), after.decode("utf-8")
        except UnicodeDecodeError:
            return FileDiff(path, before, after, mode_before, mode_after, None)
        if path.endswith((".yaml", ".yml")):
            change = change_between(old, new, identity=settings.rules_for(path).identity)
        else:
            change = as_text(old, new, "not YAML")
    return FileDiff(path, before, after, mode_before, mode_after, change)
