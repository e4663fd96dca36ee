"""The edits that the loop verbs make, as functions of a scene: criteria, phases, deferrals, receipts, reopening."""

from __future__ import annotations

from collections.abc import Iterable

from spine.actions.loop_change import Edit, Scene
from spine.errors import Place, Refused
from spine.ids import near
from spine.ledger.budget import CannotTell
from spine.ledger.criterion_checks import NoTable, table_of
from spine.ledger.loop_receipts import computed_lines
from spine.ledger.loops import LoopLedger
from spine.ledger.parity_markdown import differences
from spine.records.loop import Loop, read_loop
from spine.records.loop_additions import add_criterion, add_phase, add_remaining, put_receipts
from spine.records.loop_edit import (
    defer_remaining,
    find_item,
    get_phase,
    mark_phase,
    one_line,
    says,
    set_fields,
    set_mark,
)
from spine.records.loop_outline import Mark
from spine.records.loop_tables import parity_marks, put_table, table_lines


def mark_criterion(name: str, mark: Mark, deferred_to: str | None = None) -> Edit:
    """Set the box of a criterion (`4`), a part of it (`4.1`) or an item of a phase (`P1.2`)."""

    def edit(scene: Scene) -> tuple[str, str]:
        target = gap_or_reason(deferred_to, scene.books) if deferred_to is not None else None
        after = set_mark(scene.text, scene.loop, name, mark, deferred_to=target)
        what = f"{_what(scene.loop, name)} {'open again' if mark == 'open' else mark}"
        return after, f"{scene.loop.id}: {what}" + (f", {_deferred_to(target, scene.books)}" if target else "")

    return edit


def new_criterion(words: str) -> Edit:
    """Add an open criterion."""

    def edit(scene: Scene) -> tuple[str, str]:
        after, number = add_criterion(scene.text, scene.loop, words)
        return after, f"{scene.loop.id}: add criterion {number}"

    return edit


def mark_whole_phase(key: str, *, done: bool, everything: bool = False) -> Edit:
    """Say in a phase's title that it is complete, or not; `everything` ticks its open boxes."""

    def edit(scene: Scene) -> tuple[str, str]:
        phase = get_phase(scene.loop, key)
        after = mark_phase(scene.text, scene.loop, key, done=done, everything=everything)
        return after, f"{scene.loop.id}: {phase.key} {'complete' if done else 'open again'}"

    return edit


def new_phase(title: str) -> Edit:
    """Add a phase behind the last."""

    def edit(scene: Scene) -> tuple[str, str]:
        after, key = add_phase(scene.text, scene.loop, title)
        return after, f"{scene.loop.id}: add phase {key}"

    return edit


def defer(name: str, to: str) -> Edit:
    """Defer an item to a gap or for a reason, and say so under “Remaining Work”; `R2` is an item that stands there."""

    def edit(scene: Scene) -> tuple[str, str]:
        target = gap_or_reason(to, scene.books)
        if name[:1] in "Rr" and name[1:].isascii() and name[1:].isdigit() and len(name) < 6:
            after = defer_remaining(scene.text, scene.loop, int(name[1:]), target)
            return after, f"{scene.loop.id}: remaining work {name[1:]} {_deferred_to(target, scene.books)}"
        after = deferred(scene.text, scene.loop, scene.books, name, target)
        return after, f"{scene.loop.id}: {_what(scene.loop, name)} {_deferred_to(target, scene.books)}"

    return edit


def deferred(text: str, loop: Loop, books: LoopLedger, name: str, target: str) -> str:
    """The text with one item deferred: its box, its remark, and a line of the remaining work."""
    item = find_item(loop, name)
    after = set_mark(text, loop, name, "partly", deferred_to=target)
    line = f"{target}: {books.gaps[target].title} — {item.text}" if target in books.gaps else f"{item.text} — {target}"
    return remaining(after, read_loop(after, file=loop.file), target, line)


def remaining(text: str, loop: Loop, id_: str, line: str) -> str:
    """The text with a line of the remaining work, unless the line or one that names the gap or proposal is there."""
    words = one_line(line)
    is_there = any(
        item.text == words or (id_.startswith(("GAP-", "CP-")) and says(item.text, id_)) for item in loop.remaining
    )
    return text if is_there else add_remaining(text, loop, [line])


def sync_loop(scene: Scene) -> tuple[str, str]:
    """Make the receipts what the ledger says, and the tables what their audits compute; a person's lines stay.

    The tables of a closed loop stay as they were when it was closed. Raises `NoTable` for one that names no audit.
    """
    loop, text = scene.loop, scene.text
    # From the last to the first, so that the lines of the others stay what they are.
    for mark in () if loop.is_closed else reversed(parity_marks(loop)):
        try:
            lines = table_of(mark, scene.books, scene.history)
        except CannotTell as error:
            raise Refused(
                f"the table of {mark.audit} cannot be told: {error.reason}", place=loop.place(mark.first)
            ) from error
        except Refused as error:
            raise NoTable(error.message, place=loop.place(mark.first), hint=error.hint) from error
        if any(differences(table_lines(text, mark), lines)):
            text = put_table(text, mark, lines)
    now = read_loop(text, file=loop.file)
    after = put_receipts(text, now, computed_lines(now, scene.books, scene.history))
    what = "receipts" if text == scene.text else "tables" if after == text else "receipts and tables"
    return after, f"{loop.id}: {what} as the ledger has them"


def reopen(scene: Scene) -> tuple[str, str]:
    """Make a closed loop open again. Raises `Refused` if it is open."""
    if not scene.loop.is_closed:
        raise Refused(f"{scene.loop.id} is {scene.loop.status or 'open'}", place=Place(scene.loop.file, 1))
    after = set_fields(scene.text, scene.loop, [("status", "open"), ("closed", None)])
    return after, f"reopen {scene.loop.id}"


def gap_or_reason(text: str, books: LoopLedger) -> str:
    """What something is deferred to: the id of a gap that is there, however abbreviated, or a reason as it is given."""
    shown = " ".join(text.split())
    if not (shown.startswith("GAP-") or shown.isdigit()) or " " in shown:
        return shown
    found = gaps_called(shown, books.gaps)
    if len(found) == 1:
        return found[0]
    close = near(shown, list(books.gaps))
    hint = f"did you mean {close[0]}?" if close else "spine gap list"
    message = f"several gaps fit: {', '.join(found[:5])}" if found else "no gap has this id"
    raise Refused(message, place=Place(shown[:60]), hint=hint)


def gaps_called(text: str, ids: Iterable[str]) -> list[str]:
    """The gaps that an id or a bare number means; 18 is not GAP-OP-118."""
    wanted = text.casefold()
    return [one for one in ids if wanted == one.casefold() or wanted.lstrip("0") == one.rpartition("-")[2].lstrip("0")]


def _deferred_to(target: str, books: LoopLedger) -> str:
    return f"deferred to {target}" if target in books.gaps else f"deferred: {target}"


def _what(loop: Loop, name: str) -> str:
    """An item by its name as the loop has it."""
    known = next((one for one, _ in loop.items() if one.casefold() == name.replace(" ", "").casefold()), name)
    return f"criterion {known}" if known[:1].isdigit() else known
