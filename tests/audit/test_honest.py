"""Honest histories raise no alarm, whatever git did to them; and `check` says the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from spine.actions.check import check
from spine.audit.verify import verify
from tests.audit.conftest import end, new_bench
from tests.audit.histories import Writer
from tests.conftest import TORTURE

FAST, FULL, STEPS = 60, 1000, 8
KINDS = {"land", "late", "two_files", "undo", "absorb", "join", "rebase", "pick", "amend", "text", "by_hand_elsewhere"}


@pytest.mark.slow
def test_no_false_alarm(tmp_path: Path) -> None:
    made: Counter[str] = Counter()
    receipts = values = 0
    for seed in range(FULL if TORTURE else FAST):
        folder = tmp_path / str(seed)
        folder.mkdir()
        bench = new_bench(folder)
        writer = Writer(bench, seed)
        writer.run(STEPS)
        verdict = verify(str(bench.path), "HEAD", bench.env)
        assert verdict.answer == "yes", (seed, verdict.findings, verdict.unknown)
        assert {one.answer for one in verdict.receipts} <= {"yes"}
        if seed % 4 == 0:
            assert check(bench.work, "HEAD").exit_code == 0, seed
        end(bench)
        made += writer.made
        receipts += len(verdict.receipts)
        values += sum(one.how == "values" for one in verdict.receipts)
    print(f"\n{FULL if TORTURE else FAST} histories, {receipts} receipts, {values} of them by value: {dict(made)}")
    assert set(made) == KINDS
    assert values > receipts / 50


def test_a_few_of_them(tmp_path: Path) -> None:
    bench = new_bench(tmp_path)
    writer = Writer(bench, 5)
    writer.run(5)
    verdict = verify(str(bench.path), "HEAD", bench.env)
    end(bench)
    assert (verdict.answer, verdict.findings, verdict.unknown) == ("yes", (), ())
    assert len(verdict.receipts) >= 3


@pytest.mark.parametrize("seed", [439])  # others renamed a key that a proposal still calls by its old name
def test_what_was_a_false_alarm(tmp_path: Path, seed: int) -> None:
    bench = new_bench(tmp_path)
    Writer(bench, seed).run(STEPS)
    verdict = verify(str(bench.path), "HEAD", bench.env)
    end(bench)
    assert (verdict.answer, verdict.findings, verdict.unknown) == ("yes", (), ())
