"""status: what needs attention, grouped by what to do."""

from __future__ import annotations

import json
from datetime import timedelta

from published import fitting

from spine.actions.attention import overlaps
from spine.actions.listing import Overview, status
from spine.actions.sources import WorkTree
from spine.address import ROOT, parse
from spine.repository import CommitId, Journal, open_journal
from spine.review.documents import status_document
from spine.review.status_text import status_lines
from spine.review.style import PLAIN
from tests.actions.conftest import SETTINGS, Bench

PATH = "bindings/vm.yaml"
TEXT = "a: 1\n\nb: 2\n\nc: 3\n"
LOOP = "LOOP-HOME-20260201"


def lines(overview: Overview) -> str:
    return "\n".join(status_lines(overview, PLAIN))


def gap(number: int, severity: str, state: str = "open") -> str:
    return (
        f"spine: gap/1\nid: GAP-OP-{number}\ntitle: gap {number}\ntype: runtime-bug\nseverity: {severity}\n"
        f"status: {state}\nfound: 2026-02-12\n"
    )


def test_nothing_needs_attention(bench: Bench) -> None:
    assert lines(status(bench.work)) == f"nothing needs attention\nno proposals at {bench.tip()[:7]}"


def test_proposals_by_what_they_would_do(bench: Bench) -> None:
    bench.commit("a binding", **{PATH: TEXT})
    bench.write(PATH, TEXT.replace("a: 1", "a: 5"))
    conflicting = bench.propose("a five").proposal.id
    bench.write(PATH, TEXT.replace("b: 2", "b: 5"))
    clean = bench.propose("b five").proposal.id
    bench.commit("by hand", **{PATH: TEXT.replace("a: 1", "a: 9")})
    overview = status(bench.work)
    assert {one.stored.id: one.plan for one in overview.open} == {conflicting: "conflicts", clean: "clean"}
    assert lines(overview).splitlines()[:4] == [
        "1 proposal ready to land  spine apply ID",
        f"  pending  {clean}  b five",
        "1 proposal conflicting with what is there now  spine plan ID",
        f"  pending  {conflicting}  a five",
    ]


def test_two_proposals_that_write_at_one_place_overlap(bench: Bench) -> None:
    bench.commit("a binding", **{PATH: TEXT})
    made = []
    for value in ("5", "6"):
        bench.write(
            PATH, TEXT.replace("a: 1", f"a: {value}").replace("c: 3", f"c: {value}" if value == "6" else "c: 3")
        )
        made.append(bench.propose(f"a {value}").proposal)
    bench.write(PATH, TEXT.replace("b: 2", "b: 5"))
    apart = bench.propose("b").proposal
    overview = status(bench.work)
    assert [(one.path, one.address, one.ids) for one in overview.overlaps] == [
        (PATH, parse("a"), (made[0].id, made[1].id))
    ]
    assert "1 place that two open proposals write" in lines(overview)
    assert overlaps([made[0], apart]) == ()


def test_text_changes_of_one_file_overlap_as_a_whole(bench: Bench) -> None:
    bench.commit("a page", **{"docs/x.md": "one\n"})
    made = []
    for word in ("two", "three"):
        bench.write("docs/x.md", f"{word}\n")
        made.append(bench.propose(word, WorkTree(("docs/x.md",))).proposal)
    assert [(one.path, one.address) for one in overlaps(made)] == [("docs/x.md", ROOT)]


