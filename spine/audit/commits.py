"""One commit held against its first parent: its receipts, the governed files it changes, and what is written once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from spine.audit.chain import Hop, chain
from spine.audit.effects import Proof, Prover, Work
from spine.audit.links import Landed, links_hold
from spine.audit.objects import Commit, Corrupt, Item, Missing, Objects
from spine.audit.places import Place as At
from spine.audit.places import fits, in_paths
from spine.audit.records import (
    SETTINGS,
    FileChange,
    Proposal,
    Receipt,
    Rules,
    read_proposal,
    read_receipt,
)
from spine.audit.report import Answer, CheckedReceipt, How
from spine.audit.settling import Rule
from spine.audit.trees import Unreadable
from spine.errors import Finding, Place

RECEIPT, PROPOSAL, WITHDRAWN = "receipt.yaml", "proposal.yaml", "withdrawn.yaml"
FILES = ("100644", "100755")


@dataclass(slots=True)
class Landing:
    """A receipt that a commit adds, with its proposal, and how it fares."""

    folder: str
    receipt: Receipt
    proposal: Proposal
    answer: Answer = "yes"
    how: How = "blobs"

    @property
    def id(self) -> str:
        """The proposal's id, as its folder is called."""
        return self.folder.rsplit("/", 1)[-1]


