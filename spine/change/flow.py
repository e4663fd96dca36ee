"""Flow collections: the new source of one whose entries come, go or change places."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from spine.change.items import item_range
from spine.change.targets import Arrival, Container
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Entry
from spine.yamldoc.source import shift_behind_first
from spine.yamldoc.splice import Splice, splice
from spine.yamldoc.trivia import NotEditable

if TYPE_CHECKING:
    from spine.change.edits import Editor


def flow_source(editor: Editor, container: Container) -> str:
    """The new source: its own separators between what stays, the usual one around what comes."""
    text, node = editor.text, container.node
    entries = node.entries
    usual = ", "
    if len(entries) > 1:
        usual = text[entries[0].value.end : entries[1].start]
    if "#" in text[node.start : node.end] and "#" in usual:
        raise NotEditable("a comment between the items of a flow collection", place=editor.document.place(node.start))
    members = _spliced(editor, container) if container.splices else _ordered(editor, container)
    if not members:
        return container.leaves
    out = text[node.start : entries[0].start] + members[0][1]
    for (left, _), (right, source) in itertools.pairwise(members):
        if left >= 0 and right == left + 1:
            out += text[entries[left].value.end : entries[right].start]
        else:
            out += usual
        out += source
    return out + text[entries[-1].value.end : node.end]


Members = list[tuple[int, str]]
"""Of each member its index in the base, -1 if it comes, and its source."""


def _spliced(editor: Editor, container: Container) -> Members:
    entries = container.node.entries
    indent = pieces.line_indent(editor.document, entries[0].start)
    texts = {entry.index: _entry_source(editor, entry) for entry in entries}
    members: Members = []
    at = 0
    for op in sorted(container.splices, key=lambda one: one.position):
        begin, end = item_range(editor.document, container.at, container.node, op)
        members += [(index, texts[index]) for index in range(at, begin)]
        if op.put:
            members.append((-1, shift_behind_first(op.put, indent)))
        at = end
    return members + [(index, texts[index]) for index in range(at, len(entries))]


def _ordered(editor: Editor, container: Container) -> Members:
    node = container.node
    indent = pieces.line_indent(editor.document, node.entries[0].start)
    members: Members = []
    for who in container.order:
        if isinstance(who, Arrival):
            if " #" in who.op.text:
                raise NotEditable("a comment inside a flow collection", place=editor.document.place(node.start))
            members.append((-1, shift_behind_first(who.op.text, indent)))
        else:
            members.append((who, _entry_source(editor, node.entries[who])))
    return members


def _entry_source(editor: Editor, entry: Entry) -> str:
    start, end = entry.start, entry.value.end
    if id(entry) not in editor.targets.touched:
        return editor.text[start:end]
    edits = [Splice(e.start - start, e.end - start, e.put, e.depth) for e in editor.entry(entry, 0)]
    return splice(editor.text[start:end], edits)
