"""What can go wrong, as two values: an error that stops a command, and a finding that a check returns.

A `SpineError` carries its exit code (DESIGN §8), a place and a hint; each subclass is defined beside the code that
raises it, here only the shared root and the few that many floors raise.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command; of several, `worst` picks one."""

    DONE = 0
    FAILED = 1
    REFUSED = 2
    CONFLICT = 3
    POLICY = 4
    DOCTOR = 5
    UNKNOWN = 6


_WORST_FIRST = (Exit.DOCTOR, Exit.REFUSED, Exit.POLICY, Exit.CONFLICT, Exit.FAILED, Exit.UNKNOWN)


def worst(codes: list[Exit]) -> Exit:
    """The one exit code that stands for several, in the order 5, 2, 4, 3, 1, 6, else 0."""
    return next((code for code in _WORST_FIRST if code in codes), Exit.DONE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: a file (or an argument's name) and, if known, 1-based line and column."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.file]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)


class SpineError(Exception):
    """A command cannot go on. `exit_code` says how the process ends, `hint` names the command that mends it.

    The place `is_there` unless it is in a file as it would be, which nobody can look up.
    """

    exit_code = Exit.FAILED
    code = "SP001"
    is_there = True

    def __init__(self, message: str, *, place: Place | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class Refused(SpineError):
    """The input is malformed or asks for what cannot be done safely: exit 2, nothing written."""

    exit_code = Exit.REFUSED
    code = "SP002"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a check noticed: a stable code, a place, one reason, one fix.

    `severity` is `error`, `warning` or `note`.
    """

    code: str
    place: Place
    message: str
    hint: str | None = None
    severity: str = "error"
