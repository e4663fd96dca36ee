"""The loop verbs on real repositories: what they write, what they land, what they refuse, and the golden receipts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from spine.actions.check import check
from spine.actions.loop_change import IN_THE_WORK_TREE, How, LoopChanged, LoopsAreGoverned, change_loop
from spine.actions.loop_close import StillOpen, close
from spine.actions.loop_edits import (
    defer,
    mark_criterion,
    mark_whole_phase,
    new_criterion,
    new_phase,
    reopen,
    sync_loop,
)
from spine.actions.loop_new import NewLoop, new_loop, scope_text
from spine.actions.loop_views import check_claims, list_loops, show_loop
from spine.actions.propose import Wanted, propose
from spine.actions.sources import WorkTree
from spine.actions.undo import undo
from spine.actions.validate import validate
from spine.errors import Exit, Refused
from spine.ids import LoopId
from spine.repository import DirtyPath
from tests.actions.conftest import Bench

ID = "LOOP-HOME-INFRA-DOC-PARITY-20260212"
PATH = f"loops/{ID}.scope.md"
GAP = """\
spine: gap/1
id: GAP-OP-{number}
title: {title}
type: runtime-bug
severity: high
status: open
loop: LOOP-HOME-INFRA-DOC-PARITY-20260212
found: 2026-02-12
"""
NEW = NewLoop(
    "Home infra doc parity",
    goal="Bring home to parity.",
    problem="Shop has all, home has nothing.",
    owner="@ada",
    criteria=("VMs registered", "Backups enabled", "Docs created"),
    phases=("SSOT binding retrofit", "Network docs", "Capabilities", "Lessons"),
)
COMMIT = How("commit")


@pytest.fixture
def loop(bench: Bench) -> Bench:
    """A repository with one loop in it."""
    new_loop(bench.work, NEW, COMMIT)
    return bench


def lines(before: str, after: str) -> list[str]:
    """The lines that only the second text has."""
    return [line for line in after.split("\n") if line not in before.split("\n")]


# ---- new ----------------------------------------------------------------------------------------------------------


def test_new_writes_a_file_in_the_form_of_the_first_of_all_loops(bench: Bench) -> None:
    made = new_loop(bench.work, NEW)
    assert (made.loop, made.path, made.before, made.commit) == (ID, PATH, None, None)
    assert bench.read(PATH) == (
        "---\n"
        "status: open\n"
        'owner: "@ada"\n'
        "opened: 2026-02-12\n"
        "last_verified: 2026-02-12\n"
        "scope: loop-scope\n"
        f"loop_id: {ID}\n"
        "severity: medium\n"
        "---\n\n"
        f"# Loop Scope: {ID}\n\n"
        "## Goal\n\nBring home to parity.\n\n"
        "## Problem / Current State\n\nShop has all, home has nothing.\n\n"
        "## Success Criteria\n\n1. [ ] VMs registered\n2. [ ] Backups enabled\n3. [ ] Docs created\n\n"
        "## Phases\n\n### P1: SSOT binding retrofit\n\n### P2: Network docs\n\n### P3: Capabilities\n\n"
        "### P4: Lessons\n\n"
        "## Remaining Work\n\n"
        "## Receipts\n"
    )
    assert bench.run("status", "--porcelain") == "?? loops/\n"
    assert [one.code for one in validate(bench.work).findings] == []


def test_new_is_refused_where_there_is_one_or_words_are_markdown(loop: Bench) -> None:
    with pytest.raises(Refused, match="is there already"):
        new_loop(loop.work, NEW)
    with pytest.raises(Refused, match="would be read as something else"):
        new_loop(loop.work, NewLoop("Other", goal="x\n## Success Criteria\n- [x] sneaked in"))
    with pytest.raises(Refused, match="not a loop id"):
        new_loop(loop.work, NewLoop("Other", id="loop-other"))
    assert loop.run("status", "--porcelain") == ""


def test_new_as_a_proposal_and_as_a_commit(bench: Bench) -> None:
    made = new_loop(bench.work, NEW, How("propose", why="because"))
    assert made.proposed is not None
    assert (made.proposed.proposal.loop, made.proposed.proposal.why) == (ID, "because")
    assert not (bench.path / PATH).exists()
    bench.apply(made.proposed.proposal.id)
    assert bench.read(PATH, "HEAD") == made.after == bench.read(PATH)
    other = new_loop(bench.work, NewLoop("Other"), COMMIT)
    assert other.commit is not None
    assert bench.run("show", "--format=%s|%(trailers:key=Spine-Loop,valueonly)", "--name-only", "HEAD").split() == [
        "open", "LOOP-OTHER-20260212|LOOP-OTHER-20260212", "loops/LOOP-OTHER-20260212.scope.md",
    ]  # fmt: skip


# ---- edits, in three ways -----------------------------------------------------------------------------------------


def test_an_edit_of_the_work_tree_changes_that_file_and_nothing_else(loop: Bench) -> None:
    before, tip = loop.read(PATH), loop.tip()
    done = change_loop(loop.work, "parity", mark_criterion("1", "met"))
    assert done.is_changed
    assert lines(before, loop.read(PATH)) == ["1. [x] VMs registered"]
    assert (loop.tip(), loop.run("status", "--porcelain")) == (tip, f" M {PATH}\n")
    again = change_loop(loop.work, "parity", mark_criterion("1", "met"))
    assert not again.is_changed


def test_line_ends_on_the_disk_stay_what_they_are(loop: Bench) -> None:
    text = loop.read(PATH).replace("\n", "\r\n").removesuffix("\r\n")
    loop.write(PATH, text)
    change_loop(loop.work, ID, mark_criterion("2", "met"))
    assert loop.read(PATH) == text.replace("2. [ ]", "2. [x]")


def test_a_committed_edit_is_one_commit_of_that_file(loop: Bench) -> None:
    before, tip = loop.read(PATH), loop.tip()
    done = change_loop(loop.work, "parity", mark_criterion("2", "partly", "NFS refuses"), How("commit", why="seen"))
    assert done.commit is not None
    assert lines(before, loop.read(PATH)) == ["2. [~] Backups enabled (deferred: NFS refuses)"]
    assert loop.tip("HEAD~1") == tip
    assert loop.run("log", "-1", "--format=%B").strip() == (
        f"{ID}: criterion 2 partly, deferred: NFS refuses\n\nseen\n\nSpine-Loop: {ID}"
    )
    assert loop.run("status", "--porcelain") == ""
    tip = loop.tip()
    assert change_loop(loop.work, "parity", mark_criterion("2", "partly"), COMMIT).commit is None
    assert loop.tip() == tip


def test_a_committed_edit_leaves_a_file_that_was_edited_alone(loop: Bench) -> None:
    loop.write(PATH, loop.read(PATH) + "\nmine\n")
    tip = loop.tip()
    with pytest.raises(DirtyPath):
        change_loop(loop.work, "parity", mark_criterion("1", "met"), COMMIT)
    assert (loop.tip(), loop.read(PATH).endswith("\nmine\n")) == (tip, True)


def test_where_loops_are_governed_only_a_proposal_changes_them(loop: Bench) -> None:
    loop.write("spine.yaml", 'spine: settings/1\ngoverned: ["bindings/**/*.yaml", "loops/**/*.scope.md"]\n')
    tip = loop.commit("govern loops")
    with pytest.raises(LoopsAreGoverned) as raised:
        change_loop(loop.work, "parity", mark_criterion("1", "met"), COMMIT)
    assert (raised.value.exit_code, raised.value.hint) == (Exit.POLICY, "use --propose")
    done = change_loop(loop.work, "parity", mark_criterion("1", "met"), How("propose"))
    assert done.proposed is not None
    assert "1. [ ] VMs registered" in loop.read(PATH)
    loop.apply(done.proposed.proposal.id)
    assert "1. [x] VMs registered" in loop.read(PATH)
    assert check(loop.work, f"{tip}..HEAD").exit_code == Exit.DONE


def test_criteria_and_phases(loop: Bench) -> None:
    before = loop.read(PATH)
    for edit in (
        new_criterion("One more"), new_phase("Handover"), mark_criterion("4", "met"), mark_whole_phase("p1", done=True),
    ):  # fmt: skip
        change_loop(loop.work, "parity", edit)
    assert lines(before, loop.read(PATH)) == [
        "4. [x] One more", "### P1: SSOT binding retrofit — COMPLETE", "### P5: Handover",
    ]  # fmt: skip
    change_loop(loop.work, "parity", mark_whole_phase("P1", done=False))
    change_loop(loop.work, "parity", mark_criterion("4", "open"))
    assert lines(before, loop.read(PATH)) == ["4. [ ] One more", "### P5: Handover"]


def test_a_deferral_names_a_gap_that_is_there_or_a_reason(loop: Bench) -> None:
    loop.commit("gap", **{"gaps/GAP-OP-118.yaml": GAP.format(number=118, title="LXC backups fail")})
    before = loop.read(PATH)
    change_loop(loop.work, "parity", defer("2", "118"))
    change_loop(loop.work, "parity", defer("3", "no hands"))
    change_loop(loop.work, "parity", defer("R2", "next year"))
    assert lines(before, loop.read(PATH)) == [
        "2. [~] Backups enabled (deferred: GAP-OP-118)",
        "3. [~] Docs created (deferred: no hands)",
        "- GAP-OP-118: LXC backups fail — Backups enabled",
        "- Docs created — no hands (deferred: next year)",
    ]
    with pytest.raises(Refused, match="no gap has this id") as raised:
        change_loop(loop.work, "parity", defer("1", "GAP-OP-119"))
    assert raised.value.hint == "did you mean GAP-OP-118?"


# ---- receipts -----------------------------------------------------------------------------------------------------


SEED = (
    ("20260212-014446", "Home infrastructure documentation parity", {
        PATH: scope_text(NEW, LoopId(ID), date(2026, 2, 12), "@ada"),
        "gaps/GAP-OP-117.yaml": GAP.format(number=117, title="Home pre-dates spine"),
        "gaps/GAP-OP-118.yaml": GAP.format(number=118, title="LXC vzdump NFS permission failure"),
    }),
    ("20260212-080601", "Home infra P1: SSOT binding retrofit", {
        "bindings/vm.lifecycle.yaml": "vms:\n  - vmid: 100\n",
        "bindings/backup.inventory.yaml": "targets: []\n",
    }),
    ("20260212-083216", "Home infra P2 P3 P4: docs, caps, lessons", {
        "docs/HOME_AUDIT.md": "# Audit\n", "ops/caps/home.yaml": "a: 1\n", "ops/lessons/PIHOLE.md": "# Pi-hole\n",
    }),
)  # fmt: skip
"""The three proposals of the loop that the project started from: their moments, titles and kinds of files."""


def propose_seed(bench: Bench, number: int) -> str:
    """Propose one of them; gives its id."""
    moment, title, files = SEED[number - 1]
    for path, text in files.items():
        bench.write(path, text)
    bench.moments[0] = datetime.strptime(moment, "%Y%m%d-%H%M%S").replace(tzinfo=UTC) - timedelta(seconds=1)
    return str(propose(bench.work, WorkTree(tuple(files)), Wanted(title=title, loop=ID)).proposal.id)


def land_seed(bench: Bench, *numbers: int) -> list[str]:
    """Land some of them; gives the first seven digits of the commits."""
    return [bench.apply(propose_seed(bench, number)).commit.id[:7] for number in numbers]


def receipts(bench: Bench) -> list[str]:
    """What stands in the Receipts section of the work tree's file."""
    return bench.read(PATH).partition("## Receipts\n")[2].strip("\n").split("\n")


