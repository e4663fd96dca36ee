"""The lost update that founded the project, out of the corpus's own history, replayed with spine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.actions.conftest import Bench

BINDING = "bindings/docker.compose.targets.yaml"


def commit_of(git: Callable[..., str], corpus: Path, proposal: str) -> str:
    return git("log", "--format=%H", "--grep", f"apply {proposal}", cwd=corpus).strip()


def lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines()}


def test_both_proposals_of_february_12_land_and_nothing_is_lost(
    bench: Bench, corpus: Path, git: Callable[..., str]
) -> None:
    first = commit_of(git, corpus, "CP-20260212-081330")
    second = commit_of(git, corpus, "CP-20260212-080601")

    def version(revision: str) -> str:
        return git("show", f"{revision}:{BINDING}", cwd=corpus)

    base, one, both_authored_on_base = version(f"{first}^"), version(first), version(second)
    bench.write(BINDING, base)
    bench.commit("the binding as both saw it")

    bench.write(BINDING, both_authored_on_base)
    stale = bench.propose("home infra P1")
    bench.write(BINDING, one)
    fresh = bench.propose("mint fresh slate conformance")
    assert bench.read(BINDING) == base

    bench.apply(fresh.proposal.id)
    bench.apply(stale.proposal.id)

    landed = bench.read(BINDING)
    theirs = lines(one) - lines(base)
    assert len(theirs) == 2
    assert one.count("# INTERIM: fresh-slate target") == 2
    assert theirs <= lines(landed), "an edit of the first is lost"
    assert landed.count("# INTERIM: fresh-slate target") == 2
    added = lines(both_authored_on_base) - lines(base)
    assert added, "the second adds nothing"
    assert added <= lines(landed), "the entry of the second is missing"
    assert len(landed.splitlines()) == len(base.splitlines()) + (len(one.splitlines()) - len(base.splitlines())) + (
        len(both_authored_on_base.splitlines()) - len(base.splitlines())
    )
    # What really happened: the second, applied as a whole file, put the first one's edits back.
    assert not theirs <= lines(both_authored_on_base)
