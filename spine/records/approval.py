"""An approval: who has looked at a proposal, bound to its digest; its file lies in the proposal's `approvals/`.

The folder is append-only, so nothing is taken away: whoever changes their mind adds a file that says `withdrawn`, and
of one person the latest counts. Beside a file there may be its signature by ssh, `….yaml.sig`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast, get_args

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ids import ProposalId, slugify
from spine.records.authority import mail_of
from spine.records.values import digest_text, person, record
from spine.yamldoc.fields import moment_text
from spine.yamldoc.write import field

APPROVALS = "approvals/"
SIGNATURE = ".sig"

Verdict = Literal["approved", "withdrawn", "reviewed"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


class BadApproval(Refused):
    """An approval's file is not as its format says."""

    code = "SP141"


@dataclass(frozen=True, slots=True)
class Approval:
    """`approved` before it lands, `withdrawn` again, or `reviewed` after it landed with the glass broken.

    `expires` is the moment from which it does not count any more.
    """

    proposal: ProposalId
    digest: str
    verdict: Verdict
    by: str
    at: datetime
    expires: datetime | None = None
    why: str | None = None

    @property
    def name(self) -> str:
        """The name of its file inside the proposal's folder."""
        who = slugify(mail_of(self.by).replace("@", " at ").replace(".", " ")) or "somebody"
        return f"{APPROVALS}{self.at:%Y%m%dT%H%M%SZ}-{who}.yaml"


def read_approval(text: str, *, file: str = "approval.yaml") -> Approval:
    """Read an approval strictly. Every error has file, line and column."""
    required = ("proposal", "digest", "verdict", "by", "at")
    fields = record(text, file=file, kind="approval", required=required, optional=("expires", "why"), error=BadApproval)
    approval = Approval(
        fields.read("proposal", ProposalId.parse),
        fields.read("digest", digest_text),
        cast(Verdict, fields.choice("verdict", VERDICTS)),
        fields.read("by", person),
        fields.moment("at"),
        fields.moment("expires") if "expires" in fields else None,
        fields.find_text("why"),
    )
    if approval.expires is not None and approval.expires <= approval.at:
        raise fields.wrong("expires", "it expires before it is given")
    return approval


def write_approval(approval: Approval) -> str:
    """The text of the file; law: `read_approval(write_approval(a)) == a`."""
    out = f"spine: approval/1\nproposal: {approval.proposal}\n" + field("digest", approval.digest, 0)
    out += f"verdict: {approval.verdict}\n" + field("by", approval.by, 0) + f"at: {moment_text(approval.at)}\n"
    out += f"expires: {moment_text(approval.expires)}\n" if approval.expires is not None else ""
    return out + (field("why", approval.why, 0) if approval.why is not None else "")
