"""Whole sessions as people see them: every verb, its output word by word.

A file of `sessions/` is a shell session: `$ command`, its stdout, its stderr behind `! `, and `[N]` where it ends so.
Ids of commits are called commit1, commit2 …, in the order in which they were made.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import House
from .golden import HERE, Names, settle

SESSIONS = sorted((HERE / "sessions").glob("*.txt"))


def commits(house: House) -> list[str]:
    """All commits in the order in which they were made, first-parent history first."""
    return house.git("log", "--branches", "--reverse", "--topo-order", "--format=%H", "--", ".").split("\n")


@pytest.mark.parametrize("file", SESSIONS, ids=lambda file: file.stem)
def test_a_session(file: Path, house: House) -> None:
    lines = file.read_text("utf-8").rstrip("\n").split("\n")
    head = lines[: next(number for number, line in enumerate(lines) if line.startswith("$ "))]
    came, known = list(head), [house.tip()]
    for line in (line for line in lines if line.startswith("$ ")):
        if came and came[-1] and came != head:
            came.append("")
        said = house.shell(line[2:], code=None)
        known += sorted(set(commits(house)) - set(known), key=commits(house).index)
        if "--json" in line and said.out.startswith("{"):
            assert said.document["spine"]
        names = Names(known)
        shown = [*said.out.splitlines(), *(f"! {one}".rstrip() for one in said.err.splitlines())]
        came += [line, *(names.hide(one) for one in shown)]
        if said.code:
            came.append(f"[{said.code}]")
    while not came[-1]:  # as the end of the file is read
        came.pop()
    settle(file, None, lines, came)
