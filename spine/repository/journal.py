"""The journal of a landing: what is about to be done, on disk before the branch moves, gone when all has followed.

While it is there, the branch may be ahead of the work tree and the next `git commit` could take the landing back. So
nothing else lands until `spine doctor` has finished it or rolled it back.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from spine.dataclass import dataclass
from spine.errors import Exit, SpineError
from spine.printable import printable
from spine.repository.descent import DiskFailed
from spine.repository.objects import CommitId
from spine.repository.opened import Repository


class JournalOpen(SpineError):
    """A landing was interrupted between moving the branch and bringing the work tree along."""

    exit_code = Exit.DOCTOR
    code = "SP613"


@dataclass(frozen=True, slots=True)
class Journal:
    """A landing under way. `old` is None for the first commit of a branch, `git_dir` is None if no tree follows."""

    branch: str
    old: CommitId | None
    new: CommitId
    git_dir: str | None
    work_tree: str | None
    paths: Sequence[str]


def open_journal(repo: Repository, journal: Journal) -> None:
    """Write the journal, durably. Raises `JournalOpen` if there is one."""
    check_no_journal(repo)
    draft = repo.common_dir / "spine-journal.new"
    text = json.dumps({"spine": "journal/1", **asdict(journal)}, indent=1)
    try:
        with open(draft, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(draft, _path(repo))  # under the landing lock: nobody else makes one meanwhile
        _fsync_folder(repo.common_dir)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)  # on a full disk it is made, and stays empty
        raise DiskFailed(f"{printable(str(draft))}: {error.strerror}") from error


def close_journal(repo: Repository) -> None:
    """Remove the journal, durably."""
    try:
        os.unlink(_path(repo))
        _fsync_folder(repo.common_dir)
    except OSError as error:
        raise DiskFailed(f"{printable(str(_path(repo)))}: {error.strerror}") from error


def read_journal(repo: Repository) -> Journal | None:
    """The open journal, or None. Raises `JournalOpen` if it is there and cannot be read."""
    try:
        fields = json.loads(_path(repo).read_text("utf-8"))
        fields.pop("spine")
        return Journal(**fields)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        path = printable(str(_path(repo)))
        raise JournalOpen(
            f"the journal of an interrupted landing cannot be read: {path}",
            hint=f"compare git log -1 with git status, then remove {path}",
        ) from error


def check_no_journal(repo: Repository) -> None:
    """Raise `JournalOpen` if a landing has not been finished here."""
    if os.path.lexists(_path(repo)):
        raise _still_open(repo)


def _still_open(repo: Repository) -> JournalOpen:
    return JournalOpen(
        f"a landing was interrupted here and is not finished ({printable(str(_path(repo)))})", hint="spine doctor --fix"
    )


def _path(repo: Repository) -> Path:
    return repo.common_dir / "spine-journal.json"


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
