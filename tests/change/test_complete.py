"""What a program or the command line leaves out, taken from the text."""

from __future__ import annotations

import pytest

from spine.address import parse
from spine.change.complete import complete
from spine.change.editing import remove_entry
from spine.change.invert import invert
from spine.change.json_form import operations_from_json
from spine.change.operations import Change, Comment
from spine.change.patch import patch
from spine.identity import Identity
from spine.yamldoc.guard import parse as parse_yaml


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


COMMENTED = """\
# header

z: 0
# lead
a: 1  # eol
# foot

# block

b:
  - x
  # end
"""


@pytest.mark.parametrize(
    ("at", "slot", "old"),
    [
        ("a", "lead", "# lead\n"),
        ("a", "eol", "# eol"),
        ("a", "foot", "# foot\n"),
        ("b", "above", "# block\n"),
        ("b", "lead", None),
        ("b", "eol", None),
        ("b", "foot", None),
        ("a", "end", None),
    ],
)
def test_the_comment_that_is_there_is_filled_in(at: str, slot: str, old: str | None) -> None:
    drafts = operations_from_json([{"comment": at, "slot": slot, "to": None}])
    [op] = complete(drafts, parse_yaml(COMMENTED), Identity())
    assert isinstance(op, Comment)
    assert op.old == old


@pytest.mark.parametrize(
    ("text", "at", "entry", "after"),
    [
        ("x: {}\n", "x.a", "a: 1\n", "x:\n  a: 1\n"),
        ("x: {  }\n", "x.a", "a: 1\n", "x:\n  a: 1\n"),
        ("x: []\n", "x[=a]", "- a\n", "x:\n  - a\n"),
        ("x:\n", "x[=a]", "- a\n", "x:\n  - a\n"),
        ("x:\n  - a\n\n  - b\n", "x[=c]", "- c\n", "x:\n  - a\n\n  - b\n\n  - c\n"),
        ("x:\n  - a\n  - b\n", "x[=c]", "- c\n", "x:\n  - a\n  - b\n  - c\n"),
        ("x: [a, b]\n", "x[=c]", "- c\n", "x: [a, b, c]\n"),
    ],
)
def test_an_entry_without_a_place_goes_behind_the_last_as_its_neighbours_stand(
    text: str, at: str, entry: str, after: str
) -> None:
    ops = complete(operations_from_json([{"add": at, "text": entry}]), parse_yaml(text), Identity())
    assert patch(text, Change(ops)) == after
    assert patch(after, invert(Change(ops))) == text
