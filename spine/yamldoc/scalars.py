"""Scalars as (kind, text): classified by the YAML 1.2 core schema, never converted, so `8e66283` and `1.10` survive.

Equality of values everywhere in spine is equality of these pairs.
"""

from __future__ import annotations

import re
from collections import Counter

from spine.yamldoc.nodes import Node

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_NUMBER_START = frozenset("+-.0123456789")

Value = tuple[str, str]
"""(kind, text), kind one of null bool int float str, or an explicit tag."""


def resolve(text: str, style: str, tag: str | None) -> Value:
    """Kind and text of a scalar. Nulls have the text "", booleans are lower case; numbers keep their spelling."""
    if tag is not None and tag != "!":
        return tag, text
    if style or tag == "!":
        return "str", text
    if text in _NULLS:
        return "null", ""
    if text in _BOOLS:
        return "bool", text.lower()
    if text[0] in _NUMBER_START:
        if _INT.fullmatch(text):
            return "int", text
        if _FLOAT.fullmatch(text):
            return "float", text
    return "str", text


def value_of(node: Node) -> Value:
    """`resolve` of a scalar node."""
    return resolve(node.text, node.style, node.tag)


def same_value(left: Node, right: Node) -> bool:
    """Whether two nodes mean the same: equal kinds, equal scalars, equal members; mappings regardless of order."""
    pairs = [(left, right)]
    while pairs:
        a, b = pairs.pop()
        if a.kind != b.kind or (a.tag != b.tag and a.kind != "scalar"):
            return False
        if a.kind == "scalar":
            if (a.text != b.text or a.style != b.style or a.tag != b.tag) and value_of(a) != value_of(b):
                return False
        elif a.kind == "alias":
            if a.text != b.text or a.tag != b.tag:
                return False
        elif len(a.entries) != len(b.entries):
            return False
        elif a.kind == "sequence":
            pairs.extend((x.value, y.value) for x, y in zip(a.entries, b.entries, strict=True))
        else:
            others: dict[object, list[Node]] = {}
            for entry in b.entries:
                assert entry.key is not None
                others.setdefault(shape(entry.key), []).append(entry.value)
            for entry in a.entries:
                assert entry.key is not None
                left_over = others.get(shape(entry.key))
                if not left_over:
                    return False
                pairs.append((entry.value, left_over.pop(0)))
    return True


def is_part(node: Node, whole: Node) -> bool:
    """Whether a value is another one, or what is left of it after some of its members were removed."""
    if same_value(node, whole):
        return True
    if node.kind != whole.kind or node.tag != whole.tag or not node.entries:
        return node.kind == whole.kind and node.kind in ("mapping", "sequence") and not node.entries
    if node.kind == "sequence":
        left = Counter(shape(entry.value) for entry in whole.entries)
        return not Counter(shape(entry.value) for entry in node.entries) - left
    members: dict[object, Node] = {}
    for entry in whole.entries:
        assert entry.key is not None
        members[shape(entry.key)] = entry.value
    for entry in node.entries:
        assert entry.key is not None
        other = members.get(shape(entry.key))
        if other is None or not is_part(entry.value, other):
            return False
    return True


def shape(node: Node) -> object:
    """A hashable picture of what a node means; equal exactly if `same_value` holds."""
    if node.kind == "scalar":
        return value_of(node)
    if node.kind == "alias":
        return "alias", node.text
    if node.kind == "sequence":
        return "sequence", node.tag, tuple(shape(entry.value) for entry in node.entries)
    members: dict[object, list[object]] = {}
    for entry in node.entries:
        assert entry.key is not None
        members.setdefault(shape(entry.key), []).append(shape(entry.value))
    return "mapping", node.tag, frozenset((key, tuple(values)) for key, values in members.items())
