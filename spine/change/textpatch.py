"""Changes of plain text: unified hunks without a file header, applied exactly, turned round, and merged by line.

Rules. A hunk stands where its header says and its lines must be there to the byte: no fuzz, no search. A line ends at
`\\n` only; below a last line without it stands `\\ No newline at end of file`. An empty context line is written empty,
not as one space, because a proposal with trailing spaces is hard to read; both are understood.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import groupby

from spine.change.lines import Both, Conflict, Hunk, hunks, merge3, split_lines, taken
from spine.dataclass import dataclass
from spine.errors import Place, Refused

NO_NEWLINE = "\\ No newline at end of file\n"
_HEADER = re.compile(
    r"@@ -(0|[1-9][0-9]{0,8})(?:,([0-9]{1,9}))? \+(0|[1-9][0-9]{0,8})(?:,([0-9]{1,9}))? @@(?: [^\n]*)?\n"
)
_REMAKE = "the patch was made on another text: make it again on this one, or merge it with the text it was made on"


class PatchRefused(Refused):
    """A text patch is malformed or does not fit: `line` is the 1-based line of the patch that says so."""

    code = "SP031"

    def __init__(self, message: str, line: int, *, hint: str | None = None) -> None:
        super().__init__(message, place=Place("patch", line), hint=hint)
        self.line = line


class Mark(Enum):
    """What a line of a hunk says: it stays, it goes, it comes."""

    KEEP = " "
    DROP = "-"
    PUT = "+"


_MARKS = {mark.value: mark for mark in Mark}


@dataclass(frozen=True, slots=True)
class TextHunk:
    """One place that changes. Starts are zero-based lines before and after it; each line has its end, if any."""

    old_start: int
    new_start: int
    lines: tuple[tuple[Mark, str], ...]

    @property
    def old(self) -> tuple[str, ...]:
        """The lines that must stand at `old_start`."""
        return tuple(line for mark, line in self.lines if mark is not Mark.PUT)

    @property
    def new(self) -> tuple[str, ...]:
        """The lines that stand at `new_start` afterwards."""
        return tuple(line for mark, line in self.lines if mark is not Mark.DROP)

    def __str__(self) -> str:
        header = f"@@ -{_span(self.old_start, len(self.old))} +{_span(self.new_start, len(self.new))} @@\n"
        return header + "".join(_written(mark, line) for mark, line in self.lines)


@dataclass(frozen=True, slots=True)
class TextPatch:
    """All places that change, in order; law: `parse_patch(str(patch)) == patch`."""

    hunks: tuple[TextHunk, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.hunks))


def make_patch(before: str, after: str, context: int = 3) -> str:
    """The hunks that lead from `before` to `after`, each with up to `context` unchanged lines around; "" if equal."""
    a, b = split_lines(before), split_lines(after)
    return str(TextPatch(tuple(_shown(group, a, b, context) for group in _grouped(hunks(a, b), context))))


def make_residual(before: str, after: str) -> str:
    """Hunks for `apply_residual`: one line of context, so that an insertion has something to hold on to."""
    return make_patch(before, after, context=1)


def apply_patch(before: str, patch: str) -> str:
    """`before` with every hunk applied at exactly its place; raises PatchRefused where a hunk saw another line."""
    old = split_lines(before)
    out: list[str] = []
    at, header = 0, 1
    for hunk in parse_patch(patch).hunks:
        _require_fit(hunk, old, header)
        out += old[at : hunk.old_start]
        at = hunk.old_start + len(hunk.old)
        if hunk.new and out and not out[-1].endswith("\n"):
            raise PatchRefused(f"line {len(out)} has no newline, but the hunk goes on behind it", header, hint=_REMAKE)
        out += hunk.new
        if out and not out[-1].endswith("\n") and at < len(old):
            raise PatchRefused(f"the hunk ends the text, but line {at + 1} follows it", header, hint=_REMAKE)
        header += str(hunk).count("\n")
    return "".join(out + old[at:])


def _require_fit(hunk: TextHunk, old: list[str], header: int) -> None:
    if hunk.old_start > len(old):
        message = f"the hunk begins behind line {hunk.old_start}, the text has {len(old)}"
        raise PatchRefused(message, header, hint=_REMAKE)
    at, patch_line = hunk.old_start, header
    for mark, line in hunk.lines:
        patch_line += 1
        if mark is not Mark.PUT:
            found = _quoted(old[at]) if at < len(old) else "the end"
            if at >= len(old) or old[at] != line:
                message = f"line {at + 1} of the text is {found}, the hunk saw {_quoted(line)}"
                raise PatchRefused(message, patch_line, hint=_REMAKE)
            at += 1
        if not line.endswith("\n"):
            patch_line += 1


def _quoted(line: str) -> str:
    return ascii(line) if len(line) <= 80 else ascii(line[:77]) + "…"


def apply_residual(text: str, patch: str) -> str | None:
    """`text` with the hunks applied if each one stands exactly at its place, else None.

    A hunk that shows no line of a text that has some holds on to nothing, so it fits nowhere.
    """
    if text and any(not hunk.old for hunk in parse_patch(patch).hunks):
        return None
    try:
        return apply_patch(text, patch)
    except PatchRefused:
        return None


def invert_patch(patch: str) -> str:
    """The patch that takes `patch` back."""
    return str(TextPatch(tuple(_inverted(hunk) for hunk in parse_patch(patch).hunks)))


# ---- merging ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextConflict:
    """A place that both sides changed. Lines are 1-based; an empty range stands in front of its start."""

    base_lines: range
    target_lines: range
    base: str
    target: str
    proposed: str


@dataclass(frozen=True, slots=True)
class TextMerged:
    """Both sides' changes in one text; the notes name what was already there."""

    text: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextConflicts:
    """At least one place that needs a person."""

    conflicts: tuple[TextConflict, ...]


