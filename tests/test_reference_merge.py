"""The reference itself, by hand: a reference that nobody checked proves nothing."""

from __future__ import annotations

import pytest

from tests.reference_merge import ABSENT, CONFLICT, NOTHING, OPEN, Container, expected, leaves, orders, trees

V = lambda kind, text: ("value", (kind, text))  # noqa: E731


@pytest.mark.parametrize(
    ("title", "base", "target", "proposed", "outcome"),
    [
        ("one side", "a: 1\nb: 2\n", "a: 1\nb: 2\n", "a: 3\nb: 2\n", {("a",): V("int", "3"), ("b",): V("int", "2")}),
        ("both sides", "a: 1\nb: 2\n", "a: 4\nb: 2\n", "a: 1\nb: 5\n", {("a",): V("int", "4"), ("b",): V("int", "5")}),
        ("both the same", "a: 1\n", "a: 2\n", "a: 2\n", {("a",): V("int", "2")}),
        ("two values", "a: 1\nb: 2\n", "a: 2\nb: 2\n", "a: 3\nb: 2\n", {("a",): CONFLICT, ("b",): V("int", "2")}),
        ("quotes are no change", "a: x\n", 'a: "x"\n', "a: y\n", {("a",): V("str", "y")}),
        ("nulls are one", "a: ~\n", "a: null\n", "a:\n", {("a",): V("null", "")}),
        ("text counts, not number", "a: 1.10\n", "a: 1.1\n", "a: 1.10\n", {("a",): V("float", "1.1")}),
        ("a commit is no number", "a: 8e66283\n", "a: 8e66284\n", "a: 8e66283\n", {("a",): V("float", "8e66284")}),
        ("removed", "a: 1\nb: 2\n", "b: 2\n", "a: 1\nb: 2\n", {("b",): V("int", "2"), ("a",): ABSENT}),
        ("changed, removed", "a: 1\nb: 2\n", "a: 5\nb: 2\n", "b: 2\n", {("a",): CONFLICT, ("b",): V("int", "2")}),
        ("removed, changed", "a: 1\nb: 2\n", "b: 2\n", "a: 5\nb: 2\n", {("a",): CONFLICT, ("b",): V("int", "2")}),
        (
            "removed, emptied",
            "a: {b: 1}\nc: 2\n",
            "c: 2\n",
            "a: {}\nc: 2\n",
            {("a",): OPEN, ("c",): V("int", "2")},
        ),
        ("lists from nothing", "a: 1\n", "a: 1\nb: [x]\n", "a: 1\nb: [y]\n", {("a",): V("int", "1"), ("b",): OPEN}),
        ("removed, added to", "a: {b: 1}\n", "{}\n", "a: {b: 1, c: 2}\n", {("a",): CONFLICT}),
        ("removed, changed below", "a: {b: 1}\n", "{}\n", "a: {b: 2}\n", {("a",): CONFLICT}),
        (
            "perhaps renamed and touched",
            "a: 1\nb: 2\n",
            "c: 1\nb: 2\n",
            "a: 5\nb: 2\n",
            {("a",): OPEN, ("c",): OPEN, ("b",): V("int", "2")},
        ),
        (
            "perhaps renamed and left alone",
            "a: 1\nb: 2\n",
            "c: 1\nb: 2\n",
            "a: 1\nb: 3\n",
            {("a",): ABSENT, ("c",): V("int", "1"), ("b",): V("int", "3")},
        ),
        (
            "add and add",
            "x: 0\n",
            "x: 0\nm: {a: 1, b: 2}\n",
            "x: 0\nm: {a: 1, c: 3}\n",
            {("x",): V("int", "0"), ("m", "a"): V("int", "1"), ("m", "b"): V("int", "2"), ("m", "c"): V("int", "3")},
        ),
        ("add and add, scalars", "x: 0\n", "x: 0\na: 1\n", "x: 0\na: 2\n", {("x",): V("int", "0"), ("a",): CONFLICT}),
        ("the kind changed", "a: {b: 1}\n", "a: [1]\n", "a: {b: 2}\n", {("a",): CONFLICT}),
        (
            "filled from nothing by both",
            "a:\n",
            "a: [x]\n",
            "a: [y]\n",
            {("a", ("=", "x")): V("str", "x"), ("a", ("=", "y")): V("str", "y")},
        ),
        (
            "set members",
            "a: [x, y]\n",
            "a: [y, z]\n",
            "a: [x, y, w]\n",
            {
                ("a", ("=", "y")): V("str", "y"),
                ("a", ("=", "z")): V("str", "z"),
                ("a", ("=", "w")): V("str", "w"),
                ("a", ("=", "x")): ABSENT,
            },
        ),
        ("emptied by both halves", "a: [x, y]\n", "a: [y]\n", "a: [x]\n", {("a",): ("value", Container("list", {}))}),
        ("sequences", "args: [x, y]\n", "args: [x]\n", "args: [y]\n", {("args",): OPEN}),
        ("a duplicate makes a sequence", "a: [x, x]\n", "a: [x]\n", "a: [x, x, y]\n", {("a",): OPEN}),
        ("long strings", "a: |\n  x\n  y\n", "a: |\n  z\n  y\n", "a: |\n  x\n  w\n", {("a",): OPEN}),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value else "",
)
def test_the_table(
    title: str, base: str, target: str, proposed: str, outcome: dict[tuple[object, ...], tuple[object, ...]]
) -> None:
    found = expected(base, target, proposed)
    if title.startswith("emptied"):
        found = {path: result for path, result in found.items() if result != ABSENT}
    assert found == outcome


def test_items_are_known_by_their_identity() -> None:
    base = "vms:\n- id: 1\n  a: x\n- id: 2\n  a: y\n"
    target = "vms:\n- id: 2\n  a: z\n- id: 1\n  a: x\n"
    proposed = "vms:\n- id: 1\n  a: w\n- id: 2\n  a: y\n- id: 3\n"
    found = expected(base, target, proposed)
    one, two, three = (("vms", ("id", str(n))) for n in (1, 2, 3))
    assert found[(*one, "a")] == V("str", "w")
    assert found[(*two, "a")] == V("str", "z")
    assert found[(*three, "id")] == V("int", "3")
    assert len(found) == 5


def test_both_added_one_item_with_other_fields() -> None:
    found = expected("vms: []\n", "vms:\n- id: 1\n  a: x\n", "vms:\n- id: 1\n  a: y\n  b: z\n")
    item = ("vms", ("id", "1"))
    assert found == {(*item, "id"): V("int", "1"), (*item, "a"): CONFLICT, (*item, "b"): V("str", "z")}


def test_an_identity_must_be_unique_in_every_version() -> None:
    base, target = trees("l:\n- {id: 1, name: a}\n", "l:\n- {id: 1, name: a}\n- {id: 1, name: b}\n")
    assert [path for path, _ in leaves(base)] == [("l", ("name", "a"), "id"), ("l", ("name", "a"), "name")]
    assert ("l", ("name", "b"), "id") in dict(leaves(target))
    (tree,) = trees("l:\n- {id: 1, name: a}\n- {id: 1, name: a}\n")
    assert [(path, leaf.kind) for path, leaf in leaves(tree)] == [(("l",), "sequence")]


def test_orders_are_those_of_the_source() -> None:
    first, second = trees("b: 1\na: [z, y]\n", "a: [y, z, x]\nb: 1\n")
    assert dict(orders(first)) == {(): ["b", "a"], ("a",): [("=", "z"), ("=", "y")]}
    assert dict(orders(second)) == {(): ["a", "b"], ("a",): [("=", "y"), ("=", "z"), ("=", "x")]}


def test_an_empty_text_has_no_leaves() -> None:
    assert trees("", "# only a comment\n") == [NOTHING, NOTHING]
    assert expected("", "a: 1\n", "") == {("a",): V("int", "1")}
