"""What makes an item of a list the same item: declared, else inferred from all versions at hand (DESIGN §4).

An inferred identity is a field (or a pair of fields) that every item of every version has as a short scalar and that is
unique in each version; usual names first, never free text. The field is written into the address, so what counts later
is the address, not this guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Seq
from typing import Protocol

from spine.address import Address, Item, Key, Member, Position, Step
from spine.dataclass import dataclass
from spine.yamldoc.nodes import Entry, Node
from spine.yamldoc.scalars import value_of

FieldPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyed:
    """A list of mappings known by these fields."""

    fields: tuple[FieldPath, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class ScalarSet:
    """A list of scalars, each at most once."""

    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list without identity: items are known by their place and neighbours."""


@dataclass(frozen=True, slots=True)
class Atomic:
    """A value that is only ever replaced as a whole."""


ListKind = Keyed | ScalarSet | Sequence | Atomic


class Pattern(Protocol):
    """Anything that can say whether an address belongs to it."""

    def matches(self, address: Address) -> bool:
        """Whether `address` is meant."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The declared kinds of one file's lists: the first pattern that matches holds."""

    declared: tuple[tuple[Pattern, ListKind], ...] = ()

    def declared_for(self, address: Address) -> ListKind | None:
        """The declared kind of the list at `address`, if any."""
        for pattern, kind in self.declared:
            if pattern.matches(address):
                return kind
        return None

    def kind_of(self, address: Address, versions: Iterable[Node]) -> ListKind:
        """The kind of the list at `address`, given all its versions that are at hand."""
        lists = [node for node in versions if node.kind == "sequence" and node.entries]
        declared = self.declared_for(address)
        if isinstance(declared, Keyed):
            return declared if all(_has_fields(node, declared.fields) for node in lists) else Sequence()
        if isinstance(declared, ScalarSet):
            return declared if all(_is_of_scalars(node) for node in lists) else Sequence()
        return declared if declared is not None else infer(address, lists)


_SEQUENCES = frozenset({"command", "cmd", "args", "argv", "entrypoint", "steps"})
_FIRST = ("id", "name", "key", "hostname", "slug", "path", "entity_id")
_FREE_TEXT = frozenset(
    {
        "description",
        "notes",
        "note",
        "title",
        "reason",
        "comment",
        "summary",
        "detail",
        "details",
        "message",
        "text",
        "why",
        "impact",
        "status",
        "severity",
        "type",
        "updated",
        "created",
    }
)
_LONGEST = 80


def infer(address: Address, lists: Seq[Node]) -> ListKind:
    """The kind of a list that nobody declared."""
    last = address.steps[-1] if address.steps else None
    if isinstance(last, Key) and last.name in _SEQUENCES:
        return Sequence()
    if not lists:
        return ScalarSet()
    if all(entry.value.kind == "scalar" for node in lists for entry in node.entries):
        return ScalarSet() if all(map(_is_scalar_set, lists)) else Sequence()
    if any(entry.value.kind != "mapping" for node in lists for entry in node.entries):
        return Sequence()
    candidates = _candidates(lists[0].entries[0].value)
    for field in candidates:
        if all(is_unique(node, (field,)) for node in lists):
            return Keyed((field,))
    short = [field for field in candidates if _has_short_values(lists, field)][:6]
    for at, one in enumerate(short):
        for other in short[at + 1 :]:
            if all(is_unique(node, (one, other)) for node in lists):
                return Keyed((one, other))
    return Sequence()


def is_usual(field: FieldPath) -> bool:
    """Whether a field has one of the names that identities usually have."""
    return len(field) == 1 and (field[0] in _FIRST or field[0].endswith("id"))


def rivals(lists: Seq[Node], chosen: Keyed) -> list[FieldPath]:
    """The other single fields that would tell all items apart as well."""
    return [
        field
        for field in _candidates(lists[0].entries[0].value)
        if field not in chosen.fields and all(is_unique(node, (field,)) for node in lists)
    ]


