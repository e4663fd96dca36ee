"""References in prose: what is one, what only looks like one, and that a long text takes no long time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.ledger.references import Known, Reference, commits_asked, find_references

COMMIT = "1a2b3c4"
FULL = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"


def found(text: str) -> list[str]:
    return [one.id for one in find_references(text)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("see CP-20260212-080601__home-infra-p1.", ["CP-20260212-080601__home-infra-p1"]),
        ("CP-20260211T213000Z applied", ["CP-20260211T213000Z"]),
        ("(CP-20260215-__rag-v1)", ["CP-20260215-__rag-v1"]),
        ("wave 2 (CP-103953, CP-103954)", ["CP-103953", "CP-103954"]),
        ("CP-VOUCHERVAULT-20260302", ["CP-VOUCHERVAULT-20260302"]),
        ("`LOOP-HA-UNIFIED-2026-02-16`", ["LOOP-HA-UNIFIED-2026-02-16"]),
        ("loops/LOOP-HA-20260216.scope.md", ["LOOP-HA-20260216"]),
        ("LOOP-HA-20260216#4", ["LOOP-HA-20260216"]),
        ("GAP-OP-641..645, GAP-OP-105-108", ["GAP-OP-641", "GAP-OP-105"]),
        (f"fixed in {COMMIT}.", [COMMIT]),
        (f"`{FULL}`: done", [FULL]),
        (f"{COMMIT}..{FULL[:12]}", [COMMIT, FULL[:12]]),
        (f"- {COMMIT}: registers it", [COMMIT]),
        (f"**{COMMIT}**, ({COMMIT}) | {COMMIT} |", [COMMIT] * 3),
        (f"{COMMIT}", [COMMIT]),
    ],
)
def test_what_is_a_reference(text: str, ids: list[str]) -> None:
    assert found(text) == ids
    assert [text[one.at : one.at + len(one.id)] for one in find_references(text)] == ids


@pytest.mark.parametrize(
    "text",
    [
        f"workbench@{COMMIT}",
        "workbench@GAP-OP-118 and other/repo@LOOP-X-20260212",
        f"https://example.org/commit/{COMMIT} and https://example.org/GAP-OP-118?x={COMMIT}",
        f"sha256:{FULL}",
        f"image@sha256:{FULL}",
        f"registry/app:{COMMIT}",
        f"CAP-20260217-{COMMIT}__x and acceptance-pass-{COMMIT}",
        f"{COMMIT}-a2b3-4c5d uuid, x{COMMIT}, {COMMIT}_x, {COMMIT}.png, a.{COMMIT}",
        "1234567 12345678901234567890 deadbeef cafebabe 0x1234567a",
        "d41d8cd98f00b204e9800998ecf8427e is an MD5",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 is a SHA-256",
        "an ed25519 key",
        "GAP-OP-NNN, GAP-OP-, CP-YYYYMMDD-HHMMSS, LOOP-NAME-YYYYMMDD, LOOP-X-*, CP-…",
        "LOOP-HA-20260216*, LOOP-HA-20260216<x>, GAP-OP-1{2,3}",
        "LOOP-CLEAN-SLATE-TO-CP-20260213 is named below",
        "the MCP-20260212-080601 server, the CP-side, the GAP-analysis, LOOP-back, LOOP-IDS",
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    assert [one for one in found(text) if not one.startswith("LOOP-CLEAN")] == []


def test_a_loop_called_after_a_proposal_is_one_reference() -> None:
    assert found("in LOOP-CLEAN-SLATE-TO-CP-20260213") == ["LOOP-CLEAN-SLATE-TO-CP-20260213"]


@given(st.text(alphabet="CPLOGA-_0123456789abcdef@:/.# \n", max_size=200))
def test_whatever_is_found_stands_where_it_says(text: str) -> None:
    for one in find_references(text):
        assert text.startswith(one.id, one.at)


@pytest.mark.parametrize(
    "unit", ["a", "1a", "://", "CP-", "GAP-OP-1-", "LOOP-A-", "1a2b3c4d ", "a@", "1a2b3c4.", "x://1a "]
)
def test_long_texts_take_linear_time(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        start = time.perf_counter()
        list(find_references(text))
        return time.perf_counter() - start

    seconds(10_000)
    short = min(seconds(100_000) for _ in range(3))
    assert min(seconds(400_000) for _ in range(2)) < max(0.1, short * 20)


def known() -> Known:
    return Known(
        frozenset({"CP-20260212-080601__home-infra-p1"}),
        frozenset({"LOOP-HOME-INFRA-20260212"}),
        frozenset({"GAP-OP-118"}),
        {COMMIT: FULL},
    )


def test_what_resolves() -> None:
    good = f"CP-20260212-080601__home-infra-p1 CP-20260212-080601 LOOP-HOME-INFRA-20260212 GAP-OP-118 {COMMIT}"
    assert [one.id for one in find_references(good) if not known().has(one)] == []
    bad = f"CP-20260212-080601__home-infra LOOP-HOME-20260212 GAP-OP-119 {COMMIT}f"
    assert [one.id for one in find_references(bad) if known().has(one)] == []


def test_the_nearest_is_offered() -> None:
    assert known().nearest(Reference("loop", "LOOP-HOME-INFRA-20260213", 0)) == "LOOP-HOME-INFRA-20260212"
    assert known().nearest(Reference("gap", "GAP-OP-0118", 0)) == "GAP-OP-118"
    assert known().nearest(Reference("proposal", "CP-20260212-080602", 0)) == "CP-20260212-080601__home-infra-p1"


def test_a_full_commit_id_made_up_from_a_short_one_is_told() -> None:
    invented = Reference("commit", COMMIT + "0" * 32 + "f", 0)
    assert commits_asked([invented]) == {invented.id, COMMIT}
    assert known().nearest(invented) == FULL
