"""The documents of the verbs that make, show, plan, land and settle proposals."""

from __future__ import annotations

from typing import Annotated, Literal

from typing_extensions import TypedDict

from spine.actions.pairs import PairOutcome
from spine.actions.plan import PlanOutcome
from spine.change.taking import Side
from spine.ledger.authority import Proof
from spine.ledger.status import Status
from spine.records.approval import Verdict
from spine.records.schemas import AnyProposal, Day, Digest, Moment
from spine.review.forms.parts import Conflict, Made, Place, Plan, Proposal, Receipt, Value, Withdrawal
from spine.review.forms.words import Address, Code, Commit, ExitCode, RunId, TreePath, Whole, Words

Effect = Digest  # of what it does to each file: one change made in three ways has one effect


class Proposed(Made):
    """A new proposal with its plan."""

    id: AnyProposal
    path: TreePath
    """The proposal's folder."""
    digest: Digest
    """SHA-256 of `proposal.yaml`."""
    effect: Effect
    """SHA-256 over what it does to each file: one change made in three ways has one effect."""
    plan: Plan


class Settled(Conflict):
    """A conflict, and how it was settled."""

    take: Annotated[str, Words(Side)]
    value: Value | None
    """What was given for `take: value`."""


class Resolved(Proposed):
    """The successor of a proposal that conflicted, with how each conflict was settled."""

    resolves: AnyProposal
    settled: list[Settled]
    renumbered: dict[str, str]
    """New gaps of the old proposal whose numbers others had, and what they are now."""


class Restored(TypedDict):
    """The edits that `propose --undo` restored."""

    id: AnyProposal
    restored: list[TreePath]


class Shown(TypedDict):
    """A proposal, whole, with its landing or its withdrawal."""

    status: Annotated[str, Words(Status)]
    is_draft: bool
    folder: TreePath
    digest: Digest
    proposal: Proposal
    receipt: Receipt | None
    withdrawal: Withdrawal | None
    plan: Plan | None
    """What it would do, if it is still to land."""
    problem: str | None
    """Why it cannot even be planned."""
    warnings: list[str]
    """What to be careful about."""


class CountedApproval(TypedDict):
    """An approval that lies beside the proposal."""

    verdict: Verdict
    by: str
    path: TreePath
    proof: Proof


class MissingWord(TypedDict):
    """What the policy of the target asks for and does not find."""

    place: str
    rule: str
    message: str
    hint: str | None


class Standing(TypedDict):
    """How a proposal stands before the policy of the target."""

    proved_by: Literal["ssh", "forge"]
    """Names are proved by signatures, or that is left to the forge."""
    approvals: list[CountedApproval]
    missing: list[MissingWord]


class Planned(Plan):
    """What a proposal would do right now."""

    policy: Standing | None
    """Null: the policy asks for nobody here."""


class Approved(TypedDict):
    """A word about a proposal."""

    id: AnyProposal
    verdict: Verdict
    by: str
    digest: Digest
    expires: Moment | None
    signed: bool
    commit: Commit | None
    """Null: it was said already."""


class WithProposal(TypedDict, total=False):
    """After `propose --apply` and the like: what making the proposal did."""

    path: TreePath
    """The proposal's folder."""
    effect: Effect
    restored: list[TreePath]
    backup: str | None
    replaced: str | None
    warnings: list[str]


class Applied(WithProposal):
    """A landing."""

    outcome: Literal["applied"]
    id: AnyProposal
    commit: Commit
    """The one commit that landed it."""
    branch: str
    left_alone: list[TreePath]
    """Files of the work tree that hold edits of yours and did not follow."""
    remote: str | None
    """Where it was pushed to."""
    behind: str | None
    """Why the branch here did not follow what was pushed."""
    plan: Plan


class AlreadyApplied(WithProposal):
    """There was nothing to land."""

    outcome: Literal["already-there"]
    id: AnyProposal
    commit: Commit | None
    """The commit that landed it; null if none did, as all of it was there."""
    run: RunId | None
    """Which run landed it."""
    reason: str


class Landed(TypedDict):
    """One landing of a queue."""

    id: AnyProposal
    commit: Commit
    left_alone: list[TreePath]


class There(TypedDict):
    """A proposal of which nothing was left to land."""

    id: AnyProposal
    commit: Commit | None
    run: RunId | None
    reason: str


class Failure(TypedDict):
    """Why something was not done: an error without a document of its own."""

    code: Code
    message: str
    exit_code: ExitCode
    place: Place | None
    hint: str | None


class Waiting(Failure):
    """A proposal that did not land."""

    id: AnyProposal
    plan: Plan | None
    """With its conflicts, if these are why."""