def _candidates(item: Node) -> list[FieldPath]:
    names = [entry.key.text for entry in item.entries if entry.key is not None and entry.value.kind == "scalar"]
    usual = [name for name in _FIRST[:1] if name in names]
    usual += [name for name in names if name.endswith("_id") and name not in usual]
    usual += [name for name in names if name.endswith("id") and name not in usual]
    usual += [name for name in _FIRST if name in names and name not in usual]
    rest = [name for name in names if name not in usual and name not in _FREE_TEXT]
    return [(name,) for name in usual + rest]


def field_node(item: Node, path: FieldPath) -> Node | None:
    """The node of an item's identity field; None if it is missing or not a scalar."""
    node = item
    for name in path:
        if node.kind != "mapping":
            return None
        for entry in node.entries:
            if entry.key is not None and entry.key.text == name:
                node = entry.value
                break
        else:
            return None
    return node if node.kind == "scalar" else None


def is_unique(node: Node, fields: tuple[FieldPath, ...]) -> bool:
    """Whether every item of a list has these fields, as short scalars, and no two the same."""
    seen: set[tuple[str, ...]] = set()
    loose = len(fields) > 0 and fields[0][-1] not in _FIRST and not fields[0][-1].endswith("_id")
    for entry in node.entries:
        values = []
        for path in fields:
            found = field_node(entry.value, path)
            if found is None or not found.text or len(found.text) > _LONGEST or "\n" in found.text:
                return False
            if value_of(found)[0] == "null" or (loose and " " in found.text):
                return False
            values.append(found.text)
        key = tuple(values)
        if key in seen:
            return False
        seen.add(key)
    return True


def _has_fields(node: Node, fields: tuple[FieldPath, ...]) -> bool:
    """Whether every item can be named; one that stands twice is named with its number."""
    found = [field_node(entry.value, path) for entry in node.entries for path in fields]
    return all(field is not None and value_of(field)[0] != "null" for field in found)


def _is_of_scalars(node: Node) -> bool:
    return all(entry.value.kind == "scalar" and "\n" not in entry.value.text for entry in node.entries)


def _has_short_values(lists: Seq[Node], field: FieldPath) -> bool:
    for node in lists:
        for entry in node.entries:
            found = field_node(entry.value, field)
            if found is None or not found.text or len(found.text) > 40 or " " in found.text:
                return False
    return True


def _is_scalar_set(node: Node) -> bool:
    texts = [entry.value.text for entry in node.entries if entry.value.kind == "scalar"]
    if len(texts) != len(node.entries) or len(set(texts)) != len(texts):
        return False
    return all(len(text) <= 400 and "\n" not in text for text in texts)


def steps_of(node: Node, kind: ListKind | None) -> list[Step]:
    """The steps of a collection's entries, in order; equal keys and members are numbered."""
    if node.kind == "mapping":
        names = [entry.key.text for entry in node.entries if entry.key is not None]
        return list(_numbered([Key(name) for name in names]))
    if isinstance(kind, Keyed):
        return list(_numbered([_item_step(entry, kind) for entry in node.entries]))
    if isinstance(kind, ScalarSet):
        return list(_numbered([Member(entry.value.text) for entry in node.entries]))
    return [Position(number + 1) for number in range(len(node.entries))]


def _item_step(entry: Entry, kind: Keyed) -> Item:
    values = []
    for path in kind.fields:
        found = field_node(entry.value, path)
        values.append((path, found.text if found is not None else ""))
    return Item(tuple(values))


def _numbered(steps: list[Key] | list[Item] | list[Member]) -> Iterable[Step]:
    if len(set(steps)) == len(steps):
        yield from steps
        return
    counts: dict[Step, int] = {}
    total: dict[Step, int] = {}
    for step in steps:
        total[step] = total.get(step, 0) + 1
    for step in steps:
        if total[step] == 1:
            yield step
            continue
        counts[step] = counts.get(step, 0) + 1
        yield with_dup(step, counts[step])


def with_dup(step: Step, number: int) -> Step:
    """The same step for the n-th of several equal siblings."""
    if isinstance(step, Key):
        return Key(step.name, number)
    if isinstance(step, Item):
        return Item(step.fields, number)
    if isinstance(step, Member):
        return Member(step.value, number)
    return step
