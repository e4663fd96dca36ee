"""How much work a question may cause: expressions and data come from outside, so every step is paid for."""

from __future__ import annotations

UNITS = 1_000_000  # about half a second


class CannotTell(Exception):
    """A question that has no answer: what it asks is not there, cannot be read, or would take too long."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Budget:
    """What is left of the work that may be done; one for all that one loop or one audit asks."""

    def __init__(self, units: int = UNITS) -> None:
        self.left = units

    def spend(self, units: int) -> None:
        """Pay. Raises `CannotTell` once there is nothing left."""
        self.left -= units
        if self.left < 0:
            self.left = -1
            raise CannotTell("it takes more work than a check may cause")
