"""Edits of the work tree, put aside when a proposal holds them, and given back by `propose --undo`.

At every moment an edit is in its file or in `refs/spine/backup/`, so that no crash loses it.
"""

from __future__ import annotations

from spine.actions.bringing import FilePlan, attached_finder, blob_finder, bring
from spine.actions.locate import drafts_of, locate
from spine.actions.sources import Gathered
from spine.actions.workspace import Workspace, settled
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ledger.reading import Ledger, Stored, read_ledger
from spine.repository import (
    Blob,
    File,
    Repository,
    TreeSnapshot,
    read_backup,
    refs,
    replace_files,
    resolve,
    save_backup,
    snapshot_of,
    work_tree_of,
)
from spine.repository.backup import REFS as BACKUPS
from spine.repository.files import look, remove
from spine.repository.staging import stage


class NoUndo(Refused):
    """There are no edits of a proposal to restore."""

    code = "SP073"


@dataclass(frozen=True, slots=True)
class PutBack:
    """What became of the edits in the work tree; `left` says why a file still has its own."""

    restored: tuple[str, ...] = ()
    backup: str | None = None
    left: tuple[str, ...] = ()


def put_back(repo: Repository, tree: TreeSnapshot, gathered: Gathered, name: str) -> PutBack:
    """Keep the edits in a backup, then make index entries and files what HEAD has; at any moment an edit is in a file
    or in the backup. What is not any more what the proposal was made of is left alone."""
    if resolve(repo, "HEAD") != gathered.base:
        return PutBack(left=("HEAD has moved meanwhile, so your edits were left in the files",))
    here = work_tree_of(repo)
    wanted: dict[str, tuple[File | None, File | None]] = {}
    entries: dict[str, Blob | None] = {}
    left: list[str] = []
    after = {one.path: one.after for one in gathered.files}
    for path in gathered.put_back:
        blob, data = tree.blob(path), tree.read(path)
        side, now = after[path], here.on_disk(path)
        if here.read(path) != (side.data if side is not None else None):
            left.append(f"{path} was edited meanwhile, so it was left as it is")
            continue
        original = here.as_written(path, blob, data) if blob is not None and data is not None else None
        wanted[path] = (now, original)
        if here.index.item(path) != blob:
            entries[path] = blob
    backup = save_backup(repo, name, {path: now for path, (now, _) in wanted.items()}, f"edits of {name}\n")
    stage(repo, entries)
    replace_files(repo, wanted)
    return PutBack(tuple(sorted(wanted)), backup, tuple(left))


def propose_undo(work: Workspace, text: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Restore the edits that a draft was made of (the latest, or the one that `text` means) and remove the draft.

    A file that something landed in since gets the edit, not the old copy. Returns the id and the restored paths. Raises
    `NoUndo`, or `DirtyPath` if one of the files was edited since; then nothing is written.
    """
    with settled(work):
        return _restore(work.repo, text)


def _restore(repo: Repository, text: str | None) -> tuple[str, tuple[str, ...]]:
    tree = snapshot_of(repo, resolve(repo, "HEAD"))
    ledger = read_ledger(tree)
    stored = _draft_to_undo(repo, ledger, text)
    here = work_tree_of(repo)
    plans = _brought(repo, tree, ledger, stored)
    wanted: dict[str, tuple[File | None, File | None]] = {}
    for path, kept in read_backup(repo, stored.id).items():
        blob, data = tree.blob(path), tree.read(path)
        now = here.as_written(path, blob, data) if blob is not None and data is not None else None
        plan = plans.get(path)
        file = kept
        if plan is not None and plan.outcome == "conflict":
            raise NoUndo(
                f"{path} was changed where your edit stands; the edit is kept as it was",
                place=Place(path),
                hint=f"git show {BACKUPS}{stored.id}:files/{path}",
            )
        if plan is not None and plan.after is not None:
            file = here.as_written(path, Blob("", plan.mode), plan.after)
        wanted[path] = (now, file)
    replace_files(repo, wanted)
    _remove(repo, stored)
    return stored.id, tuple(sorted(wanted))


def put_draft_aside(repo: Repository, stored: Stored) -> str:
    """Remove a draft's folder from the work tree; returns the reference that keeps it."""
    root = repo.tree_root()
    found = {f"{stored.folder}/{name}": look(root, f"{stored.folder}/{name}") for name in stored.names}
    files: dict[str, File | None] = {path: file for path, file in found.items() if isinstance(file, File)}
    kept = save_backup(repo, f"drafts/{stored.id}", files, f"draft {stored.id}\n")
    _remove(repo, stored)
    return kept


def _remove(repo: Repository, stored: Stored) -> None:
    for name in stored.names:
        path = f"{stored.folder}/{name}"
        if isinstance(look(repo.tree_root(), path), File):
            remove(repo.tree_root(), path, keep=repo.prefix)


def _draft_to_undo(repo: Repository, ledger: Ledger, text: str | None) -> Stored:
    kept = sorted(ref.name.removeprefix(BACKUPS) for ref in refs(repo, BACKUPS))
    drafts = drafts_of(repo, ledger).proposals
    if text is None:
        with_edits = [name for name in kept if name in drafts]
        if not with_edits:
            raise NoUndo("there is no draft whose edits could be restored", hint=f"git for-each-ref {BACKUPS}")
        return drafts[with_edits[-1]]
    stored = locate(repo, text, ledger).stored
    if stored.id in ledger.proposals:
        raise NoUndo(
            f"{stored.id} is committed already",
            place=Place(text),
            hint=f"spine undo {stored.id}" if stored.has_receipt else f"spine withdraw {stored.id} --why …",
        )
    if stored.id not in kept:
        raise NoUndo(
            f"{stored.id} was not made from the work tree, or with --keep: no edits are kept",
            place=Place(text),
            hint=f"rm -r {stored.folder}",
        )
    return stored


def _brought(repo: Repository, tree: TreeSnapshot, ledger: Ledger, stored: Stored) -> dict[str, FilePlan]:
    """The files of a draft that are not its base any more, brought to what they are now."""
    proposal = stored.proposal
    if proposal is None:
        return {}
    found = blob_finder(tree)
    plans = bring(proposal, tree, ledger.settings, found, repo.objects.hash_blob, attached_finder(stored))
    moved = {}
    for file, plan in zip(proposal.files, plans, strict=True):
        there = tree.blob(file.moved_from or file.path)
        if (there.oid if there is not None else None) != file.base:
            moved[file.path] = plan
    return moved
