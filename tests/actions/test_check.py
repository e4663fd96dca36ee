"""check explains what landed, however it was joined, and names what nobody proposed."""

from __future__ import annotations

import pytest

from spine.actions.absorb import absorb
from spine.actions.again import again
from spine.actions.check import Report, check
from spine.actions.plan import plan
from spine.actions.propose import Wanted
from tests.actions.conftest import Bench

VMS = """\
# VM lifecycle
version: 1
vms:
  # the first one
  - vmid: 100
    name: ha
    status: active

  - vmid: 101
    name: immich
    status: stopped

  - vmid: 102
    name: vault
    status: active
"""
PATH = "bindings/vm.lifecycle.yaml"


@pytest.fixture
def joined(bench: Bench) -> Bench:
    """Two branches from one commit, each with one landing on the same file."""
    bench.commit("vms", **{PATH: VMS})
    for branch, old, new in (("left", "name: ha", "name: home-assistant"), ("right", "stopped", "paused")):
        bench.run("switch", "-q", "-c", branch, "main")
        bench.write(PATH, VMS.replace(old, new))
        bench.apply(bench.propose(f"change on {branch}").proposal.id)
    bench.run("switch", "-q", "main")
    return bench


def merge(bench: Bench) -> None:
    bench.run("merge", "-q", "--no-ff", "-m", "join left", "left")
    bench.run("merge", "-q", "--no-ff", "-m", "join right", "right")


def squash(bench: Bench) -> None:
    bench.run("merge", "-q", "--squash", "left")
    bench.run("commit", "-qm", "left, squashed")
    bench.run("reset", "-q", "--soft", "HEAD^")
    bench.run("stash", "-q")
    bench.run("merge", "-q", "--no-ff", "-m", "both", "left")
    bench.run("merge", "-q", "--no-ff", "-m", "both", "right")
    tree = bench.run("rev-parse", "HEAD^{tree}").strip()
    commit = bench.run("commit-tree", tree, "-p", bench.tip("HEAD^^"), "-m", "left and right, squashed").strip()
    bench.run("reset", "-q", "--hard", commit)


def rebase(bench: Bench) -> None:
    bench.run("merge", "-q", "--ff-only", "left")
    bench.run("rebase", "-q", "main", "right")
    bench.run("switch", "-q", "main")
    bench.run("merge", "-q", "--ff-only", "right")


def cherry_pick(bench: Bench) -> None:
    bench.run("cherry-pick", "left")
    bench.run("cherry-pick", "right")


WAYS = {"merge": merge, "squash": squash, "rebase": rebase, "cherry-pick": cherry_pick}


def verdict(bench: Bench, since: str) -> Report:
    return check(bench.work, f"{since}..HEAD")


@pytest.mark.parametrize("way", WAYS)
def test_two_landings_are_explained_however_they_are_joined(joined: Bench, way: str) -> None:
    since = joined.tip()
    WAYS[way](joined)
    assert "home-assistant" in joined.read(PATH)
    assert "paused" in joined.read(PATH)
    report = verdict(joined, since)
    assert report.findings == ()
    assert report.unknown == ()
    assert len({id_ for commit in report.commits for id_ in commit.landed}) == 2
    assert any(one.path == PATH for commit in report.commits for one in commit.explained)


@pytest.mark.parametrize("way", WAYS)
def test_a_line_edited_by_hand_on_the_way_is_named(joined: Bench, way: str) -> None:
    since = joined.tip()
    WAYS[way](joined)
    joined.write(PATH, joined.read(PATH).replace("name: vault", "name: bitwarden"))
    joined.run("commit", "-qam", "amended", "--amend")
    report = verdict(joined, since)
    messages = [finding.message for finding in report.findings]
    assert len(messages) == 1, messages
    assert PATH in messages[0]
    assert "vms[vmid=102].name" in messages[0]


def test_a_hand_edit_of_its_own_is_named_with_file_and_address(joined: Bench) -> None:
    since = joined.tip()
    joined.commit("by hand", **{PATH: VMS.replace("vmid: 102\n    name: vault", "vmid: 102\n    name: bitwarden")})
    report = verdict(joined, since)
    assert [finding.code for finding in report.findings] == ["SP107"]
    assert "vms[vmid=102].name" in report.findings[0].message
    assert report.exit_code == 1


def test_a_revert_shows_as_such_and_the_proposal_is_pending_again(bench: Bench) -> None:
    bench.commit("vms", **{PATH: VMS})
    bench.write(PATH, VMS.replace("stopped", "paused"))
    proposed = bench.propose("pause immich")
    bench.run("add", "-A")
    bench.run("commit", "-qm", "propose it first")
    applied = bench.apply(proposed.proposal.id)
    since = bench.tip()
    bench.run("revert", "--no-edit", applied.commit.id)
    report = verdict(bench, since)
    assert [finding.code for finding in report.findings] == ["SP105"]
    assert proposed.proposal.id in report.findings[0].message
    assert "revert" in report.findings[0].message
    again = plan(bench.work, proposed.proposal.id)
    assert (again.status, again.outcome) == ("pending", "clean")
    assert bench.apply(proposed.proposal.id).commit.id != applied.commit.id
    assert "paused" in bench.read(PATH)


def test_a_revert_of_a_landing_that_brought_its_proposal_is_named_too(bench: Bench) -> None:
    bench.commit("vms", **{PATH: VMS})
    bench.write(PATH, VMS.replace("stopped", "paused"))
    proposed = bench.propose("pause immich")
    applied = bench.apply(proposed.proposal.id)
    since = bench.tip()
    bench.run("revert", "--no-edit", applied.commit.id)
    report = verdict(bench, since)
    assert [finding.code for finding in report.findings] == ["SP105"]
    assert f"--again {proposed.proposal.id}" in (report.findings[0].hint or "")


