"""approve: say of a proposal that it may land, take that back, or review one that landed with the glass broken."""

from __future__ import annotations

from datetime import timedelta

from spine.actions.apply import branch_ref
from spine.actions.locate import locate
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import ProposalId
from spine.ledger.reading import Stored, read_ledger
from spine.ledger.status import Status, statuses
from spine.records.approval import SIGNATURE, Approval, Verdict, write_approval
from spine.records.authority import mail_of
from spine.repository import Commit, CommitId, Decision, Landed, TreeSnapshot, land
from spine.repository.signatures import sign


@dataclass(frozen=True, slots=True)
class Approved:
    """The word that was given; `commit` is None if it was given already."""

    approval: Approval
    is_signed: bool
    commit: Commit | None


def approve(
    work: Workspace, text: str, verdict: Verdict = "approved", *, why: str | None = None, days: int | None = None,
    branch: str | None = None,
) -> Approved:  # fmt: skip
    """Commit an approval beside the proposal, signed where the policy of the branch names signers.

    Raises `Refused` for a draft, or where the word makes no sense: approving what has landed, reviewing what broke no
    glass, withdrawing what was not given.
    """
    found: list[tuple[Approval, bool]] = []

    def decide(tree: TreeSnapshot, tip: CommitId | None) -> Decision | None:
        ledger = read_ledger(tree)
        located = locate(work.repo, text, ledger)
        stored = located.stored
        stored.read_or_raise()
        if located.is_draft:
            raise Refused(
                f"{stored.id} is a draft: what is approved has to be on the branch",
                place=Place(stored.folder),
                hint=f"git add {stored.folder} && git commit",
            )
        _check_sense(stored, statuses(ledger)[stored.id], verdict, work.person)
        now = work.now().replace(microsecond=0)
        expires = now + timedelta(days=days) if days is not None else None
        made = Approval(ProposalId(stored.id), stored.digest or "", verdict, work.person, now, expires, why)
        is_signed = ledger.settings.policy.authority.signers is not None
        given = _latest(stored, work.person)
        if given is not None and given.verdict == verdict and (given.expires is None or now < given.expires):
            found[:] = [(given, is_signed)]
            return None
        found[:] = [(made, is_signed)]
        data = write_approval(made).encode("utf-8")
        changes: dict[str, bytes | None] = {f"{stored.folder}/{made.name}": data}
        if made.name in stored.names:
            raise Refused("you have said another word in this very second", place=Place(made.name), hint="try again")
        if is_signed:
            changes[f"{stored.folder}/{made.name}{SIGNATURE}"] = sign(work.repo, data)
        verb = {"approved": "approve", "withdrawn": "take back the approval of", "reviewed": "review"}[verdict]
        return Decision(changes, f"{verb} {stored.id}\n" + (f"\n{why}\n" if why else ""))

    reason = f"spine: {verdict} {text[:80]}"
    landed = land(work.repo, branch_ref(work, branch), decide, reason=reason, wait=work.wait)
    approval, is_signed = found[0]
    return Approved(approval, is_signed, landed.commit if isinstance(landed, Landed) else None)


def _latest(stored: Stored, who: str) -> Approval | None:
    own = [one for _, one in stored.approvals if mail_of(one.by) == mail_of(who) and one.digest == stored.digest]
    return max(own, key=lambda one: one.at, default=None)


def _check_sense(stored: Stored, status: Status, verdict: Verdict, who: str) -> None:
    place = Place(stored.id)
    if verdict == "reviewed":
        receipt = stored.receipt
        if receipt is None or receipt.glass is None:
            raise Refused(f"{stored.id} did not land with the glass broken", place=place, hint="spine status")
        own = {mail_of(receipt.by), mail_of(stored.read_or_raise().author)}
        if mail_of(who) in own:
            raise Refused("who made it or broke the glass does not review it", place=place)
    elif status in ("applied", "undone"):
        raise Refused(f"{stored.id} has landed", place=place, hint=f"spine show {stored.id}")
    elif status != "pending":
        raise Refused(f"{stored.id} is {status}", place=place, hint=f"spine show {stored.id}")
    elif verdict == "withdrawn":
        latest = _latest(stored, who)
        if latest is None or latest.verdict != "approved":
            if latest is not None:
                return  # taken back already
            raise Refused(f"you have not approved {stored.id}", place=place)
