"""Checks of loops: does a scope file say what can be true, and what its receipts say of commits? Findings, not errors.

| code | what is wrong |
|---|---|
| SP200 | a loop has no front matter, or it does not end |
| SP201 | the front matter is not valid YAML, says a field twice, or the file is too large |
| SP202 | a field is missing or is not what it has to be: id, status, dates |
| SP203 | the id is not the file's name |
| SP204 | the loop is closed with boxes that are open and not deferred |
| SP205 | `[~]` names no gap and no reason |
| SP206 | closed without a day, or open with one |
| SP207 | the receipts name a proposal or a landing that is not there |
| SP208 | what the receipts say of a proposal is not so: another commit landed it, or none did |
| SP209 | a phase says that it is complete, and has open boxes |
| SP210 | a criterion is met, and an open gap blocks it |
| SP211 | two files are one loop |
| SP212 | the loop is closed, and a gap found in it is open and named in no deferral |
| SP220–SP228 | what is computed: see `criterion_checks` |

Of a loop with `origin:` in its front matter, which came from elsewhere, all of them are warnings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from spine.errors import Finding, Place
from spine.ledger.criterion_checks import (
    checks_can_be_read,
    deferrals_are_open,
    tables_are_current,
    ticks_are_so,
)
from spine.ledger.loops import History, LoopLedger, deferred_ids, is_deferred
from spine.records.loop import Loop, id_of_path
from spine.records.loop_front import day_of
from spine.records.loop_outline import boxes_of
from spine.records.loop_receipts import ReceiptLine

LoopCheck = Callable[[Loop, LoopLedger, "History | None"], Iterator[Finding]]

_DAYS = ("opened", "closed", "last_verified")
_FROM_ELSEWHERE = "name what is there; a loop that came from elsewhere says so with origin: in its front matter"
_OVER = frozenset({"applied", "landed"})


def check_loops(books: LoopLedger, history: History | None = None) -> Iterator[Finding]:
    """All findings about the loops of a tree; those about commits only with a history."""
    first: dict[str, str] = {}
    for path, loop in books.loops.items():
        yield from check_loop(loop, books, history)
        other = first.setdefault(loop.id, path)
        if other != path:
            yield _severe(Finding("SP211", Place(path, 1), f"{other} is the same loop, {loop.id}"), loop)


def check_loop(loop: Loop, books: LoopLedger, history: History | None = None) -> Iterator[Finding]:
    """All findings about one loop."""
    for check in CHECKS:
        for finding in check(loop, books, history):
            yield _severe(finding, loop)


def front_matter_is_whole(loop: Loop, books: LoopLedger, history: History | None) -> Iterator[Finding]:
    """SP200, SP201, SP202, SP203, SP206: what the head of the file says."""
    front = loop.front
    if front.problem is not None:
        yield front.problem
    if front.document is not None:
        for fact, example in (("loop_id", id_of_path(loop.file)), ("status", "open")):
            if front.text(fact) is None:
                yield Finding("SP202", Place(loop.file, 1), f"the front matter has no “{fact}”", f"{fact}: {example}")
    for fact in _DAYS:
        text = front.text(fact)
        if text is not None and day_of(text) is None and front.document is not None:
            message = f"“{front.spelled(fact)}” is {text[:40]}, which is no day"
            yield Finding("SP202", front.place(fact, loop.file), message, "write it as 2026-02-12")
    if loop.id != id_of_path(loop.file):
        message = f"the file is called {id_of_path(loop.file)}, the loop in it {loop.id}"
        yield Finding("SP203", front.place("loop_id", loop.file), message, "name one after the other")
    if loop.is_closed and front.text("closed") is None:
        place = front.place("status", loop.file)
        yield Finding("SP206", place, "the loop is closed, and does not say when", "add closed: and the day")
    if not loop.is_closed and loop.status is not None and front.text("closed") is not None:
        message = f"the loop is {loop.status[:40]}, and says when it was closed"
        yield Finding("SP206", front.place("closed", loop.file), message, f"spine loop close {loop.id}")


def boxes_are_answered(loop: Loop, books: LoopLedger, history: History | None) -> Iterator[Finding]:
    """SP204, SP205: what is not met is open only while the loop is, and what is partly met says where the rest went."""
    open_ones = []
    for name, item in loop.items():
        if item.mark == "partly" and not is_deferred(loop, name, item, books):
            message = f"{name} is partly met, and names no gap or reason"
            hint = f"spine loop defer {loop.id} {name} --to GAP-… (or --reason TEXT)"
            yield Finding("SP205", loop.place(item.line), message, hint)
        if item.mark == "open" and not is_deferred(loop, name, item, books):
            open_ones.append((name, item.line))
    if loop.is_closed and open_ones:
        names = ", ".join(name for name, _ in open_ones[:8]) + (", …" if len(open_ones) > 8 else "")
        count = f"{len(open_ones)} open box{'es' * (len(open_ones) != 1)}"
        hint = f"spine loop reopen {loop.id}, or defer them: spine loop defer {loop.id} {open_ones[0][0]} --reason TEXT"
        yield Finding("SP204", loop.place(open_ones[0][1]), f"the loop is closed with {count}: {names}", hint)


def phases_are_as_said(loop: Loop, books: LoopLedger, history: History | None) -> Iterator[Finding]:
    """SP209: a phase is complete when its boxes are."""
    for phase in loop.phases:
        boxes = [box for item in phase.items for box in boxes_of(item) if box.line != phase.line]
        count = sum(box.mark == "open" for box in boxes)
        if phase.said == "done" and count:
            message = f"{phase.key} says that it is complete, and has {count} open box{'es' * (count != 1)}"
            hint = f"spine loop phase {loop.id} {phase.key.replace(' ', '')} --open"
            yield Finding("SP209", loop.place(phase.line), message, hint)


def gaps_agree(loop: Loop, books: LoopLedger, history: History | None) -> Iterator[Finding]:
    """SP210, SP212: no criterion is met that an open gap blocks, and no gap is left behind unnamed."""
    for one in loop.criteria:
        for gap in books.blocking(loop, one.number) if one.mark == "met" else ():
            message = f"criterion {one.number} is met, and {gap.id}, which is open, blocks it"
            yield Finding("SP210", loop.place(one.line), message, f"close {gap.id}, or: spine loop defer {loop.id} "
                          f"{one.number} --to {gap.id}")  # fmt: skip
    if not loop.is_closed:
        return
    named = deferred_ids(loop)
    for gap in books.gaps_of(loop):
        if gap.status == "open" and gap.id not in named:
            message = f"the loop is closed, {gap.id}, found in it, is open, and nothing says what becomes of it"
            yield Finding("SP212", loop.front.place("status", loop.file), message, "name it under Remaining Work")


def receipts_are_true(loop: Loop, books: LoopLedger, history: History | None) -> Iterator[Finding]:
    """SP207, SP208: what the receipts say of proposals and their landings is what the tree and its history say."""
    for line in loop.receipts:
        for message, code in _false(line, books, history):
            hint = f"spine loop sync {loop.id}" if code == "SP208" else _FROM_ELSEWHERE
            yield Finding(code, loop.place(line.line), message, hint)


def _false(line: ReceiptLine, books: LoopLedger, history: History | None) -> Iterator[tuple[str, str]]:
    if line.stated is None and line.state is None:
        return
    is_told = False
    for id_ in line.proposals:
        known = _known(id_, books)
        if known is None:
            yield f"the receipts name {id_}, which is not there", "SP207"
            is_told = True
            continue
        if len(line.proposals) > 1:  # which of them is meant, only a person can tell
            continue
        status = books.statuses[known]
        says_landed = line.stated is not None or line.state in _OVER
        if says_landed != (status in ("applied", "undone")) or (line.state == "undone" and status != "undone"):
            is_told = True
            said = "it landed" if says_landed else f"it is {line.state}"
            yield f"the receipts say of {known} that {said}; it is {status}", "SP208"
        elif line.stated is not None and history is not None:
            landing = history.landing(known)
            is_told = is_told or landing is not None
            if landing is not None and not landing.startswith(line.stated):
                yield f"the receipts say that {line.stated[:12]} landed {known}; {landing[:12]} did", "SP208"
    if is_told or line.stated is None or history is None or not history.is_whole:
        return
    if history.commit(line.stated) is None:
        yield f"the receipts name the commit {line.stated[:40]}, which is not there", "SP207"


def _known(id_: str, books: LoopLedger) -> str | None:
    """The proposal that a receipt means; people leave out the slug."""
    if id_ in books.ledger.proposals:
        return id_
    fitting = [one for one in books.ledger.proposals if "__" not in id_ and one.startswith(f"{id_}__")]
    return fitting[0] if len(fitting) == 1 else None


def _severe(finding: Finding, loop: Loop) -> Finding:
    is_error = finding.severity == "error"
    return replace(finding, severity="warning") if loop.is_imported and is_error else finding


CHECKS: tuple[LoopCheck, ...] = (
    front_matter_is_whole,
    boxes_are_answered,
    phases_are_as_said,
    gaps_agree,
    receipts_are_true,
    checks_can_be_read,
    ticks_are_so,
    deferrals_are_open,
    tables_are_current,
)
