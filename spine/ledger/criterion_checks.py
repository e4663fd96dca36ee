"""Checks of what loops compute: ticks, tables of audits, and the form of both. Findings, not errors.

| code | what is wrong |
|---|---|
| SP220 | a criterion is ticked, and the data says otherwise |
| SP221 | a criterion's check is not as its form says |
| SP222 | a criterion is ticked, and its check cannot be told (a warning) |
| SP223 | `checks` names a criterion that the loop does not have |
| SP224 | a criterion is so, and not ticked (a note) |
| SP225 | what is partly met is deferred to gaps that are all closed (a warning) |
| SP226 | an audit's table is not what the audit computes (a warning) |
| SP227 | the place of an audit's table is not whole, or names no audit or revision |
| SP228 | an audit's table cannot be computed (a warning) |

A closed loop spoke of the tree that it was closed in: what became untrue later is no finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from spine.errors import Finding, Place, Refused
from spine.ledger.budget import CannotTell
from spine.ledger.criteria import Computed
from spine.ledger.loops import History, LoopLedger, compute_checks, gaps_named
from spine.ledger.parity_markdown import differences, markdown_lines
from spine.records.loop import Loop
from spine.records.loop_tables import ParityMark, flawed_marks, parity_marks, table_lines
from spine.yamldoc.scalars import value_of

_TOLD = 3  # differences of a table that are told


def checks_can_be_read(loop: Loop, books: LoopLedger, history: History | None) -> Iterator[Finding]:
    """SP221, SP223: the front matter's `checks` name criteria, and each is as its form says."""
    document = loop.front.document
    if document is None or document.root is None:
        return
    numbers = {one.number for one in loop.criteria}
    for entry in document.root.entries:
        if entry.key is None or entry.key.text != "checks":
            continue
        if entry.value.kind != "mapping":
            if entry.value.kind != "scalar" or value_of(entry.value)[0] != "null":
                message = "“checks” is a mapping of criteria to their checks"
                yield Finding("SP221", document.place(entry.value.start), message, "spine help criteria")
            continue
        seen: set[int] = set()
        for one in entry.value.entries:
            assert one.key is not None
            text, place = one.key.text, document.place(one.key.start)
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None
            if number is None or number not in numbers:
                there = ", ".join(map(str, sorted(numbers)))[:100] or "none"
                message = f"“checks” speaks of criterion {text[:20]}, which the loop does not have"
                yield Finding("SP223", place, message, f"its criteria are {there}")
            elif number in seen:
                yield Finding("SP221", place, f"criterion {number} has two checks", "put them together with all: […]")
            else:
                seen.add(number)
    for made in books.computed(loop).values():
        if isinstance(made, Refused):
            yield Finding("SP221", made.place or Place(loop.file, 1), made.message, made.hint or "spine help criteria")


def ticks_are_so(loop: Loop, books: LoopLedger, history: History | None) -> Iterator[Finding]:
    """SP220, SP222, SP224: what is ticked is so, what is so is ticked."""
    computed = books.computed(loop)
    for one in loop.criteria:
        made = computed.get(one.number)
        if not isinstance(made, Computed):
            continue
        if one.mark == "met" and made.answer != "true":
            made = _when_closed(loop, one.number, books, history) or made
        place = loop.place(one.line)
        if one.mark == "met" and made.answer == "false":
            hint = f"spine loop check {loop.id}   or   spine loop criterion {loop.id} {one.number} --open"
            yield Finding("SP220", place, f"criterion {one.number} is ticked, and it is not so: {made.why}", hint)
        elif one.mark == "met" and made.answer == "cannot tell":
            message = f"criterion {one.number} is ticked, and it cannot be told: {made.why}"
            yield Finding("SP222", place, message, f"spine loop check {loop.id}", "warning")
        elif one.mark != "met" and made.answer == "true" and books.is_to_be_ticked(loop, one.number):
            message = f"criterion {one.number} is so, and not ticked: {made.why}"
            yield Finding("SP224", place, message, f"spine loop criterion {loop.id} {one.number} --met", "note")


def deferrals_are_open(loop: Loop, books: LoopLedger, history: History | None) -> Iterator[Finding]:
    """SP225: what is partly met in an open loop waits for something that is open."""
    if loop.is_closed:
        return
    for name, item in loop.items():
        if item.mark != "partly":
            continue
        known = [books.ground.gaps[id_] for id_ in gaps_named(item.text) if id_ in books.ground.gaps]
        if known and all(gap.status == "closed" for gap in known):
            ids = " and ".join(gap.id for gap in known)
            message = f"{name} is deferred to {ids}, which {'is' if len(known) == 1 else 'are'} closed"
            hint = f"spine loop criterion {loop.id} {name} --met   or defer what is left to another gap"
            yield Finding("SP225", loop.place(item.line), message, hint, "warning")


def tables_are_current(loop: Loop, books: LoopLedger, history: History | None) -> Iterator[Finding]:
    """SP226, SP227, SP228: the tables of audits in the loop are what the audits compute."""
    yield from flawed_marks(loop)
    marks = parity_marks(loop)
    text = books.text(loop.file) if marks else ""
    for mark in marks:
        place = loop.place(mark.first)
        try:
            found = list(differences(table_lines(text, mark), table_of(mark, books, history)))
            then = books.when_closed(loop, history) if found else None
            if then is not None:
                found = list(differences(table_lines(text, mark), table_of(mark, then, history)))
        except NoTable as error:
            yield Finding("SP227", place, error.message, error.hint)
            continue
        except CannotTell as error:
            yield Finding("SP228", place, f"the table of {mark.audit} cannot be told: {error.reason}", None, "warning")
            continue
        if found:
            told = "; ".join(found[:_TOLD]) + (f" (and {len(found) - _TOLD} more)" if len(found) > _TOLD else "")
            message = f"the table is not what audit {mark.audit} computes: {told}"
            yield Finding("SP226", place, message, f"spine loop sync {loop.id}", "warning")


class NoTable(Refused):
    """The place of a table names no audit, or no revision."""

    code = "SP227"


def table_of(mark: ParityMark, books: LoopLedger, history: History | None) -> list[str]:
    """The lines that belong in the place of a table. Raises `NoTable`, or `CannotTell` without a history."""
    if books.settings.audit(mark.audit) is None:
        names = ", ".join(one.name for one in books.settings.audits) or "none"
        raise NoTable(f"spine.yaml declares no audit {mark.audit}", hint=f"its audits are: {names}")
    table, before = books.ground.table(mark.audit), None
    if mark.since is not None:
        if history is None:
            raise CannotTell(f"there is no history to look for {mark.since} in")
        files = history.files_at(mark.since)
        if files is None:
            raise NoTable(f"“{mark.since[:60]}” is no revision of this repository", hint="since takes a commit")
        before = books.ground.table(mark.audit, mark.since, files)
    return markdown_lines(table, before)


def _when_closed(loop: Loop, number: int, books: LoopLedger, history: History | None) -> Computed | None:
    """What the check computes in the tree that the loop was closed in; None if it is open, or that tree unknown."""
    then = books.when_closed(loop, history)
    made = compute_checks(loop, then.ground).get(number) if then is not None else None
    return made if isinstance(made, Computed) else None
