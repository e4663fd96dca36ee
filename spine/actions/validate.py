"""validate: are the files of one tree well-formed and in agreement? Reads only."""

from __future__ import annotations

from typing import Literal

from spine.actions.loop_history import history_of, tip_of
from spine.actions.workspace import Workspace
from spine.errors import Finding
from spine.ledger.checks import check_tree
from spine.ledger.loops import History
from spine.ledger.reading import Files
from spine.repository import IndexSnapshot, resolve, snapshot_of, work_tree_of

Where = Literal["work tree", "index"]


def validate(work: Workspace, *, where: Where = "work tree", revision: str | None = None,
             paths: tuple[str, ...] = ()) -> tuple[Finding, ...]:  # fmt: skip
    """All findings of a revision, of the index, or of the work tree (a bare repository: of HEAD)."""
    repo = work.repo
    files: Files
    tip = tip_of(repo)
    if revision is not None:
        tip = resolve(repo, revision)
        files = snapshot_of(repo, tip)
    elif where == "index":
        files = IndexSnapshot(repo)
    elif repo.work_tree is None:
        files = snapshot_of(repo, resolve(repo, "HEAD"))
    else:
        files = work_tree_of(repo)
    named = tuple(repo.prefix + path.removeprefix("./") for path in paths) if revision is None else paths
    return findings_of(files, named, history_of(repo, tip, files))


def findings_of(files: Files, paths: tuple[str, ...] = (), history: History | None = None) -> tuple[Finding, ...]:
    """The findings of one tree; what it says of commits is looked at only with a history."""
    return tuple(check_tree(files, paths, history))
