"""Snapshots: one way to read the files of a commit, of the index or of the work tree.

A path is text with slashes; bytes of a file name that are no UTF-8 are kept as surrogates. Folders and submodules are
no files: they are never listed, and reading one gives None, as for a path that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from pathlib import Path
from typing import NamedTuple, Protocol

from spine.dataclass import dataclass
from spine.errors import SpineError
from spine.printable import printable
from spine.repository.objects import FOLDER, MAX_BLOB_BYTES, SUBMODULE, Blob, CommitId, TreeId
from spine.repository.opened import Repository


class Entry(NamedTuple):
    """One file of a snapshot."""

    path: str
    mode: str
    oid: str


class Snapshot(Protocol):
    """The files of one state. `prefix` is a folder (its slash may be missing) or a file; "" is everything."""

    def read(self, path: str, *, limit: int = MAX_BLOB_BYTES) -> bytes | None:
        """The bytes that git keeps for the path (of a link: its target), or None if there is no such file."""

    def blob(self, path: str) -> Blob | None:
        """Id and mode of the path's content, or None if there is no such file."""

    def paths(self, prefix: str = "") -> Iterator[str]:
        """The paths of all files below the prefix, sorted as git sorts; the cheapest way to look around."""

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """The same with modes and ids."""


class Unmerged(SpineError):
    """The index holds several versions of the path, from a merge that is not finished."""

    code = "SP608"


@dataclass(slots=True)
class TreeSnapshot:
    """The files of a tree: single paths by walking down its folders, each read once; lists in one run of git."""

    repo: Repository
    tree: TreeId
    _folders: dict[str, dict[str, Blob]] = field(default_factory=dict, repr=False)

    def read(self, path: str, *, limit: int = MAX_BLOB_BYTES) -> bytes | None:
        """The bytes of the blob at that path."""
        blob = self.blob(path)
        return None if blob is None else self.repo.objects.read_blob(blob.oid, limit=limit)

    def blob(self, path: str) -> Blob | None:
        """Id and mode of the blob at that path."""
        found = self.item(path)
        return None if found is None or found.mode in {FOLDER, SUBMODULE} else found

    def item(self, path: str) -> Blob | None:
        """Whatever stands at that path: file, link, folder (mode `40000`) or submodule (`160000`)."""
        parent, _, name = path.rpartition("/")
        return (self.folder(parent) or {}).get(name)

    def folder(self, path: str) -> dict[str, Blob] | None:
        """The entries of a folder by name ("" is the root), or None if there is no folder at that path."""
        if path not in self._folders:
            found = Blob(self.tree, FOLDER) if path == "" else self.item(path)
            if found is None or found.mode != FOLDER:
                return None
            self._folders[path] = self.repo.objects.read_tree(found.oid)
        return self._folders[path]

    def paths(self, prefix: str = "") -> Iterator[str]:
        """All files below the prefix."""
        return (entry.path for entry in self.entries(prefix))

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """All files below the prefix, with modes and ids."""
        prefix = prefix.rstrip("/")
        found = Blob(self.tree, FOLDER) if prefix == "" else self.item(prefix)
        if found is None or found.mode == SUBMODULE:
            return
        if found.mode != FOLDER:
            yield Entry(prefix, found.mode, found.oid)
            return
        above = f"{prefix}/" if prefix else ""
        items = self.folder(prefix) or {}
        if all(item.mode != FOLDER for item in items.values()):  # a proposal's folder: no run of git for each of them
            for name, item in items.items():
                if item.mode != SUBMODULE:
                    yield Entry(above + name, item.mode, item.oid)
            return
        for line in self.repo.git.run("ls-tree", "-r", "-z", "--full-tree", found.oid).fields:
            facts, _, path = line.partition("\t")
            mode, _, oid = facts.split(" ")
            if mode != SUBMODULE:
                yield Entry(above + path, mode, oid)


@dataclass(slots=True)
class IndexSnapshot:
    """The files of the index (the repository's, or that in `file`) as it was when first asked.

    Raises `Unmerged` for a path in conflict.

    `flags` has the paths that git was told not to look at: `S` skip-worktree (sparse checkout), `h` assume-unchanged.
    """

    repo: Repository
    file: Path | None = None
    _entries: dict[str, Entry] | None = field(default=None, repr=False)
    _unmerged: set[str] = field(default_factory=set, repr=False)
    _flags: dict[str, str] = field(default_factory=dict, repr=False)

    def read(self, path: str, *, limit: int = MAX_BLOB_BYTES) -> bytes | None:
        """The staged bytes of that path."""
        blob = self.blob(path)
        return None if blob is None else self.repo.objects.read_blob(blob.oid, limit=limit)

    def blob(self, path: str) -> Blob | None:
        """Id and mode of what is staged at that path."""
        entry = self._loaded().get(path)
        if path in self._unmerged:
            raise Unmerged(
                f"{printable(path)} is in conflict in the index", hint="resolve it and git add it, or git merge --abort"
            )
        return None if entry is None or entry.mode == SUBMODULE else Blob(entry.oid, entry.mode)

    def item(self, path: str) -> Blob | None:
        """Like `blob`, but a submodule is an answer too."""
        entry = self._loaded().get(path)
        return self.blob(path) if entry is None else Blob(entry.oid, entry.mode)

    def paths(self, prefix: str = "") -> Iterator[str]:
        """All staged files below the prefix."""
        return (entry.path for entry in self.entries(prefix))

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """All staged files below the prefix, with modes and ids; paths in conflict are not among them."""
        inside = is_below(prefix)
        return (entry for entry in self._loaded().values() if entry.mode != SUBMODULE and inside(entry.path))

    @property
    def unmerged(self) -> frozenset[str]:
        """The paths in conflict."""
        self._loaded()
        return frozenset(self._unmerged)

    @property
    def flags(self) -> dict[str, str]:
        """The paths that git was told not to look at, with git's letter for it."""
        self._loaded()
        return dict(self._flags)

    def _loaded(self) -> dict[str, Entry]:
        if self._entries is None:
            self._entries = {}
            env = {"GIT_INDEX_FILE": str(self.file or self.repo.index_file)}
            for line in self.repo.git.run("ls-files", "-s", "-v", "-z", env=env).fields:
                facts, _, path = line.partition("\t")
                letter, mode, oid, stage = facts.split(" ")
                if stage != "0":
                    self._unmerged.add(path)
                else:
                    self._entries[path] = Entry(path, mode, oid)
                if letter == "S" or letter.islower():
                    self._flags[path] = letter
        return self._entries


def snapshot_of(repo: Repository, commit: CommitId) -> TreeSnapshot:
    """The files of a commit."""
    header = repo.objects.read(commit, "commit").split(b"\n", 1)[0]
    return TreeSnapshot(repo, TreeId(header.removeprefix(b"tree ").decode()))


def is_below(prefix: str) -> Callable[[str], bool]:
    """Whether a path is that file, or lies in that folder; "" is everything."""
    name = prefix.rstrip("/")
    return lambda path: not name or path == name or path.startswith(f"{name}/")
