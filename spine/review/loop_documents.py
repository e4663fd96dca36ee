"""Loops for programs: one JSON document a verb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spine.errors import Exit
from spine.records.loop import Loop, Progress
from spine.records.loop_outline import Item
from spine.review.json_parts import Json, document, finding_part, plan_part, setter_part, word

if TYPE_CHECKING:
    from spine.actions.loop_change import LoopChanged
    from spine.actions.loop_views import ListedLoop, LoopReport, ShownLoop
    from spine.actions.proven import Proven
    from spine.ledger.loops import Open


def loop_list_document(listed: Sequence[ListedLoop]) -> Json:
    """The loops of a tree."""
    return document(
        "loop-list",
        Exit.DONE,
        loops=[
            {**_head(one.loop, one.state), "open_gaps": one.open_gaps, "blocked_by": list(one.blocked_by)}
            for one in listed
        ],
    )


def loop_show_document(shown: ShownLoop) -> Json:
    """A loop, whole."""
    loop = shown.loop
    return document(
        "loop-show",
        Exit.DONE,
        **_head(loop, shown.state),
        goal=loop.goal,
        criteria=[
            {"number": one.number, "phase": one.phase, **_item(one.item, str(one.number))} for one in loop.criteria
        ],
        phases=[
            {
                "key": one.key,
                "title": one.title,
                "said": one.said,
                "state": one.state,
                "line": one.line,
                "items": [_item(item, f"{one.key.replace(' ', '')}.{at}") for at, item in enumerate(one.items, 1)],
            }
            for one in loop.phases
        ],
        remaining=[_item(item, f"R{at}") for at, item in enumerate(loop.remaining, 1)],
        receipts=[
            {
                "line": one.line,
                "text": one.text,
                "proposals": list(one.proposals),
                "gaps": list(one.gaps),
                "commit": one.stated,
            }
            for one in loop.receipts
        ],
        gaps=[
            {
                "id": gap.id,
                "title": gap.title,
                "severity": gap.severity,
                "status": gap.status,
                "blocks": list(gap.blocks),
            }
            for gap in shown.gaps
        ],
        proposals=[
            {
                "id": one.id,
                "title": one.title,
                "status": one.status,
                "commit": one.landing,
                "is_follow_up": one.is_follow_up,
            }
            for one in shown.proposals
        ],
        blocked_by=list(shown.blocked_by),
        open=open_part(shown.open),
        findings=[finding_part(one) for one in shown.findings],
    )


def loop_check_document(report: LoopReport) -> Json:
    """What is claimed and what is computed."""
    return document(
        "loop-check",
        report.exit_code,
        loops=[
            {
                "id": one.loop.id,
                "path": one.loop.file,
                "criteria": [
                    {
                        "number": verdict.criterion.number,
                        "line": verdict.criterion.line,
                        "text": verdict.criterion.text,
                        "claimed": verdict.claimed,
                        "computed": word(verdict.computed.removeprefix("a ")),
                        "why": verdict.why,
                        "blocked_by": list(verdict.blocked_by),
                        "made_so_by": setter_part(verdict.made_so_by),
                        "when_closed": word(verdict.when_closed) if verdict.when_closed else None,
                        "evidence": [_evidence(proven) for proven in verdict.evidence],
                    }
                    for verdict in one.verdicts
                ],
            }
            for one in report.loops
        ],
        findings=[finding_part(one) for one in report.findings],
    )


def loop_changed_document(verb: str, done: LoopChanged) -> Json:
    """What a verb did to a loop's file (`loop-criterion/1`, `loop-close/1` …)."""
    outcome = "unchanged" if not done.is_changed else "written"
    if done.is_changed and (done.commit is not None or done.proposed is not None):
        outcome = "committed" if done.commit is not None else "proposed"
    proposed = done.proposed
    return document(
        f"loop-{verb}",
        Exit.DONE,
        outcome=outcome,
        loop=done.loop,
        path=done.path,
        summary=done.summary,
        is_governed=done.is_governed,
        commit=done.commit.id if done.commit is not None else None,
        proposal=None
        if proposed is None
        else {"id": proposed.proposal.id, "path": proposed.folder, "plan": plan_part(proposed.plan)},
    )


def open_part(found: Sequence[Open]) -> list[Json]:
    """Open ends of a loop."""
    return [{"kind": one.kind, "name": one.name, "text": one.text, "line": one.line} for one in found]


def _head(loop: Loop, state: str) -> Json:
    return {
        "id": loop.id,
        "path": loop.file,
        "title": loop.title,
        "state": state,
        "status": loop.status,
        "severity": loop.severity,
        "owner": loop.owner,
        "opened": loop.opened.isoformat() if loop.opened else None,
        "closed": loop.closed.isoformat() if loop.closed else None,
        "is_imported": loop.is_imported,
        "progress": _progress(loop.progress),
    }


def _evidence(proven: Proven) -> Json:
    one = proven.evidence
    return {
        "path": one.path,
        "address": str(one.address) if one.address is not None else None,
        "gap": one.gap,
        "value": one.value,
        "speaks_for": one.speaks_for,
        "set_by": setter_part(proven.set_by),
    }


def _progress(progress: Progress) -> Json:
    return {"met": progress.met, "partly": progress.partly, "open": progress.open, "total": progress.total}


def _item(item: Item, name: str) -> Json:
    return {
        "name": name,
        "line": item.line,
        "mark": word(item.mark) if item.mark else None,
        "text": item.text,
        "parts": [_item(part, f"{name}.{at}") for at, part in enumerate(item.parts, 1)],
    }
