"""A loop's front matter: found, read under all the names that people gave its keys, and edited byte by byte.

What is missing or not valid YAML is a problem that is told and not raised: a line `key: value` is then read as such,
and a file without front matter says the same things in its head (`> **Status:** open`), which is read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from datetime import date

from spine.address import Address, Key
from spine.change.editing import remove_entry, set_value
from spine.change.lines import split_lines
from spine.dataclass import dataclass
from spine.errors import Finding, Place, Refused
from spine.identity import Identity
from spine.printable import printable
from spine.yamldoc.fields import open_record
from spine.yamldoc.nodes import Document, Node

# One fact, several names: the first is the one that spine writes.
ALIASES: dict[str, tuple[str, ...]] = {
    "loop_id": ("loop_id", "id"),
    "severity": ("severity", "priority"),
    "opened": ("opened", "created", "created_at", "opened_at"),
    "closed": ("closed", "closed_at", "closed_at_utc"),
    "gaps": ("gaps", "linked_gaps", "gap", "parent_gap"),
    "parent": ("parent", "parent_loop"),
    "blocked_by": ("blocked_by", "depends_on", "depends_on_loop"),
}
_CLOSED = frozenset("closed complete completed done superseded cancelled abandoned rolled-into-parent".split())
_FENCE = re.compile(r"---[ \t]*\r?\n?")
_SIMPLE = re.compile(r"([A-Za-z_][\w-]*):[ \t]+(.*?)[ \t]*\r?\n?")
_BOLD = re.compile(r"[>\-* \t]*\*\*([A-Za-z][A-Za-z ]{1,30}?):?\*\*:?[ \t]*(.*?)[ \t]*\r?\n?")
_ROW = re.compile(r"\|[ \t]*\**([A-Za-z][A-Za-z ]{1,30}?)\**[ \t]*\|[ \t]*(.*?)[ \t]*\|[ \t]*\r?\n?")
_HEAD = re.compile(r"##[ \t]+Status[ \t]*:[ \t]*(.*?)[ \t]*\r?\n?")
_TOLD = frozenset({"status", "severity", "priority", "owner", "created", "opened", "closed", "blocked_by", "parent"})
_LONGEST = 2000  # characters of a line that are looked at
_NOTHING = frozenset({"", "none", "null", "~", "nothing", "n/a", "-"})


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands above a loop's text. `lines` counts it with its fences, 0 if there is none.

    `values` has each field's text (of a list its members); `problem` says what is wrong with it as a whole. `document`
    is its YAML with the places of the file, None where it cannot be read; `checks` are the values of `checks:` by the
    number of their criterion, as nodes of that document and not looked into.
    """

    lines: int
    values: dict[str, tuple[str, ...]]
    problem: Finding | None = None
    document: Document | None = field(default=None, repr=False, compare=False)
    checks: dict[int, Node] = field(default_factory=dict, repr=False, compare=False)

    def spelled(self, fact: str) -> str:
        """The key that holds a fact in this file, else the one that spine writes."""
        names = ALIASES.get(fact, (fact,))
        return next((name for name in names if name in self.values), names[0])

    def all(self, fact: str) -> tuple[str, ...]:
        """All that is said under the fact's names; nothing for `null` and `none`."""
        found = [text for name in ALIASES.get(fact, (fact,)) for text in self.values.get(name, ())]
        return tuple(text for text in found if text.casefold() not in _NOTHING)

    def text(self, fact: str) -> str | None:
        """The first of them."""
        return next(iter(self.all(fact)), None)

    def place(self, fact: str, file: str) -> Place:
        """Where the fact's value stands, else where the front matter begins."""
        name = self.spelled(fact)
        if self.document is not None and self.document.root is not None:
            for entry in self.document.root.entries:
                if entry.key is not None and entry.key.text == name:
                    return self.document.place(entry.value.start)
        return Place(file, 1)


def read_front(text: str, file: str) -> FrontMatter:
    """The front matter of a scope file."""
    lines = split_lines(text.removeprefix("\ufeff"))
    end = _end(lines)
    if end is None:
        message, hint = "the loop has no front matter", "begin the file with ---, loop_id: LOOP-…, status: open and ---"
        if lines and _FENCE.fullmatch(lines[0]):
            message, hint = "the front matter has no end", "put a line with --- behind its last field"
        return FrontMatter(0, dict(_told(lines)), Finding("SP200", Place(file, 1), message, hint))
    front = "".join(lines[1:end])
    try:
        # One empty line stands for the fence above, so that places are those of the file.
        document = open_record("\n" + front, file=file, what="front matter")
        root = document.root
        assert root is not None
        if root.kind != "mapping":
            raise Refused("the front matter is not a mapping", place=document.place(root.start))
    except Refused as error:
        problem = Finding(
            "SP201", error.place or Place(file, 1), error.message, error.hint or _quote_hint(lines, error)
        )
        return FrontMatter(end + 1, dict(_simple(lines[1:end])), problem)
    values: dict[str, tuple[str, ...]] = {}
    doubled: Finding | None = None
    for entry in root.entries:
        assert entry.key is not None
        if entry.key.text in values:
            message = f"“{printable(entry.key.text[:60])}” stands twice in the front matter"
            doubled = doubled or Finding("SP201", document.place(entry.key.start), message, "remove one of them")
        values.setdefault(entry.key.text, tuple(_texts(entry.value)))
    return FrontMatter(end + 1, values, doubled, document, dict(_checks(root)))


