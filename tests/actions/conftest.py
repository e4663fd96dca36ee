"""A governed repository to act in, with a clock that goes on by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spine.actions.apply import Applied, apply
from spine.actions.propose import Proposed, Wanted, propose
from spine.actions.sources import Source, WorkTree
from spine.actions.workspace import Workspace
from spine.repository import Repository

SETTINGS = 'spine: settings/1\ngoverned: ["bindings/**/*.yaml", "spine.yaml"]\n'


@dataclass
class Bench:
    """One repository with all that a test wants to do in it."""

    path: Path
    git: Callable[..., str]
    env: Mapping[str, str]
    opened: list[Repository] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=lambda: [datetime(2026, 2, 12, 8, 0, 0, tzinfo=UTC)])

    @property
    def work(self) -> Workspace:
        """A new run: a fresh view of the repository."""
        repository = Repository.open(self.path, self.env)
        self.opened.append(repository)
        return Workspace(repository, self.now, "Ada Author <ada@example.org>", "run-1")

    def now(self) -> datetime:
        self.moments[0] += timedelta(seconds=1)
        return self.moments[0]

    def run(self, *words: str) -> str:
        return self.git(*words, cwd=self.path)

    def write(self, path: str, text: str | bytes) -> None:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def read(self, path: str, revision: str | None = None) -> str:
        if revision is not None:
            return self.run("show", f"{revision}:{path}")
        return (self.path / path).read_bytes().decode()

    def commit(self, message: str, **files: str) -> str:
        for path, text in files.items():
            self.write(path, text)
        self.run("add", "-A")
        self.run("commit", "-qm", message)
        return self.tip()

    def tip(self, revision: str = "HEAD") -> str:
        return self.run("rev-parse", revision).strip()

    def propose(self, title: str, source: Source | None = None, **wanted: Any) -> Proposed:
        keep = bool(wanted.pop("keep", False))
        return propose(self.work, source or WorkTree(), Wanted(title=title, **wanted), keep=keep)

    def apply(self, id_: str) -> Applied:
        done = apply(self.work, id_)
        assert isinstance(done, Applied), done
        return done


@pytest.fixture
def bench(repo: Path, git: Callable[..., str], git_env: Mapping[str, str]) -> Iterator[Bench]:
    """A repository with settings and nothing else committed."""
    made = Bench(repo, git, git_env)
    made.write("spine.yaml", SETTINGS)
    made.write(".gitattributes", "proposals/** -text\n")
    made.commit("start")
    yield made
    for repository in made.opened:
        repository.close()
