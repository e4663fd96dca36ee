"""Address patterns: what they match, how they are spelled, and how they are refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.address import Address, Item, Key, Member, Position, Step, parse
from spine.globs import BadGlob
from spine.patterns import AddressPattern, Any, BadPattern, Part, parse_pattern, parse_place_pattern

TEXT = st.text(min_size=0, max_size=5) | st.sampled_from(["vms", "*", "**", "[]", "#1", "a.b", 'q"', "]", "\\"])
DUP = st.integers(min_value=0, max_value=3)
STEP: st.SearchStrategy[Step] = st.one_of(
    st.builds(Key, TEXT, DUP),
    st.builds(
        Item,
        st.lists(st.tuples(st.lists(TEXT, min_size=1, max_size=2).map(tuple), TEXT), min_size=1, max_size=2).map(tuple),
        DUP,
    ),
    st.builds(Member, TEXT, DUP),
    st.builds(Position, st.integers(min_value=1, max_value=99)),
)
ADDRESS = st.builds(Address, st.lists(STEP, max_size=5).map(tuple), st.integers(min_value=1, max_value=3))


def one_star(parts: tuple[Part, ...]) -> bool:
    return not any(left is right is Any.STEPS for left, right in pairwise(parts))


PATTERN = st.builds(
    AddressPattern,
    st.lists(STEP | st.sampled_from(Any), max_size=5).map(tuple).filter(one_star),
    st.none() | st.integers(min_value=1, max_value=3),
)


@pytest.mark.parametrize(
    ("pattern", "address", "held"),
    [
        ("vms", "vms", True),
        ("vms", "vms[vmid=100]", False),
        ("vms[].services", "vms[vmid=100].services", True),
        ("vms[].services", "vms[vmid=100,host=a].services", True),
        ("vms[].services", "vms[#3].services", True),
        ("vms[].services", "vms.x.services", False),
        ("vms.*.services", "vms.x.services", True),
        ("vms.*.services", "vms[vmid=100].services", False),
        ("**.command", "command", True),
        ("**.command", "stacks[name=a].services.web.command", True),
        ("**.command", "stacks[name=a].command.x", False),
        ("hosts.**", "hosts", True),
        ("hosts.**", "hosts[=a]", True),
        ("a.**.b.**.c", "a.b.x.b.c", True),
        ("**[]", "a.b[=x]", True),
        ("[]", "[name=x]", True),
        ("$", "$", True),
        ("", "$2", True),
        ("$2.a", "$2.a", True),
        ("$2.a", "a", False),
        ("a", "$2.a", True),
        ("a", "a#2", True),
        ("a#1", "a#2", False),
        ("vms[vmid=100].x", "vms[vmid=100]#2.x", True),
        ("vms[vmid=100].x", "vms[vmid=1001].x", False),
        ("tags[=a]", "tags[=a]#2", True),
        ('"*"', "x", False),
        ('"*"', '"*"', True),
        ('"a.b".c', '"a.b".c', True),
        ('a["x]"=1].c', 'a["x]"=1].c', True),
    ],
)
def test_known_answers(pattern: str, address: str, held: bool) -> None:
    assert parse_pattern(pattern).matches(parse(address)) is held


@given(pattern=PATTERN)
def test_str_is_the_inverse_of_parse(pattern: AddressPattern) -> None:
    assert parse_pattern(str(pattern)) == pattern


@given(address=ADDRESS)
def test_every_address_is_a_pattern_that_matches_itself(address: Address) -> None:
    assert parse_pattern(str(address)).matches(address)


@given(address=ADDRESS, data=st.data())
def test_wildcards_widen_and_never_narrow(address: Address, data: st.DataObject) -> None:
    wider: list[Part] = []
    for step in address.steps:
        any_one = Any.KEY if isinstance(step, Key) else Any.ITEM
        options: list[Part] = [step, any_one] if wider[-1:] == [Any.STEPS] else [step, any_one, Any.STEPS]
        wider.append(data.draw(st.sampled_from(options)))
    assert AddressPattern(tuple(wider)).matches(address)


def test_a_place_pattern_is_files_and_address() -> None:
    pattern = parse_place_pattern("bindings/vm.*.yaml#vms[#1]")
    assert str(pattern) == "bindings/vm.*.yaml#vms[#1]"
    assert pattern.matches("bindings/vm.lifecycle.yaml", parse("vms[#1]"))
    assert not pattern.matches("bindings/other.yaml", parse("vms[#1]"))
    assert not pattern.matches("bindings/vm.lifecycle.yaml", parse("vms[#2]"))


def test_a_star_on_the_left_is_every_file() -> None:
    pattern = parse_place_pattern("*#updated")
    assert pattern.files is None
    assert str(pattern) == "*#updated"
    assert pattern.matches("any/where/at.all", parse("updated"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a..b", "expected a key at column 3 of “a..b”"),
        (".a", "expected a key, found '.' at column 1 of “.a”"),
        ("a[", "expected a key at column 3 of “a[”"),
        ("a[]b", "expected '.' or '[', found 'b' at column 4 of “a[]b”"),
        ("a.b*", "expected the end, found '*' at column 4 of “a.b*”"),
        ("a.**.**", "** twice in a row says no more than once at column 8 of “a.**.**”"),
        ("$0", "documents are counted from 1 at column 3 of “$0”"),
        ('a."b', 'a quoted part that is not a JSON string at column 3 of “a."b”'),
        ("a[#0]", "positions are counted from 1 at column 5 of “a[#0]”"),
        ("a\x1b", "expected the end, found '\\x1b' at column 2 of “a␛”"),
    ],
)
def test_refusals_point_at_the_column(text: str, message: str) -> None:
    with pytest.raises(BadPattern) as raised:
        parse_pattern(text)
    assert raised.value.message == f"not an address pattern: {message}"


def test_a_place_pattern_needs_both_sides() -> None:
    with pytest.raises(BadPattern, match="has no #"):
        parse_place_pattern("vms")
    with pytest.raises(BadGlob, match="it is empty"):
        parse_place_pattern("#vms")
