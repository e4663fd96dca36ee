"""What the merge driver tells a git user on stderr: what conflicts by key, and what was decided for them."""

from __future__ import annotations

from dataclasses import replace

from spine.actions.drivers import Driven
from spine.printable import printable
from spine.review.style import Style

_MOST = 10
_SILENT = ("already there",)
# spine speaks of a target and a proposal, git of ours and theirs.
_WORDS = (
    ("the target's order", "our order"),
    ("the target's", "ours"),
    ("the target", "ours"),
    ("the proposal", "theirs"),
)


def driven_lines(path: str, driven: Driven, style: Style) -> list[str]:
    """The lines for one merged file; none where there is nothing to say."""
    shown = printable(path)
    out = []
    notes = [note for note in driven.notes if note.kind not in _SILENT]
    if driven.reason is not None:
        out.append(f"spine: {shown}: not merged by key, because {printable(driven.reason)}")
    if driven.conflicts:
        # With it comes all of planning, which a clean merge can do without.
        from spine.review.conflict_text import conflict_lines

        count = len(driven.conflicts)
        out.append(f"spine: {shown}: {count} conflict{'' if count == 1 else 's'} by key")
        for conflict in driven.conflicts[:_MOST]:
            told = replace(conflict, message=_as_git_says(conflict.message))
            out += conflict_lines(path, told, None, style, ("base", "ours", "theirs"))
    elif notes:
        out.append(f"spine: {shown}: merged by key")
    out += [f"  note: {printable(_as_git_says(note.message))}" for note in notes[:_MOST]]
    left = max(0, len(driven.conflicts) - _MOST) + max(0, len(notes) - _MOST)
    return [*out, f"  … and {left} more"] if left else out


def _as_git_says(message: str) -> str:
    for ours, gits in _WORDS:
        message = message.replace(ours, gits)
    return message
