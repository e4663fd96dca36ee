"""What every verb works with: the repository, the clock, who is asking, and this run's id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from spine.dataclass import dataclass

if TYPE_CHECKING:
    from spine.repository import Repository


@dataclass(frozen=True, slots=True)
class Workspace:
    """One run of one verb. `person` is `Name <mail>`, `now` gives UTC, `run` tells this run from all others.

    `wait` is how many seconds it waits for others that are at work in the clone; None: as long as is usual.
    """

    repo: Repository
    now: Callable[[], datetime]
    person: str
    run: str
    wait: float | None = None


@contextmanager
def settled(work: Workspace) -> Iterator[None]:
    """The work tree while nothing lands: who compares it with HEAD must not see half a landing as somebody's edit.

    Raises `Locked`, or `JournalOpen` if a landing was interrupted and is not finished.
    """
    from spine.repository import check_no_journal, landing_lock

    with landing_lock(work.repo, work.wait, what="reading the work tree"):
        check_no_journal(work.repo)
        yield
