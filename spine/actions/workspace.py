"""What every verb works with: the repository, the clock, who is asking, and this run's id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from spine.repository import Repository


@dataclass(frozen=True, slots=True)
class Workspace:
    """One run of one verb. `person` is `Name <mail>`, `now` gives UTC, `run` tells this run from all others."""

    repo: Repository
    now: Callable[[], datetime]
    person: str
    run: str
