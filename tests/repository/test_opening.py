"""Finding the repository, in every shape it comes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine.errors import Exit
from spine.repository import Branch, Detached, NotARepository, Repository, Unborn, head, resolve, shallow, snapshot_of

from .conftest import Git, Ground


def test_from_the_top_and_from_a_folder_below(started: Ground) -> None:
    with started.open() as top, Repository.open(started.path / "bindings", started.env) as below:
        assert top.work_tree == below.work_tree == started.path
        assert top.git_dir == top.common_dir == below.git_dir == started.path / ".git"
        assert (top.prefix, below.prefix) == ("", "bindings/")
        assert (top.is_bare, top.object_format) == (False, "sha1")
        assert top.index_file == started.path / ".git/index"


def test_a_bare_repository(started: Ground, tmp_path: Path, git: Git) -> None:
    git("clone", "-q", "--bare", str(started.path), str(tmp_path / "bare.git"), cwd=tmp_path)
    with Repository.open(tmp_path / "bare.git", started.env) as repo:
        assert repo.is_bare
        assert repo.work_tree is None
        assert repo.git_dir == tmp_path / "bare.git"
        assert snapshot_of(repo, resolve(repo, "main")).read("bindings/net.yaml") == b"nets: []\n"


def test_a_linked_worktree(started: Ground, tmp_path: Path) -> None:
    started.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    with Repository.open(tmp_path / "linked/docs", started.env) as repo:
        assert repo.work_tree == tmp_path / "linked"
        assert repo.common_dir == started.path / ".git"
        assert repo.git_dir == started.path / ".git/worktrees/linked"
        assert repo.prefix == "docs/"
        assert head(repo) == Branch("refs/heads/other", resolve(repo, "main"))


def test_a_linked_worktree_of_a_bare_repository(started: Ground, tmp_path: Path, git: Git) -> None:
    git("clone", "-q", "--bare", str(started.path), str(tmp_path / "bare.git"), cwd=tmp_path)
    git("worktree", "add", "-q", str(tmp_path / "tree"), "main", cwd=tmp_path / "bare.git")
    with Repository.open(tmp_path / "tree", started.env) as repo:
        assert (repo.work_tree, repo.common_dir) == (tmp_path / "tree", tmp_path / "bare.git")
        assert not repo.is_bare


def test_inside_a_submodule(started: Ground, tmp_path: Path, git: Git) -> None:
    git("init", "-q", "-b", "main", str(tmp_path / "outer"), cwd=tmp_path)
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(started.path), "sub", cwd=tmp_path / "outer")
    with Repository.open(tmp_path / "outer/sub/docs", started.env) as repo:
        assert repo.work_tree == tmp_path / "outer/sub"
        assert repo.git_dir == tmp_path / "outer/.git/modules/sub"
        assert isinstance(head(repo), Branch)


def test_git_dir_and_git_work_tree_are_followed_and_not_passed_on_half(started: Ground, tmp_path: Path) -> None:
    env = started.env | {"GIT_DIR": "../repo/.git", "GIT_WORK_TREE": "../repo"}
    (tmp_path / "elsewhere").mkdir()
    with Repository.open(tmp_path / "elsewhere", env) as repo:
        assert (repo.work_tree, repo.git_dir) == (started.path, started.path / ".git")
        assert resolve(repo, "main") == started.git("rev-parse", "main")


def test_git_dir_alone_makes_the_folder_the_work_tree(started: Ground, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with Repository.open(tmp_path / "home", started.env | {"GIT_DIR": str(started.path / ".git")}) as repo:
        assert repo.work_tree == tmp_path / "home"


def test_the_index_that_a_running_git_command_names(started: Ground) -> None:
    env = started.env | {"GIT_INDEX_FILE": ".git/next-index-1.lock"}
    with Repository.open(started.path, env) as repo:
        assert repo.index_file == started.path / ".git/next-index-1.lock"


def test_sha_256(tmp_path: Path, git: Git, git_env: dict[str, str]) -> None:
    git("init", "-q", "-b", "main", "--object-format=sha256", str(tmp_path / "wide"), cwd=tmp_path)
    ground = Ground(tmp_path / "wide", git, git_env)
    commit = ground.commit({"a/b": "text\n"})
    with ground.open() as repo:
        assert repo.object_format == "sha256"
        assert len(repo.objects.zero) == len(commit) == 64
        tree = snapshot_of(repo, commit)
        assert tree.read("a/b") == b"text\n"
        assert repo.objects.read_tree(repo.objects.empty_tree) == {}


def test_a_shallow_clone_says_where_its_history_ends(started: Ground, tmp_path: Path, git: Git) -> None:
    tip = started.commit({"b": "2"})
    git("clone", "-q", "--depth=1", started.path.as_uri(), str(tmp_path / "cut"), cwd=tmp_path)
    with Repository.open(tmp_path / "cut", started.env) as repo, started.open() as whole:
        assert shallow(repo) == {tip}
        assert shallow(whole) == frozenset()


def test_where_head_stands(ground: Ground) -> None:
    with ground.open() as repo:
        assert head(repo) == Unborn("refs/heads/main")
        commit = ground.commit({"a": "1"})
        assert head(repo) == Branch("refs/heads/main", commit)
        ground.git("checkout", "-q", "--detach")
        assert head(repo) == Detached(commit)


@pytest.mark.parametrize("where", ["plain", "plain/file", "plain/missing", "repo/.git", "repo/.git/objects"])
def test_no_repository_is_refused_with_a_hint(started: Ground, tmp_path: Path, where: str) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/file").write_text("")
    env = started.env | {"GIT_CEILING_DIRECTORIES": str(tmp_path)}
    with pytest.raises(NotARepository) as caught:
        Repository.open(tmp_path / where, env)
    assert caught.value.exit_code is Exit.REFUSED
    assert caught.value.hint


def test_without_git_on_the_path_the_message_says_so(started: Ground) -> None:
    with pytest.raises(NotARepository, match="git could not be started"):
        Repository.open(started.path, started.env | {"PATH": "/nonexistent"})


def test_a_folder_with_a_line_break_in_its_name(tmp_path: Path, git: Git, git_env: dict[str, str]) -> None:
    git("init", "-q", str(tmp_path / "a\nb"), cwd=tmp_path)
    with pytest.raises(NotARepository, match="line break"):
        Repository.open(tmp_path / "a\nb", git_env)


def test_a_folder_with_spaces_and_letters(tmp_path: Path, git: Git, git_env: dict[str, str]) -> None:
    place = tmp_path / "Größe und $HOME; x"
    git("init", "-q", "-b", "main", str(place), cwd=tmp_path)
    ground = Ground(place, git, git_env)
    ground.commit({"a": "1"})
    ground.land({"b": b"2\n"})
    assert ground.status() == ""


def test_a_foreign_owner_is_left_to_git(started: Ground, tmp_path: Path) -> None:
    # git refuses repositories of other people unless they are declared safe; spine must not go round that.
    import os

    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    os.chown(started.path, 12345, 12345)
    os.chown(started.path / ".git", 12345, 12345)
    with pytest.raises(NotARepository, match="dubious ownership"):
        started.open()
