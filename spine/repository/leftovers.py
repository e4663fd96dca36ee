"""What a run that was killed leaves behind beside its journal: locks, scratch files, folders that nothing got into.

Asked under the landing lock. Scratch names hold the number of the process that made them, `index.lock` says whether it
is spine's; a lock of git's counts as left behind if it stays the same file for a while and no git is at work here.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from spine.printable import printable
from spine.repository.descent import DiskFailed
from spine.repository.locks import dead_index_lock
from spine.repository.opened import Repository

WATCH = 2.0  # git holds these locks for milliseconds
SCRATCH = re.compile(r"\.?spine-([0-9]+)-[A-Za-z0-9_]+")
_JOURNAL_DRAFT = "spine-journal.new"


def leftovers(repo: Repository, *, watch: float = WATCH) -> tuple[Path, ...]:
    """All of them, sorted; in a healthy clone none, and no time is lost."""
    found = {dead for dead in (dead_index_lock(repo),) if dead is not None}
    for folder in {repo.git_dir, repo.common_dir}:
        found |= {folder / name for name in _names(folder) if _is_dead(name) or name == _JOURNAL_DRAFT}
    if repo.work_tree is not None:
        found |= set(_in_work_tree(repo.work_tree))
    locks = {lock for lock in _git_locks(repo) if lock not in found}
    return tuple(sorted(found | _dead_locks(repo, locks, watch)))


def dead_ref_locks(repo: Repository, *refs: str) -> tuple[Path, ...]:
    """The locks of these references that nobody holds any more: for who has just seen its own git die."""
    folders = {"HEAD": repo.git_dir}
    locks = {folders.get(ref, repo.common_dir) / f"{ref}.lock" for ref in refs}
    return tuple(sorted(_dead_locks(repo, {lock for lock in locks if os.path.lexists(lock)}, WATCH)))


def clear(found: tuple[Path, ...]) -> None:
    """Remove them. Raises `DiskFailed` for what cannot be removed."""
    for path in found:
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise DiskFailed(f"{printable(str(path))}: {error.strerror}") from error


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _is_dead(name: str) -> bool:
    """Whether this is the scratch of a process that is no more."""
    match = SCRATCH.fullmatch(name)
    if match is None:
        return False
    try:
        os.kill(int(match[1]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def _in_work_tree(root: Path) -> Iterator[Path]:
    """Scratch files, and empty folders of proposals that were claimed and never written; not in other repositories."""
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        if here != root and os.path.lexists(here / ".git"):
            folders.clear()
            continue
        if ".git" in folders:
            folders.remove(".git")
        for name in [*folders, *files]:
            if name.startswith(".spine-") and _is_dead(name):
                yield here / name
        for name in folders:
            if name.startswith("CP-") and not _names(here / name) and not (here / name).is_symlink():
                yield here / name
        folders[:] = [name for name in folders if not name.startswith(".spine-")]


def _git_locks(repo: Repository) -> Iterator[Path]:
    for name in ("index.lock", "HEAD.lock"):
        if os.path.lexists(repo.git_dir / name):
            yield repo.git_dir / name
    for name in ("packed-refs.lock", "shallow.lock"):
        if os.path.lexists(repo.common_dir / name):
            yield repo.common_dir / name
    for folder, _, files in os.walk(repo.common_dir / "refs"):
        yield from (Path(folder, name) for name in files if name.endswith(".lock"))


def _dead_locks(repo: Repository, locks: set[Path], watch: float) -> set[Path]:
    """Those of the locks that are the same files after a while, no git being at work."""
    before = _identities(locks)
    end = time.monotonic() + watch
    while before and time.monotonic() < end:
        time.sleep(0.05)
        now = _identities(set(before))
        before = {lock: facts for lock, facts in before.items() if now.get(lock) == facts}
    return set() if before and _git_at_work(repo) else set(before)


def _identities(locks: set[Path]) -> Mapping[Path, tuple[int, int, int]]:
    found = {}
    for lock in locks:
        with contextlib.suppress(FileNotFoundError):
            facts = os.lstat(lock)
            found[lock] = facts.st_ino, facts.st_mtime_ns, facts.st_size
    return found


def _git_at_work(repo: Repository) -> bool:
    """Whether a process called git, but none of this run's, works in this clone, as far as `/proc` tells."""
    inside = [str(place) for place in (repo.common_dir, repo.git_dir, repo.work_tree) if place is not None]
    for entry in _names(Path("/proc")):
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError):
            if not Path("/proc", entry, "comm").read_text("ascii", "replace").startswith("git"):
                continue
            if (
                int(Path("/proc", entry, "stat").read_text("ascii", "replace").rpartition(")")[2].split()[1])
                == os.getpid()
            ):
                continue
            cwd = os.readlink(f"/proc/{entry}/cwd")
            if any(cwd == place or cwd.startswith(f"{place}/") for place in inside):
                return True
    return False
