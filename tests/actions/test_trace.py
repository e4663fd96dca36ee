"""trace: the golden trace of GAP-OP-118 in a repository like the seed's, both directions, and hostile titles."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from published import fitting

from spine.actions.trace import NotTraceable, trace
from spine.review.style import PLAIN
from spine.review.trace_documents import trace_document
from spine.review.trace_text import mermaid_text, trace_lines
from tests.actions.conftest import Bench

LOOP = "LOOP-HOME-INFRA-DOC-PARITY-20260212"
GAP = "GAP-OP-118"
SCOPE = f"loops/{LOOP}.scope.md"
BACKUP = "bindings/backup.inventory.yaml"
SCOPE_TEXT = f"""\
---
loop_id: {LOOP}
status: open
---

# Home

## Success Criteria

1. [x] Home machines are in `vm.lifecycle.yaml`
2. [~] Backups are enabled (containers wait for {GAP})
"""
GAP_TEXT = f"""\
spine: gap/1
id: {GAP}
title: LXC backups fail on the NFS target
type: runtime-bug
severity: high
status: open
loop: {LOOP}
found: 2026-02-12
blocks: ["{LOOP}#2"]
"""
BACKUP_TEXT = """\
targets:
  - name: home-vm-100-ha-primary
    enabled: false
  - name: home-lxc-103-pihole-primary
    enabled: false
"""


GOLDEN = """\
gap GAP-OP-118 (open, high): LXC backups fail on the NFS target
├─ was found in loop LOOP (open)
├─ blocks criterion LOOP#2 ([~]): Backups are enabled (containers wait for GAP-OP-118)
│  └─ is a criterion of loop LOOP (open)
├─ is about address bindings/backup.inventory.yaml#targets[name=home-lxc-103-pihole-primary].enabled
├─ is registered by proposal FIRST (applied): scope and gap
│  ├─ is for loop LOOP (open)
│  └─ landed in commit LANDING (2026-02-12): scope and gap
└─ is mentioned by proposal SECOND (applied): enable backups
   ├─ is for loop LOOP (open)
   └─ landed in commit LATER (2026-02-12): enable backups"""


def like_the_seed(bench: Bench) -> tuple[str, str, str]:
    """The seed's first two proposals, landed: scope and gap, then bindings; and one that waits."""
    bench.write("spine.yaml", 'spine: settings/1\ngoverned: ["bindings/**/*.yaml", "loops/**", "gaps/**"]\n')
    bench.commit("start of home", **{BACKUP: BACKUP_TEXT})
    bench.write(SCOPE, SCOPE_TEXT)
    bench.write(f"gaps/{GAP}.yaml", GAP_TEXT)
    first = bench.propose("scope and gap", loop=LOOP, registers=(GAP,))
    bench.apply(first.proposal.id)
    bench.write(BACKUP, bench.read(BACKUP).replace("enabled: false", "enabled: true", 1).replace(
        "enabled: false", f"enabled: false  # {GAP}"))  # fmt: skip
    second = bench.propose("enable backups", loop=LOOP, why=f"all but what {GAP} blocks")
    bench.apply(second.proposal.id)
    bench.write(BACKUP, bench.read(BACKUP).replace(f"enabled: false  # {GAP}", "enabled: true"))
    third = bench.propose("enable the rest", loop=LOOP, closes=(GAP,))
    return first.proposal.id, second.proposal.id, third.proposal.id


def shown(bench: Bench, what: str, *names: tuple[str, str]) -> str:
    text = "\n".join(trace_lines(trace(bench.work, what), PLAIN))
    for full, name in names:
        text = text.replace(full, name)
    return text


def test_the_golden_trace_of_a_gap(bench: Bench) -> None:
    first, second, third = like_the_seed(bench)
    landing, later = bench.run("log", "-2", "--format=%H", "--reverse").split()
    names = ((first, "FIRST"), (second, "SECOND"), (third, "THIRD"), (LOOP, "LOOP"), (landing[:12], "LANDING"))
    assert shown(bench, GAP, *names, (later[:12], "LATER")) == GOLDEN


def test_both_directions(bench: Bench) -> None:
    first, second, _ = like_the_seed(bench)
    commit = bench.tip()
    place = f"{BACKUP}#targets[name=home-vm-100-ha-primary].enabled"

    def linked(what: str) -> set[tuple[str, str]]:
        return {(branch.relation, branch.thing.id) for branch in trace(bench.work, what).branches}

    assert {("is for", LOOP), ("mentions", GAP), ("landed in", commit), ("changes", BACKUP)} <= linked(second)
    assert ("changes", place) in linked(second)
    assert {("has", first), ("has", second), ("found", GAP), ("has", f"{LOOP}#1")} <= linked(LOOP)
    assert linked(commit) == {("landed", second)}
    assert linked(commit[:8]) == {("landed", second)}
    assert ("is changed by", second) in linked(BACKUP)
    assert ("is changed by", second) in linked(place)
    assert ("is changed by", second) in linked(f"{BACKUP}#targets")
    assert ("is blocked by", GAP) in linked(f"{LOOP}#2")
    assert linked(SCOPE) == linked(LOOP)
    assert linked("118") == linked(GAP)
    assert linked("enable-backups") == linked(second)


