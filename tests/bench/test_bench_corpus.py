"""A sample of what `make bench` measures on the corpus; over all pairs and files it is `make bench` that asserts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import concurrency, duplicates, replay
from bench.corpus import pairs

pytestmark = pytest.mark.corpus


def test_two_changes_made_concurrent_lose_nothing(corpus: Path) -> None:
    found = concurrency.chosen(corpus, 1)
    busiest = [pair for pair in found if pair[0] == "busiest"]
    others = [pair for pair in found if pair[0] == "others"]
    tally = concurrency.merge_pairs(corpus, busiest[40::140] + others[7::18])
    assert concurrency.faults(tally) == dict.fromkeys(concurrency.faults(tally), 0), "\n".join(tally.findings)
    concurrent = {group: tally.counts[group, "concurrent"] for group in ("busiest", "others")}
    assert min(concurrent.values()) >= 6
    shares = {
        (group, method): tally.outcomes[group, method, "conflict"] / concurrent[group]
        for group in concurrent
        for method in concurrency.METHODS
    }
    assert shares["busiest", concurrency.NEWEST] <= 0.1 < 0.6 < shares["busiest", concurrency.STRICT]
    assert shares["others", concurrency.STRICT] <= shares["others", concurrency.GIT]
    assert sum(tally.outcomes[group, concurrency.UNION, "clean"] for group in concurrent) < sum(concurrent.values())


def test_nobody_adds_one_entry_twice(corpus: Path) -> None:
    tally = duplicates.merge_files(corpus, duplicates.files(corpus)[3::12])
    assert tally.triples >= 60
    assert len({group for group, _, _ in tally.outcomes}) >= 3
    assert duplicates.faults(tally) == dict.fromkeys(duplicates.OUTCOMES[2:], 0), "\n".join(tally.findings)


def test_real_modifications_are_told_to_the_byte(corpus: Path) -> None:
    tally = replay._replay_part(corpus, pairs(corpus)[11::45])
    counts = tally.counts
    assert counts["pairs"] >= 35
    for bad in ("WRONG", "crashes", "refused (typed)", "same values, other bytes", "does not survive its file form"):
        assert counts[bad] == 0, "\n".join(tally.reasons)
    assert counts["byte-exact"] == counts["pairs"]
    assert counts["moved: OTHER BYTES TOUCHED"] == 0, "\n".join(tally.reasons)
    assert counts["comments inside a residual"] == 0
    assert counts["with residual"] <= 0.1 * counts["pairs"]
    assert counts["text fallback"] <= 0.05 * counts["pairs"]
    assert sorted(tally.sizes)[len(tally.sizes) // 2] <= 1.1
