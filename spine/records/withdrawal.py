"""A withdrawal: who took a proposal back, when and why; its file lies beside the proposal."""

from __future__ import annotations

from datetime import datetime

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ids import ProposalId
from spine.records.values import person, record
from spine.yamldoc.fields import moment_text
from spine.yamldoc.write import field


class BadWithdrawal(Refused):
    """A withdrawal's file is not as its format says."""

    code = "SP045"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That a proposal is not to land."""

    proposal: ProposalId
    by: str
    at: datetime
    why: str


def read_withdrawal(text: str, *, file: str = "withdrawn.yaml") -> Withdrawal:
    """Read a withdrawal strictly. Every error has file, line and column."""
    fields = record(text, file=file, kind="withdrawal", required=("proposal", "by", "at", "why"), error=BadWithdrawal)
    why = fields.text("why")
    if not why.strip():
        raise fields.wrong("why", "“why” is empty")
    return Withdrawal(fields.read("proposal", ProposalId.parse), fields.read("by", person), fields.moment("at"), why)


def write_withdrawal(withdrawal: Withdrawal) -> str:
    """The text of `withdrawn.yaml`; law: `read_withdrawal(write_withdrawal(w)) == w`."""
    head = f"spine: withdrawal/1\nproposal: {withdrawal.proposal}\n"
    at = f"at: {moment_text(withdrawal.at)}\n"
    return head + field("by", withdrawal.by, 0) + at + field("why", withdrawal.why, 0)
