"""The user's own `commit-msg` hook, run on a message as `git commit` would run it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from spine.errors import Exit, SpineError
from spine.printable import printable
from spine.repository.build import BadMessage, scratch_folder
from spine.repository.git import Answer, GitFailed, finish
from spine.repository.opened import Repository

TIME_LIMIT = 300.0
_ANY = range(-64, 256)


class HookRefused(SpineError):
    """The repository's hook said no; the message holds what it printed."""

    exit_code = Exit.POLICY
    code = "SP615"


def commit_msg(repo: Repository, message: str, index: Path, *, time_limit: float = TIME_LIMIT) -> str:
    """The message after the hook, which may have edited it; the same if there is no hook. Raises `HookRefused`.

    The hook sees the candidate tree in its index (`index`), and the caller's environment as far as it is not git's.
    """
    with scratch_folder(repo) as folder:
        file = Path(folder, "COMMIT_EDITMSG")
        file.write_bytes(message.encode())
        answer = _run(repo, file, index, time_limit)
        if answer.code != 0:
            said = printable((answer.out + answer.err).decode("utf-8", "replace").strip()[-4000:], multiline=True)
            raise HookRefused(f"the commit-msg hook refused (exit code {answer.code}): {said or 'it gave no reason'}")
        data = file.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadMessage("the commit-msg hook left a message that is not UTF-8") from error


def _run(repo: Repository, file: Path, index: Path, time_limit: float) -> Answer:
    env = {"GIT_INDEX_FILE": str(index)}
    if repo.git.version() >= (2, 36):
        words = ("hook", "run", "--ignore-missing", "commit-msg", "--", str(file))
        return repo.hook_git.run(*words, env=env, accept=_ANY, time_limit=time_limit)
    return run_directly(repo, file, index, time_limit)


def run_directly(repo: Repository, file: Path, index: Path, time_limit: float) -> Answer:
    """Run the hook from where the repository keeps it (`core.hooksPath` too), for a git before 2.36."""
    hook = repo.git.cwd / repo.git.run("rev-parse", "--git-path", "hooks/commit-msg").line
    if not os.access(hook, os.X_OK):
        return Answer(0, b"", b"")
    env = {**repo.hook_git.env, "GIT_INDEX_FILE": str(index)}
    try:
        return finish([str(hook), str(file)], b"", repo.git.cwd, env, time_limit)
    except subprocess.TimeoutExpired as slow:
        raise GitFailed(f"the commit-msg hook did not end within {time_limit:.0f} s") from slow
    except OSError as error:
        raise HookRefused(f"the commit-msg hook could not be started: {error.strerror}") from error
