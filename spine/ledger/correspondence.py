"""Which entry of a collection's newer version is which of its older one: what blame and log follow backwards.

Keys and identities match by text, the n-th of several equal ones the n-th; what `diff` tells as a rename is one (see
`spine.change.pairing`). The identity that the newest version shows is kept on the way back, also through versions that
break it (a number given out twice), as the field written in an address is what counts. Items of a list without identity
match by what they mean, in order, until older versions have one. An atomic value is the same only as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from typing import NamedTuple

from spine.address import Address, Step
from spine.change.pairing import is_numbered, pair_renamed
from spine.identity import Atomic, Identity, ListKind, Sequence, infer, steps_of, with_dup
from spine.yamldoc.nodes import Entry, Node
from spine.yamldoc.scalars import same_value, shape


class Match(NamedTuple):
    """An entry of the newer version, the older one's entry and its step there; `renamed` if the steps differ."""

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
    if isinstance(kind, Sequence):
        kind = identity.kind_of(at, (old, new))
    if isinstance(kind, Sequence):
        return Matched(_by_content(old, new, kind), None)
    return Matched(_by_step(old, new, kind, lambda: kind == identity.kind_of(at, (old, new))), kind)


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


def _counted(step: Step) -> Step:
    """A step that says which of its equals it is, also if it has none."""
    return step if is_numbered(step) else with_dup(step, 1)
