"""A large ledger and its site, made once a session; for reading only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.generated import binding
from spine.actions.report import report
from spine.actions.workspace import Workspace
from spine.repository import Repository
from spine.review.site import site_files
from tests.conftest import scrubbed_environment
from tests.large_ledger import Made, make_ledger


@dataclass(frozen=True)
class Written:
    """A ledger, and the files of its site."""

    made: Made
    files: dict[str, bytes]

    def text(self, path: str) -> str:
        return self.files[path].decode()

    def pages(self) -> list[str]:
        return [path for path in self.files if path.endswith(".html")]


def files_of(path: Path, env: Mapping[str, str], now: datetime = datetime(2026, 5, 1, tzinfo=UTC)) -> dict[str, bytes]:
    """The site of a repository's HEAD."""
    with Repository.open(path, env) as repo:
        return site_files(report(Workspace(repo, lambda: now, "", "run")), title="Ledger")


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return scrubbed_environment(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, env: dict[str, str]) -> Written:
    """60 proposals, and a binding that is long enough to be folded."""
    made = make_ledger(tmp_path_factory.mktemp("small") / "repo", env, proposals=60, long=binding(1_500))
    return Written(made, files_of(made.path, env))


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory, env: dict[str, str]) -> Written:
    """300 proposals, and a binding of 21,000 lines."""
    made = make_ledger(tmp_path_factory.mktemp("large") / "repo", env, proposals=300, long=binding())
    return Written(made, files_of(made.path, env))
