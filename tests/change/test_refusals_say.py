"""What the engine says when it refuses, word by word: people and programs read it."""

from __future__ import annotations

import pytest

from spine.address import parse
from spine.change.editing import entry_source, remove_entry
from spine.change.form import dump
from spine.change.json_form import operations_from_json
from spine.change.operations import Change, Expect, SetValue
from spine.change.settle import CannotSettle, Side, Take, settle
from spine.change.textpatch import PatchRefused, parse_patch
from spine.errors import Refused
from spine.identity import Identity

SET = Change((SetValue(parse("a"), "1", "2"),), patch="@@ -1 +1 @@\n-a: 1\n+a: 2\n", reason="r")


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (lambda: dump(SET), "a change is told by operations or by a patch, not by both"),
        (lambda: entry_source(parse("a[#1]"), "1"), "a[#1]: an entry is added by name, not by position"),
        (lambda: entry_source(parse("a[=x]"), "1"), "a[=x]: a member of a list of plain values has no further value"),
        (
            lambda: remove_entry("a: [1]\n", parse("a[#1]"), Identity()),
            "a[#1]: an item without identity is removed by a splice; edit the file instead",
        ),
    ],
)
def test_refused_in_these_words(run: object, said: str) -> None:
    with pytest.raises(Refused) as refused:
        run()  # type: ignore[operator]
    assert refused.value.message == said


@pytest.mark.parametrize(
    ("value", "kind"),
    [("text", "a string"), (["a"], "a list"), (None, "null"), (True, "true or false"), (1, "a number")],
)
def test_json_of_another_kind_is_called_what_it_is(value: object, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        operations_from_json([value])
    assert refused.value.message == f"an operation is an object, not {kind}"
    if not isinstance(value, list):
        with pytest.raises(Refused) as refused:
            operations_from_json(value)
        assert refused.value.message == f"operations are a list, not {kind}"
    if not isinstance(value, str):
        with pytest.raises(Refused) as refused:
            operations_from_json([{"set": value, "to": "1"}])
        assert f"“set” is a string, not {kind}" in refused.value.message


def test_json_objects_are_no_strings() -> None:
    with pytest.raises(Refused) as refused:
        operations_from_json({"set": "a"})
    assert refused.value.message == "operations are a list, not an object"


@pytest.mark.parametrize(
    ("patch", "line", "said"),
    [
        (
            "@@ -1,2 +1,3 @@\n a\n+b\n c\n@@ -9 +9 @@\n-x\n+y\n", 5,
            "the header does not fit the hunks above it: `+10` is expected",
        ),
        (
            "@@ -1,3 +1,1 @@\n a\n-b\n-c\n@@ -9,2 +9,2 @@\n-x\n+y\n z\n", 5,
            "the header does not fit the hunks above it: `+7,2` is expected",
        ),
        (
            "@@ -1,2 +1,2 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n c\n", 6,
            "no line can follow the one without a newline",
        ),
        (
            "@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n+c\n", 6,
            "no line can follow the one without a newline",
        ),
        (
            "@@ -1,2 +1,1 @@\n+b\n\\ No newline at end of file\n-a\n\\ No newline at end of file\n-c\n", 6,
            "no line can follow the one without a newline",
        ),
    ],
)  # fmt: skip
def test_a_patch_is_refused_with_its_line(patch: str, line: int, said: str) -> None:
    with pytest.raises(PatchRefused) as refused:
        parse_patch(patch)
    assert said in refused.value.message
    assert refused.value.place is None or refused.value.place.line in (None, line)


@pytest.mark.parametrize(
    ("base", "target", "op", "side", "said"),
    [
        (None, "a: {}\nb: 1\n", SetValue(parse("a.x"), "1", "2"), "proposal", "is not in this clone"),
        ("b: 1\n", "b: 2\n", Expect(parse("b"), "1"), "proposal", "an expectation sets nothing; taking the target's"),
    ],
)
def test_what_cannot_be_settled_says_why(
    base: str | None, target: str, op: SetValue | Expect, side: Side, said: str
) -> None:
    with pytest.raises(CannotSettle) as refused:
        settle(base, target, Change((op,)), lambda _: Take(side))
    assert said in refused.value.message
