"""A proposal's files brought to a tree: what each would become there, or why it cannot.

Given the same tree, settings and blobs it always says the same; `plan`, `apply` and `check` all stand on it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import field
from typing import Literal

from spine.actions.placing import placed_in
from spine.address import ROOT
from spine.change.merge import Conflict, ConflictKind, Conflicts, Note, merge
from spine.change.operations import Add, Change, Expect, Operation, Remove
from spine.change.patch import patch
from spine.change.rules import FileRules
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ledger.reading import Stored
from spine.records.proposal import FileChange, Proposal
from spine.records.settings import Settings
from spine.repository import Blob, MissingObject, Snapshot, TreeSnapshot

Outcome = Literal["create", "change", "delete", "already there", "conflict"]
FindBlob = Callable[[str], bytes | None]
HashBlob = Callable[[bytes], str]


class NotItsResult(Refused):
    """On its own base a proposal does not give the bytes that it promises: it was tampered with, or made wrong."""

    code = "SP056"


@dataclass(frozen=True, slots=True)
class Counts:
    """What a reviewer counts: entries added, changed and removed."""

    add: int = 0
    change: int = 0
    remove: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.add + other.add, self.change + other.change, self.remove + other.remove)


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What a file would become. `before` and `after` are its bytes on this tree, None where it is not there."""

    path: str
    outcome: Outcome
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    mode: str
    moved_from: str | None = None
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()
    change: Change | None = None

    @property
    def counts(self) -> Counts:
        """How many entries the change touches, as far as it is told by entry."""
        if self.outcome == "already there" or self.outcome == "conflict":
            return Counts()
        return counted(self.change, self.outcome)


def counted(change: Change | None, outcome: Literal["create", "change", "delete"]) -> Counts:
    """How many entries a change of one file touches, told by entry or else as one file."""
    if change is not None and change.ops:
        return counted_ops(change.ops)
    if outcome == "create":
        return Counts(add=1)
    return Counts(remove=1) if outcome == "delete" else Counts(change=1)


def counted_ops(ops: Iterable[Operation]) -> Counts:
    """How many of the operations add, change and remove."""
    found = Counter(
        "add" if isinstance(op, Add) else "remove" if isinstance(op, Remove) else "change"
        for op in ops
        if not isinstance(op, Expect)
    )
    return Counts(found["add"], found["change"], found["remove"])


def bring(
    proposal: Proposal, tree: Snapshot, settings: Settings, find_blob: FindBlob, hash_blob: HashBlob, attached: FindBlob
) -> tuple[FilePlan, ...]:
    """What every file of the proposal becomes on `tree`.

    `find_blob` gives the bytes of a blob of the repository (None: gone), `attached` those of the proposal's own
    `blobs/`. Raises `NotItsResult`, or `Refused` for a change that contradicts itself.
    """
    bringer = _Bringer(tree, settings, find_blob, hash_blob, attached)
    plans = []
    for file in proposal.files:
        with placed_in(file.path):
            plans.append(bringer.one(file))
    return tuple(plans)


