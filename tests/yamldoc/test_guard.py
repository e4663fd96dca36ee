"""The guard: what is not YAML, and what is too much of it, is refused at once, with line and column."""

from __future__ import annotations

import time

import pytest

from spine.errors import Exit
from spine.yamldoc.guard import Limits, Unparsable, parse


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: [1\n", "f.yaml:2:1",
         "not valid YAML: while parsing a flow sequence: did not find expected ',' or ']'"),
        ("a: 1\n b: 2\n", "f.yaml:2:3", "not valid YAML: mapping values are not allowed in this context"),
        ("a: *x\n", None, None),
        ("a: \tb: 1\n\t- c\n", "f.yaml:1:6", "not valid YAML: mapping values are not allowed in this context"),
        ("a: 'x\n", "f.yaml:2:1",
         "not valid YAML: while scanning a quoted scalar: found unexpected end of stream"),
        ("a: @x\n", "f.yaml:1:4",
         "not valid YAML: while scanning for the next token: found character that cannot start any token"),
        ('a: "\\q"\n', "f.yaml:1:5",
         "not valid YAML: while parsing a quoted scalar: found unknown escape character"),
        ("%YAML 9.0\n---\na: 1\n", "f.yaml:1:1", "not valid YAML: found incompatible YAML document"),
        ("a: 1\n---\n- b\nc: d\n", "f.yaml:4:1",
         "not valid YAML: while parsing a block collection: did not find expected '-' indicator"),
        ("a: \x00\n", "f.yaml", "not valid YAML: control characters are not allowed"),
        ("a: \x07\n", "f.yaml", "not valid YAML: control characters are not allowed"),
    ],
)  # fmt: skip
def test_what_is_not_yaml(text: str, place: str | None, message: str | None) -> None:
    if message is None:  # an alias without an anchor is for a composer to find; here it is only a node
        assert parse(text).aliased
        return
    with pytest.raises(Unparsable) as raised:
        parse(text, file="f.yaml")
    assert (str(raised.value.place), raised.value.message) == (place, message)
    assert raised.value.exit_code is Exit.REFUSED


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(Unparsable, match="not text that YAML allows") as raised:
        parse("a: \ud800\n", file="f.yaml")
    assert str(raised.value.place) == "f.yaml"


def test_size() -> None:
    limits = Limits(size=10)
    assert parse("a: 123456\n", limits=limits).root is not None
    with pytest.raises(Unparsable, match="11 characters, the limit is 10"):
        parse("a: 1234567\n", limits=limits)


def test_size_is_checked_before_anything_is_read() -> None:
    begin = time.perf_counter()
    with pytest.raises(Unparsable, match="the limit is 8388608"):
        parse("[" * (8 * 1024 * 1024 + 1))
    assert time.perf_counter() - begin < 5


NODES = [("a\n", 1), ("a\n---\nb\n", 2)]
"""Texts, and how many nodes each has."""


@pytest.mark.parametrize(("text", "count"), NODES)
def test_nodes_are_counted(text: str, count: int) -> None:
    assert parse(text, limits=Limits(nodes=count)).roots
    with pytest.raises(Unparsable, match=f"more than {count - 1} nodes") as raised:
        parse(text, limits=Limits(nodes=count - 1))
    assert raised.value.place is not None
    assert raised.value.place.line is not None


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
def test_depth(opening: str, closing: str) -> None:
    text = opening * 64 + "x" + closing * 64 + "\n"
    assert parse(text).root is not None
    with pytest.raises(Unparsable, match="nested deeper than 64") as raised:
        parse(opening + text, file="f.yaml")
    assert str(raised.value.place) == f"f.yaml:1:{64 * len(opening) + 1}"


def test_depth_is_that_of_open_collections_only() -> None:
    assert parse("- [x]\n" * 200, limits=Limits(depth=2)).root is not None


def test_scalars() -> None:
    limits = Limits(scalar=5)
    assert parse("a: 12345\n", limits=limits).root is not None
    with pytest.raises(Unparsable, match="a scalar of 6 characters, the limit is 5") as raised:
        parse("a: 1\nb: 123456\n", limits=limits)
    assert str(raised.value.place) == "<text>:2:4"
    with pytest.raises(Unparsable, match="a scalar of 6 characters"):
        parse("123456: 1\n", limits=limits)


def test_two_megabytes_of_brackets() -> None:
    """They end a process that composes with libyaml, and take it minutes to scan."""
    begin = time.perf_counter()
    with pytest.raises(Unparsable, match="nested deeper than 64"):
        parse("[" * (2 * 1024 * 1024))
    assert time.perf_counter() - begin < 60


def test_megabytes_of_question_marks_on_one_line() -> None:
    """Where each is looked up from the start of its line, this takes hours."""
    begin = time.process_time()
    root = parse("a: 1  # " + "? " * 2_000_000 + "\n? b\n: 2\n").root
    assert time.process_time() - begin < 60
    assert root is not None
    assert [entry.start for entry in root.entries] == [0, 4_000_009]


def test_aliases_are_not_expanded() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 60))
    assert len(parse(bomb).root.entries) == 60  # type: ignore[union-attr]


def test_an_empty_text_has_no_document() -> None:
    assert parse("").root is None
    assert parse("").roots == []
