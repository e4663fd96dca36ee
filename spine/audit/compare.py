"""Whether two trees mean the same, exactly or but for where new entries stand; and by DeepDiff, where they differ."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence

from spine.audit.trees import Node

_BARE = re.compile(r"[A-Za-z0-9_/@+~%-]+")
_USUAL = ("id", "name", "key", "hostname", "path")


def same(one: Node, other: Node) -> bool:
    """Equal in kinds, scalars, members and their order."""
    if one.kind != other.kind or one.tag != other.tag or len(one.members) != len(other.members):
        return False
    if one.kind == "scalar":
        return one.value == other.value
    return all(
        (a.key is None or b.key is None or same(a.key, b.key)) and same(a.value, b.value)
        for a, b in zip(one.members, other.members, strict=True)
    )


def alike(one: Node, other: Node) -> bool:
    """Equal in values; the order of keys does not matter, that of items does."""
    return shape(one) == shape(other)


def shape(node: Node, *, sort: bool = False) -> str:
    """What a tree means, as text: keys sorted, with `sort` items too."""
    if node.kind == "scalar":
        return json.dumps([node.tag, *node.value])
    if node.kind == "map":
        inside = [f"{shape(one.key) if one.key else ''}: {shape(one.value, sort=sort)}" for one in node.members]
        return f"{node.tag}{{{', '.join(sorted(inside))}}}"
    items = [shape(one.value, sort=sort) for one in node.members]
    return f"{node.tag}[{', '.join(sorted(items) if sort else items)}]"


def same_but_places(expected: Node, there: Node) -> bool:
    """Equal but for the places of what is new (`fresh`): what was there before has kept its order."""
    if expected.kind != there.kind or expected.tag != there.tag or len(expected.members) != len(there.members):
        return False
    if expected.kind == "scalar":
        return expected.value == there.value
    names = [_name(one.key, one.value) for one in expected.members]
    found = [_name(one.key, one.value) for one in there.members]
    if Counter(names) != Counter(found):
        return False
    new = Counter(name for name, one in zip(names, expected.members, strict=True) if one.value.fresh)
    old = [one for one in expected.members if not one.value.fresh]
    rest, arrived = [], []
    for name, one in zip(reversed(found), reversed(there.members), strict=True):
        if new[name] > 0:
            new[name] -= 1
            arrived.append((name, one))
        else:
            rest.append(one)
    rest.reverse()
    if [_name(one.key, one.value) for one in old] != [_name(one.key, one.value) for one in rest]:
        return False
    if not all(same_but_places(a.value, b.value) for a, b in zip(old, rest, strict=True)):
        return False
    fresh = sorted(
        ((name, n) for n, (name, one) in enumerate(zip(names, expected.members, strict=True)) if one.value.fresh),
    )
    met = sorted(arrived, key=lambda pair: pair[0])
    return all(
        same_but_places(expected.members[n].value, one.value) for (_, n), (_, one) in zip(fresh, met, strict=True)
    )


def _name(key: Node | None, value: Node) -> str:
    return shape(key) if key is not None else shape(value, sort=True)


# ---- where --------------------------------------------------------------------------------------------------------


def differences(expected: Sequence[Node | None], there: Sequence[Node | None]) -> list[str]:
    """The addresses at which DeepDiff sees two versions differ; empty if only the order is another."""
    from deepdiff import DeepDiff, parse_path

    found: list[str] = []
    for number, (one, other) in enumerate(zip(expected, there, strict=False), 1):
        left, right = (_plain(node) if node is not None else None for node in (one, other))
        for path in sorted(DeepDiff(left, right).affected_paths):
            steps = parse_path(path)  # type: ignore[no-untyped-call]  # DeepDiff's own has no types
            found.append(_address([str(part) for part in steps], number))
    return found or (["$"] if len(expected) != len(there) else [])


def _plain(node: Node) -> object:
    """dicts, and texts that begin with their kind; a list whose items have names is a dict of them."""
    if node.kind == "scalar":
        return f"{node.tag} {node.value[0]} {node.value[1]}"
    if node.kind == "map":
        made: dict[str, object] = {}
        for one in node.members:
            name = one.key.text if one.key is not None and one.key.kind == "scalar" else "?"
            while _segment(name) in made:
                name += "#"
            made[_segment(name)] = _plain(one.value)
        return made
    field = _identity(node)
    if field is None:
        return {f"[#{number}]": _plain(one.value) for number, one in enumerate(node.members, 1)}
    return {f"[{_segment(field)}={_segment(_text(one.value, field) or '')}]": _plain(one.value) for one in node.members}


def _identity(node: Node) -> str | None:
    if not node.members or any(one.value.kind != "map" for one in node.members):
        return None
    names = [one.key.text for one in node.members[0].value.members if one.key is not None]
    usual = sorted(names, key=lambda name: (name not in _USUAL and not name.endswith("id"), names.index(name)))
    for name in usual:
        texts = [_text(one.value, name) for one in node.members]
        if None not in texts and len(set(texts)) == len(texts):
            return name
    return None


def _text(item: Node, name: str) -> str | None:
    found = [one.value for one in item.members if one.key is not None and one.key.text == name]
    return found[0].text if found and found[0].kind == "scalar" else None


def _segment(text: str) -> str:
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _address(steps: list[str], number: int) -> str:
    out = "" if number == 1 else f"${number}"
    for step in steps:
        out += step if step.startswith("[") or not out else f".{step}"
    return out or "$"
