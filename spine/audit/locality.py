"""Nothing but the named entries: which lines and which comments of a text a change had any business with (DESIGN §5).

Judged by a line diff of the two texts. The lines of an entry are those of its content and the blank and comment lines
that touch it; a collection that is emptied, filled or written in braces is named with its key.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spine.audit import places
from spine.audit.lines import changed
from spine.audit.places import Place, Step, parse_name
from spine.audit.records import Operation
from spine.audit.trees import Node, Unreadable, documents

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[^\n]*", re.M)
_SOURCES = ("text", "was", "drop", "put", "from_text", "to_text", "replaces", "leaves")


@dataclass(slots=True)
class Text:
    """A text with its trees; `content` says of each line whether more than blanks and comments stand on it."""

    text: str
    roots: list[Node | None]
    lines: list[str]
    content: list[bool]

    @classmethod
    def of(cls, text: str, roots: list[Node | None]) -> Text:
        """A text whose trees are known."""
        lines = text.split("\n")
        content = [bool(line.strip()) and not line.lstrip().startswith("#") for line in lines]
        for node in _leaves(roots):
            content[node.first : node.last + 1] = [True] * (min(node.last + 1, len(content)) - node.first)
        return cls(text, roots, lines, content)

    def around(self, first: int, last: int) -> set[int]:
        """Lines with the blank and comment lines that touch them."""
        while first > 0 and not self.content[first - 1]:
            first -= 1
        while last + 1 < len(self.lines) and not self.content[last + 1]:
            last += 1
        return set(range(first, last + 1))

    def entry(self, at: Place) -> set[int]:
        """The lines of the entry at an address; of a document what stands around it. Nothing: none."""
        root = self.roots[at.document - 1] if at.document <= len(self.roots) else None
        if not at.steps or root is None:
            body = [n for n, is_content in enumerate(self.content) if is_content]
            return set(range(len(self.lines))) - set(range(body[0], body[-1] + 1) if body else ())
        span = self.own(at)
        return self.around(span.start, span.stop - 1) if span else set()

    def own(self, at: Place) -> range:
        """The lines of an entry's content alone."""
        root = self.roots[at.document - 1] if at.document <= len(self.roots) else None
        _, member = places.find(root, at) if root is not None else (None, None)
        if member is None:
            return range(0)
        first = member.key.first if member.key is not None else member.value.first
        return range(min(first, member.value.first), max(member.value.last, first) + 1)

    def is_block(self, at: Place) -> bool:
        """Whether the value at an address is a collection with a line for each entry."""
        root = self.roots[at.document - 1] if at.document <= len(self.roots) else None
        node = places.at(root, at) if root is not None else None
        return node is not None and bool(node.members) and not node.flow

    def head(self, at: Place) -> set[int]:
        """The first line of an entry, which its first member may share, and that of the member behind it."""
        span = self.own(at) if at.steps else range(0)
        root = self.roots[at.document - 1] if span else None
        node = places.at(root, at) if root is not None else None
        keys = [one.key.first for one in node.members if one.key] if node is not None else []
        return {span.start, *keys[:2]} if span else set()


def strays(before: Text, after: Text, ops: Sequence[Operation]) -> list[tuple[str, int]]:
    """The places, as (side, 1-based line), where the texts differ and no operation names anything."""
    old, new = _named(before, after, ops)
    found: list[tuple[str, int]] = []
    # Of two entries that changed places a line diff may show the other one as moved, and one that goes beside a like
    # one that comes as half of each: so all of these are left out.
    kept = [
        [n for n in range(len(one.lines)) if n not in out]
        for one, out in zip((before, after), _left_out(before, after, ops), strict=True)
    ]
    left, right = [before.lines[n] for n in kept[0]], [after.lines[n] for n in kept[1]]
    for one, other in changed(left, right):
        gone, came = (_real(numbers, part) for numbers, part in zip(kept, (one, other), strict=True))
        gone, came = _slid(before.lines, gone, came, old, new, after.lines)
        bad = [("before", n + 1) for n in gone if n not in old and before.content[n]]
        bad += [("after", n + 1) for n in came if n not in new and after.content[n]]
        is_named = any(n in old for n in gone) or any(n in new for n in came)
        if not is_named and not bad:
            bad = [("before", n + 1) for n in gone] + [("after", n + 1) for n in came]
        found += bad
    return found


def _left_out(before: Text, after: Text, ops: Sequence[Operation]) -> tuple[set[int], set[int]]:
    renamed = {op.at: parse_name(op.said("to") or "") for op in ops if op.kind == "rename"}
    gone = [op.at for op in ops if op.kind in ("move", "remove")]
    came = [afterwards(op.at, renamed) for op in ops if op.kind in ("move", "add")]
    return {n for at in gone for n in before.own(at)}, {n for at in came for n in after.own(at)}


