"""The source of one entry, value or comment, cut out and moved to column 0: the texts that operations carry."""

from __future__ import annotations

from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.source import dedent, shift, shift_behind_first
from spine.yamldoc.trivia import Run, behind_indicator, eol_comment, layout, lines_text


def is_block(node: Node) -> bool:
    """Whether a node is a block collection with entries."""
    return node.style == "block" and bool(node.entries)


def is_empty(node: Node) -> bool:
    """Whether a node is an empty collection or null: something that entries may fill."""
    if node.kind == "scalar":
        return not node.style and node.tag is None and node.text in ("", "~", "null", "Null", "NULL")
    return node.kind != "alias" and not node.entries


def whole_lines(text: str) -> str:
    """`text` with a final line end."""
    return text if text.endswith("\n") or not text else text + "\n"


def stripped(text: str | None) -> str:
    """A text without the white space around it and around its lines, to tell what changed from what moved."""
    return "\n".join(line.strip() for line in (text or "").strip().split("\n"))


def blanks_around(comment: str) -> tuple[int, str, int]:
    """A comment text taken apart: blank lines in front, the comment itself as whole lines, blank lines behind.

    Nothing but blank lines stand behind.
    """
    lines = whole_lines(comment).split("\n")[:-1]
    shown = [number for number, line in enumerate(lines) if line.strip()]
    if not shown:
        return 0, "", len(lines)
    first, last = shown[0], shown[-1]
    return first, "".join(f"{line}\n" for line in lines[first : last + 1]), len(lines) - 1 - last


def entry_text(document: Document, entry: Entry, taken: int = 0) -> str:
    """The entry's own lines at column 0, with the `taken` free-standing blocks nearest above it.

    In a flow collection: the source of the one pair or item.
    """
    if entry.container.style == "flow":
        return shift_behind_first(document.text[entry.start : entry.value.end], -line_indent(document, entry.start))
    trivia = layout(document, entry.container).entries[entry.index]
    return dedent(raw_lines(document, entry, trivia.above[len(trivia.above) - taken].first if taken else None))


def line_indent(document: Document, offset: int) -> int:
    """How far the line that holds `offset` is indented: what continued lines of a flow collection are relative to."""
    start, end = document.line_span(document.line_of(offset))
    line = document.text[start:end]
    return len(line) - len(line.lstrip(" "))


def raw_lines(document: Document, entry: Entry, first: int | None = None) -> str:
    """The entry's own lines where they stand (from line `first` on); what precedes a compact entry becomes blanks."""
    trivia = layout(document, entry.container).entries[entry.index]
    if trivia.compact:
        pad = " " * document.column_of(entry.start)
        end = document.line_span(trivia.last)[1]
        return whole_lines(pad + document.text[entry.start : end])
    return whole_lines(lines_text(document, trivia.own_first if first is None else first, trivia.last))


def value_token(document: Document, entry: Entry) -> str:
    """The value's source: relative to the entry's column, a leading line end if it stands on lines of its own."""
    value = entry.value
    if entry.container.style == "flow":
        return shift_behind_first(document.source(value), -line_indent(document, entry.start))
    column = document.column_of(entry.start)
    if stands_below(document, entry):
        first, last = value_lines(document, entry)
        return "\n" + shift(lines_text(document, first, last), -column).rstrip("\n")
    return shift_behind_first(document.source(value), -column)


def stands_below(document: Document, entry: Entry) -> bool:
    """Whether the value of a block entry starts on a line of its own."""
    return "\n" in document.text[behind_indicator(document, entry) : entry.value.start] and (
        entry.value.start < entry.value.end
    )


def value_lines(document: Document, entry: Entry) -> tuple[int, int]:
    """First and last line of a value that stands on lines of its own, trivia inside its collection included."""
    value = entry.value
    first = document.line_of(behind_indicator(document, entry)) + 1
    if not is_block(value):
        return first, document.line_of(value.end)
    inner = layout(document, value)
    return first, inner.end[-1].last if inner.end else inner.entries[-1].last


def lead(document: Document, entry: Entry) -> str | None:
    """The lead comment, relative to the entry's column."""
    trivia = layout(document, entry.container).entries[entry.index]
    return _relative(document, entry, trivia.lead)


def foot(document: Document, entry: Entry) -> str | None:
    """The foot comment, relative to the entry's column."""
    trivia = layout(document, entry.container).entries[entry.index]
    return _relative(document, entry, trivia.foot)


def _relative(document: Document, entry: Entry, lines: tuple[int, int] | None) -> str | None:
    if lines is None:
        return None
    return shift(whole_lines(lines_text(document, *lines)), -document.column_of(entry.start))


def eol(document: Document, entry: Entry) -> str | None:
    """The comment behind the entry, with the white space before it unless that is two blanks."""
    found = eol_comment(document, entry)
    if found is None:
        return None
    space, start, end = found
    gap = document.text[space:start]
    return document.text[start:end] if gap == "  " else document.text[space:end]


def runs(document: Document, blocks: list[Run]) -> str | None:
    """Free-standing blocks with the blank lines between them, at their own columns."""
    if not blocks:
        return None
    return whole_lines(lines_text(document, blocks[0].first, blocks[-1].last))


def item_text(document: Document, entry: Entry) -> str:
    """An item of a list without identity, with all that stands between it and the item in front of it."""
    return items_text(document, [entry])


def items_text(document: Document, entries: list[Entry]) -> str:
    """Consecutive items of a list without identity, with all that stands between them and in front of them.

    What stands above the first item of the list belongs to the list.
    """
    if not entries:
        return ""
    first, last = entries[0], entries[-1]
    if first.container.style == "flow":
        source = document.text[first.start : last.value.end]
        return shift_behind_first(source, -line_indent(document, first.start))
    trivia = layout(document, first.container).entries
    if trivia[first.index].compact:
        pad = " " * document.column_of(first.start)
        return dedent(whole_lines(pad + document.text[first.start : document.line_span(trivia[last.index].last)[1]]))
    top = trivia[first.index - 1].last + 1 if first.index else trivia[0].own_first
    return dedent(whole_lines(lines_text(document, top, trivia[last.index].last)))
