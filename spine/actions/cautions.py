"""What a reviewer is warned of: secrets, characters that hide, and changes of the rules by which all else is judged."""

from __future__ import annotations

from collections.abc import Iterator

from spine.actions.secrets import looks_secret
from spine.change.operations import Add, Comment, Operation, SetValue, SpliceItems
from spine.printable import has_unsafe, printable
from spine.records.proposal import FileChange, Proposal
from spine.records.settings import SETTINGS_FILE


def cautions(proposal: Proposal) -> tuple[str, ...]:
    """One line for each file and each thing to be careful about, in the order of the files."""
    return tuple(line for file in proposal.files for line in _of_file(file))


def _of_file(file: FileChange) -> Iterator[str]:
    path = printable(file.path)
    texts = list(_written(file))
    secret = next((found for text in texts if (found := looks_secret(text)) is not None), None)
    if secret is not None:
        yield f"{path}: {printable(secret)} looks like a secret, and what is proposed stays in the history"
    if any(has_unsafe(text.replace("\r\n", "\n"), multiline=True) for text in texts):
        yield f"{path}: what is written there has characters that do not show, or that reorder what does"
    if SETTINGS_FILE in (file.path, file.moved_from):
        yield f"{path}: it changes the rules by which proposals are merged and checked"


def _written(file: FileChange) -> Iterator[str]:
    """The texts that the file gets."""
    if file.content is not None:
        yield file.content
    if file.change is not None:
        for op in file.change.ops:
            text = _new_text(op)
            if text:
                yield text
        patch = "\n".join(line for line in file.change.patch.split("\n") if line.startswith("+"))
        if patch:
            yield patch


def _new_text(op: Operation) -> str | None:
    if isinstance(op, (SetValue, Comment)):
        return op.new
    if isinstance(op, Add):
        return op.text
    return op.put if isinstance(op, SpliceItems) else None
