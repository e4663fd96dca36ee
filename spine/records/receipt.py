"""A receipt: what landed, written in the very commit that landed it, which therefore it cannot name."""

from __future__ import annotations

from datetime import datetime

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.records.values import (
    digest_text,
    flow_list,
    nullable,
    object_id,
    person,
    proposal_reference,
    record,
    run_id,
    safe_path,
)
from spine.yamldoc.fields import Fields, fields_of, moment_text
from spine.yamldoc.write import field, string

_REQUIRED = ("proposal", "digest", "onto", "run", "landed", "by", "files")
_OPTIONAL = ("notes", "covers", "break_glass")


class BadReceipt(Refused):
    """A receipt's file is not as its format says."""

    code = "SP042"


@dataclass(frozen=True, slots=True)
class Landed:
    """One file of a landing: its blob before and after it, None where it was not there."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Glass:
    """That it landed against the policy: why, and by when somebody else has to review it."""

    why: str
    review_by: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The record of a landed proposal.

    `digest` is of the proposal's file, `onto` the commit that it was planned on, `run` what tells this run from others,
    `by` who landed it, `notes` what a rule decided or what was already there, `covers` commits recorded afterwards,
    `glass` that the policy was broken for it.
    """

    proposal: str
    digest: str
    onto: str
    run: str
    landed: datetime
    by: str
    files: tuple[Landed, ...]
    notes: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    glass: Glass | None = None


def read_receipt(text: str, *, file: str = "receipt.yaml") -> Receipt:
    """Read a receipt strictly. Every error has file, line and column."""
    fields = record(text, file=file, kind="receipt", required=_REQUIRED, optional=_OPTIONAL, error=BadReceipt)
    files: list[Landed] = []
    for node in fields.items("files"):
        part = fields_of(fields.document, node, "file", required=("path", "before", "after"), error=BadReceipt)
        landed = Landed(
            part.read("path", safe_path), nullable(part, "before", object_id), nullable(part, "after", object_id)
        )
        if any(landed.path == other.path for other in files):
            raise part.wrong("path", f"“{landed.path}” stands twice")
        files.append(landed)
    return Receipt(
        proposal=fields.read("proposal", proposal_reference),
        digest=fields.read("digest", digest_text),
        onto=fields.read("onto", object_id),
        run=fields.read("run", run_id),
        landed=fields.moment("landed"),
        by=fields.read("by", person),
        files=tuple(files),
        notes=fields.texts("notes"),
        covers=fields.each("covers", object_id),
        glass=_glass(fields),
    )


def _glass(fields: Fields) -> Glass | None:
    if "break_glass" not in fields:
        return None
    part = fields.inside("break_glass", "break_glass", required=("why", "review_by"))
    return Glass(part.line("why"), part.moment("review_by"))


def write_receipt(receipt: Receipt) -> str:
    """The text of `receipt.yaml`; law: `read_receipt(write_receipt(r)) == r`."""
    r = receipt
    out = ["spine: receipt/1\n", field("proposal", r.proposal, 0), field("digest", r.digest, 0)]
    out += [field("onto", r.onto, 0), field("run", r.run, 0), f"landed: {moment_text(r.landed)}\n"]
    out.append(field("by", r.by, 0))
    out.append("files:\n" if r.files else "files: []\n")
    for one in r.files:
        blobs = ", ".join(f"{key}: {_blob(blob)}" for key, blob in (("before", one.before), ("after", one.after)))
        out.append(f"  - {{path: {string(one.path, flow=True)}, {blobs}}}\n")
    if r.notes:
        out.append("notes:\n")
        out += [f"  - {string(note)}\n" for note in r.notes]
    if r.covers:
        out.append(f"covers: {flow_list(r.covers)}\n")
    if r.glass is not None:
        said = f"why: {string(r.glass.why, flow=True)}, review_by: {moment_text(r.glass.review_by)}"
        out.append(f"break_glass: {{{said}}}\n")
    return "".join(out)


def _blob(blob: str | None) -> str:
    return "null" if blob is None else string(blob, flow=True)
