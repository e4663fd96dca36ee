"""A plan for people: what would happen, by file and entry; then what stands against it; the summary comes last."""

from __future__ import annotations

from spine.actions.bringing import Counts
from spine.actions.plan import Plan
from spine.errors import Place
from spine.printable import printable
from spine.review.authority_text import authority_lines
from spine.review.conflict_text import conflict_lines, ways_out
from spine.review.file_text import file_lines, reason_lines
from spine.review.file_view import planned_files
from spine.review.findings_text import FindLine, finding_lines
from spine.review.style import Style

_MOST = 40  # lines of one text; `spine show` has them all


def plan_lines(plan: Plan, style: Style, *, most: int | None = _MOST) -> list[str]:
    """The whole plan; its last line is the summary."""
    out = [*headline(plan, style), ""]
    for file in planned_files(plan):
        out += [*file_lines(file, style, most=most), ""]
    conflicts = [(file.path, conflict) for file in plan.files for conflict in file.conflicts]
    if conflicts:
        out.append(style("conflict", f"{counted(len(conflicts), 'conflict')}:"))
        for path, conflict in conflicts:
            out += conflict_lines(path, conflict, plan.set_by.get((path, conflict.at)), style)
        ways = ways_out(plan)
        width = max(len(what) for what, _ in ways)
        out += ["", *(f"  {what + ':':<{width + 1}}  {command}" for what, command in ways), ""]
    if plan.status != "applied":
        out += [style("conflict", f"blocked: {printable(reason)}") for reason in plan.blockers]
    if plan.findings:
        out.append("afterwards it would be found that:")
        find_line = _lines_after(plan)
        out += [f"  {line}" for one in plan.findings[:_MOST] for line in finding_lines(one, style, find_line)]
        out += [f"  and {len(plan.findings) - _MOST} more"] if len(plan.findings) > _MOST else []
    out += authority_lines(plan, style)
    out.append(style("strong", summary(plan)))
    return out


def _lines_after(plan: Plan) -> FindLine:
    """The lines of the files as the plan makes them; those of others are not at hand."""
    texts = {file.path: (file.after or b"").decode("utf-8", "replace").split("\n") for file in plan.files}

    def find(place: Place) -> str | None:
        lines = texts.get(place.file, [])
        return lines[place.line - 1] if place.line is not None and place.line <= len(lines) else None

    return find


def headline(plan: Plan, style: Style) -> list[str]:
    """Which proposal it is, and why it is made."""
    proposal = plan.proposal
    state = f"{plan.status}, a draft" if plan.is_draft else plan.status
    out = [style("strong", str(proposal.id)), f"{printable(proposal.title)} ({state})"]
    if proposal.why:
        out += [style("quiet", line) for line in reason_lines(proposal.why)]
    return out


def summary(plan: Plan) -> str:
    """`Plan: 3 to add, 1 to change, 0 to remove in 2 files (base 06c673b)`, or why nothing lands.

    The commit that the plan is made on stands there too if it is another.
    """
    made_on = f"base {plan.proposal.base[:7]}"
    if plan.onto != plan.proposal.base:
        made_on += f", on {plan.onto[:7]}"
    return f"Plan: {_verdict(plan)} ({made_on})"


def _verdict(plan: Plan) -> str:
    if plan.outcome == "applied":
        return "nothing to do, it has landed"
    if plan.outcome == "already there":
        return "nothing to do, all of it is there already"
    if plan.outcome == "blocked":
        return "blocked, nothing of it can land"
    if plan.outcome == "conflicts":
        count = sum(len(file.conflicts) for file in plan.files)
        files = sum(1 for file in plan.files if file.conflicts)
        return f"{counted(count, 'conflict')} in {counted(files, 'file')}, nothing of it can land"
    return counts_text(plan.counts, sum(1 for file in plan.files if file.outcome in ("create", "change", "delete")))


def counts_text(counts: Counts, files: int, *, is_done: bool = False) -> str:
    """`3 to add, 1 to change, 0 to remove in 2 files`, or `3 added …`."""
    verbs = ("added", "changed", "removed") if is_done else ("to add", "to change", "to remove")
    numbers = (counts.add, counts.change, counts.remove)
    told = ", ".join(f"{number} {verb}" for number, verb in zip(numbers, verbs, strict=True))
    return f"{told} in {counted(files, 'file')}"


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
