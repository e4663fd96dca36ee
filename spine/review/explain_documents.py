"""Explanations of codes, for programs."""

from __future__ import annotations

from collections.abc import Sequence

from spine.errors import Exit
from spine.records.explanation import CommandExample, Example, Explanation, TextExample, TreeExample
from spine.review.json_parts import Json, document


def explanations_document(groups: Sequence[tuple[str, Sequence[Explanation]]]) -> Json:
    """All of them, by group."""
    listed = [{"group": group, "codes": [_part(one) for one in members]} for group, members in groups]
    return document("explanations", Exit.DONE, groups=listed)


def explanation_document(one: Explanation) -> Json:
    """One of them."""
    return document("explain", Exit.DONE, group=one.group, **_part(one))


def _part(one: Explanation) -> Json:
    return {
        "code": one.code,
        "title": one.title,
        "means": one.means,
        "why": one.why,
        "bad": _example(one.bad),
        "good": _example(one.good),
        "mend": one.mend,
    }


def _example(example: Example) -> Json:
    """Which of the three it is, its `kind` says; a file whose text is null is gone."""
    files = example.files if isinstance(example, TreeExample) else {}
    kinds = {TreeExample: "files", CommandExample: "commands", TextExample: "text"}
    return {
        "kind": kinds[type(example)],
        "files": [{"path": path, "text": text or None} for path, text in files.items()],
        "commands": list(example.lines) if isinstance(example, CommandExample) else [],
        "text": example.text if isinstance(example, TextExample) else None,
    }
