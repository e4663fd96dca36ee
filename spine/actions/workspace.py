"""What every verb works with: the repository, the clock, who is asking, and this run's id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from spine.repository import Repository, check_no_journal, landing_lock


@dataclass(frozen=True, slots=True)
class Workspace:
    """One run of one verb. `person` is `Name <mail>`, `now` gives UTC, `run` tells this run from all others."""

    repo: Repository
    now: Callable[[], datetime]
    person: str
    run: str


@contextmanager
def settled(work: Workspace) -> Iterator[None]:
    """The work tree while nothing lands: who compares it with HEAD must not see half a landing as somebody's edit.

    Raises `Locked`, or `JournalOpen` if a landing was interrupted and is not finished.
    """
    with landing_lock(work.repo):
        check_no_journal(work.repo)
        yield
