"""One commit held against its parent: which of its governed changes do its receipts explain, and which nobody's?

A changed path is explained if the receipts that the commit adds form one way from the parent's blob to the commit's.
Otherwise (merge, squash, rebase, cherry-pick) the landed proposals are replayed: merged onto the parent's files in an
order that their links and blobs give, and what comes out is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from typing import TYPE_CHECKING, Literal

from spine.actions.covering import Coverage
from spine.actions.overlay import Overlay
from spine.actions.way import Hop, way
from spine.dataclass import dataclass
from spine.errors import Finding, Place, SpineError
from spine.ledger.reading import PROPOSAL, RECEIPT, SETTINGS, Stored, find_stored, settings_of
from spine.records.proposal import FileChange, Proposal
from spine.records.receipt import Landed, Receipt
from spine.records.settings import Settings
from spine.repository import Blob, MissingObject, PathChange, Repository, Snapshot, Step, TreeSnapshot, read_commit
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document

if TYPE_CHECKING:
    from spine.actions.bringing import FilePlan
    from spine.address import Address

How = Literal["receipt", "replayed", "same values", "recorded afterwards"]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Explained:
    """A governed path whose change is accounted for: how, and by which proposals."""

    path: str
    how: How
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedCommit:
    """What was found out about one commit. `unknown` says what could not be told, for lack of objects."""

    commit: str
    subject: str
    landed: tuple[str, ...]
    explained: tuple[Explained, ...]
    findings: tuple[Finding, ...]
    unknown: tuple[Finding, ...]


@dataclass(slots=True)
class _Landing:
    """A receipt that the commit adds, with its proposal."""

    stored: Stored
    receipt: Receipt
    proposal: Proposal

    @property
    def id(self) -> str:
        return self.stored.id


@dataclass(slots=True)
class Explainer:
    """The questions about one commit; `run` asks them all.

    A commit that is not made yet has the id "": its places are those of the files, and `mend` says how to go on with
    the governed paths that no receipt explains.
    """

    repo: Repository
    step: Step
    before: TreeSnapshot
    after: Snapshot
    coverage: Coverage
    mend: Callable[[list[str]], str] | None = None
    findings: list[Finding] = field(default_factory=list)
    explained: list[Explained] = field(default_factory=list)
    unknown: list[Finding] = field(default_factory=list)
    old: Settings = field(default_factory=Settings)
    new: Settings = field(default_factory=Settings)

    def run(self) -> CheckedCommit | None:
        """The verdict on this commit; None if nothing in it is governed, or governance had not begun."""
        if self.before.blob(SETTINGS) is None:
            return None
        self._read_settings()
        changed = {change.path: change for change in self.step.changes}
        landings = list(self._landings(changed))
        undone = self._taken_back(changed)
        self._append_only(changed, {place for _, place in undone})
        touched: set[str] = set()
        try:
            for landing in landings:
                self._receipt(landing)
                self._allowed(landing)
            direct = [landing for landing in landings if not landing.receipt.covers]
            touched = {path for path in changed if self._is_governed(path)}
            touched |= {one.path for landing in direct for one in landing.receipt.files}
            rest = self._by_receipts(sorted(touched), changed, direct, undone)
            self._modes(changed, touched, landings, undone)
            if rest:
                self._replay(rest, direct)
        except MissingObject as error:
            message = f"cannot tell: {error.message}"
            self.unknown.append(Finding(error.code, self._place(), message, "git fetch --unshallow", "warning"))
        if not touched and not self.findings and not landings:
            return None
        return CheckedCommit(
            self.step.commit,
            read_commit(self.repo, self.step.commit).subject if self.step.commit else "",
            tuple(landing.id for landing in landings),
            tuple(self.explained),
            tuple(self.findings),
            tuple(self.unknown),
        )

    def _read_settings(self) -> None:
        try:
            self.old = settings_of(self.before)
            self.new = settings_of(self.after) if self.after.blob(SETTINGS) is not None else self.old
        except SpineError as error:
            self._find("SP100", error.place.file if error.place else SETTINGS, error.message)

    def _is_governed(self, path: str) -> bool:
        return path == SETTINGS or self.old.is_governed(path) or self.new.is_governed(path)

    def _place(self, path: str = "", line: int | None = None, column: int | None = None) -> Place:
        return Place(":".join(filter(None, (self.step.commit[:12], path))), line, column)

    def _find(self, code: str, path: str, message: str, hint: str | None = None, at: Place | None = None) -> None:
        place = self._place(path) if at is None else self._place(path, at.line, at.column)
        self.findings.append(Finding(code, place, message, hint))

    # -- receipts ---------------------------------------------------------------------------------------------------

    def _landings(self, changed: dict[str, PathChange]) -> Iterator[_Landing]:
        for path, change in sorted(changed.items()):
            is_new = change.before is None and change.after is not None
            if not is_new or not _is_receipt(path, self.new.folders.proposals):
                continue
            stored = find_stored(self.after, path.split("/")[-2], settings=self.new)
            if stored is None or stored.receipt is None or stored.proposal is None:
                self._find("SP101", path, "a receipt that cannot be read, or that has no readable proposal beside it")
                continue
            yield _Landing(stored, stored.receipt, stored.proposal)

    def _receipt(self, landing: _Landing) -> None:
        """Whether a receipt agrees with its proposal."""
        receipt = landing.receipt
        place = f"{landing.stored.folder}/{RECEIPT}"
        if receipt.proposal != landing.id:
            self._find("SP054", place, f"it is a receipt of {receipt.proposal}")
        if receipt.digest != landing.stored.digest:
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
            if receipt.covers and not self.coverage.claims(landing.id, one.path):
                self._find("SP109", place, f"{one.path}: no stretch of this history is what it says it covers")

    def _allowed(self, landing: _Landing) -> None:
        """Whether the policy of the parent let it land."""
        if not self.step.commit:  # a hook asks about a commit that is still to come: nobody signed it yet
            return
        from spine.actions.authority import landing_findings

        parents = len(read_commit(self.repo, self.step.commit).parents)
        found = landing_findings(self.repo, self.before, self.old, landing.stored, self.step.commit, parents)
        for one in found:
            to = self.findings if one.severity == "error" else self.unknown
            to.append(replace(one, place=self._place(one.place.file)))

    def _effect(self, landing: _Landing, file: FileChange, one: Landed, place: str) -> None:
        """On its own base the result is the promised one; elsewhere it is what the proposal makes of that file."""
        if one.before == file.base:
            if one.after != file.result:
                self._find("SP104", place, f"{one.path}: the receipt has another result than the proposal on its base")
            return
        data = self.repo.objects.read_blob(one.before) if one.before is not None else None
        made = self._bring(landing, Overlay(self.repo, self.before, {one.path: (data, "100644")}), only=file)
        if made is None:
            self._find("SP104", place, f"{one.path}: the proposal does not fit the file that the receipt names")
            return
        after = made[0].after
        if (self.repo.objects.hash_blob(after) if after is not None else None) != one.after:
            self._find("SP104", place, f"{one.path}: the receipt has another result than the proposal makes there")

    # -- paths ------------------------------------------------------------------------------------------------------

    def _by_receipts(
        self,
        touched: Iterable[str],
        changed: dict[str, PathChange],
        landings: list[_Landing],
        undone: list[tuple[Receipt, str]],
    ) -> list[str]:
        """Explain what receipts alone explain; returns the paths that are left."""
        rest: list[str] = []
        for path in touched:
            start, end = _oid(self.before.blob(path)), _oid(self.after.blob(path))
            hops = [
                Hop(landing.id, one.before, one.after)
                for landing in landings
                for one in landing.receipt.files
                if one.path == path
            ]
            found = way(start, end, hops)
            recorded = self.coverage.explains(self.step.commit, path) if path in changed else None
            if found is not None:
                self.explained.append(Explained(path, "receipt", found))
            elif recorded is not None and not hops:
                self.explained.append(Explained(path, "recorded afterwards", (recorded,)))
            elif not self._is_taken_back(path, start, end, undone):
                rest.append(path)
        for receipt, place in undone:
            self._find(
                "SP105",
                place,
                f"{receipt.proposal} was taken back by this commit (a git revert), and no receipt says so",
                f"spine propose --again {receipt.proposal}   lands it again; next time: spine undo {receipt.proposal}"
                if self.step.commit
                else f"spine undo {receipt.proposal}   takes it back with a receipt",
            )
        return rest

    def _modes(
        self,
        changed: dict[str, PathChange],
        touched: set[str],
        landings: list[_Landing],
        undone: list[tuple[Receipt, str]],
    ) -> None:
        """Whether a file is executable or not is part of what a proposal says of it; the blobs do not show it."""
        excused = {one.path for receipt, _ in undone for one in receipt.files}
        for path in sorted(touched & changed.keys() - excused):
            before, after = changed[path].before, changed[path].after
            if before is None or after is None or before.mode == after.mode:
                continue
            if after.mode in {file.mode for one in landings for file in one.proposal.files if file.path == path}:
                continue
            self.explained = [one for one in self.explained if one.path != path]
            self._find(
                "SP107",
                path,
                f"the mode of {path} was changed from {before.mode} to {after.mode}, and no receipt covers it",
                self._hint([path]),
            )

    def _replay(self, paths: list[str], landings: list[_Landing]) -> None:
        """Merge all landed proposals onto the parent's files and compare with what the commit has."""
        overlay = Overlay(self.repo, self.before)
        by: dict[str, list[str]] = {}
        for landing in self._in_order(landings):
            plans = self._bring(landing, overlay)
            if plans is None:
                place = f"{landing.stored.folder}/{PROPOSAL}"
                self._find("SP106", place, f"{landing.id} does not fit the files of this commit's parent")
                continue
            for plan in plans:
                if plan.moved_from is not None:
                    overlay.files[plan.moved_from] = (None, plan.mode)
                overlay.files[plan.path] = (plan.after, plan.mode)
                by.setdefault(plan.path, []).append(landing.id)
        unexplained = []
        for path in paths:
            made, there = overlay.read(path), self.after.read(path)
            names = tuple(by.get(path, ()))
            if made == there:
                self.explained.append(Explained(path, "replayed", names))
            elif made is not None and there is not None and _same_values(made, there):
                self.explained.append(Explained(path, "same values", names))
            else:
                unexplained.append((path, made, there, names))
        for path, made, there, names in unexplained:
            self._unexplained(path, made, there, names, self._hint([one[0] for one in unexplained]))

    def _unexplained(self, path: str, made: bytes | None, there: bytes | None, by: tuple[str, ...], hint: str) -> None:
        at: Place | None = None
        if made is None:
            what = "was created"
        elif there is None:
            what = "was deleted"
        else:
            what = "was changed" if not by else f"was changed beyond {', '.join(by)}"
            addresses, at = _differences(made, there, path)
            what += f" at {', '.join(addresses[:_SHOWN])}" if addresses else ""
            what += f" and {len(addresses) - _SHOWN} more places" if len(addresses) > _SHOWN else ""
        self._find("SP107", path, f"{path} {what}, and no receipt covers it", hint, at)

    def _hint(self, paths: list[str]) -> str:
        if self.mend is not None:
            return self.mend(paths)
        parent = self.step.parent[:12] if self.step.parent else ""
        return f'record it: spine propose --from {parent}..{self.step.commit[:12]} --landed "TITLE"'

    def _bring(
        self, landing: _Landing, tree: Overlay, *, only: FileChange | None = None
    ) -> tuple[FilePlan, ...] | None:
        """What the proposal makes of a tree's files; None if it does not fit. Settings are the parent's."""
        from spine.actions.bringing import attached_finder, blob_finder, bring

        proposal = landing.proposal if only is None else replace(landing.proposal, files=(only,))
        hash_blob, attached = self.repo.objects.hash_blob, attached_finder(landing.stored)
        try:
            plans = bring(proposal, tree, self.old, blob_finder(self.before), hash_blob, attached)
        except MissingObject:
            raise
        except SpineError as error:
            self._find(error.code, f"{landing.stored.folder}/{PROPOSAL}", error.message)
            return None
        for plan in plans:
            if any(conflict.kind == "base" for conflict in plan.conflicts):
                raise MissingObject(f"{plan.path}: its base is not in this clone")
        return None if any(plan.outcome == "conflict" for plan in plans) else plans

    def _in_order(self, landings: list[_Landing]) -> list[_Landing]:
        """`requires` first, then whose `before` can be reached, then by id."""
        left = sorted(landings, key=lambda one: one.id)
        blobs: dict[str, str | None] = {}
        ordered: list[_Landing] = []
        while left:
            waiting = {one.id for one in left}
            free = [one for one in left if not waiting & {*one.proposal.requires, one.proposal.undoes}] or left
            chosen = next((one for one in free if self._fits(one, blobs)), free[0])
            left.remove(chosen)
            ordered.append(chosen)
            blobs.update({file.path: file.after for file in chosen.receipt.files})
        return ordered

    def _fits(self, landing: _Landing, blobs: dict[str, str | None]) -> bool:
        return all(
            (blobs[file.path] if file.path in blobs else _oid(self.before.blob(file.path))) == file.before
            for file in landing.receipt.files
        )

    # -- what must not happen ---------------------------------------------------------------------------------------

    def _taken_back(self, changed: dict[str, PathChange]) -> list[tuple[Receipt, str]]:
        """The receipts that the commit removes, with their places: landings taken back by hand."""
        found = []
        for path, change in sorted(changed.items()):
            is_gone = change.before is not None and change.after is None
            if is_gone and _is_receipt(path, self.old.folders.proposals):
                stored = find_stored(self.before, path.split("/")[-2], settings=self.old)
                if stored is not None and stored.receipt is not None:
                    found.append((stored.receipt, path))
        return found

    def _is_taken_back(self, path: str, start: str | None, end: str | None, undone: list[tuple[Receipt, str]]) -> bool:
        hops = [
            Hop(receipt.proposal, one.after, one.before)
            for receipt, _ in undone
            for one in receipt.files
            if one.path == path
        ]
        return bool(hops) and way(start, end, hops) is not None

    def _append_only(self, changed: dict[str, PathChange], undone: set[str]) -> None:
        """What lies in a proposal's folder is written once."""
        folders = tuple(path.rsplit("/", 1)[0] + "/" for path in undone)
        root = f"{self.old.folders.proposals}/"
        for path, change in sorted(changed.items()):
            if not path.startswith(root) or "/CP-" not in path or change.before is None:
                continue
            if change.after is None and path.startswith(folders):
                continue
            what = "removed" if change.after is None else "changed"
            hint = f"git checkout {self.step.parent[:12] if self.step.parent else ''} -- {path}"
            self._find("SP108", path, f"a proposal's file was {what}: they are written once", hint)


