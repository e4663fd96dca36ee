"""What stands in the way of a landing: an operation in progress, another worktree, the user's own unfinished edits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from spine.errors import SpineError
from spine.printable import printable
from spine.repository.changes import OwnPath, above
from spine.repository.files import File, Link, Occupied, look
from spine.repository.objects import Blob
from spine.repository.opened import Repository
from spine.repository.revisions import NoBranch, Standing, is_plainly_head, standing_of
from spine.repository.snapshots import Unmerged
from spine.repository.worktree import WorkTreeSnapshot
from spine.repository.worktrees import other_worktrees

_IN_PROGRESS = {
    "MERGE_HEAD": ("a merge", "git merge --abort"),
    "CHERRY_PICK_HEAD": ("a cherry-pick", "git cherry-pick --abort"),
    "REVERT_HEAD": ("a revert", "git revert --abort"),
    "rebase-merge": ("a rebase", "git rebase --abort"),
    "rebase-apply/applying": ("git am", "git am --abort"),
    "rebase-apply": ("a rebase", "git rebase --abort"),
    "sequencer": ("a cherry-pick or revert of several commits", "git cherry-pick --abort"),
    "BISECT_LOG": ("a bisection", "git bisect reset"),
}


class DirtyPath(SpineError):
    """A path that would be landed has an edit of the user's, in the work tree or in the index; it stays as it is."""

    code = "SP617"


class InProgress(SpineError):
    """A merge, rebase, cherry-pick, revert, bisection or am is not finished, or a git command is running."""

    code = "SP618"


class CheckedOutElsewhere(SpineError):
    """Another worktree has the branch checked out; it would be left behind."""

    code = "SP619"


def is_checked_out_here(repo: Repository, ref: str) -> bool:
    """Whether this work tree must follow the branch. Raises if it must not move at all."""
    return must_follow(repo, ref, standing_of(repo, ref))


def seems_checked_out_here(repo: Repository, ref: str) -> bool:
    """The same before the locks are held, without a run of git where the file HEAD names the branch."""
    if repo.work_tree is None or not is_plainly_head(repo, ref):
        return is_checked_out_here(repo, ref)
    _check_nothing_in_progress(repo)
    return True


def must_follow(repo: Repository, ref: str, standing: Standing) -> bool:
    """The same, for certain, of a branch that is known to stand so."""
    if standing.target is not None:
        raise NoBranch(f"{printable(ref)} only stands for {printable(standing.target)}", hint="name that branch itself")
    _check_no_rebase_of(repo, ref)
    if elsewhere := next((one.folder for one in other_worktrees(repo) if one.branch == ref), None):
        raise CheckedOutElsewhere(
            f"{printable(ref)} is checked out in another worktree: {printable(elsewhere)}",
            hint="run this there; if it is gone: git worktree prune",
        )
    if repo.work_tree is None or not standing.is_head:
        return False
    _check_nothing_in_progress(repo)
    return True


def _check_nothing_in_progress(repo: Repository) -> None:
    for name, (what, end) in _IN_PROGRESS.items():
        if os.path.lexists(repo.git_dir / name):
            raise InProgress(f"{what} is in progress here", hint=f"finish it, or {end}")
    if repo.index_file != repo.git_dir / "index":
        raise InProgress("GIT_INDEX_FILE names another index: a git command is in the middle of its work")


def check_index(work_tree: WorkTreeSnapshot, own: Sequence[OwnPath]) -> None:
    """Raise `DirtyPath` unless the index has, of each path, what the branch has or already what it will have."""
    is_new = any(one.before is None for one in own)
    folders = {folder for path in work_tree.index.paths() for folder in above(path)} if is_new else set()
    for one in own:
        if one.path in folders or (is_new and any(work_tree.index.item(folder) for folder in above(one.path))):
            raise DirtyPath(
                f"{one.path} is staged as a folder, or below what is staged as a file",
                hint="commit or unstage that first",
            )
        if one.path in work_tree.index.flags:
            raise DirtyPath(
                f"{one.path}: git is told not to look at it (sparse checkout or assume-unchanged)",
                hint=f"git update-index --no-skip-worktree --no-assume-unchanged -- {one.path}",
            )
        try:
            staged = work_tree.index.item(one.path)
        except Unmerged as error:
            raise DirtyPath(error.message, hint=error.hint) from error
        if staged not in (one.before, one.after):
            raise DirtyPath(
                f"{one.path} has staged changes that are not committed",
                hint=f"commit them, or git restore --staged -- {one.path}",
            )


def check_files(work_tree: WorkTreeSnapshot, own: Sequence[OwnPath]) -> None:
    """Raise `DirtyPath` unless each file is what the branch has or already what it will have.

    Raises `Converted` too, as long as nothing is written: of a landed file the bytes on disk must be known.
    """
    work_tree.prepare([one.path for one in own])
    for one in own:
        if one.after is not None:
            work_tree.as_written(one.path, one.after, one.data)
        if why := in_the_way(work_tree, one):
            raise DirtyPath(f"{one.path} {why}", hint=f"commit it, propose it, or git stash push -- {one.path}")


def in_the_way(work_tree: WorkTreeSnapshot, one: OwnPath) -> str | None:
    """Why the file at that path may not be replaced, or None."""
    root = work_tree.repo.tree_root()
    if (inner := _other_repository(root, one.path)) is not None:
        return f"lies in another repository, {printable(inner)}"
    found = look(root, one.path)
    if isinstance(found, Occupied):
        return f"cannot be written: {printable(found.at)} is {found.what} in the work tree"
    if isinstance(found, Link):
        return "is a symbolic link in the work tree"
    if found is None:
        return "is deleted in the work tree" if one.before and one.after else None
    if any(blob and _is_file_of(work_tree, one.path, blob, found) for blob in (one.before, one.after)):
        return None
    return "has changes that are not committed" if one.before else "is in the way, untracked and with other content"


def _is_file_of(work_tree: WorkTreeSnapshot, path: str, blob: Blob, found: File) -> bool:
    if found.mode != blob.mode and work_tree.settings().is_on("core.filemode", default=True):
        return False
    objects = work_tree.repo.objects
    if objects.hash_blob(found.data) == blob.oid:
        return True
    stored = work_tree.read(path)
    return stored is not None and objects.hash_blob(stored) == blob.oid


def _other_repository(root: Path, path: str) -> str | None:
    return next((folder for folder in above(path) if os.path.lexists(root / folder / ".git")), None)


def _check_no_rebase_of(repo: Repository, ref: str) -> None:
    for git_dir in (repo.common_dir, *sorted((repo.common_dir / "worktrees").glob("*"))):
        for name in ("rebase-merge/head-name", "rebase-apply/head-name"):
            try:
                rebased = (git_dir / name).read_text("utf-8", "surrogateescape").strip()
            except (FileNotFoundError, NotADirectoryError):
                continue
            if rebased == ref:
                raise InProgress(
                    f"{printable(ref)} is being rebased ({printable(str(git_dir))})",
                    hint="finish the rebase, or git rebase --abort",
                )
