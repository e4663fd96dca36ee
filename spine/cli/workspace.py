"""Opens the workspace of one run: the repository, the clock, who is asking, and this run's id."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from spine.cli.door import Door
from spine.errors import Place, Refused

if TYPE_CHECKING:
    from spine.actions.workspace import Workspace
    from spine.repository import Repository

CLOCK = "SPINE_CLOCK"  # a fixed moment for tests and demonstrations, as 2026-02-12T13:24:52Z


@contextmanager
def open_workspace(door: Door, *, writes: bool = False) -> Iterator[Workspace]:
    """The workspace in the folder that the door names; only a verb that writes needs to know who is asking."""
    from spine.actions.workspace import Workspace
    from spine.repository import Repository

    with Repository.open(door.folder, door.env) as repo:
        person = author(repo) if writes else ""
        yield Workspace(repo, clock(door.env), person, os.urandom(8).hex(), door.wait)


def author(repo: Repository) -> str:
    """`Name <mail>` as git would write it into a commit. Raises `GitFailed`, with a hint, if git does not know."""
    ident = repo.git.run("var", "GIT_AUTHOR_IDENT").line
    return ident[: ident.rindex(">") + 1]


def clock(env: Mapping[str, str]) -> Callable[[], datetime]:
    """The time now in UTC, or the moment that the environment fixes."""
    fixed = env.get(CLOCK)
    if not fixed:
        return lambda: datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(fixed)
    except ValueError as error:
        raise Refused(f"not a moment: {error}", place=Place(CLOCK), hint=f"{CLOCK}=2026-02-12T13:24:52Z") from error
    if moment.tzinfo is None:
        raise Refused("a moment needs a time zone", place=Place(CLOCK), hint=f"{CLOCK}={fixed}Z")
    return lambda: moment.astimezone(UTC)
