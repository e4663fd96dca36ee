"""A remote's branch: fetched into a reference of spine's own, and moved by a push that names what it stood on.

A remote's name or address is data: it never begins with a dash, it never names a program (`ext::…`), and git is told
which transports there are. The user's `pre-push` hook, signing and credentials are git's business, as in `git push`.
"""

from __future__ import annotations

from typing import Literal

from spine.dataclass import dataclass
from spine.errors import Exit, Place, Refused, SpineError
from spine.ids import near
from spine.printable import has_unsafe, printable
from spine.repository.git import DURABLE, Git, GitFailed
from spine.repository.leftovers import clear, dead_ref_locks
from spine.repository.objects import CommitId
from spine.repository.opened import Repository
from spine.repository.revisions import is_ancestor

HEADS = "refs/heads/"
FETCHED = "refs/spine/remote/"
MAX_REMOTE_LENGTH = 4096
_ALLOWED = "file:git:http:https:ssh"
_SETTINGS = (
    "core.fsmonitor=false", "core.protectHFS=true", "core.protectNTFS=true", "protocol.ext.allow=never",
    "gc.auto=0", "maintenance.auto=false", "fetch.prune=false", "fetch.writeCommitGraph=false",
    "fetch.recurseSubmodules=false", "push.followTags=false", "push.recurseSubmodules=no",
    *DURABLE,
)  # fmt: skip


class BadRemote(Refused):
    """The text names no remote that can be pushed to."""

    code = "SP160"


class RemoteFailed(SpineError):
    """The remote could not be read; nothing was changed, there or here."""

    code = "SP161"


class PushRefused(SpineError):
    """The remote, or the user's own pre-push hook, said no; nothing was changed, there or here."""

    exit_code = Exit.POLICY
    code = "SP162"


class PushUnknown(SpineError):
    """The push ended without an answer, and the remote cannot be asked any more: it may have landed."""

    exit_code = Exit.UNKNOWN
    code = "SP163"


@dataclass(frozen=True, slots=True)
class Remote:
    """Where to push: a configured remote's name, or an address."""

    name: str
    repo: Repository

    def fetch(self, ref: str) -> CommitId:
        """The commit of the remote's branch, with all that it needs. Raises `RemoteFailed`."""
        kept = FETCHED + ref.removeprefix(HEADS)
        words = ("--quiet", "--no-tags", "--no-write-fetch-head", "--end-of-options", self.name, f"+{ref}:{kept}")
        try:
            self._git().run("fetch", *words, time_limit=None)
        except GitFailed as failure:
            if failure.was_killed:
                clear(dead_ref_locks(self.repo, kept))
            if "couldn't find remote ref" in failure.said:
                branch = printable(ref.removeprefix(HEADS))
                raise RemoteFailed(f"{self} has no branch {branch}", hint=f"git push {self} {branch}") from failure
            raise RemoteFailed(f"{self} could not be read, nothing was changed: {failure.said}") from failure
        answer = self.repo.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{kept}^{{commit}}")
        return CommitId(answer.line)

    def push(self, ref: str, old: CommitId, new: CommitId) -> Literal["pushed", "moved"]:
        """Move the remote's branch from `old` to `new`, which is the one moment in which all is decided.

        What git says is not the last word: after a no, or no answer, the remote is read again. Raises `PushRefused`,
        or `PushUnknown` if it cannot be read.
        """
        words = ("--porcelain", "--no-follow-tags", f"--force-with-lease={ref}:{old}", "--end-of-options", self.name)
        try:
            self._git().run("push", *words, f"{new}:{ref}", time_limit=None)
        except GitFailed as failure:
            return self._really(ref, old, new, failure)
        return "pushed"

    def _really(self, ref: str, old: CommitId, new: CommitId, failure: GitFailed) -> Literal["pushed", "moved"]:
        try:
            now = self.fetch(ref)
        except RemoteFailed as silent:
            raise PushUnknown(
                f"{new} was pushed to {self}, no answer came, and {self} cannot be read: it may have landed",
                hint=f"when it can be reached, run the same command again, or: git fetch {self}",
            ) from silent
        if is_ancestor(self.repo, new, now):
            return "pushed"
        if now != old or _is_busy(failure.said):
            return "moved"
        raise PushRefused(f"{self} did not take it, and nothing was changed: {failure.said}") from failure

    def _git(self) -> Git:
        repo = self.repo
        place = {
            name: repo.git.env[name] for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR") if name in repo.git.env
        }
        env = {**repo.hook_git.env, **place, "GIT_ALLOW_PROTOCOL": _ALLOWED, "LC_ALL": "C"}
        return Git(env, repo.git.cwd, settings=_SETTINGS)

    def __str__(self) -> str:
        return printable(self.name)


def find_remote(repo: Repository, text: str | None, ref: str) -> Remote:
    """The remote that `text` names, or, without, the one that git would push the branch to. Raises `BadRemote`."""
    config = repo.config
    known = sorted(
        {name.removeprefix("remote.").rpartition(".")[0] for name in config.values if name.startswith("remote.")} - {""}
    )
    if not text:
        branch = ref.removeprefix(HEADS)
        settings = (f"branch.{branch}.pushremote", "remote.pushdefault", f"branch.{branch}.remote")
        text = next((found for name in settings if (found := config.text(name))), None)
        if text is None:
            text = "origin" if "origin" in known else known[0] if len(known) == 1 else None
        if text is None:
            listed = f"name one of {', '.join(map(printable, known))}" if known else "git remote add origin ADDRESS"
            raise BadRemote("no remote is named, and none is set for the branch", place=Place("--push"), hint=listed)
    place = Place(printable(text[:80]) or "--push")
    if text.startswith("-") or has_unsafe(text) or len(text) > MAX_REMOTE_LENGTH:
        raise BadRemote("a remote's name never begins with “-” nor holds control characters", place=place)
    if "::" in text:
        raise BadRemote("an address that names a program to run is never used", place=place)
    if text not in known and not any(mark in text for mark in "/:") and text != ".":
        close = near(text, known, most=1)
        hint = f"did you mean {printable(close[0])}?" if close else "git remote -v"
        raise BadRemote("no remote has this name", place=place, hint=hint)
    if text == ".":
        raise BadRemote("this repository itself is no remote", place=place, hint="leave --push out")
    return Remote(text, repo)


def _is_busy(said: str) -> bool:
    """Whether somebody else was just writing that branch there."""
    return any(words in said for words in ("cannot lock ref", "failed to update ref", "stale info", "fetch first"))
