"""CRLF rules: decided by spine, judged by git itself."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from spine.repository import Converted, work_tree_of

from .conftest import Ground

ATTRIBUTES = [
    "",
    "text",
    "-text",
    "text=auto",
    "text=input",
    "eol=lf",
    "eol=crlf",
    "text eol=lf",
    "text eol=crlf",
    "text=auto eol=lf",
    "text=auto eol=crlf",
    "-text eol=crlf",
    "crlf",
    "-crlf",
    "crlf=input",
    "text=auto -crlf",
    "binary",
    "text=odd",
]
SETTINGS = [
    ("false", "native"),
    ("true", "native"),
    ("input", "native"),
    ("false", "crlf"),
    ("false", "lf"),
    ("true", "crlf"),
]
CONTENTS = {
    "lf": b"a: 1\nb: 2\n",
    "crlf": b"a: 1\r\nb: 2\r\n",
    "mixed": b"a: 1\r\nb: 2\n",
    "lone": b"a\rb\r\nc\n",
    "nul": b"a\0b\r\nc\n",
    "controls": b"\x01\x02\x03\r\n" + b"x" * 40 + b"\n",
    "few": b"\x01\r\n" + b"x" * 400 + b"\n",
    "edge": b"\x01\r\n" + b"x" * 127 + b"\n",
    "kept": b"\t\b\x0c\x1b text\r\n\n",
    "eof": b"text\r\n\n\x1a",
    "empty": b"",
    "bare": b"no end",
}


@pytest.mark.parametrize(("autocrlf", "eol"), SETTINGS)
def test_bytes_are_stored_and_written_as_git_does_it(ground: Ground, autocrlf: str, eol: str) -> None:
    # One folder for each attribute, so that one commit and one checkout by git judge all contents at once.
    lines = "".join(f"{number}/* {words}\n" for number, words in enumerate(ATTRIBUTES) if words)
    ground.write({".gitattributes": lines})
    names = [(number, content) for number in range(len(ATTRIBUTES)) for content in CONTENTS]
    # First as git keeps them: raw blobs, as if committed elsewhere.
    with ground.open() as repo:
        oids = dict(zip(CONTENTS, repo.objects.write_blobs(list(CONTENTS.values())), strict=True))
    info = "".join(f"100644 {oids[content]}\t{number}/{content}\n" for number, content in names)
    ground.git("config", "core.autocrlf", autocrlf)
    ground.git("config", "core.eol", eol)
    ground.git("config", "core.safecrlf", "false")
    ground.git("update-index", "--add", "--index-info", stdin=info)
    ground.git("checkout-index", "-a", "-f")
    judged = 0
    with ground.open() as repo:
        view = work_tree_of(repo)
        conversions = view.prepare([f"{number}/{content}" for number, content in names])
        for number, content in names:
            path = f"{number}/{content}"
            written = (ground.path / path).read_bytes()
            assert conversions[path].on_disk(CONTENTS[content]) == written, (ATTRIBUTES[number], content)
            judged += written != CONTENTS[content]
    # Then the other way: raw bytes on disk, over an index that has LF, or CRLF, or nothing.
    for number, content in names:
        (ground.path / f"{number}/{content}").write_bytes(CONTENTS[content])
    for before in ("lf", "crlf", None):
        mode, oid = ("100644", oids[before]) if before else ("0", "0" * 40)
        info = "".join(f"{mode} {oid}\t{number}/{content}\n" for number, content in names)
        ground.git("update-index", "--add", "--index-info", stdin=info)
        with ground.open() as repo:
            view = work_tree_of(repo)
            stored = {entry.path: entry.oid for entry in view.entries() if "/" in entry.path}
        ground.git("add", "--all")
        staged = dict(line.split("\t")[::-1] for line in ground.git("ls-files", "-s").split("\n"))
        for number, content in names:
            path = f"{number}/{content}"
            assert stored[path] == staged[path].split(" ")[1], (ATTRIBUTES[number], content, before)
            judged += stored[path] != oids[content]
    assert judged > 20  # the table really converts


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("*.yaml working-tree-encoding=UTF-16LE", "the encoding “UTF-16LE”"),
        ("*.yaml filter=lfs", "the filter “lfs”"),
        ("*.yaml ident", "the attribute ident"),
    ],
)
def test_what_spine_cannot_follow_is_refused(started: Ground, line: str, what: str) -> None:
    started.git("config", "filter.lfs.process", "git-lfs filter-process")
    started.write({".gitattributes": f"{line}\n", "bindings/vm.yaml": "# $Id$\nvms: []\n"})
    with started.open() as repo, pytest.raises(Converted, match=what):
        work_tree_of(repo).read("bindings/vm.yaml")


def test_ident_without_its_word_changes_nothing(started: Ground) -> None:
    started.write({".gitattributes": "* ident\n* working-tree-encoding=UTF-8\n"})
    with started.open() as repo:
        assert work_tree_of(repo).read("bindings/net.yaml") == b"nets: []\n"


def test_attributes_from_outside_the_tree_count(started: Ground, tmp_path: Path) -> None:
    (started.path / ".git/info/attributes").write_text("spine.yaml text eol=crlf\n")
    with started.open() as repo:
        view = work_tree_of(repo)
        assert view.conversion("spine.yaml").on_disk(b"a\nb\n") == b"a\r\nb\r\n"
        assert view.conversion("docs/notes.md").on_disk(b"a\nb\n") == b"a\nb\n"


def test_odd_names_have_conversions_too(started: Ground) -> None:
    names = ["a\nb", "a\tb", 'a"b', "é", "\udcff"]
    started.write({".gitattributes": "* text eol=crlf\n"})
    with started.open() as repo:
        found = work_tree_of(repo).prepare(names)
        assert {name: found[name].on_disk(b"\n") for name in names} == dict.fromkeys(names, b"\r\n")
        assert list(itertools.islice(found, 5)) == names
