"""What a landing changes, held against the tree it lands on: each path with the blob before and the blob after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import field

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.paths import check_path, folded, twins
from spine.printable import printable
from spine.repository.commits import Person
from spine.repository.objects import EXECUTABLE, FILE, FOLDER, LINK, SUBMODULE, Blob, CommitId, Objects
from spine.repository.snapshots import TreeSnapshot
from spine.repository.trailers import Trailer

_WORDS = {LINK: "a symbolic link", FOLDER: "a folder", SUBMODULE: "a submodule", FILE: "a file", EXECUTABLE: "a file"}


class BlockedPath(Refused):
    """The tree has a link, a file, a folder or a look-alike where the path would need to be."""

    code = "SP616"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to land: whole new contents by path (None deletes), modes where they change, and the message.

    `trailers` are those that the written commit must turn out to have. Without `author` git's own identity counts.
    `prove` is asked about the commit before the branch moves to it, and raises to refuse.
    """

    changes: Mapping[str, bytes | None]
    message: str
    modes: Mapping[str, str] = field(default_factory=dict)
    trailers: tuple[Trailer, ...] = ()
    author: Person | None = None
    allow: Collection[str] = ()
    prove: Callable[[CommitId], None] | None = None


@dataclass(frozen=True, slots=True)
class OwnPath:
    """A path that a landing changes; None where the file is not. `data` are the bytes of `after`."""

    path: str
    before: Blob | None
    after: Blob | None
    data: bytes = field(default=b"", repr=False)


def own_paths(
    objects: Objects, tree: TreeSnapshot, decision: Decision, *, allow: Collection[str] = ()
) -> tuple[OwnPath, ...]:
    """The paths that really change, sorted. Raises `UnsafePath` or `BlockedPath`; nothing is written."""
    own = []
    for path in sorted(decision.changes):
        check_path(path, allow=(*allow, *decision.allow))
        before, data = tree.item(path), decision.changes[path]
        if before is not None and before.mode not in {FILE, EXECUTABLE}:
            raise BlockedPath(
                f"{path} is {_WORDS[before.mode]} in the tree, and only regular files are changed", place=Place(path)
            )
        mode = decision.modes.get(path, before.mode if before else FILE)
        if mode not in {FILE, EXECUTABLE}:
            raise BlockedPath(
                f"{path}: the mode {printable(mode)} is neither {FILE} nor {EXECUTABLE}", place=Place(path)
            )
        after = None if data is None else Blob(objects.hash_blob(data), mode)
        if before != after:
            own.append(OwnPath(path, before, after, data or b""))
    gone = {one.path for one in own if one.after is None}
    for one in own:
        if one.after is not None:
            _check_way(tree, one.path)
        if one.before is None:
            _check_twins(tree, one.path, gone)
    arriving = [one.path for one in own if one.after is not None]
    for first, second in twins(arriving):
        raise BlockedPath(f"{first} and {second} are one file where case is ignored", place=Place(second))
    for path in arriving:
        if file := next((other for other in above(path) if other in arriving), None):
            raise BlockedPath(f"{path} needs a folder where {file} is a file", place=Place(path))
    return tuple(own)


def _check_way(tree: TreeSnapshot, path: str) -> None:
    for folder in above(path):
        item = tree.item(folder)
        if item is not None and item.mode != FOLDER:
            raise BlockedPath(f"{path}: {folder} is {_WORDS[item.mode]} in the tree, not a folder", place=Place(path))


def _check_twins(tree: TreeSnapshot, path: str, gone: set[str]) -> None:
    for part in [*above(path), path]:
        folder, _, name = part.rpartition("/")
        key = folded(name)
        for other in tree.folder(folder) or {}:
            there = f"{folder}/{other}".lstrip("/")
            if other != name and folded(other) == key and there not in gone:
                message = f"{part} would be one file with {printable(there)} where case is ignored"
                raise BlockedPath(message, place=Place(path))


def above(path: str) -> list[str]:
    """The folders on the way to a path, the outermost first."""
    segments = path.split("/")
    return ["/".join(segments[:depth]) for depth in range(1, len(segments))]
