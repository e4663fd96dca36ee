"""The texts that operations carry, cut out of a document: at column 0, all that belongs to them and nothing else."""

from __future__ import annotations

import pytest
from bindings_strategy import pairs
from hypothesis import given, settings

from spine.yamldoc import pieces
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.scalars import same_value
from spine.yamldoc.source import shift
from spine.yamldoc.trivia import layout

TEXT = """\
a: 1

# section

# lead of b
b:  # eol of b
    - x
      # foot of x
    # lead of y
    -
        y: |
          t

    # end of b
# foot of b
c: {k: [1,
  2], l: m}  # eol of c
"""


@pytest.fixture(scope="module")
def document() -> Document:
    return parse(TEXT)


def at(document: Document, *path: int) -> Entry:
    node = document.root
    entry = None
    for index in path:
        assert node is not None
        entry = node.entries[index]
        node = entry.value
    assert entry is not None
    return entry


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((0,), "a: 1\n"),
        ((1,), TEXT[TEXT.index("# lead of b") : TEXT.index("# foot of b")]),
        ((1, 0), "- x\n  # foot of x\n"),
        ((1, 1), "# lead of y\n-\n    y: |\n      t\n"),
        ((1, 1, 0), "y: |\n  t\n"),
        ((2,), "# foot of b\nc: {k: [1,\n  2], l: m}  # eol of c\n"),
        ((2, 0), "k: [1,\n  2]"),
        ((2, 0, 1), "2"),
        ((2, 1), "l: m"),
    ],
)
def test_entry_text(document: Document, path: tuple[int, ...], text: str) -> None:
    assert pieces.entry_text(document, at(document, *path)) == text


def test_entry_text_with_the_blocks_above(document: Document) -> None:
    assert pieces.entry_text(document, at(document, 1), 1).startswith("# section\n\n# lead of b\nb:")


@pytest.mark.parametrize(
    ("path", "token", "below"),
    [
        ((0,), "1", False),
        (
            (1,),
            "\n    - x\n      # foot of x\n    # lead of y\n    -\n        y: |\n          t\n\n    # end of b",
            True,
        ),
        ((1, 0), "x", False),
        ((1, 1), "\n    y: |\n      t", True),
        ((1, 1, 0), "|\n  t", False),
        ((2,), "{k: [1,\n  2], l: m}", False),
    ],
)
def test_value_token(document: Document, path: tuple[int, ...], token: str, below: bool) -> None:
    entry = at(document, *path)
    assert pieces.value_token(document, entry) == token
    assert pieces.stands_below(document, entry) is below


def test_value_token_in_a_flow_collection(document: Document) -> None:
    assert pieces.value_token(document, at(document, 2, 0)) == "[1,\n  2]"
    indented = parse("a:\n  b: {k: [1,\n      2]}\n")
    assert pieces.value_token(indented, at(indented, 0, 0, 0)) == "[1,\n    2]"
    assert pieces.value_token(parse("a:\nb: 1\n"), at(parse("a:\nb: 1\n"), 0)) == ""


def test_comments(document: Document) -> None:
    b, x, y, c = at(document, 1), at(document, 1, 0), at(document, 1, 1), at(document, 2)
    assert (pieces.lead(document, b), pieces.eol(document, b), pieces.foot(document, b)) == (
        "# lead of b\n", "# eol of b", None)  # fmt: skip
    assert (pieces.lead(document, x), pieces.eol(document, x), pieces.foot(document, x)) == (
        None, None, "  # foot of x\n")  # fmt: skip
    assert pieces.lead(document, y) == "# lead of y\n"
    assert (pieces.lead(document, c), pieces.eol(document, c)) == ("# foot of b\n", "# eol of c")
    root, inner = document.root, b.value
    assert root is not None
    assert pieces.runs(document, layout(document, root).entries[1].above) == "# section\n"
    assert pieces.runs(document, layout(document, inner).end) == "    # end of b\n"
    assert pieces.runs(document, []) is None


@pytest.mark.parametrize(
    ("text", "comment"),
    [("a: 1  # c\n", "# c"), ("a: 1 # c\n", " # c"), ("a: 1\t# c\n", "\t# c"), ("a: 1   # c\n", "   # c")],
)
def test_the_white_space_before_an_eol_comment_is_kept_unless_it_is_two_blanks(text: str, comment: str) -> None:
    document = parse(text)
    assert pieces.eol(document, at(document, 0)) == comment


def test_items_text(document: Document) -> None:
    items = at(document, 1).value.entries
    assert pieces.items_text(document, items) == "- x\n  # foot of x\n# lead of y\n-\n    y: |\n      t\n"
    assert pieces.items_text(document, items[1:]) == "# lead of y\n-\n    y: |\n      t\n"
    assert pieces.items_text(document, []) == ""
    flow = at(document, 2, 0).value.entries
    assert pieces.items_text(document, flow) == "1,\n  2"
    compact = parse("- - a\n  - b\n- c\n")
    assert pieces.items_text(compact, at(compact, 0).value.entries) == "- a\n- b\n"
    assert pieces.raw_lines(compact, at(compact, 0, 0)) == "  - a\n"


@pytest.mark.parametrize("text", ["~", "null", "", "[]", "{}", "[ ]", "&x []"])
def test_what_entries_may_fill(text: str) -> None:
    document = parse(f"k: {text}\n")
    assert pieces.is_empty(at(document, 0).value)


@pytest.mark.parametrize("text", ['""', "!x null", "!x", "0", "[a]", "*x", "|", "nil"])
def test_what_entries_may_not_fill(text: str) -> None:
    document = parse(f"k: {text}\n")
    assert not pieces.is_empty(at(document, 0).value)


def test_small_words() -> None:
    assert [pieces.whole_lines(text) for text in ("a", "a\n", "")] == ["a\n", "a\n", ""]
    assert pieces.stripped("  a \n\tb\n\n") == "a\nb"
    assert pieces.stripped(None) == ""
    document = parse("a:\n    b: [1,\n 2]\n")
    assert pieces.line_indent(document, document.text.index("[")) == 4
    assert pieces.line_indent(document, document.text.index("2")) == 1


def every_entry(node: Node | None) -> list[Entry]:
    found: list[Entry] = []
    todo = [node] if node is not None else []
    while todo:
        for entry in todo.pop().entries:
            found.append(entry)
            todo.append(entry.value)
    return found


@settings(max_examples=25)
@given(pairs())
def test_an_entrys_text_is_that_entry_alone(pair: tuple[str, str]) -> None:
    document = parse(pair[0])
    for entry in every_entry(document.root):
        text = pieces.entry_text(document, entry)
        is_flow = entry.container.style == "flow"
        brackets = ("{", "}") if entry.key is not None else ("[", "]")
        read = parse(text.join(brackets) if is_flow else text).root
        assert read is not None
        (copy,) = read.entries
        assert same_value(copy.value, entry.value)
        if not is_flow:
            assert text.endswith("\n")
            assert min(len(line) - len(line.lstrip(" ")) for line in text.split("\n") if line.strip()) == 0
            moved = parse(f"k:\n{shift(text, 3)}").root
            assert moved is not None
            assert same_value(moved.entries[0].value.entries[0].value, entry.value)
