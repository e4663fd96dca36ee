"""What changed between two YAML texts, as operations (DESIGN §4, §5).

Both trees are walked side by side; entries whose source is equal are never entered. What the operations cannot express
(spacing, quoting of keys, blank lines between old neighbours) goes into a residual that is proved to change no value
and no comment; what cannot be edited by span at all becomes a text patch with the reason.
"""

from __future__ import annotations

from dataclasses import replace

from spine.change.compare import Comparison, same_meaning
from spine.change.invert import invert
from spine.change.operations import Change, Comment, Expect, Operation, SetValue
from spine.change.patch import patch_document
from spine.change.proof import ProofFailed
from spine.change.textpatch import make_patch, make_residual
from spine.errors import Refused
from spine.identity import Identity
from spine.yamldoc import pieces
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document
from spine.yamldoc.splice import Overlap
from spine.yamldoc.trivia import NotEditable, comments_of


def diff(before: str, after: str, *, identity: Identity | None = None) -> Change:
    """The change from one text to another; `patch(before, diff(before, after)) == after`, byte for byte."""
    if before == after:
        return Change()
    try:
        old = parse(pieces.whole_lines(before))
        new = parse(pieces.whole_lines(after))
    except Unparsable as error:
        return as_text(before, after, f"not valid YAML: {error.message}")
    try:
        ops = Comparison(old, new, identity or Identity()).run()
        reached = patch_document(before, old, ops)
    except (NotEditable, Overlap, Refused, ProofFailed, ValueError) as error:
        return as_text(before, after, str(error))
    residual = ""
    if reached != after:
        problem = _beyond_formatting(reached, new)
        if problem is not None:
            return as_text(before, after, problem)
        residual = make_residual(reached, after)
    return _reversible(before, reached, Change(tuple(ops), residual=residual))


def _reversible(before: str, reached: str, change: Change) -> Change:
    """The change with what its inverse needs to come back to `before` exactly: a residual in front of the operations.

    Turning round is tried only where blank lines or a container's form may have been guessed.
    """
    if not any(map(_may_guess, change.ops)):
        return change
    back = invert(Change(change.ops))
    try:
        origin = patch_document(reached, parse(pieces.whole_lines(reached)), back.ops)
        if origin == before:
            return change
        again = patch_document(origin, parse(pieces.whole_lines(origin)), change.ops)
    except (NotEditable, Overlap, Refused, ProofFailed):
        return change
    if again != reached or _beyond_formatting(origin, parse(pieces.whole_lines(before))) is not None:
        return change
    return replace(change, residual_first=make_residual(before, origin))


def _may_guess(op: Operation) -> bool:
    if isinstance(op, Comment):
        return op.slot in ("above", "end", "eol") or op.new is None
    if isinstance(op, SetValue):
        return "\n" in op.old or "\n" in op.new or not op.old or not op.new
    return not isinstance(op, Expect)


def as_text(before: str, after: str, reason: str) -> Change:
    """The change as unified hunks, pinned to the exact base."""
    return Change(patch=make_patch(before, after), reason=reason)


def _beyond_formatting(reached: str, new: Document) -> str | None:
    """Why the rest of the way to `new` may not be a residual; None if it is formatting only."""
    try:
        document = parse(pieces.whole_lines(reached))
    except Unparsable as error:
        return f"the operations leave text that is not YAML: {error.message}"
    if len(document.roots) != len(new.roots):
        return "the number of documents differs"
    for one, other in zip(document.roots, new.roots, strict=True):
        if (one.node is None) != (other.node is None):
            return "a document is empty on one side"
        if one.node is not None and other.node is not None and not same_meaning(one.node, other.node):
            return "a change that no operation expresses"
    if comments_of(document) != comments_of(new):
        return "a comment that belongs to no entry"
    return None