def merge_text(base: str, target: str, proposed: str) -> TextMerged | TextConflicts:
    """diff3 by line: hunks of the two sides that overlap or touch conflict, unless they say the same."""
    a, ours, theirs = split_lines(base), split_lines(target), split_lines(proposed)
    out: list[str] = []
    notes: list[str] = []
    conflicts: list[TextConflict] = []
    for chunk in merge3(a, ours, theirs):
        if isinstance(chunk, Conflict):
            texts = (_joined(a, chunk.base), _joined(ours, chunk.ours), _joined(theirs, chunk.theirs))
            conflicts.append(TextConflict(_counted(chunk.base), _counted(chunk.ours), *texts))
            continue
        if isinstance(chunk, Both):
            notes.append(f"already there: {_said(_counted(chunk.ours))}")
        out += taken(chunk, ours, theirs)
    return TextConflicts(tuple(conflicts)) if conflicts else TextMerged("".join(out), tuple(notes))


def _joined(lines: list[str], part: range) -> str:
    return "".join(lines[part.start : part.stop])


def _counted(part: range) -> range:
    return range(part.start + 1, part.stop + 1)


def _said(lines: range) -> str:
    if not lines:
        return f"removal before line {lines.start}"
    return f"line {lines.start}" if len(lines) == 1 else f"lines {lines.start}-{lines.stop - 1}"


# ---- writing ------------------------------------------------------------------------------------------------------


def _grouped(changes: list[Hunk], context: int) -> list[list[Hunk]]:
    """Changes whose context lines would overlap or touch are shown as one hunk."""
    groups: list[list[Hunk]] = []
    for change in changes:
        if groups and change.a_start - groups[-1][-1].a_end <= 2 * context:
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


def _shown(group: list[Hunk], a: list[str], b: list[str], context: int) -> TextHunk:
    first, last = group[0], group[-1]
    start, end = max(0, first.a_start - context), min(len(a), last.a_end + context)
    lines: list[tuple[Mark, str]] = []
    at = start
    for change in group:
        lines += [(Mark.KEEP, line) for line in a[at : change.a_start]]
        lines += [(Mark.DROP, line) for line in a[change.a_start : change.a_end]]
        lines += [(Mark.PUT, line) for line in b[change.b_start : change.b_end]]
        at = change.a_end
    lines += [(Mark.KEEP, line) for line in a[at:end]]
    return TextHunk(start, first.b_start - (first.a_start - start), tuple(lines))


def _inverted(hunk: TextHunk) -> TextHunk:
    lines: list[tuple[Mark, str]] = []
    for kept, run in groupby(hunk.lines, key=lambda line: line[0] is Mark.KEEP):
        part = list(run)
        if kept:
            lines += part
        else:
            lines += [(Mark.DROP, line) for mark, line in part if mark is Mark.PUT]
            lines += [(Mark.PUT, line) for mark, line in part if mark is Mark.DROP]
    return TextHunk(hunk.new_start, hunk.old_start, tuple(lines))


