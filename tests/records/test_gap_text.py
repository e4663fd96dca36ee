"""Edits of gaps: only the lines that must change, and back again."""

from __future__ import annotations

import difflib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from spine.identity import Identity
from spine.ids import GapId
from spine.records.gap import Accepted, Closed, Gap, read_gap, write_gap
from spine.records.gap_text import GapText, registered
from spine.records.register import read_register

AT = datetime(2026, 2, 13, 8, 0, 0, tzinfo=UTC)
ENDED = Closed(AT, "Ada, the first <ada@example.org>", ("CP-20260212-080601__x", "8e66283"))
AGREED = Accepted(AT, "Ada <ada@example.org>", "Nobody: reads {it}")
GAP = Gap(
    GapId("GAP-OP-118"), "LXC: backups", "runtime-bug", "high", "open", date(2026, 2, 12), "LOOP-A-20260212",
    ("LOOP-A-20260212#4",), description="two\nlines\n",
)  # fmt: skip
FILE = "# by hand\n" + write_gap(GAP).replace("severity: high", "severity:   high   # very")
REGISTER = """\
version: 1
gaps:
- id: "GAP-OP-117"   # the other
  status: open

# legend
# open - open
"""


def changed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_closing_and_reopening_a_file() -> None:
    closed = GapText(FILE).closed(ENDED).text
    assert changed(FILE, closed) == [
        "- status: open",
        "+ status: closed",
        "+ closed:",
        '+   at: "2026-02-13T08:00:00Z"',
        '+   by: "Ada, the first <ada@example.org>"',
        '+   evidence: [CP-20260212-080601__x, "8e66283"]',
    ]
    assert read_gap(closed) == replace(GAP, status="closed", closed=ENDED)
    assert GapText(closed).reopened().text == FILE


def test_accepting_then_closing_keeps_who_accepted() -> None:
    text = GapText(FILE).accepted(AGREED)
    assert read_gap(text.text) == replace(GAP, status="accepted", accepted=AGREED)
    assert read_gap(text.closed(ENDED).text) == replace(GAP, status="closed", accepted=AGREED, closed=ENDED)
    assert text.closed(ENDED).reopened().text == FILE


@pytest.mark.parametrize("line", ["blocks: [LOOP-A-20260212#4]", "blocks:\n  - LOOP-A-20260212#4", "blocks: []", ""])
def test_blocks_come_and_go(line: str) -> None:
    file = FILE.replace("blocks: [LOOP-A-20260212#4]\n", f"{line}\n" if line else "")
    had = read_gap(file).blocks
    more = GapText(file).blocking("LOOP-B-20260212#1")
    assert read_gap(more.text).blocks == (*had, "LOOP-B-20260212#1")
    assert read_gap(more.not_blocking("LOOP-B-20260212#1").text).blocks == had


def test_a_loop_is_linked() -> None:
    assert changed(FILE, GapText(FILE).linked("LOOP-B-20260212").text) == [
        "- loop: LOOP-A-20260212",
        "+ loop: LOOP-B-20260212",
    ]


def test_evidence_is_replaced() -> None:
    text = GapText(FILE).closed(ENDED).with_evidence(("CP-20260213-000000__y",)).text
    assert read_gap(text).closed == replace(ENDED, evidence=("CP-20260213-000000__y",))


def test_a_gap_joins_a_register_behind_the_last_one() -> None:
    text = registered(REGISTER, GAP, Identity())
    assert changed(REGISTER, text) == [
        "+ - id: GAP-OP-118",
        '+   title: "LXC: backups"',
        "+   type: runtime-bug",
        "+   severity: high",
        "+   status: open",
        "+   parent_loop: LOOP-A-20260212",
        '+   discovered_at: "2026-02-12"',
        "+   blocks: [LOOP-A-20260212#4]",
        "+   description: |",
        "+     two",
        "+     lines",
    ]
    assert text.index("legend") > text.index("GAP-OP-118")
    entry = read_register(text).entries[1]
    assert (entry.id, entry.status, entry.loop, entry.found) == ("GAP-OP-118", "open", GAP.loop, GAP.found)


def test_closing_and_reopening_in_a_register() -> None:
    text = GapText(REGISTER, "GAP-OP-117")
    closed = text.closed(ENDED)
    assert changed(REGISTER, closed.text) == [
        "-   status: open",
        "+   status: closed",
        '+   closed_at: "2026-02-13T08:00:00Z"',
        "+   closed_by: Ada, the first <ada@example.org>",
        "+   fixed_in: CP-20260212-080601__x, 8e66283",
    ]
    assert closed.reopened().text == REGISTER
    assert text.accepted(AGREED).reopened().text == REGISTER


def test_an_empty_field_of_a_register_is_empty_again() -> None:
    empty = REGISTER.replace("status: open", "fixed_in: null\n  status: open")
    assert GapText(empty, "GAP-OP-117").closed(ENDED).reopened().text == empty


def test_line_ends_are_those_of_the_text() -> None:
    for text in (GapText(_crlf(FILE)), GapText(_crlf(REGISTER), "GAP-OP-117")):
        closed = text.closed(ENDED)
        assert closed.text.replace("\r\n", "").count("\n") == 0
        assert closed.reopened().text == text.text
    assert registered(_crlf(REGISTER), GAP, Identity()) == _crlf(registered(REGISTER, GAP, Identity()))


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def test_what_a_register_said_in_its_own_words_stays() -> None:
    own = REGISTER.replace("status: open", "status: fixed\n  fixed_in: by hand")
    assert GapText(own, "GAP-OP-117").reopened().text == own.replace("fixed\n", "open\n")
