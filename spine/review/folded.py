"""Long lines folded for a terminal: at blanks, behind the indent that the line has, colours carried over.

A command is never folded, nor is a word, an address or a digest: what somebody copies stays in one piece. What does not
fit on a line is left to the terminal, a command on a line of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

NARROWEST = 30  # columns; where there are fewer, nothing is folded
_CODE = re.compile(r"\x1b\[[0-9;]*m")
_END = "\x1b[0m"
_HEAD = re.compile(r" *(?:[-+~#!>@?] +)?")
_COMMAND = re.compile(r"(?<![^ (`“])(?:spine|git) [a-z]")
_PIECE = re.compile(r"(\x1b\[[0-9;]*m)|( +)|([^ \x1b]+)")


def folded(lines: Iterable[str], width: int | None) -> Iterator[str]:
    """The lines with those folded that are wider; all as they are if nobody knows the width."""
    for line in lines:
        if width is None or width < NARROWEST or (len(line) <= width and line.isascii()) or columns(line) <= width:
            yield line
        else:
            yield from _folded(line, width)


def columns(line: str) -> int:
    """How many columns a line takes in a terminal; colours take none."""
    plain = _CODE.sub("", line)
    if plain.isascii():
        return len(plain)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in plain
    )


def _folded(line: str, width: int) -> Iterator[str]:
    plain = _CODE.sub("", line)
    head = _HEAD.match(plain)
    hang = min(len(head[0]) + 2 if head is not None else 2, width // 2)
    now, taken, blanks, colour, is_first = "", 0, 0, "", True
    for word in _words(line, plain):
        size = columns(word)
        is_worth_it = hang + size <= width or _COMMAND.match(word) is not None
        if taken + blanks + size > width and is_worth_it and not (is_first and taken <= hang):
            yield now + (_END if colour else "")
            now, taken, blanks, is_first = " " * hang + colour, hang, 0, False
        now += " " * blanks + word
        taken += blanks + size
        blanks = len(word) - len(word.rstrip(" "))
        now, taken = (now[:-blanks], taken - blanks) if blanks else (now, taken)
        for code in _CODE.findall(word):
            colour = "" if code == _END else code
    yield now


def _words(line: str, plain: str) -> Iterator[str]:
    """The line in pieces that stay together, each with the blanks behind it; from a command on all is one."""
    command = _COMMAND.search(plain)
    first = command.start() if command is not None else len(plain)
    word, seen = "", 0
    for piece in _PIECE.finditer(line):
        code, gap, text = piece.groups()
        if text is not None and word.endswith(" ") and seen <= first:
            yield word
            word = ""
        word += piece.group()
        seen += 0 if code else len(gap or text)
    yield word