@dataclass(frozen=True, slots=True)
class _Bringer:
    tree: Snapshot
    settings: Settings
    find_blob: FindBlob
    hash_blob: HashBlob
    attached: FindBlob

    def one(self, file: FileChange) -> FilePlan:
        source = file.moved_from or file.path
        here = self.tree.blob(source)
        data = self.tree.read(source) if here is not None else None
        there = self.tree.blob(file.path) if file.moved_from is not None else None
        mode = file.mode or (here.mode if here is not None else "100644")
        if file.base is None:
            return self._create(file, here, data, mode)
        if file.moved_from is not None and there is not None:
            return self._moved_already(file, here, there, mode)
        if here is None or data is None:
            return self._missing(file, mode)
        if file.result is None:
            if here.oid == file.base:
                return FilePlan(file.path, "delete", data, None, mode)
            return self._conflict(file, data, mode, "removed", "the target changed the file that the proposal deletes")
        if here.oid == file.result and file.moved_from is None and mode == here.mode:
            return FilePlan(file.path, "already there", data, data, mode)
        return self._change(file, here, data, mode)

    def _create(self, file: FileChange, here: Blob | None, data: bytes | None, mode: str) -> FilePlan:
        new = self._new_bytes(file)
        if new is None:
            raise NotItsResult(f"{file.path}: the blob of the new file is missing", place=Place(file.path))
        self._prove(file, new)
        if here is None:
            return FilePlan(file.path, "create", None, new, mode)
        if here.oid == file.result:
            return FilePlan(file.path, "already there", data, data, mode)
        return self._conflict(file, data, mode, "add", "both sides added the file, with different content")

    def _new_bytes(self, file: FileChange) -> bytes | None:
        if file.content is not None:
            return file.content.encode("utf-8")
        return self.attached(file.blob) if file.blob is not None else None

    def _moved_already(self, file: FileChange, here: Blob | None, there: Blob, mode: str) -> FilePlan:
        data = self.tree.read(file.path)
        if here is None and there.oid == file.result:
            return FilePlan(file.path, "already there", data, data, mode)
        return self._conflict(file, data, mode, "add", "there is a file already where the proposal moves one")

    def _missing(self, file: FileChange, mode: str) -> FilePlan:
        if file.result is None:
            return FilePlan(file.path, "already there", None, None, mode)
        return self._conflict(file, None, mode, "removed", "the target deleted the file that the proposal changes")

    def _change(self, file: FileChange, here: Blob, data: bytes, mode: str) -> FilePlan:
        outcome: Outcome = "change"
        if file.change is None:
            if file.blob is None:
                return FilePlan(file.path, outcome, data, data, mode, file.moved_from)
            new = self.attached(file.blob)
            if new is None:
                raise NotItsResult(f"{file.path}: the blob of the new content is missing", place=Place(file.path))
            self._prove(file, new)
            if here.oid == file.base:
                return FilePlan(file.path, outcome, data, new, mode, file.moved_from)
            return self._conflict(file, data, mode, "value", "the target changed the binary file too")
        text = _text(data, file.path)
        if here.oid == file.base:
            made = patch(text, file.change).encode("utf-8")
            self._prove(file, made)
            return FilePlan(file.path, outcome, data, made, mode, file.moved_from, change=file.change)
        base = self.find_blob(file.base) if file.base is not None else None
        rules = self.settings.rules_for(file.path) if self.settings.is_governed(file.path) else FileRules()
        merged = merge(None if base is None else _text(base, file.path), text, file.change, rules=rules)
        if isinstance(merged, Conflicts):
            return FilePlan(
                file.path, "conflict", data, None, mode, file.moved_from, merged.conflicts, merged.notes, file.change
            )
        after = merged.text.encode("utf-8")
        if after == data and file.moved_from is None and mode == here.mode:
            outcome = "already there"
        return FilePlan(file.path, outcome, data, after, mode, file.moved_from, (), merged.notes, merged.change)

    def _prove(self, file: FileChange, data: bytes) -> None:
        if self.hash_blob(data) != file.result:
            raise NotItsResult(
                f"{file.path}: on its own base the proposal does not give the bytes it promises",
                place=Place(file.path),
                hint="make the proposal again; never edit one by hand",
            )

    def _conflict(self, file: FileChange, data: bytes | None, mode: str, kind: ConflictKind, message: str) -> FilePlan:
        """A conflict about a whole file; its values are blob ids."""
        target = None if data is None else self.hash_blob(data)
        conflict = Conflict(kind, ROOT, file.base, target, file.result, message)
        return FilePlan(file.path, "conflict", data, None, mode, file.moved_from, (conflict,), (), file.change)


def _text(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place(path)) from error


def attached_finder(stored: Stored) -> FindBlob:
    """The bytes of the files in the proposal's own `blobs/`, by their SHA-256; proved by it."""

    def find(name: str) -> bytes | None:
        data = stored.files.read(f"{stored.folder}/blobs/{name}")
        if data is not None and hashlib.sha256(data).hexdigest() != name:
            raise NotItsResult(f"blobs/{name[:12]}… is not the file that its name says", place=Place(stored.folder))
        return data

    return find


def blob_finder(tree: TreeSnapshot) -> FindBlob:
    """The bytes of the repository's blobs; None for what this clone does not have."""
    objects = tree.repo.objects

    def find(oid: str) -> bytes | None:
        try:
            return objects.read_blob(oid)
        except MissingObject:
            return None

    return find
