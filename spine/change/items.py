"""Splices of lists without identity: which items one speaks of, and their lines in a block list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spine.address import Address
from spine.change.operations import SpliceItems
from spine.change.sources import Mismatch
from spine.yamldoc import pieces
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.source import shift
from spine.yamldoc.splice import Splice
from spine.yamldoc.trivia import NotEditable, layout

if TYPE_CHECKING:
    from spine.change.edits import Editor
    from spine.change.targets import Container


def item_entries(text: str) -> list[Entry]:
    """The items that a splice's text holds, read as they are written: the list may be written otherwise by now."""
    document = parse(text if text.endswith("\n") else f"[{text}]")
    if document.root is None or document.root.kind != "sequence":
        raise Mismatch("a splice's text is not items of a list")
    return document.root.entries


def item_range(document: Document, at: Address, node: Node, op: SpliceItems) -> tuple[int, int]:
    """The dropped items, as a range of positions. Raises `Mismatch` if the list is not what the splice saw."""
    begin = op.position - 1
    end = begin + (len(item_entries(op.drop)) if op.drop else 0)
    if begin < 0 or end > len(node.entries):
        raise Mismatch(f"{at} has {len(node.entries)} items, the splice speaks of {end}")
    found = pieces.items_text(document, node.entries[begin:end])
    if found != op.drop and pieces.stripped(found) != pieces.stripped(op.drop):
        raise Mismatch(f"{at}: the items from {op.position} on are not what the splice saw")
    return begin, end


def item_splices(editor: Editor, container: Container, depth: int) -> list[Splice]:
    """The splices of a block list: its items are dropped and put as whole lines."""
    document, node = editor.document, container.node
    trivia = layout(document, node)
    found = []
    total = len(node.entries)
    dropped_all = 0
    for op in container.splices:
        begin, end = item_range(document, container.at, node, op)
        dropped_all += end - begin
        put = _item_lines(op.put, trivia.column)
        if begin == end:
            line = trivia.entries[begin].own_first if begin < total else trivia.entries[-1].last + 1
            if begin:
                line = trivia.entries[begin - 1].last + 1
            start = stop = document.line_span(line)[0]
        else:
            top = trivia.entries[begin - 1].last + 1 if begin else trivia.entries[0].own_first
            start = document.line_span(top)[0]
            stop = document.line_span(trivia.entries[end - 1].last)[1]
        if begin == 0 and trivia.entries[0].compact:
            start = node.entries[0].start
            if begin == end:
                put = put[trivia.column :] + " " * trivia.column
                stop = start
            elif put:
                put = put[trivia.column :]
            elif end < total:
                stop = node.entries[end].start
        found.append(Splice(start, stop, put, 3 * depth))
    if dropped_all == total and not any(op.put for op in container.splices):
        raise NotEditable("a list without identity is emptied", place=document.place(node.start))
    return found


def _item_lines(text: str, column: int) -> str:
    if not text:
        return ""
    document = parse(text)
    if document.root is None or document.root.kind != "sequence" or document.root.style != "block":
        raise Mismatch("what a splice puts is not items of a block list")
    return shift(pieces.whole_lines(text), column - document.column_of(document.root.entries[0].start))
