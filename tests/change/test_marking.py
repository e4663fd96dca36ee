"""Two versions in one text: what fits merged by key, and blocks around the entries that conflict."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import spine
from spine.change.halfway import merge_what_fits
from spine.change.markers import ConflictStyle, Marks, sides_of
from spine.change.marking import Marked, NotByKey, Unplaced, merge_versions
from spine.change.merge import Merged
from spine.change.rules import FileRules
from spine.yamldoc.guard import parse
from spine.yamldoc.pieces import whole_lines
from tests.bindings_strategy import colliding_triples, triples

BASE = """\
# head
updated: 1
vms:
  - vmid: 100
    name: web
    status: on  # eol
    tags: [x, y]

  # the second
  - vmid: 101
    name: dns
    status: on
    flow: {a: 1, b: 2, c: 1}
steps:
  - one
  - one
  - two
"""
SECOND = """\
  # the second
  - vmid: 101
    name: dns
    status: on
    flow: {a: 1, b: 2, c: 1}
"""
THIRD = "  - vmid: 102\n    name: new\n    status: {}\n    more: 1\n"


def merged(base: str, ours: str, theirs: str, style: ConflictStyle = "merge") -> Merged | Marked:
    return merge_versions(base, ours, theirs, FileRules(), lambda: Marks(style=style))


def edited(*edits: tuple[str, str]) -> str:
    text = BASE
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def block(ours: str, theirs: str, base: str | None = None) -> str:
    middle = "" if base is None else f"||||||| base\n{base}"
    return f"<<<<<<< ours\n{ours}{middle}=======\n{theirs}>>>>>>> theirs\n"


STATUS = "status: on  # eol"


def test_one_value_conflicts_and_all_else_is_merged() -> None:
    found = merged(
        BASE,
        edited((STATUS, "status: off  # eol"), ("name: dns", "name: resolver")),
        edited((STATUS, "status: gone  # eol"), ("updated: 1", "updated: 2"), ("  - two\n", "  - two\n  - three\n")),
    )
    assert isinstance(found, Marked)
    assert [(str(one.at), one.base, one.target, one.proposed) for one in found.conflicts] == [
        ("vms[vmid=100].status", "on", "off", "gone")
    ]
    assert found.text == edited(
        (f"    {STATUS}\n", block("    status: off  # eol\n", "    status: gone  # eol\n")),
        ("name: dns", "name: resolver"),
        ("updated: 1", "updated: 2"),
        ("  - two\n", "  - two\n  - three\n"),
    )


def test_what_shares_its_line_is_shown_with_both_sides_clean_changes() -> None:
    found = merged(
        BASE,
        edited(("{a: 1, b: 2, c: 1}", "{a: 2, b: 2, c: 5}")),
        edited(("{a: 1, b: 2, c: 1}", "{a: 3, b: 3, c: 1}")),
        "diff3",
    )
    line = "    flow: {{a: {}, b: {}, c: {}}}\n"
    shown = block(line.format(2, 3, 5), line.format(3, 3, 5), line.format(1, 2, 1))
    assert found.text == edited((line.format(1, 2, 1), shown))


def test_removed_here_and_changed_there() -> None:
    found = merged(BASE, edited((SECOND, "")), edited(("name: dns", "name: resolver")), "diff3")
    changed = SECOND.replace("dns", "resolver")
    shown = block("", changed, SECOND)
    assert found.text == edited(("\n" + SECOND, shown + "\n"))
    assert sides_of(found.text, size=7) == (edited((SECOND, "")), edited(("\n" + SECOND, changed + "\n")))


def test_changed_here_and_removed_there() -> None:
    found = merged(BASE, edited(("name: dns", "name: resolver")), edited((SECOND, "")))
    assert found.text == edited((SECOND, block(SECOND.replace("dns", "resolver"), "")))


def test_both_added_one_identity() -> None:
    found = merged(
        BASE, edited(("steps:", THIRD.format("on") + "steps:")), edited(("steps:", THIRD.format("off") + "steps:"))
    )
    third = THIRD.replace("    status: {}\n", block("    status: on\n", "    status: off\n"))
    assert found.text == edited(("steps:", third + "steps:"))


def test_one_list_changed_in_one_place_by_both_and_in_another_by_one() -> None:
    head, tail = "  - one\n  - one\n", "  - two\n"
    found = merged(
        BASE,
        edited((head, "  - ONE\n  - one\n")),
        edited((head, "  - UNO\n  - one\n"), (tail, "  - two\n  - three\n")),
    )
    shown = block("  - ONE\n", "  - UNO\n") + "  - one\n"
    assert found.text == edited((head, shown), (tail, "  - two\n  - three\n"))


def test_one_key_renamed_by_both_with_a_change_below() -> None:
    found = merged(BASE, edited(("steps:", "stages:")), edited(("steps:", "phases:"), ("- two", "- three")))
    assert found.text == edited(("steps:\n", block("stages:\n", "phases:\n")), ("- two", "- three"))


def test_lines_of_a_block_scalar() -> None:
    base = "run: |\n  a\n  b\n  c\n  d\n  e\nx: 1\n"
    found = merged(base, base.replace("  a", "  A").replace("  e", "  E1"), base.replace("  e", "  E2"))
    assert found.text == "run: |\n  A\n  b\n  c\n  d\n" + block("  E1\n", "  E2\n") + "x: 1\n"


def test_line_ends_and_byte_order_mark_are_kept() -> None:
    base = "\ufeffa: 1\r\nb: 1\r\nc: 1"
    found = merged(base, base.replace("a: 1", "a: 2"), base.replace("a: 1", "a: 3").replace("c: 1", "c: 9"))
    assert found.text == "\ufeff" + block("a: 2\n", "a: 3\n").replace("\n", "\r\n") + "b: 1\r\nc: 9"


def test_a_declared_rule_that_names_a_side_decides_alike_in_both_directions() -> None:
    from spine.records.settings import read_settings

    text = 'spine: settings/1\nmerge: {"*#updated": theirs, "*#b": ours}\n'
    rules = read_settings(text).rules_for("bindings/a.yaml")
    base = "updated: 1\nb: 1\nc: 1\n"
    found = merge_versions(base, base.replace("1", "2"), base.replace("1", "3"), rules, lambda: Marks())
    assert found.text == "updated: 3\nb: 2\n" + block("c: 2\n", "c: 3\n")


def test_a_list_without_a_key_above_it_has_no_place() -> None:
    with pytest.raises(Unplaced):
        merged("- 1\n- 1\n- 2\n", "- 1\n- 3\n- 2\n", "- 1\n- 4\n- 2\n")


@pytest.mark.parametrize("theirs", ["a: [\n", "a: &x 2\nb: *x\n"])
def test_what_cannot_be_told_by_key_is_said(theirs: str) -> None:
    with pytest.raises(NotByKey):
        merged("a: &x 1\nb: *x\n", "a: &x 1\nb: *x\nd: 3\n", theirs)


WHOLE = {"value", "add", "remove", "removed", "kind"}


@settings(max_examples=settings.default.max_examples, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.one_of(triples(), colliding_triples()), st.sampled_from(["merge", "diff3", "zdiff3"]))
def test_clean_is_what_spine_merges_and_a_block_has_both_sides(
    texts: tuple[str, str, str], style: ConflictStyle
) -> None:
    base, ours, theirs = texts
    change = spine.diff(base, theirs)
    try:
        found = merged(base, ours, theirs, style)
    except (NotByKey, Unplaced, spine.Refused) as reason:
        event(type(reason).__name__)
        return
    event(type(found).__name__)
    expected = spine.merge(base, ours, change)
    if isinstance(found, Merged):
        assert isinstance(expected, Merged)
        assert found.text == expected.text
        return
    assert isinstance(expected, spine.Conflicts)
    sides = sides_of(found.text, size=7)
    assert sides is not None
    for side in sides:
        parse(side)
    shown = [value for one in found.conflicts for value in (one.base, one.target, one.proposed) if value is not None]
    if {one.kind for one in found.conflicts} <= WHOLE and not any("\n" in value.rstrip("\n") for value in shown):
        event("one line")
        # In front of a marker a last line gets its end, as with git.
        assert whole_lines(sides[0]) == whole_lines(merge_what_fits(base, ours, change).text)
