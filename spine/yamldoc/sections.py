"""Many versions of one text, read one after the other: what the last one had too is not parsed again.

A block mapping at column 0 is cut at its keys, and a list right below such a key at its items. Every piece is
parsed alone; a piece that the version before had gives the very same node, so that whoever compares two versions sees
with `is` what stayed. Cutting is safe: libyaml reads from left to right, and a piece that parses alone as one entry
ends where the next key or dash at its column begins. What does not (an open quote, a bracket) makes a larger piece, in
the end the whole text; so do several documents.

Limitations: offsets of nodes are those of their pieces, so nothing here can be edited or shown by span; duplicates of
one piece in a text are told apart by their order.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from spine.yamldoc.guard import Limits, Unparsable, parse
from spine.yamldoc.nodes import Entry, Node

# Where an entry of the root mapping begins: neither blank, comment, list item nor indented.
_KEY = re.compile(r"\n(?=[^ \t#\n-]|-[^ \n])")
_BEFORE = re.compile(r"(?:[ ]*(?:#[^\n]*)?\n)*")
_HEAD = re.compile(r"[^\n]*:[ ]*(?:#[^\n]*)?\n(?:[ ]*(?:#[^\n]*)?\n)*(?=([ ]*)-[ \n])")
_MARK = re.compile(r"(?:[ ]*(?:#[^\n]*)?\n)*---[ ]*(?:#[^\n]*)?\n")
# Other documents, directives, and line breaks that only YAML 1.1 knows.
_ODD = ("\n---", "\n...", "\n%", "\r", "\x85", "\u2028", "\u2029", "\ufeff")


class _Piece(NamedTuple):
    key: Node | None
    value: Node


class Sections:
    """What the last text that was read consisted of."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], _Piece] = {}
        self._fresh: dict[tuple[str, int], _Piece] = {}
        self._times: dict[str, int] = {}  # how often each text stands in what is being read
        self._items: dict[int, re.Pattern[str]] = {}

    def read(self, text: str) -> tuple[Node | None, ...]:
        """The root nodes of the text's documents. Raises `Unparsable`."""
        mark = _MARK.match(text)
        body = "\n" + (text[mark.end() :] if mark is not None else text)
        if len(text) <= Limits().size and not any(odd in body for odd in _ODD):
            self._fresh, self._times = {}, {}
            root = self._mapping(body)
            if root is not None:
                self._known = self._fresh
                return (root,)
        self._known = {}
        return tuple(root.node for root in parse(text).roots)

    def _mapping(self, text: str) -> Node | None:
        starts = [found.end() for found in _KEY.finditer(text)]
        before = _BEFORE.match(text)
        if not starts or before is None or before.end() != starts[0]:
            return None
        root = Node("mapping", 0, len(text), "block", "", None, None)
        root.entries = []
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
            piece = self._section(text[start:end])
            if piece is None:
                return None
            root.entries.append(Entry(root, len(root.entries), piece.key, piece.value, start))
        return root

    def _section(self, text: str) -> _Piece | None:
        """A key of the root with its value."""
        head = _HEAD.match(text)
        if head is None:
            return self._piece(text, "mapping")
        column = len(head.group(1))
        if column not in self._items:
            self._items[column] = re.compile(f"\n(?=[ ]{{{column}}}-[ \n])")
        starts = [found.end() for found in self._items[column].finditer(text, head.end() - 1)]
        key = self._piece(head.group(), "mapping")
        if key is None:
            return None
        value = Node("sequence", 0, len(text), "block", "", None, None)
        value.entries = []
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
            piece = self._piece(text[start:end], "sequence")
            if piece is None:
                return self._piece(text, "mapping")
            value.entries.append(Entry(value, len(value.entries), None, piece.value, start))
        return _Piece(key.key, value)

    def _piece(self, text: str, kind: str) -> _Piece | None:
        """One entry of a collection of that kind, parsed alone; None if the text is something else."""
        number = self._times.get(text, 0)
        found = self._known.get((text, number))
        if found is None:
            try:
                root = parse(text).root
            except Unparsable:
                return None
            if root is None or root.kind != kind or root.style != "block" or len(root.entries) != 1 or root.tag:
                return None
            found = _Piece(root.entries[0].key, root.entries[0].value)
        self._fresh[text, number] = found
        self._times[text] = number + 1
        return found
