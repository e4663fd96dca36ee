"""What git is in the middle of when it starts a hook: a merge, a rebase, a message; or a landing of spine's."""

from __future__ import annotations

import re

from spine.repository.objects import CommitId
from spine.repository.opened import Repository

_SCISSORS = re.compile(r". -{24} >8 -{24}")


def merged_commits(repo: Repository) -> tuple[CommitId, ...]:
    """The commits that are being merged into HEAD; none if no merge is under way.

    Limitations: `MERGE_HEAD` has a line for each, but `git merge` writes it after its `pre-merge-commit` hook has run;
    that one knows them from its environment (`GITHEAD_…`).
    """
    try:
        lines = (repo.git_dir / "MERGE_HEAD").read_text("ascii").split()
    except FileNotFoundError:
        return ()
    return tuple(map(CommitId, lines))


def is_landing(repo: Repository) -> bool:
    """Whether this hook was started by a landing: its index is a private one, in a folder of spine's own."""
    folder = repo.index_file.parent
    return folder.name.startswith("spine-") and folder.parent == repo.git_dir


def is_rebasing(repo: Repository) -> bool:
    """Whether commits are being made anew from old ones, with their messages."""
    return any((repo.git_dir / name).exists() for name in ("rebase-merge", "rebase-apply", "sequencer"))


def message_lines(repo: Repository, text: str) -> list[tuple[int, str]]:
    """The lines of a message as git will keep them, with their numbers: no comments, nothing below the scissors."""
    lines = text.split("\n")
    cut = next((number for number, line in enumerate(lines) if _SCISSORS.fullmatch(line)), len(lines))
    char = (repo.config.text("core.commentchar") or "#")[:1]  # for `auto` git writes none into the hook's file
    return [(number, line) for number, line in enumerate(lines[:cut], 1) if not line.startswith(char)]
