"""Lines for people in pieces, each with its role, so that a terminal, Markdown and HTML can each show it their way.

The text of a span is printable already. `is_changed` marks the words that differ between an old and a new text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from spine.dataclass import dataclass

Role = Literal["words", "name", "old", "new", "value"]
"""`words` are spine's own; `name` is an address or a name; the rest are values as they stand in the file."""

_WORD = re.compile(r"[^\W_]+|\s+|.", re.DOTALL)
_MOST_WORDS = 400  # of a line: beyond that, comparing words takes longer than it helps
_ALIKE = 0.4  # texts with less in common are shown as wholly different


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line."""

    text: str
    role: Role = "words"
    is_changed: bool = False


def plain(spans: Iterable[Span]) -> str:
    """The text of a line."""
    return "".join(span.text for span in spans)


def told_apart(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Two texts with the words marked in which they differ; nothing is marked where they have too little in common.

    Words that are alike themselves are told apart by character: of `8080` and `8081` the last one.
    """
    a, b = _WORD.findall(old), _WORD.findall(new)
    if len(a) == len(b) == 1:
        a, b = list(old), list(new)
    if old == new or len(a) > _MOST_WORDS or len(b) > _MOST_WORDS:
        return _whole(old, new)
    from difflib import SequenceMatcher  # not for those who show nothing that differs

    matcher = SequenceMatcher(None, a, b, autojunk=False)
    blocks = matcher.get_matching_blocks()
    common = sum(len("".join(a[block.a : block.a + block.size]).strip()) for block in blocks)
    if common < _ALIKE * max(len(old), len(new)):
        return _whole(old, new)
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, a_start, a_end, b_start, b_end in matcher.get_opcodes():
        one, other = "".join(a[a_start:a_end]), "".join(b[b_start:b_end])
        head, tail = 0, 0
        if tag == "replace" and a_end - a_start == b_end - b_start == 1:
            head, tail = _shared(one, other)
        for text, side in ((one, left), (other, right)):
            end = len(text) - tail
            side += [(text[:head], False), (text[head:end], tag != "equal"), (text[end:], False)]
    return tuple(_spans(left, "old")), tuple(_spans(right, "new"))


def _whole(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    return (Span(old, "old"),), (Span(new, "new"),)


def _shared(one: str, other: str) -> tuple[int, int]:
    """How many characters two words have in common at their heads and at their ends; none if that is a minority."""
    if not (one.isascii() and other.isascii()):
        return 0, 0  # a letter and its accent stay together
    shortest = min(len(one), len(other))
    head = next((at for at in range(shortest) if one[at] != other[at]), shortest)
    rest = shortest - head
    tail = next((at for at in range(rest) if one[-1 - at] != other[-1 - at]), rest)
    return (head, tail) if 2 * (head + tail) >= max(len(one), len(other)) else (0, 0)


def _spans(parts: Sequence[tuple[str, bool]], role: Role) -> Iterator[Span]:
    """The parts, neighbours of one kind as one."""
    text, was_changed = "", False
    for part, is_changed in parts:
        if part and is_changed != was_changed and text:
            yield Span(text, role, was_changed)
            text = ""
        if part:
            text, was_changed = text + part, is_changed
    if text:
        yield Span(text, role, was_changed)
