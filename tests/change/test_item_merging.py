"""Splices of lists without identity, brought to a list that changed meanwhile: each list as it must come out."""

from __future__ import annotations

import pytest

from spine.address import parse
from spine.change.merge import Conflicts, Merged, merge
from spine.change.operations import Change, Rename, SetValue, SpliceItems

BASE = "ports:\n  - 80\n  - 443\n  - 8080\n  - 9000\n"


def splice(position: int, before: str | None, drop: str | None, put: str | None, behind: str | None) -> Change:
    return Change((SpliceItems(parse("ports"), position, before, drop, put, behind),))


@pytest.mark.parametrize(
    ("change", "target", "expected"),
    [
        # What is put has items of what is dropped, so that less is to be done than is written.
        (
            splice(2, "- 80", "- 443\n- 8080\n", "- 8080\n- 443\n- 22\n", "- 9000"),
            BASE + "  - 9001\n",
            "ports:\n  - 80\n  - 8080\n  - 443\n  - 22\n  - 9000\n  - 9001\n",
        ),
        (
            splice(2, "- 80", "- 443\n- 8080\n", "- 443\n- 22  # ssh\n- 8080\n", "- 9000"),
            BASE.replace("  - 80\n", "  - 80\n  - 81\n"),
            "ports:\n  - 80\n  - 81\n  - 443\n  - 22  # ssh\n  - 8080\n  - 9000\n",
        ),
        # As it was written, comment and all.
        (
            splice(2, "- 80", "- 443\n", "# the new one\n- 444\n", "- 8080"),
            BASE + "  - 9001\n",
            "ports:\n  - 80\n  # the new one\n  - 444\n  - 8080\n  - 9000\n  - 9001\n",
        ),
        (
            splice(4, "- 8080", "- 9000\n", None, None),
            "ports:\n  - 79\n" + BASE.partition("\n")[2],
            "ports:\n  - 79\n  - 80\n  - 443\n  - 8080\n",
        ),
    ],
)
def test_a_splice_on_a_list_that_changed_elsewhere(change: Change, target: str, expected: str) -> None:
    merged = merge(BASE, target, change)
    assert isinstance(merged, Merged)
    assert merged.text == expected


def test_a_flow_list_stays_one() -> None:
    base = "ports: [80, 443, 8080]\n"
    change = splice(2, "80", "443, 8080", "8080, 443, 22", None)
    merged = merge(base, "ports: [79, 80, 443, 8080]\n", change)
    assert isinstance(merged, Merged)
    assert merged.text == "ports: [79, 80, 8080, 443, 22]\n"


def test_both_changed_the_same_items() -> None:
    change = splice(2, "- 80", "- 443\n", "- 444\n", "- 8080")
    merged = merge(BASE, BASE.replace("443", "445"), change)
    assert isinstance(merged, Conflicts)
    (conflict,) = merged.conflicts
    assert (conflict.base, conflict.target, conflict.proposed) == ("- 443", "- 445", "- 444")
    assert conflict.message == "both sides changed the same items of a list"


def test_an_entry_that_the_change_renames_is_followed_by_what_it_adds() -> None:
    base = "a:\n  x: 1\n  y: 2\n"
    change = Change((Rename(parse("a.x"), parse("z").last), SetValue(parse("a.y"), "2", "3")))
    merged = merge(base, "a:\n  w: 0\n  x: 1\n  y: 2\n", change)
    assert isinstance(merged, Merged)
    assert merged.text == "a:\n  w: 0\n  z: 1\n  y: 3\n"
