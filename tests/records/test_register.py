"""A register is read as it is, whatever people put into it; each oddity is told once, with its place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from spine.errors import Refused
from spine.records.gap import Gap, read_gap, write_gap
from spine.records.register import BadRegister, Register, as_gap, read_register, register_findings

TEXT = """\
# Operational gaps
version: 1
gaps:
  # the first generation
  - id: GAP-OP-001
    discovered_by: "LOOP-INFRA-20260206"
    discovered_at: "2026-02-07"
    type: stale-ssot
    doc: null
    description: |
      Still lists cloudflared under docker-host
      after the migration.
    severity: low
    status: fixed
    fixed_in: 8e66283
  - id: "GAP-OP-002"
    title: A later one
    type: missing-process
    severity: critical
    status: open
    created_at: 2026-02-08T10:00:00Z
    parent_loop: LOOP-INFRA-20260206
    evidence_run_keys: [a, b]
"""


def codes(text: str) -> list[tuple[str, int | None, str]]:
    found = register_findings(read_register(text, file="r.yaml"))
    return [(one.code, one.place.line, one.message) for one in found]


def gap(register: Register, number: int) -> Gap:
    made = as_gap(register.entries[number], "r.yaml")
    assert isinstance(made, Gap), made
    return made


def test_both_generations_are_read() -> None:
    register = read_register(TEXT, file="r.yaml")
    first, second = register.entries
    assert (first.id, first.status, first.loop, first.title) == (
        "GAP-OP-001",
        "closed",
        None,
        "Still lists cloudflared under docker-host",
    )
    assert (second.id, second.status, second.loop, second.title) == (
        "GAP-OP-002",
        "open",
        "LOOP-INFRA-20260206",
        "A later one",
    )
    assert (first.fields["fixed_in"], second.fields["evidence_run_keys"]) == ("8e66283", "[a, b]")
    assert str(register.place(second, "status")) == "r.yaml:20:13"
    assert register.document.full_text == TEXT
    assert codes(TEXT) == []


def test_an_entry_becomes_a_gap_and_nothing_is_lost_or_invented() -> None:
    register = read_register(TEXT, file="r.yaml")
    first, second = gap(register, 0), gap(register, 1)
    assert read_gap(write_gap(first)) == first
    assert read_gap(write_gap(second)) == second
    assert first.closed is None
    assert first.imported is not None
    assert dict(first.imported.says) == {
        "discovered_by": "LOOP-INFRA-20260206",
        "status": "fixed",
        "fixed_in": "8e66283",
    }
    assert second.imported is not None
    assert dict(second.imported.says) == {"created_at": "2026-02-08T10:00:00Z", "evidence_run_keys": "[a, b]"}
    for number, entry in enumerate(register.entries):
        made = gap(register, number)
        said = {made.id, made.title, made.type, made.severity, made.status, made.loop, made.description}
        said |= {made.found.isoformat()} | {value for _, value in made.imported.says} if made.imported else set()
        assert set(entry.fields.values()) <= said


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "message"),
    [
        ("GAP-OP-002", "GAP-OP-001", "SP311", 16, "GAP-OP-001 stands twice, first in line 5"),
        ("stale-ssot", "stale-sot", "SP312", 8, "GAP-OP-001: “stale-sot” is no type"),
        ("severity: low", "severity: lowish", "SP313", 13, "GAP-OP-001: “lowish” is no severity"),
        ("status: fixed", "status: deferred", "SP314", 14, "GAP-OP-001: “deferred” is no status"),
        ("status: fixed", "status: null", "SP314", 14, "GAP-OP-001 has no status: it is null"),
        ("    type: stale-ssot\n", "", "SP315", 5, "GAP-OP-001 has no “type”"),
        ("2026-02-07", "in February", "SP315", 7, "GAP-OP-001 does not say on which day it was found"),
    ],
)
def test_what_is_odd_is_told(old: str, new: str, code: str, line: int, message: str) -> None:
    assert codes(TEXT.replace(old, new, 1)) == [(code, line, message)]


def test_an_id_of_another_form_is_told() -> None:
    found = codes(TEXT.replace("GAP-OP-001", "NOOP"))
    assert [(code, line) for code, line, _ in found] == [("SP316", 5)]
    assert isinstance(as_gap(read_register(TEXT.replace("GAP-OP-001", "NOOP")).entries[0], "r.yaml"), str)


def test_an_entry_that_is_no_mapping_is_told() -> None:
    assert codes(TEXT + "  - just words\n") == [("SP315", 24, "gap 3 of the list is not a mapping")]


@pytest.mark.parametrize("text", ["", "a: 1\n", "- a\n", "gaps: {}\n", "gaps: none\n"])
def test_without_a_list_of_gaps_it_is_no_register(text: str) -> None:
    with pytest.raises(BadRegister):
        read_register(text)


@pytest.mark.parametrize("text", ["gaps:\n", "gaps: []\n", "gaps: null\n"])
def test_an_empty_register_is_one(text: str) -> None:
    assert read_register(text).entries == ()


def test_a_long_title_is_cut_between_words() -> None:
    made = gap(read_register(TEXT.replace("A later one", "word " * 100)), 1)
    assert len(made.title) <= 200
    assert made.title.endswith("word…")
    assert made.imported is not None
    assert dict(made.imported.says)["title"].startswith("word word")


def test_whatever_is_cut_out_of_it_nothing_crashes() -> None:
    chance = random.Random(7)
    read = 0
    for _ in range(400):
        at = chance.randrange(len(TEXT))
        text = TEXT[:at] + chance.choice(["", "\n", ": ", "- ", "  ", "[", "null"]) + TEXT[at + chance.randrange(40) :]
        try:
            register = read_register(text)
        except Refused:
            continue
        read += 1
        list(register_findings(register))
        for entry in register.entries:
            made = as_gap(entry, "r.yaml")
            assert isinstance(made, str) or read_gap(write_gap(made)) == made
        assert register.document.full_text == text
    assert read > 100


@pytest.mark.corpus
def test_the_register_of_the_corpus(corpus: Path) -> None:
    text = (corpus / "bindings/operational.gaps.yaml").read_bytes().decode()
    register = read_register(text, file="bindings/operational.gaps.yaml")
    assert len(register.entries) == 648
    assert register.document.full_text == text
    made = [as_gap(entry, "bindings/operational.gaps.yaml") for entry in register.entries]
    assert [one for one in made if isinstance(one, str)] == ["it does not say on which day it was found"]
    gaps = [one for one in made if isinstance(one, Gap)]
    assert all(read_gap(write_gap(one)) == one for one in gaps)
    assert sum(one.status == "closed" for one in gaps) == 643
