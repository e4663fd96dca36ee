"""What a proposal does to each file, for its page: its operations as sentences, with the lines that come and go.

The words are those of every other review (`sentences`, `blocks`); only how they are laid out is the site's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from spine.actions.blame import Setter
from spine.actions.plan import Plan
from spine.change.merge import Conflict
from spine.change.operations import Change
from spine.records.proposal import FileChange, Proposal
from spine.review.blocks import Line, hunk_lines, limited, signed
from spine.review.sentences import Sentence, sentence

MOST_SENTENCES = 400  # of a file: a proposal may have 10,000 operations
MOST_LINES = 60  # of a sentence


@dataclass(frozen=True, slots=True)
class Told:
    """One operation: its sign, its tone, a sentence, the lines below it, and why."""

    sign: str
    tone: str
    text: str
    lines: tuple[Line, ...] = ()
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A conflict, and who set what the file has now."""

    conflict: Conflict
    set_by: Setter | None


@dataclass(frozen=True, slots=True)
class FileTold:
    """One file of a proposal: what becomes of it as a whole, its operations, how many more there are, conflicts."""

    path: str
    words: tuple[str, ...]
    why: str | None
    told: tuple[Told, ...]
    more: int
    conflicts: tuple[Meeting, ...] = ()


def files_told(proposal: Proposal, plan: Plan | None) -> tuple[FileTold, ...]:
    """All files of a proposal, with the conflicts of its plan if it has one."""
    return tuple(_file(file, plan) for file in proposal.files)


def _file(file: FileChange, plan: Plan | None) -> FileTold:
    told = list(islice(_told(file), MOST_SENTENCES))
    total = len(file.change.ops) if file.change is not None else 0
    planned = [one for one in plan.files if one.path == file.path] if plan is not None else []
    meetings = [
        Meeting(conflict, plan.set_by.get((file.path, conflict.at)) if plan is not None else None)
        for one in planned
        for conflict in one.conflicts
    ]
    return FileTold(
        file.path, tuple(_words(file)), file.why, tuple(told), max(0, total - MOST_SENTENCES), tuple(meetings)
    )


def _words(file: FileChange) -> Iterator[str]:
    if file.base is None:
        yield "new file"
    if file.result is None:
        yield "deleted"
    if file.moved_from is not None:
        yield f"moved from {file.moved_from}"
    if file.mode is not None:
        yield f"mode {file.mode}"
    if file.blob is not None:
        yield f"its bytes: blobs/{file.blob}"


def _told(file: FileChange) -> Iterator[Told]:
    if file.change is not None:
        yield from (_one(sentence(op)) for op in file.change.ops)
        yield from _rest(file.change)
    if file.content is not None:
        yield Told("+", "add", "its content", _cut(signed("+", file.content)))


def _rest(change: Change) -> Iterator[Told]:
    formatting = (*hunk_lines(change.residual_first), *hunk_lines(change.residual))
    if formatting:
        yield Told("~", "quiet", "only the formatting, no value and no comment", _cut(formatting))
    if change.patch:
        reason = f", because {change.reason}" if change.reason else ""
        yield Told("~", "change", f"changed as text{reason}", _cut(hunk_lines(change.patch)))


def _one(said: Sentence) -> Told:
    return Told(said.sign, said.tone, str(said), _cut(said.block), said.why)


def _cut(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(limited(lines, MOST_LINES))
