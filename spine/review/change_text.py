"""What happens to one file, grouped by entry: the body that plans, proposals and diffs share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from spine.address import ROOT, Address, Item
from spine.change.operations import Change, Operation
from spine.printable import printable
from spine.review.blocks import hunk_lines, limited, painted, signed
from spine.review.sentences import Sentence, place_name, sentence
from spine.review.style import Style

_INDENT = 2


def change_lines(change: Change, style: Style, *, most: int | None = None) -> list[str]:
    """The lines of a change; of each operation at most `most` lines of text."""
    out: list[str] = []
    for head, ops in _by_entry(change.ops):
        if len(ops) == 1:
            out += sentence_lines(sentence(ops[0]), style, _INDENT, most)
            continue
        out.append(" " * _INDENT + style("strong", place_name(head)))
        for op in ops:
            out += sentence_lines(sentence(op, head), style, 2 * _INDENT, most)
    residual = (*hunk_lines(change.residual_first), *hunk_lines(change.residual))
    if residual:
        told = Sentence("~", "quiet", "only the formatting, no value and no comment:", residual)
        out += sentence_lines(told, style, _INDENT, most)
    if change.patch:
        reason = f", because {printable(change.reason)}" if change.reason else ""
        told = Sentence("~", "change", f"changed as text{reason}", hunk_lines(change.patch))
        out += sentence_lines(told, style, _INDENT, most)
    return out


def sentence_lines(told: Sentence, style: Style, indent: int, most: int | None) -> list[str]:
    """A sentence behind its sign, its lines and its reason below it."""
    pad = " " * indent
    out = [pad + style(told.tone, f"{told.sign} {told.text}")]
    out += painted(limited(told.block, most), style, indent + 4)
    if told.why:
        out += [f"{pad}    {style('quiet', line)}" for line in reason_lines(told.why)]
    return out


def reason_lines(why: str) -> list[str]:
    """A reason: `why:` and its lines."""
    first, *rest = printable(why.strip(), multiline=True).split("\n")
    return [f"why: {first}", *(f"     {line}".rstrip() for line in rest)]


def new_file_lines(text: str, style: Style, *, most: int | None = None) -> list[str]:
    """The content of a new file."""
    return painted(limited(signed("+", text), most), style, 2 * _INDENT)


def _by_entry(ops: Sequence[Operation]) -> Iterator[tuple[Address, list[Operation]]]:
    """Neighbouring operations in one entry of a list together; all others by themselves."""
    for head, group in groupby(ops, key=_entry_of):
        together = list(group)
        if head == ROOT:
            yield from ((head, [op]) for op in together)
        else:
            yield head, together


def _entry_of(op: Operation) -> Address:
    """The outermost item of a list that the operation is in, or the root."""
    for count, step in enumerate(op.at.steps, 1):
        if isinstance(step, Item):
            return Address(op.at.steps[:count], op.at.document)
    return ROOT
