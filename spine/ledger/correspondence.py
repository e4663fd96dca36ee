"""Which entry of a collection's newer version is which of its older one: what blame and log follow backwards.

Keys and identities match by text, the n-th of several equal ones the n-th; what `diff` tells as a rename is one (see
`spine.change.pairing`). The identity that the newest version shows is kept on the way back, also through versions that
break it (a number given out twice), as the field written in an address is what counts; where an older item lacks that
field, the identity that both versions have counts. Items of a list without identity match by what they mean, in order,
until older versions have one. An atomic value is the same only as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from typing import NamedTuple

from spine.address import Address, Step
from spine.change.pairing import is_numbered, pair_renamed
from spine.identity import Atomic, Identity, Keyed, ListKind, Sequence, field_node, infer, steps_of, with_dup
from spine.yamldoc.nodes import Entry, Node
from spine.yamldoc.scalars import same_value, shape


class Match(NamedTuple):
    """An entry of the newer version, the older one's entry and its step there; `renamed` if the steps differ.

    Without `step` nothing below differs: both versions share the very node, or there is no older entry.
    """

    entry: Entry
    old: Entry | None
    step: Step | None
    renamed: bool = False


class Matched(NamedTuple):
    """The newer collection's entries in order, and how a list's items are known from here on."""

    entries: list[Match]
    kind: ListKind | None


def match(old: Node, new: Node, at: Address, identity: Identity, known: ListKind | None = None) -> Matched:
    """The entries of two collections of one kind, neither empty. `at` is the address in the older version, `known` how
    the newer list's items were known so far."""
    declared = identity.declared_for(at)
    if isinstance(declared, Atomic):
        return Matched(_as_a_whole(old, new), declared)
    if new.kind == "mapping":
        return Matched(_by_step(old, new, None, lambda: True), None)
    kind = known or declared or infer(at, [new])
    if isinstance(kind, Sequence) or (declared is None and not _applies(kind, old, new)):
        pair = identity.kind_of(at, (old, new))
        kind = kind if isinstance(pair, Sequence) else pair
    if isinstance(kind, Sequence):
        return Matched(_by_content(old, new, kind), None)
    return Matched(_by_step(old, new, kind, lambda: kind == identity.kind_of(at, (old, new))), kind)


def _applies(kind: ListKind, old: Node, new: Node) -> bool:
    """Whether every item of the older list can be known so; of those that both versions share, it is known."""
    shared = {id(entry.value) for entry in new.entries}
    items = [entry.value for entry in old.entries if id(entry.value) not in shared]
    if isinstance(kind, Keyed):
        found = (field_node(item, path) for item in items for path in kind.fields)
        return all(node is not None and node.text for node in found)
    return all(item.kind == "scalar" for item in items)


def _as_a_whole(old: Node, new: Node) -> list[Match]:
    if not same_value(old, new):
        return [Match(entry, None, None) for entry in new.entries]
    return _by_step(old, new, None, lambda: False) if new.kind == "mapping" else _by_content(old, new, Sequence())


def _by_content(old: Node, new: Node, kind: ListKind) -> list[Match]:
    one, other = ([shape(entry.value) for entry in node.entries] for node in (old, new))
    steps = steps_of(old, kind)
    origin: dict[int, int] = {}
    for i, j, size in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        origin.update({j + more: i + more for more in range(size)})
    return [
        Match(entry, old.entries[origin[j]], steps[origin[j]]) if j in origin else Match(entry, None, None)
        for j, entry in enumerate(new.entries)
    ]


def _by_step(old: Node, new: Node, kind: ListKind | None, renames_are_told: Callable[[], bool]) -> list[Match]:
    quick = _around_the_middle(old, new, kind)
    if quick is not None:
        return quick
    old_steps, new_steps = steps_of(old, kind), steps_of(new, kind)
    old_names, new_names = old_steps, new_steps
    if any(map(is_numbered, old_steps)) or any(map(is_numbered, new_steps)):
        old_names, new_names = list(map(_counted, old_steps)), list(map(_counted, new_steps))
    there = {step: j for j, step in enumerate(new_names)}
    partner = {i: there[step] for i, step in enumerate(old_names) if step in there}
    straight = len(partner)
    if straight < min(len(old_steps), len(new_steps)) and renames_are_told():
        pair_renamed(old, new, kind, old_steps, new_steps, partner)
    renamed = set(list(partner)[straight:])
    origin = {j: i for i, j in partner.items()}
    return [
        Match(entry, old.entries[origin[j]], old_steps[origin[j]], origin[j] in renamed)
        if j in origin
        else Match(entry, None, None)
        for j, entry in enumerate(new.entries)
    ]


def _around_the_middle(old: Node, new: Node, kind: ListKind | None) -> list[Match] | None:
    """The same, where both versions share the very nodes above and below a stretch whose names stayed the same, or
    entries were put at the end: nothing above or below has to be looked at. None where that does not hold."""
    a, b = old.entries, new.entries
    most = min(len(a), len(b))
    above = next((n for n in range(most) if not _is_shared(a[n], b[n])), most)
    below = next((n for n in range(most - above) if not _is_shared(a[-1 - n], b[-1 - n])), most - above)
    ends = len(a) - below, len(b) - below
    steps = [steps_of(_stretch(node, above, end), kind) for node, end in zip((old, new), ends, strict=True)]
    if sum(map(len, steps)) > most or any(is_numbered(step) for part in steps for step in part):
        return None
    if set(steps[0]) == set(steps[1]):
        place = {step: above + i for i, step in enumerate(steps[0])}
        middle = [Match(b[above + j], a[place[step]], step) for j, step in enumerate(steps[1])]
    elif above == len(a) and not below:
        middle = [Match(entry, None, None) for entry in b[above:]]
    else:
        return None
    top = [Match(b[n], a[n], None) for n in range(above)]
    return [*top, *middle, *(Match(b[n], a[n - len(b) + len(a)], None) for n in range(ends[1], len(b)))]


def _is_shared(one: Entry, other: Entry) -> bool:
    if one.value is not other.value or one.key is other.key:
        return one.value is other.value
    return one.key is not None and other.key is not None and same_value(one.key, other.key)


def _stretch(node: Node, start: int, end: int) -> Node:
    part = Node(node.kind, node.start, node.end, node.style, "", None, None)
    part.entries = node.entries[start:end]
    return part


def _counted(step: Step) -> Step:
    """A step that says which of its equals it is, also if it has none."""
    return step if is_numbered(step) else with_dup(step, 1)
