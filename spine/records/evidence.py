"""What the versions of a file show about its lists: which declarations hold in all of them, and what stays a question.

Rules. Declared is only what held in every version looked at and what an engine that sees two versions could get wrong:

* *keyed*: a field (or two) that every item has and that is unique in each list of each version, and by which at least
  half of the items are found again from version to version. A usual name (`id`, `name`, `*_id` …) needs two items; any
  other field five items in two versions and no rival; two fields together eight items. Free text never.
* *sequence*: plain values of which one stands twice, now or in half of the versions, so that in the others they would
  pass for a set; or equal mappings.
* `order: significant`: a field that says so (`order`, `step`, `phase`, `priority` …) counts upwards in every version.

* *set*: short plain values without blanks, three at least, none ever twice, in three versions of which two differ: in
  the first version with a double, inference would take the list for a sequence.

Other plain values are left to inference. Whatever else has several items and no identity is a question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from spine.address import Address, Key
from spine.dataclass import dataclass
from spine.identity import (
    FieldPath,
    Identity,
    Keyed,
    ListKind,
    ScalarSet,
    field_node,
    infer,
    is_unique,
    is_usual,
    rivals,
)
from spine.identity import Sequence as Listing
from spine.patterns import AddressPattern, Any
from spine.records.list_versions import Lists, lists_of
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.scalars import same_value

_ORDER_FIELDS = ("order", "step", "phase", "priority", "rank", "position", "seq", "sequence", "index", "stage", "wave")
_SIBLINGS = 3  # keys of one mapping whose lists are alike stand for all keys
_ORDERED_NAMES = ("order", "sequence", "steps", "priorit", "pipeline", "precedence")
_PROSE = 40


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration that held in every version, and why it is believed."""

    pattern: AddressPattern
    kind: ListKind
    evidence: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A list that somebody who knows it has to decide about."""

    pattern: AddressPattern
    reason: str


def evidence(documents: Sequence[Document], known: Identity) -> tuple[list[Declared], list[Asked]]:
    """What the versions of one file, newest first, show about lists that `known` does not declare."""
    declared: list[Declared] = []
    asked: list[Asked] = []
    known_lists = lists_of(documents)
    for pattern, lists in known_lists.items():
        kind = known.declared_for(lists.sample)
        found = _judged(pattern, lists) if kind is None else _checked(pattern, lists, kind)
        if isinstance(found, Declared):
            declared.append(found)
        elif found is not None:
            asked.append(found)
    return _gathered(declared, known_lists), asked


# ---- one pattern --------------------------------------------------------------------------------------------------


def _judged(pattern: AddressPattern, lists: Lists) -> Declared | Asked | None:
    full = lists.full
    items = [entry.value for node in full for entry in node.entries]
    if not items:
        return None
    kinds = {item.kind for item in items}
    if kinds == {"scalar"}:
        return _plain(pattern, lists)
    if kinds != {"mapping"}:
        what = "items of different kinds" if len(kinds) > 1 else "lists inside a list"
        return Asked(pattern, f"{what}, {lists.extent}: a sequence?")
    kind = infer(lists.sample, full)
    if isinstance(kind, Keyed):
        return _keyed(pattern, lists, kind)
    if max(len(node.entries) for node in full) < 2:
        return None
    if _is_sequence_by_name(lists.sample):
        return None
    if (doubled := _doubled(lists, _equal_items)) is not None:
        return _sequence(pattern, f"{doubled} are equal", lists, _equal_items)
    return Asked(pattern, f"no field tells its items apart, {lists.extent}")


def _is_sequence_by_name(address: Address) -> bool:
    return isinstance(infer(address, ()), Listing)


def _plain(pattern: AddressPattern, lists: Lists) -> Declared | Asked | None:
    full = lists.full
    texts = [entry.value.text for node in full for entry in node.entries]
    if sum(map(len, texts)) / len(texts) > _PROSE:
        return None  # sentences: by their text or by their place, nobody names them
    if _is_sequence_by_name(lists.sample):
        return None
    doubled = _doubled(lists, _twice)
    if doubled is None:
        return _set(pattern, lists)
    return _sequence(pattern, f"{doubled} stands twice", lists, _twice)


def _set(pattern: AddressPattern, lists: Lists) -> Declared | Asked | None:
    versions = [
        [[entry.value.text for entry in node.entries] for node in version.values() if node.entries]
        for version in lists.versions
    ]
    held = [version for version in versions if version]
    texts = [text for version in held for values in version for text in values]
    most = max(len(values) for version in held for values in version)
    if most < 3 or len(held) < 3 or all(version == held[0] for version in held):
        return None
    if any(not text or any(char.isspace() for char in text) or len(text) > _PROSE for text in texts):
        return None
    last = lists.sample.steps[-1] if lists.sample.steps else None
    if isinstance(last, Key) and any(word in last.name for word in _ORDERED_NAMES):
        return Asked(pattern, f"no value ever twice in {lists.extent}, but by its name its order counts: a sequence?")
    return Declared(pattern, ScalarSet(), f"no value ever twice in {lists.extent}")


def _doubled(lists: Lists, double: Callable[[Node], str]) -> str | None:
    """The latest double of any version."""
    return next((found for node in lists.full if (found := double(node))), None)


def _sequence(pattern: AddressPattern, what: str, lists: Lists, double: Callable[[Node], str]) -> Declared | Asked:
    """Doubles that are there now, or were in half of the versions, are meant; others may have been a slip."""
    versions = [version for version in lists.versions if any(node.entries for node in version.values())]
    hits = [any(map(double, version.values())) for version in versions]
    told = f"{what}, in {sum(hits)} of {len(hits)} version{'s' * (len(hits) != 1)}"
    if hits[0] or sum(hits) * 2 >= len(hits):
        return Declared(pattern, Listing(), told)
    return Asked(pattern, f"{told}: a slip, or a sequence?")


def _twice(node: Node) -> str:
    """The first value that stands twice; "" if none does."""
    seen: set[str] = set()
    for entry in node.entries:
        if entry.value.text in seen:
            return f"“{entry.value.text[:_PROSE]}”"
        seen.add(entry.value.text)
    return ""


def _equal_items(node: Node) -> str:
    """The places of the first two items that are equal; "" if none are."""
    by_size: dict[int, list[Entry]] = {}
    for entry in node.entries:
        others = by_size.setdefault(len(entry.value.entries), [])
        for other in others:
            if same_value(other.value, entry.value):
                return f"items {other.index + 1} and {entry.index + 1}"
        others.append(entry)
    return ""


def _keyed(pattern: AddressPattern, lists: Lists, kind: Keyed) -> Declared | Asked | None:
    full = lists.full
    most = max(len(node.entries) for node in full)
    versions = sum(1 for version in lists.versions if version)
    names = " and ".join(".".join(path) for path in kind.fields)
    if most < 2:
        return None
    if len(kind.fields) > 1 and most < 8:
        return Asked(pattern, f"only {names} together are unique, in {lists.extent}: too few to be sure")
    if len(kind.fields) == 1 and not is_usual(kind.fields[0]):
        others = rivals(full, kind)
        if others:
            listed = ", ".join(".".join(path) for path in [kind.fields[0], *others[:4]])
            return Asked(pattern, f"several fields would do ({listed}), {lists.extent}")
        if most < 5 or versions < 2:
            return Asked(pattern, f"{names} is unique, but only in {lists.extent}")
    lost = _lost(lists, kind)
    if lost is not None:
        return Asked(pattern, f"{names} is unique in {lists.extent}, but {lost}")
    counted = _counted(lists)
    told = f"{names} unique in {lists.extent}"
    if counted is None:
        return Declared(pattern, kind, told)
    return Declared(pattern, Keyed(kind.fields, ordered=True), f"{told}; {counted} counts upwards in all of them")


def _lost(lists: Lists, kind: Keyed) -> str | None:
    """How badly items are found again by this identity from one version to the next; None if well."""
    steps = bad = 0
    for newer, older in pairwise(lists.versions):
        for address in newer.keys() & older.keys():
            one, other = (_names(version[address], kind.fields) for version in (newer, older))
            if min(len(one), len(other)) < 2:
                continue
            steps += 1
            bad += len(one & other) * 2 < min(len(one), len(other))
    if not bad or bad * 10 <= steps:
        return None
    return f"in {bad} of {steps} steps fewer than half of the items kept it"


def _names(node: Node, fields: tuple[FieldPath, ...]) -> set[tuple[str, ...]]:
    found = [[field_node(entry.value, path) for path in fields] for entry in node.entries]
    return {tuple(one.text for one in names if one is not None) for names in found}


def _counted(lists: Lists) -> str | None:
    """The field by which every list counts upwards, in three versions and three items at least."""
    full = lists.full
    if max(len(node.entries) for node in full) < 3 or sum(1 for version in lists.versions if version) < 3:
        return None
    return next((name for name in _ORDER_FIELDS if all(_rises(node, name) for node in full)), None)


def _rises(node: Node, name: str) -> bool:
    numbers = []
    for entry in node.entries:
        found = field_node(entry.value, (name,))
        if found is None or not found.text.isascii() or not found.text.isdigit():
            return False
        numbers.append(int(found.text[:18]))
    return all(one < other for one, other in pairwise(numbers))


def _checked(pattern: AddressPattern, lists: Lists, kind: ListKind) -> Asked | None:
    """A declaration that is there already, held against the versions."""
    if isinstance(kind, Keyed):
        bad = sum(1 for node in lists.full if not is_unique(node, kind.fields))
        names = " and ".join(".".join(path) for path in kind.fields)
        return Asked(pattern, f"declared keyed by {names}, which does not hold in {bad} lists") if bad else None
    if isinstance(kind, ScalarSet):
        bad = sum(1 for node in lists.full if _twice(node))
        return Asked(pattern, f"declared a set, but {bad} lists hold a value twice") if bad else None
    return None


# ---- many patterns ------------------------------------------------------------------------------------------------


def _gathered(declared: list[Declared], known: dict[AddressPattern, Lists]) -> list[Declared]:
    """Lists below different keys of one mapping that are declared alike, as one pattern with `*` for the key.

    Only where the declaration is right for every list that the wider pattern holds.
    """
    found = list(declared)
    alike = {one.pattern: one.kind for one in declared}
    while True:
        groups: dict[tuple[AddressPattern, ListKind], list[Declared]] = {}
        for one in found:
            for at, part in enumerate(one.pattern.parts[:-1]):
                if isinstance(part, Key):
                    parts = (*one.pattern.parts[:at], Any.KEY, *one.pattern.parts[at + 1 :])
                    wide = AddressPattern(parts, one.pattern.document)
                    groups.setdefault((wide, one.kind), []).append(one)
        wider = None
        for (pattern, kind), members in groups.items():
            held = [other for other in known if _holds(pattern, other)]
            if len(members) >= _SIBLINGS and all(_is_right(kind, alike.get(one), known[one]) for one in held):
                wider = Declared(pattern, kind, f"{len(members)} lists alike, the first: {members[0].evidence}")
                found = [
                    wider if one is members[0] else one for one in found if one is members[0] or one not in members
                ]
                break
        if wider is None:
            return found


def _is_right(kind: ListKind, declared: ListKind | None, lists: Lists) -> bool:
    """Whether a list may be declared as this kind: it is to be anyway, or few items of it have the same identity."""
    if declared is not None:
        return declared == kind
    if isinstance(kind, ScalarSet):
        return all(entry.value.kind == "scalar" for node in lists.full for entry in node.entries) and not any(
            map(_twice, lists.full)
        )
    return isinstance(kind, Keyed) and all(
        len(node.entries) < 2 and is_unique(node, kind.fields) for node in lists.full
    )


def _holds(wide: AddressPattern, narrow: AddressPattern) -> bool:
    """Whether some place that `narrow` means is one that `wide` means as well."""
    if len(wide.parts) != len(narrow.parts):
        return False
    return all(Any.KEY in (a, b) or a == b for a, b in zip(wide.parts, narrow.parts, strict=True))
