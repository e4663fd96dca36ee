"""The JSON documents of the gap verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spine.errors import Exit
from spine.review.json_parts import Json, document, finding_part, moment_part, place_part, plan_part

if TYPE_CHECKING:
    from spine.actions.gap_desk import GapWritten
    from spine.actions.gap_listing import GapList, GapView
    from spine.ledger.gaps import StoredGap


def gap_part(stored: StoredGap) -> Json:
    """A gap; what its file or register does not say is null."""
    gap = stored.gap
    accepted = gap.accepted if gap is not None else None
    closed = gap.closed if gap is not None else None
    description = gap.description if gap is not None else stored.entry and stored.entry.fields.get("description")
    imported = gap.imported if gap is not None else None
    return {
        "id": stored.id,
        "place": place_part(stored.place),
        "title": stored.title,
        "type": stored.type or None,
        "severity": stored.severity or None,
        "status": stored.status,
        "loop": stored.loop,
        "found": stored.found.isoformat() if stored.found is not None else None,
        "blocks": list(stored.blocks),
        "accepted": None
        if accepted is None
        else {"at": moment_part(accepted.at), "by": accepted.by, "why": accepted.why},
        "closed": None if closed is None else {"at": moment_part(closed.at), "by": closed.by},
        "evidence": list(stored.evidence),
        "imported": None if imported is None else {"from": imported.register, "says": dict(imported.says)},
        "registered": dict(stored.entry.fields) if stored.entry is not None else None,
        "description": description,
    }


def gap_written_document(done: GapWritten) -> Json:
    """A gap that was written, or proposed to be written."""
    made = done.proposed
    proposal = None if made is None else {"id": made.proposal.id, "path": made.folder, "plan": plan_part(made.plan)}
    outcome = "already-there" if not done.is_new else "written" if made is None else "proposed"
    return document(
        f"gap-{done.verb}",
        Exit.DONE,
        outcome=outcome,
        id=done.gap.id,
        before=done.before,
        gap=gap_part(done.gap),
        proposal=proposal,
    )


def gap_list_document(listed: GapList) -> Json:
    """The chosen gaps, and how many there are of each state in all."""
    return document(
        "gap-list",
        Exit.DONE,
        counts=dict(listed.counts),
        gaps=[gap_part(one) for one in listed.gaps],
        unread=[finding_part(one) for one in listed.unread],
    )


def gap_show_document(view: GapView) -> Json:
    """One gap with its proposals and findings."""
    return document(
        "gap-show",
        Exit.DONE,
        gap=gap_part(view.gap),
        registered_by=[{"id": id_, "status": status} for id_, status in view.registered_by],
        closed_by=[{"id": id_, "status": status} for id_, status in view.closed_by],
        findings=[finding_part(one) for one in view.findings],
    )
