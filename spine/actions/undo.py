"""undo: a new proposal that takes the effect of a landed one back, without touching what came after it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from spine.actions.blame import Setter, who_set
from spine.actions.bringing import blob_finder
from spine.actions.locate import locate
from spine.actions.propose import Proposed, Wanted, write_gathered
from spine.actions.sources import Edited, Gathered, Side
from spine.actions.workspace import Workspace, settled
from spine.address import Address
from spine.change.diff import diff
from spine.change.merge import Conflict, Conflicts, merge
from spine.errors import Exit, Place, Refused, SpineError
from spine.ledger.reading import RECEIPT, Ledger, Stored, read_ledger
from spine.ledger.status import status_of
from spine.records.receipt import Landed
from spine.repository import CommitId, Repository, TreeSnapshot, added_by, read_commit, resolve, snapshot_of


class CannotUndo(SpineError):
    """Later changes stand on what would be taken back; nothing was written."""

    exit_code = Exit.CONFLICT
    code = "SP080"

    def __init__(
        self,
        message: str,
        *,
        place: Place,
        conflicts: tuple[Conflict, ...] = (),
        set_by: Mapping[Address, Setter] = MappingProxyType({}),
    ) -> None:
        later = next((setter.proposal for setter in set_by.values() if setter.proposal), None)
        first = f"spine undo {later}" if later else "undo what came later"
        super().__init__(message, place=place, hint=f"{first} first, or propose the value that you want")
        self.conflicts = conflicts
        self.set_by = set_by


def undo(work: Workspace, text: str, *, why: str | None = None) -> Proposed:
    """Write the proposal that undoes the applied proposal which `text` means, made for HEAD.

    Raises `CannotUndo` with the conflicts where somebody changed the same since, `Refused` if it is not applied.
    """
    with settled(work):
        return _undo(work, text, why)


def _undo(work: Workspace, text: str, why: str | None) -> Proposed:
    base = resolve(work.repo, "HEAD")
    tree = snapshot_of(work.repo, base)
    ledger = read_ledger(tree)
    stored = locate(work.repo, text, ledger).stored
    _require_applied(ledger, stored)
    receipt, proposal = stored.receipt, stored.read_or_raise()
    if receipt is None:
        raise Refused(f"the receipt of {stored.id} cannot be read", place=Place(stored.folder))
    modes = _modes(work.repo, base, stored, [file.path for file in receipt.files])
    files = tuple(
        one for file in receipt.files if (one := _back(tree, base, ledger, file, modes[file.path])) is not None
    )
    if not files:
        raise Refused(f"nothing of {stored.id} is left to undo", place=Place(stored.id))
    reason = why or f"Takes {stored.id} back."
    wanted = Wanted(title=f"Undo: {proposal.title}"[:200], why=reason, loop=proposal.loop, undoes=stored.id)
    return write_gathered(work, Gathered(base, files), wanted, keep=True)


def _require_applied(ledger: Ledger, stored: Stored) -> None:
    if stored.id not in ledger.proposals:
        hint = f"spine propose --undo {stored.id}   or   rm -r {stored.folder}"
        raise Refused(f"{stored.id} is a draft, and has changed nothing yet", place=Place(stored.id), hint=hint)
    status = status_of(ledger, stored.id)
    if status != "applied":
        hint = f"spine withdraw {stored.id} --why …" if status == "pending" else f"spine show {stored.id}"
        raise Refused(f"{stored.id} is {status}; only what is applied can be undone", place=Place(stored.id), hint=hint)


_Modes = tuple[str | None, str | None]


def _modes(repo: Repository, tip: CommitId, stored: Stored, paths: list[str]) -> dict[str, _Modes]:
    """Each file's mode before and after the landing, which no receipt tells; None where its commit is not at hand."""
    landing = added_by(repo, f"{stored.folder}/{RECEIPT}", tip)
    parents = read_commit(repo, landing).parents if landing is not None else ()
    if landing is None or not parents:
        return dict.fromkeys(paths, (None, None))
    before, after = snapshot_of(repo, parents[0]), snapshot_of(repo, landing)
    return {path: (_mode(before, path), _mode(after, path)) for path in paths}


def _mode(tree: TreeSnapshot, path: str) -> str | None:
    blob = tree.blob(path)
    return blob.mode if blob is not None else None


def _shown(value: str | None) -> str:
    return "not there" if value is None else value.strip().partition("\n")[0]


def _back(tree: TreeSnapshot, tip: CommitId, ledger: Ledger, file: Landed, modes: _Modes) -> Edited | None:
    """The file as it would be without the landing; None if it is so already."""
    blob = tree.blob(file.path)
    now = tree.read(file.path) if blob is not None else None
    find = blob_finder(tree)
    old = find(file.before) if file.before is not None else None
    new = find(file.after) if file.after is not None else None
    if (file.before is not None and old is None) or (file.after is not None and new is None):
        raise CannotUndo(f"{file.path}: the blobs of the landing are not in this clone", place=Place(file.path))
    here = Side(now, blob.mode) if now is not None and blob is not None else None
    mode = blob.mode if blob is not None else modes[0] or "100644"
    if None not in modes and mode == modes[1]:
        mode = modes[0] or mode
    if (blob.oid if blob is not None else None) == file.before:
        if here is None or mode == here.mode:
            return None
        return Edited(file.path, here, Side(here.data, mode))
    if (blob.oid if blob is not None else None) == file.after:
        return Edited(file.path, here, Side(old, mode) if old is not None else None)
    if now is None or old is None or new is None:
        raise CannotUndo(f"{file.path} was created or deleted since", place=Place(file.path))
    rules = ledger.settings.rules_for(file.path)
    before, after = new.decode("utf-8"), old.decode("utf-8")
    merged = merge(before, now.decode("utf-8"), diff(before, after, identity=rules.identity), rules=rules)
    if isinstance(merged, Conflicts):
        first = merged.conflicts[0]
        setters = {one.at: who_set(tree.repo, tip, file.path, one.at) for one in merged.conflicts}
        raise CannotUndo(
            f"{first.at} was changed since: it is {_shown(first.target)}, the landing made it {_shown(first.base)}",
            place=Place(file.path),
            conflicts=merged.conflicts,
            set_by={at: setter for at, setter in setters.items() if setter is not None},
        )
    return Edited(file.path, here, Side(merged.text.encode("utf-8"), mode))
