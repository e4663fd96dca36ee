"""undo: a new proposal that takes the effect of a landed one back, without touching what came after it."""

from __future__ import annotations

from spine.actions.bringing import blob_finder
from spine.actions.locate import locate
from spine.actions.propose import Proposed, Wanted, write_gathered
from spine.actions.sources import Edited, Gathered, Side
from spine.actions.workspace import Workspace
from spine.change.diff import diff
from spine.change.merge import Conflict, Conflicts, merge
from spine.errors import Exit, Place, Refused, SpineError
from spine.ledger.reading import Ledger, Stored, read_ledger
from spine.ledger.status import status_of
from spine.records.receipt import Landed
from spine.repository import TreeSnapshot, resolve, snapshot_of


class CannotUndo(SpineError):
    """Later changes stand on what would be taken back; nothing was written."""

    exit_code = Exit.CONFLICT
    code = "SP080"

    def __init__(self, message: str, *, place: Place, conflicts: tuple[Conflict, ...] = ()) -> None:
        super().__init__(message, place=place, hint="undo the later proposal first, or propose the new value by hand")
        self.conflicts = conflicts


def undo(work: Workspace, text: str, *, why: str | None = None) -> Proposed:
    """Write the proposal that undoes the applied proposal which `text` means, made for HEAD.

    Raises `CannotUndo` with the conflicts where somebody changed the same since, `Refused` if it is not applied.
    """
    base = resolve(work.repo, "HEAD")
    tree = snapshot_of(work.repo, base)
    ledger = read_ledger(tree)
    stored = locate(work.repo, text, ledger).stored
    _require_applied(ledger, stored)
    receipt, proposal = stored.receipt, stored.read_or_raise()
    if receipt is None:
        raise Refused(f"the receipt of {stored.id} cannot be read", place=Place(stored.folder))
    files = tuple(one for file in receipt.files if (one := _back(tree, ledger, file)) is not None)
    if not files:
        raise Refused(f"nothing of {stored.id} is left to undo", place=Place(stored.id))
    reason = why or f"Takes {stored.id} back."
    wanted = Wanted(title=f"Undo: {proposal.title}"[:200], why=reason, loop=proposal.loop, undoes=stored.id)
    return write_gathered(work, Gathered(base, files), wanted, keep=True)


def _require_applied(ledger: Ledger, stored: Stored) -> None:
    status = status_of(ledger, stored.id) if stored.id in ledger.proposals else "pending"
    if status != "applied":
        hint = f"spine withdraw {stored.id}" if status == "pending" else f"spine show {stored.id}"
        raise Refused(f"{stored.id} is {status}; only what is applied can be undone", place=Place(stored.id), hint=hint)


def _back(tree: TreeSnapshot, ledger: Ledger, file: Landed) -> Edited | None:
    """The file as it would be without the landing; None if it is so already."""
    blob = tree.blob(file.path)
    now = tree.read(file.path) if blob is not None else None
    find = blob_finder(tree)
    old = find(file.before) if file.before is not None else None
    new = find(file.after) if file.after is not None else None
    if (file.before is not None and old is None) or (file.after is not None and new is None):
        raise CannotUndo(f"{file.path}: the blobs of the landing are not in this clone", place=Place(file.path))
    here = Side(now, blob.mode) if now is not None and blob is not None else None
    mode = blob.mode if blob is not None else "100644"
    if (blob.oid if blob is not None else None) == file.before:
        return None
    if (blob.oid if blob is not None else None) == file.after:
        return Edited(file.path, here, Side(old, mode) if old is not None else None)
    if now is None or old is None or new is None:
        raise CannotUndo(f"{file.path} was created or deleted since", place=Place(file.path))
    rules = ledger.settings.rules_for(file.path)
    before, after = new.decode("utf-8"), old.decode("utf-8")
    merged = merge(before, now.decode("utf-8"), diff(before, after, identity=rules.identity), rules=rules)
    if isinstance(merged, Conflicts):
        first = merged.conflicts[0]
        raise CannotUndo(
            f"{file.path}#{first.at} was changed since: it is {first.target}, the landing made it {first.base}",
            place=Place(file.path),
            conflicts=merged.conflicts,
        )
    return Edited(file.path, here, Side(merged.text.encode("utf-8"), mode))
