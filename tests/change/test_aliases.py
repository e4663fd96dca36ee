"""An alias needs its anchor, before it and in its own document."""

from __future__ import annotations

import pytest

from spine.change.aliases import lost_alias
from spine.yamldoc.guard import parse


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("a: &x 1\nb: [*x, {k: *x}]\n", None),
        ("a: *x\nb: &x 1\n", "x"),
        ("a: &x 1\n---\nb: *x\n", "x"),
        ("? &k a\n: 1\nb: *k\n", None),
        ("&r\na: [1, &s {m: 1}]\nb: *r\nc: *s\n", None),
        ("a: &x 1\nb: &x 2\nc: *x\n", None),
        ("", None),
    ],
)
def test_an_alias_needs_its_anchor_before_it(text: str, lost: str | None) -> None:
    found = lost_alias(parse(text))
    assert (found.text if found is not None else None) == lost
