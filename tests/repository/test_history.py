"""Commits and what they changed, under settings that would bend git's own output."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spine.repository import (
    Blob,
    CommitId,
    MissingObject,
    PathChange,
    Person,
    Range,
    Repository,
    added_by,
    additions,
    changed_paths,
    changes_first_parent,
    commits_in,
    names_ever,
    read_commit,
    resolve,
    resolve_range,
    shallow,
)

from .conftest import Git, Ground

BENT = {
    "diff.renames": "copies",
    "diff.noprefix": "true",
    "log.showSignature": "true",
    "log.decorate": "full",
    "color.ui": "always",
    "log.follow": "true",
    "log.diffMerges": "combined",
    "log.showRoot": "false",
    "diff.external": "false",
    "core.quotePath": "true",
    "log.date": "relative",
    "format.pretty": "oneline",
    "diff.ignoreSubmodules": "all",
    "core.abbrev": "7",
    "log.mailmap": "true",
    "diff.orderFile": "order",
    "notes.displayRef": "refs/notes/*",
    "i18n.logOutputEncoding": "ISO-8859-1",
}


@pytest.fixture
def bent(started: Ground) -> Ground:
    """The started repository with settings that change what porcelain prints."""
    for name, value in BENT.items():
        started.git("config", name, value)
    started.write({"order": "spine.yaml\ndocs/*\n"})
    (started.path / "order").rename(started.path / ".git/order")
    started.git("config", "diff.orderFile", str(started.path / ".git/order"))
    return started


def test_a_commit_in_full(bent: Ground) -> None:
    parent = CommitId(bent.git("rev-parse", "HEAD"))
    message = "Betreff: größer\nzweite Zeile\n\nText\n---\nmehr\n\nSpine-Proposal: CP-1\nSpine-Gap: GAP-OP-1\n"
    bent.git("notes", "add", "-m", "a note")
    bent.write({"a": "1"})
    bent.git("add", "a")
    bent.git(
        "commit",
        "-q",
        "-F",
        "-",
        "--cleanup=verbatim",
        "--author=Änne O'X <a@x>",
        "--date=1700000000 +0530",
        stdin=message,
    )
    with bent.open() as repo:
        commit = read_commit(repo, resolve(repo, "HEAD"))
    assert commit.parents == (parent,)
    assert commit.tree == bent.git("rev-parse", "HEAD^{tree}")
    assert commit.author == Person("Änne O'X", "a@x")
    assert str(commit.committer) == "Cleo Committer <cleo@example.org>"
    assert commit.author_date == datetime.fromtimestamp(1_700_000_000, UTC)
    assert commit.author_date.utcoffset() == timedelta(hours=5, minutes=30)
    assert commit.date == datetime(2026, 2, 12, 13, 24, 52, tzinfo=UTC)
    assert commit.subject == "Betreff: größer zweite Zeile"
    assert commit.message == message
    assert commit.trailers == (("Spine-Proposal", "CP-1"), ("Spine-Gap", "GAP-OP-1"))
    assert not commit.is_signed


def test_ranges_newest_first(bent: Ground) -> None:
    stream = "".join(
        f"commit refs/heads/main\ncommitter C <c@x> {number} +0000\ndata <<END\nc{number}\nEND\n"
        + ("from refs/heads/main^0\n" if number == 0 else "")
        for number in range(600)
    )
    bent.git("fast-import", "--quiet", "--force", stdin=stream)
    ids = [CommitId(line) for line in bent.git("rev-list", "--reverse", "HEAD").split("\n")]
    assert len(ids) == 601
    with bent.open() as repo:
        found = list(commits_in(repo, Range(None, ids[-1])))
        assert [commit.id for commit in found] == ids[::-1]
        assert [commit.subject for commit in found[:3]] == ["c599", "c598", "c597"]
        assert [commit.id for commit in commits_in(repo, resolve_range(repo, "HEAD~2..HEAD"))] == [ids[-1], ids[-2]]
        assert list(commits_in(repo, Range(ids[-1], ids[-1]))) == []


def resolve_first(ground: Ground) -> CommitId:
    """The commit HEAD stands on."""
    return CommitId(ground.git("rev-parse", "HEAD"))


def test_merges_and_the_first_parent_line(bent: Ground) -> None:
    base = resolve_first(bent)
    bent.git("checkout", "-q", "-b", "side")
    side = bent.commit({"side.yaml": "1\n"}, "side")
    bent.git("checkout", "-q", "main")
    main = bent.commit({"main.yaml": "1\n"}, "main")
    bent.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    merge = resolve_first(bent)
    with bent.open() as repo:
        everything = [commit.id for commit in commits_in(repo, Range(base, merge))]
        assert everything[0] == merge
        assert set(everything) == {merge, side, main}
        assert [commit.id for commit in commits_in(repo, Range(base, merge), first_parent=True)] == [merge, main]
        steps = list(changes_first_parent(repo, Range(base, merge)))
        assert [(step.commit, step.parent, [change.path for change in step.changes]) for step in steps] == [
            (merge, main, ["side.yaml"]),
            (main, base, ["main.yaml"]),
        ]
        assert added_by(repo, "side.yaml", merge) == merge
        assert added_by(repo, "side.yaml", side) == side
        assert added_by(repo, "main.yaml", side) is None


def test_every_kind_of_change_with_full_ids(bent: Ground) -> None:
    before = resolve_first(bent)
    odd = b"caf\xe9 \n\t.yaml"
    bent.git("mv", "bindings/net.yaml", "bindings/renamed.yaml")
    bent.git("rm", "-q", "docs/notes.md")
    (bent.path / "bindings/vm.yaml").chmod(0o755)
    (bent.path / "spine.yaml").unlink()
    (bent.path / "spine.yaml").symlink_to("target")
    (bent.path / os.fsdecode(odd)).write_bytes(b"odd")
    (bent.path / ":colon").write_text("colon")
    bent.git("add", "--all")
    bent.git("update-index", "--add", "--cacheinfo", f"160000,{before},sub")
    bent.git("commit", "-q", "-m", "all kinds")
    after = resolve_first(bent)
    with bent.open() as repo:
        name = repo.objects.hash_blob
        nets, notes = name(b"nets: []\n"), name(b"notes\n")
        vm = name(b"vms:\n  - id: 100\n    status: planned\n")
        expected = (
            PathChange(":colon", None, Blob(name(b"colon"), "100644")),
            PathChange("bindings/net.yaml", Blob(nets, "100644"), None),
            PathChange("bindings/renamed.yaml", None, Blob(nets, "100644")),
            PathChange("bindings/vm.yaml", Blob(vm, "100644"), Blob(vm, "100755")),
            PathChange(odd.decode("utf-8", "surrogateescape"), None, Blob(name(b"odd"), "100644")),
            PathChange("docs/notes.md", Blob(notes, "100644"), None),
            PathChange("spine.yaml", Blob(name(b"spine: settings/1\n"), "100644"), Blob(name(b"target"), "120000")),
            PathChange("sub", None, Blob(before, "160000")),
        )
        assert changed_paths(repo, before, after) == expected
        assert changed_paths(repo, after, after) == ()
        (step,) = changes_first_parent(repo, Range(before, after))
        assert step.changes == expected
        assert {change.path for change in changed_paths(repo, None, before)} == {
            "spine.yaml", "bindings/vm.yaml", "bindings/net.yaml", "docs/notes.md",
        }  # fmt: skip
        assert [change.after for change in changed_paths(repo, before, None)] == [None] * 4


def test_the_stream_has_every_commit_the_root_and_empty_ones_too(bent: Ground) -> None:
    first = resolve_first(bent)
    bent.git("commit", "-q", "--allow-empty", "-m", "empty")
    empty = resolve_first(bent)
    last = bent.commit({"\1odd": "x", "docs/notes.md": "more\n"}, "\1 odd")
    with bent.open() as repo:
        steps = list(changes_first_parent(repo, Range(None, last)))
        assert [(step.commit, step.parent, len(step.changes)) for step in steps] == [
            (last, empty, 2),
            (empty, first, 0),
            (first, None, 4),
        ]
        only = list(changes_first_parent(repo, Range(None, last), ["docs"]))
        assert [(step.commit, [change.path for change in step.changes]) for step in only] == [
            (last, ["docs/notes.md"]),
            (first, ["docs/notes.md"]),
        ]
        assert list(changes_first_parent(repo, Range(None, last), ["doc*"])) == []


def test_the_latest_commit_that_added_a_path(bent: Ground) -> None:
    path = "proposals/x/receipt.yaml"
    bent.commit({path: "1\n"}, "landed")
    bent.git("revert", "--no-edit", "HEAD")
    again = bent.commit({path: "1\n"}, "landed again")
    bent.commit({path: "2\n"}, "edited")
    other = bent.commit({"proposals/y/receipt.yaml": "1\n", "elsewhere": "1"}, "other")
    with bent.open() as repo:
        assert added_by(repo, path, other) == again
        assert added_by(repo, "proposals/z/receipt.yaml", other) is None
        assert additions(repo, other, "proposals") == {path: again, "proposals/y/receipt.yaml": other}
        assert len(additions(repo, other, "")) == 7
        bent.git("rm", "-q", path)
        bent.git("commit", "-q", "-m", "gone")
        assert added_by(repo, path, resolve(repo, "HEAD")) == again


def test_odd_commits_are_read(started: Ground) -> None:
    tree = started.git("rev-parse", "HEAD^{tree}")
    odd = {
        b"author A <a@x> 99999999999999999 +0000\ncommitter C <c@x> 1 -9999": ("A", "a@x"),
        b"author  <> 0 +0000\ncommitter C <c@x> 1 +0000": ("", ""),
        b"author A B <a b@x> 1 +0000\ncommitter C <c@x>": ("A B", "a b@x"),
        b"author nonsense\ncommitter C <c@x> 1 +0000": ("nonsense", ""),
        b"author \xe9 <e@x> 1 +0000\ncommitter C <c@x> 1 +0000\nencoding ISO-8859-1": ("\ufffd", "e@x"),
        b"author A <a@x> 1 +0000\ncommitter C <c@x> 1 +0000\nencoding no-such-thing": ("A", "a@x"),
    }
    with started.open() as repo:
        for headers, (name, mail) in odd.items():
            data = b"tree %s\n%s\n\n\n\nsubject \xe9\n\nKey: v" % (tree.encode(), headers)
            (started.path / ".git/raw").write_bytes(data)
            oid = started.git("hash-object", "-t", "commit", "-w", "--literally", ".git/raw")
            commit = read_commit(repo, CommitId(oid))
            assert commit.author == Person(name, mail)
            assert commit.subject.startswith("subject ")
            assert commit.trailers == (("Key", "v"),)
            assert commit.author_date.year in {1970}
        assert "é" in read_commit(repo, CommitId(oid)).subject or "\udce9" in commit.subject


def test_a_shallow_history_ends_without_a_guess(started: Ground, tmp_path: Path, git: Git) -> None:
    for number in range(4):
        started.commit({"a": str(number)})
    git("clone", "-q", "--depth=2", started.path.as_uri(), str(tmp_path / "cut"), cwd=tmp_path)
    with Repository.open(tmp_path / "cut", started.env) as repo:
        tip = resolve(repo, "HEAD")
        found = list(commits_in(repo, Range(None, tip)))
        assert len(found) == 2
        assert shallow(repo) == {found[-1].id}
        assert found[-1].parents == (started.git("rev-parse", "HEAD~2"),)
        assert list(changes_first_parent(repo, Range(None, tip)))[-1].parent is None
        with pytest.raises(MissingObject):
            read_commit(repo, found[-1].parents[0])


def test_every_path_that_any_reference_ever_had(started: Ground) -> None:
    started.commit({"gaps/one": "1", "gaps/deep/ü two": "2", "other/x": "3"}, "on main")
    started.git("switch", "-qc", "side")
    started.commit({"gaps/three": "3"}, "on a branch")
    started.git("rm", "-q", "gaps/three")
    started.git("commit", "-qm", "gone")
    started.git("update-ref", "refs/remotes/origin/side", "HEAD")
    started.git("switch", "-q", "main")
    started.git("branch", "-qD", "side")
    with started.open() as repo:
        assert names_ever(repo, "gaps") == {"gaps/one", "gaps/deep/ü two", "gaps/three"}
        assert names_ever(repo, "nowhere") == set()