def sync(bench: Bench, how: How = IN_THE_WORK_TREE) -> LoopChanged:
    return change_loop(bench.work, "parity", sync_loop, how)


def test_golden_the_receipts_of_the_first_of_all_loops(bench: Bench) -> None:
    one, two, three = land_seed(bench, 1, 2, 3)
    sync(bench)
    assert receipts(bench) == [
        "- Gap: GAP-OP-117 (registered), GAP-OP-118 (registered)",
        f"- Proposal 1: CP-20260212-014446__home-infrastructure-documentation-parity (scope + gap — applied {one})",
        f"- Proposal 2: CP-20260212-080601__home-infra-p1-ssot-binding-retrofit (P1 bindings — applied {two})",
        "- Proposal 3: CP-20260212-083216__home-infra-p2-p3-p4-docs-caps-lessons"
        f" (P2-P4 docs + caps + lessons — applied {three})",
    ]
    assert not sync(bench).is_changed
    assert sync(bench, COMMIT).commit is not None
    assert sync(bench, COMMIT).commit is None
    assert [f"{one.place} {one.message}" for one in validate(bench.work).findings] == []


def test_receipts_of_a_person_stay_and_what_became_of_a_proposal_is_kept_up(bench: Bench) -> None:
    land_seed(bench, 1)
    pending = propose_seed(bench, 2)
    mine = "\n- run of the audit: 12 of 12\n- Proposal 9: see the wiki\n"
    bench.write(PATH, bench.read(PATH) + mine)
    sync(bench)
    assert receipts(bench)[2:] == [
        f"- Proposal 2: {pending} (P1 bindings — pending)", *mine.strip("\n").split("\n"),
    ]  # fmt: skip
    bench.write(PATH, bench.read(PATH).replace("(P1 bindings", "(what we had planned"))
    bench.commit("by hand")
    assert [one.code for one in validate(bench.work).findings] == []
    landed = bench.apply(pending)
    stale = validate(bench.work).findings
    assert [(one.code, one.message) for one in stale] == [
        ("SP208", f"the receipts say of {pending} that it is pending; it is applied")
    ]
    sync(bench)
    assert receipts(bench)[2] == f"- Proposal 2: {pending} (what we had planned — applied {landed.commit.id[:7]})"
    assert receipts(bench)[3:] == mine.strip("\n").split("\n")
    assert [f"{one.place} {one.message}" for one in validate(bench.work).findings] == []
    bench.commit("synced")
    bench.apply(undo(bench.work, pending).proposal.id)
    sync(bench)
    assert receipts(bench)[2].endswith(f"— applied {landed.commit.id[:7]}, undone)")


