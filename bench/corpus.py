"""The corpus of real bindings: every consecutive pair of versions of one file, read through one `git cat-file`."""

from __future__ import annotations

import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Part = TypeVar("Part")

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


def adjacent(several: Sequence[Pair]) -> list[tuple[Pair, Pair]]:
    """Two modifications of one file, the second made on what the first one left: P → A → B, oldest first."""
    by_path: dict[str, list[Pair]] = defaultdict(list)
    for pair in several:
        by_path[pair.path].append(pair)
    return [(one, other) for line in by_path.values() for one, other in pairwise(line) if one.after == other.before]


def spread(work: Callable[[Path, list[T]], Part], choose: Callable[[Path], Sequence[T]], jobs: int) -> Iterator[Part]:
    """`work` on the corpus and a part of what `choose` finds in it, in `jobs` processes; part by part, as they end."""
    with tempfile.TemporaryDirectory(prefix="spine-bench-") as folder:
        repository = clone(Path(folder) / "corpus.git")
        chosen = choose(repository)
        parts = [list(part) for part in (chosen[start :: jobs * 8] for start in range(jobs * 8)) if part]
        if jobs == 1:
            yield from (work(repository, part) for part in parts)
            return
        with ProcessPoolExecutor(jobs) as pool:
            yield from pool.map(work, [repository] * len(parts), parts)


class Blobs:
    """Blobs by id, through one git process; to be closed."""

    def __enter__(self) -> Blobs:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._git.stdin is not None
        assert self._git.stdout is not None
        self._git.stdin.close()
        self._git.stdout.close()
        self._git.wait()

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
