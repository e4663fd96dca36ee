"""Revisions and references: what a name means, where the branch stands, who descends from whom."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.printable import printable
from spine.repository.git import Git, GitFailed
from spine.repository.objects import CommitId
from spine.repository.opened import Repository

MAX_REVISION_LENGTH = 1000
_HEX = frozenset("0123456789abcdef")

_PLAIN_BRANCH = re.compile(r"refs/heads/[A-Za-z0-9_][A-Za-z0-9_-]*(?:/[A-Za-z0-9_][A-Za-z0-9_-]*)*")


class BadRevision(Refused):
    """The text names no commit of this repository; the hint offers names that look like it."""

    code = "SP606"


class NoBranch(Refused):
    """A branch is needed and there is none: HEAD is detached, or the name is not a branch's."""

    code = "SP607"


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference: its full name, the object it points to, and that object's commit (None for other objects)."""

    name: str
    oid: str
    commit: CommitId | None


@dataclass(frozen=True, slots=True)
class Branch:
    """HEAD stands on a branch (`refs/heads/…`) with a commit."""

    ref: str
    commit: CommitId


@dataclass(frozen=True, slots=True)
class Detached:
    """HEAD stands on a commit, on no branch."""

    commit: CommitId


@dataclass(frozen=True, slots=True)
class Unborn:
    """HEAD stands on a branch that has no commit yet."""

    ref: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A branch as it stands: its commit, the reference that it only stands for, and whether HEAD is on it."""

    tip: CommitId | None
    target: str | None
    is_head: bool


@dataclass(frozen=True, slots=True)
class Range:
    """The commits that `until` reaches and `since` does not; `since` None: back to the root."""

    since: CommitId | None
    until: CommitId


def resolve(repo: Repository, revision: str) -> CommitId:
    """The commit that any git revision means; nothing that looks like an option reaches git.

    Raises `BadRevision`, or `MissingObject` for a full id of what this clone does not have.
    """
    if not revision or len(revision) > MAX_REVISION_LENGTH:
        raise BadRevision(
            "a revision is needed, of at most 1000 characters", place=Place(printable(revision[:40]) or "REVISION")
        )
    if revision.startswith("-") or any(unicodedata.category(char) in {"Cc", "Cs"} for char in revision):
        raise BadRevision("a revision never begins with “-” nor holds control characters", place=_place(revision))
    answer = repo.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", revision, accept=(0, 1, 128))
    if answer.code != 0 and revision == "HEAD":
        raise BadRevision("there is no commit yet", place=_place(revision), hint="git add . && git commit")
    if answer.code != 0 or len(answer.line) != len(repo.objects.zero):
        raise BadRevision("no commit has this name here", place=_place(revision), hint=_near_miss(repo, revision))
    oid = answer.line
    kind, data = repo.objects.read_any(oid)
    while kind == "tag":
        oid = data.split(b"\n", 1)[0].removeprefix(b"object ").decode()
        kind, data = repo.objects.read_any(oid)
    if kind != "commit":
        raise BadRevision(f"this is a {kind}, not a commit", place=_place(revision))
    return CommitId(oid)


def commits_named(repo: Repository, texts: Collection[str]) -> dict[str, CommitId]:
    """The commits that ids or their beginnings name, in one run of git; what names none, or several, is left out."""
    asked = sorted({text for text in texts if text and _HEX.issuperset(text)})
    if not asked:
        return {}
    stdin = "".join(f"{text}\n" for text in asked).encode()
    # Of several objects that begin alike git takes the commit, as where it is asked for one.
    answer = repo.git.run("cat-file", "--batch-check", stdin=stdin, config=("core.disambiguate=commit",))
    found: dict[str, CommitId] = {}
    for text, line in zip(asked, answer.line.split("\n"), strict=True):
        oid, _, kind = line.partition(" ")
        # A branch may be called like an id; it is not what was meant.
        if kind.startswith("commit ") and oid.startswith(text):
            found[text] = CommitId(oid)
    return found


def resolve_range(repo: Repository, text: str) -> Range:
    """`A..B`, either side empty for HEAD; `B` alone is everything up to it. `A...B` is refused: it has no one start."""
    if "..." in text:
        raise BadRevision("a range is written A..B, with two dots", place=_place(text))
    since, dots, until = text.rpartition("..")
    if not dots:
        return Range(None, resolve(repo, until))
    return Range(resolve(repo, since or "HEAD"), resolve(repo, until or "HEAD"))


def refs(repo: Repository, prefix: str = "refs/") -> tuple[Ref, ...]:
    """The references below a prefix such as `refs/heads/`, sorted by name."""
    if not prefix.startswith("refs/"):
        raise NoBranch(f"references begin with refs/, unlike “{printable(prefix)}”")
    pattern = "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)"
    lines = repo.git.run("for-each-ref", pattern).out.decode("utf-8", "surrogateescape").splitlines()
    found = (line.split("\0") for line in lines)
    return tuple(
        Ref(name, oid, CommitId(oid) if kind == "commit" else CommitId(peeled) if peeled_kind == "commit" else None)
        for name, oid, kind, peeled, peeled_kind in found
        if name.startswith(prefix)
    )


def head(repo: Repository) -> Branch | Detached | Unborn:
    """Where HEAD stands."""
    ref = symbolic(repo, "HEAD")
    if ref is None:
        return Detached(resolve(repo, "HEAD"))
    commit = branch_tip(repo, ref)
    return Unborn(ref) if commit is None else Branch(ref, commit)


def current_branch(repo: Repository) -> Branch | Unborn:
    """The branch that HEAD stands on. Raises `NoBranch` when it is detached."""
    here = head(repo)
    if isinstance(here, Detached):
        raise NoBranch(
            f"HEAD is detached at {here.commit[:12]}: a branch is needed to land on", hint="git switch BRANCH"
        )
    return here


def branch_tip(repo: Repository, ref: str) -> CommitId | None:
    """The commit of a branch, or None if there is none yet. Raises `NoBranch` if the name is not `refs/heads/…`."""
    check_branch(repo, ref)
    answer = repo.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", ref, accept=(0, 1))
    return CommitId(answer.line) if answer.code == 0 else None


def standing_of(repo: Repository, ref: str) -> Standing:
    """How a branch stands, in one run of git unless it has no commit. Raises `NoBranch` as `branch_tip` does."""
    check_branch(repo, ref)
    pattern = "--format=%(refname)%00%(symref)%00%(HEAD)%00%(objectname)"
    for line in repo.git.run("for-each-ref", pattern, ref).line.split("\n"):
        name, *facts = line.split("\0")
        if name == ref:
            target, mark, oid = facts
            return Standing(CommitId(oid), target or None, mark == "*")
    return Standing(branch_tip(repo, ref), symbolic(repo, ref), symbolic(repo, "HEAD") == ref)


def is_plainly_head(repo: Repository, ref: str) -> bool:
    """Whether the file HEAD says that it is on the branch. What it does not say may be so all the same."""
    try:
        return (repo.git_dir / "HEAD").read_bytes() == f"ref: {ref}\n".encode("utf-8", "surrogateescape")
    except OSError:
        return False


def check_branch(repo: Repository, ref: str) -> None:
    """Raise `NoBranch` unless this is the full and valid name of a branch."""
    valid = ref.startswith("refs/heads/") and is_ref_name(repo.git, ref)
    if not valid:
        place = Place(printable(ref[:200]) or "BRANCH")
        raise NoBranch("this is not the full name of a branch", place=place, hint="refs/heads/NAME")


def is_ref_name(git: Git, name: str) -> bool:
    """Whether git accepts the name for a reference; one that begins with a dash never gets to git."""
    if name.startswith("-") or "\0" in name or "\n" in name:
        return False
    if _PLAIN_BRANCH.fullmatch(name):
        return True  # as git would say, but for the price of a process
    return git.run_once("check-ref-format", name, accept=(0, 1)).code == 0


def symbolic(repo: Repository, name: str) -> str | None:
    """The reference that `HEAD` or a `refs/…` name stands for, or None if it stands for itself."""
    answer = repo.git.run("symbolic-ref", "--quiet", name, accept=(0, 1))
    return answer.line if answer.code == 0 else None


def is_ancestor(repo: Repository, ancestor: CommitId, descendant: CommitId) -> bool:
    """Whether the second commit reaches the first, or is it."""
    if ancestor == descendant:
        return True
    return repo.git.run("merge-base", "--is-ancestor", ancestor, descendant, accept=(0, 1)).code == 0


def merge_base(repo: Repository, one: CommitId, other: CommitId) -> CommitId | None:
    """A best common ancestor of two commits, or None for unrelated histories."""
    answer = repo.git.run("merge-base", one, other, accept=(0, 1))
    return CommitId(answer.line) if answer.code == 0 else None


def _near_miss(repo: Repository, revision: str) -> str:
    try:
        names = [ref.name for ref in refs(repo)]
    except GitFailed:
        names = []
    if not revision.startswith("refs/"):
        names = list(dict.fromkeys(name.split("/", 2)[-1] for name in names))
    import difflib

    near = difflib.get_close_matches(revision, names, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(printable(name) for name in near)}?" if near else "git log --oneline --all"


def _place(revision: str) -> Place:
    return Place(printable(revision[:80]))
