"""Nodes and where they stand: spans of every kind, by showing the source that each node and entry claims as its own."""

from __future__ import annotations

import pytest
import yaml
from bindings_strategy import pairs
from hypothesis import given, settings

from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document, Node


def spans(text: str) -> str:
    """Every value with its kind and source, every entry with its own, line ends as arrows."""
    document = parse(text)
    told: list[str] = []

    def tell(node: Node, depth: int, name: str = "") -> None:
        told.append("  " * depth + f"{name}{node.kind} {node.style}".rstrip() + f" <{document.source(node)}>")
        for entry in node.entries:
            key = "" if entry.key is None else document.source(entry.key)
            own = document.text[entry.start : entry.end]
            tell(entry.value, depth + 1, f"<{own}> {key} = " if entry.key is not None else f"<{own}> = ")

    for root in document.roots:
        if root.node is not None:
            tell(root.node, 0)
    return "\n".join(line.replace("\r", "␍").replace("\n", "⏎") for line in told)


SPANS = {
    "a: 1  # c\n\n# d\n": [
        "mapping block <a: 1>",
        "  <a: 1> a = scalar <1>",
    ],
    # an empty value has no length, behind its colon or dash
    "a:  \nb: x\n": [
        "mapping block <a:  ⏎b: x>",
        "  <a:> a = scalar <>",
        "  <b: x> b = scalar <x>",
    ],
    "-\n- x\n": [
        "sequence block <-⏎- x>",
        "  <-> = scalar <>",
        "  <- x> = scalar <x>",
    ],
    # an entry begins with its question mark
    "? a\n: 1\n? b\n": [
        "mapping block <? a⏎: 1⏎? b>",
        "  <? a⏎: 1> a = scalar <1>",
        "  <? b> b = scalar <>",
    ],
    "a: 'x\n  y'  # c\n": [
        "mapping block <a: 'x⏎  y'>",
        "  <a: 'x⏎  y'> a = scalar ' <'x⏎  y'>",
    ],
    "a: p\n q\n\n": [
        "mapping block <a: p⏎ q>",
        "  <a: p⏎ q> a = scalar <p⏎ q>",
    ],
    # a block scalar ends with its last line of text; blank lines are its own only under `+`
    "a: |  # c\n  x\n\n\nb: 1\n": [
        "mapping block <a: |  # c⏎  x⏎⏎⏎b: 1>",
        "  <a: |  # c⏎  x> a = scalar | <|  # c⏎  x>",
        "  <b: 1> b = scalar <1>",
    ],
    "a: |+\n  x\n\n\n# c\n": [
        "mapping block <a: |+⏎  x⏎⏎>",
        "  <a: |+⏎  x⏎⏎> a = scalar | <|+⏎  x⏎⏎>",
    ],
    "a: >-2\n   x\n\n": [
        "mapping block <a: >-2⏎   x>",
        "  <a: >-2⏎   x> a = scalar > <>-2⏎   x>",
    ],
    "a: |\n\n\nb: 1\n": [
        "mapping block <a: |⏎⏎⏎b: 1>",
        "  <a: |> a = scalar | <|>",
        "  <b: 1> b = scalar <1>",
    ],
    "a: |\r\n  x\r\n\r\n": [
        "mapping block <a: |␍⏎  x>",
        "  <a: |␍⏎  x> a = scalar | <|␍⏎  x>",
    ],
    # flow collections end with their bracket, their entries before the comma
    "{a: [1, 2 ], b: }\n": [
        "mapping flow <{a: [1, 2 ], b: }>",
        "  <a: [1, 2 ]> a = sequence flow <[1, 2 ]>",
        "    <1> = scalar <1>",
        "    <2> = scalar <2>",
        "  <b: > b = scalar <>",
    ],
    "[x: 1]\n": [
        "sequence flow <[x: 1]>",
        "  <x: 1> = mapping flow <x: 1>",
        "    <x: 1> x = scalar <1>",
    ],
    # dash in dash, and compact mappings
    "- - a\n  - b\n": [
        "sequence block <- - a⏎  - b>",
        "  <- - a⏎  - b> = sequence block <- a⏎  - b>",
        "    <- a> = scalar <a>",
        "    <- b> = scalar <b>",
    ],
    "-   a: 1\n    b: 2\n": [
        "sequence block <-   a: 1⏎    b: 2>",
        "  <-   a: 1⏎    b: 2> = mapping block <a: 1⏎    b: 2>",
        "    <a: 1> a = scalar <1>",
        "    <b: 2> b = scalar <2>",
    ],
    "-  # c\n\n  # d\n  a: 1\n": [
        "sequence block <-  # c⏎⏎  # d⏎  a: 1>",
        "  <-  # c⏎⏎  # d⏎  a: 1> = mapping block <a: 1>",
        "    <a: 1> a = scalar <1>",
    ],
    # the key's column is enough for a list
    "a:\n- x\nb: 1\n": [
        "mapping block <a:⏎- x⏎b: 1>",
        "  <a:⏎- x> a = sequence block <- x>",
        "    <- x> = scalar <x>",
        "  <b: 1> b = scalar <1>",
    ],
    # tag and anchor belong to the source of their node
    "a: &x !t v\nb: *x\n": [
        "mapping block <a: &x !t v⏎b: *x>",
        "  <a: &x !t v> a = scalar <&x !t v>",
        "  <b: *x> b = alias <*x>",
    ],
    "a: !t\n  b: 1\n": [
        "mapping block <a: !t⏎  b: 1>",
        "  <a: !t⏎  b: 1> a = mapping block <!t⏎  b: 1>",
        "    <b: 1> b = scalar <1>",
    ],
    # several documents
    "--- a\n...\n---\n- b\n": [
        "scalar <a>",
        "sequence block <- b>",
        "  <- b> = scalar <b>",
    ],
    "\ufeffa: 1": [
        "mapping block <a: 1>",
        "  <a: 1> a = scalar <1>",
    ],
    "# only a comment\n": [],
}


