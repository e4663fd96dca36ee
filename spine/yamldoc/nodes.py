"""The slim tree of a YAML text: each node knows its kind, its exact source span and its entries.

Offsets are character indices into `Document.text` (which has no byte order mark). `end` is tight: the end of the last
thing that belongs to the value, never of the blank lines and comments behind it. Nothing is converted: a scalar is its
decoded text, its style and its tag.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from typing import Literal

from spine.dataclass import dataclass
from spine.errors import Place

NodeKind = Literal["scalar", "mapping", "sequence", "alias"]


class Node:
    """A scalar, mapping, sequence or alias.

    `style` is "" (plain), "'", '"', "|" or ">", for collections "block" or "flow".
    """

    __slots__ = ("anchor", "end", "entries", "kind", "layout", "parent", "start", "style", "tag", "text")

    def __init__(
        self, kind: NodeKind, start: int, end: int, style: str, text: str, tag: str | None, anchor: str | None
    ) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.style = style
        self.text = text
        self.tag = tag
        self.anchor = anchor
        self.parent: Entry | None = None
        self.entries: list[Entry] = _NONE
        self.layout: object = None  # trivia.Layout, made when first asked for

    def __repr__(self) -> str:
        return f"<{self.kind} {self.start}:{self.end} {self.text[:20]!r}>"


_NONE: list[Entry] = []


class Entry:
    """One pair of a mapping (`key` is a node) or one item of a sequence (`key` is None).

    `start` is where it begins: the key, its `?`, or the dash; in flow collections the key or the value.
    """

    __slots__ = ("container", "index", "key", "start", "value")

    def __init__(self, container: Node, index: int, key: Node | None, value: Node, start: int) -> None:
        self.container = container
        self.index = index
        self.key = key
        self.value = value
        self.start = start

    @property
    def end(self) -> int:
        """The tight end of the value (for an empty value: behind the colon or dash)."""
        return self.value.end

    def __repr__(self) -> str:
        return f"<entry {self.index} {self.key.text if self.key else '-'} {self.start}:{self.end}>"


@dataclass(slots=True)
class Root:
    """One YAML document of a text: its root node (None if it is empty) and the line its content may start on."""

    node: Node | None
    start: int
    end: int
    marker: int | None = None  # where its `---` stands, if it has one


@dataclass(slots=True)
class Document:
    """A parsed YAML text with all its documents."""

    text: str
    bom: bool
    roots: list[Root]
    file: str = ""
    opaque: bool = False  # holds line breaks that only YAML 1.1 knows; readable, never edited by span
    aliased: bool = False  # an alias or anchor stands somewhere
    _line_starts: list[int] = field(default_factory=list)
    gaps: dict[int, object] = field(default_factory=dict)  # of `trivia`, made when asked for
    indexes: dict[tuple[int, object], dict[object, list[Entry]]] = field(default_factory=dict)  # of `change.places`

    @property
    def root(self) -> Node | None:
        """The root node of the first document."""
        return self.roots[0].node if self.roots else None

    @property
    def line_starts(self) -> list[int]:
        """Offsets at which lines start; only \\n ends a line."""
        if not self._line_starts:
            starts = [0]
            find = self.text.find
            at = find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = find("\n", at + 1)
            self._line_starts = starts
        return self._line_starts

    @property
    def newline(self) -> str:
        """The line end that this text uses."""
        at = self.text.find("\n")
        return "\r\n" if at > 0 and self.text[at - 1] == "\r" else "\n"

    def line_of(self, offset: int) -> int:
        """The 0-based line that holds `offset`."""
        return bisect_right(self.line_starts, offset) - 1

    def column_of(self, offset: int) -> int:
        """The 0-based column of `offset`."""
        return offset - (self.text.rfind("\n", 0, offset) + 1)

    def line_span(self, line: int) -> tuple[int, int]:
        """Start of a line and its end behind the line end; `line` may be one behind the last."""
        starts = self.line_starts
        start = starts[line] if line < len(starts) else len(self.text)
        return start, starts[line + 1] if line + 1 < len(starts) else len(self.text)

    def place(self, offset: int) -> Place:
        """File, line and column of an offset, 1-based, for messages."""
        return Place(self.file or "<text>", self.line_of(offset) + 1, self.column_of(offset) + 1)

    def source(self, node: Node) -> str:
        """The exact source of a node."""
        return self.text[node.start : node.end]

    @property
    def full_text(self) -> str:
        """The text with its byte order mark, if it had one."""
        return "\ufeff" + self.text if self.bom else self.text
