"""An interrupted landing brought to its end: finished if the branch has the commit, else forgotten.

The branch decides. A landing holds git's `index.lock` from before its journal on until the index has followed, so a
lock that is not younger than the journal is the dead landing's own, once spine's lock says that it is dead.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spine.errors import SpineError
from spine.printable import printable
from spine.repository.changes import OwnPath
from spine.repository.following import write_files, write_index
from spine.repository.journal import Journal, close_journal, journal_written, read_journal
from spine.repository.landing import Unfinished
from spine.repository.locks import LOCK_WAIT, index_lock, landing_lock
from spine.repository.obstacles import InProgress, check_index, is_checked_out_here
from spine.repository.opened import Repository
from spine.repository.revisions import branch_tip, is_ancestor
from spine.repository.snapshots import TreeSnapshot, snapshot_of
from spine.repository.worktree import work_tree_of

What = Literal["finish", "forget"]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What an open journal asks for.

    `finish`: the commit is on the branch, and files and index are to follow it, as far as `follows` names them;
    `forget`: the branch never got it, so nothing has happened. `left` are files that the user has edited since.
    """

    journal: Journal
    what: What
    follows: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def diagnose(repo: Repository) -> Recovery | None:
    """What is to be done about the open journal; None without one. Writes nothing. Raises `JournalOpen` if it cannot be
    read."""
    journal = read_journal(repo)
    if journal is None:
        return None
    tip = branch_tip(repo, journal.branch)
    if tip is None or not is_ancestor(repo, journal.new, tip):
        return Recovery(journal, "forget")
    return Recovery(journal, "finish", tuple(one.path for one in _own(repo, journal)))


def recover(repo: Repository, *, wait: float = LOCK_WAIT) -> Recovery | None:
    """Do it, and close the journal; None if there is none. A second call has nothing to do.

    Raises `InProgress` where another work tree has to follow, `Locked` while a git command is at work, `DirtyPath` for
    a path that is staged otherwise, and `Unfinished` if the files cannot be written.
    """
    with landing_lock(repo):
        found = diagnose(repo)
        if found is None:
            return None
        left: Sequence[str] = ()
        if found.journal.git_dir is not None:
            if found.journal.git_dir != str(repo.git_dir):
                raise InProgress(
                    f"the landing was interrupted in another work tree, {printable(str(found.journal.work_tree))}",
                    hint=f"git -C {printable(str(found.journal.work_tree))} status, and run spine doctor --fix there",
                )
            _free_index(repo, found.journal)
            if found.what == "finish" and is_checked_out_here(repo, found.journal.branch):
                left = _follow(repo, found.journal, wait)
        close_journal(repo)
        return Recovery(found.journal, found.what, found.follows, tuple(left))


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


def _free_index(repo: Repository, journal: Journal) -> None:
    """Remove the `index.lock` that the dead landing left, which nobody else can have made."""
    lock = repo.git_dir / "index.lock"
    try:
        if lock.stat().st_mtime_ns <= journal_written(repo):
            os.unlink(lock)
    except FileNotFoundError:
        return
    except OSError as error:
        raise SpineError(f"{printable(str(lock))}: {error.strerror}") from error


def _follow(repo: Repository, journal: Journal, wait: float) -> list[str]:
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
