"""blame: who set each value of a file, by which proposal, for which loop and gap; hand edits are shown as such.

The history is the first-parent history of a revision. A value that came in by a merge is told of the landing on the
merged side, if a receipt explains it there; else of the merge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain

from spine.actions.landings import Landings
from spine.actions.versions import FORK, versions
from spine.actions.workspace import Workspace
from spine.address import Address
from spine.change.places import Ambiguous
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.identity import Identity
from spine.ids import near
from spine.ledger.blame import Event, Question, Version, Wanted, What, Where, address_of, answer, leaves_of, where_of
from spine.ledger.reading import settings_of
from spine.repository import (
    CommitId,
    MissingObject,
    Range,
    Repository,
    TreeSnapshot,
    resolve,
    shallow,
    snapshot_of,
)
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document, Node


class NothingThere(Refused):
    """The file, or the place in it, is not there and never was."""

    code = "SP075"


@dataclass(frozen=True, slots=True)
class Setter:
    """The commit that did something to a place, and the landed proposal that explains it; None: by hand.

    `merged_by` is the merge that brought the commit to the branch. `beyond` are newer commits whose versions could not
    be read, so that it may have been one of them; `at_end`: it may have been an older one, which this clone lacks.
    """

    commit: str
    proposal: str | None
    author: str
    date: datetime
    subject: str
    loop: str | None = None
    registers: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    merged_by: str | None = None
    beyond: tuple[str, ...] = ()
    at_end: bool = False

    @property
    def gaps(self) -> tuple[str, ...]:
        """The gaps that the proposal is about."""
        return tuple(dict.fromkeys((*self.registers, *self.closes, *self.mentions)))


@dataclass(frozen=True, slots=True)
class Blamed:
    """A value of a file (`source` as it stands there, on `line` from 1), and who set it."""

    address: Address
    line: int
    source: str
    set_by: Setter


@dataclass(frozen=True, slots=True)
class BlamedEntry:
    """An entry with others below it: who added it, who last changed something there, and each value's setter."""

    address: Address
    added_by: Setter
    changed_by: Setter
    values: tuple[Blamed, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """A place that is no longer there, and who removed it."""

    address: Address
    removed_by: Setter


@dataclass(frozen=True, slots=True)
class Blame:
    """The answer: about all values of a file, one value, one entry, or a place that was removed."""

    path: str
    at: str
    about: tuple[Blamed, ...] | Blamed | BlamedEntry | Removed


def blame(work: Workspace, path: str, address: Address | None = None, *, revision: str = "HEAD") -> Blame:
    """Who set the values of a file of a revision.

    Raises `NothingThere`, `Ambiguous`, or `Unparsable` with its place.
    """
    repo = work.repo
    tip = resolve(repo, revision)
    history = History(repo, tip, path)
    document = history.document
    if document is None:
        if not any(True for _ in history.versions()):
            raise nothing_there(history.tree, path)
        at = address if address is not None else Address()
        return Blame(path, str(tip), Removed(at, history.removed_by(at)))
    if address is None or not address.steps:
        only = () if address is None else (address.document - 1,)
        return Blame(path, str(tip), history.values(only))
    where = where_of(document, address)
    if where is None:
        return Blame(path, str(tip), Removed(address, history.removed_by(address)))
    node = node_at(document, where)
    if not node.entries:
        return Blame(path, str(tip), history.values(where)[0])
    question = Question("entry", where)
    values = history.values(where, question)
    added, changed = question.added_by, question.set_by
    assert added is not None
    assert changed is not None
    setters = [history.setter(event, "entry") for event in (added, changed)]
    return Blame(path, str(tip), BlamedEntry(address, setters[0], setters[1], values))


def who_set(repo: Repository, tip: CommitId, path: str, address: Address) -> Setter | None:
    """Who set (or removed) what the file has at `address`; None if that is not to be found."""
    history = History(repo, tip, path)
    try:
        where = where_of(history.document, address) if history.document is not None else None
        question = Question("value", where, address)
        answer([question], history.versions(), history.identity)
        if question.set_by is not None:
            return history.setter(question.set_by, "value")
    except Unparsable:
        newest = next(history.versions(), None)
        if newest is not None and not address.steps:
            return history.setter(Event("set", newest.commit, newest.path, None), "value")
    except (Ambiguous, MissingObject):
        pass
    return None


class History:
    """One file's history up to a tip."""

    def __init__(self, repo: Repository, tip: CommitId, path: str, *, landings: Landings | None = None) -> None:
        """`landings` are those of the tip if somebody has scanned them already, for several files."""
        self.repo, self.tip, self.path = repo, tip, path
        self.tree = snapshot_of(repo, tip)
        self.landings = landings if landings is not None else Landings(repo, tip)
        if landings is None:
            self.landings.scan(Range(None, tip))
        self.settings = settings_of(self.tree)
        self.identity: Identity = self.settings.rules_for(path).identity
        self._ends = shallow(repo)
        self._document: Document | None = None
        self._setters: dict[tuple[object, ...], Setter] = {}

    @property
    def document(self) -> Document | None:
        """The file as the tip has it, None if it has not. Raises `Unparsable` with its place."""
        if self._document is None:
            data = self.tree.read(self.path)
            self._document = parsed(data, self.path) if data is not None else None
        return self._document

    def versions(self) -> Iterator[Version]:
        """The file's versions, newest first."""
        return versions(self.repo, self.tip, self.path)

    def values(self, top: Where, *others: Question) -> tuple[Blamed, ...]:
        """Who set the values at and below a place of the tip's version; `others` are asked on the same way."""
        document = self.document
        assert document is not None
        leaves = leaves_of([root.node for root in document.roots], self.identity)
        asked = [(leaf, Question("value", leaf.where)) for leaf in leaves if leaf.where[: len(top)] == top]
        answer([*(question for _, question in asked), *others], self.versions(), self.identity)
        found = []
        for leaf, question in asked:
            assert question.set_by is not None
            line, source = document.line_of(leaf.node.start) + 1, document.source(leaf.node)
            found.append(Blamed(leaf.address, line, source, self.setter(question.set_by, "value")))
        return tuple(found)

    def removed_by(self, address: Address) -> Setter:
        """Who removed what stood at an address. Raises `NothingThere` if nothing ever did."""
        question = Question("value", None, address)
        try:
            answer([question], self.versions(), self.identity)
        except Unparsable:
            newest = next(self.versions())
            parsed(newest.data or b"", self.path)  # says where
            raise
        if question.set_by is None:
            raise NothingThere(
                "nothing stands here, nor ever did on this history",
                place=Place(f"{self.path}#{address}"),
                hint=self._near_miss(address),
            )
        return self.setter(question.set_by, "value")

    def setter(self, event: Event, wanted: Wanted) -> Setter:
        """Who was behind an event."""
        key = (event, wanted) if event.where is None else (event.commit, event.path, event.beyond, self._at(event))
        if key not in self._setters:
            self._setters[key] = self._setter(event, wanted)
        return self._setters[key]

    def _at(self, event: Event) -> object:
        """What decides who it was: the place only where several could have been."""
        commit = CommitId(event.commit)
        if len(self.landings.commit(commit).parents) < 2 and not self.landings.has_landed(commit):
            return None
        return event.where

    def _setter(self, event: Event, wanted: Wanted) -> Setter:
        commit = CommitId(event.commit)
        side = self._merged(event, wanted)
        if side is not None:
            return side
        facts = self.landings.commit(commit)
        stored = self.landings.explaining(
            commit, event.path, lambda: event.address if event.where is None else self.address(event)
        )
        proposal = stored.proposal if stored is not None else None
        imported = self.landings.imported(commit, event.path) if stored is None else None
        if imported is not None:
            return Setter(
                str(commit), imported.id, str(facts.author), facts.author_date, facts.subject, imported.loop,
                mentions=imported.gaps, beyond=event.beyond, at_end=event.is_oldest and commit in self._ends,
            )  # fmt: skip
        return Setter(
            commit=str(commit),
            proposal=stored.id if stored is not None else None,
            author=str(facts.author),
            date=facts.author_date,
            subject=facts.subject,
            loop=proposal.loop if proposal is not None else None,
            registers=proposal.registers if proposal is not None else (),
            closes=proposal.closes if proposal is not None else (),
            beyond=event.beyond,
            at_end=event.is_oldest and commit in self._ends,
        )

    def _merged(self, event: Event, wanted: Wanted) -> Setter | None:
        """Who did on the merged side what a merge brought, if a receipt explains it there."""
        commit = CommitId(event.commit)
        parents = self.landings.commit(commit).parents
        data = snapshot_of(self.repo, commit).read(event.path) if len(parents) > 1 else None
        if data is None or event.where is None:
            return None
        for other in parents[1:]:
            self.landings.scan(Range(parents[0], other))
            question = Question(wanted, event.where)
            older = versions(self.repo, other, event.path, since=parents[0])
            answer([question], chain([Version(commit, event.path, data)], older), self.identity)
            found = question.added_by if event.what == "added" and wanted == "entry" else question.set_by
            if found is None or found.commit in (commit, FORK):
                continue
            side = self.setter(found, wanted)
            if side.proposal is not None:
                return replace(side, merged_by=str(commit))
        return None

    def address(self, event: Event) -> Address:
        """What the place of an event is called in the event's version."""
        if event.where is None:
            return event.address or Address()
        document = self.at(event)
        return address_of([root.node for root in document.roots], event.where, self.identity)

    def at(self, event: Event) -> Document:
        """The event's version of the file."""
        data = snapshot_of(self.repo, CommitId(event.commit)).read(event.path)
        assert data is not None, event
        return parsed(data, event.path)

    def _near_miss(self, address: Address) -> str | None:
        if self.document is None:
            return None
        roots = [root.node for root in self.document.roots]
        known = (str(leaf.address) for leaf in leaves_of(roots, self.identity))
        close = near(str(address), known)
        return f"did you mean {' or '.join(close)}?" if close else f"spine blame {self.path}"


def parsed(data: bytes, path: str) -> Document:
    """A version as a document. Raises `Unparsable` with its place."""
    try:
        return parse(data.decode("utf-8"), file=path)
    except UnicodeDecodeError as error:
        raise Unparsable(f"not UTF-8 text (byte {error.start + 1})", place=Place(path)) from error


def node_at(document: Document, where: Where) -> Node:
    """The value at a place of a document."""
    node = document.roots[where[0]].node
    assert node is not None
    for index in where[1:]:
        node = node.entries[index].value
    return node


def nothing_there(tree: TreeSnapshot, path: str) -> NothingThere:
    """That a file is not there, with the names that look like it."""
    close = near(path, tree.paths())
    return NothingThere(
        "no commit of this history has such a file",
        place=Place(path),
        hint=f"did you mean {' or '.join(close)}?" if close else None,
    )


__all__ = ["Blame", "Blamed", "BlamedEntry", "History", "Removed", "Setter", "What", "blame", "who_set"]
