"""list, status and log: what is in the ledger of a revision, and which commits landed it. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from spine.actions.attention import (
    ByHand,
    Overlap,
    Stale,
    by_hand,
    open_gaps,
    overlaps,
    stale_loops,
    stale_proposals,
)
from spine.actions.authority import broken_glass
from spine.actions.locate import drafts_of
from spine.actions.plan import Plan, PlanOutcome, plan_on
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ledger.authority import BrokenGlass
from spine.ledger.gaps import StoredGap
from spine.ledger.reading import RECEIPT, SETTINGS, Ledger, Stored, find_stored, read_ledger, settings_of
from spine.ledger.status import Status, statuses
from spine.repository import (
    Commit,
    CommitId,
    Journal,
    Range,
    TreeSnapshot,
    changes_first_parent,
    read_commit,
    read_journal,
    resolve,
    snapshot_of,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One proposal in a list. `plan` is only there for open ones, and only if it was asked for."""

    stored: Stored
    status: Status
    is_draft: bool
    plan: PlanOutcome | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """What needs attention: open proposals with their plans, where they overlap, what is stale, open gaps, edits of
    governed files by hand, landings against the policy that nobody has reviewed, an open journal; and how many
    proposals there are of each status."""

    onto: str
    counts: dict[str, int]
    open: tuple[Listed, ...]
    journal: Journal | None
    overlaps: tuple[Overlap, ...] = ()
    stale_proposals: tuple[Stale, ...] = ()
    stale_loops: tuple[Stale, ...] = ()
    gaps: tuple[StoredGap, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    is_governed: bool = True
    glass: tuple[BrokenGlass, ...] = ()


@dataclass(frozen=True, slots=True)
class Logged:
    """A landing on first-parent history."""

    commit: Commit
    id: str
    title: str
    paths: tuple[str, ...]
    by: str
    landed: datetime | None


def list_proposals(work: Workspace, *, revision: str = "HEAD", only: tuple[str, ...] = ()) -> tuple[Listed, ...]:
    """All proposals of a revision and the drafts of the work tree, oldest first; `only` these statuses or `draft`."""
    tree = snapshot_of(work.repo, resolve(work.repo, revision))
    ledger = read_ledger(tree)
    known = statuses(ledger)
    found = [Listed(stored, known[id_], False) for id_, stored in ledger.proposals.items()]
    found += [Listed(stored, "pending", True) for stored in drafts_of(work.repo, ledger).proposals.values()]
    found.sort(key=lambda one: one.stored.id)
    return tuple(one for one in found if not only or one.status in only or (one.is_draft and "draft" in only))


def status(work: Workspace, *, revision: str = "HEAD") -> Overview:
    """What needs attention at a revision; edits by hand only of HEAD, against which they are."""
    commit = resolve(work.repo, revision)
    tree = snapshot_of(work.repo, commit)
    ledger = read_ledger(tree)
    seen = attention_at(work, commit, tree, ledger, list_proposals(work, revision=revision))
    hands = by_hand(work.repo, tree, ledger.settings) if revision == "HEAD" else ()
    is_governed = tree.blob(SETTINGS) is not None
    return replace(seen.overview, journal=read_journal(work.repo), by_hand=hands, is_governed=is_governed)


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs attention at a commit, and the plans behind it, of the open proposals that can be planned."""

    overview: Overview
    plans: dict[str, Plan]


def attention_at(
    work: Workspace, commit: CommitId, tree: TreeSnapshot, ledger: Ledger, listed: Iterable[Listed]
) -> Attention:
    """What needs attention by what the commit alone says: no journal, no edits by hand."""
    counts: dict[str, int] = {}
    open_ones: list[Listed] = []
    plans: dict[str, Plan] = {}
    for one in listed:
        counts["draft" if one.is_draft else one.status] = counts.get("draft" if one.is_draft else one.status, 0) + 1
        if one.status != "pending":
            continue
        if one.stored.proposal is None:
            problem = next((finding.message for finding in one.stored.findings()), "unreadable")
            open_ones.append(Listed(one.stored, one.status, one.is_draft, None, problem))
            continue
        try:
            plan = plan_on(work.repo, commit, tree, ledger, one.stored, is_draft=one.is_draft)
        except Refused as error:
            open_ones.append(Listed(one.stored, one.status, one.is_draft, None, error.message))
            continue
        plans[one.stored.id] = plan
        open_ones.append(Listed(one.stored, one.status, one.is_draft, plan.outcome))
    waiting = [(one.stored.folder, one.stored.proposal) for one in open_ones if one.stored.proposal is not None]
    now = work.now()
    overview = Overview(
        onto=str(commit),
        counts=counts,
        open=tuple(open_ones),
        journal=None,
        overlaps=overlaps([proposal for _, proposal in waiting]),
        stale_proposals=stale_proposals(waiting, ledger.settings, now),
        stale_loops=stale_loops(tree, ledger, now),
        gaps=open_gaps(tree, ledger.settings),
        glass=broken_glass(work.repo, tree, ledger, now),
    )
    return Attention(overview, plans)


def log(work: Workspace, *, revision: str = "HEAD", limit: int | None = None) -> Iterator[Logged]:
    """Landings on the first-parent history of a revision, newest first: commits that added a receipt."""
    repo = work.repo
    tip = resolve(repo, revision)
    settings = settings_of(snapshot_of(repo, tip))
    shown = 0
    for step in changes_first_parent(repo, Range(None, tip), [settings.folders.proposals]):
        for change in step.changes:
            if change.before is not None or not change.path.endswith(f"/{RECEIPT}"):
                continue
            stored = find_stored(snapshot_of(repo, step.commit), change.path.split("/")[-2], settings=settings)
            receipt = stored.receipt if stored is not None else None
            proposal = stored.proposal if stored is not None else None
            yield Logged(
                read_commit(repo, step.commit),
                change.path.split("/")[-2],
                proposal.title if proposal is not None else "",
                tuple(one.path for one in receipt.files) if receipt is not None else (),
                receipt.by if receipt is not None else "",
                receipt.landed if receipt is not None else None,
            )
            shown += 1
            if limit is not None and shown >= limit:
                return
