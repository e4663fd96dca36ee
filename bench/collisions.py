"""Independent verdicts on three versions: what depends on what, and whether a conflict is a real one.

A conflict is real if both sides changed the same address, if one removed what the other changed, or if hunks of one
sequence or one text touch. Everything is judged on the plain trees of `bench.meaning`; of spine only the words of an
address are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bench.meaning import ABSENT, NULL, Name, Tree, is_empty, kind, named, word
from spine.address import Address, Item, Key, Member, Step


def depends(p: Tree, a: Tree, b: Tree, key: str = "") -> bool:
    """Of consecutive versions P, A, B: whether B edits or undoes what A made.

    A value that P had too and that both set is no such case: both can be said of P.
    """
    if a in (p, b):
        return False
    if p == b or p is ABSENT or a is ABSENT:
        return True
    if b is ABSENT:
        return False
    if kind(p) != kind(a) and not is_empty(p):
        return True
    sides = named(key, p, a, b)
    if sides is not None:
        return any(depends(one, two, three, word(name)) for name, one, two, three in _by_name(sides))
    if kind(p) == kind(a) == kind(b) == "list":
        made = {n for start, end in _hunks(a[1], p[1]) for n in range(start, end)}
        return any(n in made for start, end in _hunks(a[1], b[1]) for n in range(start, end))
    return False


def collides(p: Tree, a: Tree, b: Tree, key: str = "") -> bool:
    """Whether two changes of P, to A and to B, have a real conflict somewhere in here."""
    if a == b or p in (a, b):
        return False
    if not (ABSENT in (a, b) or (NULL in (a, b) and p is not ABSENT)):
        sides = named(key, p, a, b) if kind(a) == kind(b) and (kind(p) == kind(a) or is_empty(p)) else None
        if sides is not None:
            return any(collides(one, two, three, word(name)) for name, one, two, three in _by_name(sides))
        if kind(p) == kind(a) == kind(b) == "list":
            return touch(p[1], a[1], b[1])
        if kind(p) == kind(a) == kind(b) == "scalar" and all("\n" in tree[1].strip() for tree in (p, a, b)):
            return touch(*(tree[1].split("\n") for tree in (p, a, b)))
    return True


def _by_name(sides: Sequence[dict[Name, Tree]]) -> Iterator[tuple[Name, Tree, Tree, Tree]]:
    p, a, b = sides
    for name in dict.fromkeys([*p, *a, *b]):
        yield name, p.get(name, ABSENT), a.get(name, ABSENT), b.get(name, ABSENT)


def touch(p: Sequence[Tree], a: Sequence[Tree], b: Sequence[Tree]) -> bool:
    """Whether hunks of one sequence touch: the changed stretches of P overlap, or one begins where the other ends."""
    return any(
        start <= other_end and other_start <= end
        for start, end in _hunks(p, a)
        for other_start, other_end in _hunks(p, b)
    )


def _hunks(one: Sequence[Tree], other: Sequence[Tree]) -> list[tuple[int, int]]:
    """The stretches of `one` that are something else in `other`."""
    codes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return [(start, end) for tag, start, end, _, _ in codes if tag != "equal"]


def is_real(at: Address, p: Tree, a: Tree, b: Tree) -> bool:
    """Whether a conflict that is told at `at` is real. The order of A and B does not matter."""
    key = ""
    for count in range(len(at.steps) + 1):
        if count:
            step = at.steps[count - 1]
            key = step.name if isinstance(step, Key) else ""
            p, a, b = (_inside(tree, step) for tree in (p, a, b))
        for one, other in ((a, b), (b, a)):  # one removed it or made something else of it, the other changed it
            if p is not ABSENT and one != p and other != p and one != other and kind(one) != kind(p):
                return True
    return collides(p, a, b, key)


def _inside(tree: Tree, step: Step) -> Tree:
    if isinstance(step, Key):
        return dict(tree[1]).get((step.name, step.dup or 1), ABSENT) if kind(tree) == "map" else ABSENT
    if kind(tree) != "list":
        return ABSENT
    if isinstance(step, Member):
        return next((item for item in tree[1] if kind(item) == "scalar" and item[1] == step.value), ABSENT)
    if isinstance(step, Item):
        found = [item for item in tree[1] if all(_text(item, path) == text for path, text in step.fields)]
        return found[max(step.dup - 1, 0)] if len(found) > max(step.dup - 1, 0) else ABSENT
    return tree[1][step.number - 1] if len(tree[1]) >= step.number else ABSENT


def _text(item: Tree, path: Sequence[str]) -> str | None:
    for name in path:
        item = dict(item[1]).get((name, 1), ABSENT) if kind(item) == "map" else ABSENT
    return item[1] if kind(item) == "scalar" else None
