"""The ledger for people: lists of proposals, the state of a repository, the log of landings."""

from __future__ import annotations

from collections.abc import Sequence

from spine.actions.listing import Listed, Logged, Overview
from spine.printable import printable
from spine.review.conflict_text import day
from spine.review.list_text import Cell, columns
from spine.review.style import Style, Tone

_TONES: dict[str, Tone] = {
    "applied": "add",
    "pending": "change",
    "draft": "change",
    "undone": "quiet",
    "withdrawn": "quiet",
    "superseded": "quiet",
    "clean": "add",
    "conflicts": "conflict",
    "blocked": "conflict",
    "unreadable": "conflict",
}
_ORDER = ("draft", "pending", "applied", "undone", "withdrawn", "superseded")


def list_lines(listed: Sequence[Listed], style: Style) -> list[str]:
    """One proposal a line: status, id, title."""
    return columns([(_toned(_state(one)), one.stored.id, _title(one)) for one in listed], style) if listed else []


def status_lines(overview: Overview, style: Style) -> list[str]:
    """What is open and what it would do, then how many there are of each status."""
    out: list[str] = []
    if overview.journal is not None:
        out.append(style("conflict", "an earlier run was interrupted: spine doctor"))
    rows: list[Sequence[Cell]] = [
        (_toned(_state(one)), _toned(one.plan or "unreadable"), one.stored.id, one.problem or _title(one))
        for one in overview.open
    ]
    out += columns(rows, style) if rows else ["nothing is open"]
    counts = [f"{overview.counts[name]} {name}" for name in _ORDER if overview.counts.get(name)]
    return [*out, f"{', '.join(counts) or 'no proposals'} at {overview.onto[:7]}"]


def log_lines(landings: Sequence[Logged], style: Style) -> list[str]:
    """One landing after another: commit, day, id, title, by whom, and the files."""
    out: list[str] = []
    for one in landings:
        date = day(one.landed or one.commit.date)
        out.append(f"{style('change', one.commit.id[:7])} {date} {style('strong', printable(one.id))}")
        out.append(f"    {printable(one.title)}")
        out.append(style("quiet", f"    by {printable(one.by or str(one.commit.committer))}"))
        out += [style("quiet", f"    {printable(path)}") for path in one.paths]
    return out


def _state(one: Listed) -> str:
    return "draft" if one.is_draft else one.status


def _title(one: Listed) -> str:
    return one.stored.proposal.title if one.stored.proposal is not None else "(cannot be read: spine validate)"


def _toned(word: str) -> Cell:
    tone = _TONES.get(word)
    return word if tone is None else (tone, word)
