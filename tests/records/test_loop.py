"""Scope files: front matter with places, and criteria with their lines, in the forms that people write."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from spine.errors import Place, Refused
from spine.records.loop import BadLoop, Criterion, Loop, criteria_of, read_loop, split_front_matter

SEED = Path(__file__).resolve().parents[2] / "../shared/seed/LOOP-HOME-INFRA-DOC-PARITY-20260212.scope.md"
SCOPE = """\
---
loop_id: LOOP-HOME-20260212
status: open
severity: high
owner: "@ada"
opened: 2026-02-12
priority: whatever else stands here is let be
---

# A loop

## Success Criteria:

1. [x] First
   of two lines
2. [ ] Second
4. [~] Fourth, half done

### Details

- [X] below a deeper heading

## Phases

- [x] not a criterion
"""


def test_a_scope_file() -> None:
    assert read_loop(SCOPE) == Loop(
        "LOOP-HOME-20260212",
        "open",
        "high",
        "@ada",
        date(2026, 2, 12),
        None,
        (
            Criterion(1, 14, "met", "First of two lines"),
            Criterion(2, 16, "open", "Second"),
            Criterion(4, 17, "partly", "Fourth, half done"),
            Criterion(4, 21, "met", "below a deeper heading"),
        ),
    )


def test_crlf_changes_nothing() -> None:
    assert read_loop(SCOPE.replace("\n", "\r\n")) == read_loop(SCOPE)


def test_bullets_are_counted() -> None:
    body = "## success criteria\n\n* [ ] a\n* no box\n* [x] b\n    - [ ] nested\n"
    assert [(one.number, one.line, one.text) for one in criteria_of(body)] == [
        (1, 3, "a"),
        (2, 5, "b"),
        (3, 6, "nested"),
    ]


def test_boxes_in_code_are_no_criteria() -> None:
    assert criteria_of("## Success Criteria\n\n```\n- [x] shown\n```\n") == ()
    assert criteria_of("") == ()
    assert criteria_of("- [x] before any heading\n") == ()


def test_body_lines_keep_their_numbers() -> None:
    front, body = split_front_matter(SCOPE)
    assert front.startswith("loop_id:")
    assert body.split("\n")[11] == "## Success Criteria:"
    assert body.split("\n")[:9] == [""] * 9


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("# no front matter\n", "l.md:1", "a scope file begins with front matter, --- on its first line"),
        ("", "l.md:1", "a scope file begins with front matter, --- on its first line"),
        ("---\nloop_id: x\n", "l.md:1", "the front matter has no end, a line with ---"),
        ("---\n---\n", "l.md:1:1", "the front matter is empty"),
        ("---\nstatus: open\n---\n", "l.md:2:1", "the front matter needs “loop_id”"),
        ("---\nloop_id: LOOP-A-20260212\n---\n", "l.md:2:1", "the front matter needs “status”"),
        ("---\nstatus: open\nloop_id: GAP-OP-118\n---\n", "l.md:3:10",
         '"GAP-OP-118" is not a loop id: it does not start with LOOP-;'
         " one looks like LOOP-HOME-INFRA-DOC-PARITY-20260212"),
        ("---\nstatus: open\nobjective: a: b\n---\n", "l.md:3:13",
         "not valid YAML: mapping values are not allowed in this context"),
        ("---\nstatus: open\nstatus: open\n---\n", "l.md:3:1",
         "“status” stands twice in the front matter, first in line 2"),
        ("---\nstatus: open\nloop_id: LOOP-A-20260212\nclosed: soon\n---\n", "l.md:4:9",
         "“soon” is not a day, like 2026-02-12"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(text: str, place: str, message: str) -> None:
    with pytest.raises(Refused) as raised:
        read_loop(text, file="l.md")
    assert (str(raised.value.place), raised.value.message) == (place, message)


@pytest.mark.skipif(not SEED.is_file(), reason="the seed lies beside the project's root")
def test_the_seed() -> None:
    loop = read_loop(SEED.read_text(encoding="utf-8"))
    assert (loop.id, loop.status, loop.closed) == ("LOOP-HOME-INFRA-DOC-PARITY-20260212", "closed", date(2026, 2, 12))
    assert [(one.number, one.line, one.mark) for one in loop.criteria] == [
        (number, number + 37, "partly" if number == 4 else "met") for number in range(1, 8)
    ]


@pytest.mark.corpus
def test_scope_files_of_the_corpus_are_read_or_refused_with_a_place(corpus: Path) -> None:
    found = subprocess.run(
        ["git", "ls-files", "*.scope.md"], cwd=corpus, capture_output=True, text=True, check=True
    ).stdout.split()
    read: list[Loop] = []
    refused: list[Place | None] = []
    for name in found:
        try:
            read.append(read_loop((corpus / name).read_text(encoding="utf-8"), file=name))
        except Refused as error:
            refused.append(error.place)
    assert len(read) >= 160
    assert all(place is not None and place.line is not None for place in refused)
    assert any(loop.criteria for loop in read)


def test_a_loop_without_front_matter_is_a_bad_loop() -> None:
    with pytest.raises(BadLoop):
        read_loop("x")
