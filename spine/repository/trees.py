"""Trees made in memory: from a base tree and the paths that change, only the folders on the way are made anew.

What git passes over without a word when it is asked for a tree (a name like `.git`, an empty segment) is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from spine.dataclass import dataclass
from spine.printable import printable
from spine.repository.git import GitFailed
from spine.repository.objects import FOLDER, Blob, Objects, TreeId
from spine.repository.snapshots import TreeSnapshot


class NoSuchTree(GitFailed):
    """A tree cannot be made as it was asked for; nothing was written."""


@dataclass(slots=True)
class _Folder:
    """A folder that differs from the base: what stands in it afterwards, and its folders that differ too."""

    entries: dict[str, Blob]
    folders: dict[str, _Folder] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MadeTree:
    """A tree that is not stored yet: its id, and the bytes of all its trees that the base has not, the root last."""

    id: TreeId
    objects: tuple[bytes, ...]


def make_tree(base: TreeSnapshot, changes: Mapping[str, Blob | None]) -> MadeTree:
    """The tree that differs from `base` in exactly these paths (None: no file). A folder left empty is none.

    Raises `NoSuchTree` for a path that no tree may have, or that leads through what is a file in the base.
    """
    root = _Folder(dict(base.folder("") or {}))
    for path, blob in sorted(changes.items()):
        _set(base, root, path, blob)
    made: list[bytes] = []
    found = _made(base.repo.objects, root, made)
    return MadeTree(found or base.repo.objects.empty_tree, tuple(made))


def _set(base: TreeSnapshot, root: _Folder, path: str, blob: Blob | None) -> None:
    *above, name = path.split("/")
    if any(part in {"", ".", ".."} or part.lower() == ".git" or "\0" in part for part in (*above, name)):
        raise NoSuchTree(f"{printable(path)} cannot be put into a tree")
    here, way = root, ""
    for part in above:
        way = f"{way}/{part}".lstrip("/")
        if part not in here.folders:
            there = here.entries.get(part)
            if there is not None and there.mode != FOLDER:
                raise NoSuchTree(f"{printable(way)} is no folder in the tree")
            if there is None and blob is None:
                return
            here.folders[part] = _Folder(dict(base.folder(way) or {}) if there is not None else {})
        here = here.folders[part]
    if name in here.folders or (blob is not None and getattr(here.entries.get(name), "mode", "") == FOLDER):
        raise NoSuchTree(f"{printable(path)} is a folder in the tree")
    if blob is None:
        here.entries.pop(name, None)
    else:
        here.entries[name] = blob


def _made(objects: Objects, folder: _Folder, made: list[bytes]) -> TreeId | None:
    """The id of a folder's tree, None if nothing is in it; its bytes and those below go to `made`."""
    entries = dict(folder.entries)
    for name, inner in folder.folders.items():
        oid = _made(objects, inner, made)
        if oid is None:
            entries.pop(name, None)
        else:
            entries[name] = Blob(oid, FOLDER)
    if not entries:
        return None
    data = tree_bytes(entries)
    made.append(data)
    return objects.hash_tree(data)


def tree_bytes(entries: Mapping[str, Blob]) -> bytes:
    """A tree as git stores it: a folder is sorted as if its name ended with a slash."""
    named = sorted(
        (name.encode("utf-8", "surrogateescape") + (b"/" if one.mode == FOLDER else b""), one)
        for name, one in entries.items()
    )
    return b"".join(
        one.mode.encode() + b" " + name.removesuffix(b"/") + b"\0" + bytes.fromhex(one.oid) for name, one in named
    )
