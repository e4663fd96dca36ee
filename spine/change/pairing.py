"""Which entry of one version of a collection is which of the other: by key or identity, or renamed in its place.

The one rule about renames (DESIGN §4): `diff` tells by it what was renamed, blame follows by it what was renamed.
"""

from __future__ import annotations

from collections.abc import Sequence as Seq

from spine.address import Step
from spine.identity import ListKind, ScalarSet
from spine.yamldoc.nodes import Entry, Node
from spine.yamldoc.scalars import same_value, shape

_ALIKE = 0.6


def pair_renamed(
    a: Node,
    b: Node,
    kind: ListKind | None,
    old_steps: Seq[Step],
    new_steps: Seq[Step],
    partner: dict[int, int],
) -> None:
    """Pair one that went with one that came in the same place, if they are alike; add them to `partner` (old: new)."""
    if isinstance(kind, ScalarSet):
        return
    taken = set(partner.values())
    gone = [i for i in range(len(old_steps)) if i not in partner]
    new = [j for j in range(len(new_steps)) if j not in taken]
    if not gone or not new:
        return

    def behind(index: int, known: set[int] | dict[int, int]) -> int:
        at = index - 1
        while at >= 0 and at not in known:
            at -= 1
        return at

    places: dict[int, list[int]] = {}
    for j in new:
        places.setdefault(behind(j, taken), []).append(j)
    origins: dict[int, list[int]] = {}
    for i in gone:
        before = behind(i, partner)
        origins.setdefault(partner[before] if before >= 0 else -1, []).append(i)
    for place, old_ones in origins.items():
        new_ones = places.get(place, [])
        if len(old_ones) == len(new_ones) == 1:
            i, j = old_ones[0], new_ones[0]
            is_plain = not is_numbered(old_steps[i]) and not is_numbered(new_steps[j])
            if is_plain and _alike(a.entries[i], b.entries[j], kind):
                partner[i] = j


def is_numbered(step: Step) -> bool:
    """Whether a step tells one of several equal siblings from the others."""
    return bool(getattr(step, "dup", 0))


def _alike(a: Entry, b: Entry, kind: ListKind | None) -> bool:
    if kind is None:
        va, vb = a.value, b.value
        if va.kind == vb.kind == "scalar":
            return len(va.text) > 2 and same_value(va, vb)
    one, other = _leaves(a.value), _leaves(b.value)
    if len(one) < 3 or len(other) < 3:
        return len(one) > 0 and one == other
    return len(one & other) >= _ALIKE * max(len(one), len(other))


def _leaves(node: Node, path: tuple[object, ...] = ()) -> set[object]:
    """All scalars of a value with their places, as a set."""
    if not node.entries:
        return {(path, shape(node))}
    found: set[object] = set()
    for number, entry in enumerate(node.entries):
        found |= _leaves(entry.value, (*path, entry.key.text if entry.key is not None else number))
    return found
