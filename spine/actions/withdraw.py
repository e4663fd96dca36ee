"""withdraw: a pending proposal is marked as not to land, with who and why, in a commit of its own."""

from __future__ import annotations

from spine.actions.apply import branch_ref
from spine.actions.locate import locate
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import ProposalId
from spine.ledger.reading import WITHDRAWN, read_ledger
from spine.ledger.status import statuses
from spine.records.withdrawal import Withdrawal, write_withdrawal
from spine.repository import Commit, CommitId, Decision, Landed, TreeSnapshot, land


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The proposal is withdrawn; `commit` is None if it was so already."""

    proposal: str
    commit: Commit | None


def withdraw(work: Workspace, text: str, why: str, *, branch: str | None = None) -> Withdrawn:
    """Commit `withdrawn.yaml` beside the proposal. Raises `Refused` for a draft or one that has landed."""
    if not why.strip():
        raise Refused("a withdrawal says why", place=Place("--why"))
    found: list[str] = []

    def decide(tree: TreeSnapshot, tip: CommitId | None) -> Decision | None:
        ledger = read_ledger(tree)
        located = locate(work.repo, text, ledger)
        stored = located.stored
        found[:] = [stored.id]
        if located.is_draft:
            raise Refused(
                f"{stored.id} is a draft that nobody else has: there is nothing to withdraw",
                place=Place(stored.folder),
                hint=f"spine propose --undo {stored.id}   or   rm -r {stored.folder}",
            )
        status = statuses(ledger)[stored.id]
        if status == "withdrawn":
            return None
        if status in ("applied", "undone"):
            raise Refused(f"{stored.id} has landed", place=Place(stored.id), hint=f"spine undo {stored.id}")
        record = Withdrawal(ProposalId(stored.id), work.person, work.now().replace(microsecond=0), why.strip())
        message = f"withdraw {stored.id}\n\n{why.strip()}\n"
        return Decision({f"{stored.folder}/{WITHDRAWN}": write_withdrawal(record).encode("utf-8")}, message)

    landed = land(work.repo, branch_ref(work, branch), decide, reason=f"spine: withdraw {text[:80]}", wait=work.wait)
    return Withdrawn(found[0], landed.commit if isinstance(landed, Landed) else None)
