"""What changed between two trees, for people: by file, by entry, by key."""

from __future__ import annotations

from collections.abc import Sequence

from spine.actions.diff import FileDiff
from spine.review.file_text import file_lines
from spine.review.file_view import differing_file
from spine.review.style import Style


def diff_lines(files: Sequence[FileDiff], style: Style) -> list[str]:
    """All files that differ, a blank line between them."""
    out: list[str] = []
    for file in files:
        out += ([""] if out else []) + file_lines(differing_file(file), style)
    return out
