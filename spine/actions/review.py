"""review: what there is to judge, of one proposal or of all that a range of commits brings. Reads only.

A range is held against the point where it left its base, so that a branch that is behind brings only its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from spine.actions.about import about
from spine.actions.check import Report, check
from spine.actions.locate import locate
from spine.actions.moved import Moved, moved
from spine.actions.plan import Plan, check_paths, paths_of, plan_on
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import SpineError
from spine.ledger.reading import RECEIPT, WITHDRAWN, Ledger, Stored, read_ledger
from spine.ledger.status import Status, statuses
from spine.records.proposal import Proposal
from spine.repository import (
    CommitId,
    PathChange,
    Repository,
    TreeSnapshot,
    added_by,
    additions,
    changed_paths,
    merge_base,
    resolve,
    resolve_range,
    snapshot_of,
)


@dataclass(frozen=True)
class Reviewed:
    """A proposal with what a reviewer wants to know of it.

    `commit` landed it; `plan` is what it would do if it is still to land, `problem` why it cannot even be planned;
    `about` says what the loop, gaps and proposals that it names are, as far as the tree has them.
    """

    stored: Stored
    proposal: Proposal
    status: Status
    is_draft: bool = False
    commit: str | None = None
    plan: Plan | None = None
    problem: str | None = None
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RangeReview:
    """What the commits of a range bring, held against `since` (None: the very beginning); plans are made on `onto`.

    `landed` in the range, `pending` at its end, `closed`: withdrawn, superseded or undone in it; `unreadable` are
    folders of proposals with the reason, `moved` loops and gaps; `report` is the check of the range.
    """

    since: str | None
    until: str
    onto: str
    landed: tuple[Reviewed, ...]
    pending: tuple[Reviewed, ...]
    closed: tuple[Reviewed, ...]
    unreadable: tuple[tuple[str, str], ...]
    moved: tuple[Moved, ...]
    report: Report


def review_one(work: Workspace, text: str, revision: str = "HEAD") -> Reviewed:
    """The proposal that `text` means, at a revision or a draft. Raises `NoSuchProposal`, or what is wrong with it."""
    commit = resolve(work.repo, revision)
    tree = snapshot_of(work.repo, commit)
    ledger = read_ledger(tree)
    found = locate(work.repo, text, ledger)
    stored, proposal = found.stored, found.stored.read_or_raise()
    known = statuses(ledger)
    status = known.get(stored.id, "pending")
    landing = added_by(work.repo, f"{stored.folder}/{RECEIPT}", commit) if stored.has_receipt else None
    desk = _Desk(work.repo, commit, tree, ledger)
    return desk.reviewed(stored, proposal, status, landing, tree, ledger, is_draft=found.is_draft)


def review(work: Workspace, text: str, *, onto: str | None = None) -> RangeReview:
    """What `A..B` brings (`B` alone: all that it has); pending proposals are planned on `onto`, else on `B`."""
    repo = work.repo
    which = resolve_range(repo, text)
    start = merge_base(repo, which.since, which.until) if which.since is not None else None
    end = snapshot_of(repo, which.until)
    ledger = read_ledger(end)
    target = resolve(repo, onto) if onto is not None else which.until
    tree = snapshot_of(repo, target)
    desk = _Desk(repo, target, tree, read_ledger(tree) if target != which.until else ledger)
    changes = changed_paths(repo, start, which.until)
    fresh = _touched(changes, ledger)
    known = statuses(ledger)
    landings = additions(repo, which.until, ledger.settings.folders.proposals) if fresh else {}
    landed: list[Reviewed] = []
    pending: list[Reviewed] = []
    closed: list[Reviewed] = []
    unreadable: list[tuple[str, str]] = []
    for id_ in fresh:
        stored = ledger.proposals[id_]
        if stored.proposal is None:
            problem = next((one.message for one in stored.findings()), "unreadable")
            unreadable.append((stored.folder, problem))
            continue
        landing = landings.get(f"{stored.folder}/{RECEIPT}") if stored.has_receipt else None
        one = desk.reviewed(stored, stored.proposal, known[id_], landing, end, ledger)
        {"applied": landed, "pending": pending}.get(known[id_], closed).append(one)
    return RangeReview(
        since=start,
        until=which.until,
        onto=target,
        landed=tuple(landed),
        pending=tuple(pending),
        closed=tuple(closed),
        unreadable=tuple(unreadable),
        moved=tuple(moved(repo, start, end, changes, ledger)),
        report=check(work, f"{start}..{which.until}" if start is not None else str(which.until)),
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """The tree on which pending proposals are planned."""

    repo: Repository
    commit: CommitId
    tree: TreeSnapshot
    ledger: Ledger

    def reviewed(
        self,
        stored: Stored,
        proposal: Proposal,
        status: Status,
        landing: str | None,
        home: TreeSnapshot,
        ledger: Ledger,
        *,
        is_draft: bool = False,
    ) -> Reviewed:
        """One proposal, looked at in the tree that has it and planned here."""
        plan, problem = None, None
        if status == "pending":
            try:
                check_paths(paths_of(proposal), self.ledger.settings, self.tree)
                plan = plan_on(self.repo, self.commit, self.tree, self.ledger, stored, is_draft=is_draft)
            except SpineError as error:
                problem = error.message
        return Reviewed(stored, proposal, status, is_draft, landing, plan, problem, about(proposal, home, ledger))


def _touched(changes: Iterable[PathChange], ledger: Ledger) -> list[str]:
    """The proposals that a range adds, lands or withdraws, or takes back, oldest first."""
    root = f"{ledger.settings.folders.proposals}/"
    found = set()
    for change in changes:
        parts = change.path.removeprefix(root).split("/", 2) if change.path.startswith(root) else []
        if len(parts) == 3 and parts[1] in ledger.proposals:
            is_event = parts[2] in (RECEIPT, WITHDRAWN)
            if change.before is None or is_event:
                found.add(parts[1])
    for id_ in tuple(found):
        proposal = ledger.proposals[id_].proposal
        if proposal is not None:
            found |= {old for old in (*proposal.supersedes, proposal.undoes) if old in ledger.proposals}
    return sorted(found)
