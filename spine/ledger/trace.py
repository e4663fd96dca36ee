"""What hangs together with one thing, as a tree: its own links both ways, and below a proposal where those lead on."""

from __future__ import annotations

from collections.abc import Iterator

from spine.address import BadAddress, parse
from spine.dataclass import dataclass
from spine.ledger.links import RELATIONS, Facts, Link, Links, Thing

# What is shown below a neighbour; of all else the neighbour's own trace tells.
_LEADS_ON = {"proposal": ("landed", "covers", "for", "follows", "registers", "closes"), "criterion": ("of",)}
# A file's places and a loop's own wording are too many, and no answer to what belongs together.
_NOT_SHOWN = {("file", "within")}


@dataclass(frozen=True, slots=True)
class Branch:
    """A neighbour: how the thing above relates to it, in words; `at` is the place if that is another than was asked."""

    relation: str
    thing: Thing
    facts: Facts
    below: tuple[Branch, ...] = ()
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A thing with its neighbours, and all links among those shown."""

    root: Thing
    facts: Facts
    branches: tuple[Branch, ...]
    links: tuple[Link, ...]


def trace(links: Links, root: Thing) -> Trace:
    """Everything that is linked with `root`, in both directions."""
    shown: list[Link] = []
    branches = []
    for link, other, words, at in _around(links, root):
        shown.append(link)
        branches.append(Branch(words, other, links.facts[other], tuple(_below(links, other, root, shown)), at))
    return Trace(root, links.facts.get(root, Facts()), tuple(branches), tuple(dict.fromkeys(shown)))


def _around(links: Links, root: Thing) -> Iterator[tuple[Link, Thing, str, str | None]]:
    for link in links.outward.get(root, ()):
        yield link, link.target, RELATIONS[link.relation][0], None
    for link in links.inward.get(root, ()):
        if (root.kind, link.relation) not in _NOT_SHOWN:
            yield link, link.source, RELATIONS[link.relation][1], None
    if root.kind == "address":
        seen = {root}
        for other in [thing for thing in links.facts if thing.kind == "address" and _meet(root.id, thing.id)]:
            if other in seen:
                continue
            seen.add(other)
            for link in links.inward.get(other, ()):
                yield link, link.source, RELATIONS[link.relation][1], other.id.partition("#")[2]


def _below(links: Links, thing: Thing, root: Thing, shown: list[Link]) -> Iterator[Branch]:
    leads_on = _LEADS_ON.get(thing.kind, ())
    for link in links.outward.get(thing, ()):
        if link.relation in leads_on and link.target != root:
            shown.append(link)
            yield Branch(RELATIONS[link.relation][0], link.target, links.facts[link.target])


def _meet(one: str, other: str) -> bool:
    """Whether one place of a file lies in the other."""
    file, _, address = one.partition("#")
    other_file, _, other_address = other.partition("#")
    if file != other_file:
        return False
    try:
        a, b = parse(address), parse(other_address)
    except BadAddress:
        return False
    return a.within(b) or b.within(a)
