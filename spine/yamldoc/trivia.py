"""Comments and blank lines: which entry or container each of them belongs to (DESIGN §4, "Comments and blank lines").

Between the last content line of one entry and the first of the next lies a gap of blank and comment lines. It is split
once, from both ends: the comment block that touches the next entry at its column is that entry's *lead*; comment lines
that touch the last content are *foot* of the deepest ended entry whose column is not greater; all other blocks are
*free-standing* and belong to the deepest container still possible at their column, in its `end` slot, or to the place
`above` the next entry. Levels only ever go outwards on the way down a gap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from typing import overload

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.yamldoc.nodes import Document, Entry, Node

_COLON = re.compile(r"^[ \t]*:", re.MULTILINE)
_EOL = re.compile(r"(?:^|(?<=[ \t]))#[^\n]*")


class NotEditable(Refused):
    """This place of a YAML text cannot be edited by span; a text patch is the way (DESIGN §5)."""

    code = "SP011"


@dataclass(slots=True)
class Run:
    """A free-standing comment block: its lines (0-based, inclusive) and how many blank lines stand above it."""

    blanks: int
    first: int
    last: int


@dataclass(slots=True)
class Trivia:
    """What surrounds one entry, in line numbers; `lead` and `foot` are (first, last) or None.

    `blank` counts the blank lines directly above the entry's own lines, which end with line `last`; `above` are the
    free-standing blocks above those.
    `compact` entries start on the line of their container's dash or key and have nothing above.
    """

    above: list[Run]
    blank: int
    lead: tuple[int, int] | None
    first: int
    last: int = -1
    content_last: int = -1
    foot: tuple[int, int] | None = None
    compact: bool = False

    @property
    def own_first(self) -> int:
        """The first line of the entry's own lines: its lead's, else its content's."""
        return self.lead[0] if self.lead else self.first


class Layout:
    """The trivia of a block collection, each entry's worked out when it is asked for: a large list is rarely looked at
    as a whole.

    Every access raises `NotEditable` where the lines next to that entry are neither blank nor comments.
    """

    __slots__ = ("column", "document", "entries", "node")

    def __init__(self, document: Document, node: Node) -> None:
        self.document = document
        self.node = node
        self.column = document.column_of(node.entries[0].start)
        self.entries = _Trivias(self)

    @property
    def end(self) -> list[Run]:
        """The free-standing blocks behind the last entry."""
        gap, level = _gap_after(self.document, self.node.entries[-1])
        return gap.ends.get(level, [])


class _Trivias(Sequence[Trivia]):
    """One `Trivia` an entry."""

    __slots__ = ("_known", "_of")

    def __init__(self, of: Layout) -> None:
        self._of = of
        self._known: dict[int, Trivia] = {}

    def __len__(self) -> int:
        return len(self._of.node.entries)

    @overload
    def __getitem__(self, index: int) -> Trivia: ...
    @overload
    def __getitem__(self, index: slice) -> list[Trivia]: ...
    def __getitem__(self, index: int | slice) -> Trivia | list[Trivia]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        known = self._known.get(at)
        if known is None:
            if not 0 <= at < len(self):
                raise IndexError(index)
            known = self._known[at] = _trivia(self._of.document, self._of.node, at, self._of.column)
        return known


@dataclass(slots=True)
class _Gap:
    above: list[Run] = field(default_factory=list)
    blank: int = 0
    lead: tuple[int, int] | None = None
    ended: list[Entry] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    foots: list[tuple[int, int] | None] = field(default_factory=list)
    ends: dict[int, list[Run]] = field(default_factory=dict)  # level -> blocks at the end of that entry's container


def layout(document: Document, node: Node) -> Layout:
    """The layout of a block collection with entries; one a node."""
    if node.layout is None:
        node.layout = Layout(document, node)
    assert isinstance(node.layout, Layout)
    return node.layout


def _trivia(document: Document, node: Node, index: int, column: int) -> Trivia:
    entry = node.entries[index]
    line = document.line_of(entry.start)
    if index:
        above, _ = _gap_after(document, node.entries[index - 1])
        trivia = Trivia(above.above, above.blank, above.lead, line)
    elif document.text[document.line_starts[line] : entry.start].strip():
        trivia = Trivia([], 0, None, line, compact=True)
    else:
        above = _gap_above(document, node, line, column)
        trivia = Trivia(above.above, above.blank, above.lead, line)
    below, level = _gap_after(document, entry)
    trivia.content_last = document.line_of(entry.value.end if entry.value.end > entry.start else entry.start)
    trivia.last = below.lasts[level]
    trivia.foot = below.foots[level]
    return trivia


