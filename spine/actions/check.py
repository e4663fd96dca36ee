"""check: is every governed change of a range explained by the receipts that came with it? (DESIGN §6, Proof)

The unit is one first-parent commit with its parent. A changed path is explained if the receipts that the commit adds
form one way from the parent's blob to the commit's; after a merge, squash or rebase it is replayed instead: the landed
proposals are merged onto the parent's files, and what comes out is compared.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from spine.actions.bringing import FilePlan, attached_finder, blob_finder, bring
from spine.actions.validate import findings_of
from spine.actions.workspace import Workspace
from spine.change.compare import same_meaning
from spine.change.diff import diff
from spine.errors import Exit, Finding, Place, SpineError
from spine.ledger.reading import PROPOSAL, RECEIPT, SETTINGS, Stored, find_stored, settings_of
from spine.records.proposal import FileChange, Proposal
from spine.records.receipt import Landed, Receipt
from spine.records.settings import Settings
from spine.repository import (
    Blob,
    CommitId,
    Entry,
    MissingObject,
    PathChange,
    Repository,
    Step,
    TreeSnapshot,
    changes_first_parent,
    read_commit,
    resolve_range,
    snapshot_of,
)
from spine.yamldoc.guard import Unparsable, parse

How = Literal["receipt", "replayed", "same values"]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Explained:
    """A governed path whose change is accounted for: by receipts alone, or by replaying their proposals."""

    path: str
    how: How
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedCommit:
    """What was found out about one commit."""

    commit: str
    subject: str
    landed: tuple[str, ...]
    explained: tuple[Explained, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on a range: every commit that touched something governed, oldest first.

    `unknown` says what could not be told (blobs that this clone lacks); `fresh` are findings of the files at the end of
    the range that were not there at its beginning.
    """

    since: str | None
    until: str
    commits: tuple[CheckedCommit, ...]
    unknown: tuple[Finding, ...]
    fresh: tuple[Finding, ...]
    seen: int

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong."""
        return (*(finding for commit in self.commits for finding in commit.findings), *self.fresh)

    @property
    def exit_code(self) -> Exit:
        """1 for findings, else 6 if something could not be told, else 0."""
        if any(finding.severity == "error" for finding in self.findings):
            return Exit.FAILED
        return Exit.UNKNOWN if self.unknown else Exit.DONE


def check(work: Workspace, text: str) -> Report:
    """Check the first-parent commits of `A..B` (or all that `B` reaches)."""
    repo = work.repo
    which = resolve_range(repo, text)
    steps = list(changes_first_parent(repo, which))[::-1]
    commits: list[CheckedCommit] = []
    unknown: list[Finding] = []
    for step in steps:
        if step.parent is None:
            continue
        checked = _Checker(repo, step, snapshot_of(repo, step.parent), snapshot_of(repo, step.commit)).run(unknown)
        if checked is not None:
            commits.append(checked)
    fresh = _fresh(repo, which.since, which.until)
    return Report(which.since, which.until, tuple(commits), tuple(unknown), fresh, len(steps))


def _fresh(repo: Repository, since: CommitId | None, until: CommitId) -> tuple[Finding, ...]:
    after = findings_of(snapshot_of(repo, until))
    known: set[tuple[str, str, str]] = set()
    if since is not None:
        known = {_key(finding) for finding in findings_of(snapshot_of(repo, since))}
    return tuple(finding for finding in after if _key(finding) not in known)


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.place.file, finding.message


@dataclass(slots=True)
class _Landing:
    """A receipt that the commit adds, with its proposal."""

    stored: Stored
    receipt: Receipt
    proposal: Proposal


@dataclass(slots=True)
class _Checker:
    repo: Repository
    step: Step
    before: TreeSnapshot
    after: TreeSnapshot
    findings: list[Finding] = field(default_factory=list)
    explained: list[Explained] = field(default_factory=list)
    old: Settings = field(default_factory=Settings)
    new: Settings = field(default_factory=Settings)

    def run(self, unknown: list[Finding]) -> CheckedCommit | None:
        """The verdict on this commit; None if nothing here is governed, or governance had not begun."""
        if self.before.blob(SETTINGS) is None:
            return None
        try:
            self.old = settings_of(self.before)
            self.new = settings_of(self.after) if self.after.blob(SETTINGS) is not None else self.old
        except SpineError as error:
            self._find("SP100", error.place.file if error.place else SETTINGS, error.message)
        changed = {change.path: change for change in self.step.changes}
        landings = list(self._landings(changed))
        governed = [path for path in changed if self.old.is_governed(path) or self.new.is_governed(path)]
        claimed = {one.path for landing in landings for one in landing.receipt.files}
        touched = sorted({*governed, *claimed})
        undone = self._taken_back(changed)
        try:
            self._append_only(changed, {path for _, receipt in undone for path in (receipt,)})
            for landing in landings:
                self._receipt(landing)
            self._paths(touched, changed, landings, undone)
        except MissingObject as error:
            unknown.append(
                Finding(
                    error.code, self._place(""), f"cannot tell: {error.message}", "git fetch --unshallow", "warning"
                )
            )
        if not touched and not self.findings and not landings:
            return None
        return CheckedCommit(
            self.step.commit,
            read_commit(self.repo, self.step.commit).subject,
            tuple(landing.stored.id for landing in landings),
            tuple(self.explained),
            tuple(self.findings),
        )

    def _place(self, path: str) -> Place:
        return Place(f"{self.step.commit[:12]}:{path}" if path else self.step.commit[:12])

    def _find(self, code: str, path: str, message: str, hint: str | None = None) -> None:
        self.findings.append(Finding(code, self._place(path), message, hint))

    # -- receipts ---------------------------------------------------------------------------------------------------

    def _landings(self, changed: dict[str, PathChange]) -> Iterator[_Landing]:
        for path, change in sorted(changed.items()):
            if change.before is not None or change.after is None or not path.endswith(f"/{RECEIPT}"):
                continue
            if not path.startswith(f"{self.new.folders.proposals}/"):
                continue
            id_ = path.split("/")[-2]
            stored = find_stored(self.after, id_, settings=self.new)
            if stored is None or stored.receipt is None or stored.proposal is None:
                self._find("SP101", path, "a receipt that cannot be read, or that has no readable proposal beside it")
                continue
            yield _Landing(stored, stored.receipt, stored.proposal)

    def _receipt(self, landing: _Landing) -> None:
        """Whether a receipt agrees with its proposal."""
        stored, receipt = landing.stored, landing.receipt
        place = f"{stored.folder}/{RECEIPT}"
        if receipt.proposal != stored.id:
            self._find("SP054", place, f"it is a receipt of {receipt.proposal}")
        if receipt.digest != stored.digest:
            self._find("SP102", place, "its digest is not that of the proposal beside it: one of them was changed")
            return
        files = {file.path: file for file in landing.proposal.files}
        sources = {file.moved_from for file in landing.proposal.files if file.moved_from is not None}
        for one in receipt.files:
            file = files.get(one.path)
            if file is None and one.path not in sources:
                self._find("SP103", place, f"it claims {one.path}, which the proposal does not touch")
            elif file is not None and file.moved_from is None:
                self._effect(landing, file, one, place)

    def _effect(self, landing: _Landing, file: FileChange, one: Landed, place: str) -> None:
        """On its own base the result is the promised one; elsewhere it is what the proposal makes of that file."""
        if one.before == file.base:
            if one.after != file.result:
                self._find("SP104", place, f"{one.path}: the receipt has another result than the proposal on its base")
            return
        data = self.repo.objects.read_blob(one.before) if one.before is not None else None
        overlay = _Overlay(self.repo, self.before, {one.path: (data, "100644")})
        made = self._bring(landing, overlay, only=file)
        if made is None or made[0].after is None:
            if made is None or file.result is not None:
                self._find("SP104", place, f"{one.path}: the proposal does not fit the file that the receipt names")
            return
        if self.repo.objects.hash_blob(made[0].after) != one.after:
            self._find("SP104", place, f"{one.path}: the receipt has another result than the proposal makes there")

    # -- paths ------------------------------------------------------------------------------------------------------

    def _paths(
        self,
        touched: Iterable[str],
        changed: dict[str, PathChange],
        landings: list[_Landing],
        undone: list[tuple[Receipt, str]],
    ) -> None:
        rest: list[str] = []
        for path in touched:
            start, end = _oid(self.before.blob(path)), _oid(self.after.blob(path))
            entries = [
                (landing.stored.id, one.before, one.after)
                for landing in landings
                for one in landing.receipt.files
                if one.path == path
            ]
            way = _way(start, end, entries)
            if way is not None:
                if path in changed or entries:
                    self.explained.append(Explained(path, "receipt", way))
            elif not self._is_taken_back(path, start, end, undone):
                rest.append(path)
        for receipt, place in undone:
            self._find(
                "SP105",
                place,
                f"{receipt.proposal} was taken back by this commit (a git revert), and no receipt says so",
                f"spine propose --again {receipt.proposal}   or   spine undo {receipt.proposal}, next time",
            )
        if rest:
            self._replay(rest, landings)

    def _replay(self, paths: list[str], landings: list[_Landing]) -> None:
        """Merge all landed proposals onto the parent's files and compare with what the commit has."""
        overlay = _Overlay(self.repo, self.before, {})
        by: dict[str, list[str]] = {}
        for landing in self._in_order(landings):
            plans = self._bring(landing, overlay)
            if plans is None:
                self._find(
                    "SP106",
                    f"{landing.stored.folder}/{PROPOSAL}",
                    f"{landing.stored.id} does not fit the files of this commit's parent, so its change is not "
                    "what its receipt says",
                )
                continue
            for plan in plans:
                if plan.moved_from is not None:
                    overlay.files[plan.moved_from] = (None, plan.mode)
                overlay.files[plan.path] = (plan.after, plan.mode)
                by.setdefault(plan.path, []).append(landing.stored.id)
        for path in paths:
            made, there = overlay.read(path), self.after.read(path)
            if made == there:
                self.explained.append(Explained(path, "replayed", tuple(by.get(path, ()))))
            elif made is not None and there is not None and _same_values(made, there):
                self.explained.append(Explained(path, "same values", tuple(by.get(path, ()))))
            else:
                self._unexplained(path, made, there, by.get(path, []))

    def _unexplained(self, path: str, made: bytes | None, there: bytes | None, by: list[str]) -> None:
        where = ""
        if made is None:
            what = "was created, and no receipt says so"
        elif there is None:
            what = "was deleted, and no receipt says so"
        else:
            what = "was changed" if not by else f"was changed beyond {', '.join(by)}"
            addresses = _addresses(made, there)
            what += f" at {', '.join(addresses[:_SHOWN])}" if addresses else ""
            what += f" and {len(addresses) - _SHOWN} more places" if len(addresses) > _SHOWN else ""
            what += ", and no receipt covers it"
            where = f"#{addresses[0]}" if addresses else ""
        base = self.step.parent[:12] if self.step.parent else ""
        self._find(
            "SP107",
            path + where,
            f"{path} {what}",
            f"git revert it and propose it, or: spine diff {base} {self.step.commit[:12]} -- {path}",
        )

    def _bring(
        self, landing: _Landing, tree: _Overlay, *, only: FileChange | None = None
    ) -> tuple[FilePlan, ...] | None:
        proposal = landing.proposal
        if only is not None:
            proposal = replace(proposal, files=(only,))
        plans = bring(
            proposal, tree, self.old, blob_finder(self.before), self.repo.objects.hash_blob,
            attached_finder(landing.stored),
        )  # fmt: skip
        for plan in plans:
            for conflict in plan.conflicts:
                if conflict.kind == "base":
                    raise MissingObject(f"{plan.path}: its base is not in this clone")
        return None if any(plan.outcome == "conflict" for plan in plans) else plans

    def _in_order(self, landings: list[_Landing]) -> list[_Landing]:
        """`requires` first, then whose `before` can be reached, then by id."""
        left = sorted(landings, key=lambda one: one.stored.id)
        blobs: dict[str, str | None] = {}
        ordered: list[_Landing] = []
        while left:
            waiting = {one.stored.id for one in left}
            free = [one for one in left if not waiting & {*one.proposal.requires, one.proposal.undoes}]

            def fits(one: _Landing) -> bool:
                return all(
                    (blobs[file.path] if file.path in blobs else _oid(self.before.blob(file.path))) == file.before
                    for file in one.receipt.files
                )

            chosen = next((one for one in free if fits(one)), None) or (free or left)[0]
            left.remove(chosen)
            ordered.append(chosen)
            blobs.update({file.path: file.after for file in chosen.receipt.files})
        return ordered

    # -- what must not happen ----------------------------------------------------------------------------------------

    def _taken_back(self, changed: dict[str, PathChange]) -> list[tuple[Receipt, str]]:
        """The receipts that the commit removes, with their places: landings taken back by hand."""
        found = []
        for path, change in sorted(changed.items()):
            is_ours = path.startswith(f"{self.old.folders.proposals}/") and path.endswith(f"/{RECEIPT}")
            if is_ours and change.before is not None and change.after is None:
                stored = find_stored(self.before, path.split("/")[-2], settings=self.old)
                if stored is not None and stored.receipt is not None:
                    found.append((stored.receipt, path))
        return found

    def _is_taken_back(self, path: str, start: str | None, end: str | None, undone: list[tuple[Receipt, str]]) -> bool:
        entries = [
            (receipt.proposal, one.after, one.before)
            for receipt, _ in undone
            for one in receipt.files
            if one.path == path
        ]
        return bool(entries) and _way(start, end, entries) is not None

    def _append_only(self, changed: dict[str, PathChange], undone: set[str]) -> None:
        """What lies under proposals/ is written once."""
        folders = {path.rsplit("/", 1)[0] for path in undone}
        for path, change in sorted(changed.items()):
            if not path.startswith(f"{self.old.folders.proposals}/") or change.before is None:
                continue
            if any(path.startswith(f"{folder}/") for folder in folders) and change.after is None:
                continue
            if "/CP-" in path:
                what = "removed" if change.after is None else "changed"
                self._find(
                    "SP108",
                    path,
                    f"a proposal's file was {what}: they are written once",
                    f"git checkout {self.step.parent[:12] if self.step.parent else ''} -- {path}",
                )


