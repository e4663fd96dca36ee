"""What changed between two YAML texts, as operations (DESIGN §4, §5).

Both trees are walked side by side; entries whose source is equal are never entered. What the operations cannot express
(spacing, quoting of keys, blank lines between old neighbours) goes into a residual that is proved to change no value
and no comment; what cannot be edited by span at all becomes a text patch with the reason.
"""

from __future__ import annotations

from dataclasses import replace

from spine.change.compare import Comparison
from spine.change.formatting import beyond_formatting
from spine.change.invert import invert
from spine.change.operations import Change, Comment, Expect, Operation, Remove, SetValue
from spine.change.patch import as_long_as, patched
from spine.change.proof import ProofFailed
from spine.change.textpatch import make_patch, make_residual
from spine.errors import Refused
from spine.identity import Identity
from spine.yamldoc import pieces
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document
from spine.yamldoc.splice import Overlap
from spine.yamldoc.trivia import NotEditable


def diff(before: str, after: str, *, identity: Identity | None = None) -> Change:
    """The change from one text to another; `patch(before, diff(before, after)) == after`, byte for byte."""
    if before == after:
        return Change()
    try:
        old = parse(pieces.whole_lines(before))
        new = parse(pieces.whole_lines(after))
    except Unparsable as error:
        return as_text(before, after, error.message)
    try:
        ops = Comparison(old, new, identity or Identity()).run()
        made = patched(old, ops, expected=new)
        reached = as_long_as(before, old, made)
        residual = ""
        if reached != after:
            problem = beyond_formatting(made, new)
            if problem is not None:
                return as_text(before, after, problem)
            residual = make_residual(reached, after)
        return _reversible(before, reached, old, made, Change(tuple(ops), residual=residual))
    except (NotEditable, Overlap, Refused, ProofFailed, ValueError) as error:
        return as_text(before, after, str(error))


def _reversible(before: str, reached: str, old: Document, made: Document, change: Change) -> Change:
    """The change with what its inverse needs to come back to `before` exactly: a residual in front of the operations.

    Turning round is tried only where blank lines or a container's form may have been guessed. Raises `NotEditable` for
    operations that cannot be turned round.
    """
    if not any(map(_may_guess, change.ops)):
        return change
    if any(_takes_a_double(op) for op in change.ops):
        raise NotEditable("one of several equal keys goes, which no operation may put back")
    back = patched(made, invert(Change(change.ops)).ops, expected=old)
    origin = as_long_as(reached, made, back)
    if origin == before:
        return change
    again = patched(back, change.ops, expected=made)
    if as_long_as(origin, back, again) != reached or beyond_formatting(back, old) is not None:
        raise NotEditable("the operations could not be taken back exactly")
    return replace(change, residual_first=make_residual(before, origin))


def _takes_a_double(op: Operation) -> bool:
    """Whether an operation removes one of several equal entries, which none may put back (DESIGN §4)."""
    return isinstance(op, Remove) and bool(getattr(op.at.last, "dup", 0))


def _may_guess(op: Operation) -> bool:
    if isinstance(op, Comment):
        return op.slot != "lead" or op.new is None
    if isinstance(op, SetValue):
        return "\n" in op.old or "\n" in op.new or not op.old or not op.new
    return not isinstance(op, Expect)


def as_text(before: str, after: str, reason: str) -> Change:
    """The change as unified hunks, pinned to the exact base."""
    return Change(patch=make_patch(before, after), reason=reason)
