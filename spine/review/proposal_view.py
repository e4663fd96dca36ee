"""What a reviewer sees of a proposal: what it says, what would happen now, cautions, and exact totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from spine.actions.bringing import Counts
from spine.actions.cautions import cautions
from spine.dataclass import dataclass
from spine.errors import Finding
from spine.ledger.status import Status
from spine.printable import printable
from spine.records.proposal import Proposal
from spine.review.conflict_text import ways_out
from spine.review.file_view import FileView, proposed_file
from spine.review.plan_text import counts_text, summary
from spine.yamldoc.fields import moment_text

if TYPE_CHECKING:
    from spine.actions.plan import Plan, PlanOutcome
    from spine.actions.review import Reviewed
    from spine.ledger.reading import Stored

FactKind = Literal["text", "loop", "gap", "proposal", "commit"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known of a proposal: a name and its values, which are all of one kind."""

    name: str
    values: tuple[str, ...]
    kind: FactKind = "text"


@dataclass(frozen=True, slots=True)
class PlanView:
    """What would happen on the commit `onto`; `ways` are commands out of conflicts, with what each means.

    `findings` are rules that would be broken afterwards.
    """

    outcome: PlanOutcome
    onto: str
    blockers: tuple[str, ...]
    ways: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ProposalView:
    """A proposal. `files` say what it says, on its own base; what a plan makes of each stands there as state and notes.

    `counts` are the totals over `files`, `summary` the same in words, or why nothing lands. `about` says, for ids among
    the facts, what they are; `problem` why there is no plan although one was wanted.
    """

    id: str
    title: str
    status: Status
    is_draft: bool
    why: str | None
    withdrawn: str | None
    facts: tuple[Fact, ...]
    files: tuple[FileView, ...]
    counts: Counts
    summary: str
    plan: PlanView | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """Status and plan in a few words."""
        if self.plan is not None and self.status == "pending":
            outcome = {"clean": "ready to land"}.get(self.plan.outcome, self.plan.outcome)
            return f"draft, {outcome}" if self.is_draft else outcome
        return "draft" if self.is_draft else self.status


def proposal_view(found: Reviewed) -> ProposalView:
    """The view of a proposal that was looked at."""
    stored, proposal, status, plan = found.stored, found.proposal, found.status, found.plan
    if status != "pending":
        plan = None  # what has landed or was given up has no plan of its files
    files = tuple(
        proposed_file(told, plan.files[at] if plan is not None else None, plan.set_by if plan is not None else {})
        for at, told in enumerate(proposal.files)
    )
    counts = sum((file.counts for file in files), Counts())
    withdrawal, receipt = stored.withdrawal, stored.receipt
    return ProposalView(
        id=proposal.id,
        title=proposal.title,
        status=status,
        is_draft=found.is_draft,
        why=proposal.why,
        withdrawn=withdrawal.why if withdrawal is not None else None,
        facts=tuple(fact for fact in _facts(stored, proposal, found.commit) if any(fact.values)),
        files=files,
        counts=counts,
        summary=summary(plan) if plan is not None else _told(status, counts, files),
        plan=_plan(plan) if plan is not None else None,
        warnings=cautions(proposal),
        notes=tuple(map(printable, receipt.notes)) if receipt is not None else (),
        problem=found.problem,
        about=found.about,
    )


def _facts(stored: Stored, proposal: Proposal, commit: str | None) -> tuple[Fact, ...]:
    receipt, withdrawal = stored.receipt, stored.withdrawal
    return (
        Fact("author", (proposal.author,)),
        Fact("created", (moment_text(proposal.created),)),
        Fact("base", (proposal.base,), "commit"),
        Fact("digest", (stored.digest or "",)),
        Fact("loop", (proposal.loop or "",), "loop"),
        Fact("registers", proposal.registers, "gap"),
        Fact("closes", proposal.closes, "gap"),
        Fact("requires", proposal.requires, "proposal"),
        Fact("supersedes", proposal.supersedes, "proposal"),
        Fact("undoes", (proposal.undoes or "",), "proposal"),
        Fact("landed", (f"{moment_text(receipt.landed)} by {receipt.by}" if receipt is not None else "",)),
        Fact("commit", (commit or "",), "commit"),
        Fact("onto", (receipt.onto if receipt is not None else "",), "commit"),
        Fact("covers", receipt.covers if receipt is not None else (), "commit"),
        Fact("withdrawn", (f"{moment_text(withdrawal.at)} by {withdrawal.by}" if withdrawal is not None else "",)),
    )


def _told(status: Status, counts: Counts, files: tuple[FileView, ...]) -> str:
    touched = sum(1 for file in files if file.becomes != "look")
    if status in ("applied", "undone"):
        what = counts_text(counts, touched, is_done=True)
        return f"Landed: {what}" if status == "applied" else f"Landed and undone: {what}"
    return f"Proposes: {counts_text(counts, touched)}"


def _plan(plan: Plan) -> PlanView:
    ways = tuple(ways_out(plan)) if plan.outcome == "conflicts" else ()
    return PlanView(plan.outcome, plan.onto, tuple(map(printable, plan.blockers)), ways, plan.findings)
