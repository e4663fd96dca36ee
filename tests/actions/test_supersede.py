"""A successor of a pending proposal, and of a draft."""

from __future__ import annotations

from spine.actions.propose import Wanted
from spine.actions.supersede import supersede
from spine.actions.validate import validate
from tests.actions.conftest import Bench

BASE = "vms:\n  - vmid: 1\n    status: up\n  - vmid: 2\n    status: up\n"
MOVED = BASE.replace("vmid: 2\n    status: up", "vmid: 2\n    status: down")
WANTED = BASE.replace("vmid: 1\n    status: up", "vmid: 1\n    status: down")


def test_a_pending_proposal_is_named_by_its_successor(bench: Bench) -> None:
    bench.commit("base", **{"bindings/vm.yaml": BASE})
    bench.write("bindings/vm.yaml", WANTED)
    old = bench.propose("stop 1", why="It moves.")
    bench.commit("both", **{"bindings/vm.yaml": MOVED})
    new = supersede(bench.work, old.proposal.id, None, Wanted())
    assert new.proposal.supersedes == (old.proposal.id,)
    assert new.proposal.why == "It moves."
    bench.apply(new.proposal.id)
    assert bench.read("bindings/vm.yaml") == MOVED.replace("vmid: 1\n    status: up", "vmid: 1\n    status: down")


def test_a_draft_is_on_no_branch_so_its_successor_does_not_name_it(bench: Bench) -> None:
    bench.commit("base", **{"bindings/vm.yaml": BASE})
    bench.write("bindings/vm.yaml", WANTED)
    old = bench.propose("stop 1")
    bench.write("bindings/vm.yaml", MOVED)
    bench.run("commit", "-qam", "only the binding")
    new = supersede(bench.work, old.proposal.id, None, Wanted())
    assert new.proposal.supersedes == ()
    bench.apply(new.proposal.id)
    assert validate(bench.work, revision="HEAD").findings == ()
