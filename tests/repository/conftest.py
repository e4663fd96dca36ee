"""Real repositories to read from and to land on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from everything import everything

from spine.repository import CommitId, Decision, Landed, NothingToDo, Repository, land

Git = Callable[..., str]
MAIN = "refs/heads/main"


@dataclass(frozen=True)
class Ground:
    """A repository on disk, git to prepare and to judge it, and the environment both use."""

    path: Path
    git_: Git
    env: dict[str, str]

    def git(self, *arguments: str, stdin: str | None = None) -> str:
        """git in this repository; stdout without its end."""
        return self.git_(*arguments, cwd=self.path, stdin=stdin).removesuffix("\n")

    def open(self) -> Repository:
        """The repository as spine sees it."""
        return Repository.open(self.path, self.env)

    def write(self, files: dict[str, str | bytes]) -> None:
        """Write files into the work tree."""
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: dict[str, str | bytes], message: str = "prepare") -> CommitId:
        """Write files and commit exactly these."""
        self.write(files)
        self.git("add", "--", *files)
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return CommitId(self.git("rev-parse", "HEAD"))

    def status(self) -> str:
        """What `git status` says, one line a file."""
        return self.git("status", "--porcelain", "--untracked-files=all")

    def land(self, changes: dict[str, bytes | None], message: str = "land", **options: object) -> Landed | NothingToDo:
        """Land these contents on main, whatever its tip holds."""
        with self.open() as repo:
            return land(repo, MAIN, lambda tree, tip: Decision(changes, message), **options)  # type: ignore[arg-type]

    def everything(self) -> dict[str, str]:
        """A digest of each file of the user's."""
        return everything(self.path)


@pytest.fixture
def ground(repo: Path, git: Git, git_env: dict[str, str]) -> Ground:
    """An empty repository with the branch main unborn."""
    return Ground(repo, git, git_env)


@pytest.fixture
def started(ground: Ground) -> Ground:
    """A repository with one commit of a few files."""
    ground.commit(
        {
            "spine.yaml": "spine: settings/1\n",
            "bindings/vm.yaml": "vms:\n  - id: 100\n    status: planned\n",
            "bindings/net.yaml": "nets: []\n",
            "docs/notes.md": "notes\n",
        },
        "start",
    )
    return ground


@pytest.fixture
def opened(started: Ground) -> Iterator[Repository]:
    """The started repository, opened."""
    with started.open() as repo:
        yield repo
