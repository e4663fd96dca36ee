"""Histories to be audited: one honest original a session, and copies of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.actions.conftest import Bench
from tests.audit.forgeries import honest
from tests.conftest import scrubbed_environment


def runner(env: dict[str, str]) -> Callable[..., str]:
    """git in some folder, with that environment; it has to succeed."""

    def run(*words: str, cwd: Path, stdin: str | None = None) -> str:
        done = subprocess.run(
            ["git", *words], cwd=cwd, env=env, input=stdin, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
        return done.stdout

    return run


def new_bench(folder: Path) -> Bench:
    """A repository with settings and nothing else committed."""
    env = scrubbed_environment(folder)
    path = folder / "repo"
    path.mkdir()
    made = Bench(path, runner(env), env)
    made.run("init", "-q", "-b", "main")
    made.write("spine.yaml", "spine: settings/1\n")
    made.write(".gitattributes", "proposals/** -text\n")
    made.commit("start")
    return made


def end(bench: Bench) -> None:
    """Close what it has opened."""
    for one in bench.opened:
        one.close()


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The honest history, made once; for reading only."""
    made = new_bench(tmp_path_factory.mktemp("honest"))
    honest(made)
    yield made
    end(made)


@pytest.fixture
def copied(original: Bench, tmp_path: Path) -> Iterator[Bench]:
    """A copy to do harm to."""
    shutil.copytree(original.path, tmp_path / "copy", symlinks=True)
    made = Bench(tmp_path / "copy", original.git, original.env, moments=[original.now()])
    yield made
    end(made)
