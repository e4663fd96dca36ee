"""Folding loses nothing, splits no word and no command, and makes lines that fit where they can."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.review.folded import columns, folded

CODE = re.compile(r"\x1b\[[0-9;]*m")
SOME = ["a", "word", "x" * 45, "\x1b[31mred\x1b[0m", "\x1b[32mgreen words\x1b[0m", "漢字", "é", "→"]
WORDS = st.lists(st.sampled_from(SOME))


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("short", ["short"]),
        ("  ~ notes: one two three four five six", ["  ~ notes: one two three four", "      five six"]),
        ("use: spine resolve X --at 'b c' --take target", ["use:", "  spine resolve X --at 'b c' --take target"]),
        ("  digest  sha256:0123456789abcdef0123", ["  digest  sha256:0123456789abcdef0123"]),
        (
            "\x1b[31mone two three four five six seven\x1b[0m end",
            ["\x1b[31mone two three four five six\x1b[0m", "  \x1b[31mseven\x1b[0m end"],
        ),
        ("漢字 漢字 漢字 漢字 漢字 漢字 漢字", ["漢字 漢字 漢字 漢字 漢字 漢字", "  漢字"]),
    ],
)
def test_a_line(line: str, lines: list[str]) -> None:
    assert list(folded([line], 30)) == lines


def test_nobody_knows_the_width() -> None:
    assert list(folded(["x " * 100], None)) == ["x " * 100]
    assert list(folded(["x " * 100], 10)) == ["x " * 100]


@given(WORDS, st.integers(0, 12), st.integers(30, 90))
def test_nothing_is_lost_and_lines_fit(words: list[str], indent: int, width: int) -> None:
    line = " " * indent + " ".join(words)
    made = list(folded([line], width))
    assert CODE.sub("", " ".join(made)).split() == CODE.sub("", line).split()
    for one in made:
        longest = max(map(columns, CODE.sub("", one).split()), default=0)
        assert columns(one) <= width or longest > width - min(indent + 2, width // 2)
        assert one.count("\x1b[31m") + one.count("\x1b[32m") <= one.count("\x1b[0m")
