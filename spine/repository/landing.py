"""Lands a change: one commit, one reference moved by compare-and-swap, and the work tree brought along.

The order of steps is DESIGN §6. Before the reference moves, whatever goes wrong leaves nothing but loose objects;
after, the journal says what is still to follow. git's exit code is never the last word: the branch is read again.
"""

from __future__ import annotations

import contextlib
import re
import signal
from collections.abc import Callable, Collection, Iterator
from typing import Literal

from spine.dataclass import dataclass
from spine.errors import Exit, SpineError
from spine.printable import printable
from spine.repository.build import check_message, write_commit
from spine.repository.changes import Decision, OwnPath, own_paths
from spine.repository.commits import Commit
from spine.repository.following import write_files, write_index
from spine.repository.git import DURABLE, GitFailed
from spine.repository.hooks import commit_msg
from spine.repository.journal import Journal, check_no_journal, close_journal, open_journal
from spine.repository.leftovers import clear, dead_ref_locks
from spine.repository.locks import IndexLock, index_lock, landing_lock, pause
from spine.repository.objects import CommitId
from spine.repository.obstacles import InProgress, check_files, check_index, must_follow, seems_checked_out_here
from spine.repository.opened import Repository
from spine.repository.revisions import branch_tip, is_ancestor, standing_of
from spine.repository.snapshots import TreeSnapshot, snapshot_of
from spine.repository.trees import make_tree
from spine.repository.worktree import WorkTreeSnapshot, work_tree_of

ATTEMPTS = 8

Decide = Callable[[TreeSnapshot, CommitId | None], Decision | None]


class BranchMoved(SpineError):
    """The branch was moved by others at every attempt, or away from what was just landed."""

    code = "SP620"


class Unfinished(SpineError):
    """The commit is on the branch, but the work tree could not follow; the journal is open."""

    exit_code = Exit.DOCTOR
    code = "SP621"


@dataclass(frozen=True, slots=True)
class Landed:
    """The commit is on the branch. `left_alone` are paths whose file the user changed while it landed, kept so."""

    branch: str
    commit: Commit
    paths: tuple[OwnPath, ...]
    attempts: int
    left_alone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """Nothing differs from the branch's tip; nothing was written."""

    branch: str
    tip: CommitId | None


def land(
    repo: Repository,
    ref: str,
    decide: Decide,
    *,
    hooks: Literal["commit-msg", "none"] = "commit-msg",
    allow: Collection[str] = (),
    reason: str = "spine: land",
    wait: float | None = None,
) -> Landed | NothingToDo:
    """Land what `decide` says about the branch's tip, as one commit.

    `decide` gets the tip's files and its commit (None: the branch is unborn) and is asked again if the branch moves
    before the swap; it returns None if there is nothing to do, or raises to refuse. `allow` goes to `check_path`,
    `reason` into the reflog. After any error but `Unfinished` branch, index and files are as they were.
    """
    with landing_lock(repo, wait, what=one_line(reason)):
        check_no_journal(repo)
        here = seems_checked_out_here(repo, ref)
        with index_lock(repo, wait) if here else contextlib.nullcontext() as lock:
            standing = standing_of(repo, ref)  # what others did while they held the lock is there now
            if must_follow(repo, ref, standing) != here:
                raise InProgress("HEAD was moved to another branch meanwhile", hint="try again")
            landing = _Landing(repo, ref, decide, hooks, allow, one_line(reason), lock)
            failure: GitFailed | None = None
            for attempt in range(1, ATTEMPTS + 1):
                result = landing.attempt(attempt, standing.tip if attempt == 1 else branch_tip(repo, ref))
                if not isinstance(result, GitFailed):
                    return result
                failure = result
                pause(attempt)
    raise BranchMoved(
        f"{printable(ref)} was moved or locked by others {ATTEMPTS} times", hint="try again; then: spine doctor"
    ) from failure


