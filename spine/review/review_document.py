"""A review of a range for programs: `review/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spine.errors import Exit
from spine.review.json_parts import Json, document, finding_part, reviewed_part

if TYPE_CHECKING:
    from spine.actions.review import RangeReview
    from spine.review.range_view import RangeView


def review_document(found: RangeReview, view: RangeView) -> Json:
    """The proposals of a range by what becomes of them, totals of what would land, and what came without a receipt."""
    counts = view.counts
    return document(
        "review",
        Exit.DONE,
        since=found.since,
        until=found.until,
        onto=found.onto,
        counts={"add": counts.add, "change": counts.change, "remove": counts.remove},
        pending=[reviewed_part(one) for one in found.pending],
        landed=[reviewed_part(one) for one in found.landed],
        closed=[reviewed_part(one) for one in found.closed],
        unreadable=[{"folder": folder, "problem": problem} for folder, problem in found.unreadable],
        moved=[
            {"kind": one.kind, "id": one.id, "title": one.title, "before": one.before, "after": one.after}
            for one in found.moved
        ],
        by_hand=[finding_part(one) for one in view.by_hand],
        fresh=[finding_part(one) for one in view.fresh],
        unknown=[finding_part(one) for one in view.unknown],
    )
