"""Entries of the index set to given blobs, everything else in it left as it is: how staged edits are put back."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from spine.repository.build import scratch_folder, set_entries
from spine.repository.locks import index_lock
from spine.repository.objects import Blob
from spine.repository.opened import Repository


def stage(repo: Repository, entries: Mapping[str, Blob | None], *, wait: float | None = None) -> None:
    """Set these paths' entries (None: none) under git's own lock; the index is replaced in one rename."""
    if not entries:
        return
    with index_lock(repo, wait) as lock, scratch_folder(repo) as folder:
        index = Path(folder, "index")
        if lock.index.exists():
            shutil.copy2(lock.index, index)
        set_entries(repo, index, dict(entries))
        lock.install(index)
