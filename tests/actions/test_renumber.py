"""Gap numbers that two branches gave out: the later proposal's own gaps get free ones, wherever it speaks of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from published import fitting

from spine.actions.apply import PlanConflicts
from spine.actions.check import check
from spine.actions.gap_new import Shortfall, new_gap
from spine.actions.queue import Queued, apply_queue, apply_queue_push
from spine.actions.renumber import NoCollision
from spine.actions.resolve import Resolved, resolve
from spine.actions.validate import validate
from spine.cli.boundary import run
from spine.repository import Repository
from tests.actions.conftest import Bench

PATH = "bindings/vms.yaml"
VMS = "vms:\n  - id: 1\n    on: true\n  - id: 2\n    on: true\n"
LOOP = "LOOP-A-20260212"
SCOPE = (
    f"---\nloop_id: {LOOP}\nstatus: open\n---\n# A\n\nSee GAP-OP-900 of long ago.\n\n## Success Criteria\n\n- [ ] one\n"
)


@pytest.fixture
def home(bench: Bench) -> Bench:
    settings = 'spine: settings/1\ngoverned: ["bindings/**/*.yaml", "loops/**/*.md", "gaps/*.yaml", "spine.yaml"]\n'
    bench.write("spine.yaml", settings)
    bench.commit("start", **{PATH: VMS, f"loops/{LOOP}.scope.md": SCOPE})
    return bench


def proposed(bench: Bench, branch: str, title: str, vm: int) -> tuple[str, str]:
    """A branch off main with a pending proposal that registers the next gap and speaks of it in three files."""
    bench.run("checkout", "-q", "-b", branch, "main")
    gap = new_gap(bench.work, Shortfall(title=title, type="runtime-bug", severity="high")).gap.id
    bench.write(PATH, VMS.replace(f"  - id: {vm}\n", f"  - id: {vm}\n    note: waits for {gap}, see {gap}0  # {gap}\n"))
    scope = SCOPE.replace("- [ ] one\n", f"- [ ] one\n- [ ] {gap} is closed ({branch})\n" if vm == 1 else "- [ ] one\n")
    scope = scope.replace("long ago.", f"long ago. {branch} found {gap}.") if vm == 2 else scope
    bench.write(f"loops/{LOOP}.scope.md", scope)
    made = bench.propose(f"{title}: {gap}", why=f"{gap} blocks us.", registers=(gap,))
    bench.commit(f"propose {title}")
    return made.proposal.id, gap


def met(bench: Bench) -> tuple[str, str, str]:
    """Both branches merged: the first proposal's id, the second's, and the number that both gave out."""
    first, one = proposed(bench, "one", "Disks fail", 1)
    tip = bench.tip()
    bench.run("checkout", "-q", "main")
    bench.run("branch", "-qD", "one")  # in the other's clone it is not to be seen
    second, other = proposed(bench, "other", "Fans fail", 2)
    bench.run("branch", "one", tip)
    assert one == other == "GAP-OP-001"
    bench.run("checkout", "-q", "main")
    bench.run("merge", "-q", "--no-edit", "one")
    bench.run("merge", "-q", "--no-edit", "other")
    return first, second, one


def test_each_mention_in_what_the_proposal_brings_follows(home: Bench) -> None:
    first, second, gap = met(home)
    assert [one.code for one in validate(home.work).findings].count("SP165") == 1
    home.apply(first)
    with pytest.raises(PlanConflicts):
        home.apply(second)
    done = resolve(home.work, second, (), renumbers=True)
    assert isinstance(done, Resolved)
    assert dict(done.numbers) == {gap: "GAP-OP-002"}
    made = done.made.proposal
    assert (made.registers, made.title, made.supersedes) == (("GAP-OP-002",), "Fans fail: GAP-OP-002", (second,))
    assert made.why is not None
    assert made.why.startswith("GAP-OP-002 blocks us.\n")
    home.commit("the successor")
    home.apply(made.id)
    # The first one's are untouched, as is what looks alike and what was there before.
    assert "note: waits for GAP-OP-001, see GAP-OP-0010  # GAP-OP-001" in home.read(PATH)
    assert "note: waits for GAP-OP-002, see GAP-OP-0010  # GAP-OP-002" in home.read(PATH)
    scope = home.read(f"loops/{LOOP}.scope.md")
    assert "- [ ] GAP-OP-001 is closed (one)" in scope
    assert "See GAP-OP-900 of long ago. other found GAP-OP-002." in scope
    assert "id: GAP-OP-001\ntitle: Disks fail\n" in home.read("gaps/GAP-OP-001.yaml")
    assert "id: GAP-OP-002\ntitle: Fans fail\n" in home.read("gaps/GAP-OP-002.yaml")
    assert "SP165" not in [one.code for one in validate(home.work).findings]
    assert check(home.work, "HEAD~3..HEAD").findings == ()


def test_of_two_pending_ones_the_later_gives_way(home: Bench) -> None:
    first, second, gap = met(home)
    with pytest.raises(NoCollision):
        resolve(home.work, first, (), renumbers=True)
    done = resolve(home.work, second, (), renumbers=True)
    assert dict(done.numbers) == {gap: "GAP-OP-002"}


def test_the_very_same_gap_is_no_collision(home: Bench) -> None:
    id_, gap = proposed(home, "one", "Disks fail", 1)
    home.run("checkout", "-q", "main")
    text = next(file.content for file in _proposal(home, "one", id_).files if file.path == f"gaps/{gap}.yaml")
    assert text is not None
    home.commit("registered by hand, word by word", **{f"gaps/{gap}.yaml": text})
    home.run("merge", "-q", "--no-edit", "one")
    with pytest.raises(NoCollision, match="no gap that"):
        resolve(home.work, id_, (), renumbers=True)
    home.apply(id_)


def _proposal(bench: Bench, branch: str, id_: str):  # type: ignore[no-untyped-def]
    from spine.records.proposal import read_proposal

    return read_proposal(bench.read(f"proposals/2026-02/{id_}/proposal.yaml", branch))


def test_a_queue_renumbers_who_comes_later_and_each_has_its_own_commit(home: Bench) -> None:
    first, second, _ = met(home)
    third, gap = proposed(home, "third", "Locks fail", 3)
    assert gap == "GAP-OP-002"  # main knows of one by now
    home.run("checkout", "-q", "main")
    home.run("merge", "-q", "--no-edit", "third")
    before = int(home.run("rev-list", "--count", "HEAD"))
    plain = apply_queue(home.work)
    assert [one.id for one in plain.waiting] == [second]
    assert [one.plan.proposal.id for one in plain.landed] == [first, third]
    done = apply_queue(home.work, renumbers=True)
    assert isinstance(done, Queued)
    assert done.waiting == ()
    assert [(one.id, dict(one.numbers)) for one in done.renumbered] == [(second, {"GAP-OP-001": "GAP-OP-003"})]
    assert int(home.run("rev-list", "--count", "HEAD")) == before + 3
    assert home.run("status", "--porcelain") == ""
    successor = done.renumbered[0].successor
    assert done.landed[-1].plan.proposal.id == successor
    assert home.read(f"proposals/2026-02/{successor}/receipt.yaml").startswith("spine: receipt/1")
    assert "title: Fans fail" in home.read("gaps/GAP-OP-003.yaml")
    assert check(home.work, "HEAD~3..HEAD").findings == ()


def test_two_clones_and_a_remote(home: Bench, tmp_path: Path, git: Callable[..., str]) -> None:
    first, second, gap = met(home)
    git("clone", "-q", "--bare", str(home.path), str(tmp_path / "remote.git"), cwd=tmp_path)
    clones = []
    for name in ("a", "b"):
        git("clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / name), cwd=tmp_path)
        clones.append(Bench(tmp_path / name, git, home.env, moments=home.moments))
    done = [apply_queue_push(clone.work, renumbers=True) for clone in clones]
    assert [len(one.landed) for one in done] == [2, 0]
    assert [dict(one.numbers) for one in done[0].renumbered] == [{gap: "GAP-OP-002"}]
    clones[1].run("pull", "-q", "--ff-only")
    assert "title: Disks fail" in clones[1].read("gaps/GAP-OP-001.yaml")
    assert "title: Fans fail" in clones[1].read("gaps/GAP-OP-002.yaml")
    assert {first, second}
    for clone in clones:
        for repository in clone.opened:
            repository.close()


def test_what_is_too_large_to_be_shown_follows_too(home: Bench) -> None:
    def large(bench: Bench, branch: str, vm: int) -> str:
        bench.run("checkout", "-q", "-b", branch, "main")
        gap = new_gap(bench.work, Shortfall(title=branch, type="runtime-bug", severity="high")).gap.id
        with open(bench.path / f"gaps/{gap}.yaml", "a", encoding="utf-8") as stream:
            stream.write("description: |\n" + f"  {branch} and {gap}, line after line\n" * 3000)
        bench.write(PATH, VMS.replace(f"  - id: {vm}\n    on: true\n", f"  - id: {vm}\n    on: false\n"))
        id_ = bench.propose(branch, why="w", registers=(gap,)).proposal.id
        assert "blob: " in (bench.path / f"proposals/2026-02/{id_}/proposal.yaml").read_text("utf-8")
        bench.commit(branch)
        return id_

    large(home, "one", 1)
    tip = home.tip()
    home.run("checkout", "-q", "main")
    home.run("branch", "-qD", "one")
    second = large(home, "other", 2)
    home.run("branch", "one", tip)
    home.run("checkout", "-q", "main")
    home.run("merge", "-q", "--no-edit", "one", "other")
    made = resolve(home.work, second, (), renumbers=True).made.proposal
    home.commit("the successor")
    home.apply(made.id)
    text = home.read("gaps/GAP-OP-002.yaml")
    assert "id: GAP-OP-002\n" in text
    assert text.count("other and GAP-OP-002, line after line") == 3000
    assert "GAP-OP-001" not in text


def test_an_entry_of_a_register(home: Bench) -> None:
    register = "bindings/gaps.yaml"
    entry = (
        '  - id: GAP-OP-{}\n    discovered_at: "2026-02-08"\n    type: runtime-bug\n    severity: high\n'
        "    status: open\n    description: {}\n"
    )
    base = "gaps:\n" + entry.format("041", "old")
    settings = f"{home.read('spine.yaml')}gaps: {{register: {register}}}\n"
    home.commit("a register", **{register: base, "spine.yaml": settings})
    ids = []
    for branch in ("one", "other"):
        home.run("checkout", "-q", "-b", branch, "main")
        home.write(register, base + entry.format("042", f"{branch}, which is GAP-OP-042"))
        ids.append(home.propose(branch, why="w", registers=("GAP-OP-042",)).proposal.id)
        home.commit(f"propose {branch}")
    home.run("checkout", "-q", "main")
    for branch in ("one", "other"):
        home.run("merge", "-q", "--no-edit", branch)
    home.apply(ids[0])
    done = resolve(home.work, ids[1], (), renumbers=True)
    assert dict(done.numbers) == {"GAP-OP-042": "GAP-OP-043"}
    home.commit("the successor")
    home.apply(done.made.proposal.id)
    assert home.read(register) == base + entry.format("042", "one, which is GAP-OP-042") + entry.format(
        "043", "other, which is GAP-OP-043"
    )


def test_the_faces_and_their_documents(home: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, gap = met(home)
    home.apply(first)
    assert run(["-C", str(home.path), "plan", second]) == 3
    assert f"spine resolve {second} --renumber\n" in capsys.readouterr().out
    assert run(["-C", str(home.path), "resolve", second, "--renumber", "--json"]) == 0
    document = fitting(json.loads(capsys.readouterr().out))
    assert document["renumbered"] == {gap: "GAP-OP-002"}
    home.run("clean", "-fdq", "proposals")
    assert run(["-C", str(home.path), "resolve", second, "--renumber", "--apply"]) == 0
    out = capsys.readouterr().out
    assert f"~ {gap} is GAP-OP-002\n" in out
    assert "landed on main" in out
    assert run(["-C", str(home.path), "apply", second, "--renumber"]) == 2
    assert "spine resolve" in capsys.readouterr().err


def test_the_queue_says_who_landed_as_what(home: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    _, second, gap = met(home)
    assert run(["-C", str(home.path), "apply", "--queue", "--renumber", "--json"]) == 0
    document = fitting(json.loads(capsys.readouterr().out))
    (moved,) = document["renumbered"]
    assert (moved["id"], moved["numbers"]) == (second, {gap: "GAP-OP-002"})
    with Repository.open(home.path, home.env) as repo:
        assert repo.git.run("status", "--porcelain").out == b""
