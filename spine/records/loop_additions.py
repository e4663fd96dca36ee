"""What is added to a scope file: a criterion, a phase, remaining work, a section, the lines of its receipts.

Text in, text out. What is added has the form of what stands there already, else that of the loop which the project
started from; each function reads its result again and proves that the addition is what it was meant to be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from spine.change.lines import split_lines
from spine.errors import Place
from spine.records.loop import CRITERIA, REMAINING, Loop, read_loop
from spine.records.loop_edit import MARKER, CannotEdit, Splice, one_line, spliced
from spine.records.loop_outline import Section
from spine.records.loop_phases import Phase, key_of, split_completion
from spine.records.loop_receipts import own_line

_NEXT = re.compile(r"(.*?)([0-9]+|[A-Y])$")
_ORDER = ("goal", "problem", "problem / current state", "success criteria", "phases", "remaining work", "receipts")
_OWN_SECTIONS = ("receipts", "evidence (receipts)")


def add_criterion(text: str, loop: Loop, words: str) -> tuple[str, int]:
    """The text with one more open criterion behind the last, in the form of its list, and that criterion's number."""
    words = one_line(words)
    if loop.criteria:
        last = loop.criteria[-1]
        line = split_lines(text)[last.line - 1].rstrip("\r\n")
        marker = MARKER.search(line)
        if marker is None:
            raise CannotEdit("there is no list item on this line", place=loop.place(last.line))
        number = max(one.number for one in loop.criteria) + 1
        bullet = re.split(r"[ \t]", marker.group(), maxsplit=1)[0]
        shown = f"{(last.item.number or 0) + 1}{bullet[-1]}" if bullet[0].isdigit() else bullet
        result = spliced(
            text, [Splice(last.item.last + 1, last.item.last, (f"{line[: marker.start()]}{shown} [ ] {words}",))]
        )
    else:
        number = 1
        section = loop.section(CRITERIA)
        result = _put_in(text, loop, section, "Success Criteria", (f"1. [ ] {words}",))
    now = read_loop(result, file=loop.file).criteria
    if len(now) != len(loop.criteria) + 1 or (now[-1].text, now[-1].mark, now[-1].number) != (words, "open", number):
        raise CannotEdit("the criteria of this loop have no form that one can be added to", place=Place(loop.file))
    return result, number


def add_phase(text: str, loop: Loop, title: str) -> tuple[str, str]:
    """The text with one more phase behind the last, named and formed as that one is, and the new phase's key."""
    title = one_line(title)
    formed = [one for one in loop.phases if one.form != "row"]
    if not formed:
        key = "P1"
        result = _put_in(text, loop, loop.section(("phases",)), "Phases", (f"### {key}: {title}",))
    else:
        last = formed[-1]
        key = _next_key(last, loop)
        line = split_lines(text)[last.line - 1].rstrip("\r\n")
        start = line.index(last.key)
        mark = re.match(r"\**(?:[ ]*[:.]|[ ]+(?:—|–|--?))", line[start + len(last.key) :])
        separator = mark.group().strip("*") if mark else ":"
        lead = re.sub(r"\[[xX~]\]", "[ ]", line[:start].replace("*", "")) if last.form == "item" else line[:start]
        new = f"{lead}{key}{separator} {title}"
        end = last.last
        if last.form == "heading":
            end = _last_written(text, last.line, end)
            result = spliced(text, [Splice(end + 1, end, ("", new))])
        else:
            result = spliced(text, [Splice(end + 1, end, (new,))])
    found = read_loop(result, file=loop.file).phase(key)
    if found is None or found.title != split_completion(title)[0]:
        raise CannotEdit("the phases of this loop have no form that one can be added to", place=Place(loop.file))
    return result, key


def add_remaining(text: str, loop: Loop, lines: Sequence[str]) -> str:
    """The text with bullets behind those of “Remaining Work”; the section is made if there is none."""
    section = next((one for one in (loop.section((name,)) for name in REMAINING) if one), None)
    return _put_in(text, loop, section, "Remaining Work (deferred)", tuple(f"- {one_line(line)}" for line in lines))


