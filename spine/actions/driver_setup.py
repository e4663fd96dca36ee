"""drivers install, uninstall: plain git is told of the drivers, and of nothing else; and told to forget them.

Two things are needed: settings that say which command a driver is (never tracked: a repository must not be able to make
git run a program), and attributes that say which files it is for. Values and lines that are not ours are never
touched: a setting of the same name that somebody else made is a refusal.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from spine.actions.attributes import Untranslated, lines_of, with_block, without_block
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ledger.reading import settings_of
from spine.printable import printable
from spine.records.settings import Settings
from spine.repository import File, Repository, head, put, remove, snapshot_of, work_tree_of
from spine.repository.config import Scope, read_scope, write_setting
from spine.repository.files import look

Where = Literal["team", "local", "global"]
"""`team`: tracked attributes, settings of this clone · `local`: both of this clone · `global`: settings of the user."""

TRACKED = ".gitattributes"
OWN = "info/attributes"
_MERGE, _DIFF = "merge.spine.driver", "diff.spine.command"

# Behind the line numbers of a hunk of the plain line diff: the nearest top-level key, or item with its first key.
_XFUNCNAME = "^([^][ \t#{}&*!|>%@,-][^#]*:)([ \t].*)?$\n^[ \t]*(-[ \t]+[^ \t#:]+:([ \t].*)?)$"


class TakenByOthers(Refused):
    """A setting that the drivers need has a value that spine did not write."""

    code = "SP096"


@dataclass(frozen=True, slots=True)
class Setup:
    """What is installed, or would be. `left_out` are the patterns that git cannot say, with the reason.

    `changed` says which settings and files were not so before.
    """

    where: Where
    settings: tuple[tuple[str, str], ...]
    attributes_file: str
    lines: tuple[str, ...]
    left_out: tuple[str, ...]
    changed: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """Whose settings they are."""
        return "global" if self.where == "global" else "local"


def driver_settings(python: str) -> tuple[tuple[str, str], ...]:
    """The settings by name, for a Python that has spine.

    `-P` keeps the folder that git starts the driver in, which is the repository's, off Python's search path.
    """
    start = f"{shlex.quote(python)} -P -m spine drivers"
    # git replaces %-words in the merge driver's line, and a shell reads what comes out; the words come quoted.
    merge = start.replace("%", "%%") + " merge -- %O %A %B %L %P %S %X %Y"
    return (
        ("merge.spine.name", "spine: YAML by key"),
        (_MERGE, merge),
        (_DIFF, f"{start} diff --"),
        ("diff.spine.xfuncname", _XFUNCNAME),
    )


def plan_setup(work: Workspace, python: str, where: Where) -> Setup:
    """What `install` would set. Raises `Refused` for a bare repository without `local`."""
    repo = work.repo
    if repo.is_bare and where != "local":
        raise Refused("a bare repository has no .gitattributes", hint="spine drivers install --local")
    lines: list[str] = []
    left_out: list[str] = []
    for glob in _settings(repo).governed_globs:
        try:
            found = [line for line in lines_of([glob]) if line not in lines]
        except Untranslated as reason:
            left_out.append(reason.message)
            continue
        lines += found
    return Setup(where, driver_settings(python), _attributes(repo, where)[1], tuple(lines), tuple(left_out))


def _settings(repo: Repository) -> Settings:
    if not repo.is_bare:
        return settings_of(work_tree_of(repo))
    here = head(repo)
    commit = getattr(here, "commit", None)
    return settings_of(snapshot_of(repo, commit)) if commit is not None else Settings()


def install(work: Workspace, python: str, where: Where) -> Setup:
    """Set the settings and write the attributes; whatever is so already is left alone.

    Raises `TakenByOthers`, `BrokenBlock`; then nothing is written.
    """
    repo = work.repo
    plan = plan_setup(work, python, where)
    root, path = _attributes(repo, where)
    before = _read(root, path)
    after = with_block(before, plan.lines, file=path) if plan.lines else without_block(before, file=path)
    there = read_scope(repo.git, plan.scope)
    for name, _ in plan.settings:
        _require_ours(name, there.get(name, ()), plan.scope)
    changed = []
    for name, value in plan.settings:
        if there.get(name) != (value,):
            write_setting(repo.git, plan.scope, name, value)
            changed.append(name)
    if after != before:
        put(root, path, File(after))
        changed.append(path)
    return Setup(where, plan.settings, path, plan.lines, plan.left_out, tuple(changed))


def uninstall(work: Workspace, where: Where) -> tuple[str, ...]:
    """Take back what `install` did; gives what was changed. Settings that are not ours stay."""
    repo = work.repo
    scope: Scope = "global" if where == "global" else "local"
    changed = []
    there = read_scope(repo.git, scope)
    for name, _ in driver_settings(""):
        values = there.get(name, ())
        if values and all(_is_ours(name, value) for value in values):
            write_setting(repo.git, scope, name, None)
            changed.append(name)
    for one in ("team", "local") if where == "team" else (where,):
        if one == "global" or (repo.is_bare and one == "team"):
            continue
        root, path = _attributes(repo, one)
        before = _read(root, path)
        after = without_block(before, file=path)
        if after != before:
            if after:
                put(root, path, File(after))
            else:
                remove(root, path, keep="info")
            changed.append(path)
    return tuple(changed)


def _attributes(repo: Repository, where: Where) -> tuple[Path, str]:
    """The folder and the file in it that the attributes stand in."""
    return (repo.common_dir, OWN) if where == "local" else (repo.tree_root(), TRACKED)


def _read(root: Path, path: str) -> bytes:
    there = look(root, path)
    if there is None:
        return b""
    if not isinstance(there, File):
        raise Refused(f"{path} is not a file, and is left alone", place=Place(path))
    return there.data


def _require_ours(name: str, values: Sequence[str], scope: Scope) -> None:
    for value in values:
        if not _is_ours(name, value):
            raise TakenByOthers(
                f"it is set already, to “{printable(value[:80])}”",
                place=Place(f"git config --{scope} {name}"),
                hint=f"git config --{scope} --unset-all {name}",
            )


def _is_ours(name: str, value: str) -> bool:
    """Whether spine wrote a value, with this Python or another."""
    if name in (_MERGE, _DIFF):
        return " -P -m spine drivers " in value
    return dict(driver_settings(""))[name] == value
