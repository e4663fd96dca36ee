"""Approvals and what a policy still asks for: lines for people, and their part of JSON documents."""

from __future__ import annotations

from spine.actions.approve import Approved
from spine.actions.authority import FORGE, SIGNED
from spine.actions.plan import Plan
from spine.errors import Exit
from spine.ledger.authority import BrokenGlass
from spine.printable import printable
from spine.review.json_parts import Json, document
from spine.review.style import Style
from spine.yamldoc.fields import moment_text


def authority_lines(plan: Plan, style: Style) -> list[str]:
    """Whose approvals are there, and what is missing; nothing where the policy does not ask."""
    standing = plan.standing
    if standing is None:
        return []
    out = [style("strong", f"policy of the target ({SIGNED if standing.is_signed else FORGE}):")]
    for one in standing.seen:
        told = f"{one.approval.verdict} by {one.approval.by}, {one.proof}"
        out.append(f"  {printable(told)}")
    for missing in standing.unmet:
        out.append(style("conflict", printable(f"  missing at {missing.place}: {missing.message} ({missing.rule})")))
        out.append(f"    hint: {printable(missing.hint)}")
    if not standing.unmet:
        out.append("  nothing is missing")
    return [*out, ""]


def authority_part(plan: Plan) -> Json | None:
    """The same for programs."""
    standing = plan.standing
    if standing is None:
        return None
    return {
        "proved_by": "ssh" if standing.is_signed else "forge",
        "approvals": [
            {"verdict": one.approval.verdict, "by": one.approval.by, "path": one.path, "proof": one.proof}
            for one in standing.seen
        ],
        "missing": [
            {"place": str(one.place), "rule": one.rule, "message": one.message, "hint": one.hint}
            for one in standing.unmet
        ],
    }


def glass_part(one: BrokenGlass) -> Json:
    """A landing that waits for its review."""
    return {
        "id": one.id, "path": one.path, "why": one.why, "by": one.by, "review_by": moment_text(one.review_by),
        "is_overdue": one.is_overdue,
    }  # fmt: skip


def approved_line(done: Approved) -> str:
    """What has been said, and how far it is proved."""
    one = done.approval
    how = "signed" if done.is_signed else FORGE
    if done.commit is None:
        return printable(f"{one.proposal} is {one.verdict} by {one.by} already")
    return printable(f"{one.proposal} is {one.verdict} by {one.by} ({how}), in {done.commit.id[:7]}")


def approved_document(done: Approved) -> Json:
    """The word that was given; the commit is null if it was given already."""
    one = done.approval
    return document(
        "approve",
        Exit.DONE,
        id=str(one.proposal),
        verdict=one.verdict,
        by=one.by,
        digest=one.digest,
        expires=moment_text(one.expires) if one.expires is not None else None,
        signed=done.is_signed,
        commit=done.commit.id if done.commit is not None else None,
    )
