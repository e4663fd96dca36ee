"""Texts of several lines as blocks of signed lines: `+` what comes, `-` what goes, ` ` what stands around it.

Everything here is made printable. Nothing is left out silently: what is cut says how much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spine.change.lines import hunks
from spine.dataclass import dataclass
from spine.printable import printable
from spine.review.spans import Role, Span, plain, told_apart
from spine.review.style import Style, Tone

LONGEST = 2_000  # of a line; a value can be a megabyte
_CONTEXT = 1
_TONES: dict[str, Tone] = {"+": "add", "-": "remove", " ": "quiet", "…": "quiet", "@": "quiet"}
_ROLES: dict[str, Role] = {"+": "new", "-": "old"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block.

    `sign` is `+`, `-`, a blank for context, `@` for a hunk's head or a remark in it, `…` for what was left out.
    """

    sign: str
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The line without its sign."""
        return plain(self.spans)


def signed(sign: str, text: str) -> tuple[Line, ...]:
    """Every line of `text` with one sign."""
    return tuple(_line(sign, line) for line in _lines(text))


def compared(old: str, new: str) -> tuple[Line, ...]:
    """What differs between two texts by line, with a line of context around each place, and marked words."""
    a, b = _lines(old), _lines(new)
    out: list[Line] = []
    done = 0  # lines of `a` that are told already
    found = hunks(a, b)
    for number, hunk in enumerate(found):
        start = max(done, hunk.a_start - _CONTEXT)
        out += _cut(a[done:start])
        out += [_line(" ", line) for line in a[start : hunk.a_start]]
        out += _replaced(a[hunk.a_start : hunk.a_end], b[hunk.b_start : hunk.b_end])
        following = found[number + 1].a_start if number + 1 < len(found) else len(a)
        done = min(hunk.a_end + _CONTEXT, following)
        out += [_line(" ", line) for line in a[hunk.a_end : done]]
    if found:
        out += _cut(a[done:])
    return tuple(out)


def exchanged(old: str, new: str) -> tuple[Line, ...]:
    """All lines of one text, then all of the other, with marked words."""
    return tuple(_replaced(_lines(old), _lines(new)))


def hunk_lines(patch: str) -> tuple[Line, ...]:
    """The lines of unified hunks, with marked words where as many lines come as go."""
    out: list[Line] = []
    gone: list[str] = []
    come: list[str] = []
    for line in [*_lines(patch), ""]:
        if line[:1] == "-" and not come:
            gone.append(line[1:])
        elif line[:1] == "+":
            come.append(line[1:])
        else:
            out += _replaced(gone, come)
            gone, come = ([line[1:]], []) if line[:1] == "-" else ([], [])
            if line and line[0] != "-":
                sign = line[0] if line[0] in " @" else " "
                out.append(_line(sign, line[1:] if line[0] == " " else line))
    return tuple(out)


def limited(block: Sequence[Line], most: int | None) -> tuple[Line, ...]:
    """At most that many lines, and how many were left out."""
    if most is None or len(block) <= most:
        return tuple(block)
    return (*block[:most], Line("…", (Span(f"{len(block) - most} more lines"),)))


def painted(block: Sequence[Line], style: Style, indent: int) -> list[str]:
    """The block as text, each line behind `indent` blanks."""
    return [" " * indent + _painted(line, style) for line in block]


def _painted(line: Line, style: Style) -> str:
    sign = "" if line.sign == "@" else f"{line.sign} "
    tone = _TONES[line.sign]
    if not any(span.is_changed for span in line.spans):
        return style(tone, (sign + line.text).rstrip())
    return style(tone, sign) + "".join(style.span(span) for span in line.spans)


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Lines that go, then lines that come; told apart by word if they are as many."""
    if len(old) != len(new):
        yield from (_line("-", line) for line in old)
        yield from (_line("+", line) for line in new)
        return
    pairs = [told_apart(_shown(one), _shown(other)) for one, other in zip(old, new, strict=True)]
    yield from (Line("-", spans) for spans, _ in pairs)
    yield from (Line("+", spans) for _, spans in pairs)


def _line(sign: str, text: str) -> Line:
    return Line(sign, (Span(_shown(text), _ROLES.get(sign, "words" if sign in "@…" else "value")),))


def _lines(text: str) -> list[str]:
    """The lines without their ends; a line end at the very end makes no empty line."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _cut(lines: Sequence[str]) -> list[Line]:
    """Equal lines that are left out; a single one is as short as saying so."""
    if len(lines) > 1:
        return [Line("…", (Span(f"{len(lines)} equal lines"),))]
    return [_line(" ", line) for line in lines]


def _shown(line: str) -> str:
    if len(line) <= LONGEST:
        return printable(line)
    half = LONGEST // 2
    return f"{printable(line[:half])} … {len(line) - 2 * half} characters … {printable(line[-half:])}"
