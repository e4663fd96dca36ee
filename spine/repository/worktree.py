"""The work tree as a snapshot: tracked files and new ones that are not ignored, as `git add` would store them now.

`read` gives the bytes that git would keep: those on the disk, unless CRLF rules apply to the path (see `conversion`).
Links are not followed; a path below a link is not there. Contents are not remembered: a second read looks again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from spine.dataclass import dataclass
from spine.repository.config import Config
from spine.repository.conversion import Conversion, conversions
from spine.repository.files import File, Link, is_there, look
from spine.repository.objects import FILE, LINK, MAX_BLOB_BYTES, Blob
from spine.repository.opened import Repository
from spine.repository.snapshots import Entry, IndexSnapshot


@dataclass(slots=True)
class WorkTreeSnapshot:
    """The files on disk. Raises `Converted` for a path that a filter changes, `SpineError` in a bare repository."""

    repo: Repository
    index: IndexSnapshot
    _config: Config | None = field(default=None, repr=False)
    _conversions: dict[str, Conversion] = field(default_factory=dict, repr=False)

    def read(self, path: str, *, limit: int = MAX_BLOB_BYTES) -> bytes | None:
        """The bytes that git would store for the path now."""
        stored = self._stored(path, limit)
        return None if stored is None else stored[0]

    def blob(self, path: str) -> Blob | None:
        """The id and mode that git would store for the path now; nothing is written."""
        stored = self._stored(path, MAX_BLOB_BYTES)
        return None if stored is None else Blob(self.repo.objects.hash_blob(stored[0]), stored[1])

    def on_disk(self, path: str, *, limit: int = MAX_BLOB_BYTES) -> File | None:
        """The regular file at that path with exactly the bytes it has on disk."""
        found = look(self.repo.tree_root(), path, limit=limit)
        return found if isinstance(found, File) else None

    def as_written(self, path: str, blob: Blob, data: bytes) -> File:
        """The file that git would write for that blob, which holds these bytes."""
        return File(self.conversion(path).on_disk(data), blob.mode)

    def paths(self, prefix: str = "") -> Iterator[str]:
        """Tracked files that exist, and untracked ones that are not ignored."""
        root = self.repo.tree_root()
        tracked = [path for path in self.index.paths(prefix) if is_there(root, path)]
        yield from sorted({*tracked, *self.untracked(prefix)}, key=_as_git_sorts)

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """The same with modes and ids: every file is read, so ask for no more than you need."""
        found = list(self.paths(prefix))
        self.prepare(found)
        for path in found:
            blob = self.blob(path)
            if blob is not None:
                yield Entry(path, blob.mode, blob.oid)

    def untracked(self, prefix: str = "") -> list[str]:
        """New files below the prefix that are not ignored; what lies in other repositories is not among them."""
        env = {"GIT_INDEX_FILE": str(self.repo.index_file)}
        below = [prefix.rstrip("/")] if prefix.rstrip("/") else []
        listed = self.repo.git.run("ls-files", "--others", "--exclude-standard", "-z", "--", *below, env=env).fields
        return [path for path in listed if not path.endswith("/")]

    def modified(self) -> list[str]:
        """Tracked files that may differ from the index, judged by their time stamps: look at them to be sure."""
        env = {"GIT_INDEX_FILE": str(self.repo.index_file)}
        return list(self.repo.git.run("diff-files", "--name-only", "--no-ext-diff", "-z", env=env).fields)

    def conversion(self, path: str) -> Conversion:
        """What git does to the bytes of that path."""
        if path not in self._conversions:
            self.prepare([path])
        return self._conversions[path]

    def prepare(self, paths: list[str]) -> Mapping[str, Conversion]:
        """Learn the treatment of many paths in one run of git; returns those of all paths asked so far."""
        unknown = [path for path in paths if path not in self._conversions]
        self._conversions.update(conversions(self.repo, unknown, self.settings()))
        return self._conversions

    def settings(self) -> Config:
        """The user's git settings, read once."""
        if self._config is None:
            self._config = self.repo.config
        return self._config

    def _stored(self, path: str, limit: int) -> tuple[bytes, str] | None:
        found = look(self.repo.tree_root(), path, limit=limit)
        if isinstance(found, Link):
            return found.target, LINK
        if not isinstance(found, File):
            return None
        conversion = self.conversion(path)
        before = self.index.read(path) if b"\r\n" in found.data and path not in self.index.unmerged else None
        return conversion.stored(found.data, before), self._mode(path, found)

    def _mode(self, path: str, found: File) -> str:
        if self.settings().is_on("core.filemode", default=True):
            return found.mode
        staged = None if path in self.index.unmerged else self.index.blob(path)
        return FILE if staged is None else staged.mode


def work_tree_of(repo: Repository) -> WorkTreeSnapshot:
    """The work tree that this repository was opened in, against its index as it is now."""
    return WorkTreeSnapshot(repo, IndexSnapshot(repo))


def whole_work_tree(repo: Repository) -> WorkTreeSnapshot:
    """The same for who will read most of it: what git does to each file is learned in one run, not in one a file."""
    here = work_tree_of(repo)
    here.prepare(list(here.paths()))
    return here


def _as_git_sorts(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
