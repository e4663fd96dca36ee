"""The work trees of a clone: the one it is opened in, and the linked ones beside it."""

from __future__ import annotations

import os

from spine.dataclass import dataclass
from spine.repository.opened import Repository


@dataclass(frozen=True, slots=True)
class OtherTree:
    """Another work tree of the same clone: its folder, and the full name of the branch it stands on, if any."""

    folder: str
    branch: str | None


def other_worktrees(repo: Repository) -> list[OtherTree]:
    """All work trees of this clone but the one that the repository was opened in; some may be gone from the disk."""
    if repo.git_dir == repo.common_dir and not os.path.lexists(repo.common_dir / "worktrees"):
        return []  # nobody linked one, so git need not be asked
    # Before 2.36 lines end with a line break, which the name of a folder could hold; nobody's does.
    zero = ("-z",) if repo.git.version() >= (2, 36) else ()
    listed = repo.git.run("worktree", "list", "--porcelain", *zero).out.decode("utf-8", "surrogateescape")
    listed = listed if zero else listed.replace("\n", "\0")
    found = []
    for number, record in enumerate(listed.rstrip("\0").split("\0\0")):
        facts = dict(line.partition(" ")[::2] for line in record.split("\0"))
        is_here = (
            repo.git_dir == repo.common_dir
            if number == 0
            else repo.work_tree is not None and os.path.realpath(facts["worktree"]) == str(repo.work_tree)
        )
        if not is_here:
            found.append(OtherTree(facts["worktree"], facts.get("branch")))
    return found
