"""A proposal for people, whole: who, when, why, its links, every operation, and what would happen now."""

from __future__ import annotations

from spine.printable import printable
from spine.review.conflict_text import view_lines
from spine.review.file_text import file_lines, reason_lines
from spine.review.findings_text import finding_lines
from spine.review.proposal_view import Fact, ProposalView
from spine.review.style import Style


def proposal_lines(view: ProposalView, style: Style, *, most: int | None = None) -> list[str]:
    """Everything that there is to say, the summary as the last line. Of each text at most `most` lines."""
    status = f"{view.status}, a draft: not committed" if view.is_draft else view.status
    facts = (Fact("status", (status,)), *view.facts)
    out = [style("strong", view.id), printable(view.title), ""]
    out += [f"  {fact.name:<10}  {line}" for fact in facts for line in _values(fact, view)]
    if view.why:
        out += ["", *(f"  {line}" for line in reason_lines(view.why))]
    if view.withdrawn is not None:
        out += ["", *(f"  withdrawn, {line}" for line in reason_lines(view.withdrawn))]
    for file in view.files:
        out += ["", *file_lines(file, style, most=most)]
    if view.notes:
        out += ["", *(f"  note: {note}" for note in view.notes)]
    out += ["", *_now(view, style)]
    return [*out, style("strong", view.summary)]


def _now(view: ProposalView, style: Style) -> list[str]:
    """What stands against it, the ways out, and what to be careful about."""
    out: list[str] = []
    conflicts = [one for file in view.files for one in file.conflicts]
    if conflicts:
        out.append(style("conflict", f"{len(conflicts)} conflict{'s' * (len(conflicts) != 1)}:"))
        for conflict in conflicts:
            out += view_lines(conflict, style)
        out.append("")
    if view.plan is not None:
        if view.plan.ways:
            width = max(len(what) for what, _ in view.plan.ways)
            out += [*(f"  {what + ':':<{width + 1}}  {command}" for what, command in view.plan.ways), ""]
        out += [style("conflict", f"blocked: {reason}") for reason in view.plan.blockers]
        if view.plan.findings:
            out += ["afterwards it would be found that:"]
            out += [f"  {line}" for one in view.plan.findings for line in finding_lines(one, style)]
    if view.problem is not None:
        out.append(style("conflict", f"cannot be planned: {printable(view.problem)}"))
    return out + [style("conflict", "warning: ") + text for text in view.warnings]


def _values(fact: Fact, view: ProposalView) -> list[str]:
    """One line, or one for each id that there is something to say about."""
    about = view.about
    if not any(value in about for value in fact.values):
        return [printable(", ".join(fact.values))]
    return [printable(f"{value}  {about[value]}" if value in about else value) for value in fact.values]
