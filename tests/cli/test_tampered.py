"""Proposals that somebody wrote or changed by hand, drafts and committed ones: `apply` refuses, `validate` tells."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Done, House

SPINE = "bindings/vm.yaml"
Harm = Callable[[House, Path], None]


def replaced(old: str, new: str) -> Harm:
    """The proposal's file with one text replaced."""

    def harm(house: House, folder: Path) -> None:
        file = folder / "proposal.yaml"
        text = file.read_text()
        assert re.search(old, text, re.M), text
        file.write_text(re.sub(old, new, text, count=1, flags=re.M))

    return harm


def to_link(name: str) -> Harm:
    """Something of the proposal moved out of the repository, and a link to it left."""

    def harm(house: House, folder: Path) -> None:
        path = folder / name if name != ".." else folder.parent
        there = house.path.parent / "elsewhere"
        os.rename(path, there)
        path.symlink_to(there)

    return harm


def added(name: str, data: bytes) -> Harm:
    def harm(house: House, folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)

    return harm


def renamed(house: House, folder: Path) -> None:
    os.rename(folder, folder.with_name("CP-20260212-132452__another"))


def of_another_month(house: House, folder: Path) -> None:
    (house.path / "proposals/2025-01").mkdir()
    os.rename(folder, house.path / "proposals/2025-01" / folder.name)


def huge(house: House, folder: Path) -> None:
    with open(folder / "proposal.yaml", "a") as stream:
        stream.write("# " + "x" * (5 << 20) + "\n")


HARM: dict[str, tuple[Harm, str, str]] = {
    # what is done: (how, what apply says, what validate says)
    "another value": (replaced("to: 2$", "to: 3"), "SP056 .* does not give the bytes it promises", ""),
    "another result": (replaced("result: [0-9a-f]+", "result: " + "f" * 40), "SP056", ""),
    "a value that it never saw": (replaced("from: 1$", "from: 7"), "SP022 .*is 1, the change saw 7", ""),
    "a path that climbs": (replaced("path: .*", "path: ../x.yaml"), "SP041 .*“..”", "SP041 .*“..”"),
    "a path into .git": (replaced("path: .*", "path: .git/config"), "SP041 .*git's own", "SP041 .*git's own"),
    "a path into .GIT": (replaced("path: .*", "path: .GIT/config"), "SP041 .*git's own", "SP041 .*git's own"),
    "a path into git~1": (replaced("path: .*", "path: git~1/config"), "SP041 .*short name", "SP041 .*short name"),
    "an absolute path": (replaced("path: .*", "path: /etc/passwd"), "SP041 .*absolute", "SP041 .*absolute"),
    "a path that is closed": (replaced("path: .*", "path: .github/x.yaml"), "SP015 .*closed", "SP015 .*closed"),
    "a path of the ledger": (
        replaced("path: .*", "path: proposals/2026-02/x.yaml"),
        "SP002 a proposal never changes proposals",
        "SP057 .*a proposal never changes proposals",
    ),
    "a link as its file": (
        replaced("path: .*", "path: links/vm.yaml"),
        "SP058 .*symbolic link",
        "SP058 .*symbolic link",
    ),
    "a file behind a link": (replaced("path: .*", "path: links/all/vm.yaml"), "SP058 .*link", "SP058 .*link"),
    "the mode of a link": (replaced("^    base:", '    mode: "120000"\n    base:'), "SP041 .*mode", "SP041 .*mode"),
    "the mode of a submodule": (
        replaced("^    base:", '    mode: "160000"\n    base:'),
        "SP041 .*mode",
        "SP041 .*mode",
    ),
    "a mode of the group": (replaced("^    base:", '    mode: "100664"\n    base:'), "SP041 .*mode", "SP041 .*mode"),
    "a key that is none": (replaced("^base:", "bass: 1\nbase:"), "SP041 unknown key “bass”", "SP041 unknown key"),
    "a key twice": (replaced("^title:", "title: x\ntitle:"), "SP0.. .*title.* twice", "SP0.. .*title.* twice"),
    "an anchor": (replaced("^title: ", "title: &a "), "SP041 .*anchor", "SP041 .*anchor"),
    "a tag": (replaced("^title: ", "title: !!python/name:os.system "), "SP041 .*tag", "SP041 .*tag"),
    "no YAML": (replaced("^title: .*", "title: ["), "SP010 not valid YAML", "SP010 not valid YAML"),
    "no text": (added("proposal.yaml", b"spine: \xff\n"), "not UTF-8", "not UTF-8"),
    "an escape": (replaced("^title: .*", 'title: "\\\\e[31m"'), "SP041 .*invisible", "SP041 .*invisible"),
    "a file of many megabytes": (huge, "the limit is", "the limit is"),
    "another id in it": (replaced("^id: .*", "id: CP-20260212-132452__other"), "SP063 the folder is called", "SP052"),
    "another name of its folder": (renamed, "no proposal has this id|SP063", "SP052"),
    "another month": (of_another_month, "SP063 .* does not belong under", "SP053"),
    "a file that no proposal has": (added("run.sh", b"rm -rf /\n"), "", "SP051"),
    "a blob that is another": (added("blobs/" + "a" * 64, b"x"), "SP002 a blob is not the file", "SP051|not the file"),
    "its file as a link": (to_link("proposal.yaml"), "SP0", "SP059 a symbolic link"),
    "its folder as a link": (to_link("."), "no proposal has this id", "SP059 a symbolic link"),
    "its month as a link": (to_link(".."), "no proposal has this id", "SP059 a symbolic link"),
}


@pytest.mark.parametrize("is_committed", [False, True], ids=["draft", "committed"])
@pytest.mark.parametrize("what", HARM)
def test_it_does_not_land(what: str, is_committed: bool, house: House, inside: Callable[..., Done]) -> None:
    harm, refusal, finding = HARM[what]
    (house.path / "links").mkdir()
    (house.path / "links/vm.yaml").symlink_to("../bindings/vm.yaml")
    (house.path / "links/all").symlink_to("../bindings")
    house.commit()
    made = inside("propose", "raise it", "--set", "bindings/vm.yaml#version=2", "--json").document
    folder = house.path / made["path"]
    harm(house, folder)
    if is_committed:
        house.commit("hand-made")
    before = house.everything()
    said = inside("apply", made["id"])
    if not refusal:  # harmless to the landing, which takes nothing but what it knows
        assert said.code == 0, said
        assert not house.git("ls-tree", "-r", "--name-only", "HEAD", f"{made['path']}/run.sh") or is_committed
    else:
        assert (said.code, said.out) == (2, ""), said
        assert house.everything() == before
        assert len(said.errors) == 1
        assert re.search(refusal, said.errors[0]), said.err
    found = inside("validate")
    if finding:
        assert found.code in (1, 2), found
        assert re.search(finding, found.out), found
    assert inside("status").code == 0  # one bad proposal does not hide the others
    assert inside("list").code == 0
