"""The phases of a loop in all the forms that people write: headings, list items, rows of a table.

`### P1: Title — COMPLETE`, `### P1 — Title`, `Phase 2b: …`, `Step 1: …`, `W1`, `Lane A: …`; a phase that is told in two
forms (a list first, details below) is read once, from its heading, else its list item, else its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from spine.dataclass import dataclass
from spine.records.loop_outline import Item, Outline, Section, Table, boxes_of

Completion = Literal["done", "in progress", "blocked", "deferred"]
Form = Literal["heading", "item", "row"]

_WORDS: dict[str, Completion] = {
    **dict.fromkeys(("done", "complete", "completed", "closed", "finished", "✅"), "done"),
    **dict.fromkeys(("in progress", "in-progress", "active", "wip", "partial"), "in progress"),
    "blocked": "blocked",
    **dict.fromkeys(("deferred", "skipped"), "deferred"),
}
_NAMES = "Phase|Step|Stage|Wave|Lane|Track|Workstream|Milestone"
_KEY = re.compile(rf"\**((?:P|W|WS|S|M)\d{{1,2}}[a-z]?|(?:{_NAMES})[ -]?(?:\d{{1,2}}[a-z]?|[A-Z]))(?![\w+/&,])\**")
_PARTS = re.compile(r"\**[ ]*(?:[:.]|—|–|--?)\**[ ]+|\**[ ]+(?=\()|\**[ ]*[:.]?\**$")
_SHOUTED = "|".join(sorted((word.upper() for word in _WORDS if word != "✅"), key=len, reverse=True))
_ANY = "|".join(sorted((word for word in _WORDS if word != "✅"), key=len, reverse=True))
_SUFFIX = re.compile(
    rf"[ ]*(?:(?:—|–|--?)[ ]+\**({_SHOUTED})\**(?![\w-])(?:[ ]*\([^()]*\))?"
    rf"|[(\[]\**((?i:{_ANY}))\**[)\]]|(✅)(?:[ ]*\([^()]*\))?)[ ]*$"
)
_PREFIX = re.compile(rf"\**({_SHOUTED})\**[ ]*(?:—|–|--?|:)[ ]+")
_LISTED = frozenset(
    ("phases", "phase", "phase details", "steps", "step", "lanes", "waves", "workstreams", "plan", "execution plan",
     "canonical plan", "fix plan", "tasks", "sequencing", "execution order")
)  # fmt: skip
_FIRST_CELLS = frozenset({"phase", "step", "lane", "wave", "stage", "workstream", "track"})
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase: `key` as it is written (`P1`, `Phase 2b`, `Lane A`), what its title line says of its completion, and the
    items in it. `line` is its heading, list item or row."""

    key: str
    title: str
    said: Completion | None
    line: int
    last: int
    form: Form
    items: tuple[Item, ...] = ()

    @property
    def state(self) -> Completion | Literal["open"]:
        """What its boxes say; without boxes what its title line says."""
        marks = [one.mark for item in self.items for one in boxes_of(item)]
        if not marks:
            return self.said or "open"
        if "open" in marks:
            return self.said if self.said in ("blocked", "deferred") else "in progress" if "met" in marks else "open"
        return "deferred" if "partly" in marks and "met" not in marks else "done"


def read_phases(found: Outline, ignored: Sequence[Section]) -> tuple[Phase, ...]:
    """The phases in the order of their lines; headings in `ignored` sections (receipts, criteria) are none."""
    chosen: dict[str, Phase] = {}
    for phase in (*_headings(found, ignored), *_items(found), *_rows(found)):
        chosen.setdefault(key_of(phase.key), phase)
    return tuple(sorted(chosen.values(), key=lambda one: one.line))


def key_of(text: str) -> str:
    """A key for comparing: `phase 2b`, `Phase-2B` and `phase2b` are one."""
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def split_title(text: str) -> tuple[str, str] | None:
    """Key and rest of a phase's title line; None if it is none: `P1 Evidence` has nothing between key and words."""
    key = _KEY.match(text)
    parted = _PARTS.match(text, key.end()) if key else None
    return None if key is None or parted is None else (key[1], text[parted.end() :])


def split_completion(text: str) -> tuple[str, Completion | None]:
    """A title and what it says of its completion, at its end or in front of it."""
    if suffix := _SUFFIX.search(text):
        return text[: suffix.start()].rstrip(), _WORDS[(suffix[1] or suffix[2] or suffix[3]).casefold()]
    if prefix := _PREFIX.match(text):
        return text[prefix.end() :], _WORDS[prefix[1].casefold()]
    whole = text.strip("*_()[] ")
    if whole.casefold() in _WORDS and (whole.isupper() or text[:1] in "(["):
        return "", _WORDS[whole.casefold()]
    return text, None


def _headings(found: Outline, ignored: Sequence[Section]) -> Iterator[Phase]:
    none = {one.line for section in ignored for one in found.sections_in(section)}
    seen: set[str] = set()
    for section in found.sections:
        parts = split_title(section.title) if 1 < section.level <= _DEEPEST and section.line not in none else None
        if parts and parts[0] not in seen:
            seen.add(parts[0])
            title, said = split_completion(parts[1])
            items = found.items_in(section)
            yield Phase(parts[0], title, said, section.line, section.last, "heading", items)


def _items(found: Outline) -> Iterator[Phase]:
    for section in found.sections:
        if section.title.casefold().rstrip(":") not in _LISTED:
            continue
        for item in found.items_in(section):
            parts = split_title(item.text)
            if parts:
                title, said = split_completion(parts[1])
                boxed = (item,) if item.mark is not None and not item.parts else item.parts
                yield Phase(parts[0], title, said, item.line, item.last, "item", boxed)


def _rows(found: Outline) -> Iterator[Phase]:
    for table in found.tables:
        head = [cell.strip("* ").casefold() for cell in table.head]
        if head and head[0] in _FIRST_CELLS:
            yield from _rows_of(table, head)


def _rows_of(table: Table, head: list[str]) -> Iterator[Phase]:
    column = head.index("status") if "status" in head else None
    for at, row in enumerate(table.rows):
        named = split_title(row[0])
        if named is None and len(row[0]) <= 2 and row[0].isalnum():
            named = f"{head[0].capitalize()} {row[0]}", ""
        if named is None:
            continue
        title, said = split_completion(named[1] or (row[1] if len(row) > 1 and column != 1 else ""))
        if column is not None and column < len(row):
            said = _WORDS.get(row[column].strip("*_` ").casefold(), said)
        line = table.line + 2 + at
        yield Phase(named[0], title, said, line, line, "row")
