"""drivers merge: what git asks of a merge driver (gitattributes(5)), decided by key; bytes in, bytes out.

Rules. The result is `spine.merge` of ours with what theirs did to the base. What cannot be merged by key
is merged by git's own line merge, with its result as it is, except that its "clean" is not believed where it makes
YAML of two good sides unreadable or a key or identity stand twice. A conflict is never written without markers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spine.change.aliases import lost_alias
from spine.change.doubles import new_double
from spine.change.markers import Marks, mark_differences, sides_of
from spine.change.marking import Marked, NotByKey, Unplaced, merge_versions
from spine.change.merge import Conflict, Merged, Note
from spine.change.rules import FileRules
from spine.dataclass import dataclass
from spine.errors import SpineError
from spine.yamldoc.guard import Unparsable, parse

if TYPE_CHECKING:
    from spine.repository.line_merge import LineMerged

YAML = (".yaml", ".yml")
_BINARY_LOOK = 8000  # git takes a file with a NUL in its first bytes for binary

FindMarks = Callable[[], Marks]
MergeLines = Callable[[Marks], "LineMerged"]


@dataclass(frozen=True, slots=True)
class Versions:
    """The three versions of a file, as git hands them over."""

    base: bytes
    ours: bytes
    theirs: bytes


@dataclass(frozen=True, slots=True)
class Driven:
    """What the merge driver leaves behind. `reason` says why it was not merged by key, if it was not."""

    data: bytes
    is_clean: bool
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()
    reason: str | None = None


def merge_driver(
    path: str, versions: Versions, rules: FileRules | SpineError, find_marks: FindMarks, merge_lines: MergeLines
) -> Driven:
    """Merge three versions of the file at `path`. `rules` is an error where the settings could not be read.

    `find_marks` and `merge_lines` cost a run of git each, and are asked only when needed. Raises `GitFailed`.
    """
    if any(b"\0" in data[:_BINARY_LOOK] for data in (versions.base, versions.ours, versions.theirs)):
        return Driven(versions.ours, is_clean=False, reason="it is a binary file, and ours is kept")
    if not path.endswith(YAML):
        return _by_line(versions, None, find_marks(), merge_lines, None)
    if isinstance(rules, SpineError):
        return _by_line(versions, None, find_marks(), merge_lines, f"the settings cannot be read: {rules}")
    try:
        base, ours, theirs = (data.decode("utf-8") for data in (versions.base, versions.ours, versions.theirs))
        found = _by_key(base, ours, theirs, rules, find_marks)
    except UnicodeDecodeError:
        return _by_line(versions, None, find_marks(), merge_lines, "it is not UTF-8 text")
    except NotByKey as error:
        return _by_line(versions, rules, find_marks(), merge_lines, str(error))
    except Unplaced as error:
        return _in_conflict(versions, find_marks(), merge_lines, error.conflicts)
    except SpineError as error:
        return _by_line(versions, rules, find_marks(), merge_lines, error.message)
    except Exception as defect:  # git goes on with its own merge: a rebase of forty commits must not break off here
        reason = f"this is a defect of spine: {type(defect).__name__}: {defect}"
        return _by_line(versions, rules, find_marks(), merge_lines, reason)
    if isinstance(found, Merged):
        return Driven(found.text.encode("utf-8"), is_clean=True, notes=found.notes)
    return Driven(found.text.encode("utf-8"), is_clean=False, conflicts=found.conflicts, notes=found.notes)


def _by_key(base: str, ours: str, theirs: str, rules: FileRules, find_marks: FindMarks) -> Merged | Marked:
    """The merge by key; of a base that is itself a merge with conflicts, both sides have to lead to one result."""
    if "<" * 7 in base:
        bases = sides_of(base, size=find_marks().size + 1)
        if bases is not None:
            one, other = (merge_versions(side, ours, theirs, rules, find_marks) for side in bases)
            if not isinstance(one, Merged) or not isinstance(other, Merged) or one.text != other.text:
                raise NotByKey("the common ancestors conflict with each other")
            return one
    return merge_versions(base, ours, theirs, rules, find_marks)


def _by_line(
    versions: Versions, rules: FileRules | None, marks: Marks, merge_lines: MergeLines, reason: str | None
) -> Driven:
    merged = merge_lines(marks)
    if merged.conflicts:
        return Driven(merged.data, is_clean=False, reason=reason)
    wrong = _wrong(merged.data, versions, rules or FileRules()) if reason is not None else None
    if wrong is None:
        return Driven(merged.data, is_clean=True, reason=reason)
    return Driven(_apart(versions, marks), is_clean=False, reason=f"{reason}; the lines go together, but {wrong}")


def _in_conflict(versions: Versions, marks: Marks, merge_lines: MergeLines, conflicts: tuple[Conflict, ...]) -> Driven:
    """A conflict by key that no entry's lines can show: git's markers, or all differences where git finds none."""
    merged = merge_lines(marks)
    data = merged.data if merged.conflicts else _apart(versions, marks)
    return Driven(data, is_clean=False, conflicts=conflicts)


def _apart(versions: Versions, marks: Marks) -> bytes:
    return mark_differences(versions.ours.decode("utf-8"), versions.theirs.decode("utf-8"), marks).encode("utf-8")


def _wrong(merged: bytes, versions: Versions, rules: FileRules) -> str | None:
    """What is wrong with a clean line merge of two good sides; None where a side is not good to begin with."""
    try:
        sides = [parse(data.decode("utf-8")) for data in (versions.ours, versions.theirs)]
    except (Unparsable, UnicodeDecodeError):
        return None
    try:
        result = parse(merged.decode("utf-8"))
    except Unparsable as error:
        return f"the result is no YAML ({error.message})"
    lost = lost_alias(result)
    if lost is not None and not any(map(lost_alias, sides)):
        return f"*{lost.text} stands there without its anchor then"
    double = new_double(result, sides, rules.identity)
    return None if double is None else f"{double} stands twice then"
