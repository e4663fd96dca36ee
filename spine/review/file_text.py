"""One file of a plan, a proposal or a diff, for people: its entries, then what has no meaning of its own, apart."""

from __future__ import annotations

from collections.abc import Iterable

from spine.printable import printable
from spine.review.blocks import Line, limited, painted
from spine.review.file_view import EntryView, FileView
from spine.review.sentences import Sentence
from spine.review.style import Style, Tone

_INDENT = 2
_TONES: dict[str, Tone] = {"create": "add", "delete": "remove"}


def file_lines(file: FileView, style: Style, *, most: int | None = None) -> list[str]:
    """The file; of each text at most `most` lines."""
    words = f"  ({', '.join(file.words)})" if file.words else ""
    out = [f"{style(_tone(file), printable(file.path))}{words}"]
    if file.why:
        out += [f"  {style('quiet', line)}" for line in reason_lines(file.why)]
    change = file.change
    out += _entries(change.entries, style, _INDENT, most)
    if change.patch:
        reason = f", because {printable(change.reason)}" if change.reason else ""
        out += _told(f"  {style('change', f'~ changed as text{reason}')}", change.patched, style, most)
    if file.text is not None:
        out += painted(limited(file.content, most), style, 2 * _INDENT) or ["    (empty)"]
    if file.size is not None:
        out.append(f"    {printable(file.size)}")
    are_several = len(change.comments) > 1
    if are_several:
        out.append(f"  {style('comment', '# only comments:')}")
    out += _entries(change.comments, style, (1 + are_several) * _INDENT, most)
    if change.spelled or change.residual:
        out.append(f"  {style('quiet', '~ only the formatting, no value and no comment:')}")
        out += _entries(change.spelled, style, 2 * _INDENT, most)
        out += painted(limited(change.formatting, most), style, _INDENT + 4)
    out += _entries(change.expects, style, _INDENT, most)
    return out + [f"  {style('comment', 'note: ' + note)}" for note in file.notes]


def reason_lines(why: str) -> list[str]:
    """A reason: `why:` and its lines."""
    first, *rest = printable(why.strip(), multiline=True).split("\n")
    return [f"why: {first}", *(f"     {line}".rstrip() for line in rest)]


def _entries(entries: Iterable[EntryView], style: Style, indent: int, most: int | None) -> list[str]:
    out: list[str] = []
    for entry in entries:
        deeper = indent
        if entry.name is not None:
            out.append(" " * indent + style("strong", entry.name))
            deeper += _INDENT
        for told in entry.sentences:
            out += _sentence_lines(told, style, deeper, most)
    return out


def _sentence_lines(told: Sentence, style: Style, indent: int, most: int | None) -> list[str]:
    """A sentence behind its sign, its lines and its reason below it."""
    pad = " " * indent
    if any(span.role in ("old", "new") for span in told.spans):
        shown = style(told.tone, f"{told.sign} ") + "".join(style.span(span) for span in told.spans)
    else:
        shown = style(told.tone, f"{told.sign} {told}")
    out = [pad + shown, *painted(limited(told.block, most), style, indent + 4)]
    if told.why:
        out += [f"{pad}    {style('quiet', line)}" for line in reason_lines(told.why)]
    return out


def _told(head: str, block: tuple[Line, ...], style: Style, most: int | None) -> list[str]:
    return [head, *painted(limited(block, most), style, _INDENT + 4)]


def _tone(file: FileView) -> Tone:
    if file.state == "conflict":
        return "conflict"
    if file.state == "already there":
        return "quiet"
    return _TONES.get(file.becomes, "strong")
