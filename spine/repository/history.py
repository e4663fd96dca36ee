"""History: the commits of a range, and which files changed from one to the next.

Where a clone is shallow, a commit's `parents` still names what was cut off; `shallow` says behind which commits nothing
can be told, and a `Step` there has no parent and shows all files as new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from spine.dataclass import dataclass
from spine.repository.commits import Commit, parse_commit
from spine.repository.objects import Blob, CommitId
from spine.repository.opened import Repository
from spine.repository.processes import Answer
from spine.repository.revisions import Range

_RAW = (
    "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none",
)  # fmt: skip
_LOG = (
    "log", "--first-parent", "-m", *_RAW, "-O/dev/null", "--no-follow", "--no-color",
    "--no-notes", "--no-mailmap", "--no-decorate", "--no-show-signature", "--format=tformat:%x01%H%x00%P",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PathChange:
    """A path that differs between two trees; None on the side that lacks it. Submodules (`160000`) are among them."""

    path: str
    before: Blob | None
    after: Blob | None


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of first-parent history, its first parent as git sees it here, and what differs between the two."""

    commit: CommitId
    parent: CommitId | None
    changes: tuple[PathChange, ...]


def commits_in(repo: Repository, which: Range, *, first_parent: bool = False) -> Iterator[Commit]:
    """The commits of a range, newest first, no parent before its children."""
    order = ("--topo-order", *(("--first-parent",) if first_parent else ()))
    listed = repo.git.run("rev-list", *order, "--end-of-options", *_ends(which))
    ids = [CommitId(line) for line in listed.out.decode().splitlines()]
    for commit, (_, data) in zip(ids, repo.objects.read_all(ids), strict=True):
        yield parse_commit(commit, data)


def first_parents_beyond(repo: Repository, tip: CommitId, known: Collection[CommitId]) -> tuple[CommitId, ...]:
    """The commits of a first-parent history that none of the known ones reaches, newest first."""
    stdin = "".join(f"{line}\n" for line in [tip, *(f"^{one}" for one in known)]).encode()
    listed = repo.git.run("rev-list", "--first-parent", "--stdin", stdin=stdin)
    return tuple(CommitId(line) for line in listed.out.decode().splitlines())


def changed_paths(repo: Repository, before: str | None, after: str | None) -> tuple[PathChange, ...]:
    """What differs between two trees or commits; None is the empty tree. Sorted as git sorts."""
    sides = (before or repo.objects.empty_tree, after or repo.objects.empty_tree)
    answer = repo.git.run("diff-tree", *_RAW, "--end-of-options", *sides)
    fields = iter(answer.fields)
    return tuple(path_change(facts, next(fields)) for facts in fields)


def changes_first_parent(
    repo: Repository, which: Range, paths: Sequence[str] = (), *, most: int | None = None
) -> Iterator[Step]:
    """First-parent history, newest first, each commit with what it changed against its first parent, in one run of git.

    With `paths` (files or folders) only commits that touched them, and only those changes; `most` so many commits.
    """
    limit = () if most is None else (f"--max-count={most}",)
    return _steps(repo.git.run(*_LOG, *limit, "--end-of-options", *_ends(which), "--", *paths))


def additions(repo: Repository, rev: CommitId, folder: str) -> dict[str, CommitId]:
    """For each path below the folder: the latest commit on the first-parent history of `rev` that added it."""
    answer = repo.git.run(*_LOG, "--diff-filter=A", "--end-of-options", rev, "--", *([folder] if folder else []))
    found: dict[str, CommitId] = {}
    for step in _steps(answer):
        for change in step.changes:
            found.setdefault(change.path, step.commit)
    return found


def names_ever(repo: Repository, folder: str) -> set[str]:
    """The paths below a folder that any commit of any reference of this clone ever added, in one run of git."""
    answer = repo.git.run(
        "log", "--all", "-m", *_RAW, "--name-only", "--no-renames", "--diff-filter=A", "--no-color", "--no-notes",
        "--no-mailmap", "--no-decorate", "--no-show-signature", "--format=tformat:", "--", folder,
    )  # fmt: skip
    return {field.strip("\n") for field in answer.fields} - {""}


def added_by(repo: Repository, path: str, rev: CommitId) -> CommitId | None:
    """The latest commit on the first-parent history of `rev` that added the path, or None if none did."""
    return additions(repo, rev, path).get(path)


def shallow(repo: Repository) -> frozenset[CommitId]:
    """The commits whose parents this clone does not have; empty in a full clone."""
    try:
        lines = (repo.common_dir / "shallow").read_text("ascii").split()
    except FileNotFoundError:
        return frozenset()
    return frozenset(map(CommitId, lines))


def _ends(which: Range) -> list[str]:
    return [which.until] if which.since is None else [which.until, f"^{which.since}"]


def _steps(answer: Answer) -> Iterator[Step]:
    # A record is \1 commit NUL parents NUL, then for each change :facts NUL path NUL; empty fields and the line break
    # before the first change are separators.
    commit: CommitId | None = None
    parent: CommitId | None = None
    changes: list[PathChange] = []
    fields = iter(answer.fields)
    for token in fields:
        field = token.lstrip("\n")
        if field.startswith("\1"):
            if commit is not None:
                yield Step(commit, parent, tuple(changes))
            commit, changes = CommitId(field[1:]), []
            parents = next(fields, "").split()
            parent = CommitId(parents[0]) if parents else None
        elif field.startswith(":"):
            changes.append(path_change(field, next(fields)))
    if commit is not None:
        yield Step(commit, parent, tuple(changes))


def path_change(facts: str, path: str) -> PathChange:
    """One record of git's raw format: `:MODE MODE BLOB BLOB STATUS`, and its path."""
    mode_before, mode_after, before, after, _ = facts.removeprefix(":").split(" ")
    return PathChange(
        path,
        None if mode_before == "000000" else Blob(before, mode_before),
        None if mode_after == "000000" else Blob(after, mode_after),
    )
