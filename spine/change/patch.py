"""A change made to the text it was made for: strict, proved, and nothing but the named lines touched."""

from __future__ import annotations

from collections.abc import Iterable

from spine.change.edits import Editor
from spine.change.formatting import beyond_formatting
from spine.change.operations import Change, Operation
from spine.change.proof import ProofFailed, prove
from spine.change.sources import BadChange, Mismatch
from spine.change.targets import Targets
from spine.change.textpatch import apply_patch, apply_residual
from spine.errors import Refused
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document
from spine.yamldoc.pieces import whole_lines
from spine.yamldoc.splice import Overlap, splice
from spine.yamldoc.trivia import NotEditable


def patch(text: str, change: Change) -> str:
    """`text` with `change` made, which must have been made for it.

    Raises `Refused` (with line and column where there is a place): the text is not what the operations saw, they
    contradict each other, or cannot be made by span.
    """
    if change.patch:
        return apply_patch(text, change.patch)
    if change.residual_first:
        text = _residual(text, change.residual_first)
    if change.ops:
        text = patch_document(text, parse(whole_lines(text)), change.ops)
    return _residual(text, change.residual) if change.residual else text


def _residual(text: str, hunks: str) -> str:
    """The text with hunks made that, as is proved here, change no value and no comment."""
    done = apply_residual(text, hunks)
    if done is None:
        raise Mismatch("the residual does not fit: the text is not the base of this change")
    try:
        problem = beyond_formatting(parse(whole_lines(text)), parse(whole_lines(done)))
    except Unparsable as error:
        problem = error.message
    if problem is not None:
        raise BadChange(f"the residual is more than formatting: {problem}")
    return done


def patch_document(text: str, document: Document, ops: Iterable[Operation]) -> str:
    """The operations made on a text and its parse (of the text with a final line end), proved.

    Raises `Refused` as `patch` does, and `ProofFailed` if spine's own output breaks a law.
    """
    return as_long_as(text, document, patched(document, ops))


def patched(document: Document, ops: Iterable[Operation], *, expected: Document | None = None) -> Document:
    """The operations made on a document, proved, and read again. `expected` saves the reading if its text is reached.

    Raises as `patch_document`.
    """
    targets = Targets(document, ops)
    try:
        result = splice(document.text, Editor(targets).splices())
    except Overlap as error:
        raise NotEditable("two operations touch the same characters") from error
    if expected is None or expected.text != result:
        try:
            expected = parse(f"\ufeff{result}" if document.bom else result)
        except Unparsable as error:
            raise ProofFailed(f"the result is not YAML: {error}") from error
    prove(targets, expected)
    return expected


def would_give(text: str, document: Document, change: Change) -> str | None:
    """What a change makes of its base, not proved and never to be written: to see whether it is there already."""
    if change.patch or change.residual_first:
        return None
    try:
        result = splice(document.text, Editor(Targets(document, change.ops)).splices())
    except (Refused, Overlap):
        return None
    if not text.endswith("\n"):
        result = result.removesuffix("\n")
    result = "\ufeff" + result if document.bom else result
    return apply_residual(result, change.residual) if change.residual else result


def as_long_as(text: str, was: Document, document: Document) -> str:
    """A document's text; without a final line end if `text` had none, to which one was added to read it as `was`.

    The line end of a block scalar that comes last stays, as it belongs to its value.
    """
    whole = document.full_text
    is_kept = text.endswith("\n") or (_ends_with_block_scalar(document) and not _ends_with_block_scalar(was))
    return whole if is_kept else whole.removesuffix("\n")


def _ends_with_block_scalar(document: Document) -> bool:
    node = document.roots[-1].node if document.roots else None
    while node is not None and node.entries and node.style == "block":
        node = node.entries[-1].value
    return node is not None and node.style in ("|", ">")
