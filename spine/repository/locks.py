"""The two locks of a landing: spine's own, which the kernel frees after a crash, and git's on the index."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from spine.errors import SpineError
from spine.printable import printable
from spine.repository.descent import DiskFailed
from spine.repository.opened import Repository

LOCK_WAIT = 10.0
LANDING_WAIT = 120.0  # others that land are at work, and twenty agents may want to at once


class Locked(SpineError):
    """Somebody else holds the lock and did not let go in time; nothing was written."""

    code = "SP612"


@dataclass(slots=True)
class IndexLock:
    """git's `index.lock`, held. `install` makes another file the index and so lets go."""

    index: Path
    lock: Path
    is_held: bool = True

    def install(self, new: Path) -> None:
        """Put a finished index file in place: over the lock, then over the index, so that no moment is unlocked."""
        _fsync(new)
        os.rename(new, self.lock)
        os.rename(self.lock, self.index)
        self.is_held = False
        _fsync(self.index.parent)

    def release(self) -> None:
        """Let go without a new index; after `install` there is nothing to let go."""
        if self.is_held:
            self.is_held = False
            self.lock.unlink()


@contextlib.contextmanager
def landing_lock(repo: Repository, wait: float = LANDING_WAIT) -> Iterator[None]:
    """One landing at a time in all worktrees of a clone, by `flock` on a file that stays."""
    path = repo.common_dir / "spine.lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise DiskFailed(f"{printable(str(path))}: {error.strerror}") from error
    try:
        if not _within(wait, lambda: _try_flock(handle)):
            raise Locked(f"another spine has been landing here for more than {wait:.0f} s", hint="try again")
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def index_lock(repo: Repository, wait: float = LOCK_WAIT) -> Iterator[IndexLock]:
    """git's own lock on the index of this work tree; every git command that writes the index respects it."""
    held = IndexLock(repo.git_dir / "index", repo.git_dir / "index.lock")
    if not _within(wait, lambda: _try_create(held.lock)):
        raise Locked(
            f"{printable(str(held.lock))} exists: another git command is at work here",
            hint="try again when it is done; if none runs, it crashed, and the file may be removed",
        )
    try:
        yield held
    finally:
        held.release()


def pause(attempt: int) -> None:
    """Wait a little, longer each time and never as long as somebody else who waits."""
    time.sleep(random.uniform(0.005, 0.02) * 2 ** min(attempt, 5))


def _within(wait: float, attempt: Callable[[], bool]) -> bool:
    end = time.monotonic() + wait
    tries = 0
    while not attempt():
        if time.monotonic() >= end:
            return False
        pause(tries)
        tries += 1
    return True


def _try_flock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EWOULDBLOCK, errno.EACCES}:
            return False
        raise
    return True


def _try_create(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    except FileExistsError:
        return False
    except OSError as error:
        raise DiskFailed(f"{printable(str(path))}: {error.strerror}") from error
    return True


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
