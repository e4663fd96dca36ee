"""Strings written and read back: the law over nasty texts, and the spelling of known ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from operation_strategy import NASTY

from spine.printable import has_unsafe
from spine.yamldoc.guard import parse
from spine.yamldoc.scalars import value_of
from spine.yamldoc.write import Unwritable, field, quoted, string

TEXT = st.lists(NASTY | st.text(max_size=6) | st.sampled_from(["a", "key", "\n", "  "]), max_size=8).map("".join)


def read_back(source: str) -> list[tuple[str, str]]:
    root = parse(source).root
    assert root is not None
    return [value_of(entry.value) for entry in root.entries]


@given(text=TEXT, column=st.integers(min_value=0, max_value=6))
def test_a_field_reads_back_whatever_stands_behind_it(text: str, column: int) -> None:
    pad = " " * column
    source = field("text", text, column) + f"{pad}next: x\n"
    assert read_back(source) == [("str", text), ("str", "x")]
    assert read_back(field("text", text, column)) == [("str", text)]
    assert not has_unsafe(source, multiline=True)


@given(text=TEXT)
def test_a_string_reads_back_in_block_and_flow(text: str) -> None:
    assert read_back(f"k: {string(text)}\n") == [("str", text)]
    assert read_back(f"{{k: {string(text, flow=True)}, n: x}}\n") == [("str", text), ("str", "x")]
    assert read_back(f"k: {quoted(text)}\n") == [("str", text)]
    assert "\n" not in string(text)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("active", "active"),
        ("two words", "two words"),
        ("# a comment", '"# a comment"'),
        ('# say "x"', "'# say \"x\"'"),
        ("it's", "it's"),
        ("'it' and \"that\"", "'''it'' and \"that\"'"),
        ("8e66283", '"8e66283"'),
        ("no", '"no"'),
        ("", '""'),
        ("a\tb", '"a\\tb"'),
        ("a\x85", '"a\\u0085"'),
        ("\U000e0001", '"\\U000e0001"'),
    ],
)
def test_spelling_of_one_line(text: str, source: str) -> None:
    assert string(text) == source


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("a\nb\n", "k: |\n  a\n  b\n"),
        ("a\nb", "k: |-\n  a\n  b\n"),
        ("a\n\n\n", "k: |+\n  a\n\n\n"),
        ("\na\n", "k: |2\n\n  a\n"),
        ("  a\nb\n", "k: |2\n    a\n  b\n"),
        ("# c\na\n", "k: |\n  # c\n  a\n"),
        ("a\n\nb\n", "k: |\n  a\n\n  b\n"),
        ("\n", 'k: "\\n"\n'),
        ("a \nb\n", 'k: "a \\nb\\n"\n'),
        ("\ta\n", 'k: "\\ta\\n"\n'),
        ("a\r\n", 'k: "a\\r\\n"\n'),
        ("a\u202e\n", 'k: "a\\u202e\\n"\n'),
    ],
)
def test_spelling_of_lines(text: str, source: str) -> None:
    assert field("k", text, 0) == source


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(Unwritable):
        field("k", "a\ud800\nb", 0)
