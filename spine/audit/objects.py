"""The objects of the audited repository, read by GitPython and proved by their hash.

Nothing of that repository can make a program run or a fact look otherwise. Only `rev-parse`, `rev-list`, `for-each-ref`
and `cat-file --batch` are called: none of them asks hooks, filters, text conversions, diff drivers, a pager or the file
system monitor. Replacements and grafts are switched off, no transport is allowed (a partial clone would fetch, and so
run what its configuration names), and git itself decides by `safe.directory` whether this is a repository of the
user's: that is asked before a place is fixed, for it is not asked afterwards. Commits and trees are read here, from the
bytes; each object's id is computed again.

Limitations: GitPython reads SHA-1 objects only.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spine.errors import Exit, Place, Refused, SpineError
from spine.printable import printable

if TYPE_CHECKING:
    from git import Git, Repo

FOLDER = "40000"
_KEPT = 512  # folders that are remembered
MAX_BYTES = 64 * 1024 * 1024
_QUIET = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": "/dev/null",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
_WHICH = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
_TRAILER = re.compile(r"^(Spine-[A-Za-z]+)[ \t]*:[ \t]*(.*?)[ \t\r]*$", re.M)
_REVISION = re.compile(r"[^-\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,999}")


class NotAuditable(Refused):
    """There is no repository here that git would open, or the range names no commits of it."""

    code = "SP400"


class CannotRead(SpineError):
    """The repository is of a kind that the auditor cannot read, so it cannot tell anything about it."""

    exit_code = Exit.UNKNOWN
    code = "SP401"


class Missing(Exception):
    """An object is not in this clone; `oid` is its id."""

    def __init__(self, oid: str) -> None:
        super().__init__(f"object {oid[:12]} is not in this clone")
        self.oid = oid


class Corrupt(Exception):
    """An object is not what its id says."""


@dataclass(frozen=True, slots=True)
class Item:
    """What stands at a path: mode as git writes it, and id."""

    mode: str
    oid: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as its bytes say."""

    id: str
    tree: str
    parents: tuple[str, ...]
    trailers: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Objects:
    """The object store. Every method raises `Missing` for what is not there and `Corrupt` for what is not itself."""

    repo: Repo
    _trees: OrderedDict[str, dict[str, Item]] = field(default_factory=OrderedDict)

    @classmethod
    def open(cls, folder: str, env: Mapping[str, str]) -> Objects:
        """The repository that git finds in a folder. Raises `NotAuditable` or `CannotRead`."""
        from git import Git, Repo
        from git.exc import CommandError, InvalidGitRepositoryError, NoSuchPathError

        which = {name: env[name] for name in _WHICH if name in env}
        try:
            asked = Git(folder)
            asked.update_environment(**_QUIET, **which)
            said = _ask(asked, "rev-parse", "--show-object-format", "--absolute-git-dir")
        except (CommandError, OSError) as error:
            reason = str(getattr(error, "stderr", "") or error).strip().removeprefix("stderr: ").strip("' \n")
            raise NotAuditable(f"no git repository at {printable(folder)}: {printable(reason)[:300]}") from error
        form, _, git_dir = said.partition("\n")
        if form != "sha1":
            raise CannotRead(
                f"cannot tell: this repository names its objects by {printable(form)}, and GitPython, which verify "
                "reads with so as to share nothing with the writer, knows SHA-1 only",
                hint="spine check reads it; git fsck proves its objects",
            )
        try:
            repo = Repo(git_dir, expand_vars=False)
        except (InvalidGitRepositoryError, NoSuchPathError) as error:
            raise CannotRead(f"cannot tell: GitPython cannot open {printable(git_dir)}") from error
        repo.git.update_environment(**_QUIET, GIT_DIR=git_dir)
        return cls(repo)

    def close(self) -> None:
        """End the processes that reading has opened."""
        self.repo.close()

    def commit_named(self, revision: str) -> str:
        """The id of the commit that a revision means. Raises `NotAuditable`."""
        from git.exc import CommandError

        place = Place(printable(revision[:80]) or "RANGE")
        if not _REVISION.fullmatch(revision):
            raise NotAuditable("not a revision", place=place)
        try:
            return _ask(self.repo.git, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except CommandError as error:
            raise NotAuditable("no commit has this name here", place=place, hint="git log --oneline") from error

    def reached(self, since: str, until: str) -> list[str]:
        """The first-parent commits of `until` that `since` does not reach, oldest first."""
        return _ask(self.repo.git, "rev-list", "--first-parent", "--reverse", until, f"^{since}").split()

    def replaced(self) -> list[str]:
        """The objects that this clone pretends to be others."""
        lines = _ask(self.repo.git, "for-each-ref", "--format=%(refname)", "refs/replace/").split()
        return [line.removeprefix("refs/replace/") for line in lines]

    def commit(self, oid: str) -> Commit:
        """A commit."""
        head, _, message = self.read(oid, "commit").partition(b"\n\n")
        facts = [line.split(" ", 1) for line in head.decode("utf-8", "replace").split("\n") if " " in line]
        parents = tuple(value for key, value in facts[1:] if key == "parent")
        return Commit(oid, facts[0][1], parents, _trailers(message.decode("utf-8", "replace")))

    def tree(self, oid: str) -> dict[str, Item]:
        """The entries of one folder by name."""
        if oid not in self._trees:
            from git.objects.fun import tree_entries_from_data

            entries = tree_entries_from_data(self.read(oid, "tree"))
            self._trees[oid] = {name: Item(f"{mode:o}", sha.hex()) for sha, mode, name in entries}
            if len(self._trees) > _KEPT:
                self._trees.popitem(last=False)
        return self._trees[oid]

    def item(self, tree: str, path: str) -> Item | None:
        """What stands at a path below a tree."""
        here: Item | None = Item(FOLDER, tree)
        for name in path.split("/"):
            here = self.tree(here.oid).get(name) if here is not None and here.mode == FOLDER else None
        return here

    def files(self, tree: str, prefix: str = "") -> Iterator[tuple[str, Item]]:
        """All files below a tree, with their paths."""
        for name, item in self.tree(tree).items():
            if item.mode == FOLDER:
                yield from self.files(item.oid, f"{prefix}{name}/")
            else:
                yield prefix + name, item

    def changes(
        self, old: str | None, new: str | None, prefix: str = ""
    ) -> Iterator[tuple[str, Item | None, Item | None]]:
        """The files that differ between two trees: path, before, after. Equal folders are not entered."""
        before, after = (self.tree(one) if one is not None else {} for one in (old, new))
        for name in sorted(before.keys() | after.keys()):
            one, other = before.get(name), after.get(name)
            if one == other:
                continue
            folders = [item.oid if item is not None and item.mode == FOLDER else None for item in (one, other)]
            if folders != [None, None]:
                yield from self.changes(folders[0], folders[1], f"{prefix}{name}/")
            files = [None if item is None or item.mode == FOLDER else item for item in (one, other)]
            if files != [None, None]:
                yield prefix + name, files[0], files[1]

    def blob(self, oid: str) -> bytes:
        """The bytes of a file."""
        return self.read(oid, "blob")

    def read(self, oid: str, kind: str) -> bytes:
        """The bytes of an object, whose hash is its id."""
        try:
            stream = self.repo.odb.stream(bytes.fromhex(oid))
        except ValueError as error:
            raise Missing(oid) from error
        if stream.size > MAX_BYTES:
            self.repo.git.clear_cache()
            raise Corrupt(f"object {oid[:12]} has {stream.size} bytes, more than is read here")
        data = bytes(stream.read())
        said = stream.type.decode() if isinstance(stream.type, bytes) else str(stream.type)
        if said != kind or hash_of(data, kind) != oid:
            raise Corrupt(f"object {oid[:12]} is not the {kind} that its id says")
        return data


def _trailers(message: str) -> tuple[tuple[str, str], ...]:
    """spine's trailers: in the last paragraph, if it is not the first. git would ask its configuration."""
    _, parted, block = message.strip().rpartition("\n\n")
    return tuple(_TRAILER.findall(block)) if parted else ()


def hash_of(data: bytes, kind: str = "blob") -> str:
    """The id of an object."""
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)) + data, usedforsecurity=False).hexdigest()


def _ask(git: Git, *words: str) -> str:
    return str(git.execute(["git", *words]))
