"""Where a gap is found and edited: in the files of the work tree, or, for a proposal, in those of HEAD."""

from __future__ import annotations

from dataclasses import field

from spine.actions.overlay import Overlay
from spine.actions.propose import Proposed, Wanted, write_gathered
from spine.actions.sources import Edited, Gathered, Side
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import find_matching, near
from spine.ledger.checks import Tree
from spine.ledger.gaps import StoredGap, of_file, read_gaps
from spine.records.gap import criterion_reference, read_gap
from spine.records.gap_text import GapText
from spine.records.loop import read_loop
from spine.repository import (
    CommitId,
    DirtyPath,
    File,
    Snapshot,
    commits_named,
    put_new,
    replace_files,
    resolve,
    snapshot_of,
    whole_work_tree,
    work_tree_of,
)


class NoSuchGap(Refused):
    """No gap has this id, or several could be meant."""

    code = "SP098"


@dataclass(frozen=True, slots=True)
class GapWritten:
    """A gap as it is now. `before` is its state until then, None for a new one; `proposed` if it is only proposed.

    `is_new` is false if all of this was so already, and nothing was written.
    """

    verb: str
    gap: StoredGap
    before: str | None
    proposed: Proposed | None = None
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Desk:
    """One tree with its gaps; `base` is the commit that a proposal starts from, None where the work tree is edited."""

    work: Workspace
    files: Snapshot
    tree: Tree
    base: CommitId | None
    _read: dict[str, bytes | None] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, work: Workspace, *, for_proposal: bool = False, revision: str | None = None) -> Desk:
        """The work tree (in a bare repository HEAD), or with `for_proposal` HEAD, or a revision."""
        base = None
        files: Snapshot
        if for_proposal or revision is not None or work.repo.work_tree is None:
            base = resolve(work.repo, revision or "HEAD")
            files = snapshot_of(work.repo, base)
        else:
            files = whole_work_tree(work.repo)
        tree = Tree(files, find_commits=lambda texts: commits_named(work.repo, texts))
        if tree.findings:  # settings that cannot be read say nothing about where gaps lie
            first = tree.findings[0]
            raise Refused(first.message, place=first.place, hint=first.hint)
        return cls(work, files, tree, base)

    def find(self, text: str) -> StoredGap:
        """The gap that an id, or a part of one, means. Raises `NoSuchGap` with the candidates."""
        known = self.tree.gaps.by_id()
        if text in known:
            return known[text]
        found = find_matching(text, known)
        if len(found) == 1:
            return known[found[0]]
        if found:
            listed = ", ".join(found[:5]) + (", …" if len(found) > 5 else "")
            raise NoSuchGap(f"several gaps fit: {listed}", place=Place(text), hint="give more of the id")
        close = near(text, known, most=1)
        raise NoSuchGap(
            f"no gap has this id in {'the work tree' if self.base is None else f'commit {self.base[:7]}'}",
            place=Place(text),
            hint=f"did you mean {close[0]}?" if close else "spine gap list",
        )

    def gap_text(self, gap: StoredGap) -> GapText:
        """The text that the gap stands in, to be edited."""
        identity = self.tree.settings.rules_for(gap.path).identity
        return GapText(self.text(gap.path), None if gap.entry is None else gap.id, identity)

    def text(self, path: str) -> str:
        """A file's text."""
        if path not in self._read:
            self._read[path] = self.files.read(path)
        try:
            return (self._read[path] or b"").decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place(path)) from error

    def loop(self, text: str) -> str:
        """The id of the loop that an id or its beginning means. Raises `Refused` if there is none, or more than one."""
        found = find_matching(text, self.tree.loops)
        if len(found) > 1:
            raise Refused(f"several loops fit: {', '.join(found[:5])}", place=Place(text), hint="give more of the id")
        if found:
            return found[0]
        raise self._no_loop(text)

    def check_loop(self, loop: str) -> None:
        """Raise `Refused` unless the loop is there."""
        if loop not in self.tree.loops:
            raise self._no_loop(loop)

    def _no_loop(self, loop: str) -> Refused:
        close = near(loop, self.tree.loops, most=1)
        hint = f"did you mean {close[0]}?" if close else f"spine loop list; its scope file belongs below {self._loops}/"
        return Refused("no loop has this id here", place=Place(loop), hint=hint)

    def check_criterion(self, text: str) -> None:
        """Raise `Refused` unless the loop is there and has this criterion."""
        loop, _, number = criterion_reference(text).rpartition("#")
        self.check_loop(loop)
        path = self.tree.loops[loop]
        criteria = read_loop(self.text(path), file=path).criteria
        if not any(one.number == int(number) for one in criteria):
            numbers = ", ".join(str(one.number) for one in criteria) or "none"
            raise Refused(f"{loop} has no such criterion", place=Place(text), hint=f"its criteria are {numbers}")

    def write(
        self, verb: str, path: str, id_: str, text: str, wanted: Wanted, *, before: str | None, is_new: bool = False
    ) -> GapWritten:
        """Prove that the text can be read, then write it into the work tree, or make a proposal of it."""
        gap = self._proved(path, id_, text)
        data = text.encode("utf-8")
        if self.base is not None:
            old = self.files.blob(path)
            side = Side(self.files.read(path) or b"", old.mode) if old is not None else None
            edited = Edited(path, side, Side(data, old.mode if old is not None else "100644"))
            made = write_gathered(self.work, Gathered(self.base, (edited,)), wanted, keep=True)
            return GapWritten(verb, gap, before, made)
        if is_new:
            put_new(self.work.repo.tree_root(), path, File(data))
        else:
            self._replace(path, data)
        return GapWritten(verb, gap, before)

    def _replace(self, path: str, data: bytes) -> None:
        """Replace a file of the work tree, unless somebody changed it since it was read here."""
        here = work_tree_of(self.work.repo)
        blob, now = here.blob(path), here.on_disk(path)
        if blob is None or here.read(path) != self._read.get(path):
            raise DirtyPath(f"{path} was changed in this moment", place=Place(path), hint="try again")
        replace_files(self.work.repo, {path: (now, here.as_written(path, blob, data))})

    def _proved(self, path: str, id_: str, text: str) -> StoredGap:
        if path != self.tree.settings.gaps.register:
            return of_file(read_gap(text, file=path), path)
        changed = Overlay(self.work.repo, self.files, {path: (text.encode("utf-8"), "100644")})
        gaps = read_gaps(changed, self.tree.settings)
        for finding in gaps.findings:
            raise Refused(finding.message, place=finding.place, hint=finding.hint)
        return gaps.by_id()[id_]

    @property
    def _loops(self) -> str:
        return self.tree.settings.folders.loops
