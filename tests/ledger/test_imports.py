"""Proposals told from commit messages: which forms say that something landed, and what is only named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.ledger.imports import LANDINGS, Told, imports_of, landed_by
from spine.records.imported import read_imported, write_imported

AT = datetime(2026, 2, 12, 8, 0, 0, tzinfo=UTC)
CP = "CP-20260212-080601__home-infra-p1"
BODY = f"Proposal: {CP}\n\nAgent: ada@host\n\nCreated: 2026-02-12T13\n\nFirst reason: GAP-OP-118 and GAP-OP-117"


def told(number: int, message: str, *paths: str) -> Told:
    return Told(f"{number:040x}", message, "Ada <ada@example.org>", AT, paths)


@pytest.mark.parametrize(
    ("message", "ids"),
    [
        (f"fix(LOOP-HOME-20260212): apply {CP}\n\n{BODY}\n", [CP]),
        (f"fix(none): apply {CP}", [CP]),
        (f'gov({CP}): "Unbalanced quote', [CP]),
        (f"something else\n\nProposal: {CP}\n", [CP]),
        ("fix(x): apply CP-20260211T213000Z__mint-os", ["CP-20260211T213000Z__mint-os"]),
        ("fix(x): apply CP-20260215-__rag-v1", ["CP-20260215-__rag-v1"]),
        ("gov(CP-20260211-091500__fix-D45-D37): x", ["CP-20260211-091500__fix-D45-D37"]),
        (f"fix(x): re-apply {CP}", []),
        (f"gov(x): archive {CP}", []),
        (f"docs: how to apply {CP}", []),
        (f"fix: x\n\nthis will apply {CP} later\nSuperseded Proposal: {CP}", []),
        (f'Revert "fix(x): apply {CP}"\n\nThis reverts commit 1a2b3c4.\n', []),
        ("fix(LOOP-CLEAN-SLATE-TO-CP-20260213): apply MCP-20260213-101010__x", []),
    ],
)
def test_what_lands(message: str, ids: list[str]) -> None:
    assert list(landed_by(message, LANDINGS)) == ids


def test_one_proposal_in_two_commits_and_what_is_known_of_it() -> None:
    history = [
        told(1, f"fix(LOOP-HOME-20260212): apply {CP}\n\n{BODY}", "bindings/a.yaml"),
        told(2, f"fix(none): apply {CP}", "bindings/b.yaml", "bindings/a.yaml"),
    ]
    found = imports_of(history, LANDINGS, ())
    (one,) = found.landed
    assert (one.id, one.covers) == (CP, (f"{1:040x}", f"{2:040x}"))
    assert one.title == f"fix(LOOP-HOME-20260212): apply {CP}"
    assert (one.loop, one.gaps, one.paths) == (
        "LOOP-HOME-20260212",
        ("GAP-OP-118", "GAP-OP-117"),
        ("bindings/a.yaml", "bindings/b.yaml"),
    )
    assert found.forms == {"apply {proposal}": 2, "Proposal: {proposal}": 1}


def test_what_is_only_named_is_a_hole_unless_it_landed_under_its_whole_name() -> None:
    history = [
        told(1, f"fix(x): apply {CP}"),
        told(2, "gov: close\n\nsuperseded CP-20260216-182611 after CP-20260212-080601, see CP-103956"),
    ]
    unlanded = imports_of(history, LANDINGS, ()).unlanded
    assert unlanded == {"CP-20260216-182611": (f"{2:040x}",), "CP-103956": (f"{2:040x}",)}


@given(
    subject=st.text(alphabet="aCP-20260212_<>\x1b\u202e :(){}\n", max_size=60),
    author=st.text(alphabet="ab<>é \x00\n@\ud800", max_size=20),
    paths=st.lists(st.text(alphabet="a/ü\t", min_size=1, max_size=5), max_size=3),
    tail=st.text(alphabet="ABab09-_", max_size=300),
)
def test_whatever_history_says_the_index_reads_back(subject: str, author: str, paths: list[str], tail: str) -> None:
    message = f"{subject}\napply CP-{tail}\nProposal: {CP}\n\nLOOP-A-20260212 GAP-OP-1 GAP-OP-118"
    landed = imports_of([Told("a" * 40, message, author, AT, tuple(paths))], LANDINGS, ()).landed
    assert CP in [one.id for one in landed]
    assert read_imported(write_imported(landed)) == landed


def test_what_spine_landed_itself_is_left_out() -> None:
    found = imports_of([told(1, f"fix(x): apply {CP}")], LANDINGS, {CP})
    assert (found.landed, found.unlanded) == ((), {})


def test_other_forms_can_be_said() -> None:
    assert landed_by(f"change {CP}, merged", ["change {proposal},"]) == {CP: ["change {proposal},"]}
    assert landed_by(f"change {CP} merged", ["change {proposal},"]) == {}
