"""What git tells a driver beside the files: names of the sides, the style of conflicts, the settings, the colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from spine.change.markers import Marks
from spine.cli.terminal import wants_colour
from spine.errors import SpineError
from spine.records.settings import SETTINGS_FILE, Settings, read_settings
from spine.repository.line_merge import file_of_head

if TYPE_CHECKING:
    from spine.cli.door import Door
    from spine.repository.git import Git

_ANCESTORS = "Temporary merge branch"
_NAMED = "GITHEAD_"


def marks_of(size: int, names: tuple[str, ...], env: Mapping[str, str]) -> Marks:
    """How conflicts are marked. git before 2.44 does not know %S %X %Y and leaves them as they stand.

    There `git merge` names what it merges in its environment; of all else the sides are `ours` and `theirs`.
    """
    if len(names) == 3 and not any(name == word for name, word in zip(names, ("%S", "%X", "%Y"), strict=True)):
        base, ours, theirs = names
        return Marks(size, ours or "ours", base or "base", theirs or "theirs")
    heads = [value for name, value in env.items() if name.startswith(_NAMED)]
    return Marks(size, "HEAD", "base", heads[0]) if len(heads) == 1 else Marks(size)


def is_of_ancestors(marks: Marks) -> bool:
    """Whether git merges common ancestors of a criss-cross history, of which the user should hear nothing.

    Their markers are longer than those of the merge itself, which tells it where git gives no names.
    """
    return marks.ours.startswith(_ANCESTORS) or (marks.ours in ("ours", "HEAD") and marks.size in (9, 11, 13))


def in_style(git: Git, marks: Marks) -> Marks:
    """The marks in the style that the user's `merge.conflictStyle` asks for."""
    from spine.repository.config import read_config

    style = read_config(git).text("merge.conflictstyle")
    if style == "diff3":
        return replace(marks, style="diff3")
    return replace(marks, style="zdiff3") if style == "zdiff3" else marks


def settings_of_head(git: Git) -> Settings | SpineError:
    """The settings of the commit that is checked out: what a merge, a rebase or a cherry-pick builds on."""
    data = file_of_head(git, SETTINGS_FILE)
    try:
        return Settings() if data is None else read_settings(data.decode("utf-8"), file=f"HEAD:{SETTINGS_FILE}")
    except UnicodeDecodeError as error:
        return SpineError(f"HEAD:{SETTINGS_FILE} is not UTF-8 text (byte {error.start + 1})")
    except SpineError as error:
        return error


def is_coloured(door: Door, git: Git) -> bool:
    """Whether a diff is coloured: `--color`, NO_COLOR and FORCE_COLOR first, then as git's own would be."""
    from spine.repository.config import read_config

    if door.terminal.style.codes or door.env.get("NO_COLOR"):
        return bool(door.terminal.style.codes)
    config = read_config(git)
    said = (config.text("color.diff") or config.text("color.ui") or "auto").lower()
    if said in ("never", "false", "no", "off", "0"):
        return False
    if said == "always":
        return True
    in_pager = door.env.get("GIT_PAGER_IN_USE", "").lower() in ("true", "1", "yes", "on")
    return wants_colour("auto", door.env, is_terminal=in_pager and config.is_on("color.pager", default=True))
