"""What makes an item the same item: declared, else inferred from all versions, never by free text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.address import Item, Key, Member, Position, Step, parse
from spine.identity import (
    Atomic,
    Identity,
    Keyed,
    ListKind,
    ScalarSet,
    Sequence,
    field_node,
    infer,
    steps_of,
    with_dup,
)
from spine.patterns import parse_pattern
from spine.yamldoc.guard import parse as parse_yaml
from spine.yamldoc.nodes import Node


def node(text: str) -> Node:
    root = parse_yaml(text).root
    assert root is not None
    return root


def keyed(*fields: str) -> Keyed:
    return Keyed(tuple(tuple(field.split(".")) for field in fields))


def inferred(*versions: str, at: str = "vms") -> ListKind:
    return infer(parse(at), [node(text) for text in versions])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[{id: a, x: 1}, {id: b, x: 1}]", keyed("id")),
        # `id` before any other, then `…_id` and `…id`, then the other usual names, then what else is unique
        ("[{name: a, id: 1}, {name: b, id: 2}]", keyed("id")),
        ("[{name: a, vm_id: 1}, {name: b, vm_id: 2}]", keyed("vm_id")),
        ("[{name: a, vmid: 1}, {name: b, vmid: 2}]", keyed("vmid")),
        ("[{path: /a, name: x}, {path: /b, name: y}]", keyed("name")),
        ("[{port: 1, hostname: x}, {port: 2, hostname: y}]", keyed("hostname")),
        ("[{x: 1, y: 1}, {x: 1, y: 2}]", keyed("y")),
        # a usual name that is not unique gives way
        ("[{id: 1, name: a}, {id: 1, name: b}]", keyed("name")),
        # a pair, where no field alone will do
        ("[{from: a, to: b}, {from: a, to: c}, {from: b, to: c}]", keyed("from", "to")),
        # never free text, however unique
        *((f"[{{{word}: a}}, {{{word}: b}}]", Sequence()) for word in ("description", "note", "notes", "title", "why")),
        *((f"[{{{word}: a}}, {{{word}: b}}]", Sequence()) for word in ("status", "severity", "type", "updated")),
        ("[{x: a b}, {x: c d}]", Sequence()),
        # but a usual name may have blanks
        ("[{name: a b}, {name: c d}]", keyed("name")),
        # not long, not of several lines, not empty, not null, not a collection, and everywhere
        ('[{id: "%s"}, {id: b}]' % ("a" * 81), Sequence()),
        ('[{id: "%s"}, {id: b}]' % ("a" * 80), keyed("id")),
        ('[{id: "a\\nb"}, {id: b}]', Sequence()),
        ('[{id: ""}, {id: b}]', Sequence()),
        ("[{id: ~}, {id: b}]", Sequence()),
        ("[{id: }, {id: b}]", Sequence()),
        ("[{id: [a]}, {id: b}]", Sequence()),
        ("[{id: a}, {x: b}]", Sequence()),
        ("[{id: a}, {}]", Sequence()),
        ('[{id: "~"}, {id: b}]', keyed("id")),
        # identities match by text, so 1 and "1" are no two
        ('[{id: 1}, {id: "1"}]', Sequence()),
        ("[{id: 1}, {id: 01}]", keyed("id")),
        # one item is enough
        ("[{id: a}]", keyed("id")),
        ("[{}]", Sequence()),
        # scalars
        ("[a, b]", ScalarSet()),
        ("[a, b, a]", Sequence()),
        ('[1, "1"]', Sequence()),
        ("[a, ]", ScalarSet()),
        ('["a\\nb"]', Sequence()),
        ('["%s"]' % ("a" * 400), ScalarSet()),
        ('["%s"]' % ("a" * 401), Sequence()),
        # a mixture, and lists in lists
        ("[a, {id: b}]", Sequence()),
        ("[[a], [b]]", Sequence()),
        ("[*x, a]", Sequence()),
    ],
)
def test_inferred(text: str, kind: ListKind) -> None:
    assert inferred(text) == kind


@pytest.mark.parametrize("name", ["command", "cmd", "args", "argv", "entrypoint", "steps"])
def test_words_of_a_command_have_no_identity(name: str) -> None:
    assert inferred("[a, b]", at=f"services.web.{name}") == Sequence()
    assert inferred("[{id: a}]", at=name) == Sequence()
    assert inferred("[a, b]", at=f"{name}.x") == ScalarSet()
    assert inferred("[a, b]", at=f'x[id="{name}"]') == ScalarSet()


def test_all_versions_count() -> None:
    one, other = "[{id: 1, name: a}, {id: 2, name: b}]", "[{id: 1, name: a}, {id: 1, name: b}]"
    assert inferred(one) == keyed("id")
    assert inferred(one, other) == inferred(other, one) == keyed("name")
    assert inferred(one, "[{id: 1}]") == keyed("id")
    assert inferred(one, "[{key: 1}]") == Sequence()
    assert inferred("[a, b]", "[a, a]") == Sequence()
    assert inferred("[a, b]", "[{id: a}]") == Sequence()


def test_an_empty_list_may_become_anything() -> None:
    assert Identity().kind_of(parse("vms"), [node("[]"), node("[{id: a}]")]) == keyed("id")
    assert Identity().kind_of(parse("vms"), [node("[]")]) == ScalarSet()
    assert Identity().kind_of(parse("vms"), [node("~"), node("{a: 1}"), node("[{id: a}]")]) == keyed("id")


def identity(**kinds: ListKind) -> Identity:
    return Identity(tuple((parse_pattern(name), kind) for name, kind in kinds.items()))


def test_declared() -> None:
    declared = identity(vms=keyed("vmid", "host"), tags=Sequence(), all=Atomic(), path=ScalarSet(ordered=True))
    two = node("[{vmid: 1, host: a, id: x}, {vmid: 1, host: b, id: y}]")
    assert declared.kind_of(parse("vms"), [two]) == keyed("vmid", "host")
    assert declared.kind_of(parse("other"), [two]) == keyed("id")
    assert declared.kind_of(parse("tags"), [node("[a, b]")]) == Sequence()
    assert declared.kind_of(parse("all"), [two]) == Atomic()
    assert declared.kind_of(parse("path"), [node("[a]")]) == ScalarSet(ordered=True)
    assert declared.declared_for(parse("vms.x")) is None


def test_a_declared_field_may_be_anything_but_absent() -> None:
    declared = identity(vms=keyed("description"))
    assert declared.kind_of(parse("vms"), [node("[{description: a}, {description: b}]")]) == keyed("description")
    assert declared.kind_of(parse("vms"), [node("[{id: a}]")]) == Sequence()
    nested = identity(vms=keyed("meta.name"))
    assert nested.kind_of(parse("vms"), [node("[{meta: {name: a}}]")]) == keyed("meta.name")
    assert nested.kind_of(parse("vms"), [node("[{meta: a}]")]) == Sequence()


def test_what_is_declared_holds_though_an_item_stands_twice() -> None:
    declared = identity(tags=ScalarSet(), vms=keyed("id"))
    assert declared.kind_of(parse("tags"), [node("[a, a]")]) == ScalarSet()
    assert declared.kind_of(parse("vms"), [node("[{id: a}, {id: a}]")]) == keyed("id")


@pytest.mark.parametrize("text", ["[{id: a}]", '["a\\nb"]', "[[a]]", "[*x]"])
def test_what_cannot_be_a_set_is_none_though_declared(text: str) -> None:
    assert identity(tags=ScalarSet()).kind_of(parse("tags"), [node("[a]"), node(text)]) == Sequence()


@pytest.mark.parametrize("text", ["[{id: a}, {x: b}]", "[{id: ~}]", "[{id: [a]}]", "[a]"])
def test_what_cannot_be_keyed_is_not_though_declared(text: str) -> None:
    assert identity(vms=keyed("id")).kind_of(parse("vms"), [node("[{id: a}]"), node(text)]) == Sequence()


def test_the_first_declaration_holds() -> None:
    declared = Identity(((parse_pattern("**.tags"), Sequence()), (parse_pattern("a.tags"), Atomic())))
    assert declared.declared_for(parse("a.tags")) == Sequence()


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ("{a: x}", "a", "x"),
        ("{a: {b: x}}", "a.b", "x"),
        ("{a: {b: x}}", "a", None),
        ("{a: x}", "a.b", None),
        ("{a: x}", "b", None),
        ("x", "a", None),
        ("{a: 1, a: 2}", "a", "1"),
        ("{a: *x}", "a", None),
    ],
)
def test_field_node(text: str, path: str, found: str | None) -> None:
    value = field_node(node(text), tuple(path.split(".")))
    assert (None if value is None else value.text) == found


@pytest.mark.parametrize(
    ("text", "kind", "steps"),
    [
        ("{a: 1, b: 2}", None, [Key("a"), Key("b")]),
        ("{a: 1, b: 2, a: 3, b: 4, a: 5, c: 6}", None,
         [Key("a", 1), Key("b", 1), Key("a", 2), Key("b", 2), Key("a", 3), Key("c")]),
        ('{1: a, "1": b}', None, [Key("1", 1), Key("1", 2)]),
        ("[{id: a}, {id: b}]", keyed("id"), [Item(((("id",), "a"),)), Item(((("id",), "b"),))]),
        ("[{id: a}, {id: a}]", keyed("id"), [Item(((("id",), "a"),), 1), Item(((("id",), "a"),), 2)]),
        ("[{x: 1, y: 2}]", keyed("x", "y"), [Item(((("x",), "1"), (("y",), "2")))]),
        ("[{x: 1}]", keyed("x", "y"), [Item(((("x",), "1"), (("y",), "")))]),
        ('[a, "b", a]', ScalarSet(), [Member("a", 1), Member("b"), Member("a", 2)]),
        ("[a, {b: 1}]", Sequence(), [Position(1), Position(2)]),
        ("[a, b]", Atomic(), [Position(1), Position(2)]),
        ("[a]", None, [Position(1)]),
        ("{}", None, []),
    ],
)  # fmt: skip
def test_steps(text: str, kind: ListKind | None, steps: list[Step]) -> None:
    assert steps_of(node(text), kind) == steps


def test_with_dup() -> None:
    item = Item(((("id",), "a"),))
    assert with_dup(Key("a"), 2) == Key("a", 2)
    assert with_dup(item, 1) == Item(item.fields, 1)
    assert with_dup(Member("a", 1), 2) == Member("a", 2)
    assert with_dup(Position(3), 2) == Position(3)


words = st.sampled_from(["a", "b", "c", "1", "x y", ""])
items = st.lists(
    st.dictionaries(st.sampled_from(["id", "name", "port", "note"]), words, max_size=3), min_size=1, max_size=5
)


@given(items, items)
def test_law_an_inferred_identity_is_unique_in_all_versions(
    one: list[dict[str, str]], other: list[dict[str, str]]
) -> None:
    def flow(version: list[dict[str, str]]) -> Node:
        return node(
            "[" + ", ".join("{" + ", ".join(f'{k}: "{v}"' for k, v in item.items()) + "}" for item in version) + "]"
        )

    versions = [flow(one), flow(other)]
    kind = infer(parse("vms"), versions)
    if isinstance(kind, Keyed):
        for version in versions:
            steps = steps_of(version, kind)
            assert len(set(steps)) == len(steps)
            assert all(isinstance(step, Item) and step.dup == 0 for step in steps)
            assert all(value for step in steps if isinstance(step, Item) for _, value in step.fields)
        assert all("note" not in path for path in kind.fields)
