"""An interrupted landing brought to its end: finished if the branch has the commit, else forgotten.

The branch decides. What else a run that was killed has left behind (`leftovers`) goes with it, or by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from spine.dataclass import dataclass
from spine.printable import printable
from spine.repository.changes import OwnPath
from spine.repository.descent import DiskFailed
from spine.repository.following import write_files, write_index
from spine.repository.journal import Journal, close_journal, read_journal
from spine.repository.landing import Unfinished
from spine.repository.leftovers import clear, leftovers
from spine.repository.locks import index_lock, landing_lock
from spine.repository.obstacles import InProgress, check_index, is_checked_out_here
from spine.repository.opened import Repository
from spine.repository.revisions import branch_tip, is_ancestor
from spine.repository.snapshots import TreeSnapshot, snapshot_of
from spine.repository.worktree import work_tree_of

What = Literal["finish", "forget", "clear"]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What an interrupted run asks for.

    `finish`: the commit is on the branch, and files and index are to follow it, as far as `follows` names them;
    `forget`: the branch never got it, so nothing has happened; `clear`: there is no journal (None), only `leftovers`,
    which no run needs any more. `left` are files that the user has edited since.
    """

    journal: Journal | None
    what: What
    follows: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()


def diagnose(repo: Repository, *, wait: float | None = None) -> Recovery | None:
    """What is to be done; None if nothing. Changes nothing; a landing that is under way is waited for.

    Raises `JournalOpen` if the journal cannot be read.
    """
    try:
        with landing_lock(repo, wait, what="spine doctor"):
            return _diagnosed(repo)
    except DiskFailed:  # nobody can land in what cannot be written
        return _diagnosed(repo)


def _diagnosed(repo: Repository) -> Recovery | None:
    journal, left = read_journal(repo), leftovers(repo)
    if journal is None:
        return Recovery(None, "clear", leftovers=_shown(repo, left)) if left else None
    tip = branch_tip(repo, journal.branch)
    if tip is None or not is_ancestor(repo, journal.new, tip):
        return Recovery(journal, "forget", leftovers=_shown(repo, left))
    return Recovery(journal, "finish", tuple(one.path for one in _own(repo, journal)), leftovers=_shown(repo, left))


def recover(repo: Repository, *, wait: float | None = None) -> Recovery | None:
    """Do it, and close the journal; None if there is nothing to do. A second call has nothing to do.

    Raises `InProgress` where another work tree has to follow, `Locked` while a git command is at work, `DirtyPath` for
    a path that is staged otherwise, and `Unfinished` if the files cannot be written.
    """
    with landing_lock(repo, wait, what="spine doctor --fix"):
        found = _diagnosed(repo)
        if found is None:
            return None
        if found.journal is not None and found.journal.git_dir not in (None, str(repo.git_dir)):
            raise InProgress(
                f"the landing was interrupted in another work tree, {printable(str(found.journal.work_tree))}",
                hint=f"git -C {printable(str(found.journal.work_tree))} status, and run spine doctor --fix there",
            )
        clear(leftovers(repo))
        left: Sequence[str] = ()
        if found.journal is not None:
            if found.what == "finish" and found.journal.git_dir and is_checked_out_here(repo, found.journal.branch):
                left = _follow(repo, found.journal, wait)
            close_journal(repo)
        return replace(found, left=tuple(left))


def _shown(repo: Repository, found: Sequence[Path]) -> tuple[str, ...]:
    root = repo.work_tree or repo.common_dir
    return tuple(str(path.relative_to(root)) if path.is_relative_to(root) else str(path) for path in found)


def _own(repo: Repository, journal: Journal) -> tuple[OwnPath, ...]:
    """The landed paths that the branch still has as they landed."""
    old = snapshot_of(repo, journal.old) if journal.old else TreeSnapshot(repo, repo.objects.empty_tree)
    new = snapshot_of(repo, journal.new)
    tip = branch_tip(repo, journal.branch)
    now = snapshot_of(repo, tip) if tip else new
    return tuple(
        OwnPath(path, old.item(path), after, (new.read(path) or b"") if after else b"")
        for path in journal.paths
        for after in [new.item(path)]
        if now.item(path) == after
    )


def _follow(repo: Repository, journal: Journal, wait: float | None) -> list[str]:
    own = _own(repo, journal)
    with index_lock(repo, wait) as lock:
        files = work_tree_of(repo)
        check_index(files, own)
        files.prepare([one.path for one in own])
        left, wrong = write_files(files, own)
        if wrong:
            raise Unfinished(
                f"{journal.new} is on {printable(journal.branch)}, but the work tree could not follow: "
                + "; ".join(str(error) for error in wrong),
                hint="make room or mend the permissions, then: spine doctor --fix",
            )
        write_index(files, own, lock)
    return left
