"""The files of a commit, of the index and of the work tree, all read alike."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spine.repository import (
    Blob,
    Converted,
    File,
    IndexSnapshot,
    Repository,
    Snapshot,
    TooLarge,
    Unmerged,
    resolve,
    snapshot_of,
    work_tree_of,
)

from .conftest import Git, Ground

ODD = b"caf\xe9\xff.txt"


def three(repo: Repository) -> list[Snapshot]:
    """The same files, seen in three places."""
    return [snapshot_of(repo, resolve(repo, "HEAD")), IndexSnapshot(repo), work_tree_of(repo)]


@pytest.fixture
def rich(ground: Ground) -> Ground:
    """Files of every kind: executable, link, folder of links, submodule, odd names."""
    ground.write(
        {"a.yaml": "a: 1\n", "a/b/c.yaml": "c\n", "a-b": "dash\n", "run.sh": "#!/bin/sh\n", "tab\there": "x\n"}
    )
    (ground.path / "run.sh").chmod(0o755)
    (ground.path / "link").symlink_to("a/b")
    (ground.path / os.fsdecode(ODD)).write_bytes(b"odd\n")
    ground.git("init", "-q", "inner")
    inner = Ground(ground.path / "inner", ground.git_, ground.env)
    inner.commit({"own": "1"})
    ground.git("-c", "advice.addEmbeddedRepo=false", "add", ".")
    ground.git("commit", "-q", "-m", "rich")
    return ground


def test_three_places_agree(rich: Ground) -> None:
    with rich.open() as repo:
        tree, index, files = three(repo)
        entries = list(tree.entries())
        assert [entry.path for entry in entries] == [
            "a-b", "a.yaml", "a/b/c.yaml", ODD.decode("utf-8", "surrogateescape"), "link", "run.sh", "tab\there",
        ]  # fmt: skip
        assert entries == list(index.entries()) == list(files.entries())
        for path, mode, oid in entries:
            data = {view.read(path) for view in (tree, index, files)}
            assert len(data) == 1, path
            assert tree.blob(path) == index.blob(path) == files.blob(path) == Blob(oid, mode)
        assert tree.blob("run.sh") == Blob(repo.objects.hash_blob(b"#!/bin/sh\n"), "100755")
        assert tree.read("link") == b"a/b"


@pytest.mark.parametrize(
    "path",
    ["nosuch", "a", "a/b", "a/", "", "/", "a.yaml/x", "link/c.yaml", "inner", "inner/own", "..", "a/../a.yaml", "a//b"],
)
def test_what_is_no_file_reads_as_none(rich: Ground, path: str) -> None:
    with rich.open() as repo:
        for view in three(repo)[:2]:
            assert view.read(path) is None, view
            assert view.blob(path) is None, view


@pytest.mark.parametrize("path", ["nosuch", "a", "a/b", "a.yaml/x", "link/c.yaml", "a/b/c.yaml/d/e"])
def test_on_disk_too_and_links_are_not_followed(rich: Ground, path: str) -> None:
    with rich.open() as repo:
        assert work_tree_of(repo).read(path) is None
        assert work_tree_of(repo).blob(path) is None


@pytest.mark.parametrize(
    ("prefix", "paths"),
    [
        ("a", ["a/b/c.yaml"]),
        ("a/", ["a/b/c.yaml"]),
        ("a/b", ["a/b/c.yaml"]),
        ("a.yaml", ["a.yaml"]),
        ("a/b/c.yaml", ["a/b/c.yaml"]),
        ("link", ["link"]),
        ("b", []),
        ("inner", []),
        ("run", []),
    ],
)
def test_lists_below_a_prefix(rich: Ground, prefix: str, paths: list[str]) -> None:
    with rich.open() as repo:
        for view in three(repo):
            assert list(view.paths(prefix)) == paths, view
            assert [entry.path for entry in view.entries(prefix)] == paths, view


def test_limits(rich: Ground) -> None:
    with rich.open() as repo:
        for view in three(repo):
            assert view.read("a.yaml", limit=5) == b"a: 1\n"
            with pytest.raises(TooLarge):
                view.read("a.yaml", limit=4)


def test_the_work_tree_has_new_files_but_none_that_is_ignored_or_deleted(started: Ground) -> None:
    started.write({".gitignore": "*.log\n", "new.yaml": "n\n", "x.log": "x", "deep/er/new": "1"})
    (started.path / "docs/notes.md").unlink()
    started.git("init", "-q", "other")
    Ground(started.path / "other", started.git_, started.env).commit({"theirs": "1"})
    with started.open() as repo:
        view = work_tree_of(repo)
        assert list(view.paths()) == [
            ".gitignore", "bindings/net.yaml", "bindings/vm.yaml", "deep/er/new", "new.yaml", "spine.yaml",
        ]  # fmt: skip
        assert view.read("docs/notes.md") is None
        assert view.read("x.log") == b"x"
        assert view.untracked() == [".gitignore", "deep/er/new", "new.yaml"]
        assert view.untracked("deep") == view.untracked("deep/er/") == list(view.paths("deep")) == ["deep/er/new"]
        assert view.untracked("other") == view.untracked("de*") == []


def test_a_folder_replaced_by_a_link_has_no_files(started: Ground) -> None:
    (started.path / "bindings").rename(started.path / "moved")
    (started.path / "bindings").symlink_to("moved")
    with started.open() as repo:
        view = work_tree_of(repo)
        assert list(view.paths("bindings")) == ["bindings"]
        assert view.read("bindings/vm.yaml") is None
        assert view.read("bindings") == b"moved"


def test_a_pipe_is_not_read(started: Ground) -> None:
    (started.path / "docs/notes.md").unlink()
    os.mkfifo(started.path / "docs/notes.md")
    with started.open() as repo:
        assert work_tree_of(repo).read("docs/notes.md") is None
        assert "docs/notes.md" not in list(work_tree_of(repo).paths())


def test_staged_unstaged_and_committed_differ(started: Ground) -> None:
    started.write({"spine.yaml": "staged\n"})
    started.git("add", "spine.yaml")
    started.write({"spine.yaml": "edited\n"})
    with started.open() as repo:
        assert [view.read("spine.yaml") for view in three(repo)] == [b"spine: settings/1\n", b"staged\n", b"edited\n"]


def test_paths_in_conflict_are_flagged(started: Ground) -> None:
    started.git("checkout", "-q", "-b", "side")
    started.commit({"spine.yaml": "side\n"})
    started.git("checkout", "-q", "main")
    started.commit({"spine.yaml": "main\n"})
    with pytest.raises(AssertionError, match="git merge"):
        started.git("merge", "-q", "side")
    with started.open() as repo:
        index = IndexSnapshot(repo)
        assert index.unmerged == {"spine.yaml"}
        assert "spine.yaml" not in list(index.paths())
        with pytest.raises(Unmerged) as caught:
            index.read("spine.yaml")
        assert "git merge --abort" in (caught.value.hint or "")
        assert index.read("docs/notes.md") == b"notes\n"
        assert b"<<<<<<<" in (work_tree_of(repo).read("spine.yaml") or b"")


def test_paths_that_git_was_told_not_to_look_at(started: Ground) -> None:
    started.git("update-index", "--skip-worktree", "docs/notes.md")
    started.git("update-index", "--assume-unchanged", "spine.yaml")
    with started.open() as repo:
        assert IndexSnapshot(repo).flags == {"docs/notes.md": "S", "spine.yaml": "h"}


def test_the_mode_comes_from_the_index_where_the_disk_cannot_tell(started: Ground) -> None:
    started.git("config", "core.fileMode", "false")
    (started.path / "spine.yaml").chmod(0o755)
    with started.open() as repo:
        assert work_tree_of(repo).blob("spine.yaml") == IndexSnapshot(repo).blob("spine.yaml")
    started.git("config", "core.fileMode", "true")
    with started.open() as repo:
        blob = work_tree_of(repo).blob("spine.yaml")
        assert blob is not None
        assert blob.mode == "100755"


def test_a_bare_repository_has_no_work_tree(started: Ground, tmp_path: Path, git: Git) -> None:
    git("clone", "-q", "--bare", str(started.path), str(tmp_path / "bare.git"), cwd=tmp_path)
    with (
        Repository.open(tmp_path / "bare.git", started.env) as repo,
        pytest.raises(Exception, match="has no work tree") as caught,
    ):
        work_tree_of(repo).read("spine.yaml")
    assert caught.type.__name__ == "SpineError"


def test_a_filter_is_refused_not_run(started: Ground, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    started.git("config", "filter.evil.clean", f"touch {canary}; cat")
    started.git("config", "filter.evil.required", "true")
    started.write({".gitattributes": "bindings/* filter=evil\n*.md filter=unknown\n", "bindings/vm.yaml": "changed\n"})
    with started.open() as repo:
        view = work_tree_of(repo)
        with pytest.raises(Converted, match="filter “evil”") as caught:
            view.read("bindings/vm.yaml")
        assert caught.value.hint == "git check-attr --all -- bindings/vm.yaml"
        assert view.on_disk("bindings/vm.yaml") == File(b"changed\n")
        assert view.read("docs/notes.md") == b"notes\n"
        assert "bindings/vm.yaml" in list(view.paths())
    assert not canary.exists()