@dataclass(frozen=True, slots=True)
class _Landing:
    repo: Repository
    ref: str
    decide: Decide
    hooks: str
    allow: Collection[str]
    reason: str
    lock: IndexLock | None

    def attempt(self, number: int, tip: CommitId | None) -> Landed | NothingToDo | GitFailed:
        tree = snapshot_of(self.repo, tip) if tip else TreeSnapshot(self.repo, self.repo.objects.empty_tree)
        decision = self.decide(tree, tip)
        own = own_paths(self.repo.objects, tree, decision, allow=self.allow) if decision else ()
        if decision is None or not own:
            return NothingToDo(self.ref, tip)
        work_tree = work_tree_of(self.repo) if self.lock else None
        if work_tree:
            check_index(work_tree, own)
            check_files(work_tree, own)
        commit = build_commit(self.repo, tree, tip, decision, own, hooks=self.hooks)
        if work_tree:
            check_files(work_tree, own)  # again: hooks and signing take their time, and may write
        left = Move(self.ref, tip, commit.id, own, work_tree, self.lock, self.reason).run(self.repo)
        return left if isinstance(left, GitFailed) else Landed(self.ref, commit, own, number, tuple(left))


def build_commit(
    repo: Repository,
    tree: TreeSnapshot,
    tip: CommitId | None,
    decision: Decision,
    own: tuple[OwnPath, ...],
    *,
    hooks: str = "commit-msg",
) -> Commit:
    """The commit of a decision on a tip, through the user's hook and signed as the user signs; nothing refers to it."""
    made = make_tree(tree, {one.path: one.after for one in own})
    repo.objects.write_trees([one.data for one in own if one.after], made.objects)
    message = decision.message if decision.message.endswith("\n") else f"{decision.message}\n"
    check_message(message)
    if hooks == "commit-msg":
        message = commit_msg(repo, message, made.id)
    parents = [tip] if tip else []
    written = write_commit(repo, made.id, parents, message, author=decision.author, trailers=decision.trailers)
    if decision.prove is not None:
        decision.prove(written.id)
    return written


@dataclass(frozen=True, slots=True)
class Move:
    """A branch to be moved from one commit to another, and the paths in which the two differ.

    `files` and `lock` are there where a work tree has to follow.
    """

    ref: str
    old: CommitId | None
    new: CommitId
    own: tuple[OwnPath, ...]
    files: WorkTreeSnapshot | None
    lock: IndexLock | None
    reason: str

    def run(self, repo: Repository) -> list[str] | GitFailed:
        """Move the branch by compare-and-swap and bring the work tree along, interruptions held back until the end.

        Returns the paths that were left alone, or what git said if the branch was not moved. Raises `Unfinished`.
        """
        with _signals_held():
            return self._run(repo)

    def _run(self, repo: Repository) -> list[str] | GitFailed:
        here = self.files is not None
        paths = [one.path for one in self.own]
        git_dir, work_tree = (str(repo.git_dir), str(repo.work_tree)) if here else (None, None)
        open_journal(repo, Journal(self.ref, self.old, self.new, git_dir, work_tree, paths))
        failure = self._move(repo)
        if failure is not None:
            close_journal(repo)
            return failure
        left: list[str] = []
        if self.files is not None and self.lock is not None:
            left = self._follow(self.files, self.lock)
        close_journal(repo)
        now = branch_tip(repo, self.ref)
        if now is None or not is_ancestor(repo, self.new, now):
            raise BranchMoved(
                f"{self.new} was landed on {printable(self.ref)}, and then the branch was moved away from it by others"
            )
        return left

    def _move(self, repo: Repository) -> GitFailed | None:
        words = ("update-ref", "-m", self.reason, "--no-deref", self.ref, self.new, self.old or repo.objects.zero)
        try:
            repo.git.run(*words, config=DURABLE)
        except GitFailed as failure:
            if failure.was_killed:
                clear(dead_ref_locks(repo, self.ref, "HEAD"))
            # After an I/O error git may say no to what it has done.
            return None if branch_tip(repo, self.ref) == self.new else failure
        return None

    def _follow(self, files: WorkTreeSnapshot, lock: IndexLock) -> list[str]:
        left, wrong = write_files(files, self.own)
        try:
            write_index(files, self.own, lock)
        except (SpineError, OSError) as error:
            wrong.append(error if isinstance(error, SpineError) else SpineError(f"the index: {error}"))
        if wrong:
            raise Unfinished(
                f"{self.new} is on {printable(self.ref)}, but the work tree could not follow: "
                + "; ".join(str(error) for error in wrong),
                hint="make room or mend the permissions, then: spine doctor --fix",
            ) from wrong[0]
        return left


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Interruptions wait until the end of the `with`; the git commands inside inherit that."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def one_line(reason: str) -> str:
    """A reason as the reflog takes it."""
    return re.sub(r"\s+", " ", printable(reason)).strip()[:200] or "spine"
