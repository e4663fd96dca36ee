"""An interrupted landing finished or forgotten, whatever the user did in between."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from spine.repository import (
    DirtyPath,
    InProgress,
    JournalOpen,
    Landed,
    Locked,
    Unfinished,
    diagnose,
    read_journal,
    recover,
)

from .conftest import Ground
from .test_races_and_crashes import land_in_a_process

VM = b"landed\n" * 100


def interrupted(ground: Ground) -> None:
    """A landing that is killed right after the branch has moved: no file, no index entry has followed."""
    real = next(f"{place}/git" for place in os.environ["PATH"].split(":") if os.access(f"{place}/git", os.X_OK))
    shim = ground.path.parent / "shim"
    shim.mkdir()
    (shim / "git").write_text(
        f'#!/bin/sh\ncase "$*" in *update-ref*) {real} "$@"; touch {shim}/fired; kill -9 $PPID;;\n'
        f'*) exec {real} "$@";; esac\n'
    )
    (shim / "git").chmod(0o755)
    land_in_a_process(ground, {"PATH": f"{shim}:{os.environ['PATH']}"})
    assert (shim / "fired").exists()
    assert (ground.path / ".git/index.lock").exists()
    with ground.open() as repo:
        assert read_journal(repo) is not None
    assert "D  bindings/vm.yaml" not in ground.status()


def test_files_and_index_follow(started: Ground) -> None:
    interrupted(started)
    with started.open() as repo:
        done = recover(repo)
        assert done is not None
        assert (done.what, done.left) == ("finish", ())
        assert recover(repo) is None
    assert started.status() == ""
    assert (started.path / "bindings/vm.yaml").read_bytes() == VM
    assert not (started.path / "docs/notes.md").exists()
    assert isinstance(started.land({"again.yaml": b"x\n"}), Landed)


def test_an_edit_made_since_is_left_alone_and_named(started: Ground) -> None:
    interrupted(started)
    started.write({"bindings/vm.yaml": "mine\n"})
    with started.open() as repo:
        done = recover(repo)
    assert done is not None
    assert done.left == ("bindings/vm.yaml",)
    assert (started.path / "bindings/vm.yaml").read_text() == "mine\n"
    assert started.status() == " M bindings/vm.yaml"  # an edit of what landed, not a staged way back


def test_what_was_landed_on_top_since_is_not_taken_back(started: Ground) -> None:
    interrupted(started)
    (started.path / ".git/index.lock").unlink()  # the user followed git's advice
    started.write({"bindings/vm.yaml": "later: 1\n"})
    started.git("add", "bindings/vm.yaml")
    started.git("commit", "-qm", "later", "--", "bindings/vm.yaml")
    with started.open() as repo:
        done = recover(repo)
    assert done is not None
    assert "bindings/vm.yaml" not in done.follows
    assert (started.path / "bindings/vm.yaml").read_text() == "later: 1\n"
    assert started.git("show", "HEAD:bindings/vm.yaml") == "later: 1"


def test_a_staged_path_is_refused_and_the_journal_stays(started: Ground) -> None:
    interrupted(started)
    (started.path / ".git/index.lock").unlink()
    started.write({"bindings/vm.yaml": "mine\n"})
    started.git("add", "bindings/vm.yaml")
    before = started.everything()
    with started.open() as repo, pytest.raises(DirtyPath):
        recover(repo)
    assert started.everything() == before


def test_a_lock_of_a_git_at_work_stays_and_one_of_a_dead_git_goes(started: Ground, tmp_path: Path) -> None:
    interrupted(started)
    lock = started.path / ".git/index.lock"
    lock.unlink()
    lock.write_bytes(b"")
    git = tmp_path / "git"
    git.symlink_to(shutil.which("sleep") or "")
    with subprocess.Popen(["sh", "-c", f"{git} 60 & echo $!; wait"], cwd=started.path, stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None
        at_work = int(shell.stdout.readline())
        with started.open() as repo, pytest.raises(Locked, match=r"index\.lock"):
            recover(repo, wait=0.1)
        assert lock.exists()
        os.kill(at_work, signal.SIGKILL)
    with started.open() as repo:
        done = recover(repo)
        assert done is not None
        assert (done.what, done.leftovers) == ("finish", (".git/index.lock",))
    assert started.status() == ""


@pytest.mark.parametrize(
    "name", [".git/refs/heads/main.lock", ".git/HEAD.lock", ".git/packed-refs.lock", ".git/index.lock"]
)
def test_a_lock_that_a_dead_git_left_goes(started: Ground, name: str) -> None:
    before = started.everything()
    started.write({name: b""})
    with started.open() as repo:
        found = diagnose(repo)
        assert found is not None
        assert (found.what, found.journal, found.leftovers) == ("clear", None, (name,))
        assert recover(repo) == found
        assert (diagnose(repo), recover(repo)) == (None, None)
    assert started.everything() == before
    assert isinstance(started.land({"again.yaml": b"x\n"}), Landed)


def test_scratch_of_the_dead_goes_and_that_of_the_living_stays(started: Ground) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    mine = {f"bindings/.spine-{os.getpid()}-{'a' * 16}", f".git/spine-{os.getpid()}-xy_z1"}
    theirs = {f"new/.spine-{dead.pid}-{'b' * 16}", f".git/spine-{dead.pid}-lock", ".git/spine-journal.new"}
    started.write(dict.fromkeys([*mine, *theirs], "x"))
    (started.path / "proposals/2026-02/CP-20260212-080601__claimed").mkdir(parents=True)
    started.write({"bindings/spine-notes.md": "mine", "bindings/.spine-notes": "mine"})
    other = started.path / "inner"
    started.git("init", "-q", str(other))
    started.write({f"inner/.spine-{dead.pid}-{'c' * 16}": "theirs"})
    before = started.everything()
    with started.open() as repo:
        done = recover(repo)
        assert done is not None
        assert set(done.leftovers) == {*theirs, "proposals/2026-02/CP-20260212-080601__claimed"}
        assert recover(repo) is None
    assert started.everything() == {name: digest for name, digest in before.items() if name not in theirs}
    assert not (started.path / "proposals/2026-02/CP-20260212-080601__claimed").exists()


def test_a_branch_that_never_got_it_is_forgotten(started: Ground) -> None:
    tip = started.git("rev-parse", "main").strip()
    interrupted(started)
    started.git("update-ref", "refs/heads/main", tip)
    before = (started.path / "bindings/vm.yaml").read_bytes()
    with started.open() as repo:
        done = recover(repo)
    assert done is not None
    assert done.what == "forget"
    assert (started.path / "bindings/vm.yaml").read_bytes() == before
    assert started.status() == ""


def test_another_work_tree_has_to_follow(started: Ground, tmp_path: Path) -> None:
    started.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    interrupted(started)
    side = Ground(tmp_path / "side", started.git_, started.env)
    with side.open() as repo, pytest.raises(InProgress, match="another work tree"):
        recover(repo)
    with started.open() as repo:
        assert recover(repo) is not None


def test_a_work_tree_that_cannot_be_written_keeps_the_journal(started: Ground) -> None:
    interrupted(started)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))  # no file may be longer: the landed ones are
        with started.open() as repo, pytest.raises(Unfinished, match=r"vm\.yaml"):
            recover(repo)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, heard)
    assert (started.path / "bindings/vm.yaml").read_bytes() != VM
    with started.open() as repo:
        assert read_journal(repo) is not None
        assert recover(repo) is not None
    assert started.status() == ""


def test_a_journal_that_cannot_be_read_is_told(started: Ground) -> None:
    (started.path / ".git/spine-journal.json").write_text("{")
    with started.open() as repo, pytest.raises(JournalOpen):
        recover(repo)
