"""doctor: is a landing left half done in this clone, what does that mean, and how does it end?"""

from __future__ import annotations

from dataclasses import dataclass

from spine.actions.workspace import Workspace
from spine.repository import Recovery, diagnose, recover


@dataclass(frozen=True, slots=True)
class Health:
    """`recovery` is what an interrupted landing asks for, or got if `is_fixed`; None: there is none."""

    recovery: Recovery | None
    is_fixed: bool


def doctor(work: Workspace, *, fix: bool = False) -> Health:
    """Look at the journal of landings; with `fix` end an interrupted one. A healthy clone is untouched."""
    return Health(recover(work.repo), True) if fix else Health(diagnose(work.repo), False)
