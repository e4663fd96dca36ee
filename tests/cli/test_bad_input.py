"""What is malformed or asks for too much: exit 2, one error that says where and what mends it, and nothing written.

The cases are the sections of `bad_input.txt`: `% shell` prepares, `$ spine …` is what is refused, `< text` its stdin,
the rest the whole of stderr.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable

import pytest
from everything import everything

from spine.cli.root import VERBS as GROUPS

from .conftest import Done, House
from .golden import HERE, sections, settle

FILE = HERE / "bad_input.txt"
CASES = sections(FILE)
VERBS = [verb for group in GROUPS.values() for verb in group]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("title", CASES)
def test_it_is_refused(title: str, house: House, inside: Callable[..., Done]) -> None:
    lines = CASES[title]
    for line in lines:
        if line.startswith("% "):
            house.shell(line[2:])
    (command,) = (line for line in lines if line.startswith("$ spine"))
    words = [word.encode().decode("unicode_escape") if "\\x" in word else word for word in shlex.split(command)[2:]]
    words = [word.replace("@REPO@", str(house.path)) for word in words]
    stdin = "\n".join(line[2:] for line in lines if line.startswith("< "))
    around = house.path.parent
    before = everything(around)
    said = inside(*words, stdin=stdin)
    assert everything(around) == before, said
    assert said.code == 2, said
    assert said.out == ""
    given = [line for line in lines if line.startswith(("% ", "$ ", "< "))]
    shown = said.err.replace(str(house.path), "@REPO@").replace(str(around), "@AROUND@")
    settle(FILE, title, lines, given + shown.rstrip("\n").split("\n"))
    assert len(said.errors) == 1, said.err

    if "help" in words:
        return
    at = next((number for number, word in enumerate(words, 1) if word in VERBS), 1)
    told = inside(*words[:at], "--json", *words[at:], stdin=stdin)
    assert everything(around) == before
    assert (told.code, told.err) == (2, said.err)
    document = told.document
    assert document["spine"] == "error/1"
    assert document["exit"] == {"code": 2, "meaning": "refused"}
    assert set(document) == {"spine", "code", "message", "place", "hint", "exit"}
    assert document["code"] in said.errors[0]
