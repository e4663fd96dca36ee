"""spine's hooks under the real pre-commit: built from this source, on real commits, pushes and landings."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import VM, Done, House

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ("spine", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
EDITED = VM.replace("status: running", "status: stopped")
FOUND = "SP107 bindings/vm.yaml was changed at vms[vmid=100].status, and no receipt covers it"
CONFIG = """\
default_install_hook_types: [pre-commit, pre-merge-commit, commit-msg, pre-push]
repos:
  - repo: {repo}
    rev: {rev}
    hooks: [{{id: spine-guard}}, {{id: spine-validate}}, {{id: spine-commit-msg}}, {{id: spine-pre-push}}]
"""


@pytest.fixture(scope="session")
def hook_repository(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """This source as a repository of hooks, as it is now, committed or not; and its commit."""
    if importlib.util.find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed")
    path = tmp_path_factory.mktemp("hooks") / "spine"
    path.mkdir()
    for name in SOURCE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, path / name)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "hooks"]):
        subprocess.run(["git", *words], cwd=path, check=True)
    tip = subprocess.run(["git", "rev-parse", "HEAD"], cwd=path, check=True, capture_output=True, text=True)
    return path, tip.stdout.strip()


@pytest.fixture(scope="session")
def pre_commit_home(hook_repository: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environment that it built for the hooks, once a session."""
    home = tmp_path_factory.mktemp("pre-commit")
    try_out = tmp_path_factory.mktemp("try-out")
    subprocess.run(["git", "init", "-q"], cwd=try_out, check=True)
    repo, rev = hook_repository
    (try_out / ".pre-commit-config.yaml").write_text(CONFIG.format(repo=repo, rev=rev))
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "install-hooks"], cwd=try_out, capture_output=True, text=True, check=False,
        env={**environment(home), "PIP_NO_INPUT": "1", "PIP_RETRIES": "1"},
    )  # fmt: skip
    said = done.stdout + done.stderr
    if done.returncode and any(
        word in said for word in ("Connection", "NewConnectionError", "No matching distribution")
    ):
        pytest.skip(f"pre-commit could not build the environment of the hooks: {said.strip().splitlines()[-1][:200]}")
    assert done.returncode == 0, said
    return home


def environment(home: Path) -> dict[str, str]:
    import os

    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "PRE_COMMIT_HOME": str(home)}


