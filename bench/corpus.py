"""The corpus of real bindings: every consecutive pair of versions of one file, read through one `git cat-file`."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BUNDLE = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "bindings-history.bundle"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two consecutive versions of one file: the commit that made the second, both blobs, the path."""

    commit: str
    before: str
    after: str
    path: str


def is_present() -> bool:
    """Whether the corpus is on this machine."""
    return BUNDLE.is_file()


def clone(into: Path | None = None) -> Path:
    """A bare clone of the corpus in a temporary folder (the caller's to delete)."""
    target = into or Path(tempfile.mkdtemp(prefix="spine-corpus-")) / "corpus.git"
    if not target.exists():
        subprocess.run(["git", "clone", "--quiet", "--bare", str(BUNDLE), str(target)], check=True)
    return target


def pairs(repository: Path, folder: str = "bindings") -> list[Pair]:
    """All modifications of files below `folder`, oldest first."""
    log = subprocess.run(
        [
            "git",
            "-C",
            str(repository),
            "log",
            "--reverse",
            "--no-renames",
            "--diff-filter=M",
            "--raw",
            "--no-abbrev",
            "--format=%H",
            "--",
            folder,
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: list[Pair] = []
    commit = ""
    for line in log.splitlines():
        if line.startswith(":"):
            fields, path = line.split("\t", 1)
            _, _, before, after, _ = fields.split()
            found.append(Pair(commit, before, after, path))
        elif line:
            commit = line
    return found


class Blobs:
    """Blobs by id."""

    def __init__(self, repository: Path) -> None:
        self._git = subprocess.Popen(
            ["git", "-C", str(repository), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def text(self, blob: str) -> str:
        """A blob as text."""
        assert self._git.stdin is not None
        assert self._git.stdout is not None
        self._git.stdin.write(blob.encode() + b"\n")
        self._git.stdin.flush()
        size = int(self._git.stdout.readline().split()[2])
        data = self._git.stdout.read(size)
        self._git.stdout.read(1)
        return data.decode("utf-8")

    def texts(self, several: list[Pair]) -> Iterator[tuple[Pair, str, str]]:
        """Each pair with both its texts."""
        for pair in several:
            yield pair, self.text(pair.before), self.text(pair.after)
