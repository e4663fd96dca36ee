"""What a YAML text says, read by PyYAML alone: plain trees of (tag, text), no parser, resolver or identity of ours.

A tree is `(tag, text)` for a scalar, `("map", ((name, tree), …))` or `("list", (tree, …))`; a name is `(text, n)` for
the n-th equal key of a mapping. All spellings of null are one; all else is text, never a number or a date. `ABSENT` is
no tree. Whether items of a list have names of their own is decided here from all versions at hand, by the words of
DESIGN §4 and not by spine's code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import yaml

Tree = Any
Name = Any
Path = tuple[Name, ...]
ABSENT = None
NULL = ("tag:yaml.org,2002:null", "")
SEQUENCES = frozenset({"command", "cmd", "args", "argv", "entrypoint", "steps"})
IDENTITIES = ("id", "name", "key", "hostname", "slug", "path", "entity_id")
FREE_TEXT = frozenset(
    "description notes note title reason comment summary detail details message text why impact status severity type "
    "updated created".split()
)


def read(text: str) -> Tree:
    """The tree of a text; of several documents a list. Raises `yaml.YAMLError`."""
    roots = [_tree(node) for node in yaml.compose_all(text, Loader=yaml.CSafeLoader)]
    return roots[0] if len(roots) == 1 else ("list", tuple(roots))


def find(text: str) -> Tree | None:
    """The tree of a text, None if it is not YAML."""
    try:
        return read(text)
    except yaml.YAMLError:
        return None


def _tree(node: yaml.Node | None) -> Tree:
    if node is None:
        return NULL
    if isinstance(node, yaml.MappingNode):
        seen: Counter[str] = Counter()
        pairs = []
        for key, value in node.value:
            text = key.value if isinstance(key, yaml.ScalarNode) else repr(_tree(key))
            seen[text] += 1
            pairs.append(((text, seen[text]), _tree(value)))
        return "map", tuple(pairs)
    if isinstance(node, yaml.SequenceNode):
        return "list", tuple(_tree(item) for item in node.value)
    return NULL if node.tag == NULL[0] else (node.tag, node.value)


def kind(tree: Tree) -> str:
    """`map`, `list`, `scalar` or `absent`."""
    if tree is ABSENT:
        return "absent"
    return tree[0] if tree[0] in ("map", "list") else "scalar"


def is_empty(tree: Tree) -> bool:
    """Whether nothing is in it: no tree, null, `{}` or `[]`."""
    return tree is ABSENT or tree == NULL or (kind(tree) != "scalar" and not tree[1])


# ---- names of what is in a collection -----------------------------------------------------------------------------


def identity(key: str, lists: Sequence[tuple[Tree, ...]]) -> tuple[str, ...] | None:
    """The fields that name the items in every version, `("=",)` if they name themselves, None for a sequence."""
    items = [item for entries in lists for item in entries]
    if key in SEQUENCES or not items:
        return None
    if all(kind(item) == "scalar" for item in items):
        return ("=",) if all(len(set(entries)) == len(entries) for entries in lists) else None
    if not all(kind(item) == "map" for item in items):
        return None
    fields = [name for (name, n), value in items[0][1] if kind(value) == "scalar" and n == 1 and name not in FREE_TEXT]
    fields = [field for field in fields if all(_field(item, field) for item in items)]
    usual = [field for field in fields if field in IDENTITIES or field.endswith("id")]
    usual.sort(key=lambda field: (field != "id", not field.endswith("id")))
    words = [field for field in fields if all(" " not in _field(item, field) for item in items)]
    ranked = usual + [field for field in words if field not in usual]
    for chosen in [(field,) for field in ranked] + list(combinations(ranked[:6], 2)):
        if all(len({name_of(item, chosen) for item in entries}) == len(entries) for entries in lists):
            return chosen
    return None


def _field(item: Tree, field: str) -> str:
    return next((v[1] for (name, _), v in item[1] if name == field and kind(v) == "scalar" and len(v[1]) <= 80), "")


def name_of(item: Tree, fields: tuple[str, ...]) -> Name:
    """The name of an item, given what names it."""
    return item if fields == ("=",) else tuple((field, _field(item, field)) for field in fields)


def members(tree: Tree, fields: tuple[str, ...] | None = None) -> dict[Name, Tree]:
    """What is in a mapping or in a list with names, by name; nothing for what is not there or empty."""
    if is_empty(tree):
        return {}
    if kind(tree) == "map":
        return dict(tree[1])
    assert fields is not None
    return {name_of(item, fields): item for item in tree[1]}


def named(key: str, *versions: Tree) -> list[dict[Name, Tree]] | None:
    """The members of each version, if all are mappings or lists whose items have names (or empty); else None."""
    kinds = {kind(tree) for tree in versions if not is_empty(tree)}
    if kinds == {"map"}:
        return [members(tree) for tree in versions]
    if kinds != {"list"}:
        return None
    fields = identity(key, [tree[1] for tree in versions if not is_empty(tree)])
    return None if fields is None else [members(tree, fields) for tree in versions]


def word(name: Name) -> str:
    """The key that a name is, for what depends on it; nothing for an item."""
    return name[0] if isinstance(name, tuple) and len(name) == 2 and isinstance(name[1], int) else ""


# ---- comparing ----------------------------------------------------------------------------------------------------


def differences(one: Tree, other: Tree, key: str = "", path: Path = ()) -> Iterator[tuple[Path, Tree, Tree]]:
    """Where two trees differ; the order of keys and of items that have names is no difference."""
    if one == other:
        return
    both = named(key, one, other) if kind(one) == kind(other) != "scalar" else None
    if both is None or (is_empty(one) != is_empty(other)):
        yield path, one, other
        return
    a, b = both
    for name in dict.fromkeys([*a, *b]):
        yield from differences(a.get(name, ABSENT), b.get(name, ABSENT), word(name), (*path, name))


def same(one: Tree, other: Tree) -> bool:
    """Whether two trees say the same."""
    return next(differences(one, other), None) is None


def duplicates(tree: Tree) -> list[str]:
    """Keys that stand twice in one mapping, and `id`s and `name`s (and `*_id`s) that stand twice in one list."""
    found: list[str] = []
    todo = [tree]
    while todo:
        at = todo.pop()
        if kind(at) == "map":
            found += [name for (name, n), _ in at[1] if n > 1]
            todo += [value for _, value in at[1]]
        elif kind(at) == "list":
            maps = [item for item in at[1] if kind(item) == "map"]
            fields = {name for item in maps for (name, _), _ in item[1] if name in IDENTITIES or name.endswith("id")}
            for field in fields:
                counts = Counter(_field(item, field) for item in maps)
                found += [f"{field}={text}" for text, count in counts.items() if text and count > 1]
            todo += at[1]
    return found