@dataclass(slots=True)
class _Overlay:
    """A tree with some files replaced in memory."""

    repo: Repository
    tree: TreeSnapshot
    files: dict[str, tuple[bytes | None, str]]

    def read(self, path: str, *, limit: int = 0) -> bytes | None:
        if path in self.files:
            return self.files[path][0]
        return self.tree.read(path)

    def blob(self, path: str) -> Blob | None:
        if path not in self.files:
            return self.tree.blob(path)
        data, mode = self.files[path]
        return None if data is None else Blob(self.repo.objects.hash_blob(data), mode)

    def paths(self, prefix: str = "") -> Iterator[str]:
        return self.tree.paths(prefix)

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        return self.tree.entries(prefix)


def _oid(blob: Blob | None) -> str | None:
    return blob.oid if blob is not None else None


def _way(
    start: str | None, end: str | None, entries: list[tuple[str, str | None, str | None]]
) -> tuple[str, ...] | None:
    """The order in which all entries lead from `start` to `end`, each used once; None if there is none.

    An Eulerian path on blobs (Hierholzer), so that many landings squashed into one commit cost no more than few.
    """
    if not entries:
        return () if start == end else None
    leaving: dict[str | None, list[tuple[str, str | None]]] = {}
    for id_, before, after in sorted(entries, key=lambda one: one[0], reverse=True):
        leaving.setdefault(before, []).append((id_, after))
    stack: list[tuple[str | None, str]] = [(start, "")]
    way: list[tuple[str | None, str]] = []
    while stack:
        here = stack[-1][0]
        if leaving.get(here):
            id_, after = leaving[here].pop()
            stack.append((after, id_))
        else:
            way.append(stack.pop())
    way.reverse()
    if len(way) != len(entries) + 1 or way[-1][0] != end:
        return None
    places = {(id_, before, after) for id_, before, after in entries}
    for (before, _), (after, id_) in itertools.pairwise(way):
        if (id_, before, after) not in places:
            return None
    return tuple(id_ for _, id_ in way[1:])


def _same_values(one: bytes, other: bytes) -> bool:
    try:
        a, b = parse(one.decode("utf-8")), parse(other.decode("utf-8"))
    except (Unparsable, UnicodeDecodeError):
        return False
    if len(a.roots) != len(b.roots):
        return False
    return all(
        (x.node is None and y.node is None)
        or (x.node is not None and y.node is not None and same_meaning(x.node, y.node))
        for x, y in zip(a.roots, b.roots, strict=True)
    )


def _addresses(made: bytes, there: bytes) -> list[str]:
    try:
        change = diff(made.decode("utf-8"), there.decode("utf-8"))
    except UnicodeDecodeError:
        return []
    found = list(dict.fromkeys(str(op.at) for op in change.ops))
    if not found and change.patch:
        return [line.split(" ")[1] for line in change.patch.split("\n") if line.startswith("@@")]
    return found