def _real(numbers: list[int], part: range) -> range:
    """A stretch of the lines that were kept, by their numbers in the whole text."""
    return range(numbers[part.start], numbers[part.stop - 1] + 1) if part else range(0)


def _slid(
    before: list[str], gone: range, came: range, old: set[int], new: set[int], after: list[str]
) -> tuple[range, range]:
    """Of the equal ways to show one insertion or removal among equal lines, one within what is named, if there is."""
    if gone and came:
        return gone, came
    lines, part, named = (before, gone, old) if gone else (after, came, new)
    for step in (-1, 1):
        start, end = part.start, part.stop
        while True:
            if all(n in named for n in range(start, end)):
                return (range(start, end), came) if gone else (gone, range(start, end))
            if step < 0 and start > 0 and lines[start - 1] == lines[end - 1]:
                start, end = start - 1, end - 1
            elif step > 0 and end < len(lines) and lines[start] == lines[end]:
                start, end = start + 1, end + 1
            else:
                break
    return gone, came


def _named(before: Text, after: Text, ops: Sequence[Operation]) -> tuple[set[int], set[int]]:
    old: set[int] = set()
    new: set[int] = set()
    renamed = {op.at: parse_name(op.said("to") or "") for op in ops if op.kind == "rename"}
    for op in ops:
        there = afterwards(op.at, renamed)
        if op.kind != "expect":
            old |= before.entry(op.at)
            new |= after.entry(there)
        if op.kind in ("add", "remove", "move", "splice"):
            above, now_above = (op.at.above, there.above) if op.kind != "splice" else (op.at, there)
            is_plain = before.is_block(above) and after.is_block(now_above)
            if not is_plain:
                old |= before.entry(above)
                new |= after.entry(now_above)
            old |= before.head(above)
            new |= after.head(now_above)
        if op.kind in ("comment", "add") and (op.said("slot") in ("above", "end") or op.kind == "add"):
            old |= _gap(before, op.at.above)
    return old, new


def _gap(text: Text, at: Place) -> set[int]:
    """Of a whole document: what stands around its content, for what comes first or last in it."""
    return text.entry(Place((), at.document)) if not at.steps else set()


def afterwards(at: Place, renamed: dict[Place, Step]) -> Place:
    """How an address of the base is called once renames are made."""
    steps = [renamed.get(Place(at.steps[: n + 1], at.document), step) for n, step in enumerate(at.steps)]
    return Place(tuple(steps), at.document)


# ---- comments -----------------------------------------------------------------------------------------------------


def comments(text: str, roots: Iterable[Node | None]) -> Counter[str]:
    """How often each comment stands in a text, without the space around it."""
    text = text.removeprefix("\ufeff")
    masked, at = [], 0
    for start, end in sorted(node.span for node in _leaves(roots)):
        if start >= at:
            masked += [text[at:start], re.sub(r"[^\n]", "x", text[start:end])]
            at = end
    return Counter(found.strip() for found in _COMMENT.findall("".join([*masked, text[at:]])))


def stray_comments(before: Counter[str], after: Counter[str], ops: Sequence[Operation], *, moved: bool) -> list[str]:
    """Comments that came or went, and that no operation brought or took; on a moved base it may keep the target's."""
    took: Counter[str] = Counter()
    brought: Counter[str] = Counter()
    for op in ops:
        for name, node in op.fields.items():
            if name in _SOURCES and node.kind == "scalar":
                (took if name in ("was", "drop", "from_text", "replaces") else brought).update(_in_source(node.text))
            elif op.kind == "comment" and name in ("from", "to") and op.said(name):
                lines = (line.strip() for line in node.text.split("\n"))
                (took if name == "from" else brought).update(line for line in lines if line)
    if moved:
        return sorted((before - after - took) + (after - before - brought))
    expected = before.copy()
    expected.update(brought)
    expected.subtract(took)
    missing = {text for text in expected | after if expected[text] != after[text]}
    return sorted(missing)


def _in_source(text: str) -> Counter[str]:
    for whole in (text, f"[{text}]", f"{{{text}}}", f"k: {text}\n"):
        try:
            roots = documents(whole)
        except Unreadable:
            continue
        return comments(whole, roots)
    return Counter(line.strip() for line in text.split("\n") if line.strip().startswith("#"))


def _leaves(roots: Iterable[Node | None]) -> list[Node]:
    todo = [root for root in roots if root is not None]
    found: list[Node] = []
    while todo:
        node = todo.pop()
        found += [node] if node.kind == "scalar" else []
        todo += [part for one in node.members for part in (one.key, one.value) if part is not None]
    return found
