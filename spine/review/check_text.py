"""A check report for people: each commit that touched something governed, what explains it, and what does not."""

from __future__ import annotations

from spine.actions.check import Report
from spine.actions.explained import CheckedCommit, Explained
from spine.printable import printable
from spine.review.findings_text import finding_lines
from spine.review.style import Style

_HOW = {
    "receipt": "by its receipt",
    "replayed": "replayed, equal bytes",
    "same values": "replayed, equal values",
    "recorded afterwards": "recorded afterwards",
}


def report_lines(report: Report, style: Style) -> list[str]:
    """The verdict on a range; its last line is the summary."""
    out: list[str] = []
    for commit in report.commits:
        out += _commit_lines(commit, style)
    if report.fresh:
        out.append("new in the files at the end of the range:")
        for finding in report.fresh:
            out += [f"  {line}" for line in finding_lines(finding, style)]
    for finding in report.unknown:
        out += finding_lines(finding, style)
    return [*out, style("strong", verdict(report))]


def verdict(report: Report) -> str:
    """The report in one line."""
    where = f"{report.since[:7]}..{report.until[:7]}" if report.since else f"all up to {report.until[:7]}"
    seen = f"{report.seen} commit{'' if report.seen == 1 else 's'}"
    governed = sum(len(commit.explained) for commit in report.commits)
    count = len(report.findings)
    if count:
        return f"Check: {count} finding{'' if count == 1 else 's'} in {seen} ({where})"
    if report.unknown:
        return f"Check: cannot tell for {len(report.unknown)} of {seen} ({where})"
    if not governed:
        return f"Check: nothing governed was changed in {seen} ({where})"
    return f"Check: {governed} governed change{'' if governed == 1 else 's'} in {seen}, all explained ({where})"


def _commit_lines(commit: CheckedCommit, style: Style) -> list[str]:
    mark = style("conflict", "✗") if commit.findings else style("add", "✓")
    out = [f"{mark} {commit.commit[:7]} {printable(commit.subject)}"]
    out += [f"    {_explained(one)}" for one in commit.explained]
    for finding in commit.findings:
        out += [f"    {line}" for line in finding_lines(finding, style)]
    return out


def _explained(one: Explained) -> str:
    by = ", ".join(one.by)
    return f"{printable(one.path)}: {_HOW[one.how]}" + (f", {printable(by)}" if by else "")
