"""Lands on a remote's branch: planned on its freshly fetched tip, and pushed with a lease on it.

The push is the commit point; only then the local branch is moved along like after a landing. If that cannot be, because
somebody edited meanwhile or spine does not write such files, it stays behind, which `git merge --ff-only` mends.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Collection
from dataclasses import field
from typing import Literal

from spine.dataclass import dataclass
from spine.errors import SpineError
from spine.paths import UnsafePath, check_path
from spine.printable import printable
from spine.repository.changes import OwnPath, own_paths
from spine.repository.commits import Commit
from spine.repository.conversion import Converted
from spine.repository.git import GitFailed
from spine.repository.history import changed_paths
from spine.repository.journal import check_no_journal
from spine.repository.landing import (
    ATTEMPTS,
    BranchMoved,
    Decide,
    Move,
    NothingToDo,
    Unfinished,
    build_commit,
    one_line,
)
from spine.repository.locks import LANDING_WAIT, index_lock, landing_lock, pause
from spine.repository.objects import EXECUTABLE, FILE, CommitId
from spine.repository.obstacles import check_files, check_index, is_checked_out_here
from spine.repository.opened import Repository
from spine.repository.remotes import HEADS, Remote
from spine.repository.revisions import branch_tip, is_ancestor, merge_base
from spine.repository.snapshots import snapshot_of
from spine.repository.worktree import work_tree_of

_PLAIN = frozenset({FILE, EXECUTABLE})


class NotBehind(SpineError):
    """The local branch has commits that the remote's has not; nothing was written."""

    code = "SP164"


@dataclass(slots=True)
class Chain:
    """Commits made one on top of the other, on a tip that stands elsewhere; no reference leads to them yet."""

    repo: Repository
    tip: CommitId
    hooks: Literal["commit-msg", "none"] = "commit-msg"
    allow: Collection[str] = ()
    commits: list[Commit] = field(default_factory=list)

    def add(self, decide: Decide) -> Commit | None:
        """One more, of what is decided about the last; None if there is nothing to do."""
        tree = snapshot_of(self.repo, self.tip)
        decision = decide(tree, self.tip)
        own = own_paths(self.repo.objects, tree, decision, allow=self.allow) if decision else ()
        if decision is None or not own:
            return None
        commit = build_commit(self.repo, tree, self.tip, decision, own, hooks=self.hooks)
        self.commits.append(commit)
        self.tip = commit.id
        return commit


@dataclass(frozen=True, slots=True)
class Pushed:
    """The commits are on the remote's branch. `behind` says why the local one did not follow, if it did not.

    `left_alone` are paths whose file the user changed meanwhile, kept so.
    """

    branch: str
    remote: str
    commits: tuple[Commit, ...]
    attempts: int
    left_alone: tuple[str, ...] = ()
    behind: str | None = None


def land_by_push(
    repo: Repository,
    ref: str,
    remote: Remote,
    fill: Callable[[Chain], None],
    *,
    allow: Collection[str] = (),
    reason: str = "spine: land",
    wait: float | None = None,
) -> Pushed | NothingToDo:
    """Land what `fill` adds to a chain on the remote's tip; it is asked again, for the new tip, when others were first.

    Raises `NotBehind` and whatever stands in the way of the local branch before anything is pushed, then `PushRefused`,
    `PushUnknown`, or `BranchMoved` if others were first at every attempt.
    """
    with landing_lock(repo, wait, what=one_line(reason)):
        check_no_journal(repo)
        here = is_checked_out_here(repo, ref)
        end = time.monotonic() + (LANDING_WAIT if wait is None else wait)
        for attempt in itertools.count(1):
            old, local = remote.fetch(ref), branch_tip(repo, ref)
            _check_behind(repo, ref, local, old, remote)
            chain = Chain(repo, old, allow=allow)
            fill(chain)
            if not chain.commits:
                return NothingToDo(ref, old)
            own = _between(repo, local, chain.tip)
            if here and isinstance(own, tuple):
                own = _checked(repo, own)
            if remote.push(ref, old, chain.tip) == "pushed":
                left, behind = _bring_along(repo, ref, local, chain.tip, own, one_line(reason), wait, here=here)
                return Pushed(ref, remote.name, tuple(chain.commits), attempt, tuple(left), behind)
            # Whoever is slower than the others would lose by a number of attempts; by time it gets its turn.
            if attempt >= ATTEMPTS and time.monotonic() >= end:
                break
            pause(attempt + 2)
    raise BranchMoved(
        f"{printable(ref)} of {remote} was moved by others {attempt} times; nothing was changed",
        hint="try again, or go on for longer with --wait SECONDS",
    )


def _check_behind(repo: Repository, ref: str, local: CommitId | None, old: CommitId, remote: Remote) -> None:
    if local is None or is_ancestor(repo, local, old):
        return
    branch = printable(ref.removeprefix(HEADS))
    if is_ancestor(repo, old, local):
        raise NotBehind(
            f"{branch} has commits that {remote} has not; nothing was written", hint=f"git push {remote} {branch}"
        )
    related = merge_base(repo, local, old) is not None
    raise NotBehind(
        f"{branch} and that of {remote} have {'gone different ways' if related else 'nothing in common'};"
        " nothing was written",
        hint=f"git pull --rebase {remote} {branch}" if related else f"git log {branch}",
    )


def _between(repo: Repository, old: CommitId | None, new: CommitId) -> tuple[OwnPath, ...] | str:
    """What the local branch gets by following, or why spine cannot bring the work tree there."""
    own = []
    for change in changed_paths(repo, old, new):
        modes = {blob.mode for blob in (change.before, change.after) if blob is not None}
        if not modes <= _PLAIN:
            return f"{printable(change.path)} is no plain file"
        try:
            check_path(change.path, allow=(change.path,))
        except UnsafePath as error:
            return error.message
        data = repo.objects.read_blob(change.after.oid) if change.after is not None else b""
        own.append(OwnPath(change.path, change.before, change.after, data))
    return tuple(own)


def _checked(repo: Repository, own: tuple[OwnPath, ...]) -> tuple[OwnPath, ...] | str:
    """The same, once nothing of the user's stands in the way; raises `DirtyPath` if something does."""
    work_tree = work_tree_of(repo)
    check_index(work_tree, own)
    try:
        check_files(work_tree, own)
    except Converted as error:
        return error.message
    return own


def _bring_along(
    repo: Repository,
    ref: str,
    old: CommitId | None,
    new: CommitId,
    own: tuple[OwnPath, ...] | str,
    reason: str,
    wait: float | None,
    *,
    here: bool,
) -> tuple[list[str], str | None]:
    """Move the local branch; what keeps it back is told, for the landing itself is done."""
    if isinstance(own, str) and here:
        return [], own
    try:
        with index_lock(repo, wait) if here else contextlib.nullcontext() as lock:
            files = None
            if here and isinstance(own, tuple):
                if not is_checked_out_here(repo, ref):
                    return [], "HEAD was moved to another branch meanwhile"
                files = work_tree_of(repo)
                check_index(files, own)
                check_files(files, own)
            paths = own if isinstance(own, tuple) else ()
            moved = Move(ref, old, new, paths, files, lock, reason).run(repo)
    except Unfinished:
        raise
    except SpineError as error:
        return [], str(error)
    return ([], str(moved)) if isinstance(moved, GitFailed) else (moved, None)
