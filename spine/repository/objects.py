"""Objects by their full id: read through one open `git cat-file --batch`, written without any filter.

Nothing but ids ever goes into that pipe, so no text of anybody can ask it for something else. The size is known before
the content, and what is larger than the caller's limit is never taken in.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import subprocess
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, NewType

from spine.dataclass import dataclass
from spine.errors import Exit, Refused, SpineError
from spine.printable import printable
from spine.repository.descent import DiskFailed
from spine.repository.git import DURABLE, Git, GitFailed, failed

if TYPE_CHECKING:
    import tempfile

CommitId = NewType("CommitId", str)
TreeId = NewType("TreeId", str)
BlobId = NewType("BlobId", str)

MAX_BLOB_BYTES = 64 * 1024 * 1024
FILE, EXECUTABLE, LINK, FOLDER, SUBMODULE = "100644", "100755", "120000", "40000", "160000"

_SMALL = 64 * 1024  # bytes of an object that is kept at hand, with all others up to the sum in _RECENT
_RECENT = 16 * 1024 * 1024
_TREE, _BLOB = 2, 3  # the kinds of objects in a pack
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# Ids asked for ahead of their answers: so few that the request always fits a pipe's buffer.
_AHEAD = 256


class MissingObject(SpineError):
    """The object is not in this clone (shallow, partial, pruned): nobody can tell what it held."""

    exit_code = Exit.UNKNOWN
    code = "SP602"


class TooLarge(Refused):
    """The content is larger than the caller takes in."""

    code = "SP603"


class WrongObject(Refused):
    """What was asked for is no object id, or names an object of another kind."""

    code = "SP604"


@dataclass(frozen=True, slots=True)
class Blob:
    """The content of a path: the id of its bytes, and its mode as git writes it (`100644`, `100755`, `120000`)."""

    oid: str
    mode: str


class Objects:
    """The object database of one repository. `close` ends the process that may have been left open."""

    def __init__(self, git: Git, object_format: str, git_dir: Path) -> None:
        self._git = git
        self._format = object_format
        self._git_dir = git_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None
        self._recent: dict[str, tuple[str, bytes]] = {}
        self._recent_bytes = 0

    @property
    def id_bytes(self) -> int:
        """How many bytes an object's id has."""
        return hashlib.new(self._format, usedforsecurity=False).digest_size

    @property
    def zero(self) -> str:
        """The id that stands for no object."""
        return "0" * (2 * self.id_bytes)

    @property
    def empty_tree(self) -> TreeId:
        """The tree without entries; git knows it in every repository."""
        return TreeId(self._hash("tree", b""))

    def hash_blob(self, data: bytes) -> BlobId:
        """The id that git gives these bytes."""
        return BlobId(self._hash("blob", data))

    def hash_tree(self, data: bytes) -> TreeId:
        """The id that git gives a tree with these bytes."""
        return TreeId(self._hash("tree", data))

    def read_blob(self, oid: str, *, limit: int = MAX_BLOB_BYTES) -> bytes:
        """The bytes of a blob. Raises `MissingObject`, `TooLarge` or `WrongObject`."""
        return self.read(oid, "blob", limit=limit)

    def read_tree(self, oid: str) -> dict[str, Blob]:
        """The entries of one tree by name, in git's order; folders have mode `40000`, submodules `160000`."""
        data = self.read(oid, "tree")
        entries: dict[str, Blob] = {}
        start = 0
        while start < len(data):
            end = data.index(b"\0", start)
            mode, name = data[start:end].split(b" ", 1)
            start = end + 1 + self.id_bytes
            entries[name.decode("utf-8", "surrogateescape")] = Blob(data[end + 1 : start].hex(), mode.decode())
        return entries

    def read(self, oid: str, kind: str, *, limit: int = MAX_BLOB_BYTES) -> bytes:
        """The content of an object that is a `blob`, `tree`, `commit` or `tag`, whichever `kind` says."""
        found, data = self.read_any(oid, limit=limit)
        if found != kind:
            raise WrongObject(f"{oid} is a {found}, not a {kind}")
        return data

    def read_any(self, oid: str, *, limit: int = MAX_BLOB_BYTES) -> tuple[str, bytes]:
        """The kind and the content of an object. What was read lately is not read again: its id says what it is."""
        known = self._recent.get(oid)
        if known is not None and len(known[1]) <= limit:
            return known
        found = next(self.read_all([oid], limit=limit))
        if len(found[1]) <= _SMALL:
            if self._recent_bytes > _RECENT:
                self._recent.clear()
                self._recent_bytes = 0
            self._recent[oid] = found
            self._recent_bytes += len(found[1]) + _SMALL // 64
        return found

    def read_all(self, oids: Iterable[str], *, limit: int = MAX_BLOB_BYTES) -> Iterator[tuple[str, bytes]]:
        """The kinds and contents of many small objects, in order, asked for some hundreds at a time."""
        rest = iter(oids)
        while some := list(islice(rest, _AHEAD)):
            for oid in some:
                self._check_id(oid)
            try:
                self._ask(some)
                answers = [self._answer(oid, limit) for oid in some]
            except BaseException:
                self.close()  # answers that nobody reads must not meet the next question
                raise
            yield from answers

    def write_blob(self, data: bytes) -> BlobId:
        """Store these bytes as they are and return their id."""
        return self.write_blobs([data])[0]

    def write_blobs(self, contents: Sequence[bytes]) -> list[BlobId]:
        """Store each of these as it is, in one run of git: attributes and filters have no say."""
        if not contents:
            return []
        with scratch_in(self._git_dir) as folder:
            names = [Path(folder, str(number)) for number in range(len(contents))]
            try:
                for name, data in zip(names, contents, strict=True):
                    name.write_bytes(data)
            except OSError as error:  # a write that fails does not name its file
                raise DiskFailed(f"{printable(folder)}: {error.strerror}") from error
            listed = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
            answer = self._git.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=listed, config=DURABLE)
        written = answer.line.split("\n")
        expected = [self.hash_blob(data) for data in contents]
        if written != expected:
            raise GitFailed("git hash-object stored other bytes than it was given")
        return expected

    def write_trees(self, blobs: Iterable[bytes], trees: Iterable[bytes]) -> None:
        """Store blobs and trees as they are, in one run of git, and read the trees back."""
        trees = tuple(trees)
        objects = [*((_BLOB, data) for data in blobs), *((_TREE, data) for data in trees)]
        if not objects:
            return
        pack = b"".join((b"PACK", struct.pack(">II", 2, len(objects)), *(_packed(*one) for one in objects)))
        trailer = hashlib.new(self._format, pack, usedforsecurity=False).digest()
        self._git.run("unpack-objects", "-q", stdin=pack + trailer, config=DURABLE)
        for data in trees:
            if self.read(self.hash_tree(data), "tree") != data:
                raise GitFailed("git unpack-objects stored another tree than it was given")

    def close(self) -> None:
        """End the open `cat-file`, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._said is not None:
            self._said.close()
            self._said = None

    def _check_id(self, oid: str) -> None:
        if not _ID.fullmatch(oid) or len(oid) != 2 * self.id_bytes:
            raise WrongObject(f"{oid[:80]!r} is not a full {self._format} object id")

    def _ask(self, oids: Sequence[str]) -> None:
        if self._process is None:
            self._said = _unnamed_file()
            self._process = subprocess.Popen(
                self._git.line("cat-file", "--batch"), cwd=self._git.cwd, env=dict(self._git.env),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said,
                process_group=0,  # Ctrl-C is for us: a landing may need it to the end
            )  # fmt: skip
        assert self._process.stdin is not None
        try:
            self._process.stdin.write("".join(f"{oid}\n" for oid in oids).encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended by itself; the missing answer says so, in git's words

    def _answer(self, oid: str, limit: int) -> tuple[str, bytes]:
        assert self._process is not None
        assert self._process.stdout is not None
        header = self._process.stdout.readline().decode("ascii", "replace").split()
        if header[1:] == ["missing"]:
            raise _missing(oid)
        if len(header) != 3 or not header[2].isdigit():
            raise self._broken(oid)
        size = int(header[2])
        if size > limit:
            raise TooLarge(f"{header[1]} {oid} has {size} bytes, more than the limit of {limit}")
        data = self._process.stdout.read(size + 1)
        if len(data) != size + 1:
            raise self._broken(oid)
        return header[1], data[:-1]

    def _broken(self, oid: str) -> SpineError:
        assert self._process is not None
        assert self._said is not None
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:  # it lives, and has said something that is no answer
            self._process.kill()
            code = self._process.wait()
        self._said.seek(0)
        failure = failed(["cat-file", "--batch"], code, self._said.read())
        return _missing(oid) if "promisor remote" in failure.said else failure

    def _hash(self, kind: str, data: bytes) -> str:
        whole = b"%s %d\0" % (kind.encode(), len(data)) + data
        return hashlib.new(self._format, whole, usedforsecurity=False).hexdigest()


def _packed(kind: int, data: bytes) -> bytes:
    """An object as it stands in a pack: its kind and size in groups of seven bits, then its bytes, deflated."""
    size = len(data)
    head = bytearray([kind << 4 | size & 15])
    size >>= 4
    while size:
        head[-1] |= 128
        head.append(size & 127)
        size >>= 7
    return bytes(head) + zlib.compress(data, 1)


def _missing(oid: str) -> MissingObject:
    return MissingObject(
        f"the object {oid} is not in this clone",
        hint=f"in a shallow clone: git fetch --unshallow; in a partial one: git cat-file -e {oid}; else: git fsck",
    )


def _unnamed_file() -> IO[bytes]:
    """A file that is gone when it is closed; in memory where the system can do that, which spares a slow import."""
    in_memory = getattr(os, "memfd_create", None)
    if in_memory is not None:
        return open(in_memory("spine"), "w+b")
    import tempfile

    return tempfile.TemporaryFile()


def scratch_in(git_dir: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder of this run's own in a git folder; its name holds the process, so that a dead one's can be told."""
    import tempfile

    return tempfile.TemporaryDirectory(prefix=f"spine-{os.getpid()}-", dir=git_dir)
