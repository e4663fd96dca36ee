"""Addresses: the grammar of DESIGN §4, one spelling each, and a column for what is wrong."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.address import ROOT, Address, BadAddress, Item, Key, Member, Position, Step, parse, parse_selector
from spine.errors import Exit


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("a", Address((Key("a"),))),
        ("a.b-c/d@e+f~g%h_1", Address((Key("a"), Key("b-c/d@e+f~g%h_1")))),
        ("vms[vmid=100].status", Address((Key("vms"), Item(((("vmid",), "100"),)), Key("status")))),
        ("[id=a]", Address((Item(((("id",), "a"),)),))),
        ("[id=a][id=b]", Address((Item(((("id",), "a"),)), Item(((("id",), "b"),))))),
        ("v[vmid=1,host=h.x:8]", Address((Key("v"), Item(((("vmid",), "1"), (("host",), "h.x:8")))))),
        ("v[meta.name=x]", Address((Key("v"), Item(((("meta", "name"), "x"),))))),
        ('v["a b"."c.d"="e,f]"]', Address((Key("v"), Item(((("a b", "c.d"), "e,f]"),))))),
        ("tags[=web]", Address((Key("tags"), Member("web")))),
        ('tags[=""]', Address((Key("tags"), Member("")))),
        ("tags[=a]#2", Address((Key("tags"), Member("a", 2)))),
        ("args[#3].x", Address((Key("args"), Position(3), Key("x")))),
        ("a#2.b", Address((Key("a", 2), Key("b")))),
        ("v[id=a]#1.b#12", Address((Key("v"), Item(((("id",), "a"),), 1), Key("b", 12)))),
        ('times."05:00:00"', Address((Key("times"), Key("05:00:00")))),
        ('""', Address((Key(""),))),
        ('"1.10"."\\n\\"\\\\".x', Address((Key("1.10"), Key('\n"\\'), Key("x")))),
        ('"größe"', Address((Key("größe"),))),
        ("$", ROOT),
        ("$2", Address((), 2)),
        ("$2.a.b", Address((Key("a"), Key("b")), 2)),
        ("$2[id=x]", Address((Item(((("id",), "x"),)),), 2)),
        ("$2.3", Address((Key("3"),), 2)),
    ],
)  # fmt: skip
def test_addresses(text: str, address: Address) -> None:
    assert parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", "$"),
        ("$1", "$"),
        ("$.a", "a"),
        ("$1.a", "a"),
        ('$2."a"', "$2.a"),
        ('"a"', "a"),
        ('"a"["id"="x"]', "a[id=x]"),
        ('a["id"="1.2:3"]', "a[id=1.2:3]"),
        ('"\\u0061"', "a"),
        ('"\\u00e9"', '"é"'),
        ('"\\u202e"', '"\\u202e"'),
        ('a["b"="c d"]#01', 'a[b="c d"]#1'),
    ],
)
def test_one_canonical_spelling(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical
    assert str(parse(canonical)) == canonical


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["a", "id", "05:00", "1.10", "2", "#"]
)
dups = st.integers(0, 3)
keys = st.builds(Key, names, dups)
fields = st.lists(st.tuples(st.lists(names, min_size=1, max_size=2).map(tuple), names), min_size=1, max_size=3).map(
    tuple
)
steps = st.one_of(
    keys, st.builds(Item, fields, dups), st.builds(Member, names, dups), st.builds(Position, st.integers(1, 99))
)
addresses = st.builds(Address, st.lists(steps, max_size=5).map(tuple), st.integers(1, 3))


@given(addresses)
def test_law_what_is_written_is_read(address: Address) -> None:
    assert parse(str(address)) == address


@given(steps.filter(lambda step: not isinstance(step, Position)))
def test_law_for_selectors(step: Step) -> None:
    assert parse_selector(str(step)) == step


@given(st.text(alphabet='ab.[]=#,"$\\1 é', max_size=14))
def test_anything_is_an_address_with_one_spelling_or_refused(text: str) -> None:
    address = refused = None
    try:
        address = parse(text)
    except BadAddress as error:
        refused = error
    if address is not None:
        assert parse(str(address)) == address
    if refused is not None:
        assert refused.exit_code is Exit.REFUSED
        assert refused.place is not None
        assert 1 <= (refused.place.column or 0) <= len(text) + 1


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("a..b", 3, "expected a key, found '.'"),
        (".a", 1, "expected a key, found '.'"),
        ("a.", 3, "expected a key"),
        ("a b", 2, "expected '.' or '[', found ' '"),
        ("a]", 2, "expected '.' or '[', found ']'"),
        ("größe", 3, "expected '.' or '[', found 'ö'"),
        ("a[", 3, "expected a key"),
        ("a[]", 3, "expected a key, found ']'"),
        ("a[id]", 5, "expected '=', found ']'"),
        ("a[id=]", 6, "expected a value, found ']'"),
        ("a[id=x", 7, "expected ']'"),
        ("a[id=x,]", 8, "expected a key, found ']'"),
        ("a[id=x y]", 7, "expected ']', found ' '"),
        ("a[id=x]b", 8, "expected '.' or '[', found 'b'"),
        ("a[=]", 4, "expected a value, found ']'"),
        ("a[#]", 4, "expected a number, found ']'"),
        ("a[#0]", 5, "positions are counted from 1"),
        ("a[#1", 5, "expected ']'"),
        ("a#", 3, "expected a number"),
        ("a#0", 4, "duplicates are counted from 1"),
        ("a#1x", 4, "expected '.' or '[', found 'x'"),
        ("a#1234567890", 12, "expected '.' or '[', found '0'"),
        ("$0", 3, "documents are counted from 1"),
        ("$a", 2, "expected '.' or '[', found 'a'"),
        ("$2a", 3, "expected '.' or '[', found 'a'"),
        ('$2"3"', 3, "expected '.' or '[', found '\"'"),
        ("$2#1", 3, "expected '.' or '[', found '#'"),
        ("$$", 2, "expected '.' or '[', found '$'"),
        ('"a', 1, "a quoted part that is not a JSON string"),
        ('a."\\q"', 3, "a quoted part that is not a JSON string"),
        ('a."\n"', 3, "a quoted part that is not a JSON string"),
        ("a[.b=c]", 3, "expected a key, found '.'"),
    ],
)
def test_bad_addresses_show_the_column(text: str, column: int, message: str) -> None:
    with pytest.raises(BadAddress) as raised:
        parse(text)
    error = raised.value
    assert (error.place.file, error.place.line, error.place.column) == ("address", 1, column)  # type: ignore[union-attr]
    found = error.message.removeprefix("not an address: ").split(" at column ")[0]
    assert found == message or (message.startswith("expected a number") and found == "expected a number")
    assert error.hint == "write it like vms[vmid=100].status; quote odd keys like JSON strings"


def test_bad_selectors() -> None:
    for text in ("", "a.b", "[id=a].b", "a[id=b]", "[id=a"):
        with pytest.raises(BadAddress):
            parse_selector(text)


def test_the_text_of_a_message_is_printable_and_short() -> None:
    with pytest.raises(BadAddress) as raised:
        parse("a\x1b[31m" + "x" * 100)
    assert raised.value.message == (
        "not an address: expected '.' or '[', found '\\x1b' at column 2 of"
        ' "a\\u001b[31m' + "x" * 51 + '..."'
    )  # fmt: skip


def test_length() -> None:
    assert parse("é".join(['"', '"']) + "." + "a" * 4091).steps[1] == Key("a" * 4091)
    with pytest.raises(BadAddress, match="more than 4096 bytes"):
        parse('"é".' + "a" * 4092)


@pytest.mark.parametrize(
    "text", ["a." * 2000 + "a", "[" * 4000, '"' * 4000, "a#" * 2000, "[a=b]" * 800, '"' + "\\" * 4000]
)
def test_time_is_linear(text: str) -> None:
    begin = time.perf_counter()
    for _ in range(20):
        with suppress(BadAddress):
            parse(text)
    assert time.perf_counter() - begin < 2


def test_paths() -> None:
    address = parse("$2.a.b[id=x].c")
    assert [str(one) for one in address.ancestors()] == ["$2.a.b[id=x]", "$2.a.b", "$2.a", "$2"]
    assert list(ROOT.ancestors()) == []
    assert (address.parent, address.last) == (parse("$2.a.b[id=x]"), Key("c"))
    assert parse("a") / Key("b") == parse("a.b")
    assert Address((), 2) / Key("b") == parse("$2.b")
    with pytest.raises(IndexError):
        _ = ROOT.last


@pytest.mark.parametrize(
    ("inner", "outer", "is_within"),
    [
        ("a.b", "a", True),
        ("a", "a", True),
        ("a", "$", True),
        ("a", "a.b", False),
        ("ab", "a", False),
        ("$2.a", "a", False),
        ("$2.a", "$2", True),
        ("a[id=x]", "a[id=y]", False),
    ],
)
def test_within(inner: str, outer: str, is_within: bool) -> None:
    assert parse(inner).within(parse(outer)) is is_within
