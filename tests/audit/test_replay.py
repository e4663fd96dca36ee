# ruff: noqa: E501 (tables are read by their lines)
"""What operations mean on trees: on their own base to the letter, on a moved one as the table of DESIGN §5 says."""

from __future__ import annotations

import pytest

from spine.audit.compare import differences, same, same_but_places
from spine.audit.lines import apply_hunks, merge, moved_to
from spine.audit.places import BadPlace, Place, fits, in_paths, parse_place
from spine.audit.records import Operation, read_proposal, read_receipt, read_rules, read_withdrawal
from spine.audit.replay import Replay
from spine.audit.settling import Rule, settle
from spine.audit.trees import Unreadable, copy, document

HEAD = """\
spine: proposal/1
id: CP-20260212-080001__x
title: x
author: A <a@b>
created: 2026-02-12T08:00:01Z
base: {oid}
files:
  - path: bindings/a.yaml
    base: {oid}
    result: {oid}
    ops:
"""
OID = "0" * 40


def ops(text: str) -> tuple[Operation, ...]:
    lines = "".join(f"      {line}\n" for line in text.strip().split("\n"))
    found = read_proposal((HEAD.format(oid=OID) + lines).encode()).files[0].ops
    assert found is not None
    return found


BASE = "a: 1\nl: [{id: x, v: 1}, {id: y, v: 2}]\ns: [p, q, r, q]\nt: |\n  one\n  two\n  three\nm: {k: 1}\ne: []\n"

