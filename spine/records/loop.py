"""A loop's scope file as a value: front matter, goal, criteria, phases, remaining work, receipts, all with their lines.

Reading never fails: what is wrong with a file is told in `front.problem`, and what follows from it (progress, what is
open) is computed when it is asked for and stored nowhere. `loop_edit` changes the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from spine.change.lines import split_lines
from spine.dataclass import dataclass
from spine.errors import Finding, Place
from spine.records.loop_front import FrontMatter, blank_front, day_of, is_closed, read_front
from spine.records.loop_outline import Item, Mark, Outline, Section, Table, boxes_of, outline
from spine.records.loop_phases import Phase, key_of, read_phases, split_title
from spine.records.loop_receipts import ReceiptLine, receipt_line

MAX_LOOP = 512 * 1024
SUFFIX = ".scope.md"

CRITERIA = ("success criteria", "acceptance criteria", "exit criteria", "definition of done", "done definition",
            "done checks", "acceptance")  # fmt: skip
GOALS = ("goal", "goals", "objective", "objectives")
REMAINING = ("remaining work", "deferred", "deferred / follow-ups", "follow-ups", "open items", "next steps")
RECEIPTS = ("receipts", "evidence (receipts)", "receipt ids", "completion receipt", "commits", "evidence")
_REMARK = re.compile(r"[ ]*\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One success criterion: an item of the list, or where such an item only groups others, those in it with a box.

    `phase` is the key of the phase whose heading it stands under, if it does.

    `number` is the written one where the list is numbered, else its place among the criteria.
    """

    number: int
    item: Item
    phase: str | None = None

    @property
    def mark(self) -> Mark | None:
        """Its box; None if it has none."""
        return self.item.mark

    @property
    def text(self) -> str:
        """What is to be true, on one line."""
        return self.item.text

    @property
    def line(self) -> int:
        """The line of its box."""
        return self.item.line


@dataclass(frozen=True, slots=True)
class Progress:
    """How many criteria (those with a box, parts counted by themselves) are met, partly met and open."""

    met: int
    partly: int
    open: int

    @property
    def total(self) -> int:
        return self.met + self.partly + self.open


@dataclass(frozen=True, slots=True)
class Loop:
    """All that a scope file says. `id` is the front matter's, else that of the file's name."""

    file: str
    id: str
    front: FrontMatter
    title: str
    goal: str
    criteria: tuple[Criterion, ...]
    phases: tuple[Phase, ...]
    remaining: tuple[Item, ...]
    receipts: tuple[ReceiptLine, ...]
    outline: Outline

    @property
    def status(self) -> str | None:
        """Its status in the file's own words."""
        return self.front.text("status")

    @property
    def is_closed(self) -> bool:
        """Whether its status, in whatever words, means that the work has ended."""
        return is_closed(self.status)

    @property
    def severity(self) -> str | None:
        return self.front.text("severity")

    @property
    def owner(self) -> str | None:
        return self.front.text("owner")

    @property
    def opened(self) -> date | None:
        return day_of(self.front.text("opened") or "")

    @property
    def closed(self) -> date | None:
        return day_of(self.front.text("closed") or "")

    @property
    def is_imported(self) -> bool:
        """Whether it says where it came from: what is wrong with it is then history, and a warning."""
        return self.front.text("origin") is not None

    @property
    def tables(self) -> tuple[Table, ...]:
        return self.outline.tables

    @property
    def progress(self) -> Progress:
        marks = [box.mark for one in self.criteria for box in boxes_of(one.item)]
        return Progress(marks.count("met"), marks.count("partly"), marks.count("open"))

    def section(self, names: tuple[str, ...]) -> Section | None:
        """The first section that is called so; the earlier of the names win."""
        known = [(_plain(one.title), one) for one in self.outline.sections]
        return next((one for name in names for title, one in known if title == name), None)

    def phase(self, key: str) -> Phase | None:
        """The phase that a key means, however it is spelled."""
        return next((one for one in self.phases if key_of(one.key) == key_of(key)), None)

    def items(self) -> Iterator[tuple[str, Item]]:
        """The items of criteria and phases with the names that the command line knows them by: `4`, `4.1`, `P1.2`."""
        named: dict[int, str] = {}
        for one in self.criteria:
            named.setdefault(one.line, str(one.number))
            yield str(one.number), one.item
            yield from _parts(str(one.number), one.item)
        for phase in self.phases:
            prefix = phase.key.replace(" ", "")
            for number, item in enumerate(phase.items, 1):
                if item.line not in named:
                    name = prefix if item.line == phase.line else f"{prefix}.{number}"
                    yield name, item
                    yield from _parts(name, item)

    def place(self, line: int) -> Place:
        return Place(self.file, line)