def blank_above(of: Layout, index: int, blocks: int = 0) -> int:
    """Blank lines above an entry with the `blocks` nearest above it; of a first entry, those between it and what
    follows."""
    trivia = of.entries[index]
    if index:
        return trivia.above[len(trivia.above) - blocks].blanks if blocks else trivia.blank
    if len(of.entries) > 1:
        following = of.entries[1]
        return following.above[0].blanks if following.above else following.blank
    return of.end[0].blanks if of.end else 0


def prolog(document: Document, number: int) -> tuple[int, int] | None:
    """The lines (start offset, end offset) in front of the n-th document's `---`; None without the mark.

    Directives (`%YAML 1.2`) make it untouchable: then None too.
    """
    root = document.roots[number - 1]
    if root.marker is None:
        return None
    start = 0
    if number > 1:
        start = document.line_span(document.line_of(document.roots[number - 2].end))[0]
        if document.text[start : start + 3] == "...":
            start = document.line_span(document.line_of(start))[1]
    end = document.line_span(document.line_of(root.marker))[0]
    if not all(map(is_trivia, document.text[start:end].split("\n"))):
        return None
    return start, end


def tail(document: Document) -> tuple[int, int]:
    """The blank lines at the end of the text: the offset where they begin, and how many there are.

    What a block scalar keeps (`|+`) belongs to its value.
    """
    line = len(document.line_starts) - 1
    last = document.roots[-1].node if document.roots else None
    floor = document.line_of(last.end) + 1 if last is not None else 0
    while line > floor and not _line(document, line - 1).strip():
        line -= 1
    start = document.line_span(line)[0]
    return start, document.text.count("\n", start)


def lines_text(document: Document, first: int, last: int) -> str:
    """The lines `first`..`last` with their line ends."""
    return document.text[document.line_span(first)[0] : document.line_span(last)[1]]


def eol_comment(document: Document, entry: Entry) -> tuple[int, int, int] | None:
    """The comment behind an entry on its line: (start of the white space before it, its `#`, its end)."""
    start = eol_anchor(document, entry)
    if start is None:
        return None
    line_end = document.text.find("\n", start)
    line_end = len(document.text) if line_end < 0 else line_end
    if line_end > start and document.text[line_end - 1] == "\r":
        line_end -= 1
    found = _EOL.search(document.text, start, line_end)
    if found is None:
        return None
    space = found.start()
    while space > start and document.text[space - 1] in " \t":
        space -= 1
    return space, found.start(), line_end


def eol_anchor(document: Document, entry: Entry) -> int | None:
    """The offset behind which an entry's eol comment stands; None where it cannot have one of its own.

    A block scalar's header comment belongs to its source, and a compact collection's line to its first entry.
    """
    value = entry.value
    if value.kind == "scalar" and value.style in ("|", ">"):
        return None
    if value.style != "block" or not value.entries:
        return value.end
    after = behind_indicator(document, entry)
    first = value.entries[0].start
    newline = document.text.find("\n", after)
    if newline < 0 or newline > first:
        return None
    return after


def behind_indicator(document: Document, entry: Entry) -> int:
    """The offset behind an entry's colon or dash; behind the key of `? key`, which may have no colon."""
    if entry.key is None:
        return entry.start + 1
    colon = colon_of(document, entry)
    return entry.key.end if colon is None else colon + 1


def colon_of(document: Document, entry: Entry) -> int | None:
    """Where the colon between a key and its value stands, None if there is none."""
    assert entry.key is not None
    start, stop = entry.key.end, max(entry.value.start, entry.key.end)
    if entry.start < entry.key.start:  # explicit: the colon begins a line of its own, comments may stand before it
        found = _COLON.search(document.text, start, stop)
        return None if found is None else found.end() - 1
    colon = document.text.find(":", start, stop)
    return None if colon < 0 else colon


def is_trivia(line: str) -> bool:
    """Whether a line holds nothing but white space or a comment."""
    stripped = line.strip()
    return not stripped or stripped[0] == "#"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _line(document: Document, number: int) -> str:
    start, end = document.line_span(number)
    return document.text[start:end]


def _gap_above(document: Document, node: Node, line: int, column: int) -> _Gap:
    """The gap between a collection's key (or the document's start) and its first entry."""
    floor = 0
    is_root = node.parent is None
    if is_root:
        root = next(root for root in document.roots if root.node is node)
        floor = document.line_of(root.start)
        if document.text[document.line_starts[floor] : root.start].strip():
            floor += 1
    first = line
    while first > floor and is_trivia(_line(document, first - 1)):
        first -= 1
    gap = _Gap()
    is_first_of_file = is_root and document.roots[0].node is node
    _split(document, gap, first, line, None if is_first_of_file else column)
    return gap


