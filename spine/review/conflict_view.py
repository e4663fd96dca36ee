"""A conflict as data for reviewers: its place, the three values, who set the target's, and what happened."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from spine.address import ROOT, Address
from spine.change.merge import Conflict
from spine.dataclass import dataclass
from spine.printable import printable
from spine.review.blocks import Line, signed
from spine.review.sentences import value_name

if TYPE_CHECKING:
    from spine.actions.blame import Setter

SIDES = ("base", "target", "proposed")
_BLOB = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class SideView:
    """One of the three values: on one line, as a block, or neither, if it is not there. `by` is who set it."""

    label: str
    text: str | None
    block: tuple[Line, ...] = ()
    by: str | None = None


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict at `FILE#ADDRESS`; base, target and proposed value in this order."""

    place: str
    sides: tuple[SideView, SideView, SideView]
    message: str


def conflict_view(
    path: str, conflict: Conflict, setter: Setter | None, sides: tuple[str, str, str] = SIDES
) -> ConflictView:
    """A conflict with its sides under these names."""
    by = setter_name(setter) if setter is not None else None
    is_file = conflict.at == ROOT
    base, target, proposed = sides
    return ConflictView(
        place_text(path, conflict.at),
        (
            _side(base, conflict.base, is_file=is_file),
            _side(target, conflict.target, is_file=is_file, by=by),
            _side(proposed, conflict.proposed, is_file=is_file),
        ),
        printable(conflict.message),
    )


def place_text(path: str, at: Address) -> str:
    """`FILE#ADDRESS`, or the file alone."""
    return printable(path) if at == ROOT else f"{printable(path)}#{printable(str(at))}"


def setter_name(setter: Setter) -> str:
    """Who set a value: the proposal if there is one, else the commit's subject, and by whom and when."""
    what = printable(setter.proposal) if setter.proposal else f"“{printable(setter.subject)}”"
    return f"set by {what} in {setter.commit[:7]}, {printable(setter.author)}, {day(setter.date)}"


def day(moment: datetime) -> str:
    """The date of a moment in UTC."""
    return moment.astimezone(UTC).date().isoformat()


def _side(label: str, value: str | None, *, is_file: bool, by: str | None = None) -> SideView:
    if value is None:
        return SideView(label, None, by=by)
    if is_file and _BLOB.fullmatch(value):
        return SideView(label, f"blob {value[:7]}", by=by)
    if "\n" not in value.rstrip("\n"):
        return SideView(label, value_name(value.rstrip("\n")), by=by)
    return SideView(label, None, signed(" ", value), by=by)
