"""Blame and the log of an address in real repositories: landings, hand edits, merges, squashes, rebases, renames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spine.actions.absorb import absorb
from spine.actions.blame import Blamed, BlamedEntry, NothingThere, Removed, Setter, blame, who_set
from spine.actions.propose import Wanted
from spine.actions.trace import trace
from spine.actions.values import log_values
from spine.address import parse
from spine.errors import Refused
from spine.records.imported import INDEX
from spine.repository import CommitId
from spine.yamldoc.guard import Unparsable
from tests.actions.conftest import Bench

PATH = "bindings/vm.yaml"
VMS = """\
owner: ada

# all of them
vms:
  - vmid: 100
    host: pve
    status: running
    cores: 4
  - vmid: 101
    host: pve
    status: stopped
    cores: 2
"""

GAP = """\
spine: gap/1
id: GAP-OP-118
title: it runs too hot
type: runtime-bug
severity: low
status: open
found: 2026-02-12
"""


def setter(bench: Bench, at: str, path: str = PATH, revision: str = "HEAD") -> Setter:
    found = blame(bench.work, path, parse(at), revision=revision).about
    assert isinstance(found, Blamed), found
    return found.set_by


def land(bench: Bench, title: str, old: str, new: str, path: str = PATH, **wanted: object) -> str:
    text = bench.read(path)
    assert old in text
    bench.write(path, text.replace(old, new, 1))
    made = bench.propose(title, **wanted)
    bench.apply(made.proposal.id)
    return made.proposal.id


def test_a_value_that_a_landing_set_is_told_with_loop_and_gap(bench: Bench) -> None:
    bench.commit("all vms", **{PATH: VMS})
    loop, gap = "LOOP-HOME-20260212", "GAP-OP-118"
    bench.write(f"gaps/{gap}.yaml", GAP)
    id_ = land(bench, "stop 100", "running", "stopped", loop=loop, registers=(gap,))
    found = setter(bench, "vms[vmid=100].status")
    assert (found.proposal, found.commit, found.loop, found.registers) == (id_, bench.tip(), loop, (gap,))
    other = setter(bench, "vms[vmid=101].status")
    assert (other.proposal, other.subject) == (None, "all vms")


def test_a_hand_edit_beside_a_landing_is_by_hand(bench: Bench) -> None:
    bench.commit("all vms", **{PATH: VMS})
    id_ = land(bench, "stop 100", "running", "stopped")
    bench.write(PATH, bench.read(PATH).replace("cores: 2", "cores: 8"))
    bench.run("add", "-A")
    bench.run("commit", "-q", "--amend", "--no-edit")
    assert setter(bench, "vms[vmid=100].status").proposal == id_
    assert setter(bench, "vms[vmid=101].cores").proposal is None


def test_whole_file_and_entry(bench: Bench) -> None:
    first = bench.commit("all vms", **{PATH: VMS})
    id_ = land(bench, "stop 100", "running", "stopped")
    values = blame(bench.work, PATH).about
    assert isinstance(values, tuple)
    assert [(str(one.address), one.line, one.source, one.set_by.proposal) for one in values[:4]] == [
        ("owner", 1, "ada", None),
        ("vms[vmid=100].vmid", 5, "100", None),
        ("vms[vmid=100].host", 6, "pve", None),
        ("vms[vmid=100].status", 7, "stopped", id_),
    ]
    assert len(values) == 9
    entry = blame(bench.work, PATH, parse("vms[vmid=100]")).about
    assert isinstance(entry, BlamedEntry)
    assert (entry.added_by.commit, entry.changed_by.proposal, len(entry.values)) == (first, id_, 4)


def test_a_removed_place_names_who_removed_it(bench: Bench) -> None:
    bench.commit("all vms", **{PATH: VMS})
    text = bench.read(PATH)
    bench.write(PATH, text[: text.index("  - vmid: 101")])
    made = bench.propose("retire 101")
    bench.apply(made.proposal.id)
    found = blame(bench.work, PATH, parse("vms[vmid=101].cores")).about
    assert isinstance(found, Removed)
    assert found.removed_by.proposal == made.proposal.id
    repo = bench.work.repo
    removed = who_set(repo, CommitId(bench.tip()), PATH, parse("vms[vmid=101].cores"))
    assert removed is not None
    assert removed.proposal == made.proposal.id
    with pytest.raises(NothingThere, match="nor ever did"):
        blame(bench.work, PATH, parse("vms[vmid=102]"))
    with pytest.raises(NothingThere) as caught:
        blame(bench.work, "bindings/vms.yaml")
    assert caught.value.hint == f"did you mean {PATH}?"


def test_a_merge_is_told_of_the_landing_on_its_side_and_a_hand_edit_of_the_merge(bench: Bench) -> None:
    bench.commit("all vms", **{PATH: VMS})
    bench.run("switch", "-qc", "side")
    id_ = land(bench, "stop 100", "running", "stopped")
    landing = bench.tip()
    bench.write(PATH, bench.read(PATH).replace("cores: 2", "cores: 8"))
    bench.run("commit", "-qam", "by hand on the side")
    bench.run("switch", "-q", "main")
    bench.commit("meanwhile", **{PATH: bench.read(PATH).replace("ada", "bob")})
    bench.run("merge", "-q", "--no-ff", "-m", "merge side", "side")
    found = setter(bench, "vms[vmid=100].status")
    assert (found.proposal, found.commit, found.merged_by) == (id_, landing, bench.tip())
    by_hand = setter(bench, "vms[vmid=101].cores")
    assert (by_hand.proposal, by_hand.commit, by_hand.merged_by) == (None, bench.tip(), None)
    assert setter(bench, "owner").subject == "meanwhile"


def two_landings_on_a_side(bench: Bench) -> tuple[str, str]:
    bench.commit("all vms", **{PATH: VMS})
    bench.run("switch", "-qc", "side")
    one = land(bench, "stop 100", "running", "stopped")
    other = land(bench, "more cores", "cores: 2", "cores: 8")
    bench.run("switch", "-q", "main")
    bench.commit("elsewhere", **{PATH: bench.read(PATH).replace("ada", "bob")})
    return one, other


def squash(bench: Bench) -> None:
    bench.run("merge", "-q", "--squash", "side")
    bench.run("commit", "-qm", "squashed")


def rebase(bench: Bench) -> None:
    bench.run("rebase", "-q", "main", "side")
    bench.run("switch", "-q", "main")
    bench.run("merge", "-q", "--ff-only", "side")


def cherry_pick(bench: Bench) -> None:
    bench.run("cherry-pick", "side~1", "side")


@pytest.mark.parametrize("bring", [squash, rebase, cherry_pick])
def test_every_trace_survives(bench: Bench, bring: Callable[[Bench], None]) -> None:
    one, other = two_landings_on_a_side(bench)
    bring(bench)
    assert setter(bench, "vms[vmid=100].status").proposal == one
    assert setter(bench, "vms[vmid=101].cores").proposal == other
    assert setter(bench, "owner").subject == "elsewhere"
    values = list(log_values(bench.work, PATH, parse("vms[vmid=101].cores")))
    assert [(value.source, value.set_by.proposal) for value in values] == [("8", other), ("2", None)]


def test_renames_of_key_identity_and_file_are_followed(bench: Bench) -> None:
    bench.commit("all vms", **{PATH: VMS})
    id_ = land(bench, "stop 100", "running", "stopped")
    bench.commit("renumber", **{PATH: bench.read(PATH).replace("vmid: 100", "vmid: 200")})
    bench.run("mv", PATH, "bindings/machines.yaml")
    bench.write("bindings/machines.yaml", bench.read("bindings/machines.yaml").replace("vms:", "machines:"))
    bench.commit("another name")
    path, at = "bindings/machines.yaml", "machines[vmid=200].status"
    assert setter(bench, at, path).proposal == id_
    values = list(log_values(bench.work, path, parse(at)))
    assert [(value.what, value.path, str(value.address), value.source) for value in values] == [
        ("renamed", path, at, "stopped"),
        ("renamed", PATH, "vms[vmid=200].status", "stopped"),
        ("set", PATH, "vms[vmid=100].status", "stopped"),
        ("added", PATH, "vms[vmid=100].status", "running"),
    ]


def test_the_log_of_a_place_that_came_and_went(bench: Bench) -> None:
    bench.commit("one", **{PATH: "a: 1\nb: 1\n"})
    bench.commit("gone", **{PATH: "a: 1\n"})
    bench.commit("back", **{PATH: "a: 1\nb: 2\n"})
    values = list(log_values(bench.work, PATH, parse("b")))
    assert [(value.what, value.source, value.set_by.subject) for value in values] == [
        ("added", "2", "back"),
        ("removed", None, "gone"),
        ("added", "1", "one"),
    ]


def test_a_version_that_does_not_parse_is_named(bench: Bench) -> None:
    bench.commit("one", **{PATH: "a: 1\n"})
    broken = bench.commit("broken", **{PATH: "a: [\n"})
    bench.commit("mended", **{PATH: "a: 2\n"})
    found = setter(bench, "a")
    assert (found.subject, found.beyond) == ("mended", (broken,))
    with pytest.raises(Unparsable) as caught:
        blame(bench.work, PATH, revision="HEAD~1")
    assert caught.value.place is not None
    assert caught.value.place.file == PATH


def test_commits_recorded_afterwards_are_told_of_the_proposal_that_covers_them(bench: Bench) -> None:
    start = bench.commit("all vms", **{PATH: VMS})
    by_hand = bench.commit("stop 100", **{PATH: VMS.replace("running", "stopped")})
    done = absorb(bench.work, f"{start}..HEAD", Wanted(title="stop 100, recorded"))
    found = setter(bench, "vms[vmid=100].status")
    assert (found.commit, found.proposal) == (by_hand, done.proposal.id)


def test_a_landing_from_before_spine_is_told_as_adopt_recorded_it(bench: Bench) -> None:
    commit = bench.commit("apply CP-20260101-010101__old", **{PATH: VMS})
    index = "spine: imported/1\nproposals:\n  - id: CP-20260101-010101__old\n    title: old\n    author: A <a@x>\n"
    index += (
        f'    date: 2026-01-01T01:01:01Z\n    loop: LOOP-X-20260101\n    covers: ["{commit}"]\n    paths: [{PATH}]\n'
    )
    bench.commit("adopted", **{f"proposals/{INDEX}": index})
    found = setter(bench, "vms[vmid=100].status")
    assert (found.commit, found.proposal, found.loop) == (commit, "CP-20260101-010101__old", "LOOP-X-20260101")
    branches = {(one.relation, one.thing.id) for one in trace(bench.work, "CP-20260101").branches}
    assert {("landed in", commit), ("is for", "LOOP-X-20260101"), ("changes", PATH)} <= branches


def test_a_shallow_clone_says_that_it_may_have_been_earlier(bench: Bench, tmp_path: Path) -> None:
    bench.commit("all vms", **{PATH: VMS})
    bench.commit("stop 100", **{PATH: VMS.replace("running", "stopped")})
    clone = tmp_path / "shallow"
    bench.run("clone", "-q", "--depth", "1", bench.path.as_uri(), str(clone))
    other = Bench(clone, bench.git, bench.env)
    try:
        assert setter(other, "vms[vmid=101].cores").at_end
    finally:
        for repository in other.opened:
            repository.close()
    assert not setter(bench, "vms[vmid=101].cores").at_end


def test_a_file_that_is_no_yaml_is_told_as_a_whole_in_conflicts(bench: Bench) -> None:
    bench.commit("notes", **{"docs/notes.md": "- a: [\n"})
    tip = bench.commit("more notes", **{"docs/notes.md": "- a: [\n- b\n"})
    found = who_set(bench.work.repo, CommitId(tip), "docs/notes.md", parse(""))
    assert found is not None
    assert found.subject == "more notes"
    with pytest.raises(Refused):
        blame(bench.work, "docs/notes.md")
