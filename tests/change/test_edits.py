"""Splices of values beside comments."""

from __future__ import annotations

import pytest

import spine
from spine.address import parse
from spine.change.operations import Change, SetValue


@pytest.mark.parametrize(
    ("before", "at", "token", "after"),
    [
        ("a: x  # c\nb: 1\n", "a", "|\n  text", "a: |  # c\n  text\nb: 1\n"),
        ("a: x  # c", "a", ">-\n  text\n  more", "a: >-  # c\n  text\n  more\n"),
        ("o:\n  a: x # c\n", "o.a", "|\n  text", "o:\n  a: | # c\n    text\n"),
        ("a: x # c\r\nb: 1\r\n", "a", "|\r\n  text", "a: | # c\r\n  text\r\nb: 1\r\n"),
    ],
)
def test_a_comment_behind_a_value_goes_behind_the_header_of_a_block_scalar(
    before: str, at: str, token: str, after: str
) -> None:
    old = "x"
    assert spine.patch(before, Change((SetValue(parse(at), old, token),))) == after
