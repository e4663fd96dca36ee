"""Proposals one to three mutations away from valid ones: each lands, or is refused with a place, and nothing else.

Mutations of structure change the proposal's fields and lines, those of bytes whatever is there. Judged in one process
on one repository, by what `apply` decides on the branch's tip, so that thousands take minutes: `Applying.decide` is all
of apply but the writing, and what it decides is held against the paths that the proposal may touch.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from everything import everything

from spine.actions.apply import Applying
from spine.actions.workspace import Workspace
from spine.errors import Exit, SpineError
from spine.records.proposal import read_proposal
from spine.repository import Repository, branch_tip, snapshot_of
from spine.repository.changes import own_paths
from tests.cli.conftest import House
from tests.conftest import TORTURE
from tests.fuzz.test_targets import mutated

COUNT = 100_000 if TORTURE else 2_000
QUICK = 200
EDITS = [
    ("vm", ["--set", "bindings/vm.yaml#vms[vmid=100].status=stopped",
            "--add", "bindings/vm.yaml#vms[vmid=102]={name: new}"]),
    ("net", ["--remove", "bindings/net.yaml#nets[id=lan]"]),
    ("two", ["--set", "bindings/net.yaml#nets[id=lan].cidr=10.9.0.0/24", "--set", "bindings/vm.yaml#version=2"]),
]  # fmt: skip
SWAPS = ["null", "[]", "{}", "0", '""', "x", "../x", ".git/config", "vms[vmid=100]", "'#'", "&a x", "*a",
         "!!str x", "1e9", "9" * 300, '"\\u202e"', '"a\\nb"', "'[#1]'", "$2", "true", "120000"]  # fmt: skip


def structured(data: bytes, chance: random.Random) -> bytes:
    """One change of structure: a line lost, doubled, moved, deeper, or with another value or key."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    at = chance.randrange(len(lines))
    line = lines[at]
    match chance.choice([0, 1, 2, 3, 4, 5, 5, 5, 5, 5, 6, 6]):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, line)
        case 2:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], line
        case 3:
            lines[at] = " " * chance.randint(1, 4) + line
        case 4:
            lines[at] = line.lstrip()
        case 5:
            lines[at] = re.sub(r": .*|:$", lambda _: f": {chance.choice(SWAPS)}", line, count=1)
        case _:
            lines[at] = re.sub(
                r"[a-z_]+:", lambda _: f"{chance.choice(['set', 'path', 'mode', 'base', 'x'])}:", line, count=1
            )
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def mutations(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.25:
        return mutated(data, chance)
    for _ in range(chance.randint(1, 3)):
        data = structured(data, chance)
    return data


def judged(work: Workspace, id_: str) -> Iterator[str]:
    """`applies`, `nothing`, or the code of the refusal; what applies has only its own paths, a refusal has a place."""
    ref = "refs/heads/main"
    tip = branch_tip(work.repo, ref)
    assert tip is not None
    applying = Applying(work, id_)
    try:
        tree = snapshot_of(work.repo, tip)
        decision = applying.decide(tree, tip)
        own = own_paths(work.repo.objects, tree, decision, allow=()) if decision is not None else ()
    except SpineError as error:
        # What is not typed so ends the test with its trace.
        if error.exit_code == Exit.REFUSED and error.place is None:
            raise AssertionError(f"a refusal without a place: {error.code} {error}") from error
        if error.exit_code not in (Exit.REFUSED, Exit.CONFLICT, Exit.POLICY):
            raise
        yield error.code
        return
    if decision is None:
        yield "nothing"
        return
    assert applying.plan is not None
    said = {file.path for file in applying.plan.proposal.files} | {
        file.moved_from for file in applying.plan.proposal.files if file.moved_from
    }
    folder = applying.plan.folder
    assert {one.path for one in own if not one.path.startswith(f"{folder}/")} <= said
    for one in own:
        if one.path.endswith("/proposal.yaml"):
            read_proposal(one.data.decode())
    yield "applies"


def _tried(house: House, count: int) -> Counter[str]:
    chance = random.Random(2026)
    found: Counter[str] = Counter()
    drafts: dict[str, tuple[Path, bytes]] = {}
    for title, edits in EDITS:
        made = house.propose(title, "--why", "w", *edits)
        path = house.path / made["path"]
        path = path if path.name == "proposal.yaml" else path / "proposal.yaml"
        drafts[made["id"]] = (path, path.read_bytes())
    before = everything(house.path)
    moment = datetime(2026, 2, 12, 14, 0, tzinfo=UTC)
    with Repository.open(house.path, house.env) as repo:
        for _ in range(count):
            id_ = chance.choice(list(drafts))
            path, data = drafts[id_]
            path.write_bytes(mutations(data, chance))
            work = Workspace(repo, lambda: moment, "Ada Author <ada@example.org>", "run-1")
            found.update(judged(work, id_))
            path.write_bytes(data)
    assert everything(house.path) == before
    return found


@pytest.mark.parametrize("count", [QUICK, pytest.param(COUNT, marks=pytest.mark.slow)])
def test_a_mutated_proposal_lands_or_is_refused(house: House, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = _tried(house, count)
    assert found.total() == count
    assert found["applies"] > count / 50
    assert len(found) > 5
    with capsys.disabled():
        print(f"\n{count} mutated proposals: {dict(found.most_common())}")