def test_what_has_grown_old_by_the_limits_of_the_settings(bench: Bench) -> None:
    scope = f"---\nloop_id: {LOOP}\nstatus: open\nopened: 2026-02-01\n---\n"
    bench.write("spine.yaml", SETTINGS + "limits: {loop_days: 20, pending_days: 3}\n")
    bench.commit("a loop", **{PATH: TEXT, f"loops/{LOOP}.scope.md": scope})
    bench.commit(
        "a closed one", **{"loops/LOOP-OLD-20250101.scope.md": "---\nloop_id: LOOP-OLD-20250101\nstatus: closed\n---\n"}
    )
    bench.write(PATH, TEXT.replace("a: 1", "a: 5"))
    id_ = bench.propose("a five").proposal.id
    assert status(bench.work).stale_proposals == ()
    assert status(bench.work).stale_loops == ()
    bench.moments[0] += timedelta(days=10)
    overview = status(bench.work)
    assert [(one.id, one.days) for one in overview.stale_proposals] == [(id_, 10)]
    assert [(one.id, one.days) for one in overview.stale_loops] == [(LOOP, 21)]
    assert "21 days  LOOP-HOME-20260201" in lines(overview)


def test_a_proposal_keeps_its_loop_fresh(bench: Bench) -> None:
    scope = f"---\nloop_id: {LOOP}\nstatus: open\n---\n"
    bench.commit("a loop", **{PATH: TEXT, f"loops/{LOOP}.scope.md": scope})
    bench.moments[0] += timedelta(days=30)
    assert [one.days for one in status(bench.work).stale_loops] == [41]
    bench.write(PATH, TEXT.replace("a: 1", "a: 5"))
    bench.apply(bench.propose("a five", loop=LOOP).proposal.id)
    assert status(bench.work).stale_loops == ()


def test_open_gaps_the_worst_first(bench: Bench) -> None:
    files = {
        "gaps/GAP-OP-001.yaml": gap(1, "low").replace("OP-1\n", "OP-001\n"),
        "gaps/GAP-OP-118.yaml": gap(118, "critical"),
        "gaps/GAP-OP-119.yaml": gap(119, "high", "accepted"),
    }
    bench.commit("gaps", **files)
    overview = status(bench.work)
    assert [one.id for one in overview.gaps] == ["GAP-OP-118", "GAP-OP-001"]
    assert lines(overview).splitlines()[0] == "2 open gaps: 1 critical, 1 low  spine trace ID"


def test_governed_files_that_were_changed_by_hand(bench: Bench) -> None:
    bench.commit(
        "bindings", **{PATH: TEXT, "bindings/b.yaml": "b: 1\n", "bindings/c.yaml": "c: 1\n", "docs/x.md": "x\n"}
    )
    assert status(bench.work).by_hand == ()
    bench.write(PATH, TEXT + "d: 1\n")
    bench.write("bindings/b.yaml", "b: 2\n")
    bench.run("add", "bindings/b.yaml")
    (bench.path / "bindings/c.yaml").unlink()
    bench.write("bindings/new.yaml", "n: 1\n")
    bench.write("docs/x.md", "y\n")
    overview = status(bench.work)
    assert [(one.path, one.how) for one in overview.by_hand] == [
        ("bindings/b.yaml", "staged"),
        ("bindings/c.yaml", "removed"),
        ("bindings/new.yaml", "new"),
        (PATH, "edited"),
    ]
    assert "4 governed files changed by hand  spine propose" in lines(overview)


def test_an_interrupted_landing_comes_first(bench: Bench) -> None:
    bench.commit("a binding", **{PATH: TEXT})
    work = bench.work
    open_journal(work.repo, Journal("refs/heads/main", None, CommitId(bench.tip()), None, None, []))
    assert lines(status(work)).splitlines()[0] == "a landing was interrupted  spine doctor"


def test_the_document_says_the_same(bench: Bench) -> None:
    bench.commit("a gap", **{PATH: TEXT, "gaps/GAP-OP-118.yaml": gap(118, "high")})
    bench.write(PATH, TEXT.replace("a: 1", "a: 5"))
    document = fitting(json.loads(json.dumps(status_document(status(bench.work)))))
    assert document["spine"] == "status/1"
    assert document["by_hand"] == [{"path": PATH, "how": "edited"}]
    assert [one["id"] for one in document["gaps"]] == ["GAP-OP-118"]
    assert document["needs_doctor"] is False