def put_receipts(text: str, loop: Loop, lines: Sequence[str]) -> str:
    """The text with the lines of the receipts that are spine's own replaced; a person's lines stay, in their order.

    The new lines stand where the first of the old ones stood, else at the section's beginning.
    """
    section = next((one for one in (loop.section((name,)) for name in _OWN_SECTIONS) if one), None)
    if section is None:
        return put_section(text, loop, "Receipts", lines) if lines else text
    there = split_lines(text)
    own = [
        item.line
        for item in loop.outline.items_in(section)
        if item.line == item.last and own_line(there[item.line - 1]) is not None
    ]
    if not own:
        return spliced(text, _at_beginning(loop, section, there, lines)) if lines else text
    splices = [Splice(line, line, ()) for line in own[1:]]
    return spliced(text, [Splice(own[0], own[0], tuple(lines)), *splices])


def _at_beginning(loop: Loop, section: Section, there: Sequence[str], lines: Sequence[str]) -> list[Splice]:
    at = section.heading_last + 1
    while at <= section.last and not there[at - 1].strip():
        at += 1
    is_list = any(item.line == at for item in loop.outline.items_in(section))
    above = ("",) if at == section.heading_last + 1 and not is_list else ()
    below = () if is_list or at > len(there) else ("",)
    return [Splice(at, at - 1, (*above, *lines, *below))]


def put_section(text: str, loop: Loop, title: str, body: Sequence[str]) -> str:
    """The text with a new section of the second level, where the order of a scope file wants it."""
    wanted = _ORDER.index(title.casefold().split(" (")[0]) if title.casefold().split(" (")[0] in _ORDER else len(_ORDER)
    later = set(_ORDER[wanted + 1 :])
    following = next(
        (one for one in loop.outline.sections if one.level == 2 and one.title.casefold().split(" (")[0] in later), None
    )
    if following is not None:
        at = _above_rule(text, following.line)
        return spliced(text, [Splice(at, at - 1, (f"## {title}", "", *body, ""))])
    last = _last_written(text, 0, len(split_lines(text)))
    return spliced(text, [Splice(last + 1, last, ("", f"## {title}", "", *body))])


def _put_in(text: str, loop: Loop, section: Section | None, title: str, body: tuple[str, ...]) -> str:
    """The lines at the end of a section's own text (above its subsections), or in a new section."""
    if section is None:
        return put_section(text, loop, title, body)
    below = next(
        (one.line - 1 for one in loop.outline.sections if section.line < one.line <= section.last), section.last
    )
    last = _last_written(text, section.heading_last, below)
    items = [item for item in loop.outline.items_in(section) if item.line <= below]
    touches = bool(items) and items[-1].last == last and body[0].startswith(("- ", "1. "))
    gap = () if touches else ("",)
    tail = () if last < below or below == len(split_lines(text)) else ("",)
    return spliced(text, [Splice(last + 1, last, (*gap, *body, *tail))])


def _last_written(text: str, above: int, last: int) -> int:
    """The last line from `last` upwards that holds more than blanks or a rule (`---`), but none above `above`."""
    lines = split_lines(text)
    while last > above and lines[last - 1].strip(" \t\r\n-") == "":
        last -= 1
    return last


def _above_rule(text: str, line: int) -> int:
    """The line to insert before, so that a rule `---` directly above a heading stays with it."""
    lines = split_lines(text)
    at = line - 1
    while at > 0 and not lines[at - 1].strip():
        at -= 1
    return at if at > 0 and lines[at - 1].strip() == "---" and line - at <= 3 and at > 1 else line


def _next_key(last: Phase, loop: Loop) -> str:
    match = _NEXT.fullmatch(re.sub(r"(?<=\d)[a-z]$", "", last.key))
    if match is None:
        raise CannotEdit(f"what follows {last.key} is not clear", place=loop.place(last.line))
    taken = {key_of(one.key) for one in loop.phases}
    stem, count = match.groups()
    while True:
        count = str(int(count) + 1) if count.isdigit() else chr(ord(count) + 1)
        if key_of(stem + count) not in taken:
            return stem + count