def test_a_forged_receipt_is_found(bench: Bench) -> None:
    bench.commit("vms", **{PATH: VMS})
    since = bench.tip()
    bench.write(PATH, VMS.replace("stopped", "paused"))
    proposed = bench.propose("pause immich")
    bench.apply(proposed.proposal.id)
    receipt = f"{proposed.folder}/receipt.yaml"
    forged = bench.read(PATH).replace("name: vault", "name: evil")
    bench.write(PATH, forged)
    blob = bench.run("hash-object", PATH).strip()
    old = bench.run("rev-parse", f"HEAD:{PATH}").strip()
    bench.write(receipt, bench.read(receipt).replace(old, blob))
    bench.run("commit", "-qa", "--amend", "--no-edit")
    codes = {finding.code for finding in verdict(bench, since).findings}
    assert "SP104" in codes


def test_a_changed_proposal_is_found(bench: Bench) -> None:
    bench.commit("vms", **{PATH: VMS})
    bench.write(PATH, VMS.replace("stopped", "paused"))
    proposed = bench.propose("pause immich")
    bench.apply(proposed.proposal.id)
    since = bench.tip()
    path = f"{proposed.folder}/proposal.yaml"
    bench.commit("rewrite history", **{path: bench.read(path).replace("pause immich", "something else")})
    codes = [finding.code for finding in verdict(bench, since).findings]
    assert "SP108" in codes
    assert "SP102" in codes


def test_a_hundred_landings_squashed_into_one_commit_are_explained(bench: Bench) -> None:
    text = "version: 1\nitems:\n" + "".join(f"  - id: item-{n}\n    state: old\n" for n in range(12))
    bench.commit("items", **{"bindings/items.yaml": text})
    since = bench.tip()
    for n in range(12):
        bench.write("bindings/items.yaml", bench.read("bindings/items.yaml").replace("state: old", f"state: new{n}", 1))
        bench.apply(bench.propose(f"item {n}").proposal.id)
    bench.run("reset", "-q", "--soft", since)
    bench.run("commit", "-qm", "all of them")
    report = verdict(bench, since)
    assert report.findings == ()
    explained = [one for commit in report.commits for one in commit.explained if one.path == "bindings/items.yaml"]
    assert [(one.how, len(one.by)) for one in explained] == [("receipt", 12)]


def test_commits_made_by_hand_can_be_recorded_afterwards(bench: Bench) -> None:
    since = bench.commit("vms", **{PATH: VMS})
    bench.commit("by hand", **{PATH: VMS.replace("stopped", "paused")})
    bench.commit("by hand again", **{PATH: VMS.replace("stopped", "paused").replace("vault", "bitwarden")})
    assert {finding.code for finding in verdict(bench, since).findings} == {"SP107"}
    done = absorb(bench.work, f"{since}..HEAD", Wanted(title="what we did by hand", why="an outage"))
    assert len(done.covers) == 2
    report = verdict(bench, since)
    assert report.findings == ()
    assert {one.how for commit in report.commits for one in commit.explained} == {"recorded afterwards"}
    bench.commit("one more", **{PATH: bench.read(PATH).replace("status: active", "status: gone", 1)})
    assert [finding.code for finding in verdict(bench, since).findings] == ["SP107"]


def test_a_covering_receipt_that_covers_nothing_is_found(bench: Bench) -> None:
    since = bench.commit("vms", **{PATH: VMS})
    bench.commit("by hand", **{PATH: VMS.replace("stopped", "paused")})
    done = absorb(bench.work, f"{since}..HEAD", Wanted(title="what we did by hand"))
    receipt = next(iter(bench.path.glob(f"proposals/*/{done.proposal.id}/receipt.yaml")))
    old = bench.run("rev-parse", f"{since}:{PATH}").strip()
    receipt.write_text(receipt.read_text().replace(old, bench.run("rev-parse", "HEAD:spine.yaml").strip()))
    bench.run("commit", "-qa", "--amend", "--no-edit")
    codes = {finding.code for finding in verdict(bench, since).findings}
    assert {"SP107", "SP109"} <= codes


def test_what_a_revert_took_away_can_be_proposed_again(bench: Bench) -> None:
    bench.commit("vms", **{PATH: VMS})
    bench.write(PATH, VMS.replace("stopped", "paused"))
    proposed = bench.propose("pause immich")
    applied = bench.apply(proposed.proposal.id)
    bench.run("revert", "--no-edit", applied.commit.id)
    made = again(bench.work, proposed.proposal.id, Wanted())
    assert made.proposal.title == "pause immich"
    assert made.proposal.id != proposed.proposal.id
    bench.apply(made.proposal.id)
    assert "paused" in bench.read(PATH)


def test_a_mode_that_nobody_proposed_is_named(joined: Bench) -> None:
    joined.run("merge", "-q", "left")
    (joined.path / PATH).chmod(0o755)
    joined.run("commit", "-qam", "make it executable")
    report = check(joined.work, "HEAD^..HEAD")
    assert [(one.code, one.message) for one in report.findings] == [
        ("SP107", f"the mode of {PATH} was changed from 100644 to 100755, and no receipt covers it")
    ]
    joined.apply(absorb_mode(joined))
    assert not check(joined.work, "HEAD^..HEAD").findings


def absorb_mode(bench: Bench) -> str:
    """A proposal that changes the mode back, made as people make one."""
    (bench.path / PATH).chmod(0o644)
    return bench.propose("not executable any more").proposal.id
