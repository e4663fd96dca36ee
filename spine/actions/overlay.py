"""A tree with some of its files replaced in memory: what it would be after a landing that nobody made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from spine.dataclass import dataclass
from spine.repository import Blob, Entry, Repository, Snapshot
from spine.repository.snapshots import is_below


@dataclass(slots=True)
class Overlay:
    """`files` stand in front of the tree's own: bytes (None: not there) and mode by path."""

    repo: Repository
    tree: Snapshot
    files: dict[str, tuple[bytes | None, str]] = field(default_factory=dict)

    def read(self, path: str, *, limit: int = 0) -> bytes | None:
        """The bytes of a file."""
        return self.files[path][0] if path in self.files else self.tree.read(path)

    def blob(self, path: str) -> Blob | None:
        """Id and mode of a file."""
        if path not in self.files:
            return self.tree.blob(path)
        data, mode = self.files[path]
        return None if data is None else Blob(self.repo.objects.hash_blob(data), mode)

    def paths(self, prefix: str = "") -> Iterator[str]:
        """The paths of all files, sorted as git sorts."""
        inside = is_below(prefix)
        found = {path for path in self.tree.paths(prefix) if path not in self.files}
        found |= {path for path, (data, _) in self.files.items() if data is not None and inside(path)}
        yield from sorted(found, key=lambda path: path.encode("utf-8", "surrogateescape"))

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """The same with modes and ids."""
        own = {entry.path: entry for entry in self.tree.entries(prefix) if entry.path not in self.files}
        for path in self.paths(prefix):
            blob = self.blob(path) if path in self.files else None
            yield own[path] if blob is None else Entry(path, blob.mode, blob.oid)
