"""The way down a path of the work tree, folder by folder, through no symbolic link."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from spine.dataclass import dataclass
from spine.errors import SpineError
from spine.printable import printable

# What opening a folder says when a link or a file has that name.
NOT_A_FOLDER = frozenset({errno.ENOTDIR, errno.ELOOP})


class DiskFailed(SpineError):
    """The system would not let a file be read or written; the message names it and the cause."""

    code = "SP609"


@dataclass(slots=True)
class Descent:
    """The folders opened so far, the root first; the last one is where the descent stands."""

    folders: list[int] = field(default_factory=list)

    @property
    def here(self) -> int:
        """The handle of the folder reached."""
        return self.folders[-1]

    def down(self, name: bytes, *, make: bool = False) -> None:
        """Step into a folder, made first if it is to be and is not there. Raises `OSError`, for a link too."""
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, dir_fd=self.here)
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        self.folders.append(os.open(name, flags, dir_fd=self.here))


@contextlib.contextmanager
def descent(root: Path, path: str) -> Iterator[Descent]:
    """A descent from the root; whatever the system refuses inside the `with` is a `DiskFailed` that names the path."""
    way = Descent()
    try:
        way.folders.append(os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        yield way
    except OSError as error:
        raise DiskFailed(f"{printable(path)}: {error.strerror}") from error
    finally:
        for handle in way.folders:
            os.close(handle)


def split(path: str) -> tuple[list[bytes], bytes]:
    """The folders of a path and its last name, as the bytes that the system knows."""
    *folders, name = path.encode("utf-8", "surrogateescape").split(b"/")
    return folders, name
