"""Every kind of conflict settled for each side and with a third value, or refused with a reason and a way out."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import spine
from spine.address import parse
from spine.change.amended import CannotSettle
from spine.change.merge import Conflicts, merge
from spine.change.operations import Change, Expect, SpliceItems
from spine.change.rules import FileRules
from spine.change.settle import Settled, Take, Unsettled, settle, sides_of
from spine.change.textpatch import make_patch
from spine.identity import Identity, Keyed
from spine.patterns import parse_pattern

BASE = """\
# all of it
updated: 2026-01-01
vms:
  - vmid: 1  # first
    status: up
    cores: 2
  - vmid: 2
    status: up
  - vmid: 3
    status: up
net: {a: 1}
tags: [x]
cmd:
  - run
  - fast
  - now
  - please
steps: [one, two]
"""
BUSY = BASE.replace("vmid: 3\n    status: up", "vmid: 3\n    status: busy  # the target's own change")


def edit(*pairs: tuple[str, str], text: str = BASE) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Case:
    """A conflict: what the target and the proposal did, and what comes out; None where it is refused."""

    name: str
    kind: str
    at: str
    target: list[tuple[str, str]]
    proposed: list[tuple[str, str]]
    taken: list[tuple[str, str]] | None  # the proposal's, as an edit of the target
    value: str | None = None
    given: list[tuple[str, str]] | None = None
    rules: FileRules | None = None


FIRST = "  - vmid: 1  # first\n    status: up\n    cores: 2\n"
STRICT = FileRules(hard_comments=True)
IN_ORDER = FileRules(Identity(((parse_pattern("vms"), Keyed((("vmid",),), ordered=True)),)))
CASES = [
    Case("a value", "value", "vms[vmid=2].status", [("2\n    status: up", "2\n    status: off")],
         [("2\n    status: up", "2\n    status: on")], [("status: off", "status: on")],
         "half", [("status: off", "status: half")]),
    Case("kind of a value", "kind", "vms[vmid=2].status", [("2\n    status: up", "2\n    status: off")],
         [("2\n    status: up", "2\n    status: {a: 1}")], [("status: off", "status: {a: 1}")],
         "[]", [("status: off", "status: []")]),
    Case("an entry added twice", "add", "vms[vmid=9]", [("  - vmid: 2", "  - vmid: 9\n    s: t\n  - vmid: 2")],
         [("  - vmid: 2", "  # mine\n  - vmid: 9\n    s: p\n  - vmid: 2")],
         [("  - vmid: 9\n    s: t\n", "  # mine\n  - vmid: 9\n    s: p\n")],
         "{vmid: 9, s: v}", [("- vmid: 9\n    s: t\n", "- {vmid: 9, s: v}\n")]),
    Case("a key added twice", "add", "more", [("cmd:", "more: t\ncmd:")], [("cmd:", "more: p\ncmd:")],
         [("more: t", "more: p")], "v", [("more: t", "more: v")]),
    Case("removed here, changed there", "removed", "vms[vmid=1].status", [(FIRST, "")],
         [("status: up\n    cores", "status: on\n    cores")],
         [("vms:\n", "vms:\n" + FIRST.replace("up", "on"))],
         "half", [("vms:\n", "vms:\n" + FIRST.replace("up", "half"))]),
    Case("a field added to what was removed", "removed", "vms[vmid=1].ram", [(FIRST, "")],
         [("    cores: 2\n", "    cores: 2\n    ram: 4\n")], [("vms:\n", "vms:\n" + FIRST + "    ram: 4\n")],
         "8", [("vms:\n", "vms:\n" + FIRST + "    ram: 8\n")]),
    Case("renamed there, removed here", "removed", "tags", [("tags: [x]\n", "")], [("tags: [x]", "labels: [x]")],
         [("cmd:", "labels: [x]\ncmd:")], "marks", [("cmd:", "marks: [x]\ncmd:")]),
    Case("changed here, removed there", "remove", "vms[vmid=1]", [("cores: 2", "cores: 4")], [(FIRST, "")],
         [(FIRST.replace("2", "4"), "")],
         "{vmid: 1}", [(FIRST.replace("2", "4").removeprefix("  - "), "{vmid: 1}\n")]),
    Case("renamed twice", "rename", "tags", [("tags: [x]", "labels: [x]")], [("tags: [x]", "marks: [x]")],
         [("labels", "marks")], "words", [("labels", "words")]),
    Case("renamed to a name that was given away", "rename", "tags", [("cmd:", "marks: 1\ncmd:")],
         [("tags: [x]", "marks: [x]")], None, "words", [("tags", "words")]),
    Case("renamed here, removed there", "rename", "tags", [("tags: [x]", "labels: [x]")], [("tags: [x]\n", "")],
         [("labels: [x]\n", "")]),
    Case("a scalar where entries were", "kind", "net.b", [("net: {a: 1}", "net: none")],
         [("net: {a: 1}", "net: {a: 1, b: 2}")], [("net: none", "net: {a: 1, b: 2}")],
         "3", [("net: none", "net: {a: 1, b: 3}")]),
    Case("a scalar where a list was", "kind", "steps", [("steps: [one, two]", "steps: none")],
         [("[one, two]", "[one, two, three]")], [("steps: none", "steps: [one, two, three]")],
         "[v]", [("steps: none", "steps: [v]")]),
    Case("items of a sequence", "sequence", "cmd", [("fast", "slow"), ("please", "thanks")], [("fast", "quick")],
         [("slow", "quick")], "[v]", [("cmd:\n  - run\n  - slow\n  - now\n  - thanks", "cmd: [v]")]),
    Case("a sequence on one line", "sequence", "steps", [("one,", "uno,")], [("one,", "eins,")], [("uno", "eins")],
         "[v]", [("[uno, two]", "[v]")]),
    Case("a sequence that the target wrote on one line", "sequence", "cmd",
         [("cmd:\n  - run\n  - fast\n  - now\n  - please", "cmd: [run, fast, now, please]")], [("fast", "quick")],
         [("cmd: [run, fast, now, please]", "cmd:\n  - run\n  - quick\n  - now\n  - please")],
         "[v]", [("[run, fast, now, please]", "[v]")]),
    Case("a comment", "comment", "vms[vmid=1].vmid", [("# first", "# target's")], [("# first", "# proposal's")],
         [("# target's", "# proposal's")], rules=STRICT),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_each_side_can_be_taken(case: Case) -> None:
    target = edit(*case.target, text=BUSY)
    # Beside the conflict the proposal changes something else, which always comes along.
    proposed = edit(*case.proposed, ("2026-01-01", "2026-02-02"))
    change = spine.diff(BASE, proposed, identity=case.rules.identity if case.rules else None)
    merged = merge(BASE, target, change, rules=case.rules)
    assert isinstance(merged, Conflicts)
    assert [(one.kind, str(one.at)) for one in merged.conflicts] == [(case.kind, case.at)]
    rest = edit(("2026-01-01", "2026-02-02"), text=target)

    def outcome(take: Take) -> str:
        done = settle(BASE, target, change, lambda conflict: take, rules=case.rules)
        assert isinstance(done, Settled)
        assert [(one.kind, str(one.at), taken) for one, taken in done.decided] == [(case.kind, case.at, take)]
        return done.text

    assert settle(BASE, target, change, lambda conflict: None, rules=case.rules) == Unsettled(merged.conflicts)
    assert outcome(Take("target")) == rest
    if case.taken is None:
        with pytest.raises(CannotSettle) as refused:
            outcome(Take("proposal"))
        assert "value" in refused.value.message
    else:
        assert outcome(Take("proposal")) == edit(*case.taken, text=rest)
    assert (case.value is None) == ("value" not in sides_of(merged.conflicts[0]))
    if case.value is not None:
        assert outcome(Take("value", case.value)) == edit(*case.given or [], text=rest)


# ---- kinds that take more than an edit to make --------------------------------------------------------------------


def all_for(side: str, base: str | None, target: str, change: Change, rules: FileRules | None = None) -> str:
    done = settle(base, target, change, lambda conflict: Take(side), rules=rules)  # type: ignore[arg-type]
    assert isinstance(done, Settled)
    return done.text


def kinds(base: str | None, target: str, change: Change, rules: FileRules | None = None) -> list[str]:
    merged = merge(base, target, change, rules=rules)
    assert isinstance(merged, Conflicts)
    return [conflict.kind for conflict in merged.conflicts]


def test_an_order_that_both_changed() -> None:
    one, two, three = (f"  - vmid: {n}\n" for n in (1, 2, 3))
    four = "  - vmid: 4\n    new: true\n"
    base = "vms:\n" + one + two + three
    target = "vms:\n" + two + three + one
    change = spine.diff(base, "vms:\n" + two + one + three + four, identity=IN_ORDER.identity)
    assert kinds(base, target, change, IN_ORDER) == ["order"]
    assert all_for("target", base, target, change, IN_ORDER) == "vms:\n" + two + three + one + four
    assert all_for("proposal", base, target, change, IN_ORDER) == "vms:\n" + two + one + three + four


def test_each_slot_of_an_entry_is_a_conflict_of_its_own() -> None:
    base = "# lead\na: 1  # eol\nb: 1\n"
    base = "z: 1\n" + base
    target = base.replace("lead", "target's").replace("eol", "theirs")
    change = spine.diff(base, base.replace("lead", "proposal's").replace("eol", "mine"))
    assert kinds(base, target, change, STRICT) == ["comment", "comment"]
    assert all_for("target", base, target, change, STRICT) == target
    assert all_for("proposal", base, target, change, STRICT) == (
        target.replace("target's", "proposal's").replace("theirs", "mine")
    )


def test_line_ends_are_the_targets() -> None:
    target = edit(("cores: 2", "cores: 4"), ("fast", "slow"), (FIRST.replace("2", "4"), ""))
    change = spine.diff(BASE, edit(("cores: 2", "cores: 8"), ("fast", "quick")))
    done = all_for("proposal", BASE, target.replace("\n", "\r\n"), change)
    assert done == all_for("proposal", BASE, target, change).replace("\n", "\r\n")


def test_a_list_on_one_line_makes_room_for_an_entry_with_a_comment() -> None:
    base = "vms:\n  - vmid: 1\n  - vmid: 2\ntags:\n  - x\n"
    target = base.replace("\n  - vmid: 1\n  - vmid: 2", " [{vmid: 1}, {vmid: 2}]")
    change = spine.diff(base, base.replace("tags", "  - vmid: 3  # new\n    status: up\ntags"))
    assert kinds(base, target, change) == ["kind"]
    assert all_for("target", base, target, change) == target
    assert all_for("proposal", base, target, change) == (
        "vms:\n  - {vmid: 1}\n  - {vmid: 2}\n  - vmid: 3  # new\n    status: up\ntags:\n  - x\n"
    )


def test_an_expectation_can_be_let_go_and_sets_nothing() -> None:
    target = edit(("cores: 2", "cores: 4"))
    ops = spine.diff(BASE, edit(("2026-01-01", "2026-02-02"))).ops
    change = Change((*ops, Expect(parse("vms[vmid=1].cores"), value="2")))
    assert kinds(BASE, target, change) == ["expect"]
    assert all_for("target", BASE, target, change) == edit(("2026-01-01", "2026-02-02"), text=target)
    both = Change((*ops, *spine.diff(BASE, edit(("cores: 2", "cores: 8"))).ops, *change.ops[-1:]))
    assert sorted(kinds(BASE, target, both)) == ["expect", "value"]
    assert "cores: 8" in all_for("proposal", BASE, target, both), "what is settled itself is not expected any more"
    with pytest.raises(CannotSettle, match="an expectation sets nothing") as refused:
        all_for("proposal", BASE, target, change)
    assert "spine supersede" in (refused.value.hint or "")


def test_a_name_that_stands_twice_is_the_targets_to_mend() -> None:
    target = BASE + "net: {a: 3}\n"
    change = spine.diff(BASE, edit(("net: {a: 1}", "# why\nnet: {a: 2}"), ("cores: 2", "cores: 4")))
    assert kinds(BASE, target, change) == ["ambiguous", "ambiguous"]
    assert all_for("target", BASE, target, change) == edit(("cores: 2", "cores: 4"), text=target)
    with pytest.raises(CannotSettle, match="remove or rename all but one"):
        all_for("proposal", BASE, target, change)


def test_without_its_base_a_sequence_can_only_be_left() -> None:
    target = edit(("fast", "slow"))
    change = spine.diff(BASE, edit(("fast", "quick"), ("cores: 2", "cores: 4")))
    assert any(isinstance(op, SpliceItems) for op in change.ops)
    assert kinds(None, target, change) == ["base"]
    assert all_for("target", None, target, change) == edit(("cores: 2", "cores: 4"), text=target)
    with pytest.raises(CannotSettle, match="not in this clone; git fetch --unshallow"):
        all_for("proposal", None, target, change)


def test_a_text_patch_takes_one_sides_lines_and_keeps_all_other_lines() -> None:
    base = "".join(f"line {n}\n" for n in range(1, 20))
    target = base.replace("line 3\n", "line three\n").replace("line 10\n", "zehn\n")
    proposed = base.replace("line 10\n", "ten\n").replace("line 17\n", "seventeen\n")
    change = Change(patch=make_patch(base, proposed))
    assert kinds(base, target, change) == ["text"]
    rest = target.replace("line 17\n", "seventeen\n")
    assert all_for("target", base, target, change) == rest
    assert all_for("proposal", base, target, change) == rest.replace("zehn", "ten")


def test_both_hunks_of_a_sequence_can_clash_and_a_third_one_comes_along() -> None:
    base = "cmd:\n" + "".join(f"  - {word}\n" for word in "a b c d e f g h i a".split())
    target = base.replace("- b", "- B").replace("- e", "- E")
    proposed = base.replace("- b", "- 2").replace("- e", "- 5").replace("- h", "- 8")
    change = spine.diff(base, proposed)
    assert kinds(base, target, change) == ["sequence"]
    assert all_for("target", base, target, change) == target.replace("- h", "- 8")
    assert all_for("proposal", base, target, change) == proposed


def test_a_value_has_to_be_the_same_entry() -> None:
    target = edit(("  - vmid: 2", "  - vmid: 9\n    s: t\n  - vmid: 2"))
    change = spine.diff(BASE, edit(("  - vmid: 2", "  - vmid: 9\n    s: p\n  - vmid: 2")))
    with pytest.raises(CannotSettle, match="vmid: 9, or it is another entry"):
        settle(BASE, target, change, lambda conflict: Take("value", "{vmid: 8}"))


def test_what_cannot_be_made_of_the_target_is_said_with_the_way_out() -> None:
    base = "vms:\n  - s: {}\n    vmid: 2\n"
    target = "vms:\n  - on: 1\n    # tier two\n    s: {}\n    vmid: 2\n"
    change = spine.diff(base, "vms:\n  - s: {}\n    vmid: 2\n    on: {}\n")
    with pytest.raises(CannotSettle, match="a comment would stand behind the dash") as refused:
        all_for("proposal", base, target, change)
    assert str(refused.value).count("vms[vmid=2].on") == 1
    assert "spine supersede" in (refused.value.hint or "")
    assert all_for("target", base, target, change) == target


def test_what_stood_behind_an_entry_that_is_left_out_keeps_its_place() -> None:
    base = "vms:\n  - vmid: 1\n  - vmid: 5\nz: 1\n"
    target = "vms: none\nz: 1\n"
    change = spine.diff(base, base.replace("  - vmid: 5", "  - vmid: 2\n  - vmid: 3\n  - vmid: 5"))
    assert kinds(base, target, change) == ["kind", "kind"]
    done = settle(base, target, change, lambda conflict: Take("target" if "vmid=2" in str(conflict.at) else "proposal"))
    assert isinstance(done, Settled)
    assert done.text == base.replace("  - vmid: 5", "  - vmid: 3\n  - vmid: 5")


def test_what_is_merged_by_line_since_it_cannot_be_by_key_takes_one_sides_lines() -> None:
    base = "vms:\n  -\n    id: a\n    status: up\nz: 1\nlast: 1\n"
    target = base.replace("-\n    id", "- id")
    proposed = base.replace("    id: a", "    # the first one\n    id: a").replace("last: 1", "last: 2")
    change = spine.diff(base, proposed)
    assert change.ops
    assert kinds(base, target, change) == ["text"]
    assert all_for("target", base, target, change) == target.replace("last: 1", "last: 2")
    assert all_for("proposal", base, target, change) == proposed


def test_lines_that_would_stand_twice_leave_only_the_target() -> None:
    base = "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\n"
    change = Change(patch=make_patch(base, base.replace("b: 1", "b: 1\nnew: 1")))
    target = base + "new: 2\n"
    merged = merge(base, target, change)
    assert isinstance(merged, Conflicts)
    assert [(one.kind, sides_of(one)) for one in merged.conflicts] == [("text", ("target",))]
    assert all_for("target", base, target, change) == target
    with pytest.raises(CannotSettle, match="new twice"):
        all_for("proposal", base, target, change)
