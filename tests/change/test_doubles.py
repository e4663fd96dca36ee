"""What a clean merge by line can make, and no side had: a key or an identity that stands twice."""

from __future__ import annotations

import pytest

from spine.change.doubles import new_double
from spine.identity import Identity
from spine.yamldoc.guard import parse

SIDE = "a: 1\nvms:\n  - id: x\n    s: 1\n  - id: y\ntags: [p, q]\n"


@pytest.mark.parametrize(
    ("merged", "found"),
    [
        (SIDE, None),
        (SIDE + "a: 2\n", "a"),
        (SIDE.replace("- id: y", "- id: y\n  - id: x"), "vms[id=x]"),
        (SIDE.replace("s: 1", "s: 1\n    s: 2"), "vms[id=x].s"),
        (SIDE.replace("[p, q]", "[p, q, p]"), "tags[=p]"),
        ("---\n" + SIDE + "---\n" + SIDE + "a: 1\n", "$2.a"),
    ],
)
def test_a_new_double_is_found(merged: str, found: str | None) -> None:
    sides = [parse(SIDE), parse(SIDE + "---\n" + SIDE)]
    double = new_double(parse(merged), sides, Identity())
    assert (None if double is None else str(double)) == found


def test_a_double_that_a_side_had_is_not_new() -> None:
    old = "a: 1\na: 2\nargs: [x, x]\n"
    assert new_double(parse(old), [parse(old), parse("a: 1\n")], Identity()) is None
    assert str(new_double(parse(old + "a: 3\n"), [parse(old)], Identity())) == "a"