# operations, result on the base; or the beginning of the flaw
STRICT = [
    ("- set: a\n  from: 1\n  to: 2", "a: 1", "a: 2"),
    ("- set: l[id=y].v\n  from: 2\n  to_text: '{z: 1}'", "v: 2}]", "v: {z: 1}}]"),
    ('- set: e\n  from: []\n  to_text: "\\n- 1"', "e: []", "e: [1]"),
    ("- add: l[id=z]\n  after: '[id=x]'\n  text: '{id: z}'", "}, {id: y", "}, {id: z}, {id: y"),
    ("- add: l[id=z]\n  after: null\n  text: '{id: z}'", "[{id: x", "[{id: z}, {id: x"),
    ("- add: l[id=z]\n  text: '{id: z}'", "v: 2}]", "v: 2}, {id: z}]"),
    (
        "- add: n\n  after: o\n  text: |\n    n: 1\n- add: o\n  after: a\n  text: |\n    o: 2",
        "a: 1\n",
        "a: 1\no: 2\nn: 1\n",
    ),
    ("- add: e[=w]\n  after: null\n  text: w", "e: []", "e: [w]"),
    ("- add: e.w\n  after: null\n  text: 'w: 1'", "e: []", "e: {w: 1}"),
    ("- remove: l[id=x]\n  was: '{id: x, v: 1}'\n  was_after: null", "{id: x, v: 1}, ", ""),
    ("- remove: m.k\n  was: 'k: 1'\n  was_after: null\n  leaves: '~'", "m: {k: 1}", "m: ~"),
    ("- remove: m.k\n  was: 'k: 1'\n  was_after: null", "m: {k: 1}", "m: {}"),
    (
        "- move: l[id=x]\n  after: '[id=y]'\n  was_after: null",
        "[{id: x, v: 1}, {id: y, v: 2}]",
        "[{id: y, v: 2}, {id: x, v: 1}]",
    ),
    ("- rename: a\n  to: b", "a: 1", "b: 1"),
    ("- rename: l[id=x]\n  to: '[id=\"5\"]'", "id: x", 'id: "5"'),
    ("- splice: s\n  at: 2\n  before: p\n  drop: q\n  put: w, z\n  behind: r", "[p, q, r", "[p, w, z, r"),
    ("- expect: a\n  is: 1\n- expect: zz\n  absent: true\n- expect: m\n  exists: true", "a: 1", "a: 1"),
    ("- comment: a\n  slot: lead\n  from: null\n  to: |\n    # x", "a: 1", "a: 1"),
]
FLAWED = [
    ("- set: a\n  from: 3\n  to: 2", "it saw another"),
    ("- set: zz\n  from: 3\n  to: 2", "nothing is there"),
    ("- add: zz.b\n  text: 'b: 1'", "nothing is there"),
    ("- add: a.b\n  text: 'b: 1'", "what should hold"),
    ("- add: m.k\n  text: 'k: 1'", "the entry is there"),
    ("- add: m.j\n  after: zz\n  text: 'j: 1'", "it comes behind"),
    ("- add: m.j\n  text: 'i: 1'", "its source cannot"),
    ("- add: m.j\n  text: 'j: 1, i: 2'", "its source cannot"),
    ("- remove: m.k\n  was: 'k: 2'\n  was_after: null", "it removes what"),
    ("- splice: s\n  at: 2\n  before: p\n  drop: r\n  put: w\n  behind: r", "it drops items"),
    ("- splice: a\n  at: 1\n  before: null\n  drop: '{'\n  put: w\n  behind: null", "its source cannot"),
    ("- expect: a\n  is: 2", "what it expects"),
    ("- expect: zz\n  exists: true", "what it expects"),
    ("- comment: zz\n  slot: lead\n  from: null\n  to: |\n    # x", "nothing is there"),
]
# operations, the target's own change, what stands there then; or flaw, or doubt
MOVED = [
    ("- set: a\n  from: 1\n  to: 2", "a: 1", "a: 2", "a: 2"),
    ("- set: a\n  from: 1\n  to: 2", "a: 1", "a: 3", "flaw it overwrites"),
    ("- set: m.k\n  from: 1\n  to: 2", "k: 1", "k: 5", "m: {k: 5}"),  # max
    ("- set: t\n  from_text: |-\n    |\n      one\n      two\n      three\n  to_text: |-\n    |\n      ONE\n      two\n      three",
     "  three", "  THREE", "t: |\n  ONE\n  two\n  THREE\n"),
    ("- add: m.j\n  after: k\n  text: 'j: 1'", "m: {k: 1}", "m: {j: 1, k: 1}", "m: {j: 1, k: 1}"),
    ("- add: m.j\n  after: k\n  text: 'j: 1'", "m: {k: 1}", "m: {j: 2, k: 1}", "flaw the entry is there"),
    ("- add: l[id=z]\n  text: '{id: z, p: 1}'", "v: 2}]", "v: 2}, {id: z, q: 1}]", "l: [{id: x, v: 1}, {id: y, v: 2}, {id: z, p: 1, q: 1}]"),
    ("- add: l[id=z]\n  after: '[id=x]'\n  text: '{id: z}'", "{id: x, v: 1}, ", "", "l: [{id: z}, {id: y, v: 2}]"),
    ("- remove: m.k\n  was: 'k: 1'\n  was_after: null", "m: {k: 1}", "m: {}", "m: {}"),
    ("- remove: l[id=x]\n  was: '{id: x, v: 1}'\n  was_after: null", "x, v: 1", "x", "l: [{id: y, v: 2}]"),
    ("- remove: l[id=x]\n  was: '{id: x, v: 1}'\n  was_after: null", "x, v: 1", "x, v: 3", "flaw it removes what"),
    ("- rename: a\n  to: b", "a: 1", "b: 1", "b: 1"),
    ("- rename: a\n  to: b", "a: 1", "c: 1", "doubt nothing is"),
    ("- splice: s\n  at: 2\n  before: p\n  drop: q\n  put: w\n  behind: r", "[p, q, r", "[o, p, q, r", "s: [o, p, w, r, q]"),
    ("- splice: s\n  at: 2\n  before: p\n  drop: q\n  put: w\n  behind: r", "[p, q, r", "[p, z, r", "doubt this stretch"),
    ("- splice: s\n  at: 2\n  before: p\n  drop: q\n  put: q\n  behind: r", "[p, q, r", "[p, z, r", "s: [p, z, r, q]"),
    ("- splice: l[id=x].v\n  at: 1\n  before: null\n  drop: ''\n  put: q\n  behind: null", "x, v: 1", "x", "doubt"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new"), STRICT)
def test_on_its_own_base(text: str, old: str, new: str) -> None:
    replay = Replay([document(BASE)])
    replay.run(ops(text))
    assert (replay.flaws, replay.doubts) == ([], [])
    assert old in BASE
    expected = document(BASE.replace(old, new, 1))
    assert replay.roots[0] is not None
    assert same(replay.roots[0], expected), differences(replay.roots, [expected])


@pytest.mark.parametrize(("text", "flaw"), FLAWED)
def test_what_is_not_as_it_says(text: str, flaw: str) -> None:
    replay = Replay([document(BASE)])
    replay.run(ops(text))
    assert [message[: len(flaw)] for _, message in replay.flaws] == [flaw]


@pytest.mark.parametrize(("text", "old", "theirs", "after"), MOVED)
def test_on_a_moved_base(text: str, old: str, theirs: str, after: str) -> None:
    assert old in BASE
    target = BASE.replace(old, theirs, 1)

    def rule(at: Place) -> Rule | None:
        return ("max", None) if fits(parse_place("m.*", pattern=True), at) else None

    replay = Replay([document(target)], True, [document(BASE)], rule)
    replay.run(ops(text))
    kind, _, message = after.partition(" ")
    if kind in ("flaw", "doubt"):
        told = replay.flaws if kind == "flaw" else replay.doubts
        assert [one[: len(message)] for _, one in told] == [message]
        return
    assert (replay.flaws, replay.doubts) == ([], [])
    (root,) = replay.roots
    assert root is not None
    whole = document(after)
    (wanted,) = whole.members
    assert wanted.key is not None
    (found,) = [one for one in root.members if one.key is not None and one.key.text == wanted.key.text]
    assert same_but_places(found.value, wanted.value), differences([found.value], [wanted.value])


def test_without_its_base_a_list_cannot_be_told() -> None:
    replay = Replay([document("s: [o, p]\n")], True, None)
    replay.run(ops("- splice: s\n  at: 1\n  before: null\n  drop: ''\n  put: q\n  behind: p"))
    assert [message for _, message in replay.doubts] == ["the base of this list is not at hand"]


@pytest.mark.parametrize(
    ("rule", "seen", "there", "wanted", "result"),
    [
        ("ours", "1", "2", "3", "2"), ("theirs", "1", "2", "3", "3"), ("min", "5", "2", "3", "2"), ("max", "1", "2", "10", "10"),
        ("max", "1.1", "1.10", "1.2", "1.2"), ("newest", "2026-01-01", "2026-01-03", "2026-01-02", "2026-01-03"),
        ("newest", "1", "2", "3", None), ("max", "a", "b", "c", None), ("max", "-1", "-3", "-2", "-2"), ("max", "-1.5", "-3", "-2.5", None),
        ("union", "[a, b]", "[b, c]", "[a, d]", "[c, d]"), ("union", "1", "[b]", "[a]", None), (None, "1", "2", "3", None),
    ],
)  # fmt: skip
def test_declared_rules(rule: str | None, seen: str, there: str, wanted: str, result: str | None) -> None:
    found = settle(rule, *(document(f"k: {one}\n").members[0].value for one in (seen, there, wanted)))
    expected = None if result is None else document(f"k: {result}\n").members[0].value
    assert (found is None and expected is None) or (found and expected and same(found, expected))


def test_values_are_texts() -> None:
    differ = [("8e66283", "8e66284"), ("5", '"5"'), ("010", "10"), ("1.10", "1.1"), ("no", "false"), ("!!str 5", "5")]
    for one, other in differ:
        assert not same(document(f"k: {one}\n"), document(f"k: {other}\n"))
        assert differences([document(f"k: {one}\n")], [document(f"k: {other}\n")]) == ["k"]
    for one, other in [("~", "null"), ("true", "True"), ("abc", '"abc"'), ("'x'", "|-\n  x")]:
        assert same(document(f"k: {one}\n"), document(f"k: {other}\n"))
    assert same(document("a: &x [1]\nb: *x\n"), document("a: &x [1]\nb: *x\n"))
    assert not same(document("b: *x\n"), document("b: *y\n"))


def test_order_counts_only_for_what_was_there() -> None:
    expected = copy(document("[a, b, c, n]"))
    expected.members[3].value.fresh = True
    assert same_but_places(expected, document("[a, n, b, c]"))
    assert not same_but_places(expected, document("[b, a, c, n]"))
    assert not same_but_places(expected, document("[a, b, c]"))
    assert not same_but_places(expected, document("[a, b, c, m]"))


@pytest.mark.parametrize("text", ["[" * 70 + "]" * 70, "a: [", "k: ? :", "[" * 5000, "\0", "a: 1\n---\nb: 2\n", ""])
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(Unreadable):
        document(text)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_rules, "spine: settings/2\n"), (read_rules, "spine: settings/1\nmerge: []\n"),
        (read_rules, "spine: settings/1\nmerge: {'*#[': newest}\n"), (read_rules, "spine: settings/1\ngoverned: 1\n"),
        (read_receipt, "spine: receipt/1\n"), (read_receipt, "spine: receipt/1\nfiles: 1\n"),
        (read_receipt, "spine: receipt/1\nfiles: [{path: a, before: x, after: null}]\n"),
        (read_receipt, "spine: receipt/1\nspine: receipt/1\nfiles: []\n"), (read_receipt, "spine: [x]\n"), (read_receipt, "[a]\n"),
        (read_receipt, f"spine: receipt/1\nfiles: [{{path: a, before: {OID}, after: {OID}}}, {{path: a, before: {OID}, after: {OID}}}]\n"),
        (read_proposal, HEAD.format(oid=OID) + "      - {why: x}\n"), (read_withdrawal, "spine: withdrawal/1\n"),
    ],
)  # fmt: skip
def test_records_that_cannot_be_read(read: object, text: str) -> None:
    with pytest.raises(Unreadable):
        read(text.encode())  # type: ignore[operator]


