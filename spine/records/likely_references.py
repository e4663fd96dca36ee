"""Cross-references that the files suggest: fields of list items whose values are all names of entries somewhere else.

A field is suggested if it has three different values or more, all of them words that one other place offers as names
(the identities of a list's items, or the keys of a mapping of mappings), and if either no other place offers them, or
the field is called like the place. What people mean they alone know: a suggestion is something to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from spine.address import Address, Key, Position
from spine.dataclass import dataclass
from spine.identity import Identity, Keyed, field_node
from spine.patterns import AddressPattern, Any, Part, PlacePattern, place_pattern_of
from spine.yamldoc.nodes import Document, Node

LEAST = 3  # different values of a field, and names of a place
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_./:@][A-Za-z0-9]+)+|[a-z]+[0-9]+|[A-Z]+-[A-Z0-9-]+")
_WORDS = re.compile(r"[a-z0-9]+")
_SAY_NOTHING = {"id", "ids", "name", "names", "key", "ref", "refs", "bindings", "yaml", "yml"}


@dataclass(frozen=True, slots=True)
class Likely:
    """A field, the place that offers what it says, and how many different values say so."""

    source: PlacePattern
    target: PlacePattern
    values: int


@dataclass(slots=True)
class _Offer:
    pattern: PlacePattern
    place: tuple[str, tuple[Part, ...]]
    names: set[str] = field(default_factory=set)


def likely_references(files: Mapping[str, Document], identity_of: Mapping[str, Identity]) -> list[Likely]:
    """What the files suggest, by path of the file and address, each field once."""
    offers: dict[tuple[str, tuple[Part, ...]], _Offer] = {}
    said: dict[tuple[str, tuple[Part, ...]], set[str]] = {}
    for path, document in files.items():
        for root in document.roots:
            if root.node is not None:
                for kind, parts, name in _walk(root.node, (), Address(), identity_of[path]):
                    if kind == "says":
                        said.setdefault((path, parts), set()).add(name)
                        continue
                    pattern = place_pattern_of(path, AddressPattern(parts))
                    if pattern is not None:
                        offers.setdefault((path, parts), _Offer(pattern, (path, parts))).names.add(name)
    large = [offer for offer in offers.values() if len(offer.names) >= LEAST]
    found = []
    for (path, parts), values in sorted(said.items(), key=lambda one: (one[0][0], str(AddressPattern(one[0][1])))):
        source = place_pattern_of(path, AddressPattern(parts))
        if source is None or len(values) < LEAST or not all(map(_NAME.fullmatch, values)):
            continue
        fitting = [one for one in large if values <= one.names and one.place != (path, parts)]
        named = [one for one in fitting if _called_like(parts, one.place)]
        chosen = named if named else fitting
        if len(chosen) == 1:
            found.append(Likely(source, chosen[0].pattern, len(values)))
    return found


def _walk(
    node: Node, parts: tuple[Part, ...], at: Address, identity: Identity
) -> Iterator[tuple[str, tuple[Part, ...], str]]:
    """What a value says (scalars in items of lists) and offers (identities of items, keys of mappings of mappings)."""
    if node.kind == "mapping":
        is_register = len(node.entries) >= LEAST and all(one.value.kind == "mapping" for one in node.entries)
        for entry in node.entries:
            assert entry.key is not None
            name = entry.key.text
            if is_register:
                yield "offers", (*parts, Any.KEY), name
            yield from _walk(entry.value, (*parts, Any.KEY if is_register else Key(name)), at / Key(name), identity)
    elif node.kind == "sequence":
        kind = identity.kind_of(at, [node]) if node.entries else None
        keyed = kind.fields[0] if isinstance(kind, Keyed) and len(kind.fields) == 1 else None
        for number, entry in enumerate(node.entries, 1):
            if keyed is not None:
                known = field_node(entry.value, keyed)
                if known is not None:
                    yield "offers", (*parts, Any.ITEM, *map(Key, keyed)), known.text
            yield from _walk(entry.value, (*parts, Any.ITEM), at / Position(number), identity)
    elif node.kind == "scalar" and any(part in (Any.ITEM, Any.KEY) for part in parts):
        yield "says", parts, node.text


def _called_like(parts: tuple[Part, ...], place: tuple[str, tuple[Part, ...]]) -> bool:
    """Whether the field's own name has a word of the place's name or file."""
    keys = [part.name for part in parts if isinstance(part, Key)]
    mine = _words(keys[-1]) if keys else set()
    path, target = place
    names = [part.name for part in target if isinstance(part, Key)]
    return bool(mine & _words(" ".join([path, *names])))


def _words(text: str) -> set[str]:
    return {word.removesuffix("s") for word in _WORDS.findall(text.lower())} - _SAY_NOTHING
