"""Scope files as values: front matter under all its names, criteria, phases, receipts, tables, each with its lines."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from spine.records.loop import Loop, Progress, read_loop
from spine.records.loop_outline import Table, outline
from spine.records.loop_phases import split_completion, split_title
from spine.records.loop_receipts import GapReceipt, ProposalReceipt, own_line

SEED = Path(__file__).resolve().parents[2] / "../shared/seed/LOOP-HOME-INFRA-DOC-PARITY-20260212.scope.md"
FILE = "loops/LOOP-HOME-20260212.scope.md"
SCOPE = """\
---
loop_id: LOOP-HOME-20260212
status: open
severity: high
owner: "@ada"
opened: 2026-02-12
blocked_by: [LOOP-OTHER-20260101, none]
checks:
  2: {count: "vms", at_least: 3}
---

# Loop Scope: A loop

## Goal

Two lines
of goal.

## Success Criteria:

1. [x] First
   of two lines
2. [ ] Second
   - [x] a part
   - [ ] another
4. [~] Fourth, half done

## Phases

### P1: Do it — COMPLETE (06c673b)
- [X] one

### P2 — Prove it
- [ ] two
- no box

| Category | Shop | Home |
|---|---|---|
| SSH targets | 16 | 5 \\| 6 |

## Remaining Work (deferred)

- GAP-OP-118: later

## Receipts

