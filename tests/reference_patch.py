"""The independent reading of a change's file form: which addresses its operations name, and what they mean on trees.

It knows DESIGN §4 (the operations, the address grammar) and PyYAML, nothing of spine: law 1 compares what it makes of a
tree with the text that spine spliced, law 2 asks it on which lines the named entries stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.reference_merge import _scalar

HEADS = ("set", "add", "remove", "move", "rename", "comment", "splice", "expect")

# ---- the file form ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One step of an address: `key`, `fields` (field path → value), `member` or `position`."""

    kind: str
    name: Any
    dup: int = 0


@dataclass(frozen=True)
class Op:
    """An operation: its kind, the steps of its address, its other fields as YAML nodes."""

    kind: str
    at: tuple[Step, ...]
    fields: dict[str, yaml.Node]

    def text(self, name: str) -> str | None:
        """A field as text; None if it is null or not there."""
        node = self.fields.get(name)
        return None if node is None or _scalar(node)[0] == "null" else str(node.value)


def operations(dumped: str) -> list[Op] | None:
    """The operations of a dumped change, None if it is a text patch instead."""
    node = yaml.compose(dumped, Loader=yaml.CSafeLoader)
    top = {key.value: value for key, value in node.value}
    if "ops" not in top:
        return None if "patch" in top else []
    found = []
    for op in top["ops"].value:
        (head, at), *others = op.value
        assert head.value in HEADS
        found.append(Op(head.value, parse_address(at.value), {key.value: value for key, value in others}))
    return found


def has_residual(dumped: str) -> bool:
    """Whether the change has line hunks besides its operations."""
    node = yaml.compose(dumped, Loader=yaml.CSafeLoader)
    return any(key.value.startswith("residual") for key, _ in node.value)


_BARE = r"[A-Za-z0-9_/@+~%-]+"
_JSON = r'"(?:[^"\\]|\\.)*"'
_DUP = r"(?:#([0-9]+))?"
_KEY = re.compile(rf"\.?({_BARE}|{_JSON}){_DUP}")
_ITEM = re.compile(rf"\[((?:[^\]\"]|{_JSON})*)\]{_DUP}")
_PAIR = re.compile(rf"((?:{_BARE}|{_JSON})(?:\.(?:{_BARE}|{_JSON}))*)=((?:[A-Za-z0-9_/@+~%.:-])+|{_JSON})(?:,|$)")


def parse_address(text: str) -> tuple[Step, ...]:
    """The steps of an address in the first document."""
    text = re.sub(r"^\$1?\.?", "", text)
    steps = []
    while text:
        match = _ITEM.match(text)
        if match:
            steps.append(parse_selector(match[1], int(match[2] or 0)))
        else:
            match = _KEY.match(text)
            assert match, text
            steps.append(Step("key", _plain(match[1]), int(match[2] or 0)))
        text = text[match.end() :]
    return tuple(steps)


def parse_selector(text: str, dup: int = 0) -> Step:
    """What stands between the brackets of an item."""
    if text.startswith("#"):
        return Step("position", int(text[1:]))
    if text.startswith("="):
        return Step("member", _plain(text[1:]), dup)
    pairs = _PAIR.findall(text)
    assert pairs, text
    names = [tuple(_plain(part) for part in re.findall(rf"{_BARE}|{_JSON}", path)) for path, _ in pairs]
    return Step("fields", tuple(zip(names, (_plain(value) for _, value in pairs), strict=True)), dup)


def parse_name(text: str) -> Step:
    """What `after` and `to` say: a key, or an item in its brackets."""
    if text.startswith("["):
        (step,) = parse_address(text)
        return step
    return parse_address(text)[0] if _KEY.fullmatch(text) else Step("key", text)