def _span(start: int, count: int) -> str:
    """Lines in a hunk header: counted from 1; of no lines, the line in front of them; a count of 1 is not written."""
    if count == 1:
        return str(start + 1)
    return f"{start + 1},{count}" if count else f"{start},0"


def _written(mark: Mark, line: str) -> str:
    if mark is Mark.KEEP and line == "\n":
        return line
    return mark.value + line if line.endswith("\n") else f"{mark.value}{line}\n{NO_NEWLINE}"


# ---- reading ------------------------------------------------------------------------------------------------------


def parse_patch(patch: str) -> TextPatch:
    """The hunks of a patch text; raises PatchRefused with the line that is wrong."""
    lines = split_lines(patch)
    found: list[TextHunk] = []
    at = growth = 0
    while at < len(lines):
        hunk, end = _parse_hunk(lines, at)
        _require_order(hunk, found, growth, at + 1)
        growth += len(hunk.new) - len(hunk.old)
        found.append(hunk)
        at = end
    return TextPatch(tuple(found))


def _parse_hunk(lines: list[str], header: int) -> tuple[TextHunk, int]:
    """The hunk whose header is `lines[header]`, and the index behind its last line."""
    match = _HEADER.fullmatch(lines[header])
    if not match:
        raise PatchRefused("a hunk header like `@@ -1,3 +1,4 @@` is expected here", header + 1)
    old_start, old_left = _parse_span(match[1], match[2], header + 1)
    new_start, new_left = _parse_span(match[3], match[4], header + 1)
    body: list[tuple[Mark, str]] = []
    ended: set[Mark] = set()
    at = header + 1
    while old_left or new_left:
        if at == len(lines):
            raise PatchRefused("the patch ends before the hunk has all the lines that its header counts", at)
        mark, line = _parse_line(lines[at], at + 1)
        if at + 1 < len(lines) and lines[at + 1].startswith("\\ "):
            line, at = line[:-1], at + 1
        sides = {Mark.DROP, Mark.PUT} if mark is Mark.KEEP else {mark}
        if ended & sides:
            raise PatchRefused("no line can follow the one without a newline", at + 1)
        if not line.endswith("\n"):
            ended |= sides
        old_left -= mark is not Mark.PUT
        new_left -= mark is not Mark.DROP
        if old_left < 0 or new_left < 0:
            raise PatchRefused("the hunk has another number of lines than its header counts", at + 1)
        body.append((mark, line))
        at += 1
    if all(mark is Mark.KEEP for mark, _ in body):
        raise PatchRefused("the hunk changes nothing", header + 1)
    return TextHunk(old_start, new_start, tuple(body)), at


def _parse_span(start: str, count: str | None, patch_line: int) -> tuple[int, int]:
    length = 1 if count is None else int(count)
    if length and start == "0":
        raise PatchRefused("lines are counted from 1", patch_line)
    return (int(start) - 1 if length else int(start)), length


def _parse_line(line: str, patch_line: int) -> tuple[Mark, str]:
    if not line.endswith("\n"):
        raise PatchRefused("the patch ends in the middle of a line", patch_line)
    if line == "\n":
        return Mark.KEEP, line
    if line[0] not in _MARKS:
        raise PatchRefused("a line of a hunk begins with ` `, `-` or `+`", patch_line)
    return _MARKS[line[0]], line[1:]


def _require_order(hunk: TextHunk, before: list[TextHunk], growth: int, patch_line: int) -> None:
    """Hunks go forward, say the same on both sides, and nothing follows the end of a text."""
    if before:
        last = before[-1]
        if hunk.old_start < last.old_start + len(last.old):
            raise PatchRefused("the hunk begins before the end of the one above it", patch_line)
        if any(not line.endswith("\n") for _, line in last.lines):
            raise PatchRefused("no hunk can follow a line without a newline", patch_line)
    if hunk.new_start != hunk.old_start + growth:
        expected = _span(hunk.old_start + growth, len(hunk.new))
        raise PatchRefused(f"the header does not fit the hunks above it: `+{expected}` is expected", patch_line)