def read_loop(text: str, *, file: str = "loop.scope.md") -> Loop:
    """Read a scope file, however it was written. Nothing is raised; `front.problem` says what is wrong at its head."""
    name = id_of_path(file)
    if len(text) > MAX_LOOP:
        problem = Finding("SP201", Place(file, 1), f"the file has {len(text)} characters, the limit is {MAX_LOOP}")
        return Loop(file, name, FrontMatter(0, {}, problem), "", "", (), (), (), (), Outline())
    front = read_front(text, file)
    body = blank_front(text)
    found = outline(body)
    lines = split_lines(body)
    criteria_at = tuple(_criteria_sections(found))
    receipts_at = tuple(
        one for one in found.sections if _plain(one.title) in RECEIPTS or "receipt" in _plain(one.title)
    )
    phases = read_phases(found, (*criteria_at, *receipts_at))
    remaining = next((one for name in REMAINING for one in found.sections if _plain(one.title) == name), None)
    h1 = next((one.title for one in found.sections if one.level == 1), "")
    return Loop(
        file=file,
        id=front.text("loop_id") or name,
        front=front,
        title=re.sub(r"^Loop(?: Scope)?:[ ]*", "", h1),
        goal=_goal(found, front, lines),
        criteria=tuple(_criteria(found, criteria_at)),
        phases=phases,
        remaining=found.items_in(remaining) if remaining else (),
        receipts=tuple(_receipts(found, receipts_at, lines)),
        outline=found,
    )


def id_of_path(path: str) -> str:
    """The loop's id as the file's name has it."""
    return path.rsplit("/", 1)[-1].removesuffix(".md").removesuffix(".scope")


def _plain(title: str) -> str:
    """A section's title for comparing: `Remaining Work (deferred):` is remaining work, `Evidence (Receipts)` itself."""
    known = title.casefold().strip("*_: ")
    return known if known in RECEIPTS else _REMARK.sub("", known).strip("*_: ")


def _criteria_sections(found: Outline) -> Iterator[Section]:
    last = 0
    for section in found.sections:
        if section.line > last and _plain(section.title) in CRITERIA:
            last = section.last
            yield section


def _criteria(found: Outline, sections: tuple[Section, ...]) -> Iterator[Criterion]:
    items = [item for section in sections for item in found.items_in(section)]
    items = [one for item in items for one in (_outermost_boxes(item) or (item,))]
    written = [item.number for item in items]
    is_numbered = None not in written and len(set(written)) == len(written)
    for place, item in enumerate(items, 1):
        section = found.section_of(item.line)
        titles = [split_title(title) for title in (*section.above, section.title)] if section else []
        keys = [parts[0] for parts in titles if parts]
        yield Criterion(item.number if is_numbered and item.number else place, item, keys[-1] if keys else None)


def _outermost_boxes(item: Item) -> tuple[Item, ...]:
    """The item if it has a box, else the outermost inside it that have one."""
    if item.mark is not None:
        return (item,)
    return tuple(one for part in item.parts for one in _outermost_boxes(part))


def _parts(name: str, item: Item) -> Iterator[tuple[str, Item]]:
    for number, part in enumerate(item.parts, 1):
        if part.mark is not None:
            yield f"{name}.{number}", part
        yield from _parts(f"{name}.{number}", part)


def _goal(found: Outline, front: FrontMatter, lines: list[str]) -> str:
    for name in GOALS:
        for section in found.sections:
            if _plain(section.title) == name:
                return "".join(lines[section.heading_last : section.last]).replace("\r\n", "\n").strip()
    return front.text("objective") or ""


def _receipts(found: Outline, sections: tuple[Section, ...], lines: list[str]) -> Iterator[ReceiptLine]:
    """Every line with words in it, headings and the frames of tables aside."""
    told = {line for one in found.sections for line in range(one.line, one.heading_last + 1)}
    told |= {line for table in found.tables for line in (table.line, table.line + 1)}
    for section in sections:
        for at in range(section.heading_last + 1, section.last + 1):
            text = re.sub(r"^[ \t]*(?:[-*+]|[0-9]+[.)])[ \t]+", "", lines[at - 1].rstrip("\r\n")).strip()
            if at not in told and any(char.isalnum() for char in text):
                told.add(at)
                yield receipt_line(text, at)
