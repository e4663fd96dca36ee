"""Colours of a terminal as a small table: what a tone looks like, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from spine.dataclass import dataclass
from spine.review.spans import Span

Tone = Literal["add", "change", "remove", "comment", "conflict", "strong", "quiet", "old word", "new word"]


@dataclass(frozen=True, slots=True)
class Style:
    """`style("add", text)` is the text in that tone. The text has to be printable already."""

    codes: Mapping[Tone, str]

    def __call__(self, tone: Tone | None, text: str) -> str:
        code = self.codes.get(tone) if tone is not None else None
        return f"\x1b[{code}m{text}\x1b[0m" if code and text else text

    def span(self, span: Span) -> str:
        """A piece of a line: what was and what comes in their tones, the words that differ stronger."""
        if span.role == "old":
            return self("old word" if span.is_changed else "remove", span.text)
        if span.role == "new":
            return self("new word" if span.is_changed else "add", span.text)
        return span.text


PLAIN = Style(MappingProxyType({}))
COLOURED = Style(
    MappingProxyType(
        {
            "add": "32",
            "change": "33",
            "remove": "31",
            "comment": "36",
            "conflict": "1;31",
            "strong": "1",
            "quiet": "2",
            "old word": "31;7",
            "new word": "32;7",
        }
    )
)
