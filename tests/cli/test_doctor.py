"""`spine doctor`: explains a landing that was killed, ends it, and then has nothing more to say."""

from __future__ import annotations

from .conftest import House

KILLER = """#!/bin/sh
PATH=$(printf %s "$PATH" | sed "s#^[^:]*:##")
export PATH
case "$*" in *update-ref*refs/heads/*) git "$@"; kill -9 $PPID;; *) exec git "$@";; esac
"""


def test_a_healthy_clone_is_left_alone(house: House) -> None:
    before = house.everything()
    assert house.spine("doctor").out == "no landing is left half done\n"
    assert house.spine("doctor", "--fix").out == "no landing is left half done\n"
    assert house.everything() == before
    assert house.spine("doctor", "--json").document == {
        "spine": "doctor/1", "state": "healthy", "fixed": False, "branch": None, "commit": None, "follows": [],
        "left": [], "leftovers": [], "exit": {"code": 0, "meaning": "done"},
    }  # fmt: skip


def test_a_killed_landing_is_explained_and_ended(house: House) -> None:
    house.edit("bindings/vm.yaml", "status: running", "status: stopped")
    made = house.propose("stop web")
    killer = house.path.parent / "killer"
    killer.mkdir()
    (killer / "git").write_text(KILLER)
    (killer / "git").chmod(0o755)
    tip = house.tip()
    said = house.shell(f"PATH={killer}:$PATH python -m spine apply {made['id']}", code=None)
    assert said.code == 137
    assert house.tip() != tip
    refused = house.spine("propose", "more", code=5)
    assert refused.err.endswith("hint: spine doctor --fix\n")
    told = house.spine("doctor", code=5)
    assert told.out.startswith(f"{house.tip()[:7]} is on main, and the landing was interrupted")
    assert "  is to follow: bindings/vm.yaml\n" in told.out
    fixed = house.spine("doctor", "--fix")
    assert "  follows: bindings/vm.yaml\n" in fixed.out
    assert house.spine("doctor", "--fix").out == "no landing is left half done\n"
    assert "status: stopped" in house.read("bindings/vm.yaml")
    assert house.status() == []
    house.spine("check", f"{tip}..HEAD")


def test_a_journal_that_cannot_be_read_is_no_circle(house: House) -> None:
    (house.path / ".git/spine-journal.json").write_text("{}")
    said = house.spine("doctor", "--fix", code=5)
    assert "SP613" in said.err
    assert "hint: compare git log -1 with git status, then remove " in said.err
