"""Makes trees and commits without touching anybody's index: all in objects, nothing refers to them yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from spine.errors import Refused
from spine.printable import printable
from spine.repository.commits import Commit, Person, read_commit
from spine.repository.git import DURABLE, GitFailed
from spine.repository.history import changed_paths
from spine.repository.objects import Blob, CommitId, TreeId, scratch_in
from spine.repository.opened import Repository
from spine.repository.snapshots import TreeSnapshot
from spine.repository.trailers import Trailer, parse_trailers

if TYPE_CHECKING:
    import tempfile

# The private index is a plain one, whatever the user's own is made of.
_PLAIN_INDEX = ("core.splitIndex=false", "core.untrackedCache=false", "index.sparse=false", "core.sparseCheckout=false")


class BadMessage(Refused):
    """The commit message, or the person who is to have written it, cannot be stored as it is."""

    code = "SP611"


@contextmanager
def private_index(repo: Repository, tree: TreeId | None) -> Iterator[Path]:
    """An index in a folder of its own, holding a tree (None: the empty one)."""
    with scratch_folder(repo) as folder:
        index = Path(folder, "index")
        env = {"GIT_INDEX_FILE": str(index)}
        repo.git.run("read-tree", tree or "--empty", env=env, config=_PLAIN_INDEX)
        yield index


def set_entries(
    repo: Repository,
    index: Path,
    changes: Mapping[str, Blob | None],
    *,
    env: Mapping[str, str] | None = None,
    config: tuple[str, ...] = (),
) -> None:
    """Set the entries of these paths in an index file (None: none), whatever the work tree holds."""
    lines = (
        f"{blob.mode} {blob.oid}\t{path}\0" if blob else f"0 {repo.objects.zero}\t{path}\0"
        for path, blob in changes.items()
    )
    stdin = "".join(lines).encode("utf-8", "surrogateescape")
    env = {**(env or {}), "GIT_INDEX_FILE": str(index)}
    repo.git.run("update-index", "--add", "-z", "--index-info", stdin=stdin, env=env, config=config)


def build_tree(repo: Repository, base: TreeId | None, changes: Mapping[str, Blob | None]) -> TreeId:
    """Store the tree that differs from `base` (None: the empty tree) in exactly these paths, whose blobs are there.

    By git's own hands, for any path that git takes; a landing makes its trees in memory (`trees`). It is proved to be
    what was asked for: git passes over a path it does not like.
    """
    with private_index(repo, base) as index:
        set_entries(repo, index, changes, config=_PLAIN_INDEX)
        config = (*_PLAIN_INDEX, *DURABLE)
        tree = TreeId(repo.git.run("write-tree", env={"GIT_INDEX_FILE": str(index)}, config=config).line)
    written = TreeSnapshot(repo, tree)
    wrong = [path for path, blob in changes.items() if written.item(path) != blob]
    wrong += [change.path for change in changed_paths(repo, base, tree) if change.path not in changes]
    if wrong:
        raise GitFailed(f"git did not put {printable(wrong[0])} into the tree as it was told to")
    return tree


def write_commit(
    repo: Repository,
    tree: TreeId,
    parents: Sequence[CommitId],
    message: str,
    *,
    author: Person | None = None,
    trailers: Sequence[Trailer] = (),
    may_sign: bool = True,
) -> Commit:
    """Store a commit and read it back; signed if the user's git signs (`commit.gpgSign`) and it may be.

    `trailers` are those that the message must turn out to have: each with its value, and no other with their keys.
    Raises `BadMessage`, or `GitFailed` if signing fails or there is no identity.
    """
    text = message if message.endswith("\n") else f"{message}\n"
    check_message(text)
    signs = may_sign and repo.config.is_on("commit.gpgsign")
    options = [*(word for parent in parents for word in ("-p", parent)), "-S" if signs else "--no-gpg-sign"]
    env = {"GIT_AUTHOR_NAME": author.name, "GIT_AUTHOR_EMAIL": author.mail} if author else {}
    _check_author(author)
    stdin = text.encode()
    answer = repo.git.run("commit-tree", *options, tree, stdin=stdin, env=env, config=DURABLE, time_limit=None)
    written = read_commit(repo, CommitId(answer.line))
    if (written.tree, written.parents, written.message) != (tree, tuple(parents), text) or written.is_signed != signs:
        raise GitFailed(f"git commit-tree wrote {written.id}, which is not the commit it was asked for")
    _prove_trailers(repo, written, trailers)
    return written


def check_message(text: str) -> None:
    """Raise `BadMessage` unless the text can be a commit's message as it is."""
    if not text.strip():
        raise BadMessage("the commit message is empty")
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise BadMessage("the commit message is not valid Unicode") from error
    if b"\0" in data:
        raise BadMessage("the commit message holds a NUL")


def _check_author(author: Person | None) -> None:
    if author and (not author.name.strip() or any(char in "<>\0\n\r" for char in author.name + author.mail)):
        raise BadMessage(f"“{printable(str(author))}” is no author's name and address")


def _prove_trailers(repo: Repository, commit: Commit, expected: Sequence[Trailer]) -> None:
    if not expected:
        return
    keys = {key.lower() for key, _ in expected}
    for found in (parse_trailers(commit.message), *_read_by_git(repo, commit.message)):
        ours = sorted((key.lower(), value) for key, value in found if key.lower() in keys)
        if ours != sorted((key.lower(), value) for key, value in expected):
            raise BadMessage(
                "the written commit does not say what it should in its trailers: "
                f"{printable(', '.join(f'{key}: {value}' for key, value in ours)) or 'none of them are read back'}",
                hint="look at what the commit-msg hook does to the end of the message",
            )


def _read_by_git(repo: Repository, message: str) -> Iterator[tuple[Trailer, ...]]:
    """git's own reading where the user's settings bend it: it is what everybody else will see."""
    if any(name.startswith(("trailer.", "core.comment")) for name in repo.config.values):
        said = repo.git.run("interpret-trailers", "--parse", "--no-divider", stdin=message.encode()).out.decode()
        yield tuple((key, value) for key, _, value in (line.partition(": ") for line in said.splitlines()))


def scratch_folder(repo: Repository) -> tempfile.TemporaryDirectory[str]:
    """A folder of this run's own inside the git folder, on the same disk as what will be renamed from it."""
    return scratch_in(repo.git_dir)
