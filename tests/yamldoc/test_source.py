"""Lines that change their column, and new source for values: read back, it is the value, to YAML 1.1 readers too."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from spine.printable import has_unsafe
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Node
from spine.yamldoc.scalars import value_of
from spine.yamldoc.source import (
    Number,
    block_lines,
    dedent,
    flow_token,
    item_lines,
    json_token,
    literal,
    pair_lines,
    plain_is_safe,
    shift,
    shift_behind_first,
    string_token,
)


@pytest.mark.parametrize(
    ("text", "flush"),
    [
        ("  a\n    b\n\n  c\n", "a\n  b\n\nc\n"),
        ("    a\n  # b\n", "  a\n# b\n"),
        ("a\n  b\n", "a\n  b\n"),
        ("  a\n \n  b", "a\n \nb"),  # a blank line is no measure and is left alone
        ("", ""),
        ("\n\n", "\n\n"),
        ("\ta\n", "\ta\n"),
    ],
)
def test_dedent(text: str, flush: str) -> None:
    assert dedent(text) == flush


@pytest.mark.parametrize(
    ("text", "by", "moved"),
    [
        ("a\n\n  b\n \n", 2, "  a\n\n    b\n \n"),
        ("    a\n b\n", -2, "  a\nb\n"),  # never beyond column 0
        ("a\n", 0, "a\n"),
        ("", 3, ""),
        ("  a", -9, "a"),
    ],
)
def test_shift(text: str, by: int, moved: str) -> None:
    assert shift(text, by) == moved


def test_shift_behind_first() -> None:
    assert shift_behind_first("|\n  x\n\n  y", 2) == "|\n    x\n\n    y"
    assert shift_behind_first("x", 2) == "x"


@given(st.text(alphabet=" ab\n", max_size=20), st.integers(0, 6))
def test_shifting_right_and_left_again_changes_nothing(text: str, by: int) -> None:
    assert shift(shift(text, by), -by) == text
    assert dedent(shift(text, by)) == dedent(text)


SAFE = [
    "a",
    "a b",
    "a'b",
    'a"b',
    "é",
    "(x)",
    "$x",
    "./a",
    "a#b",
    "a:b",
    "x-1",
    "1.2.3",
    "10 GB",
    "0x1g",
    "_",
    "1e",
    "null x",
]
ONLY_IN_BLOCK = ["x]", "x,y", "a{b"]
UNSAFE = [
    *("", " ", "a ", " a", "#a", "a #b", "a:", "a: b", "- a", "-", "-a", "?a", ":a", "[x", "{x", "}", "@x", "%x"),
    *("&x", "*x", "!x", "|", ">", "'a", '"a', "`a", "---", "---a", "...", "=", "<<", "~", "null", "True", "FALSE"),
    *("yes", "No", "on", "y", "N", "0", "-1", "1_000", "010", "0b1", "0x1F", "0o7", "1.", ".5", "1e3", "8e66283"),
    *(".inf", ".NaN", "12:30", "1:2:3.5", "2026-02-12", "2026-2-1 x", "2026-02-12T08:06:01Z", "a\tb", "a\nb", "a\rb"),
    *("\x07", "\x85", "\u2028", "\ufeff", "\u202e", "\u200b", "\ufffe", "\uffff", "\U000e0001"),
]  # fmt: skip


@pytest.mark.parametrize("text", SAFE)
def test_plain_is_safe(text: str) -> None:
    assert plain_is_safe(text)
    assert plain_is_safe(text, flow=True)


@pytest.mark.parametrize("text", ONLY_IN_BLOCK)
def test_plain_is_safe_in_block_only(text: str) -> None:
    assert plain_is_safe(text)
    assert not plain_is_safe(text, flow=True)


@pytest.mark.parametrize("text", UNSAFE)
def test_plain_is_not_safe(text: str) -> None:
    assert not plain_is_safe(text)


@pytest.mark.parametrize(
    ("text", "like", "token"),
    [
        ("a", "", "a"),
        ("a", '"', '"a"'),
        ("a", "'", "'a'"),
        ("it's", "'", "'it''s'"),
        ('a"b', "'", 'a"b'),
        ('"a', "'", '"\\"a"'),
        ("a\nb", "'", '"a\\nb"'),
        ("yes", "", '"yes"'),
        ("8e66283", "", '"8e66283"'),
        ("\U000e0001", "", '"\\U000e0001"'),
        ("a\u202eb", "", '"a\\u202eb"'),
        ("😀", "", '"😀"'),
    ],
)
def test_string_token(text: str, like: str, token: str) -> None:
    assert string_token(text, like=like) == token


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(SAFE + ONLY_IN_BLOCK + UNSAFE)


@given(texts, st.sampled_from(["", '"', "|"]))
def test_a_string_reads_back_as_this_string(text: str, like: str) -> None:
    for source, flow in (
        (f"k: {string_token(text, like=like)}\n", False),
        (f"[{string_token(text, flow=True)}]", True),
    ):
        root = parse(source).root
        assert root is not None
        assert value_of(root.entries[0].value) == ("str", text)
        assert not has_unsafe(source, multiline=True)
        old = yaml.load(source, Loader=yaml.SafeLoader)
        assert (old[0] if flow else old["k"]) == text


@given(texts)
def test_a_json_token_is_json(text: str) -> None:
    token = json_token(text)
    assert json.loads(token) == text
    assert not has_unsafe(token)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | texts
    | st.sampled_from(["a\nb\n", "a\n\nb", " a\nb\n\n", "\na\n", "a \nb\n"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def plain(node: Node) -> object:
    if node.kind == "mapping":
        return {entry.key.text: plain(entry.value) for entry in node.entries if entry.key is not None}
    if node.kind == "sequence":
        return [plain(entry.value) for entry in node.entries]
    kind, text = value_of(node)
    read = {"null": lambda: None, "bool": lambda: text == "true", "int": lambda: int(text)}
    return read[kind]() if kind in read else text


def read(source: str) -> object:
    root = parse(source).root
    assert root is not None
    return plain(root)


@given(values)
def test_a_json_value_reads_back_as_flow(value: object) -> None:
    source = flow_token(value)
    assert "\n" not in source
    assert read(f"k: {source}\n") == {"k": value}
    assert read(f"- {source}\n") == [value]


@given(values, texts, st.sampled_from([0, 2, 4]))
def test_a_json_value_reads_back_as_lines(value: object, key: str, indent: int) -> None:
    pad = " " * indent
    pair, item = pad + pair_lines(key, value, indent), pad + item_lines(value, indent)
    assert pair.endswith("\n")
    assert read(pair + f"{pad}Ω: 1\n") == {key: value, "Ω": 1}
    assert read(item + f"{pad}- 1\n") == [value, 1]


def test_how_lines_look() -> None:
    value = {
        "name": "web",
        "tags": ["a b", "yes"],
        "vms": [{"id": 1, "net": {"ip": "10.0.0.1"}}, {"id": 2, "net": {}}],
        "note": "one\ntwo\n",
        "load": Number("1.10"),
        "none": [],
    }
    assert block_lines(value, indent=2) == (
        "  name: web\n"
        "  tags:\n"
        "    - a b\n"
        '    - "yes"\n'
        "  vms:\n"
        "    - id: 1\n"
        "      net:\n"
        "        ip: 10.0.0.1\n"
        "    - id: 2\n"
        "      net: {}\n"
        "  note: |\n"
        "    one\n"
        "    two\n"
        "  load: 1.10\n"
        "  none: []\n"
    )
    assert flow_token(value) == (
        '{name: web, tags: [a b, "yes"], vms: [{id: 1, net: {ip: 10.0.0.1}}, {id: 2, net: {}}],'
        ' note: "one\\ntwo\\n", load: 1.10, none: []}'
    )


@pytest.mark.parametrize(
    ("text", "source"),
    [("x\n", "|\n  x\n"), ("x", "|-\n  x\n"), ("x\n\n", "|+\n  x\n\n"), ("x\n\ny\n", "|\n  x\n\n  y\n"),
     (" x\n", "|2\n   x\n")],
)  # fmt: skip
def test_literals(text: str, source: str) -> None:
    assert literal(text, 2) == source
    assert read("k: " + source) == {"k": text}


def test_what_yaml_has_no_source_for() -> None:
    with pytest.raises(TypeError, match="no YAML for float"):
        flow_token(1.5)
