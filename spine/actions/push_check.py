"""pre-push, as a hook: does what is about to be pushed pass `check`, and is no landing half done here?"""

from __future__ import annotations

from collections.abc import Iterable

from spine.actions.check import Report, check
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.repository import (
    CommitId,
    Repository,
    check_no_journal,
    commits_named,
    first_parents_beyond,
    merge_base,
    read_commit,
    refs,
    resolve,
    shallow,
)


class NotFromGit(Refused):
    """What came in is not what git gives to a pre-push hook."""

    code = "SP124"


@dataclass(frozen=True, slots=True)
class Pushed:
    """A branch that is pushed: its name there, what it will be, and what it was (None: new, or not known here)."""

    ref: str
    tip: CommitId
    old: CommitId | None


def read_pushed(repo: Repository, text: str) -> tuple[Pushed, ...]:
    """The branches of git's lines, `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID`; not what is deleted or no branch."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.rsplit(" ", 3)
        if len(words) != 4:
            raise NotFromGit("not LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID", place=Place("<stdin>", number))
        _, tip, ref, old = words
        if ref.startswith("refs/heads/") and tip != repo.objects.zero:
            found.append(Pushed(ref, resolve(repo, tip), commits_named(repo, [old]).get(old)))
    return tuple(found)


def check_push(work: Workspace, pushed: Iterable[Pushed], remote: str) -> tuple[Report, ...]:
    """A report for each branch with new commits. Raises `JournalOpen` if a landing was interrupted here."""
    check_no_journal(work.repo)
    return tuple(check(work, text) for one in pushed if (text := _new(work.repo, one, remote)) is not None)


def _new(repo: Repository, one: Pushed, remote: str) -> str | None:
    """The range that is new to the remote, None if nothing is.

    A branch that is rewritten is new from where it parts from the old one; one that is new there, behind the commits
    that branches of the remote have, as far as this clone knows.
    """
    if one.old is not None:
        base = merge_base(repo, one.old, one.tip)
        return None if base == one.tip else one.tip if base is None else f"{base}..{one.tip}"
    known = [ref.commit for ref in refs(repo, f"refs/remotes/{remote}/") if ref.commit is not None]
    new = first_parents_beyond(repo, one.tip, known)
    if not new:
        return None
    parents = read_commit(repo, new[-1]).parents
    return f"{parents[0]}..{one.tip}" if parents and new[-1] not in shallow(repo) else one.tip
