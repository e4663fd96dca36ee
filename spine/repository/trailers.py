"""Trailers: the `Key: value` lines that end a commit message, read by the rules that git documents.

The last paragraph, if it is not the first, is a block of trailers when all its lines are trailers (or continue one), or
when a quarter of them are and git made one of them. `git interpret-trailers --parse --no-divider` is the reference that
the tests hold this against; the `---` of a mailed patch never ends a message here.
"""

from __future__ import annotations

import re

Trailer = tuple[str, str]

_SPACE = " \t\r"
_TRAILER = re.compile(r"([A-Za-z0-9-]+)[ \t]*:(.*)", re.DOTALL)
_MADE_BY_GIT = ("Signed-off-by: ", "(cherry picked from commit ")
_COMMENT = "#"


def parse_trailers(message: str) -> tuple[Trailer, ...]:
    """The trailers of a message, in order; what continues on an indented line is joined by one space."""
    trailers: list[Trailer] = []
    continues = False
    for line in _block(message):
        match = _TRAILER.match(line)
        if line[:1] in _SPACE and continues:
            key, value = trailers[-1]
            trailers[-1] = (key, f"{value} {line.strip(_SPACE)}".strip(_SPACE))
            continue
        continues = match is not None
        if match:
            trailers.append((match[1], match[2].strip(_SPACE)))
    return tuple(trailers)


def _block(message: str) -> list[str]:
    lines = message.split("\n")
    while lines and (not lines[-1].strip(_SPACE) or lines[-1].startswith(_COMMENT)):
        lines.pop()
    blanks = [number for number, line in enumerate(lines) if not line.strip(_SPACE)]
    if not blanks:
        return []
    block = lines[blanks[-1] + 1 :]
    return block if _is_made_of_trailers(block) else []


def _is_made_of_trailers(block: list[str]) -> bool:
    trailers = others = 0
    made_by_git = False
    under_trailer = False
    for line in block:
        if line.startswith(_COMMENT):
            under_trailer = False
        elif line.startswith(_MADE_BY_GIT):
            trailers, under_trailer, made_by_git = trailers + 1, True, True
        elif line[0] not in _SPACE and _TRAILER.match(line):
            trailers, under_trailer = trailers + 1, True
        elif line[0] not in _SPACE or not under_trailer:
            others, under_trailer = others + 1, False
    return (made_by_git and trailers * 3 >= others) or (trailers > 0 and others == 0)
