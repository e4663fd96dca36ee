"""Colours of a terminal as a small table: what a tone looks like, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Tone = Literal["add", "change", "remove", "comment", "conflict", "strong", "quiet"]


@dataclass(frozen=True, slots=True)
class Style:
    """`style("add", text)` is the text in that tone. The text has to be printable already."""

    codes: Mapping[Tone, str]

    def __call__(self, tone: Tone | None, text: str) -> str:
        code = self.codes.get(tone) if tone is not None else None
        return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


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
        }
    )
)
