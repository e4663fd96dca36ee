"""A folder of files that spine makes from the ledger again and again: written where they differ, all else untouched.

`site.json` in it lists what was written, each file with its digest. By that a later run knows which files are its own:
it replaces them, removes those that it no longer makes, and leaves everything else alone. The list is written before
the first file and again behind the last, so a run that was killed is simply run again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.printable import printable
from spine.repository.files import File, look, put, remove

MANIFEST = "site.json"
FORMAT = "site/1"
_MAX_FILE = 64 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}(?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}){0,3}")
_SHOWN = 3


class NotOurs(Refused):
    """There is something in the folder that an earlier run did not write there."""

    code = "SP280"


class BadManifest(Refused):
    """The list of what was written cannot be read."""

    code = "SP281"


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did. `left` are files of an earlier run that somebody has changed since, and that are not made
    any more: they were not removed."""

    folder: str
    files: int
    size: int
    written: tuple[str, ...]
    removed: tuple[str, ...]
    left: tuple[str, ...]


def publish(folder: Path, files: Mapping[str, bytes], facts: Mapping[str, str], *, force: bool = False) -> Published:
    """Make a folder hold these files; `facts` (which revision …) go into the list of them.

    Raises `NotOurs` for a folder that is not empty and was not written by this, or a file in the way, unless `force`d;
    `BadManifest`; `DiskFailed`.
    """
    _check_folder(folder)
    known = _read_manifest(folder, force=force)
    if known is None and not force and folder.is_dir() and any(folder.iterdir()):
        raise NotOurs(
            "the folder is not empty, and nothing in it says that spine report wrote it",
            place=Place(printable(str(folder))),
            hint="name another folder, or --force to write beside what is there",
        )
    folder.mkdir(parents=True, exist_ok=True)
    known = known or {}
    digests = {path: _digest(data) for path, data in sorted(files.items())}
    differing = [path for path, data in sorted(files.items()) if not _is_there(folder, path, data)]
    foreign = [path for path in differing if path not in known and look(folder, path) is not None]
    if foreign and not force:
        raise NotOurs(
            f"spine report did not write {', '.join(map(printable, foreign[:_SHOWN]))}, and would replace it",
            place=Place(printable(str(folder))),
            hint="name another folder, or --force to replace them",
        )
    stale = [path for path in sorted(known) if path not in files]
    if differing or stale:
        put(folder, MANIFEST, File(_manifest({**known, **digests}, facts)), lasts=False)
    for path in differing:
        put(folder, path, File(files[path]), lasts=False)
    left = []
    for path in stale:
        there = look(folder, path, limit=_MAX_FILE)
        if isinstance(there, File) and _digest(there.data) == known[path]:
            remove(folder, path)
        elif there is not None:
            left.append(path)
    manifest = _manifest(digests, facts)
    if not _is_there(folder, MANIFEST, manifest):
        put(folder, MANIFEST, File(manifest), lasts=False)
    return Published(
        folder=str(folder),
        files=len(files),
        size=sum(map(len, files.values())),
        written=tuple(differing),
        removed=tuple(path for path in stale if path not in left),
        left=tuple(left),
    )


def _check_folder(folder: Path) -> None:
    """Raise unless the folder is one, or can become one, and none that git keeps for itself."""
    if ".git" in Path(os.path.realpath(folder)).parts:
        raise NotOurs("that is inside the folder that git keeps for itself", place=Place(printable(str(folder))))
    if folder.exists() and not folder.is_dir():
        raise NotOurs("that is no folder", place=Place(printable(str(folder))), hint="name a folder that is to be made")


def _read_manifest(folder: Path, *, force: bool) -> dict[str, str] | None:
    """What an earlier run wrote, by path with its digest; None if there was none."""
    found = look(folder, MANIFEST) if folder.is_dir() else None
    if not isinstance(found, File):
        return None
    try:
        said = json.loads(found.data)
        if said["spine"] == FORMAT and all(
            isinstance(path, str) and isinstance(digest, str) and _NAME.fullmatch(path) and ".." not in path
            for path, digest in said["files"].items()
        ):
            return dict(said["files"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    if force:
        return None
    raise BadManifest(
        "this is not a list of files that spine report wrote",
        place=Place(printable(str(folder / MANIFEST))),
        hint="remove the folder, or --force to write a new list",
    )


def _manifest(digests: Mapping[str, str], facts: Mapping[str, str]) -> bytes:
    listed = dict(sorted(digests.items()))
    return (json.dumps({"spine": FORMAT, **facts, "files": listed}, indent=1) + "\n").encode()


def _is_there(folder: Path, path: str, data: bytes) -> bool:
    found = look(folder, path, limit=_MAX_FILE)
    return isinstance(found, File) and found.data == data


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
