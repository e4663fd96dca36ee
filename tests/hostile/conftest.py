"""A governed repository, copied for each case, with one honest proposal that has landed and one that waits."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import FILES, House, house_env, inside, shim

__all__ = ["house_env", "inside", "shim"]

ID = "CP-20260212-080601__hostile"
HONEST = "set the status"


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository that every case gets a copy of."""
    return tmp_path_factory.mktemp("ground") / "repo"


@pytest.fixture
def house(tmp_path: Path, ground: Path, git: Callable[..., str], house_env: dict[str, str]) -> House:
    """The copy."""
    if not ground.is_dir():
        ground.mkdir()
        git("init", "-q", "-b", "main", "--template=", cwd=ground)
        made = House(ground, git, house_env)
        made.commit("start", FILES)
        made.propose(HONEST, "--why", "it runs", "--set", "bindings/vm.yaml#vms[vmid=101].status=running")
        made.commit("a proposal")
        made.spine("apply", "set-the-status")
        made.propose("rename the net", "--why", "names", "--set", "bindings/net.yaml#nets[id=lan].cidr=10.1.0.0/24")
        made.commit("another proposal")
    path = tmp_path / "repo"
    shutil.copytree(ground, path, symlinks=True)
    subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=path, env=house_env, check=True)
    return House(path, git, house_env)
