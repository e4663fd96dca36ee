"""Outside text in Markdown: in code spans, in `<code>` within raw HTML, or in fences, and nowhere else.

In these three nothing mentions anybody, links, loads, closes an element or ends a comment, on GitHub as elsewhere:
their filters for `@team`, `#123` and addresses leave code alone, and look at text after entities are resolved, so that
escaping alone would not do.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from spine.printable import printable

_BACKTICKS = re.compile("`+")


def span(text: str) -> str:
    """A code span on one line, whatever the text; for paragraphs and items of lists, not for tables."""
    shown = printable(text)
    if not shown.strip():
        return "`(empty)`"
    ticks = "`" * (1 + longest_run(shown))
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def element(text: str) -> str:
    """The same inside a block of raw HTML, which Markdown does not look into."""
    return f"<code>{html.escape(printable(text)) or '(empty)'}</code>"


def block(lines: Iterable[str], lang: str = "") -> str:
    """A fenced block of lines that are printable already; the fence is longer than any run of backticks inside."""
    body = "\n".join(lines)
    fence = "`" * max(3, 1 + longest_run(body))
    return f"{fence}{lang}\n{body}\n{fence}\n"


def longest_run(text: str) -> int:
    """The length of the longest run of backticks."""
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and how many characters it has more."""
    return text if len(text) <= most else f"{text[:most]} … {len(text) - most} more characters"