def _plain(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text


# ---- plain trees --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Tree:
    """A value that can be changed in place: `scalar` with (kind, text), or `map` or `list` with members in order."""

    kind: str
    value: tuple[str, str] = ("null", "")
    text: str = ""  # of a scalar: as names are matched, `null` and `~` apart
    members: list[Member] = field(default_factory=list)
    named_anew: bool = False  # a renamed identity: a rename says the text and leaves the kind to the file

    def become(self, other: Tree) -> None:
        """Take the other's place."""
        self.kind, self.value, self.text, self.members = other.kind, other.value, other.text, other.members


@dataclass(eq=False)
class Member:
    """A key with its value, or an item."""

    key: str | None
    value: Tree


def tree_of(node: yaml.Node | None) -> Tree:
    """The tree of a composed node."""
    if isinstance(node, yaml.MappingNode):
        return Tree("map", members=[Member(key.value, tree_of(value)) for key, value in node.value])
    if isinstance(node, yaml.SequenceNode):
        return Tree("list", members=[Member(None, tree_of(value)) for value in node.value])
    return Tree("scalar") if node is None else Tree("scalar", _scalar(node), node.value)


def equal(left: Tree, right: Tree) -> bool:
    """Whether two trees mean the same, in the same order."""
    if left.kind != right.kind or len(left.members) != len(right.members):
        return False
    if left.kind == "scalar":
        return left.text == right.text if left.named_anew else left.value == right.value
    return all(a.key == b.key and equal(a.value, b.value) for a, b in zip(left.members, right.members, strict=True))


def child(tree: Tree, step: Step) -> Member | None:
    """The member that a step names."""
    if step.kind == "position":
        return tree.members[step.name - 1] if step.name <= len(tree.members) else None
    found = [member for member in tree.members if _is_named(member, step)]
    return found[step.dup - 1 if step.dup else 0] if len(found) >= max(step.dup, 1) else None


def _is_named(member: Member, step: Step) -> bool:
    if step.kind == "key":
        return member.key == step.name
    if step.kind == "member":
        return member.key is None and member.value.kind == "scalar" and member.value.text == step.name
    return member.key is None and all(_field(member.value, path) == value for path, value in step.name)


def _field(tree: Tree, path: Sequence[str]) -> str | None:
    for name in path:
        found = child(tree, Step("key", name))
        if found is None:
            return None
        tree = found.value
    return tree.text if tree.kind == "scalar" else None


def _value(text: str) -> Tree:
    """The tree of a value's source, as it would stand behind a key at column 0."""
    return tree_of(yaml.compose(f"k: {text}\n", Loader=yaml.CSafeLoader).value[0][1])


def _entries(text: str, kind: str) -> Tree:
    """The tree of an entry's or of several items' source, in block or in flow style."""
    if not text.endswith("\n"):
        text = f"{{{text}}}" if kind == "map" else f"[{text}]"
    return tree_of(yaml.compose(text, Loader=yaml.CSafeLoader)) if text.strip() else Tree(kind)


# ---- operations on a tree -----------------------------------------------------------------------------------------


def applied(base: str, ops: Sequence[Op]) -> Tree:
    """The tree of `base` after the operations. All addresses are found first: they speak of the base."""
    root = tree_of(yaml.compose(base, Loader=yaml.CSafeLoader))
    found = [(op, *_find(root, op)) for op in ops]
    placed: dict[int, tuple[Tree, list[tuple[Op, Member]]]] = {}
    for op, parent, member in sorted(found, key=lambda entry: -_position(entry[0])):
        where = root if member is None else member.value
        if op.kind == "set":
            node = op.fields.get("to")
            where.become(tree_of(node) if node is not None else _value(str(op.text("to_text"))))
        elif op.kind == "splice":
            drop, put = (_entries(op.text(name) or "", "list").members for name in ("drop", "put"))
            where.members[_position(op) - 1 : _position(op) - 1 + len(drop)] = put
        elif op.kind == "remove":
            assert member is not None
            parent.members.remove(member)
        elif op.kind == "rename":
            assert member is not None
            _rename(member, parse_name(str(op.text("to"))))
        elif op.kind == "move":
            assert member is not None
            parent.members.remove(member)
            placed.setdefault(id(parent), (parent, []))[1].append((op, member))
        elif op.kind == "add":
            kind = "map" if op.at[-1].kind == "key" else "list"
            if parent.kind != kind:
                parent.become(Tree(kind))
            (new,) = _entries(str(op.text("text")), kind).members
            placed.setdefault(id(parent), (parent, []))[1].append((op, new))
    for parent, waiting in placed.values():
        _place(parent, waiting)
    for op, parent, _ in found:
        if op.kind == "remove" and not parent.members and op.text("leaves") is not None:
            parent.become(_value(str(op.text("leaves"))))
    return root


def _find(root: Tree, op: Op) -> tuple[Tree, Member | None]:
    parent, member = root, None
    for step in op.at[:-1] if op.kind == "add" else op.at:
        if member is not None:
            parent = member.value
        member = child(parent, step)
        assert member is not None, f"{op.kind} {op.at}: nothing is there"
    if op.kind == "add" and member is not None:
        parent = member.value
    return parent, member


def _position(op: Op) -> int:
    return int(op.text("at") or 0) if op.kind == "splice" else 0


def _rename(member: Member, to: Step) -> None:
    if to.kind == "key":
        member.key = to.name
        return
    for path, text in to.name:
        tree = member.value
        for name in path:
            found = child(tree, Step("key", name))
            assert found is not None
            tree = found.value
        if tree.text != text:
            tree.text, tree.named_anew = text, True


def _place(parent: Tree, waiting: list[tuple[Op, Member]]) -> None:
    """Each new or moved member behind the one that `after` names in the result; without `after`, last."""
    while waiting:
        rest = []
        for op, member in waiting:
            if "after" not in op.fields:
                parent.members.append(member)
            elif op.text("after") is None:
                parent.members.insert(0, member)
            else:
                before = child(parent, parse_name(str(op.text("after"))))
                if before is None:
                    rest.append((op, member))
                else:
                    parent.members.insert(parent.members.index(before) + 1, member)
        assert len(rest) < len(waiting), "an `after` names nothing in the result"
        waiting = rest


# ---- addresses as lines -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lines:
    """A text with, for each line, whether it holds content (not only blank or comment)."""

    lines: list[str]
    content: list[bool]
    root: yaml.Node | None


def lines_of(text: str) -> Lines:
    """The lines of a text; comment-like lines inside block scalars are content."""
    lines = text.split("\n")
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    content = [bool(line.strip()) and not line.lstrip().startswith("#") for line in lines]
    todo = [] if root is None else [root]
    while todo:
        node = todo.pop()
        if isinstance(node, yaml.MappingNode):
            todo += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            todo += node.value
        else:
            first, last = node.start_mark.line, _last_line(node, lines)
            content[first : last + 1] = [True] * (last + 1 - first)
    return Lines(lines, content, root)


def _last_line(node: yaml.Node, lines: list[str]) -> int:
    """The last line on which a node has content: marks of block nodes run on to the next token."""
    while not isinstance(node, yaml.ScalarNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end = node.end_mark.line
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") and end > node.start_mark.line:
        end -= node.end_mark.column == 0
        while end > node.start_mark.line and not lines[end].strip():
            end -= 1
    return int(end)


def named_lines(text: Lines, at: Sequence[Step]) -> set[int]:
    """The lines of the entry at an address with its own trivia, none if nothing is there. Of the document: trivia."""
    node, first, last = text.root, 0, len(text.lines) - 1
    if not at or node is None:
        body = [n for n, is_content in enumerate(text.content) if is_content]
        return set(range(len(text.lines))) - set(range(body[0], body[-1] + 1)) if body else set(range(last + 1))
    for step in at:
        found = _node_child(node, step)
        if found is None:
            return set()
        first, node = found
        last = _last_line(node, text.lines)
    while first > 0 and not text.content[first - 1]:
        first -= 1
    while last + 1 < len(text.lines) and not text.content[last + 1]:
        last += 1
    return set(range(first, last + 1))


def _node_child(node: yaml.Node, step: Step) -> tuple[int, yaml.Node] | None:
    """The first line of a member and its value."""
    if isinstance(node, yaml.MappingNode):
        pairs = [(key.start_mark.line, value) for key, value in node.value if key.value == step.name]
        return pairs[max(step.dup, 1) - 1] if step.kind == "key" and len(pairs) >= max(step.dup, 1) else None
    if isinstance(node, yaml.SequenceNode) and step.kind != "key":
        for n, item in enumerate(node.value):
            member = Member(None, tree_of(item))
            if n + 1 == step.name if step.kind == "position" else _is_named(member, step):
                return item.start_mark.line, item
    return None


def head_lines(text: Lines, at: Sequence[Step], emptied: bool) -> set[int]:
    """Lines that a member of the collection at an address shares with it: the key of a flow one, or of one that is or
    gets `emptied`; the dash of an item.
    """
    node: yaml.Node | None = text.root
    first = 0
    for step in at:
        found = _node_child(node, step) if node is not None else None
        if found is None:
            return set()
        first, node = found
    if node is None:
        return set()
    if is_flat(text, at):
        return set(range(first, node.end_mark.line + 1))
    return {first} if emptied or (at and at[-1].kind != "key") else set()


def is_flat(text: Lines, at: Sequence[Step]) -> bool:
    """Whether the value at an address is no block collection: a flow one, an empty one, a scalar."""
    node: yaml.Node | None = text.root
    for step in at:
        found = _node_child(node, step) if node is not None else None
        if found is None:
            return False
        node = found[1]
    return not isinstance(node, yaml.CollectionNode) or not node.value or bool(node.flow_style)


def first_member(text: Lines, at: Sequence[Step]) -> Step | None:
    """The first key or item of the collection at an address: what stands above it is the collection's own top."""
    node: yaml.Node | None = text.root
    for step in at:
        found = _node_child(node, step) if node is not None else None
        node = found[1] if found else None
    if not isinstance(node, yaml.CollectionNode) or not node.value:
        return None
    return Step("key", node.value[0][0].value) if isinstance(node, yaml.MappingNode) else Step("position", 1)
