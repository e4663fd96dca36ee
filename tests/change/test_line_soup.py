"""Laws on texts that nobody would write: lines thrown together, and edits that are lines put, dropped and moved.

The laws of `test_laws.py` are held to documents like real bindings; here YAML's odd corners meet each other.
"""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import spine
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.pieces import whole_lines

LINES = [
    *("a:", "a: 1", "b: 2", "? b", ": x", "e: 1", "    h: 1", "  c: 1", "  c: 2", "  ? f", "  : g", "- ? k", "  : v"),
    *("-", "- y", "- z", "  -", "  - p", "  - q", "- a: 1", "  b: 2", "- - r", "  - s", "", "", "# e", "# t", "  # d"),
    *("    # u", "n:  # v", "o: x  # w", "f: |", "g: |+", "x: >-", "  text", " one", "k: [1, 2]", "k: [1, 3]"),
    *("k: {x: 1}", 'l: "m"', "l: m", "m: [", "  1,  # c", "  2", "]", "p: &x 1", "q: *x", "---", "..."),
]
lines = st.lists(st.sampled_from(LINES), min_size=1, max_size=7)


def is_yaml(text: str) -> bool:
    try:
        parse(whole_lines(text))
    except Unparsable:
        return False
    return True


@st.composite
def soups(draw: st.DrawFn, count: int = 2) -> tuple[str, ...]:
    """A text, and versions of it; all are YAML."""
    base = draw(lines)
    newline = draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))
    end = draw(st.sampled_from([newline, newline, ""]))
    versions = [base]
    for _ in range(count - 1):
        other = list(base)
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, len(other)))
            kind = draw(st.sampled_from(["put", "drop", "replace", "move"]))
            if kind == "put" or at == len(other):
                other.insert(at, draw(st.sampled_from(LINES)))
            elif kind == "drop":
                other.pop(at)
            elif kind == "replace":
                other[at] = draw(st.sampled_from(LINES))
            else:
                other.insert(draw(st.integers(0, len(other) - 1)), other.pop(at))
        versions.append(other)
    texts = tuple(newline.join(version) + end for version in versions)
    assume(all(map(is_yaml, texts)))
    return texts


quick = settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@quick
@given(soups())
def test_a_change_is_exact_and_is_read_as_it_was_written(texts: tuple[str, ...]) -> None:
    before, after = texts
    change = spine.diff(before, after)
    assert spine.patch(before, change) == after
    assert spine.load(spine.dump(change)) == change
    assert bool(change) == (before != after)
