"""Splices: all edits in one pass, deeper first where two stand at one offset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.yamldoc.splice import Overlap, Splice, splice


@pytest.mark.parametrize(
    ("edits", "text"),
    [
        ([], "abcdef"),
        ([Splice(2, 4, "X")], "abXef"),
        ([Splice(4, 6, "Y"), Splice(0, 1, "X")], "XbcdY"),
        ([Splice(0, 6, "")], ""),
        ([Splice(6, 6, "!")], "abcdef!"),
        ([Splice(0, 3, "X"), Splice(3, 6, "Y")], "XY"),
        # inserts at one offset: the deeper one first, equal ones as they come
        ([Splice(3, 3, "outer", 1), Splice(3, 3, "inner", 4)], "abcinnerouterdef"),
        ([Splice(3, 3, "1", 2), Splice(3, 3, "2", 2)], "abc12def"),
        # an insert stands before what replaces the text behind it
        ([Splice(3, 4, "R", 9), Splice(3, 3, "I", 0)], "abcIRef"),
        ([Splice(2, 3, "R"), Splice(3, 3, "I")], "abRIdef"),
    ],
)
def test_splices(edits: list[Splice], text: str) -> None:
    assert splice("abcdef", edits) == text


@pytest.mark.parametrize(
    "edits",
    [
        [Splice(0, 3, ""), Splice(2, 4, "")],
        [Splice(0, 6, ""), Splice(3, 3, "x")],
        [Splice(1, 2, "x"), Splice(1, 2, "x")],
    ],
)
def test_overlaps(edits: list[Splice]) -> None:
    with pytest.raises(Overlap, match="edits overlap at offset"):
        splice("abcdef", edits)


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.text(max_size=3)), max_size=6))
def test_inserts_keep_every_character(text: str, inserts: list[tuple[int, str]]) -> None:
    edits = [Splice(min(at, len(text)), min(at, len(text)), put) for at, put in inserts]
    done = splice(text, edits)
    assert len(done) == len(text) + sum(len(edit.put) for edit in edits)
    # Taken out again from the end, the text is what it was.
    gaps = sorted(edits, key=lambda one: one.start)
    shift = sum(len(edit.put) for edit in gaps)
    for edit in reversed(gaps):
        shift -= len(edit.put)
        at = edit.start + shift
        assert done[at : at + len(edit.put)] == edit.put
        done = done[:at] + done[at + len(edit.put) :]
    assert done == text
