"""YAML as plain trees with line numbers: composed by ruamel.yaml, scalars as (kind, text), never as Python values.

The kind is that of the YAML 1.2 core schema and the text is the source's, so `8e66283` and `8e66284` are two floats
that differ, `"5"` and `5` are a string and an integer. An alias is a leaf that says its name: nothing is ever expanded.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64
Kind = Literal["map", "list", "scalar"]
Pair = tuple[str, str]

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_CORE = "core "  # marks what no tag of the text said


class Unreadable(Exception):
    """The text is not YAML, or more than is read here; `line` is 1-based where it is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(eq=False, slots=True)
class Node:
    """One value. `value` is (kind, text) of a scalar; `text` is what names are matched with.

    `first` and `last` are the 0-based lines of its content, `span` its characters (of a block scalar those below its
    header). `fresh` is set by the replay on what did not stand there before.
    """

    kind: Kind
    value: Pair = ("null", "")
    text: str = ""
    tag: str = ""
    plain: bool = True
    flow: bool = False
    members: list[Member] = field(default_factory=list)
    first: int = 0
    last: int = 0
    span: tuple[int, int] = (0, 0)
    fresh: bool = False

    def become(self, other: Node) -> None:
        """Take another value's place."""
        self.kind, self.value, self.text, self.tag = other.kind, other.value, other.text, other.tag
        self.plain, self.flow, self.members = other.plain, other.flow, other.members


@dataclass(eq=False, slots=True)
class Member:
    """A key with its value, or an item."""

    key: Node | None
    value: Node


def is_null(node: Node) -> bool:
    """Whether nothing stands there."""
    return node.kind == "scalar" and node.value[0] == "null"


def copy(node: Node, *, fresh: bool = False) -> Node:
    """A tree of its own, to be changed; `fresh` marks all of it as new."""
    made = Node(node.kind, node.value, node.text, node.tag, node.plain, node.flow, [], fresh=fresh)
    made.members = [
        Member(copy(one.key, fresh=fresh) if one.key is not None else None, copy(one.value, fresh=fresh))
        for one in node.members
    ]
    return made


def resolve(text: str, *, plain: bool) -> Pair:
    """(kind, text) of a scalar without a tag, by the core schema."""
    if not plain:
        return "str", text
    if text in _NULLS:
        return "null", ""
    if text in _BOOLS:
        return "bool", text.lower()
    return "int" if _INT.fullmatch(text) else "float" if _FLOAT.fullmatch(text) else "str", text


def documents(text: str) -> list[Node | None]:
    """The documents of a text; None for one that is empty. Raises `Unreadable`."""
    if len(text) > MAX_BYTES:
        raise Unreadable(f"more than {MAX_BYTES} characters")
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer, yaml.Resolver = _Composer, _Resolver
    lines = text.removeprefix("\ufeff").split("\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [_node(one, lines, 0) for one in yaml.compose_all(text.removeprefix("\ufeff"))]
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Unreadable(str(getattr(error, "problem", "") or "not YAML"), mark.line + 1 if mark else None) from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise Unreadable("not YAML that can be read here") from error


def document(text: str) -> Node:
    """The only document of a text that is not empty. Raises `Unreadable`."""
    found = documents(text)
    if len(found) != 1 or found[0] is None:
        raise Unreadable(f"{len(found)} documents where one is wanted")
    return found[0]


class _Resolver(VersionedResolver):
    """Kinds by the core schema, for those scalars only that have no tag of their own."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Tag:
        return Tag(suffix="!" if kind is ScalarNode and not implicit[0] and implicit[1] is False else _CORE)


class _Composer(Composer):
    """Aliases stay aliases, so that a small text is a small tree."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.parser.check_event(AliasEvent):
            event = self.parser.get_event()
            return ScalarNode(Tag(suffix="alias"), event.anchor, event.start_mark, event.end_mark, style="*")
        return super().compose_node(parent, index)


def _node(node: Any, lines: list[str], depth: int) -> Node | None:
    if node is None:
        return None
    if depth > MAX_DEPTH:
        raise Unreadable(f"nested deeper than {MAX_DEPTH}", node.start_mark.line + 1)
    tag = str(node.tag or "")
    said = "" if tag.startswith(_CORE) else tag
    span = (node.start_mark.index, node.end_mark.index)
    first = node.start_mark.line
    if isinstance(node, ScalarNode):
        text, style = str(node.value), node.style
        if style in ("|", ">"):  # what stands behind the header is a comment, and no part of the value
            span = (span[0] + len(lines[first][node.start_mark.column :]), span[1])
        value = (said, text) if said else resolve(text, plain=not style)
        return Node("scalar", value, text, said, not style, False, [], first, _last_line(node, lines), span)
    made = Node("list", tag=said, flow=bool(node.flow_style), first=first, span=span)
    if isinstance(node, MappingNode):
        made.kind = "map"
        for key, value_node in node.value:
            made.members.append(Member(_node(key, lines, depth + 1), _sure(_node(value_node, lines, depth + 1))))
    else:
        assert isinstance(node, SequenceNode)
        made.members = [Member(None, _sure(_node(one, lines, depth + 1))) for one in node.value]
    made.last = made.members[-1].value.last if made.members and not made.flow else node.end_mark.line
    return made


def _sure(node: Node | None) -> Node:
    assert node is not None
    return node


def _last_line(node: Any, lines: list[str]) -> int:
    """The last line with content; a block scalar's mark stands in front of what follows it."""
    first, end = int(node.start_mark.line), int(node.end_mark.line)
    if node.style in ("|", ">") and end > first:
        if end < len(lines) - 1 or not lines[-1].strip():
            end -= 1
        while end > first and not lines[min(end, len(lines) - 1)].strip():
            end -= 1
    elif node.end_mark.column == 0 and end > first:
        end -= 1
    return end