def test_records_are_utf_8() -> None:
    with pytest.raises(Unreadable):
        read_receipt(b"\xff")


@pytest.mark.parametrize("text", ["a..b", "a[", "[x]", '["a', 'a."\\q"', "a b"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadPlace):
        parse_place(text)


@pytest.mark.parametrize(
    ("pattern", "place", "is_one"),
    [
        ("vms[].services", "vms[vmid=1].services", True), ("**.command", "a.b[#1].command", True), ("*.updated", "a.updated", True),
        ("*", "a.b", False), ("$2.a", "a", False), ("a#2", "a#2", True), ("a", "a#2", True), ("a#2", "a", False), ("b.**", "a", False),
        ("[=x]", "[=x]", True), ('"a b"', '"a b"', True),
    ],
)  # fmt: skip
def test_patterns_of_places(pattern: str, place: str, is_one: bool) -> None:
    assert fits(parse_place(pattern, pattern=True), parse_place(place)) == is_one


def test_patterns_of_paths() -> None:
    assert in_paths(["bindings/**/*.yaml"], "bindings/a.yaml")
    assert in_paths(["bindings/**"], "bindings/a/b.txt")
    assert in_paths(["?.yaml"], "a.yaml")
    assert not in_paths(["bindings/*.yaml", "**/x"], "bindings/a/b.yaml")


def test_hunks_and_merges() -> None:
    assert apply_hunks("a\nb\n", "@@ -2 +2 @@\n-b\n+c\n") == "a\nc\n"
    assert apply_hunks("a\nc\n", "@@ -2 +2 @@\n-b\n+c\n", back=True) == "a\nb\n"
    assert apply_hunks("a\nx\n", "@@ -2 +2 @@\n-b\n+c\n") is None
    assert apply_hunks("a", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n") == "a\n"
    assert apply_hunks("a\n\nb\n", "@@ -1,3 +1,2 @@\n a\n\n-b\n") == "a\n\n"
    assert apply_hunks("a\nb", "@@ -2,0 +3 @@\n+c\n") is None
    assert merge("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n") == "A\nb\nC\n"
    assert merge("a\n", "b\n", "c\n") is None
    assert merge("a\n", "b\n", "b\n") == "b\n"
    assert moved_to([], [], 0, 0) == 0
    assert moved_to(["a"], ["b"], 1, 1) == 1
    assert moved_to(["a"], ["b"], 0, 1) is None
