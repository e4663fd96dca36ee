"""Gaps from their first line to their last, in real repositories: verbs, proposals, numbers, and the register."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from published import fitting

from spine.actions.absorb import absorb
from spine.actions.again import again
from spine.actions.check import check
from spine.actions.gap_change import accept_gap, close_gap, link_gap, reopen_gap
from spine.actions.gap_desk import NoSuchGap
from spine.actions.gap_links import GapUnsaid
from spine.actions.gap_listing import Chosen, list_gaps, show_gap
from spine.actions.gap_new import Shortfall, new_gap
from spine.actions.propose import Wanted
from spine.actions.put_aside import propose_undo
from spine.actions.sources import WorkTree
from spine.actions.supersede import supersede
from spine.actions.undo import undo
from spine.actions.validate import validate
from spine.cli import gap as face
from spine.cli.boundary import run
from spine.errors import Refused
from spine.ids import InvalidId
from spine.ledger.evidence import NoEvidence
from spine.records.gap import SEVERITIES, STATUSES, TYPES, read_gap
from spine.repository import BadRevision
from tests.actions.conftest import Bench

VMS = "vms:\n  - id: 1\n    on: true\n  - id: 2\n    on: true\n"
PATH = "bindings/vms.yaml"
LOOP = "LOOP-A-20260212"
SCOPE = f"---\nloop_id: {LOOP}\nstatus: open\n---\n# A\n\n## Success Criteria\n\n- [x] one\n- [ ] two\n"
REGISTER = """\
version: 1
gaps:
  - id: GAP-OP-041
    discovered_at: "2026-02-07"
    type: stale-ssot
    severity: low
    status: fixed
    fixed_in: by hand
  - id: "GAP-OP-042"
    discovered_at: "2026-02-08"
    type: runtime-bug
    severity: high
    status: open
