"""Texts read in sections: the same nodes as read whole, and what the version before had is the very same node."""

from __future__ import annotations

import pytest
from hypothesis import given

from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Node
from spine.yamldoc.sections import Sections
from tests.bindings_strategy import pairs


def outline(node: Node | None) -> object:
    if node is None:
        return None
    below = [(entry.key.text if entry.key is not None else None, outline(entry.value)) for entry in node.entries]
    return node.kind, node.text, node.style, node.tag, below


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "a: 1\nb:\n  - x\n  - y\n",
        "---\n# head\na: 1\n",
        "a: 1\n---\nb: 2\n",
        "b:\n- x\n- y: 1\n  z: 2\nc: 3\n",
        'a: "open\nb: close"\nc: 1\n',  # a key inside a quoted text
        "a:\n  - 'x\n  - y'\n  - z\n",  # a dash inside one
        "a: [1,\nb,\nc]\nd: 1\n",
        "a: |\n  text\n\n  - no item\nb: 1\n",
        "l:\n  - |\n    text\n  - - 1\n    - 2\n  -\n    k: 1\n",
        "-a: 1\n-b: 2\n",
        "? a\n: 1\nb: 2\n",
        "a: plain\n  goes on\nb: 1\n",
        "- a\n- b\n",
        "just text\n",
        "a:\n  # why\n  - x # eol\n\n  # below\n  - y\n# end\n",
        "a: &x 1\nb: *x\n",
        "a: 1\r\nb: 2\r\n",
        "a: 1\na: 1\n",
        "  a: 1\n  b: 2\n",
        "a: 1\n...\n",
    ],
)
def test_sections_make_the_same_nodes(text: str) -> None:
    assert [outline(node) for node in Sections().read(text)] == [outline(root.node) for root in parse(text).roots]


@pytest.mark.parametrize("text", ["a: [\n", "a: 1\n b: 2\n", "l:\n  - a: 1\n   - b\n"])
def test_what_cannot_be_parsed_cannot_be_read(text: str) -> None:
    with pytest.raises(Unparsable):
        parse(text)
    with pytest.raises(Unparsable):
        Sections().read(text)


def test_what_stayed_is_the_very_same_node() -> None:
    sections = Sections()
    (old,) = sections.read("a: {x: 1}\nl:\n  - id: 1\n    n: 1\n  - id: 2\n")
    (new,) = sections.read("a: {x: 1}\nl:\n  - id: 0\n  - id: 1\n    n: 1\n  - id: 2\n    n: 3\n")
    assert old is not None
    assert new is not None
    assert new.entries[0].value is old.entries[0].value
    items, was = new.entries[1].value.entries, old.entries[1].value.entries
    assert items[1].value is was[0].value
    assert items[2].value is not was[1].value


def test_equal_pieces_of_one_text_are_different_nodes() -> None:
    (root,) = Sections().read("l:\n  - id: 1\n  - id: 1\n")
    assert root is not None
    one, other = root.entries[0].value.entries
    assert one.value is not other.value


@given(pairs())
def test_any_two_versions_are_read_as_if_whole(texts: tuple[str, str]) -> None:
    sections = Sections()
    for text in texts:
        assert [outline(node) for node in sections.read(text)] == [outline(root.node) for root in parse(text).roots]
