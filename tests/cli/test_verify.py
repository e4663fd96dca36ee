"""`spine verify` at the door: one line a receipt, findings with commit, file and address, three exit codes."""

from __future__ import annotations

from collections.abc import Callable

from tests.cli.conftest import Done, House


def test_yes_and_no(house: House, inside: Callable[..., Done]) -> None:
    id_ = house.propose("stop", "--set", "bindings/vm.yaml#vms[vmid=100].status=stopped", "--apply")["id"]
    landed = house.tip()
    done = inside("verify")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"✓ {landed[:7]} {id_}: its effect is there to the byte",
        f"Verify: yes, 1 receipt in 2 commits, 1 governed change proved (all up to {landed[:7]})",
    ]
    house.edit("bindings/vm.yaml", "name: web", "name: evil")
    tip = house.commit("by hand")
    done = inside("verify", "HEAD^..HEAD")
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        f"{tip[:12]}:bindings/vm.yaml#vms[vmid=100].name: SP420 bindings/vm.yaml was changed, and no receipt covers it",
        f"Verify: no, 0 receipts in 1 commit, 1 finding ({landed[:7]}..{tip[:7]})",
    ]
    assert inside("verify", "HEAD^", "--json").document["answer"] == "yes"
    document = inside("verify", "--json").document
    assert (document["spine"], document["answer"], document["exit"]["code"]) == ("verify/1", "no", 1)
    assert document["receipts"] == [
        {
            "proposal": id_,
            "commit": landed,
            "path": document["receipts"][0]["path"],
            "answer": "yes",
            "how": "blobs",
            "files": ["bindings/vm.yaml"],
        }
    ]


def test_cannot_tell(house: House, inside: Callable[..., Done]) -> None:
    house.propose("stop", "--set", "bindings/vm.yaml#vms[vmid=100].status=stopped", "--apply")
    house.git("clone", "-q", "--depth=1", house.path.as_uri(), "cut")
    done = inside("verify", cwd=house.path / "cut")
    assert done.code == 6
    assert "its parent" in done.out
    assert done.out.splitlines()[-1].startswith("Verify: cannot tell, 0 receipts in 1 commit, 1 thing cannot be told")


def test_a_repository_that_it_cannot_read_is_called_by_its_name(house: House, inside: Callable[..., Done]) -> None:
    house.git("init", "-q", "--object-format=sha256", "other")
    done = inside("verify", cwd=house.path / "other")
    assert done.code == 6
    assert "SP401" in done.err
    assert "sha256" in done.err
