"""Single files of a work tree, read and replaced without ever following a symbolic link.

A file is replaced by a rename, its new bytes on disk before it shows: nobody sees half of it.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from spine.dataclass import dataclass
from spine.errors import SpineError
from spine.printable import printable
from spine.repository.descent import NOT_A_FOLDER, Descent, descent, split
from spine.repository.objects import EXECUTABLE, FILE, MAX_BLOB_BYTES, TooLarge

_IN_USE = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY})


class NameTaken(SpineError):
    """There is already something at the path of a file that was to be new."""

    code = "SP624"


@dataclass(frozen=True, slots=True)
class File:
    """A regular file: its bytes and its mode as git writes it, `100644` or `100755`."""

    data: bytes
    mode: str = FILE


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, not followed."""

    target: bytes


@dataclass(frozen=True, slots=True)
class Occupied:
    """Something that is neither a file nor a link, at the path, or no folder on the way to it: where, and what."""

    at: str
    what: str


def look(root: Path, path: str, *, limit: int = MAX_BLOB_BYTES) -> File | Link | Occupied | None:
    """What stands at a path below the root; None if there is nothing. Raises `TooLarge` for a file beyond the limit."""
    with descent(root, path) as way:
        facts = _find(way, path)
        if not isinstance(facts, os.stat_result):
            return facts
        name = split(path)[1]
        try:
            if stat.S_ISLNK(facts.st_mode):
                return Link(os.readlink(name, dir_fd=way.here))
            if not stat.S_ISREG(facts.st_mode):
                return Occupied(path, _what(facts))
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            return _read(path, os.open(name, flags, dir_fd=way.here), limit)
        except FileNotFoundError:
            return None


def is_there(root: Path, path: str) -> bool:
    """Whether a regular file or a link stands at that path."""
    with descent(root, path) as way:
        facts = _find(way, path)
        return isinstance(facts, os.stat_result) and (stat.S_ISREG(facts.st_mode) or stat.S_ISLNK(facts.st_mode))


def put(root: Path, path: str, file: File, *, lasts: bool = True) -> None:
    """Write a file, making the folders it needs; what stood there before is replaced in one step.

    `lasts`: it is on the disk before this returns. What can be made again from the repository need not be.
    """
    _put(root, path, file, os.rename, lasts=lasts)


def put_new(root: Path, path: str, file: File) -> None:
    """The same for a file that must not be there yet: of several writers one wins, the others get `NameTaken`."""

    def claim(draft: bytes, name: bytes, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        try:
            os.link(draft, name, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, follow_symlinks=False)
        except FileExistsError as error:
            raise NameTaken(f"{printable(path)} is there already") from error
        os.unlink(draft, dir_fd=src_dir_fd)

    _put(root, path, file, claim)


def _put(root: Path, path: str, file: File, arrive: Callable[..., None], *, lasts: bool = True) -> None:
    folders, name = split(path)
    with descent(root, path) as way:
        for folder in folders:
            way.down(folder, make=True)
        draft = scratch_name().encode()
        # The user's umask takes its share, as with git: 0666 and 0777 are what a new file may have at most.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(draft, flags, 0o777 if file.mode == EXECUTABLE else 0o666, dir_fd=way.here)
        try:
            with open(handle, "wb") as stream:
                stream.write(file.data)
                stream.flush()
                if lasts:
                    os.fsync(handle)
            arrive(draft, name, src_dir_fd=way.here, dst_dir_fd=way.here)
        except BaseException:
            os.unlink(draft, dir_fd=way.here)
            raise
        if lasts:
            os.fsync(way.here)


def scratch_name() -> str:
    """A name for what is to be renamed soon; it holds the process, so that a dead one's can be told."""
    return f".spine-{os.getpid()}-{secrets.token_hex(8)}"


def remove(root: Path, path: str, *, keep: str = "") -> None:
    """Remove a file and then the folders above that became empty, as git does, but none that leads to `keep`."""
    folders, name = split(path)
    kept = split(f"{keep.rstrip('/')}/")[0] if keep else []
    with descent(root, path) as way:
        try:
            for folder in folders:
                way.down(folder)
            os.unlink(name, dir_fd=way.here)
        except FileNotFoundError:
            return
        os.fsync(way.here)
        for depth in range(len(folders), 0, -1):
            if kept[:depth] == folders[:depth]:
                return
            try:
                os.rmdir(folders[depth - 1], dir_fd=way.folders[depth - 1])
            except OSError as error:
                if error.errno in _IN_USE:
                    return
                raise


def _find(way: Descent, path: str) -> os.stat_result | Occupied | None:
    folders, name = split(path)
    for depth, folder in enumerate(folders, 1):
        try:
            way.down(folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno not in NOT_A_FOLDER:
                raise
            return Occupied("/".join(path.split("/")[:depth]), _what(os.lstat(folder, dir_fd=way.here)))
    try:
        return os.lstat(name, dir_fd=way.here)
    except FileNotFoundError:
        return None


def _read(path: str, handle: int, limit: int) -> File:
    with open(handle, "rb") as stream:
        facts = os.fstat(handle)
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(f"{printable(path)} is larger than the limit of {limit} bytes")
    return File(data, EXECUTABLE if facts.st_mode & stat.S_IXUSR else FILE)


def _what(facts: os.stat_result) -> str:
    kinds = ((stat.S_ISLNK, "a symbolic link"), (stat.S_ISDIR, "a folder"), (stat.S_ISREG, "a file"))
    return next((what for test, what in kinds if test(facts.st_mode)), "a device, pipe or socket")