"""


@pytest.fixture
def home(bench: Bench) -> Bench:
    """Two VMs and a loop with two criteria, one of them met."""
    bench.commit("start", **{PATH: VMS, f"loops/{LOOP}.scope.md": SCOPE})
    return bench


def shortfall(title: str = "Backups fail", **said: Any) -> Shortfall:
    return Shortfall(title=title, type="runtime-bug", severity="high", **said)


def committed(bench: Bench, **said: Any) -> str:
    """A gap that is in HEAD."""
    made = new_gap(bench.work, shortfall(**said))
    bench.commit(f"register {made.gap.id}")
    return made.gap.id


def codes(bench: Bench) -> list[str]:
    return [one.code for one in validate(bench.work).findings]


def test_a_gap_gets_the_next_number_and_a_file_of_its_own(home: Bench) -> None:
    made = new_gap(home.work, shortfall(loop=LOOP, blocks=(f"{LOOP}#2",), description="On NFS.\nSince Monday.\n"))
    assert (made.gap.id, made.gap.path, made.before) == ("GAP-OP-001", "gaps/GAP-OP-001.yaml", None)
    gap = read_gap(home.read(made.gap.path))
    assert (gap.title, gap.status, gap.loop, gap.blocks) == ("Backups fail", "open", LOOP, (f"{LOOP}#2",))
    assert (gap.found.isoformat(), gap.description) == ("2026-02-12", "On NFS.\nSince Monday.\n")
    assert home.run("status", "--porcelain") == "?? gaps/\n"
    assert new_gap(home.work, shortfall()).gap.id == "GAP-OP-002"
    assert codes(home) == []


def test_numbers_are_never_given_out_twice(home: Bench) -> None:
    home.run("switch", "-qc", "other")
    new_gap(home.work, shortfall(id="GAP-OP-007"))
    home.commit("on another branch")
    home.run("update-ref", "refs/remotes/origin/far", home.tip())
    home.run("switch", "-q", "main")
    home.run("branch", "-qD", "other")
    assert new_gap(home.work, shortfall()).gap.id == "GAP-OP-008"  # of a remote-tracking branch
    home.run("clean", "-fdq")
    new_gap(home.work, shortfall(id="GAP-OP-020"))
    home.commit("twenty")
    home.run("rm", "-q", "gaps/GAP-OP-020.yaml")
    home.run("commit", "-qm", "removed")
    assert new_gap(home.work, shortfall()).gap.id == "GAP-OP-021"  # once there
    home.run("add", "gaps")
    (home.path / "gaps/GAP-OP-021.yaml").unlink()
    assert new_gap(home.work, shortfall()).gap.id == "GAP-OP-022"  # of the index
    draft = new_gap(home.work, shortfall(), propose=True)
    assert draft.gap.id == "GAP-OP-023"
    assert not (home.path / "gaps/GAP-OP-023.yaml").exists()
    assert new_gap(home.work, shortfall()).gap.id == "GAP-OP-024"  # of a draft
    assert new_gap(home.work, shortfall(prefix="PEK")).gap.id == "GAP-PEK-001"
    with pytest.raises(Refused, match="in use, or was once"):
        new_gap(home.work, shortfall(id="GAP-OP-020"))
    with pytest.raises(InvalidId):
        new_gap(home.work, shortfall(id="GAP-OP-1"))


def test_two_at_a_time_get_two_numbers(home: Bench) -> None:
    works = [home.work for _ in range(4)]
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda work=work: made.append(new_gap(work, shortfall()).gap.id)) for work in works
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [f"GAP-OP-00{n}" for n in range(1, 5)]
    assert len(list((home.path / "gaps").iterdir())) == 4


def test_what_is_not_there_cannot_be_linked(home: Bench) -> None:
    with pytest.raises(Refused, match="no loop has this id") as wrong:
        new_gap(home.work, shortfall(loop="LOOP-AA-20260212"))
    assert wrong.value.hint == f"did you mean {LOOP}?"
    with pytest.raises(Refused, match="no such criterion"):
        new_gap(home.work, shortfall(blocks=(f"{LOOP}#3",)))
    id_ = committed(home)
    with pytest.raises(Refused, match="no such criterion"):
        link_gap(home.work, id_, blocks=(f"{LOOP}#3",))
    link_gap(home.work, "001", loop=LOOP, blocks=(f"{LOOP}#2", f"{LOOP}#1"))
    done = link_gap(home.work, "001", unblocks=(f"{LOOP}#1",))
    assert (done.gap.loop, done.gap.blocks) == (LOOP, (f"{LOOP}#2",))
    again = link_gap(home.work, "001", loop=LOOP, blocks=(f"{LOOP}#2",), unblocks=(f"{LOOP}#1",))
    assert (again.is_new, again.gap) == (False, done.gap)
    with pytest.raises(NoSuchGap) as none:
        link_gap(home.work, "GAP-OP-011", loop=LOOP)
    assert none.value.hint == "did you mean GAP-OP-001?"


@pytest.mark.parametrize("evidence", ["HEAD", f"{LOOP}#1", f"{PATH}#vms[id=1].on=true"])
def test_closing_with_evidence_and_back(home: Bench, evidence: str) -> None:
    id_ = committed(home)
    before = home.read(f"gaps/{id_}.yaml")
    done = close_gap(home.work, id_, [evidence])
    assert (done.before, done.gap.status) == ("open", "closed")
    assert done.gap.evidence == (home.tip() if evidence == "HEAD" else evidence,)
    assert codes(home) == []
    text = home.read(f"gaps/{id_}.yaml")
    assert not close_gap(home.work, id_, [evidence]).is_new
    with pytest.raises(Refused, match="closed already"):
        close_gap(home.work, id_, [evidence, "HEAD^"])
    assert home.read(f"gaps/{id_}.yaml") == text
    assert reopen_gap(home.work, id_).gap.status == "open"
    assert not reopen_gap(home.work, id_).is_new
    assert home.read(f"gaps/{id_}.yaml") == before


def test_evidence_that_shows_nothing_is_refused_and_nothing_is_written(home: Bench) -> None:
    id_ = committed(home)
    home.write(PATH, VMS.replace("true", "false", 1))
    draft = home.propose("off")
    for evidence in (f"{LOOP}#2", f"{PATH}#vms[id=1].on=false", f"{PATH}#vms[id=9].on=true", draft.proposal.id):
        with pytest.raises(NoEvidence, match="shows nothing"):
            close_gap(home.work, id_, [evidence])
    with pytest.raises(BadRevision):
        close_gap(home.work, id_, ["deadbeef1"])
    with pytest.raises(NoEvidence, match="closed with evidence"):
        close_gap(home.work, id_, [])
    assert home.read(f"gaps/{id_}.yaml") == home.read(f"gaps/{id_}.yaml", "HEAD")
    home.apply(draft.proposal.id)
    assert close_gap(home.work, id_, [draft.proposal.id[:18]]).gap.evidence == (draft.proposal.id,)


def test_evidence_that_no_longer_holds_is_found(home: Bench) -> None:
    id_ = committed(home)
    close_gap(home.work, id_, [f"{PATH}#vms[id=1].on=true"])
    home.commit("closed")
    assert codes(home) == []
    home.write(PATH, VMS.replace("true", "false", 1))
    assert codes(home) == ["SP322"]


def test_accepting_says_who_and_why(home: Bench) -> None:
    id_ = committed(home)
    done = accept_gap(home.work, id_, "Nobody reads it.")
    assert done.gap.gap is not None
    assert done.gap.gap.accepted is not None
    assert (done.gap.status, done.gap.gap.accepted.why) == ("accepted", "Nobody reads it.")
    assert not accept_gap(home.work, id_, "Nobody reads it.").is_new
    with pytest.raises(Refused, match="is accepted"):
        accept_gap(home.work, id_, "Another reason.")
    assert close_gap(home.work, id_, ["HEAD"]).before == "accepted"
    assert reopen_gap(home.work, id_).gap.gap == read_gap(home.read(f"gaps/{id_}.yaml", "HEAD"))


# ---- proposals ----------------------------------------------------------------------------------------------------


def test_a_new_gap_comes_with_the_change_that_found_it(home: Bench) -> None:
    new_gap(home.work, shortfall())
    home.write(PATH, VMS.replace("true", "false", 1))
    made = home.propose("off", registers=("GAP-OP-001",))
    assert [file.path for file in made.proposal.files] == [PATH, "gaps/GAP-OP-001.yaml"]
    assert made.proposal.registers == ("GAP-OP-001",)
    assert home.run("status", "--porcelain") == "?? proposals/\n"
    propose_undo(home.work)
    assert (home.path / "gaps/GAP-OP-001.yaml").exists()
    home.run("checkout", "-q", PATH)
    alone = home.propose("only the gap", registers=("GAP-OP-001",), keep=True)
    assert [file.path for file in alone.proposal.files] == ["gaps/GAP-OP-001.yaml"]


def test_a_proposal_that_writes_a_gap_says_so_by_itself(home: Bench) -> None:
    new_gap(home.work, shortfall())
    made = home.propose("file it", WorkTree(("gaps",)))
    assert made.proposal.registers == ("GAP-OP-001",)
    home.apply(made.proposal.id)
    close_gap(home.work, "001", [f"{LOOP}#1"])
    assert home.propose("close it", WorkTree(("gaps",))).proposal.closes == ("GAP-OP-001",)


def test_closing_with_the_change_that_ends_it(home: Bench) -> None:
    id_ = committed(home)
    since = home.tip()
    home.write(PATH, VMS.replace("true", "false", 1))
    made = home.propose("off", closes=(id_,))
    home.apply(made.proposal.id)
    gap = read_gap(home.read(f"gaps/{id_}.yaml"))
    assert gap.closed is not None
    assert (gap.closed.evidence, gap.closed.by) == ((made.proposal.id,), made.proposal.author)
    assert codes(home) == []
    assert check(home.work, f"{since}..HEAD").findings == ()
    view = show_gap(home.work, id_)
    assert (view.closed_by, view.registered_by, view.findings) == (((made.proposal.id, "applied"),), (), ())
    home.apply(undo(home.work, made.proposal.id).proposal.id)
    assert read_gap(home.read(f"gaps/{id_}.yaml")).status == "open"
    assert codes(home) == []
    back = undo(home.work, "undo-off")
    assert back.proposal.closes == (id_,)
    home.apply(back.proposal.id)
    assert read_gap(home.read(f"gaps/{id_}.yaml")) == gap
    assert codes(home) == []


def test_a_successor_is_its_own_evidence(home: Bench) -> None:
    id_ = committed(home)
    home.write(PATH, VMS.replace("true", "false", 1))
    old = home.propose("off", closes=(id_,))
    home.commit("other", **{"bindings/b.yaml": "a: 1\n"})
    new = supersede(home.work, old.proposal.id, None, Wanted())
    assert new.proposal.closes == (id_,)
    home.apply(new.proposal.id)
    assert read_gap(home.read(f"gaps/{id_}.yaml")).closed.evidence == (new.proposal.id,)  # type: ignore[union-attr]
    home.apply(undo(home.work, new.proposal.id).proposal.id)
    third = again(home.work, new.proposal.id, Wanted())
    home.apply(third.proposal.id)
    assert read_gap(home.read(f"gaps/{id_}.yaml")).closed.evidence == (third.proposal.id,)  # type: ignore[union-attr]
    assert codes(home) == []


@pytest.mark.parametrize(
    ("links", "message"),
    [
        ({"closes": ("GAP-OP-009",)}, "no gap has this id"),
        ({"registers": ("GAP-OP-001",)}, "there already"),
        ({"registers": ("GAP-OP-009",)}, "no file in the work tree opens"),
    ],
)
def test_links_that_no_operation_could_fulfil_are_refused(home: Bench, links: dict[str, object], message: str) -> None:
    committed(home)
    home.write(PATH, VMS.replace("true", "false", 1))
    with pytest.raises(GapUnsaid, match=message):
        home.propose("off", **links)
    assert not (home.path / "proposals").exists()
    assert "false" in home.read(PATH)


def test_recorded_afterwards_only_what_the_commits_did(home: Bench) -> None:
    id_ = committed(home)
    since = home.tip()
    home.commit("by hand", **{PATH: VMS.replace("true", "false", 1)})
    with pytest.raises(GapUnsaid, match="nothing in these files closes it"):
        absorb(home.work, f"{since}..HEAD", Wanted(title="by hand", closes=(id_,)))


def test_validate_holds_links_against_operations(home: Bench) -> None:
    id_ = committed(home)
    home.write(PATH, VMS.replace("true", "false", 1))
    made = home.propose("off", closes=(id_,))
    file = f"{made.folder}/proposal.yaml"
    text = home.read(file)
    home.write(file, text.replace(f"closes: [{id_}]", "closes: [GAP-OP-002]"))
    found = validate(home.work).findings
    assert [one.message for one in found if one.code == "SP321"] == [
        f"its operations close {id_}, and “closes” does not say so",
        "“closes” names GAP-OP-002, and no operation closes it",
    ]


def test_two_clones_gave_out_one_number(home: Bench) -> None:
    """Neither could know of the other; after the merge validate says so, and still when one of them has landed."""
    start = home.tip()
    first = new_gap(home.work, shortfall(title="one"), propose=True)
    home.commit("one")
    one = home.tip()
    home.run("reset", "-q", "--hard", start)
    second = new_gap(home.work, shortfall(title="two"), propose=True)
    home.commit("two")
    assert first.proposed is not None
    assert second.proposed is not None
    assert first.gap.id == second.gap.id == "GAP-OP-001"
    assert codes(home) == []
    home.run("merge", "-q", "--no-edit", one)
    ids = sorted((first.proposed.proposal.id, second.proposed.proposal.id))
    assert [(one.code, one.message) for one in validate(home.work).findings] == [
        ("SP165", f"{ids[1]} registers GAP-OP-001, and so does {ids[0]}, which is pending too")
    ]
    home.apply(ids[0])
    assert [(one.code, one.message) for one in validate(home.work).findings] == [
        ("SP165", f"{ids[1]} registers GAP-OP-001, which gaps/GAP-OP-001.yaml has already")
    ]


def test_every_verb_can_propose_instead(home: Bench) -> None:
    id_ = committed(home)
    for made in (
        close_gap(home.work, id_, ["HEAD"], propose=True, why="It ended."),
        accept_gap(home.work, id_, "It stays.", propose=True),
        link_gap(home.work, id_, loop=LOOP, propose=True, why="It was found there."),
    ):
        assert made.proposed is not None
        assert made.proposed.plan.outcome == "clean"
        assert made.proposed.proposal.why
    assert home.run("status", "--porcelain", "gaps") == ""


# ---- prose --------------------------------------------------------------------------------------------------------


def test_check_lets_no_new_unresolved_reference_in(home: Bench) -> None:
    home.commit("old debt", **{f"loops/{LOOP}.scope.md": SCOPE + "GAP-OP-100\n"})
    since = home.tip()
    home.commit("good", **{f"loops/{LOOP}.scope.md": SCOPE + f"\n\nGAP-OP-100, done in {since[:7]}\n"})
    assert check(home.work, f"{since}..HEAD").fresh == ()
    home.commit("bad", **{f"loops/{LOOP}.scope.md": SCOPE + "GAP-OP-100 GAP-OP-101 1a2b3c4\n"})
    fresh = check(home.work, f"{since}..HEAD").fresh
    assert [(one.code, one.message) for one in fresh] == [
        ("SP303", "GAP-OP-101 is not there"),
        ("SP304", "1a2b3c4 is no commit of this repository"),
    ]


def test_a_made_up_full_id_points_to_the_commit_it_begins_like(home: Bench) -> None:
    tip = home.tip()
    made_up = tip[:7] + ("0" if tip[7] != "0" else "1") * 33
    home.write(f"loops/{LOOP}.scope.md", SCOPE + f"{made_up} {tip[:9]}\n")
    (one,) = validate(home.work).findings
    assert (one.code, one.hint) == ("SP304", f"did you mean {tip}?")


def test_in_a_shallow_clone_commits_cannot_be_told(home: Bench, tmp_path: Path, git: Callable[..., str]) -> None:
    first = home.tip()
    home.commit("cite", **{f"loops/{LOOP}.scope.md": SCOPE + f"{first[:9]}\n"})
    assert codes(home) == []
    git("clone", "-q", "--depth=1", f"file://{home.path}", str(tmp_path / "shallow"), cwd=tmp_path)
    shallow = Bench(tmp_path / "shallow", git, home.env)
    (one,) = validate(shallow.work).findings
    assert (one.severity, one.hint) == ("warning", "git fetch --unshallow")
    for repository in shallow.opened:
        repository.close()


# ---- the register -------------------------------------------------------------------------------------------------


@pytest.fixture
def legacy(bench: Bench) -> Bench:
    """A repository whose gaps are in one file."""
    settings = "spine: settings/1\ngaps: {prefix: OP, register: bindings/gaps.yaml}\n"
    bench.commit("start", **{"spine.yaml": settings, "bindings/gaps.yaml": REGISTER, PATH: VMS})
    return bench


def test_a_register_stays_usable(legacy: Bench) -> None:
    assert [(one.id, one.status) for one in list_gaps(legacy.work, Chosen()).gaps] == [
        ("GAP-OP-042", "open"),
        ("GAP-OP-041", "closed"),
    ]
    made = new_gap(legacy.work, shortfall("A third"))
    assert (made.gap.id, made.gap.path) == ("GAP-OP-043", "bindings/gaps.yaml")
    legacy.commit("register it")
    done = close_gap(legacy.work, "042", ["HEAD"])
    assert not close_gap(legacy.work, "042", ["HEAD"]).is_new
    assert done.gap.evidence == (legacy.tip(),)
    assert reopen_gap(legacy.work, "042").gap.status == "open"
    assert legacy.run("diff", "HEAD") == ""
    assert codes(legacy) == []


def test_proposals_close_entries_of_a_register(legacy: Bench) -> None:
    legacy.write(PATH, VMS.replace("true", "false", 1))
    made = legacy.propose("off", closes=("GAP-OP-042",))
    assert made.proposal.closes == ("GAP-OP-042",)
    legacy.apply(made.proposal.id)
    assert f"fixed_in: {made.proposal.id}" in legacy.read("bindings/gaps.yaml")
    assert codes(legacy) == []
    added = new_gap(legacy.work, shortfall("A third"), propose=True).proposed
    assert added is not None
    assert added.proposal.registers == ("GAP-OP-043",)


# ---- the door -----------------------------------------------------------------------------------------------------


def test_the_words_of_the_face_are_those_of_the_record() -> None:
    assert (face.TYPES, face.SEVERITIES) == (TYPES, SEVERITIES)
    assert (*STATUSES, "unknown") == face.STATUSES


def spine(bench: Bench, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = run(["-C", str(bench.path), *words])
    return code, capsys.readouterr().out


def test_the_faces_and_their_documents(
    home: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPINE_CLOCK", "2026-02-12T13:24:52Z")
    words = ["gap", "new", "Backups \x1b[31mfail", "--type", "runtime-bug", "--severity", "high", "--json"]
    code, out = spine(home, capsys, *words)
    assert code == 2
    assert fitting(json.loads(out))["spine"] == "error/1"
    words[2] = "Backups fail"
    code, out = spine(home, capsys, *words)
    made = fitting(json.loads(out))
    assert (code, made["spine"], made["id"], made["before"], made["proposal"]) == (
        0,
        "gap-new/1",
        "GAP-OP-001",
        None,
        None,
    )
    assert made["gap"]["found"] == "2026-02-12"
    home.commit("it")
    code, out = spine(home, capsys, "gap", "list", "--json", "--status", "open")
    assert [one["id"] for one in fitting(json.loads(out))["gaps"]] == ["GAP-OP-001"]
    code, out = spine(home, capsys, "gap", "list", "--json", "--at", "HEAD^")
    assert fitting(json.loads(out))["gaps"] == []
    for words in (
        ["accept", "1", "--why", "x"],
        ["reopen", "1"],
        ["link", "1", "--loop", LOOP],
        ["close", "1", "--evidence", "HEAD"],
    ):
        code, out = spine(home, capsys, "gap", *words, "--json")
        assert (code, fitting(json.loads(out))["spine"]) == (0, f"gap-{words[0]}/1")
    code, out = spine(home, capsys, "gap", "show", "1", "--json")
    shown = fitting(json.loads(out))
    assert (shown["gap"]["status"], shown["gap"]["evidence"], shown["findings"]) == ("closed", [home.tip()], [])
    code, out = spine(home, capsys, "gap", "reopen", "1", "--propose", "--json")
    assert (code, fitting(json.loads(out))["outcome"]) == (0, "already-there")
    code, out = spine(home, capsys, "gap", "close", "1", "--evidence", "HEAD", "--propose", "--json")
    assert fitting(json.loads(out))["proposal"]["plan"]["outcome"] == "clean"
    code, out = spine(home, capsys, "gap", "show", "1")
    assert out.startswith("GAP-OP-001  Backups fail\nstatus     closed\n")
    code, out = spine(home, capsys, "gap", "list")
    assert out == "closed  high  GAP-OP-001  Backups fail\n1 closed\n"
