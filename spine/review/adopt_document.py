"""The JSON document of `adopt`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from spine.errors import Exit
from spine.review.json_parts import Json, document, finding_part, moment_part

if TYPE_CHECKING:
    from spine.actions.adopt import Adopted


def adopted_document(done: Adopted) -> Json:
    """What was recognised, what is missing, all findings, and what was written."""
    settings, split = done.settings, done.split
    return document(
        "adopt",
        Exit.DONE,
        is_dry=done.is_dry,
        written=[path for path, data in done.changes.items() if data is not None],
        removed=[path for path, data in done.changes.items() if data is None],
        settings={
            "folders": {name: getattr(settings.folders, name) for name in ("bindings", "proposals", "loops", "gaps")},
            "register": settings.gaps.register,
            "landings": list(settings.landings),
            "prose": [str(glob) for glob in settings.prose],
        },
        counts=dict(done.counts),
        forms=dict(done.imports.forms),
        imported=[
            {
                "id": one.id,
                "title": one.title,
                "author": one.author,
                "date": moment_part(one.date),
                "loop": one.loop,
                "gaps": list(one.gaps),
                "covers": list(one.covers),
                "paths": list(one.paths),
            }
            for one in done.imported
        ],
        holes={
            "loops": list(done.holes.loops),
            "gaps": list(done.holes.gaps),
            "unlanded": {id_: list(commits) for id_, commits in done.holes.unlanded.items()},
        },
        split=None
        if split is None
        else {"count": split.count, "left": [{"id": name, "reason": reason} for name, reason in split.left]},
        debt=dict(sorted(Counter(one.code for one in done.findings).items())),
        findings=[finding_part(one) for one in done.findings],
        fresh=[finding_part(one) for one in done.fresh],
        dropped=done.dropped,
        to_review={
            "lists": len(done.inferred.found),
            "questions": len(done.inferred.questions),
            "references": len(done.inferred.references),
        },
    )
