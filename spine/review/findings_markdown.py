"""Findings as Markdown: for the summary of a job, or a comment. Whatever comes from outside stands in code spans.

In a code span nothing acts: no HTML, no link, no mention of a team. What does not fit is left out by whole findings,
and counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from spine.printable import printable
from spine.review.rows import Row, count_of

COMMENT = 60_000  # characters; GitHub refuses comments above 65,536
SUMMARY = 900 * 1024  # bytes; GitHub drops summaries above 1 MiB
_BACKTICKS = re.compile("`+")
_MARKS = {"error": "❌", "warning": "⚠️", "note": "ℹ️"}


def findings_markdown(
    title: str, verdict: str, rows: Sequence[Row], *, characters: int = COMMENT, octets: int | None = None
) -> str:
    """A heading, the verdict, and a point for each finding, the worst first; within both limits."""
    out = [f"### {title}\n\n{code_span(verdict)}\n"]
    if rows:
        out.append(f"\n**{count_of(rows)}**\n\n")
    points = [_point(row) for row in rows]
    head = "".join(out)
    for shown in range(_fitting(head, points, characters, octets), -1, -1):
        rest = rows[shown:]
        foot = (
            f"\n… and {count_of(rest)} more, left out to keep this short: `spine check` lists them all.\n"
            if rest
            else ""
        )
        text = head + "".join(points[:shown]) + foot
        if _fits(text, characters, octets):
            return text
    return head


def code_span(text: str) -> str:
    """Text that shows as itself and does nothing, on one line."""
    shown = printable(" ".join(text.split("\n")))
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(shown)), default=0))
    pad = " " if shown[:1] in ("`", " ", "") or shown[-1:] in ("`", " ") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _point(row: Row) -> str:
    where = row.place or (row.commit or "")[:12]
    at = f" in {row.commit[:12]}" if row.commit is not None and row.place else ""
    lines = [f"- {_MARKS[row.severity]} **{row.code}** {code_span(where)}{at}: {code_span(row.message)}"]
    if row.hint:
        lines.append(f"  <br>hint: {code_span(row.hint)}")
    return "\n".join(lines) + "\n"


def _fitting(head: str, points: Sequence[str], characters: int, octets: int | None) -> int:
    """How many points fit, all else left aside."""
    left, left_octets = characters - len(head), (octets or 0) - len(head.encode("utf-8"))
    for number, point in enumerate(points):
        left -= len(point)
        left_octets -= len(point.encode("utf-8"))
        if left < 0 or (octets is not None and left_octets < 0):
            return number
    return len(points)


def _fits(text: str, characters: int, octets: int | None) -> bool:
    return len(text) <= characters and (octets is None or len(text.encode("utf-8")) <= octets)
