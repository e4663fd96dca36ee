"""Turns at a lock: whoever waits for it gets it in the order in which they came, as far as they live.

Each who has to wait lays a ticket into a folder beside the lock: a file with its time of arrival in the name, which it
keeps locked. The kernel frees that when its owner dies, so a ticket that can be locked is nobody's, and goes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_TRIES = 20
_STEP = 0.005
_LONGEST = 0.05


def wait_in_turn(folder: Path, wait: float, attempt: Callable[[], bool]) -> bool:
    """Try until it works, or for `wait` seconds; nobody who came later is served before. Whether it worked."""
    end = time.monotonic() + wait
    if next(_ahead(folder, None), None) is None and attempt():
        return True
    if wait <= 0:
        return False
    with _ticket(folder) as mine:
        while True:
            ahead = sum(1 for _ in _ahead(folder, mine))
            if ahead == 0 and attempt():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(left, _STEP * (1 + ahead), _LONGEST))


@contextlib.contextmanager
def _ticket(folder: Path) -> Iterator[str | None]:
    """A ticket of one's own, by name; None where none can be laid down (a full disk): then one waits without."""
    handle, name = _lay(folder)
    try:
        yield name
    finally:
        if handle is not None and name is not None:
            with contextlib.suppress(OSError):
                os.unlink(folder / name)
            os.close(handle)
            with contextlib.suppress(OSError):  # others wait on
                os.rmdir(folder)


def _lay(folder: Path) -> tuple[int | None, str | None]:
    name = f"{time.monotonic_ns():020}-{os.getpid()}"
    for _ in range(_TRIES):
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder)
            handle = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileNotFoundError:  # the last one who waited has just taken the folder away
            continue
        except OSError:
            return None, None
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, name
        os.close(handle)  # somebody took it for a dead one's, in the moment before it was locked
    return None, None


def _ahead(folder: Path, mine: str | None) -> Iterator[str]:
    """The tickets of the living that came before mine, or all; those of the dead are taken away."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        if mine is not None and name >= mine:
            return
        if _is_alive(folder / name):
            yield name


def _is_alive(ticket: Path) -> bool:
    try:
        handle = os.open(ticket, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(ticket)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False
