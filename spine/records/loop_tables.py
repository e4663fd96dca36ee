"""The tables of audits in a loop's text: where they stand, and how one is put there; only the lines between change.

<!-- spine:parity home-parity since 06c673b -->

| Category | shop | home (before) | home (after) |
…

<!-- /spine:parity -->
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spine.change.lines import split_lines
from spine.dataclass import dataclass
from spine.errors import Finding
from spine.records.loop import Loop
from spine.records.loop_edit import Splice, spliced

_BEGIN = re.compile(r"spine:parity[ ]+([A-Za-z0-9_-]{1,60})(?:[ ]+since[ ]+(\S{1,200}))?")
END = "/spine:parity"
_CELLS = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class ParityMark:
    """A place for an audit's table: the lines of its two comments. `since` is the revision that it is compared with."""

    audit: str
    since: str | None
    first: int
    last: int


def parity_marks(loop: Loop) -> tuple[ParityMark, ...]:
    """The places for tables in a loop that have an end."""
    return tuple(one for one in _marks(loop) if isinstance(one, ParityMark))


def flawed_marks(loop: Loop) -> tuple[Finding, ...]:
    """What is wrong with the comments around tables."""
    return tuple(one for one in _marks(loop) if isinstance(one, Finding))


def table_lines(text: str, mark: ParityMark) -> list[str]:
    """The lines between the comments, without their ends."""
    return [line.rstrip("\r\n") for line in split_lines(text)[mark.first : mark.last - 1]]


def put_table(text: str, mark: ParityMark, lines: Sequence[str]) -> str:
    """The text with these lines between the comments, an empty one on either side."""
    return spliced(text, [Splice(mark.first + 1, mark.last - 1, ("", *lines, ""))])


def cells_of(lines: Sequence[str]) -> list[list[str]]:
    """The cells of a table's lines, trimmed; of anything else the line itself. Empty lines say nothing."""
    return [_row(line) for line in lines if line.strip()]


def _row(line: str) -> list[str]:
    bare = line.strip()
    if not bare.startswith("|"):
        return [bare]
    cells = [cell.strip() for cell in _CELLS.split(bare.removeprefix("|").removesuffix("|"))]
    return ["---" if re.fullmatch(r":?-+:?", cell) else cell for cell in cells]


def _marks(loop: Loop) -> Iterator[ParityMark | Finding]:
    begun: tuple[int, str, str | None] | None = None
    for comment in loop.outline.comments:
        if comment.text == END:
            if begun is None:
                message = "a table of an audit ends here that begins nowhere"
                yield Finding("SP227", loop.place(comment.line), message, f"remove the comment <!-- {END} -->")
            else:
                yield ParityMark(begun[1], begun[2], begun[0], comment.line)
            begun = None
        elif comment.text.startswith("spine:parity"):
            if begun is not None:
                yield _endless(loop, begun[0])
                begun = None
            found = _BEGIN.fullmatch(comment.text)
            if found is None:
                message = "not the beginning of an audit's table"
                yield Finding("SP227", loop.place(comment.line), message, "<!-- spine:parity NAME [since REVISION] -->")
            else:
                begun = comment.line, found[1], found[2]
    if begun is not None:
        yield _endless(loop, begun[0])


def _endless(loop: Loop, line: int) -> Finding:
    return Finding("SP227", loop.place(line), "the table of an audit has no end", f"put <!-- {END} --> behind it")
