"""What a landing refuses, and that after each refusal every file of the user's is byte-identical."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from spine.errors import Exit, Refused, SpineError
from spine.paths import UnsafePath
from spine.repository import (
    BlockedPath,
    CheckedOutElsewhere,
    Converted,
    Decision,
    DirtyPath,
    InProgress,
    Landed,
    Locked,
    Repository,
    TooLarge,
    land,
)

from .conftest import MAIN, Ground

VM = "bindings/vm.yaml"
NEW = b"new\n"


def replaced_by_link(ground: Ground) -> None:
    (ground.path / VM).unlink()
    (ground.path / VM).symlink_to("../docs/notes.md")


def replaced_by_folder(ground: Ground) -> None:
    (ground.path / VM).unlink()
    (ground.path / VM).mkdir()


def replaced_by_pipe(ground: Ground) -> None:
    (ground.path / VM).unlink()
    os.mkfifo(ground.path / VM)


def parent_is_a_link(ground: Ground) -> None:
    (ground.path / "bindings").rename(ground.path / "elsewhere")
    (ground.path / "bindings").symlink_to("elsewhere")


def parent_is_a_link_out(ground: Ground) -> None:
    outside = ground.path.parent / "outside"
    (ground.path / "bindings").rename(outside)
    (ground.path / "bindings").symlink_to(outside)


def parent_is_a_file(ground: Ground) -> None:
    for path in sorted((ground.path / "bindings").iterdir()):
        path.unlink()
    (ground.path / "bindings").rmdir()
    ground.write({"bindings": "a file\n"})


def parent_is_another_repository(ground: Ground) -> None:
    ground.git("init", "-q", "bindings")


def edited(ground: Ground) -> None:
    ground.write({VM: "my edit\n"})


def staged(ground: Ground) -> None:
    edited(ground)
    ground.git("add", VM)


def staged_and_put_back(ground: Ground) -> None:
    text = (ground.path / VM).read_bytes()
    staged(ground)
    ground.write({VM: text})


def deleted(ground: Ground) -> None:
    (ground.path / VM).unlink()


def unstaged(ground: Ground) -> None:
    ground.git("rm", "-q", "--cached", VM)


def made_executable(ground: Ground) -> None:
    (ground.path / VM).chmod(0o755)


def skipped(ground: Ground) -> None:
    ground.git("update-index", "--skip-worktree", VM)


def assumed(ground: Ground) -> None:
    ground.git("update-index", "--assume-unchanged", VM)


def in_conflict(ground: Ground) -> None:
    blob = ground.git("rev-parse", f"HEAD:{VM}")
    ground.git(
        "update-index", "--index-info",
        stdin=f"0 {'0' * 40}\t{VM}\n" + "".join(f"100644 {blob} {stage}\t{VM}\n" for stage in (1, 2, 3)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (edited, "has changes that are not committed"),
        (staged, "has staged changes"),
        (staged_and_put_back, "has staged changes"),
        (deleted, "is deleted in the work tree"),
        (unstaged, "has staged changes"),
        (made_executable, "has changes that are not committed"),
        (skipped, "told not to look at it"),
        (assumed, "told not to look at it"),
        (in_conflict, "is in conflict"),
        (replaced_by_link, "is a symbolic link in the work tree"),
        (replaced_by_folder, f"{VM} is a folder"),
        (replaced_by_pipe, f"{VM} is a device, pipe or socket"),
        (parent_is_a_link, "bindings is a symbolic link"),
        (parent_is_a_link_out, "bindings is a symbolic link"),
        (parent_is_a_file, "bindings is a file"),
        (parent_is_another_repository, "lies in another repository, bindings"),
    ],
)
def test_an_edit_on_a_landed_path(started: Ground, spoil: Callable[[Ground], None], words: str) -> None:
    spoil(started)
    started.write({"untracked.txt": "u\n"})
    before = started.everything()
    with pytest.raises(DirtyPath, match=words) as caught:
        started.land({VM: NEW, "new.yaml": NEW})
    assert started.everything() == before
    assert caught.value.exit_code is Exit.FAILED
    assert VM in caught.value.message
    assert caught.value.hint


def test_an_edit_on_a_path_that_is_to_be_deleted(started: Ground) -> None:
    edited(started)
    before = started.everything()
    with pytest.raises(DirtyPath):
        started.land({VM: None})
    assert started.everything() == before


@pytest.mark.parametrize("ignored", [True, False])
def test_an_untracked_file_in_the_way(started: Ground, ignored: bool) -> None:
    started.write({"new/file.yaml": "mine\n", ".git/info/exclude": "new/\n" if ignored else ""})
    before = started.everything()
    with pytest.raises(DirtyPath, match="is in the way, untracked"):
        started.land({"new/file.yaml": NEW})
    assert started.everything() == before


@pytest.mark.parametrize(("staged_path", "own"), [("new", "new/file"), ("new/file/deep", "new/file")])
def test_a_staged_file_where_a_folder_is_needed(started: Ground, staged_path: str, own: str) -> None:
    started.write({staged_path: "x"})
    started.git("add", staged_path)
    (started.path / staged_path).unlink()
    for folder in [part for part in (started.path / staged_path).parents if started.path in part.parents]:
        folder.rmdir()
    before = started.everything()
    with pytest.raises(DirtyPath, match="staged as a folder, or below"):
        started.land({own: NEW})
    assert started.everything() == before


def begin_merge(ground: Ground) -> None:
    ground.git("checkout", "-q", "-b", "side")
    ground.commit({"docs/notes.md": "side\n"})
    ground.git("checkout", "-q", "main")
    ground.commit({"docs/notes.md": "main\n"})


def merging(ground: Ground) -> None:
    begin_merge(ground)
    with pytest.raises(AssertionError):
        ground.git("merge", "-q", "side")


def merged_without_commit(ground: Ground) -> None:
    ground.git("checkout", "-q", "-b", "side")
    ground.commit({"other": "side\n"})
    ground.git("checkout", "-q", "main")
    ground.git("merge", "-q", "--no-ff", "--no-commit", "side")


def picking(ground: Ground) -> None:
    begin_merge(ground)
    with pytest.raises(AssertionError):
        ground.git("cherry-pick", "side")


def picking_several(ground: Ground) -> None:
    begin_merge(ground)
    ground.commit({"x": "1"})
    ground.git("branch", "more", "side")
    with pytest.raises(AssertionError):
        ground.git("cherry-pick", "side", "main~1")
    ground.git("reset", "-q", "--hard")
    (ground.path / ".git/CHERRY_PICK_HEAD").unlink(missing_ok=True)


def reverting(ground: Ground) -> None:
    begin_merge(ground)
    ground.commit({"docs/notes.md": "again\n"})
    with pytest.raises(AssertionError):
        ground.git("revert", "--no-edit", "HEAD~1")


def applying_mail(ground: Ground) -> None:
    begin_merge(ground)
    patch = ground.git("format-patch", "--stdout", "-1", "side")
    with pytest.raises(AssertionError):
        ground.git("am", "-q", stdin=patch + "\n")


def rebasing(ground: Ground) -> None:
    begin_merge(ground)
    with pytest.raises(AssertionError):
        ground.git("rebase", "-q", "side")


def bisecting(ground: Ground) -> None:
    ground.git("bisect", "start")


def rebasing_in_another_worktree(ground: Ground) -> None:
    begin_merge(ground)
    ground.git("checkout", "-q", "--detach")
    ground.git("worktree", "add", "-q", str(ground.path.parent / "linked"), "main")
    linked = Ground(ground.path.parent / "linked", ground.git_, ground.env)
    with pytest.raises(AssertionError):
        linked.git("rebase", "-q", "side")


@pytest.mark.parametrize(
    ("begin", "words", "end"),
    [
        (merging, "a merge is in progress", "git merge --abort"),
        (merged_without_commit, "a merge is in progress", "git merge --abort"),
        (picking, "a cherry-pick is in progress", "git cherry-pick --abort"),
        (picking_several, "several commits is in progress", "git cherry-pick --abort"),
        (reverting, "a revert is in progress", "git revert --abort"),
        (applying_mail, "git am is in progress", "git am --abort"),
        (rebasing, "is being rebased", "git rebase --abort"),
        (rebasing_in_another_worktree, "is being rebased", "git rebase --abort"),
        (bisecting, "a bisection is in progress", "git bisect reset"),
    ],
)
def test_an_operation_in_progress(started: Ground, begin: Callable[[Ground], None], words: str, end: str) -> None:
    begin(started)
    before = started.everything()
    with pytest.raises(InProgress, match=words) as caught:
        started.land({VM: NEW})
    assert started.everything() == before
    assert end in (caught.value.hint or "")


def test_a_branch_checked_out_in_another_worktree_is_named(started: Ground, tmp_path: Path) -> None:
    started.git("worktree", "add", "-q", str(tmp_path / "linked\ttree"), "-b", "other")
    linked = Ground(tmp_path / "linked\ttree", started.git_, started.env)
    before = started.everything() | linked.everything()
    with started.open() as repo, pytest.raises(CheckedOutElsewhere, match="linked␉tree"):
        land(repo, "refs/heads/other", lambda tree, tip: Decision({VM: NEW}, "m"))
    with pytest.raises(CheckedOutElsewhere, match=str(started.path)):
        linked.land({VM: NEW})
    assert started.everything() | linked.everything() == before


def test_from_a_worktree_of_a_bare_repository_the_bare_one_has_nothing_checked_out(
    started: Ground, tmp_path: Path
) -> None:
    started.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    bare = Ground(tmp_path / "bare.git", started.git_, started.env)
    bare.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    tree = Ground(tmp_path / "tree", started.git_, started.env)
    assert isinstance(tree.land({VM: NEW}), Landed)  # main: HEAD of the bare repository, and in no tree
    with bare.open() as repo, pytest.raises(CheckedOutElsewhere, match=str(tmp_path / "tree")):
        land(repo, "refs/heads/other", lambda tree, tip: Decision({VM: NEW}, "m"))


def test_inside_a_running_git_command(started: Ground) -> None:
    before = started.everything()
    with (
        Repository.open(started.path, started.env | {"GIT_INDEX_FILE": ".git/next-index-7.lock"}) as repo,
        pytest.raises(InProgress, match="GIT_INDEX_FILE"),
    ):
        land(repo, MAIN, lambda tree, tip: Decision({VM: NEW}, "m"))
    assert started.everything() == before


def test_an_index_that_git_has_locked(started: Ground) -> None:
    started.write({".git/index.lock": "git's own"})
    before = started.everything()
    with pytest.raises(Locked, match="another git command") as caught:
        started.land({VM: NEW}, wait=0.1)
    assert started.everything() == before
    assert caught.value.exit_code is Exit.FAILED
    (started.path / ".git/index.lock").unlink()
    assert isinstance(started.land({VM: NEW}, wait=0.1), Landed)


def test_the_index_is_locked_while_the_plan_is_made_and_free_after_any_end(started: Ground) -> None:
    lock = started.path / ".git/index.lock"

    class Stop(Exception):
        pass

    def decide(*_: object) -> Decision:
        assert lock.exists()
        with pytest.raises(AssertionError, match=r"index\.lock"):
            started.git("add", "--all")
        raise Stop

    for error in (Stop, KeyboardInterrupt):
        before = started.everything()

        def end(*_: object, error: type[BaseException] = error) -> Decision:
            if error is Stop:
                return decide()
            raise error

        with started.open() as repo, pytest.raises(error):
            land(repo, MAIN, end)
        assert started.everything() == before
        assert not lock.exists()


def with_kinds(ground: Ground) -> None:
    (ground.path / "link").symlink_to("folder")
    ground.git("init", "-q", "sub")
    Ground(ground.path / "sub", ground.git_, ground.env).commit({"x": "1"})
    ground.write({"file": "f\n", "folder/file": "f\n", "Folder2/x": "x\n", "run.sh": "#!\n"})
    ground.git("-c", "advice.addEmbeddedRepo=false", "add", ".")
    ground.git("commit", "-q", "-m", "kinds")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"link": NEW}, "link is a symbolic link in the tree"),
        ({"link": None}, "link is a symbolic link in the tree"),
        ({"link/x": NEW}, "link is a symbolic link in the tree, not a folder"),
        ({"link/file": NEW}, "link is a symbolic link in the tree, not a folder"),
        ({"sub": NEW}, "sub is a submodule in the tree"),
        ({"sub/x": NEW}, "sub is a submodule in the tree, not a folder"),
        ({"folder": NEW}, "folder is a folder in the tree"),
        ({"folder": None}, "folder is a folder in the tree"),
        ({"file/x": NEW}, "file is a file in the tree, not a folder"),
        ({"file/x": NEW, "file": None}, "file is a file in the tree, not a folder"),
        ({"a": NEW, "a/b": NEW}, "a/b needs a folder where a is a file"),
        ({"a/b": NEW, "a/b/c/d": NEW}, "needs a folder where a/b is a file"),
        ({"FILE": NEW}, "FILE would be one file with file"),
        ({"Folder/new": NEW}, "Folder would be one file with folder"),
        ({"folder2/y": NEW}, "folder2 would be one file with Folder2"),
        ({"folder/File": NEW}, "folder/File would be one file with folder/file"),
        ({"n/a": NEW, "N/b": NEW}, "n and N are one file|N and n are one file"),
    ],
)
def test_a_tree_that_has_something_else_there(started: Ground, changes: dict[str, bytes | None], words: str) -> None:
    with_kinds(started)
    before = started.everything()
    with pytest.raises(BlockedPath, match=words) as caught:
        started.land(changes)
    assert caught.value.exit_code is Exit.REFUSED
    assert started.everything() == before


def test_only_regular_modes(started: Ground) -> None:
    for mode in ("120000", "160000", "040000", "100600", "0", "", "100644\n"):
        with started.open() as repo, pytest.raises(BlockedPath, match="the mode"):
            land(repo, MAIN, lambda tree, tip, mode=mode: Decision({"x": b"target"}, "m", {"x": mode}))  # type: ignore[misc]


def test_a_change_of_case_alone_is_a_rename_and_lands(started: Ground) -> None:
    assert isinstance(started.land({"docs/notes.md": None, "docs/Notes.md": b"notes\n"}), Landed)
    assert started.git("ls-tree", "-r", "--name-only", "HEAD", "docs") == "docs/Notes.md"
    assert started.status() == ""


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/x", ".git/config", ".GIT/x", "a/.git/x", "git~1/x", "a\\b", "con", "a//b", "", ".gitattributes"],
)
def test_an_unsafe_path_is_refused_here_too(started: Ground, path: str) -> None:
    before = started.everything()
    for data in (NEW, None):
        with pytest.raises(UnsafePath):
            started.land({VM: NEW, path: data})
    assert started.everything() == before


def test_what_the_policy_allows_lands(started: Ground) -> None:
    assert isinstance(started.land({".gitattributes": b"proposals/** -text\n"}, allow=[".gitattributes"]), Landed)


def test_a_filtered_path_is_refused_and_its_filter_never_runs_for_others(started: Ground, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    started.commit({".gitattributes": "docs/* filter=evil\n"})
    started.git("config", "filter.evil.clean", f"touch {canary}; cat")
    started.git("config", "filter.evil.smudge", f"touch {canary}; cat")
    started.git("config", "filter.evil.required", "true")
    started.git("config", "filter.od=d.x.process", f"touch {canary}")
    # As young as the index: git would look into the file, through the filter, when it writes the index again.
    young = (started.path / "docs/notes.md").stat().st_mtime_ns
    os.utime(started.path / ".git/index", ns=(young, young))
    before = started.everything()
    with pytest.raises(Converted):
        started.land({"docs/notes.md": NEW})
    assert started.everything() == before
    assert isinstance(started.land({VM: NEW}), Landed)
    assert not canary.exists()
    os.utime(started.path / "docs/notes.md", ns=(0, 0))
    started.git("status")
    assert canary.exists()  # the canary sings when git may do as it likes


def test_programs_in_the_settings_are_never_run(started: Ground, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    shout = tmp_path / "shout"
    shout.write_text(f"#!/bin/sh\ntouch {canary}\n")
    shout.chmod(0o755)
    for name in (
        "core.fsmonitor",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "core.pager",
        "core.editor",
    ):
        started.git("config", name, str(shout))
    started.git("config", "merge.evil.driver", str(shout))
    started.commit({".gitattributes": "* diff=evil merge=evil\n"})
    canary.unlink(missing_ok=True)
    assert isinstance(started.land({VM: NEW}), Landed)
    from spine.repository import Range, changed_paths, changes_first_parent, commits_in, resolve, work_tree_of

    with started.open() as repo:
        tip = resolve(repo, "HEAD")
        assert list(changes_first_parent(repo, Range(None, tip)))
        assert list(commits_in(repo, Range(None, tip)))
        assert changed_paths(repo, None, tip)
        assert list(work_tree_of(repo).entries())
    assert not canary.exists()


def test_a_huge_file_in_the_way_is_not_read(started: Ground) -> None:
    with open(started.path / "huge.yaml", "wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    with pytest.raises(TooLarge) as caught:
        started.land({"huge.yaml": NEW})
    assert isinstance(caught.value, Refused)
    assert isinstance(caught.value, SpineError)
