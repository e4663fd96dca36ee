"""Findings as GitHub's workflow commands, which become annotations; Gitea and Forgejo show them in the log.

A command is a line, so whatever could end one is escaped: `%`, CR and LF in text, `:` and `,` too in properties. GitHub
shows 10 errors and 10 warnings a step; what is beyond stands in the summary of the job.
"""

from __future__ import annotations

from collections.abc import Sequence

from spine.printable import printable
from spine.review.rows import Row, count_of

MOST = 10  # of each severity, as GitHub shows them
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def github_lines(rows: Sequence[Row], verdict: str) -> list[str]:
    """A command for each of the first findings of each severity, how many more there are, and the verdict."""
    out = []
    left: list[Row] = []
    counts = dict.fromkeys(_COMMANDS, 0)
    for row in rows:
        counts[row.severity] += 1
        if counts[row.severity] <= MOST:
            out.append(_command(row))
        else:
            left.append(row)
    if left:
        out.append(f"and {count_of(left)} more, all of them in the summary of the job")
    return [*out, printable(verdict)]


def _command(row: Row) -> str:
    properties = {"file": row.path, "line": row.at, "col": row.column, "title": f"spine {row.code}"}
    said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value not in (None, ""))
    text = f"{row.message}\nhint: {row.hint}" if row.hint else row.message
    return f"::{_COMMANDS[row.severity]} {said}::{_data(text)}"


def _data(text: str) -> str:
    shown = printable(text, multiline=True)
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