@pytest.fixture
def hooked(house: House, hook_repository: tuple[Path, str], pre_commit_home: Path) -> House:
    """The governed repository with pre-commit and spine's hooks in it."""
    repo, rev = hook_repository
    house.env["PRE_COMMIT_HOME"] = str(pre_commit_home)
    house.commit("hooks", {".pre-commit-config.yaml": CONFIG.format(repo=repo, rev=rev)})
    # What the hooks run is what pre-commit built, and not what the tests import.
    hooks_env = {name: value for name, value in house.env.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"], cwd=house.path, env=hooks_env, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return house


def tried(house: House, *words: str) -> Done:
    env = {name: value for name, value in house.env.items() if name != "PYTHONPATH"}
    env["GIT_AUTHOR_DATE"] = f"{tried.second} +0000"  # type: ignore[attr-defined]
    tried.second += 1  # type: ignore[attr-defined]
    done = subprocess.run(["git", *words], cwd=house.path, env=env, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


tried.second = 1_771_000_000  # type: ignore[attr-defined]


def test_good_passes_and_bad_is_refused(hooked: House) -> None:
    hooked.write("docs/notes.md", "other notes\n")
    hooked.git("add", ".")
    said = tried(hooked, "commit", "-m", "text")
    assert said.code == 0, said.err
    assert said.err.count("Passed") == 3

    hooked.write("bindings/vm.yaml", EDITED)
    hooked.git("add", ".")
    said = tried(hooked, "commit", "-m", "by hand")
    assert said.code != 0
    assert FOUND in said.err
    assert 'spine propose "TITLE" --staged' in said.err
    said = tried(hooked, "commit", "-am", "by hand")
    assert said.code != 0
    assert FOUND in said.err

    hooked.git("reset", "-q", "--hard")
    hooked.write("gaps/GAP-OP-1.yaml", "spine: gap/1\n")
    hooked.git("add", ".")
    said = tried(hooked, "commit", "-m", "a gap")
    assert said.code != 0
    assert "gaps/GAP-OP-1.yaml" in said.err

    hooked.git("reset", "-q", "--hard")
    hooked.write("docs/notes.md", "again\n")
    said = tried(hooked, "commit", "-am", "text\n\nSpine-Proposal: CP-20260212-132452__nope")
    assert said.code != 0
    assert "SP123 CP-20260212-132452__nope is not there" in said.err


def test_unstaged_edits_intentions_and_line_ends_stay_and_do_not_count(hooked: House) -> None:
    hooked.write("docs/notes.md", "other notes\n")
    hooked.git("add", ".")
    hooked.write("bindings/vm.yaml", EDITED)
    hooked.write("bindings/net.yaml", hooked.read("bindings/net.yaml").replace("\n", "\r\n"))
    hooked.write("bindings/new.yaml", "a: [1\n")
    hooked.git("add", "-N", "bindings/new.yaml")
    files = {path: hooked.read(path) for path in ("bindings/vm.yaml", "bindings/net.yaml", "bindings/new.yaml")}
    said = tried(hooked, "commit", "-m", "text")
    assert said.code == 0, said.err
    assert {path: hooked.read(path) for path in files} == files
    hooked.git("add", "bindings/vm.yaml")
    hooked.write("bindings/vm.yaml", VM)  # staged in part: what is staged counts
    assert FOUND in tried(hooked, "commit", "-m", "m").err
    assert hooked.read("bindings/vm.yaml") == VM


def test_a_landing_passes_the_hooks_and_leaves_unstaged_edits_alone(hooked: House) -> None:
    """pre-commit puts unstaged edits aside while a hook runs; a landing's index is not the one it may compare with."""
    hooked.write("bindings/vm.yaml", EDITED)
    made = hooked.propose("stop web")
    hooked.write("docs/notes.md", "an edit of mine\n")
    hooked.write("bindings/net.yaml", "nets: []\n")
    hooked.git("add", "bindings/net.yaml")
    hooked.write("bindings/net.yaml", "nets: [] # and more\n")
    before = (hooked.git("diff"), hooked.git("diff", "--cached"))
    home = Path(hooked.env["PRE_COMMIT_HOME"])
    patches = set(home.glob("patch*"))
    hooked.spine("apply", made["id"])
    assert (hooked.git("diff"), hooked.git("diff", "--cached")) == before
    assert hooked.read("docs/notes.md") == "an edit of mine\n"
    assert hooked.read("bindings/vm.yaml") == EDITED
    assert set(home.glob("patch*")) == patches  # nothing was put aside, so nothing could get lost
    hooked.spine("check", "HEAD^..HEAD")


def test_only_what_is_explained_is_pushed(hooked: House, git: Callable[..., str], tmp_path: Path) -> None:
    git("init", "-q", "--bare", "-b", "main", str(tmp_path / "remote.git"), cwd=tmp_path)
    hooked.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    said = tried(hooked, "push", "origin", "main")
    assert said.code == 0, said.err
    hooked.write("bindings/vm.yaml", EDITED)
    assert tried(hooked, "commit", "-nam", "by hand").code == 0
    said = tried(hooked, "push", "origin", "main")
    assert said.code != 0
    assert FOUND in said.err + said.out
    hooked.shell('spine propose --from HEAD~1..HEAD --landed "stop web"')
    said = tried(hooked, "push", "origin", "main")
    assert said.code == 0, said.err


@pytest.mark.parametrize("hook", ["spine-guard", "spine-validate"])
def test_a_stranger_can_try_the_repository(
    house: House, hook_repository: tuple[Path, str], pre_commit_home: Path, hook: str
) -> None:
    house.commit("a second", {"docs/notes.md": "notes\n"})
    house.write("bindings/vm.yaml", EDITED if hook == "spine-guard" else "vms: [\n")
    house.git("add", ".")
    env = {name: value for name, value in house.env.items() if name != "PYTHONPATH"}
    env |= {"PRE_COMMIT_HOME": str(pre_commit_home), "GIT_AUTHOR_DATE": "1771000000 +0000"}
    repo, rev = hook_repository
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(repo), hook, "--ref", rev, "--verbose"],
        cwd=house.path, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"hook id: {hook}" in done.stdout
    assert ("SP107" if hook == "spine-guard" else "SP010") in done.stdout
