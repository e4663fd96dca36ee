"""The user's own hooks: where git looks for them, and `commit-msg` run on a message as `git commit` would run it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from spine.dataclass import dataclass
from spine.errors import Exit, SpineError
from spine.printable import printable
from spine.repository.build import BadMessage, private_index, scratch_folder
from spine.repository.git import GitFailed
from spine.repository.objects import TreeId
from spine.repository.opened import Repository
from spine.repository.processes import Answer, finish

TIME_LIMIT = 300.0
_ANY = range(-64, 256)
# Else git looks whether what a sparse checkout leaves out is there all the same, and takes the marks away.
_AS_MARKED = ("core.sparseCheckout=false",)


class HookRefused(SpineError):
    """The repository's hook said no; the message holds what it printed."""

    exit_code = Exit.POLICY
    code = "SP615"


def commit_msg(repo: Repository, message: str, tree: TreeId, *, time_limit: float = TIME_LIMIT) -> str:
    """The message after the hook, which may have edited it; the same if there is no hook. Raises `HookRefused`.

    The hook sees the candidate tree in an index of its own, and the caller's environment as far as it is not git's.
    """
    if not _has_hook(repo):
        return message
    with private_index(repo, tree) as index, scratch_folder(repo) as folder:
        _let_files_be(repo, index)
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


def _has_hook(repo: Repository) -> bool:
    """Whether git would run something: the file, or what newer versions of git take from settings (`hook.*`)."""
    return os.access(_hook_file(repo), os.X_OK) or any(name.startswith("hook.") for name in repo.config.values)


def _hook_file(repo: Repository) -> Path:
    return repo.git.cwd / repo.git.run_once("rev-parse", "--git-path", "hooks/commit-msg").line


def _let_files_be(repo: Repository, index: Path) -> None:
    """Mark all entries so that git takes the work tree to be as the index says.

    The files are those of before the landing, with the user's edits in them. To a tool that puts aside what is not
    staged while hooks run (pre-commit does) all that would be edits: it would change the user's files and put them
    back, and a crash between the two would lose them to a file in a cache.
    """
    env = {"GIT_INDEX_FILE": str(index)}
    paths = repo.git.run("ls-files", "-z", env=env).out
    repo.git.run("update-index", "-z", "--skip-worktree", "--stdin", stdin=paths, env=env, config=_AS_MARKED)


def _run(repo: Repository, file: Path, index: Path, time_limit: float) -> Answer:
    env = {"GIT_INDEX_FILE": str(index)}
    if repo.git.version() >= (2, 36):
        words = ("hook", "run", "--ignore-missing", "commit-msg", "--", str(file))
        config = _AS_MARKED if repo.config.is_on("core.sparsecheckout") else ()
        return repo.hook_git.run(*words, env=env, config=config, accept=_ANY, time_limit=time_limit)
    return run_directly(repo, file, index, time_limit)


def run_directly(repo: Repository, file: Path, index: Path, time_limit: float) -> Answer:
    """Run the hook from where the repository keeps it (`core.hooksPath` too), for a git before 2.36."""
    hook = _hook_file(repo)
    if not os.access(hook, os.X_OK):
        return Answer(0, b"", b"")
    env = {**repo.hook_git.env, "GIT_INDEX_FILE": str(index)}
    try:
        return finish([str(hook), str(file)], b"", repo.git.cwd, env, time_limit)
    except subprocess.TimeoutExpired as slow:
        raise GitFailed(f"the commit-msg hook did not end within {time_limit:.0f} s") from slow
    except OSError as error:
        raise HookRefused(f"the commit-msg hook could not be started: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class HooksFolder:
    """Where git looks for hooks; if a setting says so (`core.hooksPath`), what it says and whose setting it is."""

    path: Path
    said: str | None = None
    scope: str | None = None


def hooks_folder(repo: Repository) -> HooksFolder:
    """The folder that git takes hooks from here."""
    path = Path(os.path.realpath(repo.git.cwd / repo.git.run("rev-parse", "--git-path", "hooks").line))
    found = repo.git.run("config", "--show-scope", "-z", "--get", "core.hooksPath", accept=(0, 1)).fields
    return HooksFolder(path, found[1], found[0]) if len(found) == 2 else HooksFolder(path)
