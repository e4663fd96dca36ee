"""What spine is held against: git's own line merges, as whole processes on real files."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path


class GitMerges:
    """`git merge-file` in a folder of its own; to be closed."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="spine-bench-")
        self._names = [Path(self._folder.name, name) for name in ("ours", "base", "theirs")]

    def __enter__(self) -> GitMerges:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def merge(self, base: str, ours: str, theirs: str, *options: str) -> str | None:
        """The merged text; None if git leaves conflicts."""
        for path, text in zip(self._names, (ours, base, theirs), strict=True):
            path.write_bytes(text.encode())
        done = subprocess.run(
            ["git", "merge-file", "-p", "-q", *options, *map(str, self._names)], capture_output=True, check=False
        )
        if done.returncode > 127:
            raise OSError(done.stderr.decode())
        return done.stdout.decode() if done.returncode == 0 else None
