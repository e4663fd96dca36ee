"""`spine report --json`: what was written."""

from __future__ import annotations

from spine.errors import Exit
from spine.repository.published import Published
from spine.review.json_parts import Json, document


def report_document(done: Published, commit: str) -> Json:
    """The folder, how much it holds, and what this run did to it."""
    return document(
        "report",
        Exit.DONE,
        folder=done.folder,
        commit=commit,
        total=done.files,
        bytes=done.size,
        written=list(done.written),
        removed=list(done.removed),
        left=list(done.left),
    )
