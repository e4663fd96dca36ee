"""Who set each value: versions of one file, newest first, compared neighbour by neighbour; IO is not handled here.

A value was set by the latest version in which it is there and differs, as (kind, text), from what the version before
had in its place; where the version before had no such place, by the version that added it (so what was removed and came
back was set by the one that brought it back). Places are followed backwards as `correspondence` says: by key and
identity, through renames that `diff` would tell, and in lists without identity by what the items mean. Comments, order
of keys and quoting set nothing.

A version that cannot be read (not YAML, beyond the limits) is passed over: what changed across it is told of the next
version that can be read, together with those passed over, as nobody can say which of them it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from typing import Literal, NamedTuple

from spine.address import Address, Position
from spine.change.places import Places
from spine.dataclass import dataclass
from spine.identity import Identity, ListKind, steps_of, with_dup
from spine.ledger.correspondence import match
from spine.yamldoc.guard import Unparsable
from spine.yamldoc.nodes import Document, Node, Root
from spine.yamldoc.scalars import same_value
from spine.yamldoc.sections import Sections

Where = tuple[int, ...]
"""A place in one version: the number of the document from 0, then the index of the entry in each collection."""

What = Literal["set", "added", "removed", "renamed"]


@dataclass(frozen=True, slots=True)
class Version:
    """A state of the file, and the commit that made it from the next older one; no `data`: the file is not there."""

    commit: str
    path: str
    data: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """What one version did to a place.

    `where` is the place in that version; None if the version removed it, and `address` is what it was called before.
    `beyond` are commits, newest first, whose versions could not be read, so that it may have been one of them.
    `is_oldest`: no older version was given.
    """

    what: What
    commit: str
    path: str
    where: Where | None
    beyond: tuple[str, ...] = ()
    is_oldest: bool = False
    address: Address | None = None


Wanted = Literal["value", "entry", "all"]


@dataclass(slots=True, eq=False)
class Question:
    """A place of the newest version, and what the versions did to it, newest first.

    `value` ends with the event that set the value; `entry` with the one that added the place, after the latest one that
    changed something there or below; `all` never ends, and finds a removed place again by `address`.
    """

    wanted: Wanted
    where: Where | None
    address: Address | None = None
    events: list[Event] = field(default_factory=list)
    is_answered: bool = False

    @property
    def set_by(self) -> Event | None:
        """The latest event that set something there."""
        return next((event for event in self.events if event.what != "renamed"), None)

    @property
    def added_by(self) -> Event | None:
        """The latest event that added the place."""
        return next((event for event in self.events if event.what == "added"), None)


def answer(questions: Iterable[Question], versions: Iterable[Version], identity: Identity) -> None:
    """Ask the versions, newest first, until all is answered. Raises `Unparsable` if the newest cannot be read."""
    walk: Walk | None = None
    for version in versions:
        if walk is None:
            walk = Walk(version, identity, list(questions))
        else:
            walk.back_to(version)
        if walk.is_done:
            return
    if walk is not None:
        walk.end()


class Walk:
    """Where the questions' places are in the version reached, on the way back from the newest."""

    def __init__(self, newest: Version, identity: Identity, questions: list[Question]) -> None:
        self.identity = identity
        self.version = newest
        self._sections = Sections()
        self._roots = self._read(newest)
        self._held: dict[Node, list[Question]] = {}
        self._live: set[Node] = set()  # the nodes at or above a question
        self._kinds: dict[Node, ListKind] = {}  # how the items of live lists are known
        self._lost: list[Question] = []  # those whose place this version does not have
        self._passed_over: list[str] = []
        # What arrives in the older version. Kept apart until a step is done: a node may stand in both versions.
        self._arrived: list[tuple[Node, list[Question], ListKind | None]] = []
        for question in questions:
            self._hold(question)

    @property
    def is_done(self) -> bool:
        """Whether no question is left."""
        return not self._held and not self._lost

    def back_to(self, older: Version) -> None:
        """Take one step back in history."""
        if older.data == self.version.data:
            self.version, self._passed_over = older, []
            return
        try:
            roots = self._read(older)
        except Unparsable:
            self._passed_over.append(older.commit)
            return
        for number, new in enumerate(self._roots):
            if new is not None:
                old = roots[number] if number < len(roots) else None
                self._pair(old, new, Address((), number + 1), (number,), renamed=False)
        self._settle()
        self._roots = roots
        self._find_again()
        self.version = older
        self._passed_over = []

    def end(self) -> None:
        """There is no older version: what is left was there from the beginning."""
        for number, new in enumerate(self._roots):
            if new is not None:
                self._pair(None, new, Address((), number + 1), (number,), renamed=False, is_oldest=True)
        self._settle()
        for question in self._lost:
            question.is_answered = True
        self._lost = []

    # -- one step -------------------------------------------------------------------------------------------------

    def _read(self, version: Version) -> tuple[Node | None, ...]:
        if version.data is None:
            return ()
        try:
            return self._sections.read(version.data.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise Unparsable(f"not UTF-8 text (byte {error.start + 1})") from error

    def _pair(
        self, old: Node | None, new: Node, at: Address, where: Where, *, renamed: bool, is_oldest: bool = False
    ) -> bool:
        """Bring the questions at and below `new` to `old`, or tell them what happened; whether any are there now."""
        if new not in self._live:
            return False
        if old is new:
            if renamed:
                self._renamed(new, where)
            return True
        self._live.discard(new)
        held = []
        for question in self._held.pop(new, ()):
            self._tell(question, old, new, where, renamed=renamed, is_oldest=is_oldest)
            if question.is_answered:
                continue
            if old is None:
                question.address = address_of(self._roots, where, self.identity)
                self._lost.append(question)
            else:
                held.append(question)
        lives, kind = bool(held), self._kinds.pop(new, None)
        if old is None or old.kind != new.kind or not old.entries:
            for entry in new.entries:
                self._pair(None, entry.value, at, (*where, entry.index), renamed=False, is_oldest=is_oldest)
        else:
            entries, kind = match(old, new, at, self.identity, kind)
            for one in entries:
                if one.entry.value not in self._live:
                    continue
                below = at if one.step is None else at / one.step
                found = one.old.value if one.old is not None else None
                place = (*where, one.entry.index)
                is_alive = self._pair(found, one.entry.value, below, place, renamed=renamed or one.renamed)
                lives = lives or is_alive
        if lives and old is not None:
            self._arrived.append((old, held, kind))
        return lives

    def _settle(self) -> None:
        for node, questions, kind in self._arrived:
            self._live.add(node)
            if questions:
                self._held.setdefault(node, []).extend(questions)
            if kind is not None:
                self._kinds[node] = kind
        self._arrived = []

    def _tell(
        self, question: Question, old: Node | None, new: Node, where: Where, *, renamed: bool, is_oldest: bool
    ) -> None:
        if old is None:
            self._say(question, "added", where, is_oldest=is_oldest)
            question.is_answered = question.wanted != "all" or is_oldest
            return
        if renamed and question.wanted == "all":
            self._say(question, "renamed", where)
        if question.wanted == "entry" and question.events:
            return
        if not same_value(old, new):
            self._say(question, "set", where)
            question.is_answered = question.wanted == "value"

    def _renamed(self, new: Node, where: Where) -> None:
        """The place of questions has another name, though what stands there is the very same."""
        for question in self._held.get(new, ()):
            if question.wanted == "all":
                self._say(question, "renamed", where)
        for entry in new.entries:
            if entry.value in self._live:
                self._renamed(entry.value, (*where, entry.index))

    def _say(self, question: Question, what: What, where: Where | None, *, is_oldest: bool = False) -> None:
        version = self.version
        address = question.address if where is None else None
        event = Event(what, version.commit, version.path, where, tuple(self._passed_over), is_oldest, address)
        question.events.append(event)

    # -- places ---------------------------------------------------------------------------------------------------

    def _hold(self, question: Question) -> None:
        """Find a question's place in the version reached; without one, it is lost until an older one has it."""
        nodes = _follow(self._roots, question.where) if question.where is not None else self._find(question.address)
        if nodes is None:
            self._lost.append(question)
            return
        self._held.setdefault(nodes[-1], []).append(question)
        self._live.update(nodes)

    def _find_again(self) -> None:
        """Questions whose place the newer version did not have, and this one has: the newer one removed it."""
        lost, self._lost = self._lost, []
        for question in lost:
            nodes = self._find(question.address)
            if nodes is None:
                self._lost.append(question)
                continue
            self._say(question, "removed", None)
            question.is_answered = question.wanted != "all"
            if not question.is_answered:
                self._held.setdefault(nodes[-1], []).append(question)
                self._live.update(nodes)

    def _find(self, address: Address | None) -> list[Node] | None:
        """The nodes on the way to an address, itself the last; of several equal entries the first."""
        if address is None:
            return None
        places = Places(Document("", False, [Root(node, 0, 0) for node in self._roots]))
        nodes = [places.root(address)]
        for step in address.steps:
            here = nodes[-1]
            if here is None:
                return None
            if not isinstance(step, Position) and len(places.matching(here, step)) > 1 and not step.dup:
                step = with_dup(step, 1)
            entry = places.child(here, step)
            nodes.append(entry.value if entry is not None else None)
        found = [node for node in nodes if node is not None]
        return found if len(found) == len(nodes) else None


def _follow(roots: Sequence[Node | None], where: Where) -> list[Node]:
    node = roots[where[0]]
    assert node is not None
    nodes = [node]
    for index in where[1:]:
        nodes.append(nodes[-1].entries[index].value)
    return nodes


def address_of(roots: Sequence[Node | None], where: Where, identity: Identity) -> Address:
    """The address of a place of a version, by what that version alone tells of its lists."""
    at = Address((), where[0] + 1)
    for node, index in zip(_follow(roots, where[:-1]) if len(where) > 1 else (), where[1:], strict=True):
        kind = identity.kind_of(at, (node,)) if node.kind == "sequence" else None
        at = at / steps_of(node, kind)[index]
    return at


def where_of(document: Document, address: Address) -> Where | None:
    """The place that an address means in a document, None if it has none. Raises `Ambiguous`."""
    if address.document > len(document.roots) or document.roots[address.document - 1].node is None:
        return None
    places, where = Places(document), [address.document - 1]
    for count in range(1, len(address.steps) + 1):
        entry = places.entry(Address(address.steps[:count], address.document))
        if entry is None:
            return None
        where.append(entry.index)
    return tuple(where)


class Leaf(NamedTuple):
    """A value that has no entries below it."""

    where: Where
    address: Address
    node: Node


def leaves_of(roots: Iterable[Node | None], identity: Identity) -> Iterator[Leaf]:
    """All values of a version that have no entries, in document order."""
    for number, root in enumerate(roots):
        todo = [] if root is None else [Leaf((number,), Address((), number + 1), root)]
        while todo:
            one = todo.pop()
            if not one.node.entries:
                yield one
                continue
            kind = identity.kind_of(one.address, (one.node,)) if one.node.kind == "sequence" else None
            steps = steps_of(one.node, kind)
            todo += [
                Leaf((*one.where, entry.index), one.address / steps[entry.index], entry.value)
                for entry in reversed(one.node.entries)
            ]
