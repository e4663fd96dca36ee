"""How a loop's file is changed: one edit, and three ways to make it real.

*In the work tree*: the file is edited, nothing is staged, nothing committed. *Proposed*: a proposal is made of the edit
on HEAD's file, the work tree stays as it is; `apply` lands it. *Committed*: the edit is made on the branch's tip and
landed as one commit, where loops are not governed; where they are, only a proposal may do that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal

from spine.actions.apply import branch_ref
from spine.actions.loop_history import history_of, tip_of
from spine.actions.propose import Proposed, Wanted, write_gathered
from spine.actions.sources import Edited, Gathered, Side
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Exit, Place, Refused, SpineError
from spine.ids import LoopId
from spine.ledger.loops import History, LoopLedger
from spine.ledger.reading import Files, settings_of
from spine.printable import printable
from spine.records.loop import SUFFIX, Loop, read_loop
from spine.repository import (
    Commit,
    CommitId,
    Decision,
    File,
    Landed,
    TreeSnapshot,
    land,
    look,
    put,
    resolve,
    snapshot_of,
    work_tree_of,
)

Way = Literal["file", "propose", "commit"]


class LoopsAreGoverned(SpineError):
    """The settings let only proposals change this loop."""

    exit_code = Exit.POLICY
    code = "SP065"


@dataclass(frozen=True, slots=True)
class How:
    """Which way, why (for the commit or proposal), and for a commit the branch, if it is not the current one."""

    way: Way = "file"
    why: str | None = None
    branch: str | None = None


IN_THE_WORK_TREE = How()


@dataclass(frozen=True, slots=True)
class Scene:
    """All that an edit may look at: the tree, its history, the loop, its text, and today."""

    books: LoopLedger
    history: History | None
    loop: Loop
    text: str
    today: date


Edit = Callable[[Scene], tuple[str, str]]
"""Gives the new text and a line that says what was done."""


@dataclass(frozen=True, slots=True)
class LoopChanged:
    """What became of a loop's file; `before` is None for a new one. Equal texts: there was nothing to do."""

    loop: str
    path: str
    before: str | None
    after: str
    summary: str
    commit: Commit | None = None
    proposed: Proposed | None = None
    is_governed: bool = False

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def change_loop(work: Workspace, text: str, edit: Edit, how: How = IN_THE_WORK_TREE) -> LoopChanged:
    """Make an edit of the loop that `text` means. Raises `NoSuchLoop`, `CannotEdit`, `LoopsAreGoverned`, `Refused`."""
    if how.way == "commit":
        return _committed(work, how, lambda books, tip: _edited(work, books, tip, books.find(text), edit))
    if how.way == "propose":
        base = resolve(work.repo, "HEAD")
        tree = snapshot_of(work.repo, base)
        books = LoopLedger(tree, settings_of(tree))
        return _proposed(work, how, tree, base, _edited(work, books, base, books.find(text), edit))
    here = work_tree_of(work.repo)
    books = LoopLedger(here, settings_of(here))
    path = books.find(text)
    on_disk = here.on_disk(path)
    if on_disk is None:
        raise Refused("the loop is no regular file", place=Place(path))
    # The bytes on the disk, not those that git would store: line ends stay what they are there.
    made = _edited(work, books, tip_of(work.repo), path, edit, data=on_disk.data)
    if made.is_changed:
        put(work.repo.tree_root(), path, File(made.after.encode("utf-8"), on_disk.mode))
    return made


def make_loop(work: Workspace, id_: LoopId, text: str, how: How = IN_THE_WORK_TREE) -> LoopChanged:
    """Write the file of a new loop. Raises `Refused` if there is one of this id already."""
    summary = f"open {id_}"

    def made(files: Files) -> LoopChanged:
        books = LoopLedger(files, settings_of(files))
        path = f"{books.settings.folders.loops}/{id_}{SUFFIX}"
        taken = next((one for one in books.paths if one.endswith(f"/{id_}{SUFFIX}")), None)
        if taken is not None:
            raise Refused(f"{id_} is there already", place=Place(taken), hint="give another one with --id")
        return LoopChanged(str(id_), path, None, text, summary, is_governed=books.settings.is_governed(path))

    if how.way == "commit":
        return _committed(work, how, lambda books, tip: made(books.files))
    if how.way == "propose":
        base = resolve(work.repo, "HEAD")
        return _proposed(work, how, snapshot_of(work.repo, base), base, made(snapshot_of(work.repo, base)))
    here = work_tree_of(work.repo)
    done = made(here)
    if look(work.repo.tree_root(), done.path) is not None:  # an ignored one, or no regular file
        raise Refused("something is there already", place=Place(done.path), hint="give another one with --id")
    put(work.repo.tree_root(), done.path, File(text.encode("utf-8")))
    return done


def _edited(
    work: Workspace, books: LoopLedger, tip: CommitId | None, path: str, edit: Edit, data: bytes | None = None
) -> LoopChanged:
    before = books.text(path) if data is None else _decoded(data, path)
    loop = read_loop(before, file=path)
    scene = Scene(books, history_of(work.repo, tip, books.files), loop, before, work.now().date())
    after, summary = edit(scene)
    return LoopChanged(loop.id, path, before, after, summary, is_governed=books.settings.is_governed(path))


def _decoded(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place(path)) from error


def _proposed(work: Workspace, how: How, tree: TreeSnapshot, base: CommitId, made: LoopChanged) -> LoopChanged:
    if not made.is_changed:
        return made
    blob = tree.blob(made.path)
    mode = blob.mode if blob is not None else "100644"
    before = None if made.before is None else Side(made.before.encode("utf-8"), mode)
    edited = Edited(made.path, before, Side(made.after.encode("utf-8"), mode))
    wanted = Wanted(title=_capital(made.summary)[:200], why=how.why, loop=made.loop)
    proposed = write_gathered(work, Gathered(base, (edited,)), wanted, keep=True)
    return LoopChanged(made.loop, made.path, made.before, made.after, made.summary, None, proposed, made.is_governed)


def _committed(work: Workspace, how: How, make: Callable[[LoopLedger, CommitId | None], LoopChanged]) -> LoopChanged:
    found: list[LoopChanged] = []

    def decide(tree: TreeSnapshot, tip: CommitId | None) -> Decision | None:
        made = make(LoopLedger(tree, settings_of(tree)), tip)
        found[:] = [made]
        if not made.is_changed:
            return None
        if made.is_governed:
            raise LoopsAreGoverned(
                f"{made.path} is governed: only a proposal changes it", place=Place(made.path), hint="use --propose"
            )
        subject = " ".join(printable(made.summary).split())[:200]
        why = f"\n\n{printable(how.why, multiline=True).strip()}" if how.why and how.why.strip() else ""
        message = f"{subject}{why}\n\nSpine-Loop: {made.loop}\n"
        return Decision({made.path: made.after.encode("utf-8")}, message, trailers=(("Spine-Loop", made.loop),))

    landed = land(work.repo, branch_ref(work, how.branch), decide, reason="spine: loop")
    made = found[0]
    commit = landed.commit if isinstance(landed, Landed) else None
    return LoopChanged(made.loop, made.path, made.before, made.after, made.summary, commit, None, made.is_governed)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
