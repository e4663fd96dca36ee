"""The ledger for people: lists of proposals, and the log of landings."""

from __future__ import annotations

from collections.abc import Sequence

from spine.actions.listing import Listed, Logged
from spine.printable import printable
from spine.review.conflict_view import day
from spine.review.list_text import Cell, columns
from spine.review.style import Style, Tone

_TONES: dict[str, Tone] = {
    "applied": "add",
    "pending": "change",
    "draft": "change",
    "undone": "quiet",
    "withdrawn": "quiet",
    "superseded": "quiet",
}


def list_lines(listed: Sequence[Listed], style: Style) -> list[str]:
    """One proposal a line: status, id, title."""
    return columns([(_toned(_state(one)), one.stored.id, _title(one)) for one in listed], style) if listed else []


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
