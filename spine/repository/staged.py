"""What is staged for the next commit: the index that git names, held against a commit; the work tree is never asked.

git tells a hook which index it commits (`GIT_INDEX_FILE`: another one for `git commit -a` and `git commit PATH`). An
entry that is only intended (`git add -N`) is not in the commit, and not here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from spine.dataclass import dataclass
from spine.repository.git import WHICH_REPOSITORY, Git, GitFailed, scrubbed

if TYPE_CHECKING:
    from spine.repository.history import PathChange
    from spine.repository.objects import Blob, CommitId, TreeId
    from spine.repository.opened import Repository
    from spine.repository.snapshots import Entry, TreeSnapshot

MAX_BLOB_BYTES = 64 * 1024 * 1024
_DIFF = (
    "diff-index", "--cached", "-r", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-abbrev",
    "--ita-invisible-in-index", "--ignore-submodules=none",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Glance:
    """What a hook learns in two runs of git: where spine keeps what it remembers, the blob of a file, staged paths.

    Each path comes with whether it is gone.
    """

    common_dir: Path
    oid: str
    paths: tuple[tuple[str, bool], ...]


def glance(folder: str, env: Mapping[str, str], path: str) -> Glance | None:
    """The staged paths against HEAD, and the blob that the index has at `path`; None if git cannot say so.

    For the case that nothing is to be done; whoever gets None opens the repository and hears what is wrong.
    """
    named = {name: env[name] for name in (*WHICH_REPOSITORY, "GIT_INDEX_FILE") if name in env}
    git = Git(scrubbed(env) | named, Path(folder))
    try:
        lines = git.run("rev-parse", "--git-common-dir", "--verify", f":0:{path}").line.split("\n")
        staged = git.run(*_DIFF, "--name-status", "HEAD")
    except GitFailed:
        return None
    if len(lines) != 2:  # a folder whose name holds a line break
        return None
    words = iter(staged.fields)
    paths = tuple((path, status == "D") for status, path in zip(words, words, strict=True))
    return Glance(Path(folder, lines[0]), lines[1], paths)


def staged_oid(repo: Repository, path: str) -> str | None:
    """The blob that the index has at a path, in one short run of git; None if it has none."""
    env = {"GIT_INDEX_FILE": str(repo.index_file)}
    answer = repo.git.run("rev-parse", "--verify", "--quiet", f":0:{path}", env=env, accept=(0, 1, 128))
    return answer.line if answer.code == 0 else None


def staged_changes(repo: Repository, against: CommitId | TreeId) -> tuple[PathChange, ...]:
    """What differs between a commit or tree and the index that git names, sorted as git sorts. Raises `Unmerged`."""
    from spine.printable import printable
    from spine.repository.history import path_change
    from spine.repository.snapshots import Unmerged

    fields = iter(repo.git.run(*_DIFF, "--raw", against, env={"GIT_INDEX_FILE": str(repo.index_file)}).fields)
    found = []
    for facts in fields:
        path = next(fields)
        if facts.endswith(" U"):
            raise Unmerged(f"{printable(path)} is in conflict in the index", hint="resolve it and git add it")
        found.append(path_change(facts, path))
    return tuple(found)


@dataclass(slots=True)
class StagedSnapshot:
    """The files that the next commit has: those of a commit, with what is staged in front of them."""

    repo: Repository
    base: TreeSnapshot
    changes: Mapping[str, Blob | None] = field(repr=False)
    _entries: list[Entry] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, repo: Repository, base: TreeSnapshot, changes: tuple[PathChange, ...]) -> StagedSnapshot:
        """The commit's files with these changes made."""
        return cls(repo, base, {one.path: one.after for one in changes})

    def read(self, path: str, *, limit: int = MAX_BLOB_BYTES) -> bytes | None:
        """The staged bytes of that path."""
        blob = self.blob(path)
        return None if blob is None else self.repo.objects.read_blob(blob.oid, limit=limit)

    def blob(self, path: str) -> Blob | None:
        """Id and mode of what is staged at that path."""
        if path not in self.changes:
            return self.base.blob(path)
        blob = self.changes[path]
        return None if blob is None or blob.mode == "160000" else blob

    def paths(self, prefix: str = "") -> Iterator[str]:
        """All files below the prefix, sorted as git sorts."""
        return (entry.path for entry in self.entries(prefix))

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """All files below the prefix, with modes and ids."""
        from spine.repository.snapshots import is_below

        inside = is_below(prefix)
        return (one for one in self._listed() if inside(one.path))

    def _listed(self) -> list[Entry]:
        from spine.repository.snapshots import Entry

        if self._entries is None:
            found = [one for one in self.base.entries() if one.path not in self.changes]
            found += [
                Entry(path, blob.mode, blob.oid)
                for path, blob in self.changes.items()
                if blob is not None and blob.mode != "160000"
            ]
            self._entries = sorted(found, key=lambda one: one.path.encode("utf-8", "surrogateescape"))
        return self._entries
