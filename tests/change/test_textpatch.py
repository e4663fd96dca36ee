"""Text patches: made, read, applied, turned round and merged; what is malformed or does not fit is refused by line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.change.textpatch import (
    NO_NEWLINE,
    Mark,
    PatchRefused,
    TextConflict,
    TextConflicts,
    TextHunk,
    TextMerged,
    TextPatch,
    apply_patch,
    apply_residual,
    invert_patch,
    make_patch,
    make_residual,
    merge_text,
    parse_patch,
)

some_lines = st.lists(
    st.sampled_from(["a", "b", "c", "", " ", "\r", "\x0c", "-x", "+y", "@@ -1 +1 @@", "\\ No", "é\u2028z"])
)
texts = st.builds(lambda lines, end: "\n".join(lines) + (end if lines else ""), some_lines, st.sampled_from(["\n", ""]))
contexts = st.integers(0, 4)


@st.composite
def versions(draw: st.DrawFn) -> tuple[str, str]:
    """A text and what became of it: mostly a few lines changed, sometimes everything."""
    before = draw(texts)
    if draw(st.integers(0, 4)) == 0:
        return before, draw(texts)
    lines = before.split("\n")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines)))
        lines[at : at + draw(st.integers(0, 2))] = draw(st.lists(st.sampled_from(["new", "", "a"]), max_size=2))
    return before, "\n".join(lines)


# ---- cases --------------------------------------------------------------------------------------------------------

NUMBERS = "".join(f"{n}\n" for n in range(1, 21))

CASES = [
    ("equal", "a\n", "a\n", 3, ""),
    ("both empty", "", "", 3, ""),
    ("one line", "a\nb\nc\n", "a\nB\nc\n", 3, "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"),
    ("made from nothing", "", "a\nb\n", 3, "@@ -0,0 +1,2 @@\n+a\n+b\n"),
    ("emptied", "a\n", "", 3, "@@ -1 +0,0 @@\n-a\n"),
    ("first line put", "b\n", "a\nb\n", 0, "@@ -0,0 +1 @@\n+a\n"),
    ("last line put, no context", "a\n", "a\nb\n", 0, "@@ -1,0 +2 @@\n+b\n"),
    ("an empty context line is empty", "a\n\nb\n", "a\n\nc\n", 3, "@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n"),
    ("empty lines put and dropped", "a\n\nb\n", "\na\nb\n", 1, "@@ -1,3 +1,3 @@\n-a\n\n+a\n b\n"),
    ("newline lost", "a\nb\n", "a\nb", 3, f"@@ -1,2 +1,2 @@\n a\n-b\n+b\n{NO_NEWLINE}"),
    ("newline gained", "a\nb", "a\nb\n", 3, f"@@ -1,2 +1,2 @@\n a\n-b\n{NO_NEWLINE}+b\n"),
    ("no newline on either side", "a\nb", "x\nb", 3, f"@@ -1,2 +1,2 @@\n-a\n+x\n b\n{NO_NEWLINE}"),
    ("carriage returns", "a\r\nb\r\n", "a\r\nc\r\n", 3, "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"),
    ("line ends changed", "a\r\n", "a\n", 3, "@@ -1 +1 @@\n-a\r\n+a\n"),
    ("form feed and other ends are text", "a\x0cb\x85c\n", "a\x0cb\n", 3, "@@ -1 +1 @@\n-a\x0cb\x85c\n+a\x0cb\n"),
    ("lines that look like a patch", "-a\n+b\n", "@@ -1 +1 @@\n+b\n", 3, "@@ -1,2 +1,2 @@\n--a\n+@@ -1 +1 @@\n +b\n"),
    ("a line that looks like the mark", "\\ No\n", "\\ No", 3, f"@@ -1 +1 @@\n-\\ No\n+\\ No\n{NO_NEWLINE}"),
    (
        "two hunks",
        NUMBERS,
        NUMBERS.replace("2\n", "two\n", 1).replace("18\n", ""),
        1,
        "@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n@@ -17,3 +17,2 @@\n 17\n-18\n 19\n",
    ),
    (
        "hunks whose context touches are one",
        NUMBERS,
        NUMBERS.replace("2\n", "two\n", 1).replace("5\n", "five\n", 1),
        1,
        "@@ -1,6 +1,6 @@\n 1\n-2\n+two\n 3\n 4\n-5\n+five\n 6\n",
    ),
    (
        "hunks whose context does not touch are two",
        NUMBERS,
        NUMBERS.replace("2\n", "two\n", 1).replace("6\n", "six\n", 1),
        1,
        "@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n@@ -5,3 +5,3 @@\n 5\n-6\n+six\n 7\n",
    ),
]


@pytest.mark.parametrize(("before", "after", "context", "patch"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_patch_is_written_and_applied(before: str, after: str, context: int, patch: str) -> None:
    assert make_patch(before, after, context) == patch
    assert apply_patch(before, patch) == after
    assert apply_patch(after, invert_patch(patch)) == before


def test_a_parsed_patch_says_where_and_what() -> None:
    assert parse_patch(f"@@ -2,2 +2,3 @@ def f():\n a\n-b\n+c\n+d\n{NO_NEWLINE}") == TextPatch(
        (TextHunk(1, 1, ((Mark.KEEP, "a\n"), (Mark.DROP, "b\n"), (Mark.PUT, "c\n"), (Mark.PUT, "d"))),)
    )


@pytest.mark.parametrize(
    "foreign",
    [
        "@@ -1,1 +1,1 @@\n-a\n+b\n",  # counts of one written out
        "@@ -1,2 +1,2 @@ heading\n-a\n+b\n \n",  # a heading, a space on an empty line
        "@@ -1 +1 @@\n+b\n-a\n",  # put before drop
    ],
)
def test_other_spellings_are_understood(foreign: str) -> None:
    assert apply_patch("a\n\n", foreign) == "b\n\n"
    assert parse_patch(str(parse_patch(foreign))) == parse_patch(foreign)


MALFORMED = [
    ("a file header", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", 1),
    ("a header that is none", "@@ -1 +1\n-a\n+b\n", 1),
    ("a number with a zero in front", "@@ -01 +1 @@\n-a\n+b\n", 1),
    ("a number beyond any text", "@@ -99999999999 +1 @@\n-a\n+b\n", 1),
    ("digits that are not ASCII", "@@ -١ +1 @@\n-a\n+b\n", 1),
    ("line 0 of a text", "@@ -0 +1 @@\n-a\n+b\n", 1),
    ("too few lines", "@@ -1,2 +1,2 @@\n-a\n+b\n", 3),
    ("too many lines", "@@ -1 +1 @@\n-a\n+b\n c\n", 4),
    ("more old lines than counted", "@@ -1 +1,2 @@\n-a\n-b\n+c\n+d\n", 3),
    ("a line with no mark", "@@ -1,2 +1,2 @@\n-a\n+b\nc\n", 4),
    ("cut in the middle of a line", "@@ -1 +1 @@\n-a\n+b", 3),
    ("nothing changes", "@@ -1 +1 @@\n a\n", 1),
    ("no lines at all", "@@ -1,0 +1,0 @@\n", 1),
    ("text behind the end", f"@@ -1,2 +1,2 @@\n-a\n+b\n{NO_NEWLINE}+c\n d\n", 5),
    ("a kept line behind the end of one side", f"@@ -1,2 +1,2 @@\n-a\n{NO_NEWLINE}+b\n c\n", 5),
    ("the mark before any line", f"@@ -1 +1 @@\n{NO_NEWLINE}-a\n+b\n", 2),
    ("hunks out of order", "@@ -5 +5 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n", 4),
    ("hunks that overlap", "@@ -1,2 +1,2 @@\n-a\n+b\n c\n@@ -2 +2 @@\n-c\n+d\n", 5),
    ("a place that does not follow", "@@ -1 +1,2 @@\n-a\n+b\n+c\n@@ -5 +5 @@\n-a\n+b\n", 5),
    ("a hunk behind the end", f"@@ -1 +1 @@\n-a\n+b\n{NO_NEWLINE}@@ -5 +5 @@\n-a\n+b\n", 5),
]


@pytest.mark.parametrize(("patch", "line"), [case[1:] for case in MALFORMED], ids=[case[0] for case in MALFORMED])
def test_a_malformed_patch_is_refused_at_its_line(patch: str, line: int) -> None:
    with pytest.raises(PatchRefused) as refusal:
        parse_patch(patch)
    assert refusal.value.line == line
    assert str(refusal.value).startswith(f"patch:{line}: ")
    assert refusal.value.exit_code == 2


UNFIT = [
    ("another line", "x\n", "@@ -1 +1 @@\n-a\n+b\n", 2),
    ("another context line", "x\na\n", "@@ -1,2 +1,2 @@\n y\n-a\n+b\n", 2),
    ("one line further down", "x\na\n", "@@ -1 +1 @@\n-a\n+b\n", 2),
    ("the end comes first", "a\n", "@@ -1,2 +1 @@\n a\n-b\n", 3),
    ("begins behind the end", "a\n", "@@ -7,0 +8 @@\n+b\n", 1),
    ("a newline that was not there", "a\n", f"@@ -1 +1 @@\n-a\n{NO_NEWLINE}+b\n", 2),
    ("no newline where one was", "a", "@@ -1 +1 @@\n-a\n+b\n", 2),
    ("a carriage return more", "a\r\n", "@@ -1 +1 @@\n-a\n+b\n", 2),
    ("puts a line behind one without an end", "a", "@@ -1,0 +2 @@\n+b\n", 1),
    ("ends the text before its end", "a\nb\n", f"@@ -1 +1 @@\n-a\n+c\n{NO_NEWLINE}", 1),
    ("the second hunk", "a\nb\nc\n", "@@ -1 +1 @@\n-a\n+x\n@@ -3 +3 @@\n-z\n+y\n", 5),
]


@pytest.mark.parametrize(("text", "patch", "line"), [case[1:] for case in UNFIT], ids=[case[0] for case in UNFIT])
def test_a_patch_that_does_not_fit_to_the_byte_is_refused_at_its_line(text: str, patch: str, line: int) -> None:
    with pytest.raises(PatchRefused) as refusal:
        apply_patch(text, patch)
    assert refusal.value.line == line
    assert refusal.value.hint is not None
    assert apply_residual(text, patch) is None


def test_what_a_refusal_quotes_is_short_and_printable() -> None:
    with pytest.raises(PatchRefused) as refusal:
        apply_patch("\x1b[31m" + "é" * 1000 + "\n", "@@ -1 +1 @@\n-a\n+b\n")
    assert refusal.value.message.isascii() or "…" in refusal.value.message
    assert "\x1b" not in refusal.value.message
    assert len(refusal.value.message) < 1000


# ---- residual -----------------------------------------------------------------------------------------------------


def test_a_residual_stands_on_its_own_base_and_nowhere_else() -> None:
    before, after = "a:   1\nb: 2\n\n\nc: 3\n", "a: 1\nb: 2\n\nc: 3\n"
    residual = make_residual(before, after)
    assert apply_residual(before, residual) == after
    assert apply_residual("a:  1\nb: 2\n\n\nc: 3\n", residual) is None
    assert apply_residual("new: 0\n" + before, residual) is None
    assert apply_residual(before + "d: 4\n", residual) == after + "d: 4\n"


def test_a_residual_that_only_puts_lines_holds_on_to_its_neighbours() -> None:
    residual = make_residual("a: 1\nb: 2\n", "a: 1\n\nb: 2\n")
    assert apply_residual("a: 1\nb: 2\n", residual) == "a: 1\n\nb: 2\n"
    assert apply_residual("a: |\n  x\nb: 2\n", residual) is None


def test_a_hunk_that_shows_nothing_of_the_text_stands_nowhere_but_in_an_empty_one() -> None:
    assert apply_residual("a\n", make_patch("a\n", "a\nb\n", context=0)) is None
    assert apply_residual("", make_residual("", "\n")) == "\n"


@given(versions(), st.integers(1, 3))
def test_a_residual_applies_on_its_base(pair: tuple[str, str], context: int) -> None:
    before, after = pair
    assert apply_residual(before, make_patch(before, after, context)) == after


# ---- laws ---------------------------------------------------------------------------------------------------------


@given(versions(), contexts)
def test_apply_after_make_is_the_new_text(pair: tuple[str, str], context: int) -> None:
    before, after = pair
    patch = make_patch(before, after, context)
    assert apply_patch(before, patch) == after
    assert (patch == "") == (before == after)


@given(versions(), contexts)
def test_the_inverse_takes_it_back_and_is_its_own_inverse(pair: tuple[str, str], context: int) -> None:
    before, after = pair
    patch = make_patch(before, after, context)
    assert apply_patch(after, invert_patch(patch)) == before
    assert invert_patch(invert_patch(patch)) == patch


@given(versions(), contexts)
def test_a_patch_reads_back_as_it_was_written(pair: tuple[str, str], context: int) -> None:
    patch = make_patch(*pair, context)
    assert str(parse_patch(patch)) == patch
    assert patch == "" or patch.endswith("\n")
    assert not any(line == " " for line in patch.split("\n"))


@given(versions(), contexts, texts)
def test_a_patch_changes_another_text_exactly_where_it_fits_or_not_at_all(
    pair: tuple[str, str], context: int, other: str
) -> None:
    patch = make_patch(*pair, context)
    hunks = parse_patch(patch).hunks
    lines = [part + "\n" for part in other.split("\n")]
    lines[-1] = lines[-1][:-1]
    fits = all(tuple(line for line in lines if line)[h.old_start :][: len(h.old)] == h.old for h in hunks)
    try:
        changed = apply_patch(other, patch)
    except PatchRefused:
        changed = None
    if not fits:
        assert changed is None
    if changed is not None:
        assert apply_patch(changed, invert_patch(patch)) == other


@given(st.text(alphabet="@@-+ 0123,\n\\a", max_size=60))
def test_any_text_is_a_patch_or_refused(text: str) -> None:
    try:
        patch = parse_patch(text)
    except PatchRefused as refusal:
        assert 1 <= refusal.line <= text.count("\n") + 1  # noqa: PT017 - the refusal's own claim
    else:
        assert parse_patch(str(patch)) == patch


# ---- merging ------------------------------------------------------------------------------------------------------


def test_both_changes_are_in_the_merged_text() -> None:
    assert merge_text("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n") == TextMerged("A\nb\nC\n", ())


def test_what_is_already_there_is_noted() -> None:
    assert merge_text("a\nb\nc\n", "A\nx\nb\nc\n", "A\nx\nb\n") == TextMerged(
        "A\nx\nb\n", ("already there: lines 1-2",)
    )
    assert merge_text("a\nb\nc\n", "a\nc\n", "a\nc\n") == TextMerged(
        "a\nc\n", ("already there: removal before line 2",)
    )


def test_a_conflict_shows_all_three_and_where() -> None:
    assert merge_text("a\nb\nc\nd\n", "0\na\nB\nc\nd\n", "a\nx\nc\nD\n") == TextConflicts(
        (TextConflict(range(2, 3), range(3, 4), "b\n", "B\n", "x\n"),)
    )
    assert merge_text("", "a", "b\n") == TextConflicts((TextConflict(range(1, 1), range(1, 2), "", "a", "b\n"),))


def test_a_lost_last_newline_is_a_change_of_the_last_line() -> None:
    assert merge_text("a\nb\nc\n", "a\nb\nc", "A\nb\nc\n") == TextMerged("A\nb\nc", ())
    assert isinstance(merge_text("a\nb\nc\n", "a\nb\nc", "a\nb\nc\nd\n"), TextConflicts)


@given(texts, texts)
def test_a_merge_with_the_base_is_the_other_side(base: str, changed: str) -> None:
    assert merge_text(base, changed, base) == TextMerged(changed, ())
    assert merge_text(base, base, changed) == TextMerged(changed, ())
    same = merge_text(base, changed, changed)
    assert isinstance(same, TextMerged)
    assert same.text == changed
    assert bool(same.notes) == (base != changed)


@given(versions(), st.data())
def test_a_merge_never_glues_two_lines_and_never_invents_one(pair: tuple[str, str], data: st.DataObject) -> None:
    base, target = pair
    proposed = data.draw(texts.map(lambda text: text or base)) if data.draw(st.booleans()) else base + "\nmore"
    known = {line for text in (base, target, proposed) for line in text.split("\n")}
    merged = merge_text(base, target, proposed)
    if isinstance(merged, TextMerged):
        assert set(merged.text.split("\n")) <= known | {""}
        swapped = merge_text(base, proposed, target)
        assert isinstance(swapped, TextMerged)
        assert swapped.text == merged.text
    else:
        assert all(c.target != c.proposed and c.base not in (c.target, c.proposed) for c in merged.conflicts)


# ---- git as the second opinion ------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the second opinion")
@settings(max_examples=40)
@given(pair=versions(), context=contexts)
def test_git_applies_the_same_patch(
    tmp_path_factory: pytest.TempPathFactory, pair: tuple[str, str], context: int
) -> None:
    before, after = pair
    patch = make_patch(before, after, context)
    if not patch:
        return
    folder: Path = tmp_path_factory.mktemp("apply")
    (folder / "file").write_bytes(before.encode())
    (folder / "patch").write_bytes(f"--- a/file\n+++ b/file\n{patch}".encode())
    command = ["git", "apply", "--whitespace=nowarn", "--unidiff-zero", "patch"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert (folder / "file").read_bytes().decode() == after