- Gap: GAP-OP-117 (registered), GAP-OP-118
- Proposal 1: CP-20260212-080601__home-infra (P1 bindings — applied 06c673b)
- by hand: `CP-20260212-080602__x` (applied commit 6b7d3b0)
"""


def read(text: str) -> Loop:
    return read_loop(text, file=FILE)


def marks(loop: Loop) -> list[tuple[int, int, str | None, str]]:
    return [(one.number, one.line, one.mark, one.text) for one in loop.criteria]


def phases(text: str) -> list[tuple[str, str, str | None, str, str]]:
    return [(one.key, one.title, one.said, one.state, one.form) for one in read(text).phases]


def test_a_scope_file() -> None:
    loop = read(SCOPE)
    assert (loop.id, loop.status, loop.is_closed, loop.severity, loop.owner) == (
        "LOOP-HOME-20260212", "open", False, "high", "@ada",
    )  # fmt: skip
    assert (loop.opened, loop.closed, loop.title, loop.goal) == (
        date(2026, 2, 12), None, "A loop", "Two lines\nof goal.",
    )  # fmt: skip
    assert loop.front.all("blocked_by") == ("LOOP-OTHER-20260101",)
    assert marks(loop) == [
        (1, 21, "met", "First of two lines"),
        (2, 23, "open", "Second"),
        (4, 26, "partly", "Fourth, half done"),
    ]
    assert [(part.line, part.mark, part.text) for part in loop.criteria[1].item.parts] == [
        (24, "met", "a part"),
        (25, "open", "another"),
    ]
    assert loop.progress == Progress(met=2, partly=1, open=2)
    assert [(one.key, one.title, one.said, one.line, one.last, len(one.items)) for one in loop.phases] == [
        ("P1", "Do it", "done", 30, 32, 1),
        ("P2", "Prove it", None, 33, 40, 2),
    ]
    assert loop.tables == (Table(37, 39, ("Category", "Shop", "Home"), (("SSH targets", "16", "5 | 6"),)),)
    assert [(item.line, item.text) for item in loop.remaining] == [(43, "GAP-OP-118: later")]
    assert [(one.line, one.proposals, one.gaps, one.stated, one.state) for one in loop.receipts] == [
        (47, (), ("GAP-OP-117", "GAP-OP-118"), None, None),
        (48, ("CP-20260212-080601__home-infra",), (), "06c673b", "applied"),
        (49, ("CP-20260212-080602__x",), (), "6b7d3b0", None),
    ]
    assert [name for name, _ in loop.items()] == ["1", "2", "2.1", "2.2", "4", "P1.1", "P2.1", "P2.2"]


def test_checks_are_carried_with_their_places_and_not_looked_into() -> None:
    front = read(SCOPE).front
    assert front.document is not None
    assert {number: str(front.document.place(node.start)) for number, node in front.checks.items()} == {
        2: f"{FILE}:9:6"
    }
    assert front.document.source(front.checks[2]) == '{count: "vms", at_least: 3}'


def test_crlf_a_byte_order_mark_and_a_missing_last_line_end_change_nothing() -> None:
    for text in (SCOPE.replace("\n", "\r\n"), "\ufeff" + SCOPE, SCOPE.removesuffix("\n"), SCOPE.replace("x", "\r", 0)):
        assert marks(read(text)) == marks(read(SCOPE))
        assert read(text).front.values == read(SCOPE).front.values
        assert [one.line for one in read(text).receipts] == [47, 48, 49]


def test_facts_have_several_names() -> None:
    loop = read("---\nid: LOOP-HOME-20260212\npriority: P2\ncreated_at: 2026-02-16T00:59:00Z\nclosed_at: 2026-02-17\n"
                "status: closed (cutover complete)\ngaps:\n  - GAP-OP-1\n  - GAP-OP-2\n---\n")  # fmt: skip
    assert (loop.id, loop.severity, loop.opened, loop.closed, loop.is_closed) == (
        "LOOP-HOME-20260212", "P2", date(2026, 2, 16), date(2026, 2, 17), True,
    )  # fmt: skip
    assert loop.front.all("gaps") == ("GAP-OP-1", "GAP-OP-2")
    assert (loop.front.spelled("closed"), loop.front.spelled("last_verified")) == ("closed_at", "last_verified")


@pytest.mark.parametrize(
    ("text", "status", "opened"),
    [
        ("# L\n\n> **Status:** CLOSED (done)\n> **Created:** 2026-02-09\n", "CLOSED (done)", date(2026, 2, 9)),
        ("# L\n\n- **Status:** open\n- **Opened:** 2026-02-12\n", "open", date(2026, 2, 12)),
        ("# L\n\n**Status:** planning\n", "planning", None),
        ("# L\n\n| Field | Value |\n|---|---|\n| Created | 2026-02-07T21:00Z |\n| Status | open |\n", "open",
         date(2026, 2, 7)),
        ("# L\n\n## Status: CLOSED\n", "CLOSED", None),
        ("# L\n\nnothing said\n", None, None),
    ],
)  # fmt: skip
def test_without_front_matter_the_head_of_the_file_counts(text: str, status: str | None, opened: date | None) -> None:
    loop = read(text)
    assert loop.front.problem is not None
    assert loop.front.problem.code == "SP200"
    assert (loop.id, loop.status, loop.opened) == ("LOOP-HOME-20260212", status, opened)


@pytest.mark.parametrize(
    ("text", "code", "place", "message", "hint"),
    [
        ("", "SP200", f"{FILE}:1", "the loop has no front matter",
         "begin the file with ---, loop_id: LOOP-…, status: open and ---"),
        ("---\nstatus: open\n", "SP200", f"{FILE}:1", "the front matter has no end",
         "put a line with --- behind its last field"),
        ("---\nstatus: open\nobjective: one: two's\n---\n", "SP201", f"{FILE}:3:15",
         "not valid YAML: mapping values are not allowed in this context", "quote it: objective: 'one: two''s'"),
        ("---\nstatus: open\nstatus: closed\n---\n", "SP201", f"{FILE}:3:1",
         "“status” stands twice in the front matter", "remove one of them"),
        ("---\n- a list\n---\n", "SP201", f"{FILE}:2:1", "the front matter is not a mapping", None),
        ("---\n---\n", "SP201", f"{FILE}:1:1", "the front matter is empty", None),
        ("---\na: &b 1\nc: *b\n---\n", "SP201", f"{FILE}:2:4", "an anchor has no place in a front matter", None),
    ],
)  # fmt: skip
def test_what_is_wrong_at_the_head_is_told_and_never_raised(
    text: str, code: str, place: str, message: str, hint: str | None
) -> None:
    problem = read(text).front.problem
    assert problem is not None
    assert (problem.code, str(problem.place), problem.message, problem.hint) == (code, place, message, hint)


def test_front_matter_that_is_no_yaml_still_says_what_its_simple_lines_say() -> None:
    loop = read('---\nloop_id: LOOP-X-20260101\nstatus: closed\nowner: "@ada"\nobjective: WS1: areas\n---\n')
    assert (loop.id, loop.status, loop.owner, loop.goal) == ("LOOP-X-20260101", "closed", "@ada", "WS1: areas")


def test_a_file_beyond_the_limit_is_a_finding() -> None:
    problem = read("x" * 600_000).front.problem
    assert problem is not None
    assert problem.message == "the file has 600000 characters, the limit is 524288"


# ---- criteria -----------------------------------------------------------------------------------------------------


def test_bullets_are_counted_and_those_without_a_box_too() -> None:
    assert marks(read("## success criteria\n\n* [ ] a\n* no box\n* [x] b\n    - [ ] nested\n")) == [
        (1, 3, "open", "a"), (2, 4, None, "no box"), (3, 5, "met", "b"),
    ]  # fmt: skip


def test_items_that_only_group_others_are_no_criteria() -> None:
    assert marks(read("## Acceptance Criteria\n- Network\n  - [ ] a\n  - [x] b\n- plain\n")) == [
        (1, 3, "open", "a"), (2, 4, "met", "b"), (3, 5, None, "plain"),
    ]  # fmt: skip


def test_numbers_that_stand_twice_are_not_trusted() -> None:
    text = "## Success Criteria\n### P1: one\n1. [ ] a\n2. [ ] b\n### Later\n1. [ ] c\n"
    assert [(one.number, one.phase) for one in read(text).criteria] == [(1, "P1"), (2, "P1"), (3, None)]
    assert [one[0] for one in marks(read("## Success Criteria\n7) [ ] a\n9) [ ] b\n"))] == [7, 9]


@pytest.mark.parametrize(
    "text",
    [
        "## Success Criteria\n\n```\n- [x] shown\n```\n",
        "## Success Criteria\n\n<!--\n- [x] not yet\n-->\n",
        "- [x] before any heading\n",
        "## Notes\n- [x] elsewhere\n",
        "",
    ],
)
def test_boxes_elsewhere_are_no_criteria(text: str) -> None:
    assert read(text).criteria == ()


# ---- phases -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "key", "rest", "said"),
    [
        ("P1: SSOT Binding Retrofit — COMPLETE", "P1", "SSOT Binding Retrofit", "done"),
        ("P2 — Network Foundation", "P2", "Network Foundation", None),
        ("P2: Auth Policy — DONE (031d23a)", "P2", "Auth Policy", "done"),
        (
            "Phase 2b: External HBA (ordered; awaiting install)",
            "Phase 2b",
            "External HBA (ordered; awaiting install)",
            None,
        ),
        ("Phase 1: Persist (safe — no downtime) — COMPLETE", "Phase 1", "Persist (safe — no downtime)", "done"),
        ("Phase 0", "Phase 0", "", None),
        ("Step 3: Drift Gate (deferred)", "Step 3", "Drift Gate", "deferred"),
        ("W1 - Baseline ✅ (PASS, mint-apps 3/3)", "W1", "Baseline", "done"),
        ("Lane A — GAP-OP-486: Unknown", "Lane A", "GAP-OP-486: Unknown", None),
        ("P0: COMPLETE -- Register loop", "P0", "Register loop", "done"),
        ("**P0:** Confirm keys — **DONE**", "P0", "Confirm keys", "done"),
        ("P0: Data snapshot [DONE]", "P0", "Data snapshot", "done"),
        ("P0: Audit — IN PROGRESS", "P0", "Audit", "in progress"),
        ("P2: BLOCKED — VM unreachable", "P2", "VM unreachable", "blocked"),
        ("P1 (High - Fix This Loop)", "P1", "(High - Fix This Loop)", None),
        ("P4: Resolve Gaps (partially blocked)", "P4", "Resolve Gaps (partially blocked)", None),
        ("P4: DONE", "P4", "", "done"),
    ],
)
def test_titles_of_phases(title: str, key: str, rest: str, said: str | None) -> None:
    parts = split_title(title)
    assert parts is not None
    assert (parts[0], *split_completion(parts[1])) == (key, rest, said)


@pytest.mark.parametrize(
    "title", ["P1 Evidence", "P1+P2: both", "P100: no", "Phases", "Phase", "Steps: 3", "P: x", "PX1: y"]
)
def test_titles_that_are_no_phases(title: str) -> None:
    assert split_title(title) is None


def test_phases_as_headings_items_and_rows() -> None:
    assert phases("## Phases\n- P0: Plan [DONE]\n- [x] P1: Do\n- **P2** — Prove\n  - [x] a\n  - [ ] b\n") == [
        ("P0", "Plan", "done", "done", "item"),
        ("P1", "Do", None, "done", "item"),
        ("P2", "Prove", None, "in progress", "item"),
    ]
    assert phases("## X\n| Phase | Scope | Status |\n|---|---|---|\n| P0 | Plan | DONE |\n| 1 | Do | pending |\n") == [
        ("P0", "Plan", "done", "done", "row"),
        ("Phase 1", "Do", None, "open", "row"),
    ]
    assert phases("## Phases\n- P1: short\n\n## Phase Details\n### P1: Long\n- [ ] a\n") == [
        ("P1", "Long", None, "open", "heading"),
    ]


def test_headings_below_receipts_are_no_phases() -> None:
    assert phases("## Receipts\n### P0 (baseline)\n- x\n## Evidence\n### P1: seen\n") == []


# ---- receipts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("- Gap: GAP-OP-117 (registered), GAP-OP-118 (closed)\r\n",
         (GapReceipt("GAP-OP-117", "registered"), GapReceipt("GAP-OP-118", "closed"))),
        ("- Gap: GAP-OP-117", (GapReceipt("GAP-OP-117"),)),
        ("- Proposal 2: CP-20260212-080601__x (P1 bindings — applied 06c673b)\n",
         ProposalReceipt("CP-20260212-080601__x", "P1 bindings", "applied 06c673b")),
        ("* Proposal 3: CP-20260212-080601__x (P2-P4 docs + caps + lessons)",
         ProposalReceipt("CP-20260212-080601__x", "P2-P4 docs + caps + lessons")),
        ("- Proposal 1: CP-20260212-080601__x (pending)", ProposalReceipt("CP-20260212-080601__x", "", "pending")),
        ("- Proposal 1: CP-20260212-080601__x", ProposalReceipt("CP-20260212-080601__x")),
        ("- Planning proposal: `CP-20260211-083735__home` (applied)", None),
        ("- Proposal 1: CP-20260212-080601__x (a) and more", None),
        ("Proposal 1: CP-20260212-080601__x", None),
        ("- Gap: none", None),
    ],
)  # fmt: skip
def test_lines_of_spine_s_own(line: str, own: object) -> None:
    assert own_line(line) == own


# ---- real files ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SEED.is_file(), reason="the seed lies beside the project's root")
def test_the_seed() -> None:
    loop = read_loop(SEED.read_text(encoding="utf-8"), file=SEED.name)
    assert (loop.id, loop.status, loop.closed) == ("LOOP-HOME-INFRA-DOC-PARITY-20260212", "closed", date(2026, 2, 12))
    assert loop.front.problem is None
    assert [(one.number, one.line, one.mark) for one in loop.criteria] == [
        (number, number + 37, "partly" if number == 4 else "met") for number in range(1, 8)
    ]
    assert [(one.key, one.title, one.said, one.state, len(one.items)) for one in loop.phases] == [
        ("P1", "SSOT Binding Retrofit", "done", "done", 4),
        ("P2", "Network Governance Docs", "done", "done", 2),
        ("P3", "Operational Capabilities", "done", "done", 3),
        ("P4", "Lesson Documentation", "done", "done", 4),
    ]
    assert [len(table.rows) for table in loop.tables] == [8]
    assert [item.line for item in loop.remaining] == [71, 72, 73]
    assert [(one.line, one.proposals, one.gaps, one.stated) for one in loop.receipts] == [
        (77, (), ("GAP-OP-117", "GAP-OP-118"), None),
        (78, ("CP-20260212-014446__home-infrastructure-documentation-parity",), (), "ffa1716"),
        (79, ("CP-20260212-080601__home-infra-p1-ssot-binding-retrofit",), (), "06c673b"),
        (80, ("CP-20260212-083216__home-infra-p2-p3-p4-docs-caps-lessons",), (), None),
    ]


@pytest.mark.corpus
def test_every_scope_file_of_the_corpus_is_read(corpus: Path) -> None:
    names = subprocess.run(
        ["git", "ls-files", "loops"], cwd=corpus, capture_output=True, text=True, check=True
    ).stdout.split()
    loops = [read_loop((corpus / name).read_bytes().decode(), file=name) for name in names]
    assert len(loops) == 240
    assert sum(loop.front.problem is None for loop in loops) == 187
    assert sum(loop.status is not None for loop in loops) >= 230
    assert sum(bool(loop.criteria) for loop in loops) >= 100
    assert sum(bool(loop.phases) for loop in loops) >= 100
    assert all(one.line <= one.last for loop in loops for one in loop.phases)


def test_lines_of_blocks_are_those_of_the_text() -> None:
    text = "# A\n\ntext\n\n## B\n- a\n\n  more\n\n- b\n### C\n\n## D\n"
    found = outline(text)
    assert [(one.title, one.line, one.last, one.above) for one in found.sections] == [
        ("A", 1, 13, ()), ("B", 5, 12, ("A",)), ("C", 11, 12, ("A", "B")), ("D", 13, 13, ("A",)),
    ]  # fmt: skip
    assert [(item.line, item.text_last, item.last) for item in found.items] == [(6, 6, 8), (10, 10, 10)]