def test_after_a_rewrite_of_history_the_old_commits_are_findings_and_sync_mends_them(bench: Bench) -> None:
    land_seed(bench, 1, 2)
    sync(bench, COMMIT)
    old = receipts(bench)
    bench.run("checkout", "-q", "--orphan", "squashed")
    bench.run("commit", "-qm", "all in one")
    new = bench.tip()[:7]
    assert {one.code for one in validate(bench.work).findings} == {"SP208"}
    sync(bench)
    assert [line[-8:-1] for line in receipts(bench)[1:]] == [new, new]
    assert receipts(bench) != old
    assert [f"{one.place} {one.message}" for one in validate(bench.work).findings] == []


def test_the_branch_that_is_asked_decides(bench: Bench) -> None:
    (one,) = land_seed(bench, 1)
    bench.run("branch", "before")
    (two,) = land_seed(bench, 2)
    sync(bench, How("commit", branch="before"))
    assert one in bench.read(PATH, "before")
    assert two not in bench.read(PATH, "before")
    assert two not in bench.read(PATH)


# ---- closing ------------------------------------------------------------------------------------------------------


def test_close_lists_every_open_end_and_writes_nothing(bench: Bench) -> None:
    land_seed(bench, 1)
    pending = propose_seed(bench, 2)
    before = bench.read(PATH)
    with pytest.raises(StillOpen) as raised:
        change_loop(bench.work, "parity", close({}))
    assert [(one.kind, one.name) for one in raised.value.open] == [
        ("criterion", "1"), ("criterion", "2"), ("criterion", "3"), ("gap", "GAP-OP-117"), ("gap", "GAP-OP-118"),
        ("proposal", pending),
    ]  # fmt: skip
    assert raised.value.exit_code == Exit.FAILED
    assert f"spine loop close {ID} --defer 1=REASON" in (raised.value.hint or "")
    with pytest.raises(Refused, match="not an open end"):
        change_loop(bench.work, "parity", close({"7": "x"}))
    assert bench.read(PATH) == before


