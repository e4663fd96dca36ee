"""Line diff and diff3: cases for what people meet, laws for what nobody thinks of, and git as the second opinion."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.change import lines
from spine.change.lines import Both, Conflict, Hunk, OneSide, Stable, hunks, matching_blocks, merge3, split_lines, taken

items = st.lists(st.sampled_from("abcde"), max_size=14)


# ---- lines of a text ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a\n"]),
        ("\n", ["\n"]),
        ("\n\na", ["\n", "\n", "a"]),
        ("a\r\nb\rc\n", ["a\r\n", "b\rc\n"]),
        ("a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\nh", ["a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\n", "h"]),
        ("\ufeffa\n", ["\ufeffa\n"]),
    ],
)
def test_a_line_ends_at_a_newline_and_nowhere_else(text: str, expected: list[str]) -> None:
    assert split_lines(text) == expected


@given(st.text(alphabet="ab\n\r\x0c\u2028"))
def test_lines_join_to_the_text(text: str) -> None:
    assert "".join(split_lines(text)) == text
    assert all("\n" not in line[:-1] and line for line in split_lines(text))


# ---- two sequences ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("", "", []),
        ("abc", "abc", []),
        ("", "ab", [Hunk(0, 0, 0, 2)]),
        ("ab", "", [Hunk(0, 2, 0, 0)]),
        ("abc", "axc", [Hunk(1, 2, 1, 2)]),
        ("abc", "abxc", [Hunk(2, 2, 2, 3)]),
        ("abc", "xyz", [Hunk(0, 3, 0, 3)]),
        ("abcdef", "xbcdey", [Hunk(0, 1, 0, 1), Hunk(5, 6, 5, 6)]),
        ("abc", "bca", [Hunk(0, 1, 0, 0), Hunk(3, 3, 2, 3)]),
        ("aaa", "aa", [Hunk(2, 3, 2, 2)]),
    ],
)
def test_hunks(a: str, b: str, expected: list[Hunk]) -> None:
    assert hunks(a, b) == expected


def test_unique_lines_hold_a_diff_together_where_repeated_ones_would_pull_it_apart() -> None:
    before = ["{", "one", "}", "{", "two", "}"]
    after = ["{", "new", "}", "{", "one", "}", "{", "two", "}"]
    (hunk,) = hunks(before, after)
    assert (hunk.a_start, hunk.a_end, hunk.b_end - hunk.b_start) == (1, 1, 3)


@given(items, items)
def test_blocks_are_equal_parts_that_grow_in_both_and_are_maximal(a: list[str], b: list[str]) -> None:
    end_a = end_b = 0
    for n, (i, j, length) in enumerate(matching_blocks(a, b)):
        assert length > 0
        assert a[i : i + length] == b[j : j + length]
        assert i >= end_a
        assert j >= end_b
        assert n == 0 or (i, j) != (end_a, end_b)
        end_a, end_b = i + length, j + length


@given(items, items)
def test_hunks_lead_from_one_to_the_other_and_back(a: list[str], b: list[str]) -> None:
    found = hunks(a, b)
    out = list(a)
    for hunk in reversed(found):
        out[hunk.a_start : hunk.a_end] = b[hunk.b_start : hunk.b_end]
    assert out == b
    for first, second in pairwise(found):
        assert first.a_end < second.a_start
        assert first.b_end < second.b_start
    assert bool(found) == (a != b)


def longest_common(a: Sequence[str], b: Sequence[str]) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        above = 0
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], above + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]


@given(items, items)
def test_without_anchors_the_diff_is_the_shortest(a: list[str], b: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "ROUNDS", 0)
        assert sum(length for *_, length in matching_blocks(a, b)) == longest_common(a, b)


@pytest.mark.parametrize("limit", [1, 2, 3])
@settings(max_examples=100)
@given(a=items, b=items)
def test_a_search_that_is_cut_short_is_still_right(limit: int, a: list[str], b: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "DEPTH", limit)
        patch.setattr(lines, "ROUNDS", 0)
        test_hunks_lead_from_one_to_the_other_and_back.hypothesis.inner_test(a, b)  # type: ignore[attr-defined]


N = 20_000


@pytest.mark.parametrize(
    ("title", "a", "b"),
    [
        ("two letters at random", random.Random(1).choices("ab", k=N), random.Random(2).choices("ab", k=N)),
        (
            "a thousand at random",
            random.Random(1).choices(range(1000), k=N),
            random.Random(2).choices(range(1000), k=N),
        ),
        ("nothing in common", list(range(N)), list(range(N, 2 * N))),
        ("backwards", list(range(N)), list(range(N))[::-1]),
        ("pairs backwards", [i // 2 for i in range(N)], [i // 2 for i in range(N)][::-1]),
        ("shuffled", list(range(N)), random.Random(3).sample(range(N), N)),
        ("two rhythms", [i % 7 for i in range(N)], [i % 11 for i in range(N)]),
        ("one long run", ["a"] * N, (["a"] * 7 + ["b"]) * (N // 8)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_input_of_20000_lines_takes_long(title: str, a: list[object], b: list[object]) -> None:
    start = time.process_time()
    found = hunks(a, b)
    # 0.01 to 1 s when it was written; quadratic work would be many minutes. A busy machine and traced code are slower.
    assert time.process_time() - start < 60, title
    out = list(a)
    for hunk in reversed(found):
        out[hunk.a_start : hunk.a_end] = b[hunk.b_start : hunk.b_end]
    assert out == b


# ---- three sequences ----------------------------------------------------------------------------------------------


def shown(base: str, ours: str, theirs: str) -> str:
    """The merge in short: stable items as they are, `<x` ours, `x>` theirs, `=x=` both, `!a|b|c!` a conflict."""
    out = []
    for chunk in merge3(base, ours, theirs):
        a, b, c = (side[part.start : part.stop] for side, part in parts_of(chunk, base, ours, theirs))
        match chunk:
            case Stable():
                out.append(a)
            case OneSide(side="ours"):
                out.append(f"<{b}")
            case OneSide():
                out.append(f"{c}>")
            case Both():
                out.append(f"={b}=")
            case Conflict():
                out.append(f"!{a}|{b}|{c}!")
    return " ".join(out)


def parts_of(chunk: Stable | OneSide | Both | Conflict, base: str, ours: str, theirs: str) -> list[tuple[str, range]]:
    return [(base, chunk.base), (ours, chunk.ours), (theirs, chunk.theirs)]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ("", "", "", ""),
        ("abc", "abc", "abc", "abc"),
        ("abc", "xbc", "abc", "<x bc"),
        ("abc", "abc", "xbc", "x> bc"),
        ("abc", "xbc", "xbc", "=x= bc"),
        ("abc", "xbc", "aby", "<x b y>"),
        ("abc", "xbc", "ayc", "!ab|xb|ay! c"),  # neighbouring lines touch
        ("abc", "axc", "ayc", "a !b|x|y! c"),
        ("abc", "ac", "ac", "a == c"),
        ("abc", "ac", "axc", "a !b||x! c"),  # changed and removed
        ("ab", "axb", "ayb", "a !|x|y! b"),  # two inserts at one place
        ("ab", "axb", "axb", "a =x= b"),
        ("abc", "axbc", "abxc", "a <x b x> c"),  # the line between the two inserts keeps them apart
        ("", "x", "y", "!|x|y!"),
        ("", "x", "x", "=x="),
        ("abcd", "", "abcd", "<"),
        ("abcd", "", "abxd", "!abcd||abxd!"),
        ("abcde", "bcde", "abcd", "< bcd >"),
        ("abcdef", "aXYdef", "aXYdeZ", "a =XY= de Z>"),
        ("abcdef", "aXdef", "abYdef", "a !bc|X|bY! def"),
        ("abcdefg", "aXcYefg", "abZdeWg", "a !bcd|XcY|bZd! e W> g"),
    ],
)
def test_merge3(base: str, ours: str, theirs: str, expected: str) -> None:
    assert shown(base, ours, theirs) == expected


def test_hunks_that_touch_in_a_chain_are_one_conflict() -> None:
    chunks = merge3("abcdef", "aXcYef", "abZdWf")
    assert [type(chunk) for chunk in chunks] == [Stable, Conflict, Stable]
    assert chunks[1].base == range(1, 5)


@given(items, items, items)
def test_chunks_cover_all_three_and_swap_with_their_sides(base: list[str], ours: list[str], theirs: list[str]) -> None:
    chunks = merge3(base, ours, theirs)
    for name, side in (("base", base), ("ours", ours), ("theirs", theirs)):
        assert [n for chunk in chunks for n in getattr(chunk, name)] == list(range(len(side)))
    for chunk in chunks:
        old, left, right = (
            side[part.start : part.stop]
            for side, part in ((base, chunk.base), (ours, chunk.ours), (theirs, chunk.theirs))
        )
        match chunk:
            case Stable():
                assert old == left == right
            case OneSide(side=side):
                assert (right if side == "ours" else left) == old
                assert left != right
                assert taken(chunk, ours, theirs) == (left if side == "ours" else right)
            case Both():
                assert left == right != old
            case Conflict():
                assert left != old != right
                assert left != right
    flip = {"ours": "theirs", "theirs": "ours"}
    swapped = [
        OneSide(chunk.base, chunk.theirs, chunk.ours, flip[chunk.side])  # type: ignore[arg-type]
        if isinstance(chunk, OneSide)
        else type(chunk)(chunk.base, chunk.theirs, chunk.ours)
        for chunk in chunks
    ]
    assert swapped == merge3(base, theirs, ours)


@given(items, items)
def test_one_side_alone_is_taken_whole(base: list[str], changed: list[str]) -> None:
    for chunks, ours, theirs in (
        (merge3(base, changed, base), changed, base),
        (merge3(base, base, changed), base, changed),
        (merge3(base, changed, changed), changed, changed),
    ):
        merged = [item for chunk in chunks if not isinstance(chunk, Conflict) for item in taken(chunk, ours, theirs)]
        assert merged == changed


@st.composite
def edited(draw: st.DrawFn, size: int, name: str) -> tuple[list[str | None], list[list[str]]]:
    """What one side does to items 0 … size-1: keep (None), drop (""), or another item; and what it puts in each gap."""
    said = st.sampled_from([None, None, None, "", f"{name}!", "both!"])
    put = st.sampled_from([[], [], [], [], [f"{name}+"], ["both+"], [f"{name}+", "both+"]])
    changed = [text and f"{text}{n}" if text else text for n, text in enumerate(draw(st.tuples(*[said] * size)))]
    inserts = [[f"{text}{n}" for text in texts] for n, texts in enumerate(draw(st.tuples(*[put] * (size + 1))))]
    return changed, inserts


def edited_items(size: int, changed: list[str | None], inserts: list[list[str]], start: int, end: int) -> list[str]:
    """One side's items between the places `start` and `end`, its inserts at both of them included."""
    out = list(inserts[start])
    for n in range(start, end):
        text = changed[n]
        out += [str(n)] if text is None else [text] if text else []
        out += inserts[n + 1]
    return out


