"""git's own three-way merge by line, for a merge driver that git started: nothing is opened, git says where it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from spine.dataclass import dataclass
from spine.repository.git import WHICH_REPOSITORY, Git, failed, scrubbed

# git-merge and its kin compare by histogram; merge-file can be told so since git 2.44, before that it cannot.
_AS_GIT_MERGES = "--diff-algorithm=histogram"
_USAGE = 129
_MOST_CONFLICTS = 127


@dataclass(frozen=True, slots=True)
class LineMerged:
    """What `git merge-file` made of three files, and how many places conflict."""

    data: bytes
    conflicts: int


def git_at(folder: str | os.PathLike[str], env: Mapping[str, str]) -> Git:
    """git in that folder, in the repository that the environment means there; not asked whether there is one."""
    which = {name: value for name, value in env.items() if name in WHICH_REPOSITORY}
    return Git(scrubbed(env) | which, Path(os.path.realpath(folder)))


def merge_lines(git: Git, base: str, ours: str, theirs: str, size: int, labels: tuple[str, str, str]) -> LineMerged:
    """Merge three files, given by path, by line; `labels` name ours, base and theirs. Follows `merge.conflictStyle`.

    Raises `GitFailed`; for files that git takes for binary too.
    """
    named = [word for label in labels for word in ("-L", label)]
    words = [f"--marker-size={size}", *named, "-p", "--", ours, base, theirs]
    every = range(256)
    answer = git.run("merge-file", _AS_GIT_MERGES, *words, accept=every)
    if answer.code == _USAGE:
        answer = git.run("merge-file", *words, accept=every)
    if answer.code > _MOST_CONFLICTS:
        raise failed(("merge-file",), answer.code, answer.err)
    return LineMerged(answer.out, answer.code)


def file_of_head(git: Git, path: str) -> bytes | None:
    """A file of the commit that is checked out; None if it has none, or nothing is committed."""
    answer = git.run("cat-file", "blob", f"HEAD:{path}", accept=(0, 128))
    return answer.out if answer.code == 0 else None
