"""What became of a queue: who landed, in which commit, and who waits and why; for people and for programs."""

from __future__ import annotations

from spine.actions.apply import PlanConflicts
from spine.actions.queue import Queued, Waiting
from spine.errors import SpineError
from spine.printable import printable
from spine.review.json_parts import Json, document, place_part, plan_part
from spine.review.landing_text import already_line, behind_lines, landing_lines
from spine.review.style import Style


def queue_lines(done: Queued, style: Style) -> list[str]:
    """A line for each landing and each that waits; the last one counts."""
    out = [line for one in done.landed for line in landing_lines(one)]
    for moved in done.renumbered:
        numbers = ", ".join(f"{old} is {new}" for old, new in moved.numbers.items())
        out.append(f"{moved.id} landed as {moved.successor}: {numbers}")
    out += [already_line(one) for one in done.there]
    out += behind_lines(done.branch, done.remote, done.behind)
    for one in done.waiting:
        out.append(f"{style('conflict', '!')} {printable(one.id)}: {printable(one.error.message)}")
        if isinstance(one.error, PlanConflicts):
            out += [
                f"      {printable(file.path)}#{printable(str(conflict.at))}: {printable(conflict.message)}"
                for file in one.error.plan.files
                for conflict in file.conflicts
            ]
    if done.stopped is not None:
        out.append(f"{style('conflict', 'stopped:')} {printable(str(done.stopped))}")
        if done.stopped.hint:
            out.append(f"hint: {printable(done.stopped.hint)}")
    if done.drafts:
        noun = "draft is" if done.drafts == 1 else "drafts are"
        out.append(style("quiet", f"{done.drafts} {noun} no part of the queue until somebody commits them"))
    out.append(style("strong", f"Queue: {len(done.landed)} landed, {len(done.waiting)} wait"))
    return out


def queue_document(done: Queued) -> Json:
    """The same for programs; `stopped` is the error that ended the queue early."""
    return document(
        "queue",
        done.exit_code,
        branch=done.branch,
        remote=done.remote,
        behind=done.behind,
        landed=[
            {"id": one.plan.proposal.id, "commit": one.commit.id, "left_alone": list(one.left_alone)}
            for one in done.landed
        ],
        already_there=[
            {"id": one.proposal, "commit": one.commit, "run": one.run, "reason": one.reason} for one in done.there
        ],
        waiting=[_waiting_part(one) for one in done.waiting],
        stopped=_error_part(done.stopped) if done.stopped is not None else None,
        drafts=done.drafts,
        renumbered=[
            {"id": one.id, "successor": one.successor, "numbers": dict(one.numbers)} for one in done.renumbered
        ],
    )


def _waiting_part(one: Waiting) -> Json:
    plan = plan_part(one.error.plan) if isinstance(one.error, PlanConflicts) else None
    return {"id": one.id, **_error_part(one.error), "plan": plan}


def _error_part(error: SpineError) -> Json:
    return {
        "code": error.code,
        "message": error.message,
        "exit_code": int(error.exit_code),
        "place": place_part(error.place),
        "hint": error.hint,
    }
