"""Lines: unified hunks put on a text or taken off it, and a merge of two texts by line; the auditor's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

_HEADER = re.compile(r"@@ -([0-9]+)(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@")
_NO_NEWLINE = "\\ No newline at end of file"


def split(text: str) -> list[str]:
    """Lines with their ends; a line ends at `\\n` only."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def apply_hunks(text: str, patch: str, *, back: bool = False) -> str | None:
    """The text with the hunks made, or taken back, at exactly their places; None if one saw something else."""
    lines = split(text)
    out: list[str] = []
    at = 0
    for start, old, new in _hunks(patch, back=back):
        if start < at or lines[start : start + len(old)] != old or start > len(lines):
            return None
        out += lines[at:start] + new
        at = start + len(old)
    out += lines[at:]
    if any(not line.endswith("\n") for line in out[:-1]):
        return None
    return "".join(out)


def _hunks(patch: str, *, back: bool) -> Iterator[tuple[int, list[str], list[str]]]:
    """(0-based start, lines that must be there, lines that come) of each hunk."""
    header: re.Match[str] | None = None
    sides: tuple[list[str], list[str]] = ([], [])
    last: tuple[list[str], ...] = ()
    for line in split(patch):
        found = _HEADER.match(line)
        if found and header is not None:
            yield _turned(header, sides, back=back)
        if found:
            header, sides = found, ([], [])
        elif line.startswith(_NO_NEWLINE):
            for side in last:
                side[-1] = side[-1].removesuffix("\n")
        else:
            mark, rest = (line[0], line[1:]) if line != "\n" else (" ", "\n")
            last = tuple(side for side, without in zip(sides, "+-", strict=True) if mark != without)
            for side in last:
                side.append(rest)
    if header is not None:
        yield _turned(header, sides, back=back)


def told(patch: str) -> set[str]:
    """The lines that hunks take or bring, without their ends."""
    return {line[1:].rstrip("\n") for line in split(patch) if line[:1] in "+-"}


def _turned(
    header: re.Match[str], sides: tuple[list[str], list[str]], *, back: bool
) -> tuple[int, list[str], list[str]]:
    old, new = (sides[1], sides[0]) if back else sides
    start = int(header[3] if back else header[1])
    return (start - 1 if old else start), old, new


def merge(base: str, ours: str, theirs: str) -> str | None:
    """diff3 by line; None where both changed the same lines differently."""
    found = merge_items(split(base), split(ours), split(theirs))
    return None if found is None else "".join(found)


def merge_items(base: list[str], ours: list[str], theirs: list[str]) -> list[str] | None:
    """The same for any items that compare as text."""
    out: list[str] = []
    at = [0, 0, 0]
    for b, o, t, length in [*_common(base, ours, theirs), (len(base), len(ours), len(theirs), 0)]:
        was, mine, other = base[at[0] : b], ours[at[1] : o], theirs[at[2] : t]
        if was == mine or mine == other:
            out += other
        elif was == other:
            out += mine
        else:
            return None
        out += base[b : b + length]
        at = [b + length, o + length, t + length]
    return out


def _common(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """The stretches that all three share: places and length."""
    left = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    right = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    i = j = 0
    while i < len(left) and j < len(right):
        one, other = left[i], right[j]
        start, end = max(one.a, other.a), min(one.a + one.size, other.a + other.size)
        if start < end:
            yield start, one.b + start - one.a, other.b + start - other.a, end - start
        if one.a + one.size < other.a + other.size:
            i += 1
        else:
            j += 1


def moved_to(base: list[str], ours: list[str], start: int, end: int) -> int | None:
    """Where a stretch of the base, unchanged, stands in our version; None if it does not.

    Of an empty stretch it is the place behind what stood in front of it, or in front of what stood behind it.
    """
    for block in SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks():
        if block.a <= start and end <= block.a + block.size and (block.size or not base):
            return block.b + start - block.a
    return 0 if start == end == 0 else len(ours) if start == end == len(base) else None


def changed(before: list[str], after: list[str]) -> Iterator[tuple[range, range]]:
    """The places where two texts differ, as ranges of 0-based lines."""
    top = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    rest = min(len(before), len(after)) - top
    end = next((n for n in range(rest) if before[-1 - n] != after[-1 - n]), rest)
    a, b = before[top : len(before) - end], after[top : len(after) - end]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            yield range(top + i1, top + i2), range(top + j1, top + j2)
