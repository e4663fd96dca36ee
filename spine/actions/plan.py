"""plan: what a proposal would do on a commit right now; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spine.actions.blame import Setter, who_set
from spine.actions.bringing import Counts, FilePlan, attached_finder, blob_finder, bring
from spine.actions.locate import locate
from spine.actions.workspace import Workspace
from spine.address import Address
from spine.errors import Exit, Place, SpineError
from spine.ledger.reading import Ledger, Stored, read_ledger
from spine.ledger.status import Status, statuses
from spine.records.proposal import Proposal
from spine.repository import CommitId, Repository, TreeSnapshot, resolve, snapshot_of

PlanOutcome = Literal["clean", "already there", "conflicts", "blocked", "applied"]


class PolicyUnmet(SpineError):
    """The repository's policy asks for something that the proposal lacks."""

    exit_code = Exit.POLICY
    code = "SP060"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a proposal would do on the commit `onto`. `set_by` tells who set the target's value in each conflict.

    `blockers` are reasons that have nothing to do with content: withdrawn, superseded, something required is missing.
    """

    proposal: Proposal
    folder: str
    digest: str
    onto: str
    status: Status
    is_draft: bool
    files: tuple[FilePlan, ...]
    blockers: tuple[str, ...]
    set_by: dict[tuple[str, Address], Setter]

    @property
    def outcome(self) -> PlanOutcome:
        """The plan in one word."""
        if self.status == "applied":
            return "applied"
        if self.blockers:
            return "blocked"
        if any(file.outcome == "conflict" for file in self.files):
            return "conflicts"
        return "already there" if all(file.outcome == "already there" for file in self.files) else "clean"

    @property
    def counts(self) -> Counts:
        """All files' counts together."""
        return sum((file.counts for file in self.files), Counts())


def plan(work: Workspace, text: str, *, onto: str = "HEAD") -> Plan:
    """The plan of the proposal that `text` means, on a revision. Raises `NoSuchProposal`, or what is wrong with it."""
    commit = resolve(work.repo, onto)
    tree = snapshot_of(work.repo, commit)
    ledger = read_ledger(tree)
    found = locate(work.repo, text, ledger)
    return plan_on(work.repo, commit, tree, ledger, found.stored, is_draft=found.is_draft)


def plan_on(
    repo: Repository, commit: CommitId, tree: TreeSnapshot, ledger: Ledger, stored: Stored, *, is_draft: bool
) -> Plan:
    """The plan of one proposal on one commit, whose tree and ledger are at hand."""
    proposal = stored.read_or_raise()
    known = statuses(ledger)
    status = known.get(proposal.id, "pending")
    files: tuple[FilePlan, ...] = ()
    if status not in ("applied", "undone"):
        files = bring(
            proposal, tree, ledger.settings, blob_finder(tree), repo.objects.hash_blob, attached_finder(stored)
        )
    set_by = {}
    for file in files:
        for conflict in file.conflicts:
            setter = who_set(repo, commit, file.path, conflict.at)
            if setter is not None:
                set_by[file.path, conflict.at] = setter
    return Plan(
        proposal, stored.folder, stored.digest or "", str(commit), status, is_draft, files,
        tuple(_blockers(proposal, status, known)), set_by,
    )  # fmt: skip


def _blockers(proposal: Proposal, status: Status, known: dict[str, Status]) -> list[str]:
    found = []
    if status == "undone":
        found.append("it was applied and undone; spine propose --again makes a new proposal of it")
    if status in ("withdrawn", "superseded"):
        found.append(f"it is {status}")
    for other in proposal.requires:
        if known.get(other) != "applied":
            found.append(f"it requires {other}, which is {known.get(other, 'not there')}")
    if proposal.undoes is not None and known.get(proposal.undoes) not in ("applied", "undone"):
        found.append(f"it undoes {proposal.undoes}, which is {known.get(proposal.undoes, 'not there')}")
    return found


def check_policy(proposal: Proposal, ledger: Ledger, place: str) -> None:
    """Raise `PolicyUnmet` unless the proposal has all that the settings of the target require."""
    lacks = {
        "why": not (proposal.why or "").strip(),
        "loop": proposal.loop is None,
        "gaps": not proposal.registers and not proposal.closes,
    }
    for one in ledger.settings.policy.require:
        if lacks.get(one):
            raise PolicyUnmet(
                f"the policy requires “{one}”, and {proposal.id} has none",
                place=Place(place),
                hint=f"make it again with --{one}" if one != "gaps" else "make it again with --registers or --closes",
            )
