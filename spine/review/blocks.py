"""Texts of several lines as blocks of signed lines: `+` what comes, `-` what goes, ` ` what stands around it.

Everything here is made printable. Nothing is left out silently: what is cut says how much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spine.change.lines import hunks
from spine.printable import printable
from spine.review.style import Style, Tone

LONGEST = 2_000  # of a line; a value can be a megabyte
_CONTEXT = 1
_TONES: dict[str, Tone] = {"+": "add", "-": "remove", " ": "quiet", "…": "quiet", "@": "quiet"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block.

    `sign` is `+`, `-`, a blank for context, `@` for a hunk's head or a remark in it, `…` for what was left out.
    """

    sign: str
    text: str


def signed(sign: str, text: str) -> tuple[Line, ...]:
    """Every line of `text` with one sign."""
    return tuple(Line(sign, _shown(line)) for line in _lines(text))


def compared(old: str, new: str) -> tuple[Line, ...]:
    """What differs between two texts by line, with a line of context around each place."""
    a, b = _lines(old), _lines(new)
    out: list[Line] = []
    done = 0  # lines of `a` that are told already
    found = hunks(a, b)
    for number, hunk in enumerate(found):
        start = max(done, hunk.a_start - _CONTEXT)
        out += _cut(a[done:start])
        out += [Line(" ", _shown(line)) for line in a[start : hunk.a_start]]
        out += [Line("-", _shown(line)) for line in a[hunk.a_start : hunk.a_end]]
        out += [Line("+", _shown(line)) for line in b[hunk.b_start : hunk.b_end]]
        following = found[number + 1].a_start if number + 1 < len(found) else len(a)
        done = min(hunk.a_end + _CONTEXT, following)
        out += [Line(" ", _shown(line)) for line in a[hunk.a_end : done]]
    if found:
        out += _cut(a[done:])
    return tuple(out)


def hunk_lines(patch: str) -> tuple[Line, ...]:
    """The lines of unified hunks."""
    return tuple(
        Line(line[0], _shown(line if line[0] == "@" else line[1:])) if line[0] in "+- @" else Line(" ", _shown(line))
        for line in _lines(patch)
        if line
    )


def limited(block: Sequence[Line], most: int | None) -> tuple[Line, ...]:
    """At most that many lines, and how many were left out."""
    if most is None or len(block) <= most:
        return tuple(block)
    return (*block[:most], Line("…", f"{len(block) - most} more lines"))


def painted(block: Sequence[Line], style: Style, indent: int) -> list[str]:
    """The block as text, each line behind `indent` blanks."""
    pad = " " * indent
    return [pad + style(_TONES[line.sign], _written(line)).rstrip() for line in block]


def _written(line: Line) -> str:
    return line.text if line.sign == "@" else f"{line.sign} {line.text}"


def _lines(text: str) -> list[str]:
    """The lines without their ends; a line end at the very end makes no empty line."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _cut(lines: Sequence[str]) -> list[Line]:
    """Equal lines that are left out; a single one is as short as saying so."""
    if len(lines) > 1:
        return [Line("…", f"{len(lines)} equal lines")]
    return [Line(" ", _shown(line)) for line in lines]


def _shown(line: str) -> str:
    if len(line) <= LONGEST:
        return printable(line)
    half = LONGEST // 2
    return f"{printable(line[:half])} … {len(line) - 2 * half} characters … {printable(line[-half:])}"
