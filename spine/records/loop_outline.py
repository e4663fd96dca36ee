"""What Markdown says of its own shape: sections, list items with their boxes, and tables, each with its lines.

markdown-it finds the blocks; nothing is rendered, and inline markup stays as it is written. Lines are 1-based and end
at `\\n` only, as everywhere in spine. Limitations: headings inside quotes and lists are no sections.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Literal

from spine.dataclass import dataclass

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Mark = Literal["open", "met", "partly"]

MARKS: dict[str, Mark] = {" ": "open", "x": "met", "X": "met", "~": "partly"}
BOXES: dict[Mark, str] = {"open": "[ ]", "met": "[x]", "partly": "[~]"}

_BOX = re.compile(r"\[([ xX~])\](?:\s+|$)")
_LONE_RETURN = re.compile(r"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and all that stands below it, subsections too: `line` is the heading's, `last` the section's end.

    `above` are the titles of the sections that hold it, outermost first.
    """

    title: str
    level: int
    line: int
    heading_last: int
    last: int
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A list item: `line` has its marker and its box, `text_last` ends its first paragraph, `last` all of it.

    `text` is that paragraph on one line without the box; `number` is the written one, None for a bullet; `parts` are
    the items inside it.
    """

    line: int
    text_last: int
    last: int
    text: str
    mark: Mark | None = None
    number: int | None = None
    parts: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `line` is its head, the rows begin two lines below; cells are trimmed."""

    line: int
    last: int
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """An HTML comment of one line that stands alone, outside of lists and quotes: `<!-- text -->`."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The blocks of one text in their order; `items` are those that stand in no other item."""

    sections: tuple[Section, ...] = ()
    items: tuple[Item, ...] = ()
    tables: tuple[Table, ...] = ()
    comments: tuple[Comment, ...] = ()

    def section_of(self, line: int) -> Section | None:
        """The innermost section that holds a line: that of the last heading above it."""
        at = _until(self.sections, line)
        return self.sections[at - 1] if at else None

    def items_in(self, section: Section) -> tuple[Item, ...]:
        """The outermost items of a section, subsections included."""
        return self.items[_until(self.items, section.line) : _until(self.items, section.last)]

    def sections_in(self, section: Section) -> tuple[Section, ...]:
        """The section and its subsections."""
        return self.sections[_until(self.sections, section.line - 1) : _until(self.sections, section.last)]


def _until(blocks: Sequence[Section] | Sequence[Item], line: int) -> int:
    """How many of the blocks begin at or above a line."""
    return bisect_right(blocks, line, key=lambda one: one.line)


def boxes_of(item: Item) -> Iterator[Item]:
    """The item and all in it that have a box."""
    if item.mark is not None:
        yield item
    for part in item.parts:
        yield from boxes_of(part)


@dataclass(slots=True)
class _Open:
    """An item whose end is not reached."""

    line: int
    number: int | None
    text: str | None = None
    text_last: int = 0
    last: int = 0
    parts: list[Item] = field(default_factory=list)

    def closed(self) -> Item:
        text = self.text or ""
        box = _BOX.match(text)
        shown = " ".join((text[box.end() :] if box else text).split())
        mark = MARKS[box.group(1)] if box else None
        text_last = self.text_last or self.line
        return Item(self.line, text_last, max(self.last, text_last), shown, mark, self.number, tuple(self.parts))


def outline(text: str) -> Outline:
    """The blocks of a Markdown text. Front matter has to be blanked out before, so that lines stay what they are."""
    # A lone carriage return is a line end for Markdown and for nobody else here.
    tokens = _markdown().parse(_LONE_RETURN.sub(" ", text))
    count = text.count("\n") + (not text.endswith("\n"))
    return Outline(_sections(tokens, count), *_items_and_tables(tokens), tuple(_comments(tokens)))


def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # With `html` a comment is a block of its own, so a box that is commented out is none. Nothing is ever rendered.
    return MarkdownIt("js-default", {"html": True}).disable(["inline", "text_join"])


def _sections(tokens: list[Token], count: int) -> tuple[Section, ...]:
    found: list[Section] = []
    opened: list[int] = []  # indices of the sections that have not ended
    for at, token in enumerate(tokens):
        if token.type != "heading_open" or token.level or token.map is None:
            continue
        level = int(token.tag[1:])
        while opened and found[opened[-1]].level >= level:
            ended = opened.pop()
            found[ended] = replace(found[ended], last=token.map[0])
        above = tuple(found[one].title for one in opened)
        opened.append(len(found))
        title = " ".join(tokens[at + 1].content.split())
        found.append(Section(title, level, token.map[0] + 1, token.map[1], count, above))
    return tuple(found)


def _comments(tokens: list[Token]) -> Iterator[Comment]:
    for token in tokens:
        text = token.content.strip() if token.type == "html_block" and token.level == 0 else ""
        if token.map is not None and "\n" not in text and text.startswith("<!--") and text.endswith("-->"):
            yield Comment(token.map[0] + 1, text[4:-3].strip())


def _items_and_tables(tokens: list[Token]) -> tuple[tuple[Item, ...], tuple[Table, ...]]:
    items: list[Item] = []
    tables: list[Table] = []
    opened: list[_Open] = []
    rows: list[list[str]] = []
    start = 0
    in_table = False
    for token in tokens:
        if token.map is not None and opened and not token.type.endswith(("list_open", "list_item_open")):
            opened[-1].last = max(opened[-1].last, token.map[1])
        if token.type == "list_item_open":
            assert token.map is not None
            opened.append(_Open(token.map[0] + 1, int(token.info) if token.info.isdigit() else None))
        elif token.type == "list_item_close":
            done = opened.pop().closed()
            if opened:
                opened[-1].parts.append(done)
                opened[-1].last = max(opened[-1].last, done.last)
            else:
                items.append(done)
        elif token.type == "table_open":
            assert token.map is not None
            in_table, rows, start = True, [], token.map[0]
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "table_close":
            in_table = False
            head, *body = rows or [[]]
            last = start + 1 + len(rows)
            tables.append(Table(start + 1, last, tuple(head), tuple(map(tuple, body))))
        elif token.type == "inline" and in_table:
            rows[-1].append(token.content.strip())
        elif token.type == "inline" and opened and opened[-1].text is None and token.map is not None:
            opened[-1].text, opened[-1].text_last = token.content, token.map[1]
    return tuple(items), tuple(tables)
