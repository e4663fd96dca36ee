"""The independent reference for law 8: what a three-way merge must give, on plain trees, with no text and no spine.

Order, comments and spelling are not its business, only values and presence (`orders` is there for a check of its own).

Limitations. Where the outcome depends on how hunks or renames are found, or DESIGN leaves a choice, it stays open:
sequences and long strings that both sides changed, entries that one side may have renamed while the other one touched
them, lists that both sides made from nothing, and what one side removed whole and the other one in part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

# ---- the reference ------------------------------------------------------------------------------------------------

Path = tuple[Any, ...]
Outcome = tuple[Any, ...]  # ("value", leaf) | ABSENT | CONFLICT | OPEN
ABSENT, CONFLICT, OPEN = ("absent",), ("conflict",), ("open",)


@dataclass(frozen=True)
class Container:
    """A collection: `map` and `list` (items with an identity) by name, `sequence` (no identity) as a tuple."""

    kind: str
    items: Any


Tree = Any  # a Container, a scalar as (kind, text), or NOTHING
NOTHING = ("nothing",)
EMPTY = (NOTHING, ("null", ""))


def expected(base: str, target: str, proposed: str) -> dict[Path, Outcome]:
    """What becomes of each leaf that any of the three texts has; below a conflict or an open one, nothing is said."""
    versions = trees(base, target, proposed)
    outcomes = dict(_merged(*versions, ()))
    inner = {path[:n] for path in outcomes for n in range(len(path))}
    undecided = [path for path, outcome in outcomes.items() if outcome in (CONFLICT, OPEN)]
    for path in [path for version in versions for path, _ in leaves(version)]:
        if path not in inner and not any(path[: len(above)] == above for above in undecided):
            outcomes.setdefault(path, ABSENT)
    return outcomes


def _merged(b: Tree, t: Tree, p: Tree, path: Path) -> Iterator[tuple[Path, Outcome]]:
    if t == p or b in (t, p):  # at most one side changed, or both in the same way
        yield from ((below, ("value", leaf)) for below, leaf in leaves(t if b == p else p, path))
    elif NOTHING in (t, p) and _is_part(p if t == NOTHING else t, b):
        yield path, OPEN  # one side removed it, the other one some of what is in it
    elif b == NOTHING and _kind(t) == _kind(p) == "list":
        yield path, OPEN  # two lists where there was none: one with the members of both, or a conflict
    elif _kind(t) == _kind(p) in ("map", "list") and (_kind(b) == _kind(t) or b in EMPTY):
        old = {} if b in EMPTY else b.items
        unclear = _perhaps_renamed(old, t.items, p.items) if _names_can_change(old, t.items, p.items) else set()
        found = [(*path, name) for name in unclear]
        yield from ((below, OPEN) for below in found)
        for name in dict.fromkeys([*old, *t.items, *p.items]):
            if name not in unclear:
                sides = (side.get(name, NOTHING) for side in (old, t.items, p.items))
                for below, outcome in _merged(*sides, (*path, name)):
                    found.append(below)
                    yield below, outcome
        if not found:
            yield path, ("value", Container(t.kind, {}))
    elif _kind(b) == _kind(t) == _kind(p) == "sequence" or all(map(_is_text, (b, t, p))):
        yield path, OPEN
    else:  # two values, or changed here and removed there, or the kind changed
        yield path, CONFLICT


def _kind(tree: Tree) -> str:
    return str(tree.kind if isinstance(tree, Container) else tree[0])


def _is_part(tree: Tree, whole: Tree) -> bool:
    """Whether a collection holds nothing but what `whole` holds, unchanged."""
    known = dict(leaves(whole))
    empty = (Container("map", {}), Container("list", {}))
    same_kind = isinstance(tree, Container) and _kind(tree) == _kind(whole)
    return same_kind and all(
        leaf in empty or known.get(path) == leaf or _is_rest(leaf, known.get(path)) for path, leaf in leaves(tree)
    )


def _is_rest(leaf: Tree, whole: Tree) -> bool:
    """Whether a list without identities holds nothing but items that `whole` holds."""
    if not (isinstance(leaf, Container) and isinstance(whole, Container) and leaf.kind == whole.kind == "sequence"):
        return False
    left = list(whole.items)
    return all(item in left and (left.remove(item) is None) for item in leaf.items)


def _is_text(tree: Tree) -> bool:
    return tree is not NOTHING and not isinstance(tree, Container) and isinstance(tree[1], Long)


def _names_can_change(*sides: dict[Any, Tree]) -> bool:
    return not any(isinstance(name, tuple) and name[0] == "=" for side in sides for name in side)


def _perhaps_renamed(b: dict[Any, Tree], t: dict[Any, Tree], p: dict[Any, Tree]) -> set[Any]:
    """Names that one side took away or brought in a possible rename, if the other side touched any of them."""
    unclear: set[Any] = set()
    for side, other in ((t, p), (p, t)):
        gone, new = b.keys() - side.keys(), side.keys() - b.keys()
        if gone and new and any(other.get(name, NOTHING) != b.get(name, NOTHING) for name in gone | new):
            unclear |= gone | new
    return unclear


def leaves(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, Tree]]:
    """Scalars, sequences and empty collections, each with its path."""
    if isinstance(tree, Container) and tree.kind != "sequence" and tree.items:
        for name, item in tree.items.items():
            yield from leaves(item, (*path, name))
    elif tree is not NOTHING:
        yield path, tree


def orders(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, list[Any]]]:
    """The names in each collection, as they stand."""
    if isinstance(tree, Container) and tree.kind != "sequence":
        yield path, list(tree.items)
        for name, item in tree.items.items():
            yield from orders(item, (*path, name))


# ---- texts to trees -----------------------------------------------------------------------------------------------

_CORE = [  # YAML 1.2 core schema, for plain scalars
    ("null", re.compile(r"~|null|Null|NULL|")),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE")),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    ("float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")),
]
_SEQUENCES = {"command", "args", "entrypoint", "steps"}
_IDENTITIES = ["id", "*_id", "name", "key", "hostname", "slug", "path"]


class Long(str):
    """A text that stands on several lines of its source."""

    __slots__ = ()


def trees(*texts: str) -> list[Tree]:
    """The trees of several versions of one text; what is an identity is decided from all of them together."""
    return _aligned([yaml.compose(text, Loader=yaml.CSafeLoader) for text in texts], "")


def _aligned(nodes: Sequence[yaml.Node | None], name: str) -> list[Tree]:
    """One tree a version; None stands for a version that has nothing here."""
    maps = [n for n, node in enumerate(nodes) if isinstance(node, yaml.MappingNode)]
    lists = [n for n, node in enumerate(nodes) if isinstance(node, yaml.SequenceNode)]
    how = None if name in _SEQUENCES else _identity([nodes[n].value for n in lists])  # type: ignore[union-attr]
    out: list[Tree] = [_scalar(node) if isinstance(node, yaml.ScalarNode) else NOTHING for node in nodes]
    members: dict[int, dict[Any, yaml.Node]] = {}
    for n in maps:
        members[n] = {key.value: value for key, value in nodes[n].value}  # type: ignore[union-attr]
    for n in lists:
        items: list[yaml.Node] = nodes[n].value  # type: ignore[union-attr]
        if how is None:
            out[n] = Container("sequence", tuple(_aligned([item], "")[0] for item in items))
        else:
            members[n] = {(how, _name(item, how)): item for item in items}
    for places, kind in ((maps, "map"), (lists if how else [], "list")):
        for n in places:
            out[n] = Container(kind, {})
        for key in dict.fromkeys(key for n in places for key in members[n]):
            below = _aligned([members[n].get(key) for n in places], key if isinstance(key, str) else "")
            for n, tree in zip(places, below, strict=True):
                if tree is not NOTHING:
                    out[n].items[key] = tree
    for n in maps + (lists if how else []):  # back into the order of the source
        order = list(members[n])
        out[n] = Container(out[n].kind, {key: out[n].items[key] for key in order})
    return out


def _scalar(node: yaml.ScalarNode) -> tuple[str, str]:
    """Kind and text after YAML 1.2, never converted; all spellings of null are one."""
    text = Long(node.value) if node.start_mark.line != node.end_mark.line else node.value
    if not node.style:
        for kind, pattern in _CORE:
            if pattern.fullmatch(text):
                return kind, "" if kind == "null" else text
    return "str", text


def _identity(lists: Sequence[list[yaml.Node]]) -> str | None:
    """The field that tells items apart in every version, "=" for a set of scalars, None for a sequence."""
    items = [item for entries in lists for item in entries]
    if all(isinstance(item, yaml.ScalarNode) for item in items):
        return "=" if all(len({item.value for item in entries}) == len(entries) for entries in lists) else None
    if not all(isinstance(item, yaml.MappingNode) for item in items):
        return None
    fields = [key.value for key, _ in items[0].value]
    for wanted in _IDENTITIES:
        for field in fields:
            if field == wanted or (wanted == "*_id" and field.endswith("_id")):
                names = [[_name(item, field) for item in entries] for entries in lists]
                if all(None not in row and len(set(row)) == len(row) for row in names):
                    return str(field)
    return None


def _name(item: yaml.Node, how: str) -> str | None:
    if how == "=":
        return str(item.value)
    return next((value.value for key, value in item.value if key.value == how and value.id == "scalar"), None)
