"""Edits of a scope file as splices of whole lines: text in, text out, and only the lines that must change do.

Every edit reads its own result again and proves that it says what was asked for. Line ends stay those of the file, a
missing last one stays missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from spine.change.lines import split_lines
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import near
from spine.printable import has_unsafe
from spine.records.loop import Loop, read_loop
from spine.records.loop_front import drop_front, set_front
from spine.records.loop_outline import BOXES, Item, Mark
from spine.records.loop_phases import Phase, split_completion, split_title
from spine.yamldoc.write import string

MARKER = re.compile(r"(?:[-*+]|[0-9]{1,9}[.)])[ \t]+(?:\[[ xX~]\](?=\s|$))?")
_BOX = re.compile(r"\[[ xX~]\]")
_DEFERRED = re.compile(r" \(deferred: (?:[^()]|\([^()]*\))*\)(?=[ \t]*(?:\r?\n)?$)")
LONGEST = 1000


class CannotEdit(Refused):
    """The scope file has no place for the edit; nothing was changed."""

    code = "SP046"


@dataclass(frozen=True, slots=True)
class Splice:
    """Lines `first` to `last` (1-based, both included; `last = first - 1` inserts before `first`) become `lines`."""

    first: int
    last: int
    lines: tuple[str, ...]


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """The text with its lines replaced; new lines are given without their ends."""
    newline = newline_of(text)
    lines = split_lines(text)
    is_open = bool(lines) and not lines[-1].endswith("\n")
    if is_open:
        lines[-1] += newline
    for one in sorted(splices, key=lambda one: (one.first, one.last), reverse=True):
        lines[one.first - 1 : one.last] = [f"{line}{newline}" for line in one.lines]
    joined = "".join(lines)
    return joined.removesuffix("\n").removesuffix("\r") if is_open else joined


def newline_of(text: str) -> str:
    """The line end that the file uses."""
    at = text.find("\n")
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"


# ---- boxes --------------------------------------------------------------------------------------------------------


def find_item(loop: Loop, name: str) -> Item:
    """The item that a name means: a criterion `4`, a part of it `4.1`, an item of a phase `P1.2`.

    Raises `CannotEdit` if there is none, or if two are called so.
    """
    wanted = name.replace(" ", "").casefold()
    named = [(known, item) for known, item in loop.items() if known.casefold() == wanted]
    if len(named) == 1:
        return named[0][1]
    if named:
        lines = " and ".join(str(item.line) for _, item in named)
        raise CannotEdit(f"“{name}” stands twice, in lines {lines}", place=Place(loop.file, named[1][1].line))
    known_names = [known for known, _ in loop.items()]
    close = near(name, known_names)
    hint = f"did you mean {' or '.join(close)}?" if close else f"spine loop show {loop.id}"
    raise CannotEdit(f"the loop has no item “{name[:40]}”", place=Place(loop.file), hint=hint)


def set_mark(text: str, loop: Loop, name: str, mark: Mark, *, deferred_to: str | None = None) -> str:
    """The text with the box of one item set; an item without a box gets one.

    A partly met one says what it is deferred to: a gap or a reason, added behind its text unless it is there. When the
    box is set to anything else, such a remark goes.
    """
    item = find_item(loop, name)
    lines = split_lines(text)
    changed = {item.line: _with_box(lines[item.line - 1], mark, Place(loop.file, item.line))}
    last = changed.get(item.text_last, lines[item.text_last - 1])
    if mark == "partly":
        if deferred_to is not None and not says(item.text, deferred_to):
            changed[item.text_last] = _appended(last, f" (deferred: {one_line(deferred_to)})")
    elif _DEFERRED.search(last):
        changed[item.text_last] = _DEFERRED.sub("", last)
    result = "".join(changed.get(at, line) for at, line in enumerate(lines, 1))
    now = [_told(known, one, one.mark) for known, one in read_loop(result, file=loop.file).items()]
    if now != [_told(known, one, mark if one.line == item.line else one.mark) for known, one in loop.items()]:
        raise CannotEdit("the box cannot be set on this line alone", place=Place(loop.file, item.line))
    return result


def _told(name: str, item: Item, mark: Mark | None) -> tuple[str, int, Mark | None, str]:
    """What the proof of an edit compares: all but the remark that the edit may add or take."""
    return name, item.line, mark, _DEFERRED.sub("", item.text)


def _with_box(line: str, mark: Mark, place: Place) -> str:
    marker = MARKER.search(line)
    if marker is None:
        raise CannotEdit("there is no list item on this line", place=place)
    box = _BOX.search(marker.group())
    if box is None:
        return f"{line[: marker.end()]}{BOXES[mark]} {line[marker.end() :]}"
    if mark == "met" and box.group() == "[X]":
        return line
    start = marker.start() + box.start()
    return line[:start] + BOXES[mark] + line[start + 3 :]


def _appended(line: str, more: str) -> str:
    body = line.rstrip("\r\n")
    kept = body.rstrip(" \t")
    return kept + more + line[len(body) :]


# ---- phases, remaining work, front matter ---------------------------------------------------------------------------


def mark_phase(text: str, loop: Loop, key: str, *, done: bool, everything: bool = False) -> str:
    """The text with a phase's title line saying that it is complete, or not.

    Raises `CannotEdit` while boxes in it are open, unless `everything` ticks them too.
    """
    phase = get_phase(loop, key)
    prefix = phase.key.replace(" ", "")
    names = [name for name, item in loop.items() if name.split(".")[0] == prefix and item.line != phase.line]
    open_names = [name for name in names if find_item(loop, name).mark == "open"]
    if done and open_names and not everything:
        raise CannotEdit(
            f"{phase.key} has open boxes: {', '.join(open_names)}",
            place=loop.place(phase.line),
            hint=f"spine loop phase {loop.id} {prefix} --done --all ticks them; spine loop defer … defers one",
        )
    if done:
        for name in open_names:
            text = set_mark(text, read_loop(text, file=loop.file), name, "met")
    if phase.form == "row":
        raise CannotEdit("a phase that is a row of a table is marked by hand", place=loop.place(phase.line))
    lines = split_lines(text)
    line = lines[phase.line - 1]
    marker = MARKER.search(line) if phase.form == "item" else None
    if marker is not None and _BOX.search(marker.group()):
        lines[phase.line - 1] = _with_box(line, "met" if done else "open", loop.place(phase.line))
    elif done != (phase.said == "done"):
        body = line.rstrip()
        parts = split_title(body[body.index(phase.key) :])
        title = parts[1] if parts else ""
        bare = split_completion(title)[0]
        kept = body[: len(body) - len(title)] + bare
        lines[phase.line - 1] = (f"{kept.rstrip()} — {_word(loop, text)}" if done else kept.rstrip()) + line[
            len(body) :
        ]
    result = "".join(lines)
    after = read_loop(result, file=loop.file).phase(phase.key)
    claims = after is not None and (after.state if marker and _BOX.search(marker.group()) else after.said) == "done"
    if after is None or after.line != phase.line or claims != done:
        raise CannotEdit("the title of this phase cannot be marked", place=loop.place(phase.line))
    return result


def get_phase(loop: Loop, key: str) -> Phase:
    """The phase that a key means. Raises `CannotEdit`."""
    found = loop.phase(key)
    if found is None:
        keys = [one.key for one in loop.phases]
        hint = f"its phases are {', '.join(keys)}" if keys else f'spine loop phase {loop.id} --add "TITLE"'
        raise CannotEdit(f"the loop has no phase “{key[:40]}”", place=Place(loop.file), hint=hint)
    return found


def defer_remaining(text: str, loop: Loop, number: int, deferred_to: str) -> str:
    """The text with one item of the remaining work said to be deferred to a gap or reason."""
    if not 1 <= number <= len(loop.remaining):
        raise CannotEdit(
            f"the remaining work has {len(loop.remaining)} items, there is no R{number}",
            place=Place(loop.file),
            hint=f"spine loop show {loop.id}",
        )
    item = loop.remaining[number - 1]
    if says(item.text, deferred_to):
        return text
    lines = split_lines(text)
    lines[item.text_last - 1] = _appended(
        _DEFERRED.sub("", lines[item.text_last - 1]), f" (deferred: {one_line(deferred_to)})"
    )
    return "".join(lines)


def set_fields(text: str, loop: Loop, fields: Sequence[tuple[str, str | None]]) -> str:
    """The text with facts of its front matter set, under the names that they have in this file; None drops one."""
    problem = loop.front.problem
    if problem is not None and problem.code != "SP200":
        raise CannotEdit(
            f"the front matter cannot be edited: {problem.message}", place=problem.place, hint=problem.hint
        )
    if problem is not None and loop.front.lines == 0 and "has no end" in problem.message:
        raise CannotEdit(problem.message, place=problem.place, hint=problem.hint)
    if problem is not None:
        text = set_front(text, "loop_id", string(loop.id))
    for fact, value in fields:
        names = [fact] if loop.front.lines == 0 else [loop.front.spelled(fact)]
        for key in names:
            text = drop_front(text, key) if value is None else set_front(text, key, value)
    return text


def _word(loop: Loop, text: str) -> Literal["DONE", "COMPLETE"]:
    """How this file says that a phase is complete; else as the first of all loops did."""
    lines = split_lines(text)
    said = [lines[one.line - 1] for one in loop.phases if one.said == "done"]
    return "DONE" if any(re.search(r"\bDONE\b", line) for line in said) else "COMPLETE"


def says(text: str, deferred_to: str) -> bool:
    """Whether a text names this gap or proposal, or has this reason as its remark."""
    if deferred_to.startswith(("GAP-", "CP-")):
        return re.search(rf"(?<![\w-]){re.escape(deferred_to)}(?![\w-])", text) is not None
    return f"(deferred: {one_line(deferred_to)})" in text


def one_line(words: str) -> str:
    """Words for a line of a list. Raises `CannotEdit` for what is empty, too long or invisible."""
    shown = " ".join(words.split())
    if not shown:
        raise CannotEdit("the text is empty")
    if len(shown) > LONGEST or has_unsafe(shown):
        raise CannotEdit(f"the text is one line of at most {LONGEST} characters without invisible ones")
    return shown