def test_close_is_one_edit_and_with_commit_one_commit(bench: Bench) -> None:
    one, two = land_seed(bench, 1, 2)
    bench.run("add", "-A")
    change_loop(bench.work, "parity", mark_criterion("1", "met"), COMMIT)
    tip = bench.tip()
    answers = {"2": "GAP-OP-118", "3": "no hands until spring", "117": "the rest of the audit shows it"}
    done = change_loop(bench.work, "parity", close(answers), COMMIT)
    assert done.commit is not None
    assert (bench.tip("HEAD~1"), bench.tip()) == (tip, done.commit.id)
    assert bench.run("show", "--format=", "--name-only", "HEAD").split() == [PATH]
    text = bench.read(PATH)
    assert lines(bench.read(PATH, tip), text) == [
        "status: closed",
        "closed: 2026-02-12",
        "2. [~] Backups enabled (deferred: GAP-OP-118)",
        "3. [~] Docs created (deferred: no hands until spring)",
        "- GAP-OP-118: LXC vzdump NFS permission failure — Backups enabled",
        "- Docs created — no hands until spring",
        "- GAP-OP-117: Home pre-dates spine — the rest of the audit shows it",
        "- Gap: GAP-OP-117 (registered), GAP-OP-118 (registered)",
        f"- Proposal 1: CP-20260212-014446__home-infrastructure-documentation-parity (scope + gap — applied {one})",
        f"- Proposal 2: CP-20260212-080601__home-infra-p1-ssot-binding-retrofit (P1 bindings — applied {two})",
    ]
    assert [f"{one.place} {one.message}" for one in validate(bench.work).findings] == []
    with pytest.raises(Refused, match="is closed already"):
        change_loop(bench.work, "parity", close({}))


