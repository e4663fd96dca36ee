"""A governed repository with pending proposals, made once and copied for each fault."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, scrubbed_environment

from .judge import Clone

VM = "# The machines.\nvms:\n" + "".join(
    f"  - vmid: {number}\n    name: vm{number}\n    status: running\n" for number in range(100, 400)
)
FILES = {
    "spine.yaml": 'spine: settings/1\ngoverned: ["bindings/**/*.yaml", "spine.yaml"]\n',
    ".gitattributes": "proposals/** -text\n",
    "bindings/vm.yaml": VM,
    "bindings/net.yaml": "nets:\n  - id: lan\n    cidr: 10.0.0.0/24\n",
    "docs/notes.md": "notes\n",
}
Make = Callable[[int, str], tuple[Clone, list[str]]]


@pytest.fixture(scope="session")
def fault_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of all processes; the clock is the real one."""
    env = scrubbed_environment(tmp_path_factory.mktemp("home"))
    return {**env, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory, fault_env: dict[str, str]) -> Clone:
    """The repository without a proposal."""
    clone = Clone(tmp_path_factory.mktemp("faults") / "start", fault_env)
    clone.path.mkdir()
    clone.git("init", "-q", "-b", "main")
    for name, text in FILES.items():
        (clone.path / name).parent.mkdir(exist_ok=True)
        (clone.path / name).write_text(text)
    clone.git("add", "-A")
    clone.git("commit", "-qm", "start")
    return clone


def copy(clone: Clone, to: Path) -> Clone:
    """The same repository somewhere else."""
    shutil.copytree(clone.path, to, symlinks=True)
    return Clone(to, clone.env)


@pytest.fixture
def make(start: Clone, tmp_path: Path) -> Make:
    """`make(count, name)`: a copy with so many committed proposals, each for another entry; and their ids."""

    def made(count: int, name: str) -> tuple[Clone, list[str]]:
        clone = copy(start, tmp_path / name)
        ids = [propose(clone, number) for number in range(count)]
        clone.git("add", "-A")
        clone.git("commit", "-q", "--allow-empty", "-m", "pending")
        return clone, ids

    return made


def propose(clone: Clone, number: int) -> str:
    """A draft that sets the status of one machine."""
    address = f"bindings/vm.yaml#vms[vmid={100 + number}].status=s{number}"
    said = clone.spine("propose", f"change {number}", "--set", address, "--json")
    assert said.code == 0, said
    return str(said.out.split('"id": "', 1)[1].split('"', 1)[0])


def git_path() -> str:
    """Where git is."""
    found = shutil.which("git")
    assert found is not None
    return found


def strace_works() -> bool:
    """Whether strace is here and may trace."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0
