"""What pages tell of a ledger beyond its records: where things are named, what still holds, who set what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import UTC, date
from typing import Literal, NamedTuple

from spine.actions.blame import Setter
from spine.actions.explained import CheckedCommit
from spine.actions.listing import Listed, Logged
from spine.actions.plan import Plan
from spine.actions.report import Binding, Site
from spine.address import Address
from spine.dataclass import dataclass
from spine.ledger.gaps import StoredGap
from spine.ledger.links import RELATIONS, Thing
from spine.ledger.parity import Table
from spine.records.gap import SEVERITIES
from spine.review.site.book import Book, named_in

Kind = Literal["proposal", "hand", "before"]
_NOT_TOLD = frozenset({"address", "file"})


class Spot(NamedTuple):
    """A line of a binding, and the value that stands there or next below it."""

    path: str
    line: int
    address: Address | None


class Related(NamedTuple):
    """Things to which one relates in the same way, in words."""

    words: str
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What one setter set in a binding: how many values, and the first line of them."""

    setter: Setter
    kind: Kind
    count: int
    line: int


@dataclass
class Desk:
    """A site with its book, and the same facts the other way round."""

    site: Site
    book: Book
    named: dict[tuple[str, str], list[Spot]] = field(default_factory=dict)
    in_force: dict[str, dict[str, list[Spot]]] = field(default_factory=dict)  # by proposal, by binding
    landed: dict[str, Logged] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)
    open: dict[str, Listed] = field(default_factory=dict)
    gaps: dict[str, StoredGap] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()

    def __post_init__(self) -> None:
        for one in self.site.landings:
            self.landed.setdefault(one.id, one)
        self.plans = self.site.attention.plans
        self.open = {one.stored.id: one for one in self.site.attention.overview.open}
        self.gaps = self.site.gaps.by_id()
        audits = self.site.ledger.settings.audits
        self.tables = tuple(self.site.books.ground.table(audit.name) for audit in audits)
        for binding in self.site.bindings:
            for value in binding.values:
                if value.set_by.proposal is not None:
                    spots = self.in_force.setdefault(value.set_by.proposal, {}).setdefault(binding.path, [])
                    spots.append(Spot(binding.path, value.line, value.address))
            for thing, spot in _named(self.book, binding):
                known = self.named.setdefault(thing, [])
                if spot not in known[-1:]:
                    known.append(spot)

    def kind(self, setter: Setter) -> Kind:
        """Whether a proposal set it, or somebody by hand, or somebody before there were proposals."""
        if setter.proposal is not None:
            return "proposal"
        return "hand" if (setter.merged_by or setter.commit) in self.site.governed else "before"

    def held(self, binding: Binding) -> tuple[Held, ...]:
        """Who set the values of a binding, the latest first."""
        counts: Counter[Setter] = Counter(value.set_by for value in binding.values)
        lines: dict[Setter, int] = {}
        for value in binding.values:
            lines.setdefault(value.set_by, value.line)
        order = sorted(counts, key=lambda one: (one.date, one.commit), reverse=True)
        return tuple(Held(one, self.kind(one), counts[one], lines[one]) for one in order)

    def related(self, thing: Thing, *, without: Iterable[str] = ()) -> tuple[Related, ...]:
        """What a thing is linked with, in both directions, places in files aside."""
        found: dict[str, list[Thing]] = {}
        links = self.site.links
        both = [
            *((RELATIONS[one.relation][0], one.relation, one.target) for one in links.outward.get(thing, ())),
            *((RELATIONS[one.relation][1], one.relation, one.source) for one in links.inward.get(thing, ())),
        ]
        skipped = frozenset(without)
        for words, relation, other in both:
            if other.kind not in _NOT_TOLD and relation not in skipped:
                found.setdefault(words, []).append(other)
        return tuple(Related(words, tuple(dict.fromkeys(things))) for words, things in found.items())

    def state(self, id_: str) -> str:
        """The state of a proposal in one word: of an open one what its plan says."""
        one = self.open.get(id_)
        if one is not None:
            return (one.plan or "unreadable").replace(" ", "-")
        return self.site.statuses.get(id_, "imported")

    def by_severity(self) -> tuple[tuple[str, tuple[StoredGap, ...]], ...]:
        """Open gaps, the most severe first; words that spine does not know come last."""
        known: dict[str, list[StoredGap]] = {name: [] for name in reversed(SEVERITIES)}
        for gap in self.site.attention.overview.gaps:
            known.setdefault(gap.severity, []).append(gap)
        return tuple((name, tuple(gaps)) for name, gaps in known.items() if gaps)


class Event(NamedTuple):
    """A landing, or a commit that no receipt explains."""

    day: date
    landing: Logged | None
    by_hand: CheckedCommit | None


def events(site: Site) -> tuple[Event, ...]:
    """What happened, newest first as history has it on each day."""
    found = [Event(one.commit.date.astimezone(UTC).date(), one, None) for one in site.landings]
    for one in site.unexplained:
        commit = site.governed.get(one.commit)
        if commit is not None:
            found.append(Event(commit.date.astimezone(UTC).date(), None, one))
    return tuple(sorted(found, key=lambda one: one.day, reverse=True))


def _named(book: Book, binding: Binding) -> Iterator[tuple[tuple[str, str], Spot]]:
    if binding.document is None:
        return
    at = 0
    for number, line in enumerate(binding.document.text.split("\n"), 1):
        if "-" not in line:
            continue
        for thing in named_in(book, line):
            while at < len(binding.values) and _last_line(binding, at) < number:
                at += 1
            address = binding.values[at].address if at < len(binding.values) else None
            yield thing, Spot(binding.path, number, address)


def _last_line(binding: Binding, at: int) -> int:
    value = binding.values[at]
    return value.line + value.source.count("\n")
