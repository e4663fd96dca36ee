"""validate: are the files of one tree well-formed and in agreement? Known debt, the baseline, is told apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from spine.actions.loop_history import history_of, tip_of
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Finding, Place, Refused
from spine.ids import near
from spine.ledger.checks import Tracked, check_tree
from spine.ledger.prose import CODES
from spine.ledger.reading import Files
from spine.records.baseline import BASELINE, Baseline, read_baseline, subtract, write_baseline
from spine.repository import (
    CommitId,
    File,
    IndexSnapshot,
    Repository,
    commits_named,
    put,
    resolve,
    shallow,
    snapshot_of,
    whole_work_tree,
)

Where = Literal["work tree", "index"]


@dataclass(frozen=True, slots=True)
class Validated:
    """The findings of a tree that its baseline does not know; how many it knows, and how many of those are gone."""

    findings: tuple[Finding, ...]
    known: int = 0
    gone: int = 0


def validate(work: Workspace, *, where: Where = "work tree", revision: str | None = None,
             paths: tuple[str, ...] = ()) -> Validated:  # fmt: skip
    """All findings of a revision, of the index, or of the work tree (a bare repository: of HEAD)."""
    repo = work.repo
    files: Tracked
    tip = tip_of(repo)
    if revision is not None:
        tip = resolve(repo, revision)
        files = snapshot_of(repo, tip)
    elif where == "index":
        files = IndexSnapshot(repo)
    elif repo.work_tree is None:
        files = snapshot_of(repo, resolve(repo, "HEAD"))
    else:
        files = whole_work_tree(repo)
    named = tuple(_named(repo, files, path) for path in paths)
    found = findings_of(repo, files, named, tip=tip)
    known, flaw = baseline_in(files)
    fresh, gone = subtract(found, known)
    # What lies outside the named paths was not looked for, so it is not gone.
    return Validated((*flaw, *fresh), len(found) - len(fresh), 0 if named else gone.total())


def _named(repo: Repository, files: Tracked, path: str) -> str:
    """The path from the root of the tree. Raises `Refused` if nothing is there: a slip must not look like a pass."""
    clean = repo.named(path)
    if clean and next(iter(files.paths(clean)), None) is None:
        close = near(clean, files.paths(), most=1)
        hint = f"did you mean {close[0]}?" if close else "git ls-files"
        raise Refused("no such file or folder in this tree", place=Place(path), hint=hint)
    return clean


def update_baseline(work: Workspace) -> int:
    """Drop from the baseline in the work tree what is gone from the files; how many findings that were.

    Nothing is ever added here: a new finding is mended, not recorded. Raises `Refused` if the baseline cannot be read.
    """
    repo = work.repo
    files = whole_work_tree(repo)
    known, flaw = baseline_in(files)
    if flaw:
        raise Refused(flaw[0].message, place=flaw[0].place, hint=flaw[0].hint)
    gone = subtract(findings_of(repo, files, tip=tip_of(repo)), known)[1]
    if gone:
        put(repo.tree_root(), BASELINE, File(write_baseline(known - gone).encode("utf-8")))
    return gone.total()


def baseline_in(files: Files) -> tuple[Baseline, tuple[Finding, ...]]:
    """The baseline of a tree, empty if there is none; and what is wrong with it."""
    data = files.read(BASELINE)
    if data is None:
        return Baseline(), ()
    try:
        return read_baseline(data.decode("utf-8"), file=BASELINE), ()
    except UnicodeDecodeError as error:
        return Baseline(), (Finding("SP110", Place(BASELINE), f"not UTF-8 text (byte {error.start + 1})"),)
    except Refused as error:
        return Baseline(), (Finding(error.code, error.place or Place(BASELINE), error.message, error.hint),)


def findings_of(
    repo: Repository, files: Tracked, paths: tuple[str, ...] = (), *, tip: CommitId | None = None
) -> tuple[Finding, ...]:
    """The findings of one tree, known ones too; with `tip`, what it says of landings is held against that history."""
    history = history_of(repo, tip, files) if tip is not None else None
    found = check_tree(files, paths, history, lambda texts: commits_named(repo, texts))
    return tuple(_as_far_as_told(repo, found))


def _as_far_as_told(repo: Repository, findings: Iterable[Finding]) -> Iterable[Finding]:
    """In a shallow clone a commit that is not there may well exist."""
    if not shallow(repo):
        return findings
    return (
        replace(one, message=f"cannot tell: {one.message}", hint="git fetch --unshallow", severity="warning")
        if one.code == CODES["commit"]
        else one
        for one in findings
    )
