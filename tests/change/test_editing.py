"""Single edits of a text: values set, entries added, in the text's own line ends."""

from __future__ import annotations

import pytest

from spine.address import parse
from spine.change.editing import add_entry, remove_entry, set_value
from spine.identity import Identity


@pytest.mark.parametrize(
    ("at", "token", "added"),
    [
        ("closed", "2026-02-12", "closed: 2026-02-12\n"),
        ("more", "{a: 1, b: [x, y]}", "more:\n  a: 1\n  b: [x, y]\n"),
    ],
)
def test_what_is_added_has_the_line_ends_of_the_text(at: str, token: str, added: str) -> None:
    for newline in ("\n", "\r\n"):
        text = "# head\na: x\n".replace("\n", newline)
        assert set_value(text, parse(at), token, Identity()) == text + added.replace("\n", newline)


def test_an_item_is_added_in_the_line_ends_of_the_text() -> None:
    text = "vms:\r\n  - id: a\r\n    on: true\r\n"
    made = add_entry(text, parse("vms[id=b]"), "{on: false}", Identity())
    assert made == text + "  - id: b\r\n    on: false\r\n"


def test_a_mark_of_the_byte_order_stays_in_front() -> None:
    assert set_value("\ufeffa: 1\n", parse("a"), "2", Identity()) == "\ufeffa: 2\n"
    assert remove_entry("\ufeffa: 1\nb: 2\n", parse("a"), Identity()) == "\ufeffb: 2\n"


@pytest.mark.parametrize(
    ("token", "made"),
    [
        ("[x, {a: 1, b: [2]}]", "k: 1\nnew:\n  - x\n  - a: 1\n    b: [2]\n"),
        ("[]", "k: 1\nnew: []\n"),
        ("{}", "k: 1\nnew: {}\n"),
        ("{a: {b: c}}", "k: 1\nnew:\n  a:\n    b: c\n"),
    ],
)
def test_a_new_collection_is_written_in_blocks(token: str, made: str) -> None:
    assert set_value("k: 1\n", parse("new"), token, Identity()) == made
