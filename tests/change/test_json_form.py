"""The JSON form of operations: what programs may leave out, values with their spelling, and the way there and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from operation_strategy import changes, operations

from spine.address import Key, Member, parse
from spine.change.json_form import Draft, chained, operations_from_json, parse_json, to_json
from spine.change.operations import (
    Add,
    Change,
    Comment,
    Expect,
    First,
    Last,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    SpliceItems,
)
from spine.change.together import BadOperation
from spine.printable import has_unsafe


def read(text: str) -> list[Draft]:
    return operations_from_json(parse_json(text))


@given(op=operations)
def test_one_operation_goes_there_and_back(op: Operation) -> None:
    assert read(json.dumps([to_json(op)])) == [Draft(op)]


@given(change=changes)
def test_operations_that_agree_are_not_chained(change: Change) -> None:
    sent = json.dumps([to_json(op) for op in change.ops])
    assert [draft.op for draft in read(sent)] == list(change.ops)


AT, NEXT = parse("vms[=a]"), Member("b")


@pytest.mark.parametrize(
    ("op", "sent"),
    [
        (SetValue(AT, "1", "2"), {"set": "vms[=a]", "from": 1, "to": 2}),
        (
            Add(AT, "- a\n", NEXT, 1, 2, "[]"),
            {"add": "vms[=a]", "after": "[=b]", "blank": 1, "past": 2, "replaces": "[]", "text": "- a\n"},
        ),
        (Add(AT, "- a\n", First()), {"add": "vms[=a]", "after": None, "text": "- a\n"}),
        (Add(AT, "- a\n", Last()), {"add": "vms[=a]", "text": "- a\n"}),
        (
            Remove(AT, "- a\n", NEXT, 1, 2, "{}"),
            {"remove": "vms[=a]", "was_after": "[=b]", "blank": 1, "was_past": 2, "leaves": "{}", "was": "- a\n"},
        ),
        (
            Move(AT, NEXT, First(), 1, 2),
            {"move": "vms[=a]", "after": "[=b]", "was_after": None, "past": 1, "was_past": 2},
        ),
        (Move(AT, First(), NEXT), {"move": "vms[=a]", "after": None, "was_after": "[=b]"}),
        (Rename(AT, NEXT), {"rename": "vms[=a]", "to": "[=b]"}),
        (
            Comment(AT, "eol", None, "# x", "so"),
            {"comment": "vms[=a]", "why": "so", "slot": "eol", "from": None, "to": "# x"},
        ),
        (
            SpliceItems(AT, 2, "- x\n", "- a\n", "", None),
            {"splice": "vms[=a]", "at": 2, "before": "- x\n", "drop": "- a\n", "put": "", "behind": None},
        ),
        (Expect(AT, "1"), {"expect": "vms[=a]", "is": 1}),
        (Expect(AT, exists=True), {"expect": "vms[=a]", "exists": True}),
        (Expect(AT, absent=True), {"expect": "vms[=a]", "absent": True}),
    ],
)
def test_each_kind_of_operation_as_json(op: Operation, sent: dict[str, object]) -> None:
    assert to_json(op) == sent
    assert read(json.dumps([sent]))[0].op == op


seen = st.text(max_size=8).filter(lambda text: not has_unsafe(text))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | seen,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(seen, inner, max_size=3),
    max_leaves=6,
)


@given(value=json_values)
def test_a_value_means_itself_all_the_way(value: object) -> None:
    (draft,) = read(json.dumps([{"set": "a", "to": value}]))
    assert to_json(draft.op)["to"] == value


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ('{"set": "vms[vmid=100].status", "to": "active"}',
         Draft(SetValue(parse("vms[vmid=100].status"), "", "active"), frozenset({"old"}))),
        ('{"set": "a", "from": 1.10, "to": 123456789012345678901234567890}',
         Draft(SetValue(parse("a"), "1.10", "123456789012345678901234567890"))),
        ('{"set": "a", "from": null, "to": "8e66283"}', Draft(SetValue(parse("a"), "null", '"8e66283"'))),
        ('{"set": "a", "from_text": "", "to_text": "\'x\'"}', Draft(SetValue(parse("a"), "", "'x'"))),
        ('{"set": "a", "from": false, "to": ["x", {"b": 1}], "why": "so"}',
         Draft(SetValue(parse("a"), "false", "[x, {b: 1}]", "so"))),
        ('{"add": "tags[=b]", "value": "b"}', Draft(Add(parse("tags[=b]"), "- b\n"))),
        ('{"add": "vms[vmid=1]", "after": null, "value": {"vmid": 1, "tags": ["x"]}}',
         Draft(Add(parse("vms[vmid=1]"), "- vmid: 1\n  tags:\n    - x\n", First()))),
        ('{"add": "a.odd", "after": "b", "value": {"x": 1}}', Draft(Add(parse("a.odd"), "odd:\n  x: 1\n", Key("b")))),
        ('{"add": "a.v", "value": null}', Draft(Add(parse("a.v"), "v: null\n", Last()))),
        ('{"remove": "a.b"}',
         Draft(Remove(parse("a.b"), "", First()), frozenset({"was", "was_after", "blank", "was_past"}))),
        ('{"remove": "a.b", "was_after": "x", "blank": 2}',
         Draft(Remove(parse("a.b"), "", Key("x"), 2), frozenset({"was", "was_past"}))),
        ('{"move": "a.b", "after": null}',
         Draft(Move(parse("a.b"), First(), First()), frozenset({"was_after", "was_past"}))),
        ('{"rename": "a.b", "to": "c"}', Draft(Rename(parse("a.b"), Key("c")))),
        ('{"comment": "a", "slot": "eol", "to": "# x"}',
         Draft(Comment(parse("a"), "eol", None, "# x"), frozenset({"old"}))),
        ('{"comment": "a", "slot": "eol", "from": null, "to": "# x"}', Draft(Comment(parse("a"), "eol", None, "# x"))),
        ('{"splice": "l", "at": 2, "drop": "", "put": ["x", {"a": 1}]}',
         Draft(SpliceItems(parse("l"), 2, None, "", "- x\n- a: 1\n", None), frozenset({"before", "behind"}))),
        ('{"expect": "a", "is": "x"}', Draft(Expect(parse("a"), "x"))),
        ('{"expect": "a", "exists": true}', Draft(Expect(parse("a"), exists=True))),
    ],
)  # fmt: skip
def test_what_programs_send(text: str, draft: Draft) -> None:
    assert read(f"[{text}]") == [draft]


def test_source_is_said_beside_the_value_where_json_would_write_it_otherwise() -> None:
    assert to_json(SetValue(parse("a"), "'x'", "1.10")) == {
        "set": "a", "from": "x", "from_text": "'x'", "to_text": "1.10",
    }  # fmt: skip
    assert to_json(SetValue(parse("a"), "1.5", "[a,b]")) == {
        "set": "a", "from": 1.5, "to": ["a", "b"], "to_text": "[a,b]",
    }  # fmt: skip
    assert to_json(SetValue(parse("a"), "{a: 1, a: 2}", "0x1F")) == {
        "set": "a", "from_text": "{a: 1, a: 2}", "to_text": "0x1F",
    }  # fmt: skip


def afters(*ops: Operation) -> list[str]:
    return [f"{draft.op.at.last}<{draft.op.after}" for draft in chained([Draft(op) for op in ops])]  # type: ignore[union-attr]


def add(name: str, after: str | None = None) -> Add:
    return Add(parse(f"m.{name}"), "x", Key(after) if after else Last())


def test_equal_predecessors_are_chained_in_input_order() -> None:
    assert afters(add("x", "a"), add("y", "a"), add("z", "a")) == ["x<a", "y<x", "z<y"]
    assert afters(add("x"), add("y")) == ["x<Last()", "y<x"]
    assert afters(add("x", "a"), Move(parse("m.y"), Key("a"), First()), add("z", "a")) == ["x<a", "y<x", "z<y"]


def test_whoever_names_his_predecessor_stands_directly_behind_it() -> None:
    assert afters(add("x", "a"), add("y", "a"), add("w", "x")) == ["x<a", "y<w", "w<x"]
    assert afters(add("x", "a"), add("w", "x"), add("v", "w"), add("y", "a")) == ["x<a", "w<x", "v<w", "y<v"]
    assert afters(add("x", "a"), add("w", "x"), add("v", "x"), add("y", "a")) == ["x<a", "w<x", "v<w", "y<v"]


def test_a_renamed_entry_is_followed_by_its_new_name() -> None:
    ops = (Move(parse("m.x"), Key("a"), First()), Rename(parse("m.x"), Key("n")), add("y", "a"))
    assert chained([Draft(op) for op in ops])[2].op == add("y", "n")


def test_other_containers_are_other_chains() -> None:
    ops = [add("x", "a"), Add(parse("n.y"), "x", Key("a"))]
    assert [draft.op for draft in chained([Draft(op) for op in ops])] == ops


def test_a_circle_ends_in_a_refusal() -> None:
    with pytest.raises(BadOperation, match="cannot both stand behind y"):
        read('[{"add": "m.x", "after": "y", "value": 1}, {"add": "m.y", "after": "x", "value": 1},'
             ' {"add": "m.z", "after": "y", "value": 1}]')  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("{}", "ops", "operations are a list, not an object"),
        ("[1]", "ops[0]", "an operation is an object, not a number"),
        ("[{}]", "ops[0]", "an operation has one of the keys set, add, remove, move, rename, comment, splice, expect"),
        ('[{"set": "a", "add": "b"}]', "ops[0]", "one operation, not “set” and “add” at once"),
        ('[{"set": "a"}]', "ops[0]", "the set operation needs “to”"),
        ('[{"set": "a", "too": 1}]', "ops[0].too", "unknown key “too” in the set operation"),
        ('[{"set": 1, "to": 1}]', "ops[0].set", "“set” is a string, not a number"),
        ('[{"set": "a..b", "to": 1}]', "ops[0].set",
         "not an address: expected a key, found '.' at column 3 of \"a..b\""),
        ('[{"set": "a", "to": 1, "to_text": "2"}]', "ops[0].to_text", "“to_text” is not the source of “to”"),
        ('[{"set": "a", "to_text": 2}]', "ops[0].to_text", "“to_text” is a string, not a number"),
        ('[{"add": "a"}]', "ops[0]", "an add operation has either “text” or “value”"),
        ('[{"add": "a", "text": "a: 1", "value": 1}]', "ops[0]", "an add operation has either “text” or “value”"),
        ('[{"add": "", "value": 1}]', "ops[0]", "add needs an entry, and $ is a whole document"),
        ('[{"add": "a", "value": 1, "after": "[#1]"}]', "ops[0].after", "“after” names an entry, not a position"),
        ('[{"add": "a", "value": 1, "blank": -1}]', "ops[0].blank", "“blank” is a whole number from 0 on"),
        ('[{"add": "a", "value": 1, "blank": true}]', "ops[0].blank", "“blank” is a whole number from 0 on"),
        ('[{"move": "a"}]', "ops[0]", "the move operation needs “after”"),
        ('[{"rename": "a"}]', "ops[0].to", "“to” is a string, not null"),
        ('[{"comment": "a", "slot": "eol"}]', "ops[0]", "the comment operation needs “to”"),
        ('[{"comment": "a", "slot": "tail", "to": "x"}]', "ops[0].slot",
         "“slot” is one of lead, eol, foot, above, end"),
        ('[{"splice": "l", "drop": "", "put": "x"}]', "ops[0]", "the splice operation needs “at”"),
        ('[{"splice": "l", "at": 1, "put": "x"}]', "ops[0]", "the splice operation needs “drop”"),
        ('[{"expect": "a", "exists": false}]', "ops[0].exists", "“exists” is true, or left out"),
        ('[{"set": "a", "to": 1}, {"set": "a", "to": 2}]', "ops[1]", "a second set of a"),
        ('[{"set": "a", "to": NaN}]', "<stdin>", "NaN is not JSON"),
        ('[{"set": "a", "to": {"b": 1, "b": 2}}]', "<stdin>", "the key “b” stands twice in one object"),
        ('[{"set": "a", "to": "\\ud800"}]', "<stdin>", "a lone surrogate, which is no character"),
        ("[" * 60 + "]" * 60, "<stdin>", "nested deeper than 48"),
        ("[" * 100_000, "<stdin>", "nested too deep"),
        ('[{"set": "a",\n  to: 1}]', "<stdin>:2:3", "not JSON: Expecting property name enclosed in double quotes"),
    ],
)  # fmt: skip
def test_malformed_operations_are_refused_with_their_place(text: str, place: str, message: str) -> None:
    with pytest.raises(BadOperation) as raised:
        read(text)
    assert (str(raised.value.place), raised.value.message) == (place, message)


def test_it_says_what_was_meant() -> None:
    with pytest.raises(BadOperation) as raised:
        read('[{"set": "a", "form": 1, "to": 2}]')
    assert raised.value.hint == "did you mean “from”?"


def test_a_member_is_found_by_its_value() -> None:
    (draft,) = read('[{"add": "tags[=b]", "after": "[=a]", "value": "b"}]')
    assert draft.op == Add(parse("tags[=b]"), "- b\n", Member("a"))
