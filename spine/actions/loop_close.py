"""loop close: what is open is answered for, one by one; then receipts, status and days are written in one edit.

What a check computes counts: a tick that the data contradicts is an open end, an open box that it confirms is ticked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spine.actions.loop_change import Edit, Scene
from spine.actions.loop_edits import deferred, gap_or_reason, gaps_called, remaining, sync_loop
from spine.errors import Place, Refused, SpineError
from spine.ids import find_matching, near
from spine.ledger.loops import LoopLedger, Open
from spine.records.loop import Loop, read_loop
from spine.records.loop_edit import set_fields, set_mark


class StillOpen(SpineError):
    """The loop has open ends that nobody answered for; `open` are those."""

    code = "SP066"

    def __init__(self, loop: Loop, open_ends: Sequence[Open]) -> None:
        listed = "".join(f"\n  {one.kind} {one.name}: {one.text[:100]}" for one in open_ends)
        count = f"{len(open_ends)} open end{'s' * (len(open_ends) != 1)}"
        answers = " ".join(f"--defer {one.name}=REASON" for one in open_ends[:4])
        more = " …" if len(open_ends) > 4 else ""
        super().__init__(
            f"{loop.id} has {count} that nothing is said about; nothing was written{listed}",
            hint=f"finish them, or: spine loop close {loop.id} {answers}{more} (a reason or a gap each)",
        )
        self.open = tuple(open_ends)


def close(answers: Mapping[str, str]) -> Edit:
    """Close a loop; `answers` defers each open end, by its name, to a gap or for a reason.

    Raises `StillOpen` with all that is unanswered, `Refused` for an answer to what is not open, or if it is closed.
    """

    def edit(scene: Scene) -> tuple[str, str]:
        loop, books, text = scene.loop, scene.books, scene.text
        if loop.is_closed:
            hint = f"spine loop sync {loop.id}   or   spine loop reopen {loop.id}"
            raise Refused(f"{loop.id} is closed already", place=Place(loop.file, 1), hint=hint)
        # What the data shows to be so needs no answer of a person: it is ticked.
        unticked = [one.number for one in loop.criteria if one.mark == "open"]
        shown = [str(number) for number in unticked if books.is_to_be_ticked(loop, number)]
        for name in shown:
            text = set_mark(text, read_loop(text, file=loop.file), name, "met")
        open_ends = [one for one in books.still_open(loop) if one.name not in shown]
        answered = _matched(answers, open_ends, loop)
        # A gap that takes up the rest of something else is answered for by that.
        heirs = {gap_or_reason(answer, books) for answer in answered.values()}
        unanswered = [one for one in open_ends if one.name not in answered and one.name not in heirs]
        if unanswered:
            raise StillOpen(loop, unanswered)
        for one in (one for one in open_ends if one.name in answered):
            text = _answered(text, read_loop(text, file=loop.file), books, one, answered[one.name])
        day = scene.today.isoformat()
        fields = [("status", "closed"), ("closed", day), ("last_verified", day)]
        now = read_loop(text, file=loop.file)
        text, _ = sync_loop(Scene(books, scene.history, now, text, scene.today))
        return set_fields(text, read_loop(text, file=loop.file), fields), f"close {loop.id}"

    return edit


def _answered(text: str, loop: Loop, books: LoopLedger, end: Open, answer: str) -> str:
    if end.kind in ("criterion", "phase"):
        return deferred(text, loop, books, end.name, gap_or_reason(answer, books))
    return remaining(text, loop, end.name, f"{end.name}: {end.text} — {answer}")


def _matched(answers: Mapping[str, str], open_ends: Sequence[Open], loop: Loop) -> dict[str, str]:
    """The answers by the whole names of what they answer."""
    names = [one.name for one in open_ends]
    found: dict[str, str] = {}
    for key, answer in answers.items():
        plain = key.replace(" ", "").casefold()
        fitting = [name for name in names if name.casefold() == plain]
        fitting = fitting or gaps_called(plain, [name for name in names if name.startswith("GAP-")])
        if not fitting and not plain.isdigit():
            fitting = find_matching(key, [name for name in names if name.startswith("CP-")])
        if len(fitting) != 1:
            close_to = near(key, names)
            hint = f"did you mean {close_to[0]}?" if close_to else f"spine loop show {loop.id}"
            message = "several open ends fit" if fitting else "this is not an open end of the loop"
            raise Refused(message, place=Place(f"--defer {key[:60]}"), hint=hint)
        if not answer.strip():
            raise Refused("a deferral names a gap or a reason", place=Place(f"--defer {key[:60]}"))
        found[fitting[0]] = answer
    return found
