"""The two locks of a landing: spine's own, which the kernel frees after a crash, and git's on the index.

Spine's lock file says who holds it. Its `index.lock` says that spine made it: nobody makes one without spine's lock, so
whoever has that and finds such a file has found a dead one's.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from spine.dataclass import dataclass
from spine.errors import SpineError
from spine.printable import printable
from spine.repository.descent import DiskFailed
from spine.repository.opened import Repository
from spine.repository.turns import wait_in_turn

LOCK_WAIT = 10.0
LANDING_WAIT = 120.0  # others that land are at work, and twenty agents may want to at once
_MARK = b"spine\n"  # never the beginning of an index
_SIGNATURE = 300
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK})


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
        """Put a finished index file in place, then let go: no moment is unlocked, and the lock is always spine's."""
        _fsync(new)
        os.rename(new, self.index)
        self.release()
        _fsync(self.index.parent)

    def release(self) -> None:
        """Let go; a second time there is nothing to let go."""
        if self.is_held:
            self.is_held = False
            self.lock.unlink()


@contextlib.contextmanager
def landing_lock(repo: Repository, wait: float | None = None, *, what: str = "spine") -> Iterator[None]:
    """One landing at a time in all worktrees of a clone, by `flock` on a file that stays; in the order of arrival.

    `what` tells those who wait what is going on. Raises `Locked`, which names the holder, after `wait` seconds.
    """
    with _held(repo, "spine", LANDING_WAIT if wait is None else wait, what):
        yield


@contextlib.contextmanager
def naming_lock(repo: Repository, wait: float | None = None) -> Iterator[None]:
    """One new name at a time in all worktrees of a clone: from the choice of a free id until its folder is there."""
    with _held(repo, "spine-names", LANDING_WAIT if wait is None else wait, "naming a proposal"):
        yield


@contextlib.contextmanager
def _held(repo: Repository, name: str, wait: float, what: str) -> Iterator[None]:
    path = repo.common_dir / f"{name}.lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise DiskFailed(f"{printable(str(path))}: {error.strerror}") from error
    try:
        if not wait_in_turn(repo.common_dir / f"{name}-queue", wait, lambda: _try_flock(handle)):
            raise Locked(
                f"{_holder(handle)} for {wait:g} s and longer", hint="try again, or wait longer with --wait SECONDS"
            )
        _sign(handle, what)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def index_lock(repo: Repository, wait: float | None = None) -> Iterator[IndexLock]:
    """git's own lock on the index of this work tree; every git command that writes the index respects it.

    Only under the landing lock: an `index.lock` of spine's that is found then is that of a run that was killed.
    """
    held = IndexLock(repo.git_dir / "index", repo.git_dir / "index.lock")
    if not _within(LOCK_WAIT if wait is None else wait, lambda: _try_create(held.lock)):
        raise Locked(
            f"{printable(str(held.lock))} exists: another git command is at work here",
            hint="try again when it is done; if none runs, it crashed: spine doctor --fix",
        )
    try:
        yield held
    finally:
        held.release()


def dead_index_lock(repo: Repository) -> Path | None:
    """The `index.lock` of a spine that was killed, if there is one; asked under the landing lock."""
    lock = repo.git_dir / "index.lock"
    return lock if _is_ours(lock) else None


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


def _sign(handle: int, what: str) -> None:
    """Say in the lock's file who holds it. It is only ever told to people, so a full disk is no reason to stop."""
    text = f"{os.getpid()} {os.uname().nodename} {what}\n".encode("utf-8", "replace")[:_SIGNATURE]
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, text, 0)


def _holder(handle: int) -> str:
    with contextlib.suppress(OSError):
        pid, _, rest = os.pread(handle, _SIGNATURE, 0).decode("utf-8", "replace").strip().partition(" ")
        host, _, what = rest.partition(" ")
        if pid.isdigit() and what:
            where = "" if host == os.uname().nodename else f" on {printable(host)}"
            return f"another spine (process {pid}{where}, {printable(what)}) has been at work here"
    return "another spine has been at work here"


def _try_create(path: Path) -> bool:
    """Make the lock's file with its mark in it, in one step; one that a killed spine left is taken away first."""
    draft = path.with_name(f"spine-{os.getpid()}-lock")
    try:
        if _is_ours(path):
            os.unlink(path)
        try:
            draft.write_bytes(_MARK)  # on a full disk it is made, and stays empty
            os.link(draft, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # A file system without hard links: killed between these two steps, the file would look like anybody's.
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), "wb") as stream:
                stream.write(_MARK)
        finally:
            draft.unlink(missing_ok=True)
    except FileExistsError:
        return False
    except OSError as error:
        raise DiskFailed(f"{printable(str(path))}: {error.strerror}") from error
    return True


def _is_ours(lock: Path) -> bool:
    try:
        with open(lock, "rb") as stream:
            return stream.read(len(_MARK) + 1) == _MARK
    except OSError:
        return False


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
