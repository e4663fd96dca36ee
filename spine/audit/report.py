"""What the audit says: answers in three values, receipt by receipt and for the whole range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spine.errors import Exit, Finding

Answer = Literal["yes", "no", "cannot tell"]
How = Literal["blobs", "values", "recorded afterwards"]


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """One receipt in the commit that added it. `how` it was proved is None if it was not."""

    proposal: str
    commit: str
    path: str
    answer: Answer
    how: How | None
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for a range. `seen` counts the commits that were looked at, `governed` the changes explained."""

    since: str | None
    until: str
    receipts: tuple[CheckedReceipt, ...]
    findings: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    seen: int
    governed: int

    @property
    def answer(self) -> Answer:
        """No if something is wrong, cannot tell if something could not be looked at, else yes."""
        if any(one.severity == "error" for one in self.findings):
            return "no"
        return "cannot tell" if self.unknown else "yes"

    @property
    def exit_code(self) -> Exit:
        """1 for no, 6 for cannot tell, 0 for yes."""
        return {"yes": Exit.DONE, "no": Exit.FAILED, "cannot tell": Exit.UNKNOWN}[self.answer]
