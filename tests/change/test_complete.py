"""What a program or the command line leaves out, taken from the text."""

from __future__ import annotations

import pytest

from spine.address import parse
from spine.change.editing import remove_entry
from spine.identity import Identity


@pytest.mark.parametrize(
    ("text", "at", "after"),
    [
        ("a: 1\n\nb: 2\n", "a", "b: 2\n"),
        ("x:\n  - status: 1\n\n    name: q\n", "x[name=q].status", "x:\n  - name: q\n"),
        ("a: 1\n\n# block\n\nb: 2\n", "a", "# block\n\nb: 2\n"),
    ],
)
def test_a_first_entry_is_removed_with_the_blank_line_below_it(text: str, at: str, after: str) -> None:
    assert remove_entry(text, parse(at), Identity()) == after
