"""Twenty independent proposals land in the corpus's largest binding at once, each as a commit of its own lines."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from spine.address import Address, Key
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document

from .conftest import House

COUNT = 20


def largest(corpus: Path, git: Callable[..., str]) -> tuple[str, str, str]:
    """Commit, path and text of the largest version of any binding in the history."""
    listed = git("rev-list", "--all", "--objects", cwd=corpus)
    sizes = git("cat-file", "--batch-check=%(objectsize) %(objectname) %(rest)", cwd=corpus, stdin=listed)
    yaml = [line.split(" ", 2) for line in sizes.splitlines() if line.endswith(".yaml")]
    size, blob, path = max(yaml, key=lambda one: int(one[0]))
    assert int(size) > 430_000
    return blob, path, git("cat-file", "blob", blob, cwd=corpus)


def scalars(text: str) -> list[tuple[str, int]]:
    """Addresses of plain values in entries of a list, spread over the file, with their lines (from 1)."""
    document = parse(text)
    assert isinstance(document, Document)
    assert document.root is not None
    found = []
    for entry in document.root.entries:
        if entry.key is None or entry.value.kind != "sequence" or len(entry.value.entries) < COUNT:
            continue
        at = Address((Key(entry.key.text),))
        for item in entry.value.entries:
            fields = {one.key.text: one for one in item.value.entries if one.key is not None}
            if "id" in fields and "status" in fields and fields["status"].value.kind == "scalar":
                place = document.place(fields["status"].value.start)
                found.append((f"{at}[id={fields['id'].value.text}].status", place.line))
    return found


@pytest.mark.corpus
@pytest.mark.slow
def test_twenty_landings_at_once(corpus: Path, git: Callable[..., str], house: House) -> None:
    _, _, text = largest(corpus, git)
    start = house.commit("the large one", {"bindings/large.yaml": text})
    places = scalars(text)
    assert len(places) >= COUNT
    chosen = places[:: len(places) // COUNT][:COUNT]
    ids = {}
    for number, (address, line) in enumerate(chosen):
        made = house.propose(f"change {number}", "--set", f"bindings/large.yaml#{address}=landed-{number}")
        ids[made["id"]] = number, line
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "spine", "apply", id_], cwd=house.path, env=house.env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for id_ in ids
    ]  # fmt: skip
    for process in running:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, out + err
    commits = house.git("rev-list", "--reverse", f"{start}..HEAD").split("\n")
    assert len(commits) == COUNT
    landed = set()
    for commit in commits:
        (id_,) = house.git("log", "-1", "--format=%(trailers:key=Spine-Proposal,valueonly)", commit).split()
        number, line = ids[id_]
        stat = house.git("show", "--numstat", "--format=", commit).split("\n")
        assert sorted(one.split("\t")[2] for one in stat) == sorted(
            ["bindings/large.yaml", *(f"proposals/2026-02/{id_}/{name}.yaml" for name in ("proposal", "receipt"))]
        )
        assert "1\t1\tbindings/large.yaml" in stat
        shown = house.git("show", "--format=", "-U0", commit, "--", "bindings/large.yaml")
        assert re.search(rf"^@@ -{line} \+{line} @@", shown, re.M)
        (new,) = (one for one in shown.split("\n") if one.startswith("+ "))
        assert new.endswith(f"status: landed-{number}")
        landed.add(number)
    assert landed == set(range(COUNT))
    house.spine("check", f"{start}..HEAD")
    assert house.status() == []
