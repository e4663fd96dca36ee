"""One change has one effect, however it was made; and its proposals land the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from .conftest import Done, House

OLD, NEW = "status: stopped  # the import is pending", "status: running  # the import is pending"
ADDED = """
  - vmid: 102
    name: db
    status: planned
"""
SETS = ["--set", "bindings/vm.yaml#vms[vmid=101].status=running"]
ADDS = ["--add", "bindings/vm.yaml#vms[vmid=102]={vmid: 102, name: db, status: planned}"]
OPS = [
    {"set": "vms[vmid=101].status", "to": "running"},
    {"add": "vms[vmid=102]", "value": {"vmid": 102, "name": "db", "status": "planned"}},
    {"set": "nets[id=lan].cidr", "to": "10.1.0.0/16"},
]


def edited(house: House) -> None:
    house.edit("bindings/vm.yaml", OLD, NEW)
    house.write("bindings/vm.yaml", house.read("bindings/vm.yaml") + ADDED)
    house.edit("bindings/net.yaml", "10.0.0.0/24", "10.1.0.0/16")


def from_edits(house: House) -> list[str]:
    edited(house)
    return []


def from_index(house: House) -> list[str]:
    edited(house)
    house.git("add", "bindings")
    return ["--staged"]


def from_range(house: House) -> list[str]:
    house.git("switch", "-qc", "side")
    edited(house)
    house.git("commit", "-qam", "by hand")
    house.git("switch", "-q", "main")
    return ["--from", "main..side"]


def from_addresses(house: House) -> list[str]:
    return [*SETS, *ADDS, "--set", "bindings/net.yaml#nets[id=lan].cidr=10.1.0.0/16"]


def from_json(house: House) -> list[str]:
    return ["--stdin"]


WAYS = [from_edits, from_index, from_range, from_addresses, from_json]


def test_one_effect(house: House) -> None:
    files = [{"path": "bindings/vm.yaml", "ops": OPS[:2]}, {"path": "bindings/net.yaml", "ops": OPS[2:]}]
    document = json.dumps({"base": house.tip(), "files": files})
    start, found = house.tip(), {}
    for way in WAYS:
        words = way(house)
        made = house.spine("propose", f"by {way.__name__}", *words, "--json", stdin=document).document
        assert made["plan"]["counts"] == {"add": 1, "change": 2, "remove": 0}
        house.spine("apply", made["id"])
        tree = house.git("ls-tree", "-r", "HEAD", "bindings")
        found[way.__name__] = made["effect"], tree
        house.git("reset", "-q", "--hard", start)
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("words", [["--set", "bindings/vm.yaml#version=2", "--set", "bindings/net.yaml#x=1"]])
def test_the_order_of_edits_does_not_count(words: list[str], house: House, inside: Callable[..., Done]) -> None:
    one = inside("propose", "a", *words, "--json").document["effect"]
    assert inside("propose", "b", *words[2:], *words[:2], "--json").document["effect"] == one
    assert inside("propose", "c", *words[:2], "--json").document["effect"] != one
