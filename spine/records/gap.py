"""A gap: a known shortfall, found in a loop, with type, severity and status; one file each."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Literal, get_args

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ids import GapId
from spine.records.values import flow_list, loop_reference, person, record, safe_path
from spine.yamldoc.fields import BadField, Fields, moment_text
from spine.yamldoc.write import field, string

GapType = Literal[
    "missing-entry",
    "stale-ssot",
    "runtime-bug",
    "agent-behavior",
    "unclear-doc",
    "duplicate-truth",
    "missing-process",
]
Severity = Literal["low", "medium", "high", "critical"]
GapStatus = Literal["open", "accepted", "closed"]
TYPES: tuple[GapType, ...] = get_args(GapType)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
STATUSES: tuple[GapStatus, ...] = get_args(GapStatus)

_REQUIRED = ("id", "title", "type", "severity", "status", "found")
_OPTIONAL = ("loop", "blocks", "accepted", "closed", "imported", "description")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


class BadGap(Refused):
    """A gap's file is not as its format says."""

    code = "SP043"


@dataclass(frozen=True, slots=True)
class Closed:
    """How a gap ended: when, by whom, and what shows it (proposals, commits, checks)."""

    at: datetime
    by: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """That a shortfall is known and stays: when, by whom, and why."""

    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """Where a gap was kept before it had a file of its own, and what was said there that has no other place."""

    register: str
    says: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """All that a gap's file says. `blocks` names criteria of loops, `LOOP-…#4`.

    A closed gap says in `closed` with what evidence; only an imported one may not know it.
    """

    id: GapId
    title: str
    type: str
    severity: str
    status: str
    found: date
    loop: str | None = None
    blocks: tuple[str, ...] = ()
    accepted: Accepted | None = None
    closed: Closed | None = None
    imported: Imported | None = None
    description: str | None = None


def read_gap(text: str, *, file: str = "gap.yaml") -> Gap:
    """Read a gap strictly. Every error has file, line and column."""
    fields = record(text, file=file, kind="gap", required=_REQUIRED, optional=_OPTIONAL, error=BadGap)
    closed = None
    if "closed" in fields:
        end = fields.inside("closed", "closed", required=("at", "by", "evidence"))
        closed = Closed(end.moment("at"), end.read("by", person), end.texts("evidence"))
        if not closed.evidence:
            raise end.wrong("evidence", "a gap is closed with evidence: a proposal, a commit or a check")
    accepted = None
    if "accepted" in fields:
        part = fields.inside("accepted", "accepted", required=("at", "by", "why"))
        accepted = Accepted(part.moment("at"), part.read("by", person), part.line("why"))
    imported = _imported(fields)
    status = fields.choice("status", STATUSES)
    if status == "open" and accepted is not None:
        raise fields.wrong("accepted", "an open gap is not accepted")
    if (status == "closed") != (closed is not None) and (closed is not None or imported is None):
        message = "a closed gap says in “closed” when, by whom and with what evidence"
        raise fields.wrong("status" if closed is None else "closed", message)
    return Gap(
        id=fields.read("id", GapId.parse),
        title=fields.line("title", limit=200),
        type=fields.choice("type", TYPES),
        severity=fields.choice("severity", SEVERITIES),
        status=status,
        found=fields.day("found"),
        loop=fields.find("loop", loop_reference),
        blocks=fields.each("blocks", criterion_reference),
        accepted=accepted,
        closed=closed,
        imported=imported,
        description=fields.find_text("description"),
    )


def _imported(fields: Fields) -> Imported | None:
    if "imported" not in fields:
        return None
    part = fields.inside("imported", "imported", required=("from",), optional=("says",))
    return Imported(part.read("from", safe_path), tuple((key, one.text(key)) for key, one in part.pairs("says")))


def criterion_reference(text: str) -> str:
    """`LOOP-…#4`: the fourth success criterion of a loop."""
    loop, mark, number = text.rpartition("#")
    if not mark or not _NUMBER.fullmatch(number):
        raise BadField(f"“{text[:60]}” is not a criterion, like LOOP-HOME-20260212#4")
    loop_reference(loop)
    return text


def write_gap(gap: Gap) -> str:
    """The text of a gap's file; law: `read_gap(write_gap(g)) == g`."""
    out = ["spine: gap/1\n"]
    out += [field(key, str(getattr(gap, key)), 0) for key in ("id", "title", "type", "severity", "status")]
    if gap.loop is not None:
        out.append(field("loop", gap.loop, 0))
    out.append(f"found: {gap.found.isoformat()}\n")
    if gap.blocks:
        out.append(f"blocks: {flow_list(gap.blocks)}\n")
    if gap.accepted is not None:
        out += ["accepted:\n", f"  at: {moment_text(gap.accepted.at)}\n", field("by", gap.accepted.by, 2)]
        out.append(field("why", gap.accepted.why, 2))
    if gap.closed is not None:
        out += ["closed:\n", f"  at: {moment_text(gap.closed.at)}\n", field("by", gap.closed.by, 2)]
        out.append(f"  evidence: {flow_list(gap.closed.evidence)}\n")
    if gap.imported is not None:
        out += ["imported:\n", field("from", gap.imported.register, 2)]
        out += ["  says:\n"] if gap.imported.says else []
        out += [field(string(key, flow=True), text, 4) for key, text in gap.imported.says]
    if gap.description is not None:
        out.append(field("description", gap.description, 0))
    return "".join(out)
