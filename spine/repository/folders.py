"""A new folder of plain files: claimed by exactly one writer, and complete as soon as anything is in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from spine.errors import SpineError
from spine.printable import printable
from spine.repository.descent import descent, split
from spine.repository.files import File, put, remove, scratch_name


class FolderTaken(SpineError):
    """There is already something of that name: another writer was first, or the name is in use."""

    code = "SP614"


def new_folder(root: Path, folder: str, files: Mapping[str, bytes]) -> None:
    """Make a folder below the root with these files (names may hold slashes). Raises `FolderTaken`, nothing written.

    The empty folder is the claim, which only one writer can make; the files arrive in it by one rename of a folder
    prepared beside it.
    """
    above, name = split(folder)
    draft = f"{folder.rpartition('/')[0]}/{scratch_name()}".lstrip("/")
    with descent(root, folder) as way:
        for one in above:
            way.down(one, make=True)
        try:
            os.mkdir(name, dir_fd=way.here)
        except FileExistsError as error:
            raise FolderTaken(f"{printable(folder)} is there already") from error
        written: list[str] = []
        try:
            for path, data in files.items():
                written.append(f"{draft}/{path}")
                put(root, written[-1], File(data))
            os.rename(split(draft)[1], name, src_dir_fd=way.here, dst_dir_fd=way.here)
        except BaseException:
            for path in written:
                remove(root, path)
            os.rmdir(name, dir_fd=way.here)
            raise
        os.fsync(way.here)


def folder_names(root: str, folder: str) -> list[str]:
    """The names in a folder of some work tree; none where there is no such folder."""
    try:
        return os.listdir(os.path.join(root, folder))
    except OSError:
        return []
