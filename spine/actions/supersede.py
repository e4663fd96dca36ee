"""supersede: a successor of a pending proposal, made for HEAD; the old one stays as it was written."""

from __future__ import annotations

from dataclasses import replace

from spine.actions.apply import Blocked, PlanConflicts
from spine.actions.bringing import FilePlan
from spine.actions.locate import Located, locate
from spine.actions.plan import plan_on
from spine.actions.propose import Proposed, Wanted, write_gathered
from spine.actions.put_aside import put_draft_aside
from spine.actions.sources import Edited, Gathered, Side, Source, gather
from spine.actions.workspace import Workspace, settled
from spine.errors import Place, Refused
from spine.ledger.reading import read_ledger
from spine.records.proposal import Proposal
from spine.repository import TreeSnapshot, resolve, snapshot_of


def supersede(work: Workspace, text: str, source: Source | None, wanted: Wanted, *, keep: bool = False) -> Proposed:
    """Write the successor of the proposal that `text` means: with new content from `source`, or, without, with the same
    change brought to HEAD. Title, reason and links are the old one's where `wanted` says nothing.

    Raises `PlanConflicts` if the old change does not fit HEAD, `Refused` if it has landed.
    """
    with settled(work):
        return _supersede(work, text, source, wanted, keep=keep)


def _supersede(work: Workspace, text: str, source: Source | None, wanted: Wanted, *, keep: bool) -> Proposed:
    base = resolve(work.repo, "HEAD")
    tree = snapshot_of(work.repo, base)
    ledger = read_ledger(tree)
    located = locate(work.repo, text, ledger)
    old = located.stored.read_or_raise()
    plan = plan_on(work.repo, base, tree, ledger, located.stored, is_draft=located.is_draft)
    if plan.status in ("applied", "undone"):
        raise Refused(f"{old.id} has landed", place=Place(old.id), hint=f"spine undo {old.id}")
    successor = succession(old, wanted, is_draft=located.is_draft)
    if source is not None:
        return _replacing(work, located, write_gathered(work, gather(work, source), successor, keep=keep))
    if plan.outcome == "conflicts":
        raise PlanConflicts(plan)
    edited = edited_by(tree, plan.files)
    if not edited:
        hint = f"rm -r {located.stored.folder}" if located.is_draft else f"spine withdraw {old.id} --why …"
        raise Blocked(f"all that {old.id} changes is there already", hint=hint)
    return _replacing(work, located, write_gathered(work, Gathered(base, tuple(edited)), successor, keep=True))


def _replacing(work: Workspace, old: Located, made: Proposed) -> Proposed:
    """The successor of a draft takes its place; the draft is kept in a reference, as everything that somebody wrote."""
    return replace(made, replaced=put_draft_aside(work.repo, old.stored)) if old.is_draft else made


def succession(old: Proposal, wanted: Wanted, *, is_draft: bool) -> Wanted:
    """What a successor says: the old one's words and links where `wanted` has none.

    A draft is on no branch, so a link to it would lead nowhere: its successor does not name it.
    """
    replaced = () if is_draft else (old.id,)
    return Wanted(
        title=wanted.title or old.title,
        why=wanted.why or old.why,
        loop=wanted.loop or old.loop,
        registers=wanted.registers or old.registers,
        closes=wanted.closes or old.closes,
        requires=wanted.requires or old.requires,
        supersedes=tuple(dict.fromkeys((*wanted.supersedes, *(old.supersedes if is_draft else ()), *replaced))),
        undoes=old.undoes,
    )


def edited_by(tree: TreeSnapshot, plans: tuple[FilePlan, ...]) -> list[Edited]:
    """The files that a clean plan changes, as edits of the tree it was made on."""
    edited: list[Edited] = []
    for file in plans:
        if file.outcome == "already there":
            continue
        if file.moved_from is not None:
            moved = tree.blob(file.moved_from)
            data = tree.read(file.moved_from)
            edited.append(Edited(file.moved_from, Side(data or b"", moved.mode if moved else file.mode), None))
        there = tree.blob(file.path)
        data = tree.read(file.path) if there is not None else None
        before = Side(data, there.mode) if data is not None and there is not None else None
        edited.append(Edited(file.path, before, Side(file.after, file.mode) if file.after is not None else None))
    return edited
