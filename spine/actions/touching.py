"""Which places of a tree proposals touch, each under one name, whatever fields and base their addresses use.

A place is the path of a file and the way to an entry in it: numbers where the tree has the entry, steps from where it
has not. Two proposals are related where one touches what the other touches, or something around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from spine.address import ROOT, Address, Step
from spine.change.operations import Change, Expect, Operation, Rename, SetValue
from spine.change.places import Ambiguous, Places
from spine.dataclass import dataclass
from spine.records.proposal import FileChange, Proposal
from spine.records.settings import Settings
from spine.repository import TreeSnapshot
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.pieces import whole_lines

Way = tuple[int | Step, ...]
FindPlaces = Callable[[str], Places | None]


@dataclass(frozen=True, slots=True)
class Touch:
    """One place that a proposal touches. `rule` is the declared merge rule that settles it, if there is one."""

    path: str
    at: Address
    way: Way
    is_read_only: bool = False
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """A place that several proposals touch, themselves or below it."""

    path: str
    at: Address
    ids: tuple[str, ...]
    rule: str | None = None


def touches_of(proposal: Proposal, settings: Settings, find_places: FindPlaces) -> Iterator[Touch]:
    """All places that a proposal touches; a file as a whole where it is not told by key.

    `find_places` gives the tree's file by entry, None for what is not there or not YAML.
    """
    for file in proposal.files:
        if file.moved_from is not None:
            yield Touch(file.moved_from, ROOT, ())
        if file.moved_from is not None or not _is_by_key(file.change):
            yield Touch(file.path, ROOT, ())
            continue
        yield from _touches_in(file, settings, find_places(file.path))


def _is_by_key(change: Change | None) -> bool:
    return change is not None and bool(change.ops) and not change.patch


def _touches_in(file: FileChange, settings: Settings, places: Places | None) -> Iterator[Touch]:
    assert file.change is not None
    rules = settings.rules_for(file.path)
    for op in file.change.ops:
        rule = rules.rule_for(op.at) if isinstance(op, SetValue) else None
        for at in _addresses(op):
            said = None if rule is None else str(rule)
            yield Touch(file.path, at, way_to(at, places), isinstance(op, Expect), said)


def _addresses(op: Operation) -> Iterator[Address]:
    yield op.at
    if isinstance(op, Rename):
        yield op.at.parent / op.to


def way_to(at: Address, places: Places | None) -> Way:
    """The way to an address: as far as the tree has it by number, the rest as written."""
    node = places.root(at) if places is not None else None
    way: list[int | Step] = [at.document]
    for index, step in enumerate(at.steps):
        try:
            entry = places.child(node, step) if places is not None and node is not None else None
        except Ambiguous:
            entry = None
        if entry is None:
            return (*way, *at.steps[index:])
        way.append(entry.index)
        node = entry.value
    return tuple(way)


class Index:
    """Who touches what, to be asked who is related to whom; costs nothing a pair."""

    def __init__(self, touches: Mapping[str, Iterable[Touch]]) -> None:
        self._at: dict[tuple[str, Way], dict[str, Touch]] = {}
        self._below: dict[tuple[str, Way], set[str]] = {}
        for id_, found in touches.items():
            for touch in found:
                known = self._at.setdefault((touch.path, touch.way), {})
                if id_ not in known or known[id_].is_read_only:
                    known[id_] = touch
                for length in range(len(touch.way)):
                    self._below.setdefault((touch.path, touch.way[:length]), set()).add(id_)

    def shared(self) -> list[Shared]:
        """Places that at least two proposals touch, by path and address."""
        found = []
        for (path, way), here in self._at.items():
            ids = {*here, *self._below.get((path, way), ())}
            if len(ids) > 1:
                touch = next(iter(here.values()))
                rules = {one.rule for one in here.values()}
                rule = rules.pop() if len(rules) == 1 and ids == set(here) else None
                found.append(Shared(path, touch.at, tuple(sorted(ids)), rule))
        return sorted(found, key=lambda one: (one.path, str(one.at)))

    def related(self) -> set[tuple[str, str]]:
        """Pairs of proposals, the smaller id first, of which at least one changes what the other touches.

        What a declared rule settles relates nobody.
        """
        found: set[tuple[str, str]] = set()
        for (path, way), here in self._at.items():
            above = [known for length in range(len(way)) if (known := self._at.get((path, way[:length])))]
            for id_, touch in here.items():
                for others in (here, *above):
                    for other, its in others.items():
                        settled = touch.rule is not None and its.rule is not None and others is here
                        if other != id_ and not settled and not (touch.is_read_only and its.is_read_only):
                            found.add((min(id_, other), max(id_, other)))
        return found


def places_finder(tree: TreeSnapshot) -> FindPlaces:
    """The tree's files by entry, each read once."""
    known: dict[str, Places | None] = {}

    def find(path: str) -> Places | None:
        if path not in known:
            data = tree.read(path)
            try:
                known[path] = None if data is None else Places(parse(whole_lines(data.decode("utf-8"))))
            except (Unparsable, UnicodeDecodeError):
                known[path] = None
        return known[path]

    return find
