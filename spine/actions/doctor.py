"""doctor: has a run been interrupted in this clone, what does that mean, and how does it end?"""

from __future__ import annotations

from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.repository import Recovery, diagnose, recover


@dataclass(frozen=True, slots=True)
class Health:
    """`recovery` is what an interrupted landing asks for, or got if `is_fixed`; None: there is none."""

    recovery: Recovery | None
    is_fixed: bool


def doctor(work: Workspace, *, fix: bool = False) -> Health:
    """Look for what an interrupted run left; with `fix` bring it to its end. A healthy clone is untouched."""
    if fix:
        return Health(recover(work.repo, wait=work.wait), True)
    return Health(diagnose(work.repo, wait=work.wait), False)
