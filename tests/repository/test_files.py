"""Files of the work tree: folders claimed by one writer, backups, and putting files back."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from spine.errors import Refused
from spine.repository import (
    DirtyPath,
    DiskFailed,
    File,
    FolderTaken,
    Link,
    NameTaken,
    NoBackup,
    Occupied,
    build_tree,
    look,
    new_folder,
    put,
    put_new,
    read_backup,
    refs,
    remove,
    replace_files,
    save_backup,
    snapshot_of,
    write_commit,
)
from spine.repository.objects import Blob

from .conftest import Ground

SPAWN = multiprocessing.get_context("spawn")


def test_looking_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "real/deep").mkdir(parents=True)
    (tmp_path / "real/deep/file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real/loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "run").write_bytes(b"r")
    (tmp_path / "run").chmod(0o700)
    assert look(tmp_path, "real/deep/file") == File(b"x")
    assert look(tmp_path, "run") == File(b"r", "100755")
    assert look(tmp_path, "link") == Link(b"real")
    assert look(tmp_path, "real/loop") == Link(b"loop")
    assert look(tmp_path, "link/deep/file") == Occupied("link", "a symbolic link")
    assert look(tmp_path, "real/loop/x") == Occupied("real/loop", "a symbolic link")
    assert look(tmp_path, "run/x/y") == Occupied("run", "a file")
    assert look(tmp_path, "real/deep") == Occupied("real/deep", "a folder")
    assert look(tmp_path, "pipe") == Occupied("pipe", "a device, pipe or socket")
    assert look(tmp_path, "pipe/x") == Occupied("pipe", "a device, pipe or socket")
    assert look(tmp_path, "no/such/file") is None


def test_writing_through_a_link_is_impossible(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "root/link").symlink_to("../outside")
    with pytest.raises(DiskFailed, match="link/x"):
        put(tmp_path / "root", "link/x", File(b"1"))
    (tmp_path / "outside/x").write_text("theirs")
    with pytest.raises(DiskFailed):
        remove(tmp_path / "root", "link/x")
    with pytest.raises(DiskFailed):
        new_folder(tmp_path / "root", "link/new", {"a": b"1"})
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["x"]


def test_a_link_at_the_end_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("t")
    (tmp_path / "link").symlink_to("target")
    put(tmp_path, "link", File(b"new"))
    assert (tmp_path / "target").read_text() == "t"
    assert look(tmp_path, "link") == File(b"new")


def test_a_new_file_is_claimed_by_one_writer(tmp_path: Path) -> None:
    put_new(tmp_path, "a/b", File(b"first", "100755"))
    with pytest.raises(NameTaken):
        put_new(tmp_path, "a/b", File(b"second"))
    (tmp_path / "a/link").symlink_to("nowhere")
    with pytest.raises(NameTaken):
        put_new(tmp_path, "a/link", File(b"third"))
    assert look(tmp_path, "a/b") == File(b"first", "100755")
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["b", "link"]


def test_removing_takes_empty_folders_along_but_not_where_one_stands(tmp_path: Path) -> None:
    for path in ("a/b/c/one", "a/b/two", "x/y/z", "p/q/r"):
        put(tmp_path, path, File(b""))
    remove(tmp_path, "a/b/c/one")
    assert (tmp_path / "a/b").is_dir()
    assert not (tmp_path / "a/b/c").exists()
    remove(tmp_path, "x/y/z", keep="x/")
    assert (tmp_path / "x").is_dir()
    assert not (tmp_path / "x/y").exists()
    remove(tmp_path, "p/q/r", keep="p/q/deeper/")
    assert (tmp_path / "p/q").is_dir()
    remove(tmp_path, "p/q/r")
    remove(tmp_path, "never/was")
    remove(tmp_path, "a/b/two")
    assert not (tmp_path / "a").exists()
    assert tmp_path.is_dir()


def test_a_new_folder_is_whole(tmp_path: Path) -> None:
    new_folder(tmp_path, "proposals/2026-02/CP-1", {"proposal.yaml": b"p\n", "blobs/abc": b"\0"})
    assert (tmp_path / "proposals/2026-02/CP-1/proposal.yaml").read_bytes() == b"p\n"
    assert (tmp_path / "proposals/2026-02/CP-1/blobs/abc").read_bytes() == b"\0"
    assert [path.name for path in (tmp_path / "proposals/2026-02").iterdir()] == ["CP-1"]
    for taken in ("proposals/2026-02/CP-1", "proposals/2026-02", "proposals/2026-02/CP-1/proposal.yaml"):
        with pytest.raises(FolderTaken):
            new_folder(tmp_path, taken, {"proposal.yaml": b"other"})
    assert (tmp_path / "proposals/2026-02/CP-1/proposal.yaml").read_bytes() == b"p\n"


def test_a_folder_that_cannot_be_filled_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DiskFailed):
        new_folder(tmp_path, "proposals/CP-1", {"a": b"1", "n" * 300: b"too long a name"})
    assert list((tmp_path / "proposals").iterdir()) == []
    new_folder(tmp_path, "top", {"a": b"1"})
    assert (tmp_path / "top/a").read_bytes() == b"1"


def claim(root: Path, who: str) -> None:
    """Try to be the one who makes each of the folders."""
    won = 0
    for number in range(30):
        try:
            new_folder(root, f"p/{number}", {"who": who.encode(), "more": who.encode()})
            won += 1
        except FolderTaken:
            pass
    (root / f"won-{who}").write_text(str(won))


def test_two_writers_never_share_a_folder(tmp_path: Path) -> None:
    processes = [SPAWN.Process(target=claim, args=(tmp_path, who)) for who in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert sum(int((tmp_path / f"won-{who}").read_text()) for who in "ab") == 30
    for number in range(30):
        assert (tmp_path / f"p/{number}/who").read_text() == (tmp_path / f"p/{number}/more").read_text()
    assert len(list((tmp_path / "p").iterdir())) == 30


def test_a_backup_keeps_files_as_they_are_and_touches_nothing_else(started: Ground) -> None:
    odd = os.fsdecode(b"caf\xe9")
    files = {
        "bindings/vm.yaml": File(b"edit\r\n"),
        "run.sh": File(b"#!", "100755"),
        odd: File(b"\0\xff"),
        "docs/notes.md": None,
    }
    started.git("config", "core.autocrlf", "true")
    started.git("config", "commit.gpgsign", "true")
    before = started.everything()
    with started.open() as repo:
        ref = save_backup(repo, "CP-1", files, "kept by spine\n")
        assert ref == "refs/spine/backup/CP-1"
        assert [found.name for found in refs(repo, "refs/spine/")] == [ref]
        assert read_backup(repo, "CP-1") == files
        with pytest.raises(Exception, match="update-ref"):
            save_backup(repo, "CP-1", {}, "again")
        assert read_backup(repo, "CP-1") == files
        for wrong in ("", "..", "a b", "x.lock", "a\nb", "nosuch"):
            with pytest.raises(Refused):
                read_backup(repo, wrong)
            if wrong != "nosuch":
                with pytest.raises(NoBackup):
                    save_backup(repo, wrong, files, "m")
    after = started.everything()
    assert {name: after[name] for name in after if name != f".git/{ref}"} == before


def test_putting_files_back(started: Ground) -> None:
    vm = (started.path / "bindings/vm.yaml").read_bytes()
    started.write({"bindings/vm.yaml": "edit\n", "new/file.yaml": "n\n"})
    (started.path / "docs/notes.md").unlink()
    with started.open() as repo:
        replace_files(
            repo,
            {
                "bindings/vm.yaml": (File(b"edit\n"), File(vm)),
                "new/file.yaml": (File(b"n\n"), None),
                "docs/notes.md": (None, File(b"notes\n")),
                "spine.yaml": (File(b"other"), File(b"spine: settings/1\n")),
            },
        )
    assert started.status() == ""
    assert not (started.path / "new").exists()


def test_nothing_is_put_back_over_a_newer_edit(started: Ground) -> None:
    started.write({"bindings/vm.yaml": "edit\n", "docs/notes.md": "newer\n"})
    before = started.everything()
    with started.open() as repo, pytest.raises(DirtyPath, match=r"docs/notes\.md has changed"):
        replace_files(
            repo,
            {
                "bindings/vm.yaml": (File(b"edit\n"), File(b"old\n")),
                "docs/notes.md": (File(b"edit\n"), File(b"notes\n")),
            },
        )
    assert started.everything() == before


def test_trees_and_commits_without_an_index(started: Ground) -> None:
    before = started.everything()
    with started.open() as repo:
        tip = started.git("rev-parse", "HEAD")
        oid = repo.objects.write_blob(b"x\n")
        base = snapshot_of(repo, tip).tree  # type: ignore[arg-type]
        tree = build_tree(repo, base, {"a/b": Blob(oid, "100755"), "docs/notes.md": None, "nosuch": None})
        commit = write_commit(repo, tree, [tip, tip][:1], "subject")  # type: ignore[list-item]
        assert commit.message == "subject\n"
        assert {entry.path: entry.mode for entry in snapshot_of(repo, commit.id).entries()} == {
            "a/b": "100755",
            "bindings/net.yaml": "100644",
            "bindings/vm.yaml": "100644",
            "spine.yaml": "100644",
        }
        assert build_tree(repo, None, {}) == repo.objects.empty_tree
        for path in ("../x", ".git/x", ".GIT/x", "a//b", "/x", ".g\u200cit/x"):
            with pytest.raises(Exception, match="did not put"):
                build_tree(repo, None, {path: Blob(oid, "100644")})
    assert started.everything() == before
