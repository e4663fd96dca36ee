"""Values as queries see them: text, numbers, true, false, null, lists and mappings, each of which knows its node.

A number is one only where it is written as it is printed (`100`, `-3`, `2.5`); everything else, `010`, `8e66283`,
`1.10`, `0x1F`, a date, is the text that stands there. So no value ever turns into another one, and what compares as a
number is one to every reader.

Limitations: true, false and null do not know their node, as Python has one of each. Of a key that stands twice the last
counts, keys that are no scalars are left out, and an alias is what its anchor holds.
"""

from __future__ import annotations

import re

from spine.yamldoc.nodes import Node
from spine.yamldoc.scalars import Value, resolve, value_of

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,99}")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]{0,9})\.(?:0|[0-9]{0,3}[1-9])")


class Text(str):
    """A string of a document."""

    node: Node


class Whole(int):
    """A whole number of a document."""

    node: Node


class Fraction(float):
    """A decimal number of a document."""

    node: Node


class Items(list[object]):
    """A list of a document."""

    node: Node


class Members(dict[str, object]):
    """A mapping of a document."""

    node: Node


# The query library asks a value's type for its name, not `isinstance`; to it these are what they stand for.
for _kind, _name in ((Text, "str"), (Whole, "int"), (Fraction, "float"), (Items, "list"), (Members, "dict")):
    _kind.__name__ = _name


def plain(node: Node | None) -> object:
    """The value of a node, with all that is below it."""
    return None if node is None else _plain(node, {})


def scalar(value: Value) -> str | int | float | bool | None:
    """The plain value of a (kind, text) pair."""
    kind, text = value
    if kind == "null":
        return None
    if kind == "bool":
        return text == "true"
    if kind == "int" and _WHOLE.fullmatch(text):
        return int(text)
    if kind == "float" and _FRACTION.fullmatch(text):
        return float(text)
    return text


def node_of(value: object) -> Node | None:
    """The node that a value of a document comes from; None for what a query made, and for true, false and null."""
    return getattr(value, "node", None)


def value_pair(value: object) -> Value | None:
    """(kind, text) of a scalar, exactly as it is written if it is one of a document; None for lists and mappings."""
    node = node_of(value)
    if node is not None:
        return value_of(node) if node.kind == "scalar" else None
    if value is None:
        return "null", ""
    if isinstance(value, bool):
        return "bool", "true" if value else "false"
    if isinstance(value, int | float):
        return resolve(repr(value), "", None)
    return ("str", value) if isinstance(value, str) else None


def _plain(node: Node, anchors: dict[str, object]) -> object:
    made: object
    if node.kind == "alias":
        return anchors.get(node.text)
    if node.kind == "scalar":
        made = _scalar(node)
    elif node.kind == "sequence":
        items = Items(_plain(entry.value, anchors) for entry in node.entries)
        items.node = node
        made = items
    else:
        members = Members()
        members.node = node
        for entry in node.entries:
            if entry.key is not None and entry.key.kind == "scalar":
                members[entry.key.text] = _plain(entry.value, anchors)
        made = members
    if node.anchor is not None:
        anchors[node.anchor] = made
    return made


def _scalar(node: Node) -> object:
    value = scalar(value_of(node))
    made: Text | Whole | Fraction
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        made = Text(value)
    elif isinstance(value, int):
        made = Whole(value)
    else:
        made = Fraction(value)
    made.node = node
    return made
