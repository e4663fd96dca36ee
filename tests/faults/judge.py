"""The one judge of every fault: nothing lost, nothing twice, nothing half done, and what is reported is what is there.

The repository may have been hit by anything. One `doctor --fix` at most has to bring it to a state that `git fsck`,
`git status`, the ledger and `check` all find in order; a second one has nothing to say.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from spine.cli.boundary import run


@dataclass(frozen=True)
class Said:
    """How a run of spine ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Clone:
    """A repository under test, with git to prepare and judge it, and spine in this process."""

    path: Path
    env: Mapping[str, str]

    def git(self, *words: str, code: int | None = 0) -> str:
        """git in this repository; stdout without its end."""
        done = subprocess.run(["git", *words], cwd=self.path, env=dict(self.env), capture_output=True, check=False)
        assert code in (None, done.returncode), f"git {' '.join(words)}: {done.stderr.decode()}"
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def spine(self, *words: str) -> Said:
        """spine in this process."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            for name in os.environ.keys() - self.env.keys():
                patch.delenv(name)
            for name, value in self.env.items():
                patch.setenv(name, value)
            patch.chdir(self.path)
            code = run(words)
        return Said(code, out.getvalue(), err.getvalue())

    def fork(self, *runs: Sequence[str], env: Mapping[str, str] = {}, out: Path | None = None) -> int:
        """Several runs of spine, one after the other, in a process of their own that starts without delay; its number.

        What they print goes to `out`, one line of exit codes last; the process ends with the worst code.
        """
        pid = os.fork()
        if pid:
            return pid
        code = 99
        try:
            os.environ.clear()
            os.environ.update({**self.env, **env})
            os.chdir(self.path)
            stream = open(out or os.devnull, "w", encoding="utf-8")  # noqa: SIM115
            sys.stdin, sys.stdout, sys.stderr = open(os.devnull), stream, stream  # noqa: SIM115
            code = max(run(words) for words in runs)
            stream.flush()
        finally:
            os._exit(code)

    def tip(self, revision: str = "HEAD") -> str:
        """The commit that a revision names."""
        return self.git("rev-parse", revision)

    def landed(self, since: str, until: str = "HEAD") -> list[str]:
        """The proposals that the commits of a range landed, by the receipts they added, oldest first."""
        lines = self.git(
            "log", "--reverse", "--first-parent", "--diff-filter=A", "--format=", "--name-only", f"{since}..{until}",
        ).split("\n")  # fmt: skip
        return [line.split("/")[-2] for line in lines if line.endswith("/receipt.yaml")]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """All files of the work tree with their bytes."""
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            if not name.startswith(".git/") and path.is_file():
                yield name, path.read_bytes()


def wait_for(pid: int) -> int:
    """How a process ended: its exit code, or the signal that ended it, negative."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def settle(clone: Clone) -> bool:
    """Let doctor mend what is to be mended, once. Whether there was something."""
    first = clone.spine("doctor")
    assert first.code in (0, 5), first
    if first.code == 5:
        fixed = clone.spine("doctor", "--fix")
        assert fixed.code == 0, fixed
    healthy = '"state": "healthy"'
    again = clone.spine("doctor", "--fix", "--json")
    assert again.code == 0, again
    assert healthy in again.out, again
    return first.code == 5


def require_order(clone: Clone, *, since: str, edits: Mapping[str, str] = {}, branch: str = "HEAD") -> list[str]:
    """Require that all is in order, `git status` showing nothing but `edits` (as `{path: "XY"}`); who landed."""
    said = clone.git("fsck", "--strict", "--no-dangling", "--no-progress")
    assert said == "", said
    landed = clone.landed(since, branch)
    assert len(landed) == len(set(landed)), f"landed twice: {landed}"
    checked = clone.spine("check", f"{since}..{branch}")
    assert checked.code == 0, checked
    if clone.git("rev-parse", "--is-bare-repository") == "false":
        status = clone.git("status", "--porcelain", "--untracked-files=all", "-z").split("\0")
        assert {line[3:]: line[:2] for line in status if line} == dict(edits)
    left = [name for name in os.listdir(clone.git("rev-parse", "--absolute-git-dir")) if name.endswith(".lock")]
    assert {name for name in left if not name.startswith("spine")} == set()
    return landed
