"""A governed repository, and spine as its users have it: a process that is started in it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from everything import everything
from published import fitting

from spine.cli.boundary import run

ROOT = Path(__file__).resolve().parents[2]
CLOCK = "2026-02-12T13:24:52Z"
VM = """\
# The machines.
version: 1
updated: "2026-02-12"

vms:
  - vmid: 100
    name: web
    status: running
    tags: [prod, home]

  # DNS for the house
  - vmid: 101
    name: dns
    status: stopped  # the import is pending
"""
FILES = {
    "spine.yaml": 'spine: settings/1\ngoverned: ["bindings/**/*.yaml", "spine.yaml"]\n',
    ".gitattributes": "proposals/** -text\n",
    "bindings/vm.yaml": VM,
    "bindings/net.yaml": "nets:\n  - id: lan\n    cidr: 10.0.0.0/24\n",
    "docs/notes.md": "notes\n\nmore\n",
}
ERROR = re.compile(r"^(?P<place>.+?): (?P<code>SP\d{3}) (?P<message>.+)$", re.M)


@dataclass(frozen=True, slots=True)
class Done:
    """What one run of spine said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout, which is as its published schema says."""
        document = json.loads(self.out)
        assert isinstance(document, dict)
        fitting(document)
        return document

    @property
    def errors(self) -> list[str]:
        """The first line of each error."""
        return [found[0] for found in ERROR.finditer(self.err)]


@dataclass
class House:
    """One repository with spine at its door."""

    path: Path
    git_: Callable[..., str]
    env: dict[str, str]

    def git(self, *words: str, cwd: Path | None = None, stdin: str | None = None) -> str:
        """git in this repository; stdout without its end."""
        return self.git_(*words, cwd=cwd or self.path, stdin=stdin).removesuffix("\n")

    def spine(
        self, *words: str, code: int = 0, stdin: str | bytes = "", cwd: Path | None = None, env: Mapping[str, str] = {}
    ) -> Done:
        """`python -m spine WORDS` as a process, which has to end with `code`."""
        done = subprocess.run(
            [sys.executable, "-m", "spine", *words], cwd=cwd or self.path, env={**self.env, **env}, check=False,
            input=stdin.encode() if isinstance(stdin, str) else stdin, capture_output=True, timeout=120,
        )  # fmt: skip
        said = Done(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert said.code == code, f"spine {' '.join(words)} ended with {said.code}, not {code}\n{said.out}{said.err}"
        return said

    def write(self, path: str, text: str | bytes) -> None:
        """Write one file of the work tree."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def read(self, path: str) -> str:
        """One file of the work tree."""
        return (self.path / path).read_bytes().decode()

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text that is there once, as an editor would."""
        text = self.read(path)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        self.write(path, text.replace(old, new))

    def commit(self, message: str = "prepare", files: Mapping[str, str | bytes] = {}) -> str:
        """Write files and commit all there is."""
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.tip()

    def tip(self, revision: str = "HEAD") -> str:
        """The commit that a revision names."""
        return self.git("rev-parse", revision)

    def propose(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """A proposal; its document."""
        return self.spine("propose", *words, "--json", stdin=stdin).document

    def everything(self) -> dict[str, str]:
        """A digest of each file of the user's."""
        return everything(self.path)

    def shell(self, command: str, code: int | None = 0) -> Done:
        """A line for a shell in which `spine` is this spine."""
        words = ["/bin/sh", "-c", command]
        done = subprocess.run(
            words, cwd=self.path, env=self.env, capture_output=True, text=True, timeout=120, check=False
        )
        assert code in (None, done.returncode), f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        return Done(done.returncode, done.stdout, done.stderr)

    def status(self) -> list[str]:
        """What `git status` says, one line a file."""
        return self.git("status", "--porcelain", "--untracked-files=all").splitlines()


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `spine` to be found on PATH."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "spine").write_text(f'#!/bin/sh\nexec {sys.executable} -m spine "$@"\n')
    (folder / "spine").chmod(0o755)
    return folder


@pytest.fixture
def house_env(git_env: dict[str, str], shim: Path) -> dict[str, str]:
    """The environment of the processes: this source, a fixed clock, UTF-8."""
    path = os.pathsep.join([str(ROOT), *filter(None, [git_env.get("PYTHONPATH")])])
    return {
        **git_env,
        "PATH": f"{shim}{os.pathsep}{git_env['PATH']}",
        "PYTHONPATH": path,
        "SPINE_CLOCK": CLOCK,
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "120",
    }


@pytest.fixture
def empty(repo: Path, git: Callable[..., str], house_env: dict[str, str]) -> House:
    """A repository without a commit."""
    return House(repo, git, house_env)


@pytest.fixture
def house(empty: House) -> House:
    """A governed repository with two bindings and a text."""
    empty.commit("start", FILES)
    return empty


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch, house: House) -> Callable[..., Done]:
    """spine in this process, where a process for each of many cases would take too long: same words, same answer."""

    def call(*words: str, stdin: str | bytes = "", cwd: Path | None = None) -> Done:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        with monkeypatch.context() as patch:
            for name, value in house.env.items():
                patch.setenv(name, value)
            patch.chdir(cwd or house.path)
            streams = [io.TextIOWrapper(io.BytesIO(one), encoding="utf-8") for one in (data, b"", b"")]
            for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
                patch.setattr(sys, name, stream)
            code = run(words)
            said = []
            for stream in streams[1:]:
                stream.flush()
                assert isinstance(stream.buffer, io.BytesIO)
                said.append(stream.buffer.getvalue().decode())
        return Done(code, *said)

    return call
