"""What a merge comes to: merged with notes, or conflicts; values that floors above show and record."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from spine.address import Address
from spine.change.operations import Change
from spine.dataclass import dataclass

ConflictKind = Literal[
    "value",
    "add",
    "remove",
    "removed",
    "rename",
    "kind",
    "sequence",
    "text",
    "expect",
    "ambiguous",
    "order",
    "comment",
    "base",
]
NoteKind = Literal[
    "already there",
    "decided by rule",
    "comment kept",
    "order kept",
    "residual dropped",
    "merged text",
    "merged entry",
    "comment removed",
]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place where both sides want something else. The values are source; None: not there."""

    kind: ConflictKind
    at: Address
    base: str | None
    target: str | None
    proposed: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reviewer should know about a clean merge."""

    kind: NoteKind
    at: Address
    message: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The whole change fits: the target's new text, how it was reached, and what is worth knowing."""

    text: str
    notes: tuple[Note, ...] = ()
    change: Change = field(default_factory=Change)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The change does not fit; nothing of it is made."""

    conflicts: tuple[Conflict, ...]
    notes: tuple[Note, ...] = ()
