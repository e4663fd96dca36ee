"""The file form of a change: law 10, what it looks like, and how malformed ones are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from operation_strategy import changes, tokens

from spine.address import parse
from spine.change.form import BadOperation, dump, is_inline, load, operation_lines
from spine.change.operations import Add, Change, Expect, First, Key, Last, Move, Operation, Remove, SetValue
from spine.printable import has_unsafe
from spine.yamldoc.guard import Unparsable


@given(change=changes, column=st.sampled_from([0, 4]))
def test_law_10_what_is_dumped_loads_to_the_same_change(change: Change, column: int) -> None:
    source = dump(change)
    assert load(source) == change
    assert not has_unsafe(source, multiline=True)
    indented = "".join(" " * 4 + line if line.strip() else line for line in source.splitlines(keepends=True))
    assert dump(change, 4) == indented


@given(token=tokens)
def test_a_value_stands_as_it_is_or_as_text(token: str) -> None:
    change = Change((SetValue(parse("a"), token, token),))
    assert load(dump(change)) == change


@pytest.mark.parametrize(
    "token",
    [
        *("", "null", "~", "8e66283", "010", "1.10", "no", '"x # y"', "'it''s'", "[a, b]", '{a: 1, "b": [x, {}]}'),
        *("a b", "---", "a:b", "a#b"),
    ],
)
def test_plain_values_stand_inline(token: str) -> None:
    assert is_inline(token)
    source = operation_lines(SetValue(parse("a"), "x", token))
    assert source == f"- set: a\n  from: x\n  to: {token}".rstrip() + "\n"


@pytest.mark.parametrize(
    "token",
    [
        *(
            "a: b",
            "- a",
            "|",
            "|\n  x",
            "&a x",
            "*a",
            "!!str x",
            "x # y",
            " x",
            "x ",
            "a\nb",
            "\ta",
            '"a',
            "[a",
            "a]: b",
        ),
        *("[!t x]", "[&a x]", "@x", "%x", "a\u202eb", "a\x85b", "\ufeff", "x\n---", "? a", "x\n...\n", "{a}: b"),
        "[" * 60 + "]" * 60,
    ],
)
def test_other_values_stand_as_text(token: str) -> None:
    assert not is_inline(token)
    change = Change((Expect(parse("a"), token),))
    assert "is_text:" in dump(change)
    assert load(dump(change)) == change


LOOKS = """\
ops:
  - set: targets[name=home-vm-100].enabled
    from: false
    to: true
  - set: '[name=a]."odd key"'
    why: It was never odd.
    from:
    to_text: |
      |
        Two lines
        of text
  - add: targets[name=pihole]
    after: "[name=vaultwarden]"
    blank: 1
    text: |
      # P2 tier
      - name: pihole
        enabled: false
  - add: tags[=b]
    text: b
  - remove: services.old
    was_after: null
    leaves: "{}"
    was: |
      old: 1
  - move: services.web
    after: '"odd key"'
    was_after: db
    past: 1
  - rename: hosts[id=a]
    to: "[id=b]"
  - comment: updated
    slot: eol
    from: null
    to: "# by hand"
  - splice: command
    at: 2
    before: |
      - run
    drop: |
      - --old
    put: ""
    behind: null
  - expect: version
    is: 1.10
  - expect: gone
    absent: true
residual: |
  @@ -1 +1 @@
  -a:  1
  +a: 1
