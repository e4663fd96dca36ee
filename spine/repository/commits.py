"""Commits, read from their own bytes and not through a format that settings could bend."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from spine.dataclass import dataclass
from spine.repository.objects import CommitId, TreeId
from spine.repository.opened import Repository
from spine.repository.trailers import Trailer, parse_trailers

_PERSON = re.compile(rb"(.*?) ?<([^>]*)>(?: (-?[0-9]+)(?: ([+-])([0-9]{2})([0-9]{2}))?)?", re.DOTALL)
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Who, as git writes it: a name and a mail address."""

    name: str
    mail: str

    def __str__(self) -> str:
        return f"{self.name} <{self.mail}>"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit. Dates keep their offset; a malformed one is the epoch, as for git. `subject` is the first paragraph."""

    id: CommitId
    tree: TreeId
    parents: tuple[CommitId, ...]
    author: Person
    author_date: datetime
    committer: Person
    date: datetime
    subject: str
    message: str
    trailers: tuple[Trailer, ...]
    is_signed: bool


def read_commit(repo: Repository, commit: CommitId) -> Commit:
    """One commit."""
    return parse_commit(commit, repo.objects.read(commit, "commit"))


def parse_commit(commit: CommitId, data: bytes) -> Commit:
    """A commit from the bytes of its object."""
    head, _, body = data.partition(b"\n\n")
    headers: dict[str, list[bytes]] = {}
    for line in head.split(b"\n"):
        if not line.startswith(b" "):  # a line that continues belongs to a signature
            name, _, value = line.partition(b" ")
            headers.setdefault(name.decode("ascii", "replace"), []).append(value)
    author, author_date = _person(headers.get("author", [b""])[0])
    committer, date = _person(headers.get("committer", [b""])[0])
    message = _decoded(body, headers.get("encoding", [b"UTF-8"])[0].decode("ascii", "replace"))
    return Commit(
        id=commit,
        tree=TreeId(headers["tree"][0].decode()),
        parents=tuple(CommitId(value.decode()) for value in headers.get("parent", [])),
        author=author,
        author_date=author_date,
        committer=committer,
        date=date,
        subject=" ".join(message.lstrip("\n").split("\n\n", 1)[0].split("\n")).strip(),
        message=message,
        trailers=parse_trailers(message),
        is_signed=not headers.keys().isdisjoint({"gpgsig", "gpgsig-sha256"}),
    )


def _person(line: bytes) -> tuple[Person, datetime]:
    match = _PERSON.match(line)
    if match is None:
        return Person(line.decode("utf-8", "replace"), ""), _EPOCH
    name, mail, seconds, sign, hours, minutes = match.groups()
    person = Person(name.decode("utf-8", "replace"), mail.decode("utf-8", "replace"))
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == b"-" else 1)
    try:
        return person, datetime.fromtimestamp(int(seconds or 0), timezone(offset))
    except (ValueError, OverflowError, OSError):
        return person, _EPOCH


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding, "surrogateescape" if encoding.upper() == "UTF-8" else "replace")
    except LookupError:
        return body.decode("utf-8", "surrogateescape")
