"""Edits of a text as splices: what to put in place of which span, applied in one pass.

Two splices at one offset are ordered deeper first: what is appended inside a nested list stands before what is inserted
behind the entry that holds the list.
"""

from __future__ import annotations

from spine.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace `text[start:end]` by `put`; `depth` is the nesting depth of the container it belongs to."""

    start: int
    end: int
    put: str
    depth: int = 0


class Overlap(Exception):
    """Two splices claim the same characters: a fault of the caller, never of the input alone."""


def splice(text: str, edits: list[Splice]) -> str:
    """Apply all edits to `text`. Raises `Overlap` if two of them share characters."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end, -one.depth)):
        if edit.start < at:
            raise Overlap(f"edits overlap at offset {edit.start}")
        pieces.append(text[at : edit.start])
        pieces.append(edit.put)
        at = edit.end
    pieces.append(text[at:])
    return "".join(pieces)