def blank_front(text: str) -> str:
    """The text with front matter and fences as empty lines, so that all other lines keep their numbers."""
    bare = text.removeprefix("\ufeff")
    lines = split_lines(bare)
    end = _end(lines)
    return bare if end is None else "\n" * (end + 1) + "".join(lines[end + 1 :])


def set_front(text: str, key: str, token: str) -> str:
    """The text with one field of the front matter set, all other bytes as they were; without front matter it gets one.

    Raises `Refused` where the front matter cannot be read.
    """
    head, front, rest = _parts(text)
    if front is None:
        newline = "\r\n" if "\r\n" in text else "\n"
        return f"{head}---{newline}{key}: {token}{newline}---{newline}{newline}{rest}"
    if not front.strip():
        newline = "\r\n" if head.endswith("\r\n") else "\n"
        return f"{head}{front}{key}: {token}{newline}{rest}"
    return head + set_value(front, Address((Key(key),)), token, Identity()) + rest


def drop_front(text: str, key: str) -> str:
    """The text without one field of its front matter; the text itself if the field is not there."""
    head, front, rest = _parts(text)
    at = Address((Key(key),))
    if front is None or key not in read_front(text, "").values:
        return text
    return head + remove_entry(front, at, Identity()) + rest


def is_closed(status: str | None) -> bool:
    """Whether a status, in whatever words, means that the work has ended: `closed (cutover complete)`, `COMPLETE`."""
    words = (status or "").strip("*_ `").casefold().split()
    return bool(words) and words[0].strip("*_,;:.") in _CLOSED


def day_of(text: str) -> date | None:
    """The day that a date or a time begins with; None if there is none."""
    if len(text) > 10 and text[10] not in "T ":
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _end(lines: list[str]) -> int | None:
    """The index of the closing fence."""
    if not lines or not _FENCE.fullmatch(lines[0]):
        return None
    return next((at for at, line in enumerate(lines[1:], 1) if _FENCE.fullmatch(line)), None)


def _parts(text: str) -> tuple[str, str | None, str]:
    """What stands before the front matter (a byte order mark, a fence), the front matter, the rest with its fence."""
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    lines = split_lines(text[len(bom) :])
    end = _end(lines)
    if end is None:
        return bom, None, text[len(bom) :]
    return bom + lines[0], "".join(lines[1:end]), "".join(lines[end:])


def _texts(node: Node) -> Iterator[str]:
    if node.kind == "scalar":
        yield node.text
    elif node.kind == "sequence":
        for entry in node.entries:
            if entry.value.kind == "scalar":
                yield entry.value.text


def _checks(root: Node) -> Iterator[tuple[int, Node]]:
    for entry in root.entries:
        if entry.key is not None and entry.key.text == "checks" and entry.value.kind == "mapping":
            for one in entry.value.entries:
                if one.key is not None and one.key.text.isascii() and one.key.text.isdigit() and len(one.key.text) < 5:
                    yield int(one.key.text), one.value


def _simple(lines: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`key: value` lines of what is no YAML; of double keys the first counts."""
    seen: set[str] = set()
    for line in lines:
        match = _SIMPLE.fullmatch(line[:_LONGEST])
        if match and match[1] not in seen:
            seen.add(match[1])
            yield match[1], (match[2].strip("\"'"),)


def _told(lines: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a file without front matter says of itself before its second section."""
    seen: set[str] = set()
    sections = 0
    for line in lines[:80]:
        line = line[:_LONGEST]
        if line.startswith("## "):
            sections += 1
            if sections > 2:
                return
        head = _HEAD.fullmatch(line)
        match = _BOLD.fullmatch(line) or _ROW.fullmatch(line)
        key = "status" if head else match[1].strip().casefold().replace(" ", "_") if match else ""
        if key in _TOLD and key not in seen:
            seen.add(key)
            yield key, ((head[1] if head else match[2] if match else "").strip("*_` "),)


def _quote_hint(lines: list[str], error: Refused) -> str | None:
    """For `objective: a: b`, by far the most frequent mistake: the line as it should be."""
    at = error.place.line if error.place is not None else None
    match = _SIMPLE.fullmatch(lines[at - 1][:_LONGEST]) if at is not None and at <= len(lines) else None
    if match is None or not (": " in match[2] or " #" in match[2]) or len(match[2]) > 200:
        return None
    return f"quote it: {match[1]}: '{match[2].replace(chr(39), chr(39) * 2)}'"
