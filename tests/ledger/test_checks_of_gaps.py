"""What validate says of gaps, evidence, links and prose, over trees in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

import pytest

from spine.errors import Finding, Place
from spine.ledger.checks import check_tree
from spine.ledger.prose import has_origin
from spine.records.baseline import BASELINE, baseline_of, read_baseline, subtract, write_baseline

COMMIT = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"
LOOP = """\
---
loop_id: LOOP-A-20260212
status: open
---
# Work

## Success Criteria

- [x] the first
- [ ] the second
"""
GAP = """\
spine: gap/1
id: GAP-OP-001
title: Backups fail
type: runtime-bug
severity: high
status: open
found: 2026-02-12
"""
END = 'closed: {at: 2026-02-13T08:00:00Z, by: "Ada <ada@example.org>", evidence: ["%s"]}\n'
TREE = {
    "bindings/a.yaml": "vms:\n  - id: 1\n    on: true\n",
    "loops/LOOP-A-20260212.scope.md": LOOP,
    "gaps/GAP-OP-001.yaml": GAP,
}


class Memory:
    """A tree that is a dictionary."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def read(self, path: str) -> bytes | None:
        return self.files[path].encode() if path in self.files else None

    def paths(self, prefix: str = "") -> Iterator[str]:
        below = f"{prefix}/" if prefix else ""
        return iter(sorted(path for path in self.files if path.startswith(below)))

    def blob(self, path: str) -> None:
        """Nothing here is a link."""


def known_commits(texts: Collection[str]) -> dict[str, str]:
    return {text: COMMIT for text in texts if COMMIT.startswith(text)}


def findings(**changes: str) -> list[Finding]:
    return check_tree(Memory({**TREE, **changes}), find_commits=known_commits)


def said(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.code, str(one.place), one.message) for one in found]


def test_a_good_tree_has_no_findings() -> None:
    assert findings() == []