def _gap_after(document: Document, entry: Entry) -> tuple[_Gap, int]:
    """The gap behind an entry, and the entry's level in it (0 = outermost that ends there)."""
    top = entry
    level = 0
    while top.index + 1 == len(top.container.entries) and top.container.parent is not None:
        top = top.container.parent
        level += 1
    deepest = top
    ended = [top]
    while deepest.value.style == "block" and deepest.value.entries:
        deepest = deepest.value.entries[-1]
        ended.append(deepest)
    last = document.line_of(max(deepest.value.end, deepest.start))
    known = document.gaps.get(last)
    if isinstance(known, _Gap):
        return known, level
    gap = _Gap()
    gap.ended = ended
    gap.lasts = [last] * len(ended)
    gap.foots = [None] * len(ended)
    siblings = top.container.entries
    if top.index + 1 < len(siblings):
        following = siblings[top.index + 1]
        line = document.line_of(following.start)
        _split(document, gap, last + 1, line, document.column_of(following.start))
    else:
        line = last + 1
        total = len(document.line_starts)
        while line < total and is_trivia(_line(document, line)):
            line += 1
        _split(document, gap, last + 1, line, None)
        gap.ends[0] = gap.above
        gap.above = []
    document.gaps[last] = gap
    return gap, level


def _split(document: Document, gap: _Gap, first: int, stop: int, column: int | None) -> None:
    """Split the lines first..stop-1; `column` is the next entry's, None if it can have no lead."""
    lines = [_line(document, number) for number in range(first, stop)]
    if not all(map(is_trivia, lines)):
        raise NotEditable(
            "this place is laid out in a way that cannot be edited entry by entry",
            place=document.place(document.line_starts[first]),
        )
    end = len(lines)
    if column is not None:
        while end > 0 and lines[end - 1].strip() and _indent(lines[end - 1]) == column:
            end -= 1
        if end < len(lines):
            gap.lead = (first + end, stop - 1)
    level = len(gap.ended) - 1
    columns = [document.column_of(entry.start) for entry in gap.ended]
    at = 0
    while at < end and lines[at].strip() and level >= 0:
        indent = _indent(lines[at])
        owner = level
        while owner >= 0 and columns[owner] > indent:
            owner -= 1
        if owner < 0:
            break
        level = owner
        known = gap.foots[owner]
        gap.foots[owner] = (known[0] if known else first + at, first + at)
        for outer in range(owner + 1):
            gap.lasts[outer] = first + at
        at += 1
    blanks = 0
    while at < end:
        if not lines[at].strip():
            blanks += 1
            at += 1
            continue
        begin = at
        while at < end and lines[at].strip():
            at += 1
        run = Run(blanks, first + begin, first + at - 1)
        blanks = 0
        indent = _indent(lines[begin])
        while level >= 1 and not (columns[level] <= indent and columns[level] > columns[level - 1]):
            level -= 1
        if level >= 1:
            gap.ends.setdefault(level, []).append(run)
            for outer in range(level):
                gap.lasts[outer] = run.last
        else:
            level = min(level, 0)
            gap.above.append(run)
    gap.blank = blanks


_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)


def comments_of(document: Document) -> list[str]:
    """All comments of a text in order, without the white space around them."""
    text = document.text
    pieces: list[str] = []
    at = 0
    for start, end in _scalar_spans(document):
        pieces.append(text[at:start])
        pieces.append("\n")
        at = end
    pieces.append(text[at:])
    return [found.group().strip() for found in _COMMENT.finditer("".join(pieces))]


def _scalar_spans(document: Document) -> list[tuple[int, int]]:
    """The spans of all scalars; a block scalar's header stays outside, since it may carry a comment."""
    spans: list[tuple[int, int]] = []
    todo = [root.node for root in document.roots if root.node is not None]
    while todo:
        node = todo.pop()
        if node.kind == "scalar" and node.end > node.start:
            start = node.start
            if node.style in ("|", ">"):
                newline = document.text.find("\n", start, node.end)
                start = newline if newline >= 0 else node.end
            spans.append((start, node.end))
        for entry in node.entries:
            todo.append(entry.value)
            if entry.key is not None:
                todo.append(entry.key)
    return sorted(spans)
