"""Fields of spine's own files: strict, and every error with line and column."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from spine.errors import Refused
from spine.yamldoc.fields import BadField, Fields, fields_of, moment_text, open_record

KEYS = ("text", "other", "number", "list", "inside", "pairs", "when", "day", "yes")


class Odd(Refused):
    """The error of another format."""

    code = "SP999"


def fields(text: str, **keywords: object) -> Fields:
    document = open_record(text, file="f.yaml", what="record")
    assert document.root is not None
    return fields_of(document, document.root, "record", optional=KEYS, **keywords)  # type: ignore[arg-type]


def told(raised: pytest.ExceptionInfo[Refused]) -> tuple[str, str, str | None]:
    return str(raised.value.place), raised.value.message, raised.value.hint


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "f.yaml:1:1", "the record is empty"),
        ("# x\n", "f.yaml:1:1", "the record is empty"),
        ("a: 1\n---\nb: 1\n", "f.yaml:2:4", "the record is one YAML document, here a second one begins"),
        ("text: &x a\n", "f.yaml:1:7", "an anchor has no place in a record"),
        ("text: !x a\n", "f.yaml:1:7", "a tag has no place in a record"),
        ("list: [a, *x]\n", "f.yaml:1:11", "an alias has no place in a record"),
        ("!x k: a\n", "f.yaml:1:1", "a tag has no place in a record"),
        ("inside: &y {k: !x a}\n", "f.yaml:1:9", "an anchor has no place in a record"),
        ("- a\n", "f.yaml:1:1", "the record is a mapping, this is a list"),
        ("a\n", "f.yaml:1:1", "the record is a mapping, this is a string"),
        ("text: a\ntext: b\n", "f.yaml:2:1", "“text” stands twice in the record, first in line 1"),
        ("[a]: b\n", "f.yaml:1:1", "a key of the record is a plain word, this is a list"),
    ],
)
def test_malformed_records(text: str, place: str, message: str) -> None:
    with pytest.raises(BadField) as raised:
        fields(text)
    assert told(raised)[:2] == (place, message)


def test_unknown_and_missing_keys() -> None:
    with pytest.raises(BadField) as raised:
        fields("txet: a\n")
    assert told(raised) == ("f.yaml:1:1", "unknown key “txet” in the record", "did you mean “text”?")
    with pytest.raises(BadField) as raised:
        fields("text: a\nzzzzzzzz: b\n")
    assert told(raised) == ("f.yaml:2:1", "unknown key “zzzzzzzz” in the record", f"its keys are {', '.join(KEYS)}")
    with pytest.raises(BadField) as raised:
        fields("text: a\n", required=("must",))
    assert told(raised)[:2] == ("f.yaml:1:1", "the record needs “must”")


def test_the_formats_own_error() -> None:
    with pytest.raises(Odd, match="unknown key"):
        fields("x: 1\n", error=Odd)
    with pytest.raises(Odd, match="is a string"):
        fields("text: 1\n", error=Odd).text("text")
    with pytest.raises(Odd, match="is empty"):
        open_record("", file="", what="thing", error=Odd)


def test_a_record_may_be_too_large() -> None:
    with pytest.raises(Refused, match="the limit is 4194304"):
        open_record("a: '" + "x" * (4 * 1024 * 1024) + "'\n", file="f.yaml", what="record")


def test_null_is_left_out() -> None:
    found = fields("text: ~\nother: a\n")
    assert "text" not in found
    assert "other" in found
    assert "number" not in found
    assert found.find_text("text") is None
    assert found.find_text("other") == "a"
    assert found.find("text", str.upper) is None
    assert found.find("other", str.upper) == "A"
    found.refuse_nulls(meant=("text",))
    with pytest.raises(BadField) as raised:
        found.refuse_nulls()
    assert told(raised)[:2] == ("f.yaml:1:7", "“text” is null; leave it out")


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("100644", "“text” is a string, this is a number", 'quote it: "100644"'),
        ("1.10", "“text” is a string, this is a number", 'quote it: "1.10"'),
        ("true", "“text” is a string, this is true or false", 'quote it: "true"'),
        ("", "“text” is a string, this is null", "leave it out, or write a string"),
        ("[a]", "“text” is a string, this is a list", None),
        ("{a: b}", "“text” is a string, this is a mapping", None),
    ],
)
def test_what_is_no_string(source: str, message: str, hint: str | None) -> None:
    with pytest.raises(BadField) as raised:
        fields(f"text: {source}\n").text("text")
    assert told(raised)[1:] == (message, hint)
    assert str(raised.value.place) == "f.yaml:1:7" if source else "f.yaml:1:6"


def test_lines() -> None:
    assert fields("text: a b\n").line("text") == "a b"
    for source, message in [
        ('" "', "“text” is empty"),
        ('"a\\nb"', "“text” is one line without invisible characters"),
        ('"a\\u202eb"', "“text” is one line without invisible characters"),
        ("a" * 11, "“text” has 11 characters, the limit is 10"),
    ]:
        with pytest.raises(BadField) as raised:
            fields(f"text: {source}\n").line("text", limit=10)
        assert told(raised)[:2] == ("f.yaml:1:7", message)


def test_an_error_of_a_reader_gets_the_fields_place() -> None:
    def refuse(text: str) -> str:
        raise Refused(f"not {text}", hint="try b")

    with pytest.raises(BadField) as raised:
        fields("other: b\ntext: a\n").read("text", refuse)
    assert told(raised) == ("f.yaml:2:7", "not a", "try b")
    with pytest.raises(BadField) as raised:
        fields("list:\n  - a\n").each("list", refuse)
    assert told(raised) == ("f.yaml:2:5", "not a", "try b")


def test_choices() -> None:
    assert fields("text: open\n").choice("text", ["open", "closed"]) == "open"
    with pytest.raises(BadField) as raised:
        fields("text: opne\n").choice("text", ["open", "closed"])
    assert told(raised) == ("f.yaml:1:7", "“text” is one of open, closed, not “opne”", "did you mean “open”?")


@pytest.mark.parametrize(("source", "number"), [("0", 0), ("12", 12), ("007", 7), ("999999999", 999_999_999), ("~", 5)])
def test_numbers(source: str, number: int) -> None:
    assert fields(f"number: {source}\n").number("number", 5) == number


@pytest.mark.parametrize(
    "source", ["-1", "+1", "0x1f", "0o7", "1.0", '"1"', "1000000000", "[1]", "a", "1_0", "9" * 5000]
)
def test_what_is_no_number(source: str) -> None:
    with pytest.raises(BadField, match="is a whole number from 0 to 999999999"):
        fields(f"number: {source}\n").number("number", 5)


def test_the_least_number() -> None:
    assert fields("text: a\n").number("number", 5) == 5
    with pytest.raises(BadField, match="from 1 to"):
        fields("number: 0\n").number("number", 5, least=1)


def test_claims() -> None:
    assert fields("yes: true\n").claim("yes")
    assert fields("yes: TRUE\n").claim("yes")
    assert not fields("yes:\n").claim("yes")
    for source in ("false", "yes", '"true"', "1", "[true]"):
        with pytest.raises(BadField, match="“yes” is true, or left out"):
            fields(f"yes: {source}\n").claim("yes")


def test_lists() -> None:
    found = fields("list: [a, b]\ntext: x\n")
    assert [node.text for node in found.items("list")] == ["a", "b"]
    assert found.texts("list") == ("a", "b")
    assert found.each("list", str.upper) == ("A", "B")
    assert found.items("inside") == []
    with pytest.raises(BadField, match="“text” is a list, this is a string"):
        found.items("text")
    with pytest.raises(BadField) as raised:
        fields("list:\n  - a\n  - b\n  - A\n").each("list", str.lower)
    assert told(raised)[:2] == ("f.yaml:4:5", "“a” stands twice in “list”, first in line 2")
    with pytest.raises(BadField, match="“list” is a string, this is a number"):
        fields("list: [1]\n").texts("list")


def test_mappings_inside() -> None:
    inside = fields("inside: {text: a}\n").inside("inside", "part", required=("text",), optional=("more",))
    assert inside.text("text") == "a"
    assert str(inside.place("text")) == "f.yaml:1:16"
    assert str(inside.place("more")) == str(inside.place()) == "f.yaml:1:9"
    with pytest.raises(BadField) as raised:
        fields("inside: {a: 1}\n").inside("inside", "part", optional=("text",))
    assert told(raised)[:2] == ("f.yaml:1:10", "unknown key “a” in the part")
    with pytest.raises(BadField, match="the part is a mapping, this is a list"):
        fields("inside: []\n").inside("inside", "part")


def test_free_keys() -> None:
    found = fields("pairs: {a: x, b: y}\n")
    assert [(name, part.text(name)) for name, part in found.pairs("pairs")] == [("a", "x"), ("b", "y")]
    assert list(found.pairs("inside")) == []
    with pytest.raises(BadField, match="“pairs” is a mapping, this is a list"):
        list(fields("pairs: [a]\n").pairs("pairs"))
    with pytest.raises(BadField, match="“a” stands twice in the pairs, first in line 1"):
        list(fields("pairs: {a: x, a: y}\n").pairs("pairs"))


def test_moments() -> None:
    moment = datetime(2026, 2, 12, 8, 6, 1, tzinfo=UTC)
    assert fields("when: 2026-02-12T08:06:01Z\n").moment("when") == moment
    assert moment_text(moment) == "2026-02-12T08:06:01Z"
    assert fields("day: 2026-02-12\n").day("day") == date(2026, 2, 12)


@pytest.mark.parametrize(
    "source",
    ["2026-02-12", "2026-02-12 08:06:01Z", "2026-02-12T08:06:01", "2026-02-12T08:06:01+00:00", "2026-2-12T08:06:01Z",
     "2026-02-30T08:06:01Z", "2026-02-12T08:06:01.5Z", "now", "2026-02-12T8:06:01Z"],
)  # fmt: skip
def test_what_is_no_moment(source: str) -> None:
    with pytest.raises(BadField, match="is not a time in UTC, like 2026-02-12T08:06:01Z") as raised:
        fields(f"when: {source}\n").moment("when")
    assert str(raised.value.place) == "f.yaml:1:7"


@pytest.mark.parametrize(
    "source", ["2026-02-30", "20260212", "2026-W07-4", "2026-2-1", "today", "2026-02-12T00:00:00Z"]
)
def test_what_is_no_day(source: str) -> None:
    with pytest.raises(BadField, match=r"is not a day, like 2026-02-12|is a string"):
        fields(f"day: {source}\n").day("day")


def test_long_and_odd_text_is_shown_short_and_printable() -> None:
    with pytest.raises(BadField) as raised:
        fields(f'text: "\\u001b[31m{"x" * 100}"\n').choice("text", ["a"])
    shown = raised.value.message.split("not “")[1]
    assert "\x1b" not in shown
    assert shown.endswith("...”")
    assert len(shown) < 75
