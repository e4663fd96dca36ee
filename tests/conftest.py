"""What every test may ask for: Hypothesis profiles, a hermetic git, and a clone of the corpus."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "../shared/corpus/bindings-history.bundle"
MOMENT = "2026-02-12T13:24:52+00:00"
TORTURE = os.environ.get("SPINE_TORTURE") == "1"  # the full forms of what `make check` runs in a fast form

# No deadline: the machines that run this are shared, and a slow second is not a bug.
# The fast profile draws the same examples each time: a change is judged by itself, and the thorough one goes looking.
settings.register_profile("fast", max_examples=100, deadline=None, print_blob=True, derandomize=True)
settings.register_profile("thorough", max_examples=3_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not TORTURE and item.get_closest_marker("torture"):
            item.add_marker(pytest.mark.skip(reason="only in `make torture`"))


def scrubbed_environment(home: Path) -> dict[str, str]:
    """An environment in which git knows nothing of this machine and of who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Ada Author",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_AUTHOR_DATE": MOMENT,
        "GIT_COMMITTER_NAME": "Cleo Committer",
        "GIT_COMMITTER_EMAIL": "cleo@example.org",
        "GIT_COMMITTER_DATE": MOMENT,
        "LC_ALL": "C",
        "TZ": "UTC",
    }


@pytest.fixture(scope="session", autouse=True)
def hermetic_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The test process itself is scrubbed too: it may run inside a git hook, which sets GIT_DIR and GIT_INDEX_FILE."""
    for name in (signal.SIGINT, signal.SIGHUP):
        # Whoever runs this in the background may have it ignored, and so would the processes whose end is tested.
        if signal.getsignal(name) is signal.SIG_IGN:
            signal.signal(name, signal.default_int_handler if name is signal.SIGINT else signal.SIG_DFL)
    clean = scrubbed_environment(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - clean.keys():
            patch.delenv(name)
        for name, value in clean.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def git_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The scrubbed environment, to change at will and to hand to subprocesses."""
    return scrubbed_environment(tmp_path_factory.mktemp("home"))


@pytest.fixture
def git(git_env: dict[str, str]) -> Callable[..., str]:
    """`git("log", "-1", cwd=path)` gives stdout as text, and fails with git's own words."""

    def run(*arguments: str, cwd: Path, stdin: str | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=cwd, env=git_env, input=stdin, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    return run


@pytest.fixture
def repo(tmp_path: Path, git: Callable[..., str]) -> Path:
    """An empty repository with the branch `main` unborn."""
    path = tmp_path / "repo"
    path.mkdir()
    git("init", "-q", "-b", "main", cwd=path)
    return path


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the history of real bindings, one a session; for reading only."""
    if not BUNDLE.is_file():
        pytest.skip("the corpus is not here: ../shared/corpus/bindings-history.bundle, beside the project's root")
    clone = tmp_path_factory.mktemp("corpus") / "corpus"
    subprocess.run(
        ["git", "clone", "-q", "-b", "main", str(BUNDLE.resolve()), str(clone)],
        env=scrubbed_environment(tmp_path_factory.mktemp("home")),
        check=True,
    )
    return clone
