"""`apply --queue`: all that can land do, one commit each; who cannot is named, and why."""

from __future__ import annotations

from collections.abc import Callable

from .conftest import VM, Done, House

Inside = Callable[..., Done]


def put(house: House, inside: Inside, *edits: str) -> list[str]:
    """A proposal for each edit, committed as pending ones."""
    ids = []
    for number, edit in enumerate(edits):
        words = edit.split(" ")
        made = inside("propose", f"change {number}", *words, "--json")
        assert made.code == 0, made.err
        ids.append(made.document["id"])
    house.commit("pending")
    return ids


def test_all_that_are_pending_land_by_id_with_a_commit_each(house: House, inside: Inside) -> None:
    ids = put(
        house, inside, "--set bindings/vm.yaml#vms[vmid=100].status=a", "--set bindings/vm.yaml#vms[vmid=101].status=b",
        "--set bindings/net.yaml#nets[id=lan].cidr=c",
    )  # fmt: skip
    start = house.tip()
    done = inside("apply", "--queue")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "Queue: 3 landed, 0 wait"
    subjects = house.git("log", "--reverse", "--format=%(trailers:key=Spine-Proposal,valueonly)", f"{start}..HEAD")
    assert subjects.split() == ids
    assert house.status() == []
    assert inside("check", f"{start}..HEAD").code == 0
    again = inside("apply", "--queue", "--json")
    assert again.code == 0
    assert (again.document["landed"], again.document["waiting"], again.document["exit"]["code"]) == ([], [], 0)
    assert house.git("rev-list", "--count", f"{start}..HEAD") == "3"


def test_who_conflicts_waits_with_its_reason_and_the_others_land(house: House, inside: Inside) -> None:
    first, second, third = put(
        house, inside, "--set bindings/vm.yaml#vms[vmid=100].status=a", "--set bindings/vm.yaml#vms[vmid=100].status=b",
        "--set bindings/net.yaml#nets[id=lan].cidr=c",
    )  # fmt: skip
    done = inside("apply", "--queue", "--json")
    assert done.code == 3
    assert [one["id"] for one in done.document["landed"]] == [first, third]
    (waiting,) = done.document["waiting"]
    assert (waiting["id"], waiting["code"], waiting["exit_code"]) == (second, "SP061", 3)
    assert waiting["plan"]["files"][0]["conflicts"][0]["address"] == "vms[vmid=100].status"
    told = inside("apply", "--queue")
    assert f"! {second}: {second} conflicts with the branch in 1 place" in told.out
    assert "      bindings/vm.yaml#vms[vmid=100].status: " in told.out


def test_an_order_is_found_in_which_more_land_than_by_id(house: House, inside: Inside) -> None:
    """The first one conflicts with two others, which do not conflict with each other."""
    first, second, third = put(
        house, inside,
        "--set bindings/vm.yaml#vms[vmid=100].status=a --set bindings/vm.yaml#vms[vmid=101].status=a",
        "--set bindings/vm.yaml#vms[vmid=100].status=b", "--set bindings/vm.yaml#vms[vmid=101].status=c",
    )  # fmt: skip
    done = inside("apply", "--queue", "--json")
    assert [one["id"] for one in done.document["landed"]] == [second, third]
    assert [one["id"] for one in done.document["waiting"]] == [first]


def test_what_is_required_lands_first(house: House, inside: Inside) -> None:
    base = "--set bindings/vm.yaml#vms[vmid=100].status=a"
    late = inside("propose", "late", *base.split(" "), "--json").document["id"]
    house.commit("late")
    early = inside(
        "propose", "early", "--set", "bindings/net.yaml#nets[id=lan].cidr=c", "--requires", late, "--json"
    ).document["id"]
    (house.path / f"proposals/2026-02/{early}").rename(house.path / "moved")
    house.git("mv", f"proposals/2026-02/{late}", f"proposals/2026-02/{late.replace('13245', '23245')}")
    text = house.read(f"proposals/2026-02/{late.replace('13245', '23245')}/proposal.yaml")
    house.write(f"proposals/2026-02/{late.replace('13245', '23245')}/proposal.yaml", text.replace("-13245", "-23245"))
    (house.path / "moved").rename(house.path / f"proposals/2026-02/{early}")
    path = f"proposals/2026-02/{early}/proposal.yaml"
    house.write(path, house.read(path).replace(late, late.replace("13245", "23245")))
    house.commit("the one that is required has the later id")
    done = inside("apply", "--queue", "--json")
    assert done.code == 0, done.out
    assert [one["id"] for one in done.document["landed"]] == [late.replace("13245", "23245"), early]


def test_an_edit_of_the_users_keeps_back_only_what_it_concerns(house: House, inside: Inside) -> None:
    first, second = put(
        house, inside, "--set bindings/vm.yaml#vms[vmid=100].status=a", "--set bindings/net.yaml#nets[id=lan].cidr=c"
    )
    house.write("bindings/vm.yaml", VM + "# mine\n")
    done = inside("apply", "--queue", "--json")
    assert done.code == 1
    assert [one["id"] for one in done.document["landed"]] == [second]
    assert [(one["id"], one["code"]) for one in done.document["waiting"]] == [(first, "SP617")]
    assert house.read("bindings/vm.yaml") == VM + "# mine\n"


def test_what_all_would_meet_ends_the_queue(house: House, inside: Inside) -> None:
    put(house, inside, "--set bindings/vm.yaml#vms[vmid=100].status=a")
    start = house.tip()
    (house.path / ".git/spine-journal.json").write_text("{}")
    done = inside("apply", "--queue", "--json")
    assert done.code == 5
    assert done.document["stopped"]["code"] == "SP613"
    assert house.tip() == start


def test_a_draft_is_no_part_of_a_queue(house: House, inside: Inside) -> None:
    assert inside("propose", "draft", "--set", "bindings/vm.yaml#vms[vmid=100].status=a").code == 0
    done = inside("apply", "--queue")
    assert done.out.splitlines() == [
        "1 draft is no part of the queue until somebody commits them", "Queue: 0 landed, 0 wait"
    ]  # fmt: skip


def test_a_queue_has_no_proposal_and_a_landing_has_one(house: House, inside: Inside) -> None:
    for words in (["apply"], ["apply", "CP-1", "--queue"]):
        done = inside(*words)
        assert done.code == 2
        assert "give one PROPOSAL, or --queue for all that are pending" in done.err
