"""A range for people: each proposal whole, loops and gaps that change, what came without a receipt; a summary."""

from __future__ import annotations

from spine.printable import printable
from spine.review.findings_text import finding_lines
from spine.review.proposal_text import proposal_lines
from spine.review.range_view import RangeView, moved_text
from spine.review.style import Style


def range_lines(view: RangeView, style: Style, *, most: int | None = None) -> list[str]:
    """Everything that the range brings; of each text at most `most` lines."""
    out: list[str] = []
    for group in view.groups:
        for one in group.proposals:
            out += [style("quiet", f"── {group.title} ──"), *proposal_lines(one, style, most=most), ""]
    if view.moved:
        out += ["Loops and gaps:", *(f"  {printable(one.id)}  {moved_text(one)}" for one in view.moved), ""]
    for title, findings in view.findings:
        out.append(style("conflict", f"{title}:"))
        for finding in findings:
            out += [f"  {line}" for line in finding_lines(finding, style)]
        out.append("")
    for folder, problem in view.unreadable:
        out += [f"{style('conflict', 'cannot be read:')} {printable(folder)}: {printable(problem)}", ""]
    return [*out, view.verdict, style("strong", view.summary)]