def test_what_lands_after_closing_is_a_follow_up_and_what_lands_before_is_none(bench: Bench) -> None:
    land_seed(bench, 1, 2)
    answers = {"1": "a", "2": "b", "3": "c", "117": "d", "118": "e"}
    change_loop(bench.work, "parity", close(answers), COMMIT)
    (three,) = land_seed(bench, 3)
    shown = show_loop(bench.work, "parity")
    assert [(one.id[:18], one.is_follow_up) for one in shown.proposals] == [
        ("CP-20260212-014446", False), ("CP-20260212-080601", False), ("CP-20260212-083216", True),
    ]  # fmt: skip
    bench.run("mv", PATH, "loops/archived.tmp")
    (bench.path / "loops/_archived").mkdir()
    bench.run("mv", "loops/archived.tmp", f"loops/_archived/{ID}.scope.md")
    bench.run("commit", "-qm", "archive")
    assert [one.is_follow_up for one in show_loop(bench.work, "parity").proposals] == [False, False, True]
    change_loop(bench.work, "parity", sync_loop)
    assert f"(P2-P4 docs + caps + lessons — applied {three}, follow-up)\n" in bench.read(
        f"loops/_archived/{ID}.scope.md"
    )
    assert [f"{one.place} {one.message}" for one in validate(bench.work).findings] == []


def test_reopen_takes_the_day_back(loop: Bench) -> None:
    with pytest.raises(Refused, match=f"{ID} is open"):
        change_loop(loop.work, "parity", reopen)
    before = loop.read(PATH)
    change_loop(loop.work, "parity", close({"1": "a", "2": "b", "3": "c"}), COMMIT)
    change_loop(loop.work, "parity", reopen)
    assert "closed" not in loop.read(PATH)
    assert lines(before, loop.read(PATH))[:1] == ["1. [~] VMs registered (deferred: a)"]


# ---- reading ------------------------------------------------------------------------------------------------------


def test_list_and_check(bench: Bench) -> None:
    land_seed(bench, 1)
    new_loop(bench.work, NewLoop("Other work", criteria=("x",)), COMMIT)
    bench.write("gaps/GAP-OP-118.yaml", GAP.format(number=118, title="t") + f'blocks: ["{ID}#2"]\n')
    change_loop(bench.work, "parity", mark_criterion("2", "met"))
    assert [(one.loop.id, one.state, one.open_gaps, one.blocked_by) for one in list_loops(bench.work)] == [
        ("LOOP-OTHER-WORK-20260212", "open", 0, ()), (ID, "open", 2, ()),
    ]  # fmt: skip
    report = check_claims(bench.work, "parity")
    assert [(one.criterion.number, one.claimed, one.computed, one.blocked_by) for one in report.loops[0].verdicts] == [
        (1, "open", "a claim", ()), (2, "met", "false", ("GAP-OP-118",)), (3, "open", "a claim", ()),
    ]  # fmt: skip
    assert ([one.code for one in report.findings], report.exit_code) == (["SP210"], Exit.FAILED)
    assert check_claims(bench.work, revision="HEAD").exit_code == Exit.DONE
    assert [one.state for one in list_loops(bench.work, revision="HEAD", only="closed")] == []
    change_loop(bench.work, "parity", mark_criterion("2", "open"))
    assert [one.blocked_by for one in list_loops(bench.work, only="open")] == [(), ("GAP-OP-118",)]


def test_check_of_a_range_reports_what_it_broke_and_nothing_older(bench: Bench) -> None:
    land_seed(bench, 1)
    bench.commit("old debt", **{"loops/LOOP-OLD-20260101.scope.md": "# no front matter\n"})
    tip = bench.tip()
    text = bench.read(PATH).replace("status: open", "status: closed")
    bench.commit("closed by hand", **{PATH: text})
    report = check(bench.work, f"{tip}..HEAD")
    assert sorted({one.code for one in report.fresh}) == ["SP204", "SP206", "SP212"]
    assert report.exit_code == Exit.FAILED