@pytest.mark.parametrize("text", SPANS)
def test_spans(text: str) -> None:
    assert spans(text).splitlines() == SPANS[text]


def test_what_a_node_knows() -> None:
    document = parse("a: &x !!str 010\nb: *x\nc: !t [1]\n")
    assert document.root is not None
    first, second, third = (entry.value for entry in document.root.entries)
    assert (first.text, first.tag, first.anchor, first.style) == ("010", "tag:yaml.org,2002:str", "x", "")
    assert (second.kind, second.text) == ("alias", "x")
    assert (third.tag, third.parent) == ("!t", document.root.entries[2])
    assert document.root.parent is None
    assert [entry.index for entry in document.root.entries] == [0, 1, 2]
    assert document.aliased
    assert not parse("a: 1\n").aliased
    assert parse("a: &x 1\n").aliased


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        ("a: 1\n", [(0, 5, None)]),
        ("# h\n---\na: 1\n---\nb: 2\n", [(7, 13, 4), (16, 22, 13)]),
        ("a: 1\n...\n---\nb: 2\n...\n", [(0, 5, None), (12, 18, 9)]),
        ("", []),
    ],
)
def test_documents_of_a_text(text: str, roots: list[tuple[int, int, int | None]]) -> None:
    assert [(root.start, root.end, root.marker) for root in parse(text).roots] == roots


def test_lines_and_columns() -> None:
    document = parse("a: 1\r\n\r\n  # c\nb: 😀 \nc: 3", file="f.yaml")
    assert document.line_starts == [0, 6, 8, 14, 20]
    assert [document.line_of(offset) for offset in (0, 5, 6, 13, 14, 19, 20, 23, 24)] == [0, 0, 1, 2, 3, 3, 4, 4, 4]
    assert [document.column_of(offset) for offset in (0, 4, 10, 17)] == [0, 4, 2, 3]
    assert [document.line_span(line) for line in (0, 3, 4, 5)] == [(0, 6), (14, 20), (20, 24), (24, 24)]
    assert str(document.place(17)) == "f.yaml:4:4"
    assert str(parse("a").place(0)) == "<text>:1:1"


def test_line_ends() -> None:
    assert parse("a: 1\r\nb: 2\n").newline == "\r\n"
    assert parse("a: 1\nb: 2\r\n").newline == "\n"
    assert parse("a: 1").newline == "\n"
    assert parse("\n").newline == "\n"


def test_a_byte_order_mark_is_kept_apart() -> None:
    document = parse("\ufeffa: 1\n")
    assert (document.bom, document.text, document.full_text) == (True, "a: 1\n", "\ufeffa: 1\n")
    assert parse("a: 1\n").full_text == "a: 1\n"


@pytest.mark.parametrize("char", ["\r", "\x85", "\u2028", "\u2029"])
def test_line_breaks_of_yaml_1_1_are_told(char: str) -> None:
    assert parse(f'a: "x{char}y"\n').opaque
    assert not parse("a: x\r\nb: y\n").opaque


def same(ours: Node, theirs: yaml.Node, document: Document) -> None:
    assert ours.kind == theirs.id
    if isinstance(theirs, yaml.ScalarNode):
        assert ours.text == theirs.value
        return
    members = list(theirs.value) if isinstance(theirs, yaml.SequenceNode) else [pair[1] for pair in theirs.value]
    assert len(members) == len(ours.entries)
    before = ours.start
    for entry, member in zip(ours.entries, members, strict=True):
        assert entry.container is ours
        assert before <= entry.start <= entry.value.start <= entry.end <= ours.end
        before = entry.end
        same(entry.value, member, document)


@settings(max_examples=25)
@given(pairs())
def test_the_tree_is_that_of_pyyaml_and_spans_are_nested(pair: tuple[str, str]) -> None:
    for text in pair:
        document = parse(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        assert (document.root is None) == (node is None)
        if document.root is not None:
            same(document.root, node, document)
