"""What changed between two trees, for people: by file, by entry, by key."""

from __future__ import annotations

from collections.abc import Sequence

from spine.actions.diff import FileDiff
from spine.printable import printable
from spine.review.change_text import change_lines, new_file_lines
from spine.review.style import Style


def diff_lines(files: Sequence[FileDiff], style: Style) -> list[str]:
    """All files that differ, a blank line between them."""
    out: list[str] = []
    for file in files:
        out += ([""] if out else []) + _file_lines(file, style)
    return out


def _file_lines(file: FileDiff, style: Style) -> list[str]:
    words = []
    if file.before is None:
        words.append("new file")
    elif file.after is None:
        words.append("deleted")
    else:
        if file.moved_from is not None:
            words.append(f"renamed from {printable(file.moved_from)}")
        if file.mode_before != file.mode_after:
            words.append(f"mode {file.mode_before} → {file.mode_after}")
    name = style("strong", printable(file.path))
    out = [f"{name}  ({', '.join(words)})" if words else name]
    if file.change is not None:
        return out + change_lines(file.change, style)
    if file.before is None and file.after is not None:
        return out + _content_lines(file.after, style)
    if file.after is not None and file.before != file.after:
        out.append(f"    {len(file.before or b''):,} bytes become {len(file.after):,}, not text")
    return out


def _content_lines(data: bytes, style: Style) -> list[str]:
    try:
        return new_file_lines(data.decode("utf-8"), style) if data else ["    (empty)"]
    except UnicodeDecodeError:
        return [f"    {len(data):,} bytes, not text"]
