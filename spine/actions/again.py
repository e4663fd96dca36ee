"""again: a proposal that was undone or reverted is made anew for HEAD, as its own successor."""

from __future__ import annotations

from spine.actions.apply import PlanConflicts
from spine.actions.bringing import attached_finder, blob_finder, bring
from spine.actions.locate import NoSuchProposal, locate
from spine.actions.plan import Plan
from spine.actions.propose import Proposed, Wanted, write_gathered
from spine.actions.sources import Gathered
from spine.actions.supersede import edited_by
from spine.actions.workspace import Workspace, settled
from spine.errors import Place, Refused
from spine.ledger.reading import PROPOSAL, Ledger, Stored, find_stored, read_ledger, settings_of
from spine.ledger.status import statuses
from spine.repository import Range, Repository, TreeSnapshot, changes_first_parent, resolve, snapshot_of


def again(work: Workspace, text: str, wanted: Wanted) -> Proposed:
    """Write a new proposal with the change of the old one that `text` means, brought to HEAD.

    The old one may be undone, or gone with a revert; then it is read from the history. Raises `PlanConflicts` if it
    does not fit any more, `Refused` if it is in force or still pending.
    """
    with settled(work):
        return _again(work, text, wanted)


def _again(work: Workspace, text: str, wanted: Wanted) -> Proposed:
    repo = work.repo
    base = resolve(repo, "HEAD")
    tree = snapshot_of(repo, base)
    ledger = read_ledger(tree)
    stored = _find(repo, tree, ledger, text)
    status = statuses(ledger).get(stored.id)
    if status in ("applied", "pending"):
        hint = f"spine apply {stored.id}" if status == "pending" else None
        raise Refused(f"{stored.id} is {status}; nothing is to be done again", place=Place(stored.id), hint=hint)
    old = stored.read_or_raise()
    plans = bring(old, tree, ledger.settings, blob_finder(tree), repo.objects.hash_blob, attached_finder(stored))
    if any(plan.outcome == "conflict" for plan in plans):
        raise PlanConflicts(Plan(old, stored.folder, stored.digest or "", str(base), "pending", False, plans, (), {}))
    edited = edited_by(tree, plans)
    if not edited:
        raise Refused(f"all that {stored.id} changes is there already", place=Place(stored.id))
    known = stored.id in ledger.proposals
    successor = Wanted(
        title=wanted.title or old.title,
        why=wanted.why or old.why,
        loop=wanted.loop or old.loop,
        registers=old.registers,
        closes=old.closes,
        supersedes=(stored.id,) if known else (),
    )
    return write_gathered(work, Gathered(base, tuple(edited)), successor, keep=True)


def _find(repo: Repository, tree: TreeSnapshot, ledger: Ledger, text: str) -> Stored:
    try:
        return locate(repo, text, ledger).stored
    except NoSuchProposal:
        for step in changes_first_parent(repo, Range(None, resolve(repo, "HEAD")), [ledger.settings.folders.proposals]):
            for change in step.changes:
                id_ = change.path.split("/")[-2] if change.path.endswith(f"/{PROPOSAL}") else ""
                if change.after is None and step.parent is not None and id_ and text in id_:
                    before = snapshot_of(repo, step.parent)
                    stored = find_stored(before, id_, settings=settings_of(before))
                    if stored is not None:
                        return stored
        raise