class RenumberedInQueue(TypedDict):
    """A proposal that landed as a successor, and what its gaps are called there."""

    id: AnyProposal
    successor: AnyProposal
    numbers: dict[str, str]


class Queue(TypedDict):
    """What became of the pending proposals."""

    branch: str
    remote: str | None
    behind: str | None
    """Why the branch here did not follow what was pushed."""
    landed: list[Landed]
    already_there: list[There]
    waiting: list[Waiting]
    stopped: Failure | None
    """What ended the queue early."""
    drafts: Whole
    """How many drafts were no part of it."""
    renumbered: list[RenumberedInQueue]
    """Proposals whose new gaps had numbers of others; their successors landed."""


class Absorbed(TypedDict):
    """What `propose --landed` recorded afterwards."""

    id: AnyProposal
    commit: Commit
    """The commit that records it."""
    covers: list[Commit]
    """The commits made by hand that are explained now."""


class Withdrawn(TypedDict):
    """A withdrawal."""

    outcome: Literal["withdrawn", "already-there"]
    id: AnyProposal
    commit: Commit | None
    """Null if it was withdrawn already."""


class Listed(TypedDict):
    """A proposal in a list."""

    id: str
    """The name of its folder."""
    folder: TreePath
    status: Annotated[str, Words(Status)]
    is_draft: bool
    title: str | None
    """Null if the proposal cannot be read; so are author and created."""
    author: str | None
    created: Moment | None
    problem: str | None
    """Why it cannot be read or planned."""


class List(TypedDict):
    """The proposals of a revision, and drafts."""

    proposals: list[Listed]


class OpenProposal(Listed):
    """An open proposal and what its plan says; null if it cannot be planned."""

    outcome: Annotated[str, Words(PlanOutcome)] | None


class Overlap(TypedDict):
    """A place at which two open proposals write."""

    path: TreePath
    address: Address
    proposals: list[AnyProposal]


class Stale(TypedDict):
    """A loop or proposal on which nothing has happened for long."""

    id: str
    path: TreePath
    days: Whole
    since: Day


class OpenGap(TypedDict):
    """A gap that is open."""

    id: str
    path: TreePath
    severity: str
    """As it is written; empty if it is not."""
    title: str
    loop: str | None


class Edited(TypedDict):
    """A governed file that is not as the commit has it."""

    path: TreePath
    how: Literal["staged", "edited", "new", "removed"]


class BrokenGlass(TypedDict):
    """A landing against the policy that nobody has reviewed yet."""

    id: AnyProposal
    path: TreePath
    why: str
    by: str
    review_by: Moment
    is_overdue: bool


class Overview(TypedDict):
    """What needs attention now."""

    onto: Commit
    counts: dict[Literal[Status, "draft"], Whole]
    """How many proposals there are of each status."""
    open: list[OpenProposal]
    overlaps: list[Overlap]
    stale_proposals: list[Stale]
    stale_loops: list[Stale]
    gaps: list[OpenGap]
    by_hand: list[Edited]
    needs_doctor: bool
    """A landing was interrupted here: `spine doctor`."""
    broken_glass: list[BrokenGlass]


class Logged(TypedDict):
    """A landing on first-parent history."""

    id: str
    title: str
    commit: Commit
    landed: Moment | None
    by: str
    """Who landed it."""
    author: str
    """The author of the commit."""
    paths: list[TreePath]


class Log(TypedDict):
    """What has landed, newest first."""

    landings: list[Logged]


class OpenId(TypedDict):
    """An open proposal."""

    id: AnyProposal
    is_draft: bool


class Shared(TypedDict):
    """A place that several open proposals touch."""

    path: TreePath
    address: Address
    proposals: list[AnyProposal]
    rule: str | None
    """The merge rule of `spine.yaml` that decides there."""


class Pair(TypedDict):
    """Two open proposals that meet."""

    first: AnyProposal
    second: AnyProposal
    outcome: Annotated[str, Words(PairOutcome)]
    """`in-this-order`: only if the first lands before the second; `the-same`: both do the same."""
    conflicts: list[Conflict]


class Stuck(TypedDict):
    """An open proposal that has no place in the order."""

    id: AnyProposal
    reason: str
    behind: list[AnyProposal]
    """Those of the order that are in its way."""
    conflicts: list[Conflict]


class Overlaps(TypedDict):
    """Open proposals held against each other, and an order in which they land."""

    onto: Commit
    open: list[OpenId]
    shared: list[Shared]
    pairs: list[Pair]
    untried_pairs: Whole
    """How many more pairs touch the same and were not tried."""
    order: list[AnyProposal]
    already_there: list[AnyProposal]
    stuck: list[Stuck]
    is_most: bool
    """No other order lands more."""
