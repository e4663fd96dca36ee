"""Which side a declared rule takes, and which rule three values suggest."""

from __future__ import annotations

import pytest

from spine.change.rules import Rule, RuleName, choose, settling_rule, union
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Node


def value(token: str) -> Node:
    root = parse(f"a: {token}\n").root
    assert root is not None
    return root.entries[0].value


@pytest.mark.parametrize(
    ("name", "target", "proposed", "taken"),
    [
        ("newest", "2026-02-12", "2026-02-13", "proposed"),
        ("newest", "2026-02-13T10:00:00Z", "2026-02-13T09:59:59Z", "target"),
        ("newest", "2026-02-13T10:00:00Z", "2026-02-13 10:00:00", "target"),  # one moment: the target's spelling stays
        ("newest", "2026-02-13", "2026-02-13T00:00", "proposed"),  # a day says less than its first minute
        ("newest", "2026-02-13T00:00", "2026-02-13", "target"),
        ("newest", "2026-02-13T00:00", "2026-02-13T00:00:00", "proposed"),
        ("newest", "7", "8", None),
        ("max", "9", "10", "proposed"),
        ("max", "1.5", "1.10", "target"),
        ("max", "+3", "3", "target"),
        ("max", "-2", "-3", "target"),
        ("max", "-1.5", "1", None),
        ("max", "2026-02-12", "2026-02-13", "proposed"),
        ("min", "9", "10", "target"),
        ("min", "10", "9", "proposed"),
        ("max", "[1]", "2", None),
        ("max", "2", "{a: 1}", None),
        ("max", "x", "2", None),
        ("ours", "x", "[1]", "target"),
        ("theirs", "x", "[1]", "proposed"),
        ("union", "1", "2", None),
    ],
)
def test_which_side(name: RuleName, target: str, proposed: str, taken: str | None) -> None:
    assert choose(Rule(name), value(target), value(proposed)) == taken


@pytest.mark.parametrize(
    ("base", "target", "proposed", "rule"),
    [
        ("2026-02-12", "2026-02-13", "2026-02-14", "newest"),
        ("7", "8", "9", "max"),
        ("7", "6", "9", None),
        ("7", "9", "6", None),
        ("7", "7", "9", None),
        ("2026-02-12", "8", "9", None),
        ("a", "b", "c", None),
        ("[1]", "[2]", "[3]", None),
    ],
)
def test_what_three_values_suggest(base: str, target: str, proposed: str, rule: str | None) -> None:
    found = settling_rule(value(base), value(target), value(proposed))
    assert (None if found is None else found.name) == rule


@pytest.mark.parametrize(
    ("base", "target", "proposed", "joined"),
    [
        ("[a, b]", "[a, b, c]", "[b, d]", "[b, c, d]"),
        ("[a]", "[]", "[]", "[]"),
        ("[]", "\n- a\n- b", "[b, c]", "\n- a\n- b\n- c"),
        ("[]", "[a]", "\n- b", "[a, b]"),
        ("[]", "[a]", "\n- x: 1\n  y: 2", None),
        ("a", "[a]", "[b]", None),
    ],
)
def test_the_union_of_two_lists(base: str, target: str, proposed: str, joined: str | None) -> None:
    assert union(base, target, proposed) == joined
