"""Conflict markers: written as git does, and read back to both sides."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.change.lines import Conflict, merge3, split_lines
from spine.change.markers import ConflictStyle, Marks, mark, mark_differences, sides_of

STYLES: tuple[ConflictStyle, ...] = ("merge", "diff3", "zdiff3")
LINES = st.lists(st.sampled_from(["a", "b", "c", "d: 1", "  e"]), max_size=7).map(
    lambda one: "".join(f"{x}\n" for x in one)
)
BASE = "a\nb\nc\nd\ne\n"

CASES = {
    "one line": (BASE, BASE.replace("c", "C1"), BASE.replace("c", "C2")),
    "both ends alike": (BASE, "a\nb\nX\nc1\nY\nd\ne\n", "a\nb\nX\nc2\nY\nd\ne\n"),
    "removed here": (BASE, "a\nb\nd\ne\n", BASE.replace("c", "C2")),
    "two places": (BASE, "A1\nb\nc\nd\nE1\n", "A2\nb\nc\nd\nE2\n"),
    "crlf": tuple(one.replace("\n", "\r\n") for one in (BASE, BASE.replace("c", "C1"), BASE.replace("c", "C2"))),
    "no last line end": ("a\nb", "a\nc", "a\nd"),
    "no last line end here": ("a\nb\n", "a\nc", "a\nd\n"),
    "both added": ("a\n", "a\nname: x\nv: 1\nw: 1\n", "a\nname: x\nv: 2\nw: 1\n"),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("case", CASES)
def test_blocks_are_those_of_git_merge_file(tmp_path: Path, case: str, style: ConflictStyle) -> None:
    for name, text in zip(("base", "ours", "theirs"), CASES[case], strict=True):
        (tmp_path / name).write_bytes(text.encode())
    names = [word for label in ("HEAD", "old", "topic") for word in ("-L", label)]
    how = [] if style == "merge" else [f"--{style}"]
    line = ["git", "merge-file", "-p", "--marker-size=9", *how, *names, "ours", "base", "theirs"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode in (1, 2)
    assert mark(*CASES[case], Marks(9, "HEAD", "old", "topic", style)) == done.stdout.decode()


@given(LINES, LINES, LINES, st.sampled_from(STYLES), st.integers(7, 12))
def test_both_sides_can_be_read_back(base: str, ours: str, theirs: str, style: ConflictStyle, size: int) -> None:
    text = mark(base, ours, theirs, Marks(size, style=style))
    sides = sides_of(text, size=size)
    if ours == theirs:
        assert (text, sides) == (ours, None)
        return
    assert sides is not None
    chunks = merge3(split_lines(base), split_lines(ours), split_lines(theirs))
    if not any(isinstance(chunk, Conflict) for chunk in chunks):
        assert sides == (ours, theirs)
    assert sides_of(text, size=size + 1) is None


@given(LINES, LINES)
def test_all_differences_are_shown_and_nothing_else(ours: str, theirs: str) -> None:
    text = mark_differences(ours, theirs, Marks())
    assert (sides_of(text, size=7) or (text, text)) == (ours, theirs)


@pytest.mark.parametrize(
    "text",
    [
        "a\n",
        "<<<<<<< x\na\n",
        "<<<<<<< x\na\n>>>>>>> y\n",
        "=======\n",
        "<<<<<<< x\n=======\n=======\n>>>>>>> y\n",
        "<<<<<<< x\na\n========\nb\n>>>>>>> y\n",
    ],
)
def test_what_is_no_block_has_no_sides(text: str) -> None:
    assert sides_of(text, size=7) is None
