"""Brings the work tree and its index along after the branch has moved: the landed paths, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from spine.errors import SpineError
from spine.repository.build import scratch_folder, set_entries
from spine.repository.changes import OwnPath
from spine.repository.config import without_filters
from spine.repository.files import put, remove
from spine.repository.locks import IndexLock
from spine.repository.obstacles import in_the_way
from spine.repository.snapshots import IndexSnapshot
from spine.repository.worktree import WorkTreeSnapshot


def write_files(work_tree: WorkTreeSnapshot, own: Sequence[OwnPath]) -> tuple[list[str], list[SpineError]]:
    """Write and remove the landed files, those that leave first.

    Returns the paths whose file changed in the last moment and was therefore left alone, and what went wrong.
    """
    root, left, wrong = work_tree.repo.tree_root(), [], []
    for one in sorted(own, key=lambda one: one.after is not None):
        try:
            if in_the_way(work_tree, one):
                left.append(one.path)
            elif one.after is None:
                remove(root, one.path, keep=work_tree.repo.prefix)
            else:
                file = work_tree.as_written(one.path, one.after, one.data)
                if work_tree.on_disk(one.path) != file:
                    put(root, one.path, file)
        except SpineError as error:
            wrong.append(error)
    return left, wrong


def write_index(work_tree: WorkTreeSnapshot, own: Sequence[OwnPath], lock: IndexLock) -> None:
    """Set the landed paths' entries in a copy of the index and put that in place; all other entries stay."""
    repo = work_tree.repo
    with scratch_folder(repo) as folder:
        index = Path(folder, "index")
        if lock.index.exists():
            # With its time stamp: git tells from it which entries are too young to be believed.
            shutil.copy2(lock.index, index)
        env = {"GIT_INDEX_FILE": str(index), **without_filters(work_tree.settings(), repo.git.env)}
        entries = {one.path: one.after for one in own}
        # Let git look at the files we wrote, so that it need not do so again at every `git status`.
        written = [one.path for one in own if not in_the_way(work_tree, one)]
        stdin = "".join(f"{path}\0" for path in written).encode()
        config = ("core.safecrlf=false",)
        repo.git.run("update-index", "--add", "--remove", "-z", "--stdin", stdin=stdin, env=env, config=config)
        now = IndexSnapshot(repo, index)
        wrong = {path: blob for path, blob in entries.items() if now.item(path) != blob}
        if wrong:  # a file is left alone, or changed under git's eyes; its entry is the landed one all the same
            set_entries(repo, index, wrong, env=env)
        lock.install(index)
