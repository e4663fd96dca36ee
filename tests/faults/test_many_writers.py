"""Many that land at once: in one clone, from several clones to one remote, and all racing for the same proposals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import TORTURE

from .conftest import Make, propose
from .judge import Clone, require_order, settle, wait_for

WRITERS, PROPOSALS = (16, 100) if TORTURE else (8, 20)
CLONES, EACH = (8, 50) if TORTURE else (4, 15)
RACERS, SAME = (8, 50) if TORTURE else (6, 15)


def documents(file: Path) -> list[dict[str, object]]:
    """The JSON documents that a process printed, one behind the other."""
    text, found, at = file.read_text(), [], 0
    decoder = json.JSONDecoder()
    while at < len(text):
        if text[at] == "{":
            one, at = decoder.raw_decode(text, at)
            found.append(one)
        else:
            at = text.find("{", text.find("\n", at)) if "{" in text[at:] else len(text)
    return found


def all_at_once(jobs: Sequence[tuple[Clone, list[list[str]]]], folder: Path) -> list[dict[str, object]]:
    """Run each job in a process of its own, all at once; what all said."""
    files = [folder / f"said{number}" for number in range(len(jobs))]
    running = [clone.fork(*runs, out=file) for (clone, runs), file in zip(jobs, files, strict=True)]
    ended = [wait_for(pid) for pid in running]
    assert ended == [0] * len(jobs), "\n".join(file.read_text()[-500:] for file in files)
    return [one for file in files for one in documents(file)]


@pytest.mark.slow
def test_writers_in_one_clone(make: Make, tmp_path: Path) -> None:
    """Each writer makes its proposals and lands them; all touch one file."""
    clone, _ = make(0, "clone")
    (clone.path / "docs/notes.md").write_text("mine\n")
    start = clone.tip()
    jobs = []
    for writer in range(WRITERS):
        address = "bindings/vm.yaml#vms[vmid={}].s{}"
        runs = [
            ["propose", f"w{writer}", "--add", f"{address.format(100 + number, writer)}=x", "--apply", "--json"]
            for number in range(PROPOSALS)
        ]
        jobs.append((clone, runs))
    said = all_at_once(jobs, tmp_path)
    landed = require_order(clone, since=start, edits={"docs/notes.md": " M"})
    assert len(landed) == WRITERS * PROPOSALS
    assert sorted(str(one["id"]) for one in said) == sorted(landed)
    assert not settle(clone)
    text = (clone.path / "bindings/vm.yaml").read_text()
    assert text.count(": x\n") == WRITERS * PROPOSALS
    print(f"{WRITERS} writers, {PROPOSALS} proposals each: {len(landed)} landed, none lost")


def remote_of(clone: Clone, tmp_path: Path, count: int) -> tuple[Clone, list[Clone]]:
    """A bare remote of a clone, and so many clones of it."""
    bare = Clone(tmp_path / "remote.git", clone.env)
    clone.git("clone", "-q", "--bare", str(clone.path), str(bare.path))
    clones = []
    for number in range(count):
        path = tmp_path / f"clone{number}"
        clone.git("clone", "-q", str(bare.path), str(path))
        clones.append(Clone(path, clone.env))
    return bare, clones


@pytest.mark.slow
def test_clones_and_one_remote(make: Make, tmp_path: Path) -> None:
    """Each clone lands proposals of its own, against the others."""
    seed, _ = make(0, "seed")
    start = seed.tip()
    bare, clones = remote_of(seed, tmp_path, CLONES)
    jobs = []
    for number, clone in enumerate(clones):
        ids = [propose(clone, number * EACH + one) for one in range(EACH)]
        jobs.append((clone, [["apply", id_, "--push", "--json"] for id_ in ids]))
    said = all_at_once(jobs, tmp_path)
    landed = require_order(bare, since=start, branch="main")
    assert sorted(landed) == sorted(str(one["id"]) for one in said)
    assert len(landed) == CLONES * EACH
    assert [one["outcome"] for one in said] == ["applied"] * len(said)
    for clone in clones:
        assert not settle(clone)
        require_order(clone, since=start)
    print(f"{CLONES} clones, {EACH} proposals each: {len(landed)} landed on the remote, none lost")


@pytest.mark.slow
def test_all_clones_race_for_the_same(make: Make, tmp_path: Path) -> None:
    """Exactly one commit and exactly one run that says “applied” for each proposal."""
    seed, ids = make(SAME, "seed")
    start = seed.tip()
    bare, clones = remote_of(seed, tmp_path, RACERS)
    said = all_at_once([(clone, [["apply", id_, "--push", "--json"] for id_ in ids]) for clone in clones], tmp_path)
    landed = require_order(bare, since=start, branch="main")
    assert sorted(landed) == sorted(ids)
    applied = [one["id"] for one in said if one["outcome"] == "applied"]
    assert sorted(map(str, applied)) == sorted(ids)
    runs = {one["id"]: one["run"] for one in said if one["outcome"] == "already-there"}
    for one in said:
        if one["outcome"] == "already-there":
            assert one["run"] == runs[one["id"]]
    assert len(said) == RACERS * SAME
    print(f"{RACERS} clones raced for {SAME}: {len(landed)} commits, {len(applied)} runs that say applied")