"""


def test_it_is_pleasant_to_read_and_is_written_as_it_was_read() -> None:
    change = load(LOOKS)
    assert len(change.ops) == 11
    assert dump(change) == LOOKS


def test_an_empty_change_is_no_operations() -> None:
    assert dump(Change()) == "ops: []\n"
    assert load("ops: []\n") == Change()
    assert load("{}\n") == Change()


def test_defaults_are_read() -> None:
    (add,) = load("ops: [{add: a.b, text: x}]\n").ops
    assert add == Add(parse("a.b"), "x", Last(), 0, 0, None, None)
    (remove,) = load("ops: [{remove: a.b, was: x, was_after: null}]\n").ops
    assert remove == Remove(parse("a.b"), "x", First())


def test_crlf_files_read_alike() -> None:
    assert load(LOOKS.replace("\n", "\r\n")) == load(LOOKS)


A, B, C, X = (parse(text) for text in ("m.a", "m.b", "m.c", "m.x"))


@pytest.mark.parametrize(
    ("ops", "message"),
    [
        ([Move(A, Key("a"), First())], "m.a is to stand behind itself"),
        ([Move(A, Last(), First())], "move needs after"),
        ([Add(parse("$"), "x")], "add needs an entry"),
        ([SetValue(parse("l[#1].x"), "a", "b")], "goes through a position"),
        ([Expect(A)], "expect says exactly one of"),
    ],
)
def test_what_could_not_be_read_is_not_written(ops: list[Operation], message: str) -> None:
    with pytest.raises(BadOperation, match=message):
        dump(Change(tuple(ops)))


def test_operations_and_patch_exclude_each_other() -> None:
    hunk = "@@ -1 +1 @@\n-a\n+b\n"
    with pytest.raises(BadOperation, match="not by both"):
        dump(Change((SetValue(A, "1", "2"),), patch=hunk))
    with pytest.raises(BadOperation, match="not by both") as raised:
        load("ops: []\npatch: |\n  @@ -1 +1 @@\n  -a\n  +b\n", file="p.yaml")
    assert str(raised.value.place) == "p.yaml:2:8"


@pytest.mark.parametrize(
    ("source", "place", "message"),
    [
        ("- set: a\n  from: 1\n  to: 2\n- set: a\n  from: 1\n  to: 3\n", "4:3", "a second set of a"),
        ("- {comment: a, slot: eol, from: null, to: x}\n- {comment: a, slot: eol, from: null, to: y}\n", "2:3",
         "a second comment of a, eol"),
        ("- {remove: a, was: x, was_after: null}\n- {set: a.b, from: 1, to: 2}\n", "2:3",
         "set of a.b, but the same change removes a"),
        ("- {remove: a, was: x, was_after: null}\n- {set: a, from: 1, to: 2}\n", "2:3",
         "set of a, but the same change removes a"),
        ("- {add: a.b, text: x}\n- {add: a.b.c, text: x}\n", "2:3", "add of a.b.c, but the same change adds a.b"),
        ("- {add: a.b, after: x, text: x}\n- {add: a.c, after: x, text: x}\n", "2:3",
         "a.c and a.b cannot both stand behind x"),
        ("- {add: a.b, text: x}\n- {add: a.c, text: x}\n", "2:3",
         "a.c and a.b cannot both stand behind the last entry"),
        ("- {add: a.b, after: null, text: x}\n- {move: a.c, after: null, was_after: x}\n", "2:3",
         "a.c and a.b cannot both stand in front of all others"),
        ("- {add: a.b, after: c, text: x}\n- {remove: a.c, was: x, was_after: null}\n", "1:3",
         "a.b cannot stand behind c, which the same change removes"),
        ("- {add: a.b, after: c, text: x}\n- {rename: a.c, to: d}\n", "1:3",
         "after speaks of the result, where a.c is called d"),
        ("- {add: a.b, after: c, text: x}\n- {move: a.c, after: b, was_after: null}\n", "1:3",
         "a.b is to stand behind itself, by way of the entries behind it"),
        ("- {move: a.b, after: d, was_after: x}\n- {rename: a.c, to: d}\n- {move: a.c, after: b, was_after: null}\n",
         "1:3", "a.b is to stand behind itself, by way of the entries behind it"),
    ],
)  # fmt: skip
def test_contradictions_have_a_place(source: str, place: str, message: str) -> None:
    with pytest.raises(BadOperation) as raised:
        load("ops:\n" + "".join(f"  {line}\n" for line in source.splitlines()), file="p.yaml")
    line, column = map(int, place.split(":"))
    assert (raised.value.message, str(raised.value.place)) == (message, f"p.yaml:{line + 1}:{column + 2}")


@pytest.mark.parametrize(
    "source",
    [
        # the old name of a renamed entry is free for a new one, and `set` still means the old
        "[{rename: a, to: b}, {add: a, after: b, text: x}, {set: a.c, from: 1, to: 2}]",
        "[{remove: m.a, was: x, was_after: null}, {add: m.a, after: b, text: x}, {add: m.c, after: a, text: x}]",
        "[{add: m.a, after: b, text: x}, {add: n.a, after: b, text: x}, {add: m.c, after: a, text: x}]",
        "[{move: m.a, after: b, was_after: null}, {move: m.c, after: null, was_after: x}, {rename: m.c, to: d}]",
        "[{remove: a, was: x, was_after: null}, {expect: a.b, is: 1}]",
        "[{splice: l, at: 1, before: null, drop: x, put: y, behind: z},"
        " {splice: l, at: 5, before: x, drop: '', put: y, behind: null}]",
    ],
)  # fmt: skip
def test_what_agrees_is_read(source: str) -> None:
    change = load(f"ops: {source}\n")
    assert load(dump(change)) == change


@pytest.mark.parametrize(
    ("source", "place", "message", "hint"),
    [
        ("[]", "1:1", "the change is a mapping, this is a list", None),
        ("opps: []", "1:1", "unknown key “opps” in the change", "did you mean “ops”?"),
        ("ops: x", "1:6", "operations are a list", None),
        ("ops: [x]", "1:7", "an operation is a mapping", None),
        ("ops: [{}]", "1:7",
         "an operation begins with one of set, add, remove, move, rename, comment, splice, expect", None),
        ("ops: [{sett: a}]", "1:7",
         "an operation begins with one of set, add, remove, move, rename, comment, splice, expect, not “sett”", None),
        ("ops: [{set: a, add: b}]", "1:7", "one operation, not “set” and “add” at once", None),
        ("ops: [{set: a, from: 1}]", "1:7", "the set operation needs “to”", None),
        ("ops: [{set: a, form: 1, to: 2}]", "1:16", "unknown key “form” in the set operation", "did you mean “from”?"),
        ("ops: [{set: a, from: 1, from_text: x, to: 2}]", "1:36", "“from” or “from_text”, not both", None),
        ("ops: [{set: a, from: 1, to: 2, to: 3}]", "1:32",
         "“to” stands twice in the set operation, first in line 1", None),
        ("ops:\n- set: a\n  from: 1\n  to: |\n    x\n", "4:7", "“to” is a value on one line",
         "write its source as to_text: |"),
        ("ops:\n- set: a\n  from: 1\n  to: [a,\n    b]\n", "4:7", "“to” is a value on one line",
         "write its source as to_text: |"),
        ("ops: [{set: a, from: !!str 1, to: 2}]", "1:22", "a tag has no place in a change", None),
        ("ops: [{set: a, from: &x 1, to: 2}]", "1:22", "an anchor has no place in a change", None),
        ("ops: [{set: a, from: 1, to: [*x]}]", "1:30", "an alias has no place in a change", None),
        ("ops: [{set: 'a..b', from: 1, to: 2}]", "1:13",
         "not an address: expected a key, found '.' at column 3 of \"a..b\"",
         "write it like vms[vmid=100].status; quote odd keys like JSON strings"),
        ("ops: [{set: 100, from: 1, to: 2}]", "1:13", "“set” is a string, this is a number", 'quote it: "100"'),
        ("ops: [{add: a}]", "1:7", "the add operation needs “text”", None),
        ("ops: [{add: a, text: 80}]", "1:22", "“text” is a string, this is a number", 'quote it: "80"'),
        ("ops: [{add: a, text: x, blank: -1}]", "1:32", "“blank” is a whole number from 0 to 999999999", None),
        ("ops: [{add: a, text: x, blank: '1'}]", "1:32", "“blank” is a whole number from 0 to 999999999", None),
        ("ops: [{add: a, text: x, after: '[#2]'}]", "1:32", "“after” names an entry, not a position", None),
        ("ops: [{add: a, text: x, after: [x]}]", "1:32", "“after” is a string, this is a list", None),
        ("ops: [{remove: a, was: x}]", "1:7", "the remove operation needs “was_after”", None),
        ("ops: [{move: a, after: null}]", "1:7", "the move operation needs “was_after”", None),
        ("ops: [{rename: a, to: '[x=y]'}]", "1:7", "rename gives a another name of the same form, not [x=y]", None),
        ("ops: [{comment: a, slot: tail, from: null, to: x}]", "1:26",
         "“slot” is one of lead, eol, foot, above, end, not “tail”", None),
        ("ops: [{comment: a, slot: eol, from: 'x'}]", "1:7", "the comment operation needs “to”", None),
        ("ops: [{splice: a, at: 0, before: null, drop: '', put: x, behind: null}]", "1:23",
         "“at” is a whole number from 1 to 999999999", None),
        ("ops: [{expect: a}]", "1:7", "expect says exactly one of is, exists and absent", None),
        ("ops: [{expect: a, exists: false}]", "1:27", "“exists” is true, or left out", None),
        ("ops: [{expect: a, is: 1, absent: true}]", "1:7", "expect says exactly one of is, exists and absent", None),
        ("ops: []\n---\nops: []\n", "2:4", "the change is one YAML document, here a second one begins", None),
        ("", "1:1", "the change is empty", None),
        ("residual: |\n  @@ -1 +1 @@\n  ?a\n", "3:1", None, None),
    ],
)  # fmt: skip
def test_malformed_changes_are_refused_with_their_place(
    source: str, place: str, message: str | None, hint: str | None
) -> None:
    with pytest.raises(BadOperation) as raised:
        load(source, file="p.yaml")
    if message is not None:
        assert raised.value.message == message
        assert (raised.value.hint, str(raised.value.place)) == (hint, f"p.yaml:{place}")
    else:
        assert str(raised.value.place).startswith("p.yaml:3")


def test_what_is_not_yaml_is_refused_with_its_place() -> None:
    with pytest.raises(Unparsable) as raised:
        load("ops: [\n", file="p.yaml")
    assert str(raised.value.place) == "p.yaml:2:1"


def test_too_many_operations() -> None:
    source = "ops:\n" + "".join(f"- {{set: a{number}, from: 1, to: 2}}\n" for number in range(10_001))
    with pytest.raises(BadOperation, match="10001 operations, the limit is 10000"):
        load(source)
