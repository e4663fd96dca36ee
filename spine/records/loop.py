"""A loop's scope file: its front matter, and its success criteria with their lines. The text is never written here.

Limitations: criteria are list items with a box under a heading “Success Criteria”; phases and receipts are not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from spine.errors import Place, Refused
from spine.records.values import loop_reference
from spine.yamldoc.fields import fields_of, open_record

Mark = Literal["open", "met", "partly"]

_MARKS: dict[str, Mark] = {" ": "open", "x": "met", "X": "met", "~": "partly"}
_BOX = re.compile(r"\[([ xX~])\](?:\s+|$)")
_FENCE = re.compile(r"---[ \t]*\r?\n?")


class BadLoop(Refused):
    """A loop's scope file cannot be read."""

    code = "SP046"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One success criterion: its number, its line in the file (1-based), its mark and its text on one line."""

    number: int
    line: int
    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Loop:
    """What a scope file says about its loop; `criteria` is empty if it has none."""

    id: str
    status: str
    severity: str | None = None
    owner: str | None = None
    opened: date | None = None
    closed: date | None = None
    criteria: tuple[Criterion, ...] = ()


def read_loop(text: str, *, file: str = "loop.scope.md") -> Loop:
    """Read a scope file. Front matter that is missing or not YAML is an error with its place; other keys are let be."""
    front, body = split_front_matter(text, file=file)
    # One empty line stands for the fence above, so that places are those of the file.
    document = open_record("\n" + front, file=file, what="front matter", error=BadLoop)
    root = document.root
    assert root is not None
    keys = [entry.key.text for entry in root.entries if entry.key is not None]
    fields = fields_of(document, root, "front matter", required=("loop_id", "status"), optional=keys, error=BadLoop)
    return Loop(
        id=fields.read("loop_id", loop_reference),
        status=fields.line("status", limit=40),
        severity=fields.line("severity", limit=40) if "severity" in fields else None,
        owner=fields.line("owner") if "owner" in fields else None,
        opened=fields.day("opened") if "opened" in fields else None,
        closed=fields.day("closed") if "closed" in fields else None,
        criteria=criteria_of(body),
    )


def split_front_matter(text: str, *, file: str = "") -> tuple[str, str]:
    """The YAML between the two fences, and the file with front matter and fences as empty lines."""
    lines = text.split("\n")
    ends = [line + "\n" for line in lines[:-1]] + [lines[-1]]
    if not _FENCE.fullmatch(ends[0]):
        raise BadLoop("a scope file begins with front matter, --- on its first line", place=Place(file or "<text>", 1))
    for number, line in enumerate(ends[1:], 1):
        if _FENCE.fullmatch(line):
            return "".join(ends[1:number]), "\n" * (number + 1) + "".join(ends[number + 1 :])
    raise BadLoop("the front matter has no end, a line with ---", place=Place(file or "<text>", 1))


def criteria_of(body: str) -> tuple[Criterion, ...]:
    """The list items with a box under the heading “Success Criteria”. A bullet's number is its place among them."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("js-default").parse(body)
    found: list[Criterion] = []
    inside_level: int | None = None
    number: int | None = None
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            level = int(token.tag[1:])
            if inside_level is None or level <= inside_level:
                named = tokens[at + 1].content.strip().rstrip(":").casefold() == "success criteria"
                inside_level = level if named else None
        elif token.type == "list_item_open":
            number = int(token.info) if token.info.isdigit() else None
        elif token.type == "inline" and inside_level is not None and token.map is not None:
            box = _BOX.match(token.content)
            if box:
                text = " ".join(token.content[box.end() :].split())
                found.append(Criterion(number or len(found) + 1, token.map[0] + 1, _MARKS[box.group(1)], text))
    return tuple(found)
