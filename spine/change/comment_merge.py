"""Comments of a change brought to a target: the target's is kept where both sides changed one, and both are shown."""

from __future__ import annotations

import re
from dataclasses import replace

from spine.address import Address
from spine.change.merging import Merging, one_line
from spine.change.operations import Comment, SetValue
from spine.change.order import names_in
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Entry
from spine.yamldoc.trivia import eol_anchor, layout, prolog, tail

_HEADER = re.compile(r"([|>][0-9+-]*)[ \t]*(#[^\r\n]*)?")


def merge_comment(merging: Merging, op: Comment) -> None:
    """One comment operation: made, there already, or noted as in the way of the target's."""
    at = merging.here(op.at)
    if op.slot == "above" and not op.at.steps:
        span = prolog(merging.target, op.at.document) if op.at.document <= len(merging.target.roots) else None
        found = merging.target.text[slice(*span)] if span is not None else None
    elif op.slot == "end":
        node = merging.places.node(at)
        if node is None or not pieces.is_block(node):
            merging.note("comment removed", op.at, f"{op.at}: nothing is left to hold the comment")
            return
        found = pieces.runs(merging.target, layout(merging.target, node).end)
    else:
        entry = merging.places.entry(at)
        if entry is None:
            merging.note("comment removed", op.at, f"{op.at} is gone, and its comment with it")
            return
        if entry.container.style == "flow":
            merging.note("comment kept", op.at, f"{op.at}: no comment can stand here in the target")
            return
        if op.slot == "eol" and eol_anchor(merging.target, entry) is None and not _sets(merging, at):
            _behind_header(merging, op, at, entry)
            return
        if op.slot == "above":
            at, entry = _follow_block(merging, op, at, entry)
        found = _comment_text(merging, entry, op.slot)
    if pieces.stripped(op.old) == pieces.stripped(op.new):
        _blank_lines(merging, op, at, found)
        return
    if pieces.stripped(found) == pieces.stripped(op.new):
        merging.note("already there", op.at, f"{op.at}: this comment is there already")
    elif pieces.stripped(found) == pieces.stripped(op.old):
        merging.ops.append(_around(merging, replace(op, at=at), found))
    elif merging.rules.hard_comments:
        merging.conflict("comment", op.at, op.old, found, op.new, f"both sides changed the {op.slot} comment")
    else:
        _keep(merging, op, found)


def _keep(merging: Merging, op: Comment, found: str | None) -> None:
    merging.note(
        "comment kept",
        op.at,
        f"{op.at}: both sides changed the {op.slot} comment; the target's is kept: "
        f"{one_line(found or '')} | {one_line(op.new or '')}",
    )


def _sets(merging: Merging, at: Address) -> bool:
    return any(isinstance(op, SetValue) and op.at == at for op in merging.ops)


def _behind_header(merging: Merging, op: Comment, at: Address, entry: Entry) -> None:
    """A comment behind a value that the target wrote as a block scalar, where it stands behind `|` and is part of the
    value's source; or as a compact collection, whose line is that of its first entry."""
    if any(isinstance(one, SetValue) and one.at == op.at and one.new[:1] in "|>" for one in merging.change.ops):
        return  # the change itself made it one, and what stands behind the header stands in its source
    token = pieces.value_token(merging.target, entry)
    header = _HEADER.match(token)
    if header is None:
        shown = one_line(op.new or op.old or "")
        merging.note("comment kept", op.at, f"{op.at}: no comment can stand here in the target: {shown}")
        return
    found = pieces.stripped(header[2])
    if found == pieces.stripped(op.new):
        merging.note("already there", op.at, f"{op.at}: this comment is there already")
    elif found == pieces.stripped(op.old):
        gap = "" if op.new is None else op.new if op.new[:1] in " \t" else f"  {op.new}"
        merging.ops.append(SetValue(at, token, header[1] + gap + token[header.end() :], op.why))
    else:
        _keep(merging, op, header[2])


def _around(merging: Merging, op: Comment, found: str | None) -> Comment:
    """The operation with what the target has as its old comment, and what both sides say of blank lines around it; of
    those at the end of the text only if the target has them too."""
    above, _, below = pieces.blanks_around(op.old or "")
    new = op.new
    if op.slot == "end" and op.at == Address((), len(merging.target.roots)) and below != tail(merging.target)[1]:
        first, body, _ = pieces.blanks_around(new or "")
        below, new = 0, "\n" * first + body or None
    return replace(op, old="\n" * above + (found or "") + "\n" * below or None, new=new)


def _blank_lines(merging: Merging, op: Comment, at: Address, found: str | None) -> None:
    """A comment of which only the blank lines around it change: at the end of the text, if nobody else did it."""
    old, new = (pieces.blanks_around(text or "")[2] for text in (op.old, op.new))
    there = tail(merging.target)[1]
    is_last = op.slot == "end" and at == Address((), len(merging.target.roots))
    if is_last and there == old != new:
        blanks = [(found or "") + "\n" * count or None for count in (old, new)]
        merging.ops.append(replace(op, at=at, old=blanks[0], new=blanks[1]))
    elif is_last and there == new:
        merging.note("already there", op.at, f"{op.at}: the text ends like this already")
    else:
        merging.note("residual dropped", op.at, f"{op.at}: the blank lines here have changed; they are left alone")


def _follow_block(merging: Merging, op: Comment, at: Address, entry: Entry) -> tuple[Address, Entry]:
    """Free-standing blocks belong to the container: found again above another entry, if one came in between."""
    container = entry.container
    if not pieces.is_block(container):
        return at, entry
    above = [pieces.runs(merging.target, trivia.above) for trivia in layout(merging.target, container).entries]
    here = pieces.stripped(above[entry.index])
    if op.old is not None and (here == pieces.stripped(op.old) or (op.new and here == pieces.stripped(op.new))):
        return at, entry
    index = entry.index
    if op.old is not None:
        same = [
            number for number, block in enumerate(above) if block and pieces.stripped(block) == pieces.stripped(op.old)
        ]
        index = same[0] if len(same) == 1 else index
    elif _was_first(merging, op.at):
        index = 0
    if index == entry.index:
        return at, entry
    step = names_in(merging, at.parent, container)[index]
    return at.parent / step, container.entries[index]


def _was_first(merging: Merging, at: Address) -> bool:
    entry = merging.base_places.entry(at) if merging.base_places is not None else None
    return entry is not None and entry.index == 0


def _comment_text(merging: Merging, entry: Entry, slot: str) -> str | None:
    if slot == "lead":
        return pieces.lead(merging.target, entry)
    if slot == "foot":
        return pieces.foot(merging.target, entry)
    if slot == "eol":
        return pieces.eol(merging.target, entry)
    return pieces.runs(merging.target, layout(merging.target, entry.container).entries[entry.index].above)
