"""Scalars as (kind, text) after the YAML 1.2 core schema, never by way of a number."""

from __future__ import annotations

import pytest
from bindings_strategy import pairs
from hypothesis import given, settings

from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Node
from spine.yamldoc.scalars import resolve, same_value, shape, value_of


def node(text: str) -> Node:
    root = parse(text).root
    assert root is not None
    return root


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nulls(text: str) -> None:
    assert resolve(text, "", None) == ("null", "")


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "false", "False", "FALSE"])
def test_booleans(text: str) -> None:
    assert resolve(text, "", None) == ("bool", text.lower())


@pytest.mark.parametrize("text", ["0", "-1", "+12", "010", "00", "0o17", "0xdeadBEEF", "1" * 40])
def test_integers(text: str) -> None:
    assert resolve(text, "", None) == ("int", text)


@pytest.mark.parametrize(
    "text", ["1.10", "1.", ".5", "-.5", "+0.0", "1e3", "8e66283", "1.5E-7", ".inf", "-.Inf", "+.INF", ".nan", ".NaN"]
)
def test_floats(text: str) -> None:
    assert resolve(text, "", None) == ("float", text)


@pytest.mark.parametrize(
    "text",
    [
        *("no", "yes", "on", "off", "y", "n", "nULL", "tRue", "12:30:45", "1_000", "2026-02-12", "0b1", "0o8", "0xg"),
        *(".", "-", "+", "..", "1.2.3", "1e", "e1", "1e5.5", "--1", "+-1", ".e1", "-.nan", "0O17", "0X1f", "1 2"),
        *("=", "<<", "08h", "a", " 1", "1\n2", "\u0661"),
    ],
)  # fmt: skip
def test_strings(text: str) -> None:
    assert resolve(text, "", None) == ("str", text)


@pytest.mark.parametrize("style", ["'", '"', "|", ">"])
def test_what_is_quoted_is_a_string(style: str) -> None:
    assert resolve("true", style, None) == ("str", "true")
    assert resolve("", style, None) == ("str", "")


def test_tags() -> None:
    assert resolve("1", "", "!") == ("str", "1")
    assert resolve("1", "", "!vault") == ("!vault", "1")
    assert value_of(node("!!str 1")) == ("tag:yaml.org,2002:str", "1")


EQUAL = [
    ("x", '"x"'),
    ("null", "~"),
    ("true", "TRUE"),
    ("[a, b]", "- a\n- b"),
    ("{a: 1, b: 2}", "b: 2\na: 1"),
    ("{a: 1, a: 2}", "{a: 1, a: 2}"),
    ("|\n x\n", '"x\\n"'),
    ("{[a]: 1}", "{[a]: 1}"),
    ("[*x]", "[*x]"),
]
DIFFERENT = [
    ("1", '"1"'),
    ("8e66283", "8e66284"),
    ("1.10", "1.1"),
    ("010", "10"),
    ("0x10", "16"),
    ("~", '""'),
    ("[a, b]", "[b, a]"),
    ("[a]", "[a, b]"),
    ("[a]", "{a: }"),
    ("a", "[a]"),
    ("{a: 1}", "{a: 2}"),
    ("{a: 1}", "{b: 1}"),
    ("{1: a}", '{"1": a}'),
    ("{a: 1, a: 2}", "{a: 2, a: 1}"),
    ("{a: 1, b: 1}", "{a: 1, a: 1}"),
    ("!x [a]", "[a]"),
    ("!x {a: 1}", "!y {a: 1}"),
    ("!x a", "!y a"),
    ("!x a", "a"),
    ("[*x]", "[x]"),
    ("{[a]: 1}", "{[b]: 1}"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_same_values(one: str, other: str) -> None:
    assert same_value(node(one), node(other))
    assert same_value(node(other), node(one))
    assert shape(node(one)) == shape(node(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_values(one: str, other: str) -> None:
    assert not same_value(node(one), node(other))
    assert not same_value(node(other), node(one))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_shapes(one: str, other: str) -> None:
    assert shape(node(one)) != shape(node(other))


@settings(max_examples=25)
@given(pairs())
def test_shapes_are_equal_exactly_if_values_are(pair: tuple[str, str]) -> None:
    one, other = (parse(text).root for text in pair)
    if one is not None and other is not None:
        assert same_value(one, one)
        assert same_value(one, other) == (shape(one) == shape(other))
