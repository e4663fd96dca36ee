"""git's conflict markers: lines that two versions do not agree on, written as marker blocks, and read back.

spine never writes them into a binding that it lands itself (DESIGN §5); this is for its merge driver, where git is the
host and people, editors and `git rerere` expect them. The form is that of `git merge-file`: `merge` shows both sides,
`diff3` the base too, `zdiff3` the base but without what both sides begin or end with alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from spine.change.lines import Conflict, Stable, hunks, merge3, split_lines, taken
from spine.dataclass import dataclass

ConflictStyle = Literal["merge", "diff3", "zdiff3"]

_NEAR = 3  # differences with no more common lines between them are shown as one, as git does


@dataclass(frozen=True, slots=True)
class Marks:
    """How a conflict is marked: how many characters a marker has, what the sides are called, and the style."""

    size: int = 7
    ours: str = "ours"
    base: str = "base"
    theirs: str = "theirs"
    style: ConflictStyle = "merge"


def mark(base: str, ours: str, theirs: str, marks: Marks) -> str:
    """What goes together by line, and marker blocks for the rest; at least one, unless both sides are equal.

    Where lines would find no conflict, everything in which the sides differ is one: the caller knows better.
    """
    a, mine, yours = split_lines(base), split_lines(ours), split_lines(theirs)
    chunks = merge3(a, mine, yours)
    if not any(isinstance(chunk, Conflict) for chunk in chunks):
        return mark_differences(ours, theirs, marks)
    if marks.style == "merge":
        pieces: list[_Same | _Taken | _Apart] = []
        for chunk in chunks:
            here, there = mine[chunk.ours.start : chunk.ours.stop], yours[chunk.theirs.start : chunk.theirs.stop]
            if isinstance(chunk, Conflict):
                pieces += _refined(here, there)
            else:
                pieces.append(_Same(here) if isinstance(chunk, Stable) else _Taken(list(taken(chunk, mine, yours))))
        return "".join(_written(pieces, marks))
    out: list[str] = []
    for chunk in chunks:
        if isinstance(chunk, Conflict):
            here, there = mine[chunk.ours.start : chunk.ours.stop], yours[chunk.theirs.start : chunk.theirs.stop]
            out += _with_base(a[chunk.base.start : chunk.base.stop], here, there, marks)
        else:
            out += taken(chunk, mine, yours)
    return "".join(out)


def mark_differences(ours: str, theirs: str, marks: Marks) -> str:
    """Two versions as one text, with a marker block wherever they differ; for when no base can be trusted."""
    return "".join(_written(_refined(split_lines(ours), split_lines(theirs)), marks))


@dataclass(frozen=True, slots=True)
class _Same:
    """Lines that all versions have, or both sides of a conflict."""

    lines: list[str]


@dataclass(frozen=True, slots=True)
class _Taken:
    """Lines that one side changed, or both alike."""

    lines: list[str]


@dataclass(frozen=True, slots=True)
class _Apart:
    """Lines on which the sides differ."""

    ours: list[str]
    theirs: list[str]


def _refined(ours: list[str], theirs: list[str]) -> list[_Same | _Taken | _Apart]:
    """A conflict without what both sides say alike in it."""
    out: list[_Same | _Taken | _Apart] = []
    at = 0
    for hunk in hunks(ours, theirs):
        out += [
            _Same(ours[at : hunk.a_start]),
            _Apart(ours[hunk.a_start : hunk.a_end], theirs[hunk.b_start : hunk.b_end]),
        ]
        at = hunk.a_end
    return [*out, _Same(ours[at:])]


def _written(pieces: Iterable[_Same | _Taken | _Apart], marks: Marks) -> Iterator[str]:
    """All lines, with marker blocks; two with few lines between them that are the same are one."""
    open_: _Apart | None = None
    between: list[str] = []
    for piece in pieces:
        if isinstance(piece, _Same) and open_ is not None:
            between += piece.lines
            if len(between) <= _NEAR:
                continue
        elif isinstance(piece, _Apart):
            if open_ is not None:
                piece = _Apart([*open_.ours, *between, *piece.ours], [*open_.theirs, *between, *piece.theirs])
            open_, between = piece, []
            continue
        if open_ is not None:
            yield from _block(None, open_.ours, open_.theirs, marks)
            yield from between
            open_, between = None, []
            if isinstance(piece, _Same):
                continue
        yield from piece.lines
    if open_ is not None:
        yield from _block(None, open_.ours, open_.theirs, marks)
        yield from between


def _with_base(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str], marks: Marks) -> list[str]:
    head = tail = 0
    if marks.style == "zdiff3":
        shorter = min(len(ours), len(theirs))
        while head < shorter and ours[head] == theirs[head]:
            head += 1
        while tail < shorter - head and ours[-1 - tail] == theirs[-1 - tail]:
            tail += 1
    mine, yours = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    return [*ours[:head], *_block(base, mine, yours, marks), *ours[len(ours) - tail :]]


def _block(base: Sequence[str] | None, ours: Sequence[str], theirs: Sequence[str], marks: Marks) -> list[str]:
    end = "\r\n" if all(line.endswith("\r\n") for line in [*ours, *theirs]) else "\n"
    out = [_marker("<", marks.ours, marks, end), *_ended(ours, end)]
    if base is not None:
        out += [_marker("|", marks.base, marks, end), *_ended(base, end)]
    return [*out, _marker("=", "", marks, end), *_ended(theirs, end), _marker(">", marks.theirs, marks, end)]


def _marker(char: str, label: str, marks: Marks, end: str) -> str:
    return char * marks.size + (f" {label}" if label else "") + end


def _ended(lines: Sequence[str], end: str) -> list[str]:
    """The last line of a text may lack its end; in front of a marker it gets one."""
    return [line if line.endswith("\n") else line + end for line in lines]


# ---- reading ------------------------------------------------------------------------------------------------------

_MARKER = re.compile(r"([<|=>])\1{6,}(?:[ \r][^\n]*)?\n?")


def sides_of(text: str, *, size: int) -> tuple[str, str] | None:
    """The two texts that marker blocks of at least `size` characters stand for; None where there are none, or broken.

    In a criss-cross merge git merges the ancestors first, and what conflicts there comes with markers, longer than
    those of the merge itself.
    """
    ours: list[str] = []
    theirs: list[str] = []
    part, width, blocks = "", 0, 0
    for line in split_lines(text):
        found = _MARKER.fullmatch(line)
        length = len(line) - len(line.lstrip(line[0])) if found else 0
        if found and length >= size and (not part or length == width):
            following = {("", "<"): "<", ("<", "|"): "|", ("<", "="): "=", ("|", "="): "=", ("=", ">"): ""}
            if (part, line[0]) not in following:
                return None
            part, width = following[part, line[0]], length
            blocks += not part
        elif part == "<":
            ours.append(line)
        elif part == "=":
            theirs.append(line)
        elif not part:
            ours.append(line)
            theirs.append(line)
    return None if part or not blocks else ("".join(ours), "".join(theirs))
