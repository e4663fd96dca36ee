"""A tree with some of its files replaced in memory: what it would be after a landing that nobody made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from spine.repository import Blob, Entry, Repository, TreeSnapshot


@dataclass(slots=True)
class Overlay:
    """`files` stand in front of the tree's own: bytes (None: not there) and mode by path."""

    repo: Repository
    tree: TreeSnapshot
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
        """The tree's own paths; what only the overlay has is never asked for by list."""
        return self.tree.paths(prefix)

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """The tree's own entries."""
        return self.tree.entries(prefix)