def _is_receipt(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/") and path.endswith(f"/{RECEIPT}") and path.count("/") >= 3


def _oid(blob: Blob | None) -> str | None:
    return blob.oid if blob is not None else None


def _same_values(one: bytes, other: bytes) -> bool:
    from spine.change.formatting import same_meaning

    try:
        a, b = parse(one.decode("utf-8")), parse(other.decode("utf-8"))
    except (Unparsable, UnicodeDecodeError):
        return False
    return len(a.roots) == len(b.roots) and all(
        (x.node is None and y.node is None)
        or (x.node is not None and y.node is not None and same_meaning(x.node, y.node))
        for x, y in zip(a.roots, b.roots, strict=True)
    )


def _differences(made: bytes, there: bytes, path: str) -> tuple[list[str], Place | None]:
    """Where two versions differ: addresses, or the places of text hunks; and where the first is in the second."""
    from spine.change.diff import diff

    try:
        change = diff(made.decode("utf-8"), there.decode("utf-8"))
    except UnicodeDecodeError:
        return [], None
    found = list(dict.fromkeys(op.at for op in change.ops))
    if found:
        return [str(at) for at in found], _place_of(parse(there.decode("utf-8"), file=path), found[0])
    if change.patch:
        # @@ -OLD,COUNT +NEW,COUNT @@
        lines = [line[4:].split(" ") for line in change.patch.split("\n") if line.startswith("@@ -")]
        new = [int(words[1].removeprefix("+").split(",")[0]) for words in lines]
        return [f"line {words[0].split(',')[0]}" for words in lines], Place(path, max(new[0], 1))
    return [], None


def _place_of(document: Document, at: Address) -> Place:
    """Where an address, or the nearest above it that is there, stands in a document."""
    from spine.change.places import Places

    places = Places(document)
    while at.steps:
        try:
            entry = places.entry(at)
        except SpineError:
            entry = None
        if entry is not None:
            return document.place(entry.start)
        at = at.parent
    return document.place(0)