@pytest.mark.parametrize(
    ("gap", "code", "message"),
    [
        (GAP + "loop: LOOP-B-20260212\n", "SP113", "the loop LOOP-B-20260212 of GAP-OP-001 is not there"),
        (GAP.replace("-001", "-002"), "SP112", "the gap in it is called GAP-OP-002"),
        (GAP.replace("runtime-bug", "bug"), "SP043", "“type” is one of"),
        (GAP + "blocks: [LOOP-A-20260212#3]\n", "SP323", "GAP-OP-001 blocks LOOP-A-20260212#3, and"),
        (GAP + "blocks: [LOOP-B-20260212#3]\n", "SP323", "GAP-OP-001 blocks LOOP-B-20260212#3, and that"),
        (GAP + "description: as GAP-OP-002 said\n", "SP303", "GAP-OP-002 is not there"),
        (GAP + "description: |\n  x\n  see 2b3c4d5\n", "SP304", "2b3c4d5 is no commit of this repository"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_gap(gap: str, code: str, message: str) -> None:
    (found,) = findings(**{"gaps/GAP-OP-001.yaml": gap})
    assert (found.code, found.place.file) == (code, "gaps/GAP-OP-001.yaml")
    assert found.message.startswith(message)


@pytest.mark.parametrize(
    "evidence", [COMMIT, COMMIT[:7], "LOOP-A-20260212#1", "bindings/a.yaml#vms[id=1].on=true", "CP-1__imported"]
)
def test_evidence_that_holds(evidence: str) -> None:
    closed = GAP.replace("open", "closed") + END % evidence
    index = (
        "spine: imported/1\nproposals:\n  - id: CP-1__imported\n    title: x\n    author: A <a@b>\n"
        f"    date: 2026-02-11T21:30:00Z\n    covers: [{COMMIT}]\n"
    )
    assert findings(**{"gaps/GAP-OP-001.yaml": closed, "proposals/imported.yaml": index}) == []


@pytest.mark.parametrize(
    ("evidence", "flaw"),
    [
        ("2b3c4d5", "2b3c4d5 is no commit of this repository"),
        ("LOOP-A-20260212#2", "criterion 2 of LOOP-A-20260212 is not met"),
        ("LOOP-A-20260212#3", "LOOP-A-20260212 has no criterion 3"),
        ("LOOP-B-20260212#1", "LOOP-B-20260212 is not there"),
        ("bindings/a.yaml#vms[id=1].on=false", "bindings/a.yaml#vms[id=1].on is true, not false"),
        ("bindings/a.yaml#vms[id=2].on=true", "bindings/a.yaml#vms[id=2].on is not there"),
        ("bindings/b.yaml#vms=1", "bindings/b.yaml is not there, or not YAML"),
        ("CP-20260212-080601__x", "CP-20260212-080601__x is not there"),
        ("my word", "“my word” is no evidence"),
    ],
)
def test_evidence_that_does_not_hold(evidence: str, flaw: str) -> None:
    closed = GAP.replace("open", "closed") + END % evidence
    found = findings(**{"gaps/GAP-OP-001.yaml": closed})
    assert said(found) == [("SP322", "gaps/GAP-OP-001.yaml", f"GAP-OP-001 is closed, but {flaw}")]


def test_prose_of_loops_and_documents_and_elsewhere() -> None:
    prose = "done in 1a2b3c4 for GAP-OP-001, not 2b3c4d5; other@2b3c4d5\nLOOP-B-20260212 and CP-20260212-080601\n"
    settings = "spine: settings/1\nprose: [docs/**/*.md]\n"
    found = findings(**{"loops/LOOP-A-20260212.scope.md": LOOP + prose})
    assert said(found) == [
        ("SP304", "loops/LOOP-A-20260212.scope.md:11:37", "2b3c4d5 is no commit of this repository"),
        ("SP302", "loops/LOOP-A-20260212.scope.md:12:1", "LOOP-B-20260212 is not there"),
        ("SP301", "loops/LOOP-A-20260212.scope.md:12:21", "CP-20260212-080601 is not there"),
    ]
    assert [one.hint for one in found][1] == "did you mean LOOP-A-20260212?"
    assert findings(**{"docs/a.md": prose}) == []
    assert [one.code for one in findings(**{"docs/a.md": prose, "spine.yaml": settings})] == ["SP304", "SP302", "SP301"]
    away = LOOP.replace("status: open", "status: open\norigin: example/other")
    assert findings(**{"loops/LOOP-A-20260212.scope.md": away + prose}) == []


def test_without_anybody_who_knows_commits_none_is_judged() -> None:
    files = {**TREE, "loops/LOOP-A-20260212.scope.md": LOOP + "2b3c4d5 GAP-OP-009\n"}
    assert [one.code for one in check_tree(Memory(files))] == ["SP303"]


def test_a_register_is_checked_where_the_settings_name_one() -> None:
    register = (
        "gaps:\n  - id: GAP-OP-001\n    type: stale-ssot\n    severity: low\n    status: fixed\n"
        "    discovered_at: 2026-02-07\n    parent_loop: LOOP-Z-20260212\n    fixed_in: 2b3c4d5 and GAP-OP-777\n"
    )
    settings = "spine: settings/1\ngaps: {register: bindings/gaps.yaml}\n"
    found = findings(**{"spine.yaml": settings, "bindings/gaps.yaml": register})
    assert said(found) == [
        ("SP311", "bindings/gaps.yaml:2:5", "GAP-OP-001 is in gaps/GAP-OP-001.yaml too"),
        ("SP113", "bindings/gaps.yaml:7:18", "the loop LOOP-Z-20260212 of GAP-OP-001 is not there"),
        ("SP304", "bindings/gaps.yaml:8:15", "2b3c4d5 is no commit of this repository"),
        ("SP303", "bindings/gaps.yaml:8:27", "GAP-OP-777 is not there"),
    ]


def test_a_register_that_is_not_there_is_told() -> None:
    found = findings(**{"spine.yaml": "spine: settings/1\ngaps: {register: bindings/gaps.yaml}\n"})
    assert said(found) == [("SP002", "bindings/gaps.yaml", "the register that the settings name is not there")]


def test_a_baseline_knows_a_finding_wherever_its_line_moves_and_how_often() -> None:
    path = "loops/LOOP-A-20260212.scope.md"
    before = findings(**{path: LOOP + "GAP-OP-009 GAP-OP-009\n"})
    known = read_baseline(write_baseline(baseline_of(before)), file=BASELINE)
    moved = findings(**{path: LOOP + "\n\nGAP-OP-009\nGAP-OP-009 GAP-OP-010 GAP-OP-009\n"})
    fresh, gone = subtract(moved, known)
    assert [(one.message, one.place.line) for one in fresh] == [
        ("GAP-OP-010 is not there", 14),
        ("GAP-OP-009 is not there", 14),
    ]
    assert not gone
    fresh, gone = subtract(findings(**{path: LOOP + "GAP-OP-009\n"}), known)
    assert (fresh, list(gone.values())) == ([], [1])


def test_a_file_name_that_is_no_text_has_a_fingerprint() -> None:
    odd = Finding("SP110", Place("bindings/\udcff.yaml"), "not UTF-8 text (byte 1)")
    known = read_baseline(write_baseline(baseline_of([odd])))
    assert subtract([odd], known) == ([], Counter())


@pytest.mark.parametrize(
    ("front", "away"),
    [
        ("---\nloop_id: X\norigin: example/other\n---\n", True),
        ("---\r\norigin: 'example/other'  # there\r\n---\r\n", True),
        ("---\nobjective: a: b\norigin: other\n", True),
        ("---\norigin:\n---\n", False),
        ("---\norigin: null # nowhere\n---\n", False),
        ("---\nloop_id: X\n---\norigin: other\n", False),
        ("origin: other\n", False),
        ("", False),
    ],
)
def test_a_loop_from_elsewhere_says_so_in_its_front_matter(front: str, away: bool) -> None:
    assert has_origin(front) is away


def test_what_an_entry_of_a_register_blocks_is_looked_at_where_it_can_be() -> None:
    register = (
        "gaps:\n  - id: GAP-OP-009\n    type: stale-ssot\n    severity: low\n    status: open\n"
        "    discovered_at: 2026-02-07\n    blocks: [LOOP-A-20260212#9, LOOP-A-20260212#1, '#', x#y, {a: b}]\n"
    )
    settings = "spine: settings/1\ngaps: {register: bindings/gaps.yaml}\n"
    found = findings(**{"spine.yaml": settings, "bindings/gaps.yaml": register})
    assert [(one.code, one.message) for one in found] == [
        ("SP323", "GAP-OP-009 blocks LOOP-A-20260212#9, and LOOP-A-20260212 has 2 criteria")
    ]
