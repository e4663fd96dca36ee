"""validate: are the files of one tree well-formed and in agreement? Reads only."""

from __future__ import annotations

from typing import Literal

from spine.actions.workspace import Workspace
from spine.errors import Finding, Place, Refused
from spine.ids import near
from spine.ledger.checks import Tracked, check_tree
from spine.repository import IndexSnapshot, Repository, resolve, snapshot_of, work_tree_of

Where = Literal["work tree", "index"]


def validate(work: Workspace, *, where: Where = "work tree", revision: str | None = None,
             paths: tuple[str, ...] = ()) -> tuple[Finding, ...]:  # fmt: skip
    """All findings of a revision, of the index, or of the work tree (a bare repository: of HEAD)."""
    repo = work.repo
    files: Tracked
    if revision is not None:
        files = snapshot_of(repo, resolve(repo, revision))
    elif where == "index":
        files = IndexSnapshot(repo)
    elif repo.work_tree is None:
        files = snapshot_of(repo, resolve(repo, "HEAD"))
    else:
        files = here = work_tree_of(repo)
        here.prepare(list(here.paths()))  # in one run of git instead of one a file
    named = tuple(_named(repo, files, path) for path in paths)
    return findings_of(files, named)


def _named(repo: Repository, files: Tracked, path: str) -> str:
    """The path from the root of the tree. Raises `Refused` if nothing is there: a slip must not look like a pass."""
    clean = repo.named(path)
    if clean and next(iter(files.paths(clean)), None) is None:
        close = near(clean, files.paths(), most=1)
        hint = f"did you mean {close[0]}?" if close else "git ls-files"
        raise Refused("no such file or folder in this tree", place=Place(path), hint=hint)
    return clean


def findings_of(files: Tracked, paths: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """The findings of one tree."""
    return tuple(check_tree(files, paths))
