"""The source line that an error or finding points at, from the files that were looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spine.cli.door import Door
from spine.errors import Place, SpineError
from spine.review.findings_text import FindLine

if TYPE_CHECKING:
    from spine.ledger.reading import Files


def lines_from(files: Files) -> FindLine:
    """Finds lines in the files of one tree; the last file that was asked for is kept."""
    kept: dict[str, list[str]] = {}

    def find(place: Place) -> str | None:
        if place.file not in kept:
            data = files.read(place.file)
            kept.clear()
            kept[place.file] = [] if data is None else data.decode("utf-8-sig", "replace").split("\n")
        lines = kept[place.file]
        return lines[place.line - 1] if place.line is not None and place.line <= len(lines) else None

    return find


def line_of_error(door: Door) -> FindLine:
    """Finds the line of an error, whose file was read from the work tree or from HEAD: only if the two agree."""

    def find(place: Place) -> str | None:
        from spine.repository import Branch, Detached, Repository, head, snapshot_of, work_tree_of

        try:
            with Repository.open(door.folder, door.env) as repo:
                if repo.work_tree is None:
                    return None
                here, tip = work_tree_of(repo), head(repo)
                committed = (
                    snapshot_of(repo, tip.commit).read(place.file) if isinstance(tip, Branch | Detached) else None
                )
                data = here.read(place.file)
                return lines_from(here)(place) if data is not None and committed in (None, data) else None
        except SpineError:
            return None

    return find
