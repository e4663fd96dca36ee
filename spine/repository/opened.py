"""An opened repository: where its parts lie, found once, and the two ways in, git and its objects."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from spine.dataclass import dataclass
from spine.errors import Place, Refused, SpineError
from spine.printable import printable
from spine.repository.config import Config, read_config
from spine.repository.git import WHICH_REPOSITORY, Git, GitFailed, for_hooks, scrubbed
from spine.repository.objects import Objects

_ASKED = (
    "--is-bare-repository", "--is-inside-work-tree", "--is-inside-git-dir", "--show-object-format",
    "--absolute-git-dir", "--git-common-dir", "--show-prefix", "--show-cdup",
)  # fmt: skip


class NotARepository(Refused):
    """There is no git repository here, or not one that can be worked in."""

    code = "SP605"


class Outside(Refused):
    """A path that was typed is not one of the work tree's."""

    code = "SP626"


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository as seen from one folder, and its open process; use it in a `with`, or `close` it.

    `common_dir` is what linked worktrees share, `git_dir` what is this one's own. `work_tree` is None if there is none.
    `prefix` is the folder it was opened from, below the work tree, "" or with a slash at its end. `index_file` is the
    index that the caller's environment names, else the standard one.
    """

    git: Git
    hook_git: Git
    objects: Objects
    git_dir: Path
    common_dir: Path
    work_tree: Path | None
    index_file: Path
    object_format: str
    is_bare: bool
    prefix: str

    @classmethod
    def open(cls, path: str | os.PathLike[str], env: Mapping[str, str]) -> Self:
        """Find the repository that git would use in that folder with that environment. Raises `NotARepository`."""
        here = Path(os.path.realpath(path))
        which = {name: value for name, value in env.items() if name in WHICH_REPOSITORY}
        try:
            answer = Git(scrubbed(env) | which, here).run("rev-parse", *_ASKED)
        except GitFailed as failure:
            raise NotARepository(
                f"no git repository at {printable(str(here))}: {failure.said or failure.message}",
                place=Place(str(path)[:200]),
                hint="git init, or change into the repository",
            ) from failure
        lines = answer.line.split("\n")
        if len(lines) == len(_ASKED) - 1 and "true" in (lines[0], lines[2]):
            lines.append("")  # no work tree, so not a word about the way up to it
        if len(lines) != len(_ASKED):
            raise NotARepository(
                f"the name of a folder on the way to {printable(str(here))} holds a line break",
                place=Place(str(path)[:200]),
            )
        bare, inside, in_git_dir, object_format, git_dir, common_dir, prefix, up = lines
        if bare == "false" and in_git_dir == "true" and inside == "false":
            raise NotARepository(
                f"{printable(str(here))} is inside the folder that git keeps for itself",
                place=Place(str(path)[:200]),
                hint="change into the work tree",
            )
        work_tree = None if bare == "true" else Path(os.path.realpath(here / up))
        return cls._at(env, Path(git_dir), Path(os.path.realpath(here / common_dir)), work_tree, object_format, prefix)

    @classmethod
    def _at(
        cls, env: Mapping[str, str], git_dir: Path, common_dir: Path, work_tree: Path | None, form: str, prefix: str
    ) -> Self:
        place = {"GIT_DIR": str(git_dir)}
        if env.get("GIT_COMMON_DIR"):
            place["GIT_COMMON_DIR"] = str(common_dir)
        if work_tree is not None:
            place["GIT_WORK_TREE"] = str(work_tree)
        cwd = work_tree or git_dir
        named = env.get("GIT_INDEX_FILE")
        git = Git(scrubbed(env) | place, cwd)
        return cls(
            git=git,
            # Without these words a hook may go to another repository; they stay only if the caller used them.
            hook_git=Git(for_hooks(env) | {name: place[name] for name in place if env.get(name)}, cwd, settings=()),
            objects=Objects(git, form, git_dir),
            git_dir=git_dir,
            common_dir=common_dir,
            work_tree=work_tree,
            index_file=Path(os.path.realpath(cwd / named)) if named else git_dir / "index",
            object_format=form,
            is_bare=work_tree is None,
            prefix=prefix,
        )

    @property
    def config(self) -> Config:
        """The user's git settings, as they were when first asked for."""
        return read_config(self.git)

    def tree_root(self) -> Path:
        """The work tree's folder. Raises `SpineError` in a bare repository."""
        if self.work_tree is None:
            raise SpineError(f"{printable(str(self.git_dir))} has no work tree", hint="use a clone that is not bare")
        return self.work_tree

    def named(self, path: str) -> str:
        """A path as somebody in this folder typed it, from the root of the work tree ("" is the root itself).

        Raises `Outside` if it leads out. Links are not asked about: the words alone decide.
        """
        root = str(self.work_tree) if self.work_tree is not None else "/"
        whole = os.path.normpath(os.path.join(root, self.prefix, path))
        if not path or "\0" in path or (whole != root and not whole.startswith(f"{root.rstrip('/')}/")):
            raise Outside("the path leads out of the repository", place=Place(path or "PATH"))
        return whole[len(root) :].lstrip("/")

    def close(self) -> None:
        """End the process that reading may have left open."""
        self.objects.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
