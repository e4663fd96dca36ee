"""Adopting a repository with a history: what is recognised, what is missing, and that old debt blocks nothing."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from published import fitting

from spine.actions.adopt import Adopted, Wishes, adopt
from spine.actions.check import check
from spine.actions.validate import update_baseline, validate
from spine.cli.boundary import run
from spine.errors import Refused
from spine.records.baseline import BASELINE, read_baseline
from spine.records.gap import read_gap
from spine.records.imported import read_imported
from spine.records.settings import read_settings
from tests.actions.conftest import Bench

CP = "CP-20260212-080601__home-infra-p1"
OLD = "CP-20260211T213000Z__mint-os"
REGISTER = """\
version: 1
gaps:
  # the first
  - id: GAP-OP-001
    discovered_at: "2026-02-07"
    type: stale-ssot
    description: |
      Still lists it.
    severity: low
    status: fixed
    fixed_in: 1a2b3c4
    parent_loop: LOOP-GONE-20260101
  - id: "GAP-OP-002"
    type: runtime-bug
    severity: high
    status: open
  - id: GAP-OP-003
    discovered_at: "2026-02-08"
    type: runtime-bug
    title: The third
    severity: high
    status: open
"""
SCOPE = (
    "---\nloop_id: LOOP-HOME-20260212\nstatus: closed\n---\n# Home\n\nGAP-OP-001, GAP-OP-404 and CP-20260216-182611\n"
)


@pytest.fixture
def old(repo: Path, git: Callable[..., str], git_env: Mapping[str, str]) -> Iterator[Bench]:
    """A repository of somebody else, with a register, a loop and landings in three forms."""
    made = Bench(repo, git, git_env)
    made.commit(
        "start",
        **{
            "ops/bindings/gaps.yaml": REGISTER,
            "ops/bindings/a.yaml": "a: 1\nb:\n  c: 1\n  c: 2\n",
            "ops/loops/LOOP-HOME-20260212.scope.md": SCOPE,
            "ops/loops/_archived/LOOP-OLD-20260101.scope.md": "no front matter\n",
            "README.md": "GAP-OP-999\n",
        },
    )
    made.commit(
        f"fix(LOOP-HOME-20260212): apply {CP}\n\nProposal: {CP}\n\nAgent: x",
        **{"ops/bindings/a.yaml": "a: 2\nb:\n  c: 1\n  c: 2\n"},
    )
    made.commit(f'gov({OLD}): "Quote, closes GAP-OP-002', **{"ops/bindings/b.yaml": "a: 2\n"})
    made.commit("gov(LOOP-HOME-20260212): close, CP-20260216-182611 superseded", **{"ops/bindings/c.yaml": "a: 2\n"})
    yield made
    for repository in made.opened:
        repository.close()


def adopted(bench: Bench, **wishes: Any) -> Adopted:
    return adopt(bench.work, Wishes(bindings="ops/bindings", **wishes))


def test_what_is_recognised_is_written_and_nothing_is_committed(old: Bench) -> None:
    tip = old.tip()
    done = adopted(old)
    assert old.tip() == tip
    assert old.run("diff", "HEAD") == ""
    settings = read_settings(old.read("spine.yaml"))
    assert (settings.folders.bindings, settings.folders.loops) == ("ops/bindings", "ops/loops")
    assert settings.gaps.register == "ops/bindings/gaps.yaml"
    assert settings.landings == ("apply {proposal}", "gov({proposal}):", "Proposal: {proposal}")
    imported = read_imported(old.read("proposals/imported.yaml"))
    assert [(one.id, one.loop, one.gaps, one.paths) for one in imported] == [
        (CP, "LOOP-HOME-20260212", (), ("ops/bindings/a.yaml",)),
        (OLD, None, ("GAP-OP-002",), ("ops/bindings/b.yaml",)),
    ]
    assert [one.covers for one in imported] == [(old.tip("HEAD~2"),), (old.tip("HEAD~1"),)]
    assert done.holes.unlanded == {"CP-20260216-182611": (old.tip(),)}
    assert (done.holes.loops, done.holes.gaps) == ((), ())
    assert Counter(one.code for one in done.findings) == {
        "SP113": 1,
        "SP114": 1,
        "SP301": 1,
        "SP303": 1,
        "SP200": 1,
        "SP206": 1,
        "SP304": 1,
        "SP315": 1,
    }
    assert read_baseline(old.read(BASELINE)).total() == 8
    assert "proposals/** -text" in old.read(".gitattributes")


def test_doing_it_again_writes_nothing(old: Bench) -> None:
    first = adopted(old)
    assert set(first.changes) == {"spine.yaml", ".gitattributes", "proposals/imported.yaml", BASELINE}
    assert adopt(old.work, Wishes()).changes == {}
    old.commit("adopt")
    again = adopt(old.work, Wishes())
    assert (again.changes, again.fresh, again.dropped) == ({}, (), 0)
    assert again.imported == first.imported


def test_a_dry_run_writes_nothing_at_all(old: Bench) -> None:
    done = adopted(old, dry_run=True)
    assert set(done.changes) == {"spine.yaml", ".gitattributes", "proposals/imported.yaml", BASELINE}
    assert old.run("status", "--porcelain") == ""


def test_old_debt_blocks_no_new_work_and_new_debt_is_seen(old: Bench) -> None:
    since = old.tip()
    adopted(old)
    old.commit("adopt")
    report = check(old.work, f"{since}..HEAD")
    assert (report.fresh, report.exit_code) == ((), 0)
    done = validate(old.work)
    assert (done.findings, done.known, done.gone) == ((), 8, 0)
    scope = "ops/loops/LOOP-HOME-20260212.scope.md"
    since = old.commit("more lines above", **{scope: SCOPE.replace("# Home", "\n\n# Home")})
    assert validate(old.work).findings == ()
    old.commit("a new one", **{scope: SCOPE + "GAP-OP-405\n"})
    assert [one.message for one in validate(old.work).findings] == ["GAP-OP-405 is not there"]
    assert [one.message for one in check(old.work, f"{since}..HEAD").fresh] == ["GAP-OP-405 is not there"]
    again = adopt(old.work, Wishes())
    assert [one.message for one in again.fresh] == ["GAP-OP-405 is not there"]
    assert again.changes == {}


def test_the_baseline_cannot_be_enlarged_on_the_way(old: Bench) -> None:
    adopted(old)
    since = old.commit("adopt")
    known = (
        old.read(BASELINE)
        + "  - {file: ops/loops/LOOP-HOME-20260212.scope.md, code: SP303, what: GAP-OP-405 is not there}\n"
    )
    old.commit("smuggle", **{"ops/loops/LOOP-HOME-20260212.scope.md": SCOPE + "GAP-OP-405\n", BASELINE: known})
    assert validate(old.work).findings == ()
    assert [one.message for one in check(old.work, f"{since}..HEAD").fresh] == ["GAP-OP-405 is not there"]


def test_what_is_gone_leaves_the_baseline(old: Bench) -> None:
    adopted(old)
    old.commit("adopt")
    scope = "ops/loops/LOOP-HOME-20260212.scope.md"
    old.commit("mended", **{scope: SCOPE.replace(", GAP-OP-404 and CP-20260216-182611", "")})
    assert (validate(old.work).known, validate(old.work).gone) == (6, 2)
    assert validate(old.work, paths=("ops/bindings",)).gone == 0
    done = adopt(old.work, Wishes(dry_run=True))
    assert (done.dropped, set(done.changes)) == (2, {BASELINE})
    assert update_baseline(old.work) == 2
    assert read_baseline(old.read(BASELINE)).total() == 6
    assert update_baseline(old.work) == 0


def test_splitting_the_register(old: Bench) -> None:
    done = adopted(old, split_gaps=True)
    assert done.split is not None
    assert (done.split.count, done.split.left) == (2, (("GAP-OP-002", "it does not say on which day it was found"),))
    first = read_gap(old.read("gaps/GAP-OP-001.yaml"))
    assert (first.status, first.closed, first.loop) == ("closed", None, "LOOP-GONE-20260101")
    assert first.imported is not None
    assert dict(first.imported.says) == {"status": "fixed", "fixed_in": "1a2b3c4"}
    assert old.read("ops/bindings/gaps.yaml") == (
        'version: 1\ngaps:\n  - id: "GAP-OP-002"\n    type: runtime-bug\n    severity: high\n    status: open\n'
    )
    assert read_settings(old.read("spine.yaml")).gaps.register == "ops/bindings/gaps.yaml"
    assert validate(old.work).findings == ()
    assert adopt(old.work, Wishes(split_gaps=True)).changes == {}


def test_of_a_register_that_is_split_whole_nothing_stays(old: Bench) -> None:
    whole = REGISTER.replace('  - id: "GAP-OP-002"\n', '  - id: "GAP-OP-002"\n    discovered_at: 2026-02-07\n')
    old.commit("mend", **{"ops/bindings/gaps.yaml": whole})
    adopted(old)
    assert adopt(old.work, Wishes(split_gaps=True)).split is not None
    assert not (old.path / "ops/bindings/gaps.yaml").exists()
    assert read_settings(old.read("spine.yaml")).gaps.register is None
    assert len(list((old.path / "gaps").iterdir())) == 3
    assert adopt(old.work, Wishes(split_gaps=True)).changes == {}


def test_wishes_are_written_and_later_ones_must_agree(old: Bench) -> None:
    adopted(old, gaps="ops/gaps", landings=("apply {proposal}",), prose=("*.md",), loops="ops/loops/")
    settings = read_settings(old.read("spine.yaml"))
    assert (settings.folders.gaps, settings.landings, list(map(str, settings.prose))) == (
        "ops/gaps",
        ("apply {proposal}",),
        ["*.md"],
    )
    assert [one.id for one in read_imported(old.read("proposals/imported.yaml"))] == [CP]
    assert "README.md" in old.read(BASELINE)
    adopted(old, prose=("*.md",))
    with pytest.raises(Refused, match="says otherwise"):
        adopted(old, loops="loops")
    with pytest.raises(Refused, match="says otherwise"):
        adopted(old, landings=("merge {proposal}",))


@pytest.mark.parametrize(
    "wishes", [{"bindings": "bindings"}, {"register": "ops/bindings/a.yaml"}, {"landings": ("x",)}]
)
def test_what_cannot_be_is_refused_and_nothing_is_written(old: Bench, wishes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        adopt(old.work, Wishes(**{"bindings": "ops/bindings", **wishes}))
    assert old.run("status", "--porcelain") == ""


def test_a_link_is_never_written_through(old: Bench) -> None:
    (old.path / BASELINE).symlink_to("/dev/null")
    with pytest.raises(Refused):
        adopted(old)
    assert not (old.path / "spine.yaml").exists()


def test_the_face_and_its_document(old: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(old.path), "adopt", "--bindings", "ops/bindings", "--json"]) == 0
    document = fitting(json.loads(capsys.readouterr().out))
    assert document["spine"] == "adopt/1"
    assert [one["id"] for one in document["imported"]] == [CP, OLD]
    assert sum(document["debt"].values()) == len(document["findings"]) == 8
    assert document["to_review"] == {"lists": 1, "questions": 0, "references": 0}
    assert run(["-C", str(old.path), "adopt"]) == 0
    out = capsys.readouterr().out
    assert "2  imported proposals, landed by 2 commits" in out
    assert "to review: spine schema infer\n  1 list whose entries history tells apart\n" in out
    assert "nothing to write" in out
    assert run(["-C", str(old.path), "validate", "--json"]) == 0
    assert fitting(json.loads(capsys.readouterr().out))["known"] == 8


@pytest.mark.corpus
@pytest.mark.slow
def test_the_corpus_is_adopted(
    corpus: Path, tmp_path: Path, git: Callable[..., str], git_env: Mapping[str, str]
) -> None:
    clone = tmp_path / "clone"
    git("clone", "-q", str(corpus), str(clone), cwd=tmp_path)
    bench = Bench(clone, git, git_env)
    done = adopt(bench.work, Wishes(split_gaps=True))
    assert done.imports.forms == {"apply {proposal}": 46, "Proposal: {proposal}": 56, "gov({proposal}):": 11}
    assert len(done.imported) == 57
    named = subprocess.run(
        ["git", "log", "--format=%H", "--grep=apply CP-"],
        cwd=clone,
        env=dict(git_env),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    covered = {commit for one in done.imported for commit in one.covers}
    assert len(named) == 46
    assert set(named) <= covered
    assert (done.counts["loops"], done.split.count if done.split else 0) == (236, 647)
    assert validate(bench.work).findings == ()
    assert adopt(bench.work, Wishes()).changes == {}
    for repository in bench.opened:
        repository.close()