@dataclass(slots=True)
class CommitAudit:
    """The questions about one commit. `covered` tells which covering receipt explains a path of this commit."""

    objects: Objects
    prover: Prover
    commit: Commit
    parent: Commit
    old: Rules
    new: Rules
    covered: Callable[[str, str], str | None]
    claims: Callable[[Landing, str], bool]
    seen: Landed
    is_merge: bool = False
    findings: list[Finding] = field(default_factory=list)
    unknown: list[Finding] = field(default_factory=list)
    receipts: list[CheckedReceipt] = field(default_factory=list)
    governed: int = 0
    _changed: dict[str, tuple[Item | None, Item | None]] = field(default_factory=dict)

    def run(self) -> None:
        """Ask everything; what comes out is in `findings`, `unknown` and `receipts`."""
        for path, before, after in self.objects.changes(self.parent.tree, self.commit.tree):
            self._changed[path] = (before, after)
        landings = [one for path in sorted(self._changed) if (one := self._landing(path)) is not None]
        taken = self._written_once()
        self._trailers(landings)
        for one in landings:
            self._agrees(one)
            trees = (self.parent.tree, self.commit.tree)
            for message in links_hold(
                self.seen, self.objects, *trees, self.new.proposals, one.proposal, is_merge=self.is_merge
            ):
                self.find("SP416", f"{one.folder}/{RECEIPT}", message, one)
        direct = [one for one in landings if not one.receipt.covers]
        claimed = {claim.path for one in direct for claim in one.receipt.files}
        spoken = {path for one in direct for path in one.proposal.paths}
        touched = {path for path in self._changed if self._is_governed(path)}
        for path in sorted(touched | claimed | spoken):
            self._path(path, direct, is_claimed=path in claimed, taken=taken)
        for one in landings:
            if one.receipt.covers:
                self._covering(one)
            proved = one.how if one.answer == "yes" else None
            paths = tuple(claim.path for claim in one.receipt.files)
            place = f"{one.folder}/{RECEIPT}"
            self.receipts.append(CheckedReceipt(one.id, self.commit.id, place, one.answer, proved, paths))

    def find(self, code: str, path: str, message: str, *landings: Landing, severity: str = "error") -> None:
        """Something is wrong, and these receipts are not true because of it."""
        self.findings.append(Finding(code, self._place(path), message, severity=severity))
        for one in landings:
            one.answer = "no"

    def doubt(self, path: str, message: str, landings: Iterable[Landing] = ()) -> None:
        """Something cannot be told."""
        self.unknown.append(Finding("SP430", self._place(path), f"cannot tell: {message}", severity="warning"))
        for one in landings:
            one.answer = "cannot tell" if one.answer == "yes" else one.answer

    def _place(self, path: str) -> Place:
        return Place(f"{self.commit.id[:12]}:{path}")

    def _is_governed(self, path: str) -> bool:
        return path == SETTINGS or in_paths(self.old.governed, path) or in_paths(self.new.governed, path)

    # -- receipts ---------------------------------------------------------------------------------------------------

    def _landing(self, path: str) -> Landing | None:
        """The landing that a receipt of this commit is the record of; None for other files."""
        before, after = self._changed[path]
        folder, _, name = path.rpartition("/")
        if name != RECEIPT or before is not None or after is None or not _is_inside(path, self.new.proposals):
            return None
        try:
            receipt = read_receipt(self.objects.blob(after.oid))
        except Unreadable as error:
            self.find("SP402", path, f"the receipt cannot be read: {error}")
            return None
        item = self.objects.item(self.commit.tree, f"{folder}/{PROPOSAL}")
        try:
            if item is None:
                raise Unreadable("it is not there")
            proposal = read_proposal(self.objects.blob(item.oid))
        except Unreadable as error:
            self.find("SP403", f"{folder}/{PROPOSAL}", f"the receipt's proposal cannot be read: {error}")
            self.receipts.append(CheckedReceipt(receipt.proposal, self.commit.id, path, "no", None, ()))
            return None
        return Landing(folder, receipt, proposal)

    def _agrees(self, one: Landing) -> None:
        """Folder, proposal and receipt speak of one thing: id, digest, paths; and of this place, if it says so."""
        place = f"{one.folder}/{RECEIPT}"
        month = f"{one.proposal.id[3:7]}-{one.proposal.id[7:9]}"
        for what, said in (("receipt", one.receipt.proposal), ("proposal", one.proposal.id)):
            if said != one.id:
                self.find("SP404", place, f"its folder is called {one.id}, the {what} says {said}", one)
        if one.folder != f"{self.new.proposals}/{month}/{one.id}":
            self.find("SP404", place, f"it does not lie in {self.new.proposals}/{month}", one)
        if one.receipt.digest != one.proposal.digest:
            self.find("SP405", place, f"its digest is not that of the proposal, {one.proposal.digest[:19]}…", one)
        for claim in one.receipt.files:
            if claim.path not in one.proposal.paths:
                self.find("SP406", place, f"it claims {claim.path}, of which the proposal says nothing", one)
            at_place = _oid(self.objects.item(self.parent.tree, claim.path))
            is_here = one.receipt.onto == self.parent.id and not one.receipt.covers
            others = sum(item is not None for item in map(self._adds_receipt, self._changed)) > 1
            if is_here and not others and claim.before != at_place:
                self.find("SP408", place, f"{claim.path}: it names another blob before than its parent has", one)
            if is_here and not others and claim.after != _oid(self.objects.item(self.commit.tree, claim.path)):
                self.find("SP408", place, f"{claim.path}: it names another blob after than its commit has", one)

    def _adds_receipt(self, path: str) -> str | None:
        is_one = path.endswith(f"/{RECEIPT}") and self._changed[path][0] is None
        return path if is_one and _is_inside(path, self.new.proposals) else None

    def _trailers(self, landings: list[Landing]) -> None:
        """What the message repeats is what the receipts say; a message may leave it out."""
        said: dict[str, list[str]] = {}
        for key, value in self.commit.trailers:
            said.setdefault(key, []).append(value)
        ids, digests = {one.id for one in landings}, {one.receipt.digest for one in landings}
        known = {"Spine-Proposal": ids, "Spine-Digest": digests}
        if len(landings) == 1 and len(said.get("Spine-Proposal", ())) == 1:  # a squash may keep those of other commits
            known |= {"Spine-Loop": {landings[0].proposal.loop or ""}, "Spine-Gap": set(landings[0].proposal.gaps)}
        for key, values in known.items():
            for value in said.get(key, ()):
                if value not in values:
                    message = f"the trailer {key}: {value} is of no receipt that this commit adds"
                    self.find("SP407", "message", message, *landings)

    # -- paths ------------------------------------------------------------------------------------------------------

    def _path(self, path: str, landings: list[Landing], *, is_claimed: bool, taken: list[tuple[str, Receipt]]) -> None:
        """Whether what happened to one path is what the receipts say, all of it and nothing else."""
        before, after = self._item(self.parent, path), self._item(self.commit, path)
        hops = [
            Hop(one.id, claim.before, claim.after)
            for one in landings
            for claim in one.receipt.files
            if claim.path == path
        ]
        mine = [one for one in landings if path in one.proposal.paths]
        if not hops:
            if before != after and self._is_governed(path):
                self._unexplained(path, before, after, mine, taken)
            elif mine and not is_claimed:
                self._already_there(path, mine)
            return
        self._mode(path, before, after, mine)
        self.governed += self._is_governed(path) and before != after
        found = chain(_oid(before), _oid(after), hops)
        proof = Proof()
        if found is not None:
            steps = {one.id: one for one in landings}
            try:
                for hop in found:
                    one = Proof()
                    self._step(steps[hop.proposal], path, hop, one)
                    for flaw in one.flaws:
                        self.find(flaw.code, _at(path, flaw.address), f"{hop.proposal}: {flaw.message}",
                                  steps[hop.proposal])  # fmt: skip
                    for doubt in one.doubts:
                        self.doubt(path, doubt, [steps[hop.proposal]])
                return
            except Missing:
                if len(found) == 1:
                    raise
        self._together(path, before, after, mine, proof, is_chained=found is not None)

    def _step(self, one: Landing, path: str, hop: Hop, proof: Proof) -> None:
        """One receipt's own step on one path."""
        change = next((file for file in one.proposal.files if file.path == path), None)
        if change is None or (change.moved_from is not None and hop.before is not None):
            if hop.after is not None and not any(file.moved_from == path for file in one.proposal.files):
                proof.flaw("SP408", "", "the proposal says nothing of this file")
            elif hop.after is not None:
                proof.flaw("SP408", "", "the proposal moves the file away, and it is still there")
            return
        before = hop.before
        if change.moved_from is not None:
            source = [claim.before for claim in one.receipt.files if claim.path == change.moved_from]
            before = source[0] if source else None
        proof.add(self.prover.prove(self._work(one, change), before, hop.after))

    def _together(
        self, path: str, before: Item | None, after: Item | None, mine: list[Landing], proof: Proof, *, is_chained: bool
    ) -> None:
        """What several did, or one did somewhere else first: replayed from the parent's file."""
        works = []
        for one in self._in_order(mine):
            for change in one.proposal.files:
                if change.path == path and not (change.is_looked_at and change.ops is None):
                    works.append(self._work(one, change))
        start, movers = _oid(before), [work.change.moved_from for work in works if work.change.moved_from]
        if movers and start is None:
            start = _oid(self._item(self.parent, movers[0]))
        if not works:  # it only moved away
            if after is not None:
                proof.flaw("SP408", "", "a proposal moves the file away, and it is still there")
        else:
            proof.add(self.prover.prove_all(works, start, _oid(after)))
        for one in mine:
            one.how = "values"
        for flaw in proof.flaws:
            code = flaw.code if flaw.code != "SP409" or is_chained else "SP408"
            self.find(code, _at(path, flaw.address), f"{', '.join(one.id for one in mine)}: {flaw.message}", *mine)
        for doubt in proof.doubts if not proof.flaws else ():
            self.doubt(path, doubt, mine)

    def _unexplained(
        self, path: str, before: Item | None, after: Item | None, mine: list[Landing], taken: list[tuple[str, Receipt]]
    ) -> None:
        """A governed file changed, and no receipt of this commit claims it."""
        if (by := self.covered(self.commit.id, path)) is not None:
            self.governed += 1
            return
        for place, receipt in taken:
            back = [claim for claim in receipt.files if claim.path == path]
            if back and (back[0].before, back[0].after) == (_oid(after), _oid(before)):
                self.find("SP415", place, f"{receipt.proposal} was taken back, and no receipt says so: {path}")
                return
        what = "was created" if before is None else "was deleted" if after is None else "was changed"
        if before is not None and after is not None and before.oid == after.oid:
            what = f"got the mode {after.mode} instead of {before.mode}"
        where = self._first_difference(before, after)
        self.find(
            "SP420", _at(path, where), f"{path} {what}, and no receipt covers it" + (f" ({by})" if by else ""), *mine
        )

    def _first_difference(self, before: Item | None, after: Item | None) -> str:
        from spine.audit.compare import differences

        if before is None or after is None:
            return ""
        try:
            found = differences(self.prover.text(before.oid).roots, self.prover.text(after.oid).roots)
        except (Unreadable, Missing, Corrupt):
            return ""
        return found[0] if found else ""

    def _already_there(self, path: str, mine: list[Landing]) -> None:
        """A proposal speaks of a file that its receipt leaves out: then all that it does was there before."""
        item = self._item(self.parent, path)
        for one in mine:
            for change in one.proposal.files:
                is_same = _oid(item) == change.result or (change.moved_from == path and item is None)
                if change.path != path or is_same or (change.mode and item is not None and item.mode != change.mode):
                    if change.path == path and not is_same:
                        self.find(
                            "SP406", f"{one.folder}/{RECEIPT}", f"it leaves out {path}, which the proposal changes", one
                        )
                    continue
                proof = self.prover.prove(self._work(one, change), _oid(item), _oid(item))
                if proof.flaws and not (change.base == _oid(item) and change.is_looked_at):
                    message = f"it leaves out {path}, which the proposal changes: {proof.flaws[0].message}"
                    self.find("SP406", f"{one.folder}/{RECEIPT}", message, one)

    def _mode(self, path: str, before: Item | None, after: Item | None, mine: list[Landing]) -> None:
        """A file keeps its mode, unless its proposal gives it another; and it is a file."""
        said = {change.mode for one in mine for change in one.proposal.files if change.path == path and change.mode}
        if after is not None and after.mode not in FILES:
            self.find("SP422", path, f"its mode is {after.mode}: not a regular file", *mine)
        elif before is not None and after is not None and before.mode != after.mode and after.mode not in said:
            self.find("SP422", path, f"its mode became {after.mode}, and no proposal says so", *mine)

    def _work(self, one: Landing, change: FileChange) -> Work:
        def attached(name: str) -> bytes | None:
            item = self.objects.item(self.commit.tree, f"{one.folder}/{name}")
            data = self.objects.blob(item.oid) if item is not None and item.mode in FILES else None
            return data if data is not None and hashlib.sha256(data).hexdigest() == name.rpartition("/")[2] else None

        def speaks(files: str) -> bool:
            return self._is_governed(change.path) if files == "*" else in_paths([files], change.path)

        declared = [(pattern, (name, counted)) for files, pattern, name, counted in self.old.merge if speaks(files)]

        def rule(at: At) -> Rule | None:
            return next((found for pattern, found in declared if fits(pattern, at)), None)

        is_counted = any(name == "recount" for _, (name, _) in declared)
        return Work(one.id, change, attached, rule, is_counted)

    def _in_order(self, landings: list[Landing]) -> list[Landing]:
        """Who is required comes first, then whose file is at hand, then by id."""
        left, ordered = sorted(landings, key=lambda one: one.id), []
        blobs: dict[str, str | None] = {}
        while left:
            names = {one.id for one in left}
            free = [one for one in left if not names & {*one.proposal.requires, one.proposal.undoes}] or left
            chosen = next((one for one in free if self._is_next(one, blobs)), free[0])
            left.remove(chosen)
            ordered.append(chosen)
            blobs.update({claim.path: claim.after for claim in chosen.receipt.files})
        return ordered

    def _is_next(self, one: Landing, blobs: Mapping[str, str | None]) -> bool:
        return all(
            (blobs[claim.path] if claim.path in blobs else _oid(self._item(self.parent, claim.path))) == claim.before
            for claim in one.receipt.files
        )

    def _item(self, commit: Commit, path: str) -> Item | None:
        return self.objects.item(commit.tree, path)

    # -- recorded afterwards ----------------------------------------------------------------------------------------

    def _covering(self, one: Landing) -> None:
        """A receipt of commits that were there before: a stretch of history is what it says, and its proposal too."""
        one.how = "recorded afterwards"
        place = f"{one.folder}/{RECEIPT}"
        for claim in one.receipt.files:
            if not self.claims(one, claim.path):
                self.find("SP417", place, f"{claim.path}: no stretch of this history is what it says it covers", one)
                continue
            proof = Proof()
            try:
                self._step(one, claim.path, Hop(one.id, claim.before, claim.after), proof)
            except Missing as error:
                self.doubt(claim.path, str(error), [one])
            for flaw in proof.flaws:
                self.find(flaw.code, _at(claim.path, flaw.address), f"{one.id}: {flaw.message}", one)
            for doubt in proof.doubts:
                self.doubt(claim.path, doubt, [one])

    # -- what must not happen ---------------------------------------------------------------------------------------

    def _written_once(self) -> list[tuple[str, Receipt]]:
        """Nothing in a proposal's folder changes or goes; gives the receipts that went, which a revert takes along."""
        taken: list[tuple[str, Receipt]] = []
        gone: list[str] = []
        for path, (before, after) in sorted(self._changed.items()):
            if (
                after is None
                and before is not None
                and path.endswith(f"/{RECEIPT}")
                and _is_inside(path, self.old.proposals)
            ):
                gone.append(path.rpartition("/")[0])
                self.find("SP415", path, "a receipt was removed: what landed is not told any more")
                try:
                    taken.append((path, read_receipt(self.objects.blob(before.oid))))
                except Unreadable:
                    continue
        for path, (before, after) in sorted(self._changed.items()):
            folder = _folder_of(path, self.old.proposals)
            if folder is None or (folder in gone and after is None):
                continue
            if before is not None:
                what = "removed" if after is None else "changed"
                self.find("SP414", path, f"a proposal's file was {what}: they are written once")
            elif (name := path[len(folder) + 1 :]) not in (RECEIPT, WITHDRAWN) and self.objects.item(
                self.parent.tree, f"{folder}/{PROPOSAL}"
            ):
                self.find("SP414", path, f"{name} came into the folder of a proposal that was there already")
        return taken


def _is_inside(path: str, proposals: str) -> bool:
    return path.startswith(f"{proposals}/") and path[len(proposals) + 1 :].count("/") == 2


def _folder_of(path: str, proposals: str) -> str | None:
    """The folder of the proposal that a file belongs to."""
    parts = path[len(proposals) + 1 :].split("/", 2) if path.startswith(f"{proposals}/") else []
    return f"{proposals}/{parts[0]}/{parts[1]}" if len(parts) == 3 and parts[1].startswith("CP-") else None


def _oid(item: Item | None) -> str | None:
    return item.oid if item is not None else None


def _at(path: str, address: str) -> str:
    return f"{path}#{address}" if address else path
