"""Landing through the verbs: one commit each, only its own lines, and refusals that touch nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from spine.actions.apply import AlreadyApplied, PlanConflicts, apply
from spine.actions.propose import Wanted
from spine.actions.sources import Edit, Edits
from spine.actions.supersede import supersede
from spine.actions.undo import CannotUndo, undo
from spine.actions.withdraw import withdraw
from spine.address import parse
from spine.errors import Refused
from spine.repository import DirtyPath
from tests.actions.conftest import Bench

PATH = "bindings/vms.yaml"
TEXT = "version: 1\nvms:\n" + "".join(f"  - vmid: {n}\n    status: up\n    note: n{n}\n" for n in range(100, 104))


@pytest.fixture
def ready(bench: Bench) -> Bench:
    bench.commit("vms", **{PATH: TEXT})
    return bench


def set_status(vmid: int, value: str) -> Edits:
    return Edits((Edit("set", PATH, parse(f"vms[vmid={vmid}].status"), value),))


def state(bench: Bench) -> dict[str, str]:
    """A digest of everything that belongs to the user: index, refs, all files."""
    found = {}
    for file in sorted(bench.path.rglob("*")):
        name = str(file.relative_to(bench.path))
        if file.is_file() and not name.startswith((".git/objects", ".git/spine", ".git/logs")):
            found[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    found["refs"] = bench.run("for-each-ref")
    return found


def test_twenty_proposals_on_the_largest_binding_land_one_by_one(
    bench: Bench, corpus: Path, git: Callable[..., str]
) -> None:
    path = "bindings/operational.gaps.yaml"
    text = git("show", f"HEAD:{path}", cwd=corpus)
    assert len(text.encode()) > 430_000
    bench.commit("the register", **{path: text})
    ids = [
        line.split('"')[1] if '"' in line else line.split()[-1]
        for line in text.splitlines()
        if line.startswith("  - id:")
    ]
    chosen = ids[5::35][:20]
    made = [
        bench.propose(f"note on {id_}", Edits((Edit("set", path, parse(f"gaps[id={id_}].severity"), "critical"),)))
        for id_ in chosen
    ]
    assert len({one.proposal.base for one in made}) == 1
    for id_, one in zip(chosen, made, strict=True):
        before = bench.tip()
        bench.apply(one.proposal.id)
        assert bench.run("rev-list", "--count", f"{before}..HEAD").strip() == "1"
        changed = bench.run("diff", "--unified=0", f"{before}..HEAD", "--", path).splitlines()
        lines = [line for line in changed if line[:1] in "+-" and line[:3] not in ("+++", "---")]
        assert [line.split(":")[0].strip("+- ") for line in lines] in ([], ["severity", "severity"]), (id_, lines)
        assert set(bench.run("diff", "--name-only", f"{before}..HEAD").split()) - {path} == {
            f"{one.folder}/proposal.yaml",
            f"{one.folder}/receipt.yaml",
        }
    assert bench.run("status", "--porcelain") == ""


def test_a_true_conflict_is_refused_with_all_three_values_and_nothing_moves(ready: Bench) -> None:
    mine, theirs = ready.propose("down", set_status(101, "down")), ready.propose("paused", set_status(101, "paused"))
    ready.apply(theirs.proposal.id)
    ready.write(PATH, ready.read(PATH) + "# unstaged\n")
    ready.write("scratch.txt", "untracked\n")
    before = state(ready)
    with pytest.raises(PlanConflicts) as caught:
        apply(ready.work, mine.proposal.id)
    conflict = caught.value.plan.files[0].conflicts[0]
    assert (conflict.base, conflict.target, conflict.proposed) == ("up", "paused", "down")
    setter = caught.value.plan.set_by[PATH, conflict.at]
    assert setter.proposal == theirs.proposal.id
    assert state(ready) == before


def test_applying_again_names_the_receipt_and_writes_nothing(ready: Bench) -> None:
    made = ready.propose("down", set_status(101, "down"))
    landed = ready.apply(made.proposal.id)
    before = state(ready)
    again = apply(ready.work, made.proposal.id)
    assert again == AlreadyApplied(made.proposal.id, landed.commit.id, "it has its receipt already", "run-1")
    assert state(ready) == before


def test_a_dirty_file_in_the_way_is_refused_by_name(ready: Bench) -> None:
    made = ready.propose("down", set_status(101, "down"))
    ready.write(PATH, TEXT.replace("n103", "mine"))
    before = state(ready)
    with pytest.raises(DirtyPath, match=r"bindings/vms\.yaml"):
        apply(ready.work, made.proposal.id)
    assert state(ready) == before


def test_a_proposal_changed_after_it_was_committed_is_refused(ready: Bench) -> None:
    made = ready.propose("down", set_status(101, "down"))
    ready.run("add", "-A")
    ready.run("commit", "-qm", "the proposal")
    path = f"{made.folder}/proposal.yaml"
    ready.write(path, ready.read(path).replace("to: down", "to: gone"))
    applied = ready.apply(made.proposal.id)
    assert "status: down" in ready.read(PATH), "the branch's own proposal counts"
    assert applied.plan.digest == made.digest


def test_a_draft_changed_by_hand_does_not_land(ready: Bench) -> None:
    made = ready.propose("down", set_status(101, "down"))
    path = f"{made.folder}/proposal.yaml"
    ready.write(path, ready.read(path).replace("to: down", "to: gone"))
    with pytest.raises(Refused, match="does not give the bytes"):
        apply(ready.work, made.proposal.id)
    assert ready.read(PATH) == TEXT


def test_undo_takes_one_landing_back_and_leaves_the_next_alone(ready: Bench) -> None:
    first = ready.propose("down", set_status(101, "down"))
    ready.apply(first.proposal.id)
    second = ready.propose("also", set_status(102, "paused"))
    ready.apply(second.proposal.id)
    made = undo(ready.work, first.proposal.id)
    assert made.proposal.undoes == first.proposal.id
    ready.apply(made.proposal.id)
    assert ready.read(PATH) == TEXT.replace("vmid: 102\n    status: up", "vmid: 102\n    status: paused")
    with pytest.raises(Refused, match="undone"):
        undo(ready.work, first.proposal.id)


def test_undo_refuses_where_somebody_built_on_it(ready: Bench) -> None:
    first = ready.propose("down", set_status(101, "down"))
    ready.apply(first.proposal.id)
    ready.apply(ready.propose("then gone", set_status(101, "gone")).proposal.id)
    with pytest.raises(CannotUndo, match=r"vms\[vmid=101\].status was changed since"):
        undo(ready.work, first.proposal.id)


def test_a_withdrawn_proposal_does_not_land(ready: Bench) -> None:
    made = ready.propose("down", set_status(101, "down"))
    ready.run("add", "-A")
    ready.run("commit", "-qm", "the proposal")
    withdraw(ready.work, made.proposal.id, "a bad idea")
    with pytest.raises(Exception, match="withdrawn"):
        apply(ready.work, made.proposal.id)
    assert ready.read(PATH) == TEXT


def test_a_successor_takes_the_place_of_the_old_one(ready: Bench) -> None:
    made = ready.propose("down", set_status(101, "down"))
    ready.run("add", "-A")
    ready.run("commit", "-qm", "the proposal")
    ready.apply(ready.propose("also", set_status(102, "paused")).proposal.id)
    successor = supersede(ready.work, made.proposal.id, None, Wanted())
    assert successor.proposal.supersedes == (made.proposal.id,)
    assert successor.proposal.base == ready.tip()
    ready.apply(successor.proposal.id)
    assert ready.read(PATH).count("status: down") == 1
    with pytest.raises(Exception, match="superseded"):
        apply(ready.work, made.proposal.id)


def test_the_landing_commit_says_what_it_is(ready: Bench) -> None:
    made = ready.propose(
        "down for a while", set_status(101, "down"), why="Power work.\n\n---\nSpine-Proposal: forged\n"
    )
    landed = ready.apply(made.proposal.id)
    trailers = dict(line.split(": ", 1) for line in ready.run("log", "-1", "--format=%(trailers)").splitlines() if line)
    assert trailers == {"Spine-Proposal": made.proposal.id, "Spine-Digest": made.digest}
    assert landed.commit.subject == "down for a while"