@given(st.data())
def test_merge3_agrees_with_a_reference_that_knows_the_edits(data: st.DataObject) -> None:
    """Every item is unique, so the diff cannot err, and the outcome can be told from the edits alone.

    The places 0 … size between items are joined by each item that a side changed: what is joined is decided together.
    """
    size = data.draw(st.integers(0, 7))
    left, right = data.draw(edited(size, "l")), data.draw(edited(size, "r"))
    expected: list[str] | None = []
    start = 0
    while start <= size:
        end = start
        while end < size and (left[0][end] is not None or right[0][end] is not None):
            end += 1
        sides = [edited_items(size, *side, start, end) for side in (left, right)]
        old = [str(n) for n in range(start, end)]
        news = [side for side in sides if side != old]
        if expected is not None:
            expected = None if len(news) == 2 and news[0] != news[1] else expected + (news[0] if news else old)
        if expected is not None and end < size:
            expected.append(str(end))
        start = end + 1
    base = [str(n) for n in range(size)]
    ours, theirs = (edited_items(size, *side, 0, size) for side in (left, right))
    merged: list[str] | None = []
    for chunk in merge3(base, ours, theirs):
        merged = None if merged is None or isinstance(chunk, Conflict) else [*merged, *taken(chunk, ours, theirs)]
    assert merged == expected


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the second opinion")
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_git_merge_file_agrees(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """git joins conflicts that stand close, so only clean or not is compared, and the text where both are clean."""
    size = data.draw(st.integers(1, 12))
    left, right = data.draw(edited(size, "l")), data.draw(edited(size, "r"))
    base = [str(n) for n in range(size)]
    texts = {
        "base": base,
        "ours": edited_items(size, *left, 0, size),
        "theirs": edited_items(size, *right, 0, size),
    }
    folder: Path = tmp_path_factory.mktemp("merge")
    for name, content in texts.items():
        (folder / name).write_text("".join(f"{item}\n" for item in content))
    run = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=folder, capture_output=True, text=True, check=False
    )
    chunks = merge3(base, texts["ours"], texts["theirs"])
    conflicts = [chunk for chunk in chunks if isinstance(chunk, Conflict)]
    assert bool(conflicts) == (run.returncode != 0)
    if not conflicts:
        merged = [item for chunk in chunks for item in taken(chunk, texts["ours"], texts["theirs"])]  # type: ignore[arg-type]
        assert run.stdout == "".join(f"{item}\n" for item in merged)
