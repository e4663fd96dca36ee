"""Tables as people read them in a terminal: columns that line up, no frames."""

from __future__ import annotations

from collections.abc import Sequence

from spine.printable import printable
from spine.review.style import Style, Tone

Cell = str | tuple[Tone, str]


def columns(rows: Sequence[Sequence[Cell]], style: Style) -> list[str]:
    """The rows with two blanks between columns; the last column is not padded."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    out = []
    for row, shown in zip(rows, texts, strict=True):
        parts = [
            style(_tone(cell), text) + " " * (width - len(text))
            for cell, text, width in zip(row, shown, widths, strict=True)
        ]
        out.append("  ".join(parts).rstrip())
    return out


def _text(cell: Cell) -> str:
    return printable(cell if isinstance(cell, str) else cell[1])


def _tone(cell: Cell) -> Tone | None:
    return None if isinstance(cell, str) else cell[0]
