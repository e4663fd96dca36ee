"""Findings and errors for people: `path:line:column: CODE message`, the line itself, a caret, and a hint."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from spine.errors import Finding, Place, SpineError
from spine.printable import printable
from spine.review.style import Style

FindLine = Callable[[Place], str | None]
"""Gives the source line of a place, or None where it is not to be had."""

_WIDTH = 100  # of the part of a long line that is shown
_LONGEST_PLACE, _LONGEST = 300, 4_000  # characters; a hook's or git's own words may be many


def no_line(place: Place) -> str | None:
    """For findings whose source is not at hand."""
    return None


def finding_lines(finding: Finding, style: Style, find_line: FindLine = no_line) -> list[str]:
    """The lines of one finding."""
    code = finding.code if finding.severity == "error" else f"{finding.code} {finding.severity}:"
    return _lines(finding.place, code, finding.message, finding.hint, style, find_line)


def error_lines(error: SpineError, style: Style, find_line: FindLine = no_line) -> list[str]:
    """The lines of an error that stopped a command; what it repeats of a long input is cut."""
    place = error.place
    if place is not None and len(place.file) > _LONGEST_PLACE:
        place = Place(f"{place.file[:_LONGEST_PLACE]}…", place.line, place.column)
    message = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"
    hint = error.hint if error.hint is None or len(error.hint) <= _LONGEST else None
    return _lines(place, error.code, message, hint, style, find_line if error.is_there else no_line)


def findings_lines(findings: Iterable[Finding], style: Style, find_line: FindLine = no_line) -> list[str]:
    """All findings, and how many there are of each severity as the last line."""
    out: list[str] = []
    counts: dict[str, int] = {}
    for finding in findings:
        out += finding_lines(finding, style, find_line)
        counts[finding.severity] = counts.get(finding.severity, 0) + 1
    told = [f"{count} {severity}{'' if count == 1 else 's'}" for severity, count in sorted(counts.items())]
    return [*out, ", ".join(told)] if told else ["no findings"]


def excerpt(line: str, column: int | None) -> list[str]:
    """A source line with a caret below the column; of a long line the part around it."""
    line = line.rstrip("\r\n")
    at = min((column or 1) - 1, len(line))
    start = 0 if len(line) <= _WIDTH else max(0, min(at - _WIDTH // 2, len(line) - _WIDTH))
    before, behind = printable(line[start:at]), printable(line[at : start + _WIDTH])
    head = "…" if start else ""
    tail = "…" if start + _WIDTH < len(line) else ""
    shown = [f"    {head}{before}{behind}{tail}".rstrip()]
    if column is not None:
        shown.append(" " * (4 + len(head) + _columns(before)) + "^")
    return shown


def _lines(
    place: Place | None, code: str, message: str, hint: str | None, style: Style, find_line: FindLine
) -> list[str]:
    shown = printable(message, multiline=True)
    where = f"{style('strong', printable(str(place)))}: " if place is not None else "spine: "
    out = [f"{where}{style('conflict', code)} {shown}"]
    if place is not None and place.line is not None:
        line = find_line(place)
        if line is not None and line.strip():
            out += excerpt(line, place.column)
    if hint:
        out.append(f"  hint: {printable(hint, multiline=True)}")
    return out


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(bool(unicodedata.combining(char)) for char in text)
