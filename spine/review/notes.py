"""A note of a merge as a line of text."""

from __future__ import annotations

from spine.printable import printable


def note_text(message: str, at: str) -> str:
    """A note, with its place unless it says it itself."""
    shown = printable(message)
    return shown if at == "$" or at in message else f"{printable(at)}: {shown}"
