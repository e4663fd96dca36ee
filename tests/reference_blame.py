"""Blame by brute force: every version is parsed whole, every pair diffed whole, an address is looked up anew in each.

It shares with spine the diff (whose renames it follows, and nothing else of it), the spelling of addresses and how a
scalar is resolved. Documents are PyYAML's, lookups and comparisons its own.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml

from spine.address import Address, Item, Key, Member, Position, Step
from spine.change.compare import Comparison
from spine.change.diff import diff
from spine.change.operations import Operation, Rename
from spine.errors import Refused
from spine.identity import Identity, Keyed, ScalarSet
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.pieces import whole_lines
from spine.yamldoc.scalars import resolve
from spine.yamldoc.trivia import NotEditable

Found = tuple[str, bool]
"""The commit that set a value, and whether commits that could not be read stand between."""


@dataclass
class Tree:
    """One readable version."""

    commit: str
    text: str
    roots: list[yaml.Node | None] = field(default_factory=list)
    known: dict[Address, yaml.Node | None] = field(default_factory=dict)
    by_fields: dict[tuple[Address, tuple[tuple[str, ...], ...]], dict[tuple[str, ...], list[yaml.Node]]] = field(
        default_factory=dict
    )


def who(versions: Sequence[tuple[str, str | None]], addresses: Sequence[Address], diffs: Diffs) -> list[Found | None]:
    """Who set, or removed, the value at each address, None if nothing ever was there.

    Versions are (commit, text), newest first, None: no such file. Only two of them are held at a time.
    """
    newer = diffs.tree(versions[0])
    assert newer is not None
    found: list[Found | None] = [None] * len(addresses)
    here = dict(enumerate(addresses))
    gone = {number for number, at in here.items() if _lookup(newer, at) is None}
    passed_over = False
    for version in versions[1:]:
        older = diffs.tree(version)
        if older is None:
            passed_over = True
            continue
        for number, at in list(here.items()):
            if number in gone:
                if _lookup(older, at) is not None:
                    found[number] = newer.commit, passed_over
                    del here[number]
                continue
            before = _back(newer, older, at, diffs)
            if before is None or _plain(_lookup(older, before)) != _plain(_lookup(newer, at)):
                found[number] = newer.commit, passed_over
                del here[number]
            else:
                here[number] = before
        newer, passed_over = older, False
        if not here:
            break
    for number in here.keys() - gone:
        found[number] = newer.commit, passed_over
    return found


class Diffs:
    """How versions are read and compared; the renames between two neighbours are found once."""

    def __init__(self, identity: Identity | None = None) -> None:
        self.identity = identity or Identity()
        self.made: dict[tuple[str, str], dict[Address, Address]] = {}
        self.fallbacks: set[tuple[str, str]] = set()  # told by lines only
        self.untold: set[tuple[str, str]] = set()  # and not compared by entry either

    def tree(self, version: tuple[str, str | None]) -> Tree | None:
        """The version, read; None if it is not YAML."""
        commit, text = version
        if text is None:
            return Tree(commit, "")
        try:
            parse(text)  # what spine refuses to read (size, depth) is not read here
            return Tree(commit, text, list(yaml.compose_all(text, Loader=yaml.CSafeLoader)))
        except (Unparsable, yaml.YAMLError):
            return None

    def renames(self, newer: Tree, older: Tree) -> dict[Address, Address]:
        """What each renamed entry was called before, by what it is called now."""
        pair = (newer.commit, older.commit)
        if pair not in self.made:
            found = [op for op in self._operations(older.text, newer.text, pair) if isinstance(op, Rename)]
            there = {op.at: op.at.parent / op.to for op in found}

            def now(at: Address) -> Address:
                steps: list[Step] = []
                for count in range(1, len(at.steps) + 1):
                    part = Address(at.steps[:count], at.document)
                    steps.append(there[part].last if part in there else at.steps[count - 1])
                return Address(tuple(steps), at.document)

            self.made[pair] = {now(op.at): op.at for op in found}
        return self.made[pair]

    def _operations(self, old: str, new: str, pair: tuple[str, str]) -> Sequence[Operation]:
        """What the diff says; where it could not write that down as a change, what it saw."""
        change = diff(old, new, identity=self.identity)
        if not change.patch:
            return change.ops
        self.fallbacks.add(pair)
        try:
            return Comparison(parse(whole_lines(old)), parse(whole_lines(new)), self.identity).run()
        except (NotEditable, Refused):
            self.untold.add(pair)
            return ()


def _back(newer: Tree, older: Tree, address: Address, diffs: Diffs) -> Address | None:
    """What the address was called in the older version; None if it was not there."""
    renames = diffs.renames(newer, older)
    was = Address((), address.document)
    for count, step in enumerate(address.steps, 1):
        now = Address(address.steps[:count], address.document)
        if now in renames:
            step = renames[now].last
        elif isinstance(step, Position) or _lacks(_lookup(older, was), step):
            moved = _item(_lookup(newer, now.parent), _lookup(older, was), step, was, diffs.identity)
            if moved is None:
                return None
            step = moved
        was = was / step
    return was if _lookup(older, was) is not None else None


def _lacks(old: yaml.Node | None, step: Step) -> bool:
    """Whether some item of the older list cannot be known in the way that the step says."""
    if not isinstance(old, yaml.SequenceNode) or not isinstance(step, Item | Member):
        return False
    if isinstance(step, Member):
        return not all(isinstance(item, yaml.ScalarNode) for item in old.value)
    return not all(_text(item, path) for item in old.value for path, _ in step.fields)


def _item(new: yaml.Node | None, old: yaml.Node | None, step: Step, at: Address, identity: Identity) -> Step | None:
    """The item in the older list: by the identity if both versions have one, else by what a nameless one holds."""
    if not isinstance(new, yaml.SequenceNode) or not isinstance(old, yaml.SequenceNode):
        return None
    kind = identity.kind_of(at, [_spine_node(old), _spine_node(new)])
    if isinstance(step, Position):
        number = step.number - 1
    else:
        those = [n for n, item in enumerate(new.value) if _is_item(item, step)]
        number = those[(getattr(step, "dup", 0) or 1) - 1]
    item = new.value[number]
    if isinstance(kind, Keyed):
        return Item(tuple((path, _text(item, path) or "") for path in kind.fields))
    if isinstance(kind, ScalarSet):
        return Member(item.value)
    if not isinstance(step, Position):
        return step
    one, other = ([repr(_plain(each)) for each in node.value] for node in (old, new))
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    for i, j, size in matcher.get_matching_blocks():
        if j <= number < j + size:
            return Position(i + number - j + 1)
    return None


def _is_item(item: yaml.Node, step: Step) -> bool:
    if isinstance(step, Item):
        return all(_text(item, path) == text for path, text in step.fields)
    return isinstance(step, Member) and isinstance(item, yaml.ScalarNode) and item.value == step.value


def _spine_node(node: yaml.Node) -> object:
    root = parse(yaml.serialize(node, allow_unicode=True, width=10_000_000)).root
    assert root is not None
    return root


def _lookup(tree: Tree, address: Address) -> yaml.Node | None:
    """The node at an address; of several equal ones the first, unless the step says which."""
    if address not in tree.known:
        tree.known[address] = _looked_up(tree, address)
    return tree.known[address]


def _looked_up(tree: Tree, address: Address) -> yaml.Node | None:
    if not address.steps:
        return tree.roots[address.document - 1] if address.document <= len(tree.roots) else None
    node, step = _lookup(tree, address.parent), address.last
    if node is None:
        return None
    if isinstance(step, Item):
        fields = tuple(path for path, _ in step.fields)
        key = (address.parent, fields)
        if key not in tree.by_fields:
            tree.by_fields[key] = index = {}
            for item in node.value if isinstance(node, yaml.SequenceNode) else []:
                texts = tuple(_text(item, path) for path in fields)
                if None not in texts:
                    index.setdefault(texts, []).append(item)
        found = tree.by_fields[key].get(tuple(text for _, text in step.fields), [])
    else:
        found = [value for name, value in _children(node) if _is(name, value, step)]
    number = step.number if isinstance(step, Position) else step.dup or 1
    return found[number - 1] if len(found) >= number else None


def _children(node: yaml.Node) -> list[tuple[yaml.Node | None, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return list(node.value)
    return [(None, item) for item in node.value] if isinstance(node, yaml.SequenceNode) else []


def _is(key: yaml.Node | None, value: yaml.Node, step: Step) -> bool:
    if isinstance(step, Key):
        return key is not None and key.value == step.name
    if key is not None:
        return False
    return isinstance(step, Position) or (isinstance(value, yaml.ScalarNode) and value.value == step.value)


def _text(node: yaml.Node, path: tuple[str, ...]) -> str | None:
    for name in path:
        below = [value for key, value in node.value if key.value == name] if isinstance(node, yaml.MappingNode) else []
        if not below:
            return None
        node = below[0]
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None


def _plain(node: yaml.Node | None) -> object:
    """What a node means, mappings regardless of order."""
    if node is None:
        return None
    if isinstance(node, yaml.ScalarNode):
        style = node.style or ""
        tag = None if node.tag.startswith("tag:yaml.org,2002:") else node.tag
        return resolve(node.value, style, tag)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    members: dict[str, list[object]] = {}
    for key, value in node.value:
        members.setdefault(repr(_plain(key)), []).append(_plain(value))
    return sorted(members.items(), key=repr)