def test_links_between_proposals_and_follow_ups(bench: Bench) -> None:
    first, second, _ = like_the_seed(bench)
    bench.run("stash", "-q", "-u")
    closed = bench.read(SCOPE).replace("status: open", "status: closed\nclosed: 2026-02-01")
    bench.commit("close it", **{SCOPE: closed})
    bench.run("checkout", "-q", "--", ".")
    bench.write(BACKUP, bench.read(BACKUP).replace("home-vm-100", "home-vm-200"))
    late = bench.propose("rename", loop=LOOP, requires=(second,))
    bench.apply(late.proposal.id)
    branches = {(branch.relation, branch.thing.id) for branch in trace(bench.work, LOOP).branches}
    assert ("is followed up by", late.proposal.id) in branches
    assert ("is followed up by", first) in branches
    assert ("is required by", late.proposal.id) in {
        (branch.relation, branch.thing.id) for branch in trace(bench.work, second).branches
    }


def test_what_has_no_name_is_refused_with_what_was_meant(bench: Bench) -> None:
    like_the_seed(bench)
    with pytest.raises(NotTraceable, match="no loop, gap") as caught:
        trace(bench.work, "GAP-OP-181")
    assert caught.value.hint == f"did you mean {GAP}?"
    with pytest.raises(NotTraceable, match=r"several could be meant: .*scope-and-gap.*enable-backups"):
        trace(bench.work, "CP-20260212")
    with pytest.raises(NotTraceable, match="no loop has this criterion"):
        trace(bench.work, f"{LOOP}#9")
    with pytest.raises(NotTraceable, match="there is no such file"):
        trace(bench.work, "bindings/nothing.yaml#a")
    with pytest.raises(NotTraceable, match="not an address"):
        trace(bench.work, f"{BACKUP}#targets[")


def squash(bench: Bench) -> None:
    bench.run("switch", "-q", "main")
    bench.run("merge", "-q", "--squash", "side")
    bench.run("commit", "-qm", "squashed")


def rebase(bench: Bench) -> None:
    bench.run("switch", "-q", "main")
    bench.commit("meanwhile", **{"docs/x.md": "x\n"})
    bench.run("rebase", "-q", "main", "side")


def cherry_pick(bench: Bench) -> None:
    bench.run("switch", "-q", "main")
    bench.run("cherry-pick", "main..side")


@pytest.mark.parametrize("bring", [squash, rebase, cherry_pick])
def test_every_link_survives(bench: Bench, bring: Callable[[Bench], None]) -> None:
    bench.run("switch", "-qc", "side")
    bench.run("branch", "-qf", "main", "HEAD")
    first, second, _ = like_the_seed(bench)
    before = {(one.relation, one.thing) for one in trace(bench.work, GAP).branches}
    bench.run("clean", "-qfd")
    bring(bench)
    assert {(one.relation, one.thing) for one in trace(bench.work, GAP).branches} == before
    for id_ in (first, second):
        landings = [one.thing.id for one in trace(bench.work, id_).branches if one.relation == "landed in"]
        assert len(landings) == 1
        receipt = f"proposals/2026-02/{id_}/receipt.yaml"
        assert bench.run("log", "-1", "--format=%H", "--diff-filter=A", "--", receipt).strip() == landings[0]


def test_the_document_has_all_things_and_links(bench: Bench) -> None:
    like_the_seed(bench)
    document = fitting(json.loads(json.dumps(trace_document(trace(bench.work, GAP)))))
    assert document["spine"] == "trace/1"
    things = {(one["kind"], one["id"]) for one in document["things"]}
    assert ("gap", GAP) in things
    for link in document["links"]:
        assert {(link[end]["kind"], link[end]["id"]) for end in ("source", "target")} <= things
    assert [one["relation"] for one in document["tree"]][:2] == ["was found in", "blocks"]


_NODE = re.compile(r'    n\d+\["(?:[^"#;<>&`\[\]{}()|\\%]|#\d+;|<br/>)*"\]')
_EDGE = re.compile(r'    n\d+ -->\|"[a-z, ]+"\| n\d+')


HOSTILE = ('"] --> x["', "`](javascript:alert(1))", "end; click n0 call()", "%%{init: {}}%%", "a<b>&#quot;")


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_breaks_out_of_a_flowchart(bench: Bench, title: str) -> None:
    bench.commit("a binding", **{BACKUP: BACKUP_TEXT})
    bench.write(BACKUP, bench.read(BACKUP).replace("false", "true"))
    made = bench.propose(title, loop=LOOP)
    bench.apply(made.proposal.id)
    head, *lines = mermaid_text(trace(bench.work, made.proposal.id)).splitlines()
    assert head == "flowchart LR"
    assert len(lines) > 4
    assert [line for line in lines if not _NODE.fullmatch(line) and not _EDGE.fullmatch(line)] == []
    names = [line.split("[")[0].strip() for line in lines if _NODE.fullmatch(line)]
    assert len(set(names)) == len(names)


def test_outside_text_is_made_printable(bench: Bench) -> None:
    bench.commit("red \x1b[31m", **{BACKUP: BACKUP_TEXT})
    assert "\x1b" not in shown(bench, bench.tip())
