"""drivers diff: what git asks of a diff driver (git(1), GIT_EXTERNAL_DIFF): one file, told by key."""

from __future__ import annotations

from spine.actions.diff import FileDiff, file_diff
from spine.change.diff import as_text
from spine.change.operations import Change
from spine.dataclass import dataclass
from spine.records.settings import Settings

_REGULAR = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class GitFile:
    """One side of a file as git hands it to a diff driver; bytes and mode are None where it is not there."""

    data: bytes | None
    mode: str | None


def diff_driver(path: str, old: GitFile, new: GitFile, settings: Settings, moved_from: str | None = None) -> FileDiff:
    """What changed in the file that is now at `path`; whatever cannot be told by key is told by line."""
    both = old.data is not None and new.data is not None
    if both and not (old.mode in _REGULAR and new.mode in _REGULAR):
        return FileDiff(path, old.data, new.data, old.mode, new.mode, _lines_only(old, new, "not a file"), moved_from)
    try:
        found = file_diff(path, old.data, new.data, old.mode, new.mode, settings)
    except Exception as defect:  # git ends when its diff driver does, and the files behind this one would not be shown
        reason = f"of a defect of spine: {type(defect).__name__}"
        return FileDiff(path, old.data, new.data, old.mode, new.mode, _lines_only(old, new, reason), moved_from)
    return FileDiff(path, old.data, new.data, old.mode, new.mode, found.change, moved_from)


def _lines_only(old: GitFile, new: GitFile, reason: str) -> Change | None:
    before, after = ((side.data or b"").decode("utf-8", "backslashreplace") for side in (old, new))
    return as_text(before, after, reason) if before != after else None
