"""A review as Markdown for one sticky comment of a pull request, never longer than a comment may be.

The first line is a marker that nobody sees, by which a bot finds the comment to update. What does not fit is left out
at the boundary of a proposal, of the first that does not fit at the boundary of an entry; how much, and the command
that shows it, is the last line. Only what is shown is ever made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from textwrap import wrap

from spine.actions.bringing import Counts
from spine.dataclass import dataclass
from spine.errors import Finding
from spine.printable import printable
from spine.review.blocks import Line, limited
from spine.review.conflict_view import ConflictView
from spine.review.file_view import EntryView, FileView
from spine.review.markdown_words import block, element, shortened, span
from spine.review.plan_text import counted
from spine.review.proposal_view import ProposalView
from spine.review.range_view import RangeView, moved_text
from spine.review.sentences import Sentence
from spine.review.spans import plain

MARKER = "<!-- spine:review -->"
LONGEST = 60_000  # characters; GitHub takes 65,536
_TAIL = 1_500  # kept free for what is closed and for the last line
_MOST_LINES = 60  # of one text
_MOST_CHARACTERS = 400  # of one line
_MOST_LISTED = 40
_COLUMNS = 100
_SIGNS = {"~": "!", ">": "!", "?": " "}


@dataclass(slots=True)
class _Page:
    """What is written so far, and how much room is left."""

    longest: int
    parts: list[str] = field(default_factory=list)
    size: int = 0

    def put(self, text: str) -> bool:
        """Write it if it fits."""
        if self.size + len(text) > self.longest - _TAIL:
            return False
        self.close(text)
        return True

    def close(self, text: str) -> None:
        """Write it into the room that is kept free."""
        self.parts.append(text)
        self.size += len(text)

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.parts)


def review_markdown(view: RangeView, *, longest: int = LONGEST) -> str:
    """The comment for a range."""
    page = _Page(longest)
    page.put(f"{MARKER}\n## {view.title}\n\n**{view.summary}**\n\n{view.verdict}\n\n")
    lists = [(title, len(ones), _findings(title, ones)) for title, ones in view.findings]
    lines = [f"{span(folder)}: {span(shortened(problem, 300))}" for folder, problem in view.unreadable]
    lists.append(("Proposals that cannot be read", len(lines), _listed("Proposals that cannot be read", lines)))
    lines = [f"{span(one.id)} {span(shortened(moved_text(one), 200))}" for one in view.moved]
    lists.append(("Loops and gaps", len(lines), _listed("Loops and gaps", lines)))
    if len(view.proposals) > 1:
        lines = [f"{span(one.id)} **{one.state}** · {one.summary}" for one in view.proposals]
        lists.append(("Proposals", len(lines), _listed("Proposals", lines)))
    for title, count, text in lists:
        if not page.put(text):
            page.close(f"**{title}:** {count} left out, too long for a comment. All of it: `{view.command}`\n\n")
    done = 0
    for group in view.groups:
        heading = f"### {group.title}\n\n"
        for at, one in enumerate(group.proposals):
            if not _proposal(page, one, heading if at == 0 else ""):
                left = len(view.proposals) - done - 1
                rest = f" {counted(left, 'more proposal')} left out." * bool(left)
                page.close(f"\n---\n**Too long for a comment.**{rest} All of it: `{view.command}`\n")
                return page.text
            done += 1
    return page.text


def proposal_markdown(view: ProposalView, *, longest: int = LONGEST) -> str:
    """The comment for one proposal."""
    page = _Page(longest)
    page.put(f"{MARKER}\n")
    _proposal(page, view, "")
    return page.text


# ---- one proposal -------------------------------------------------------------------------------------------------


def _proposal(page: _Page, view: ProposalView, heading: str) -> bool:
    """Write a proposal, whole or up to the boundary of a part, which is said; whether it is whole."""
    total = sum(1 for file in view.files for _ in _pieces(file))
    if not page.put(heading + _head(view)):
        page.close(f"{heading}{span(view.id)}: left out, {_parts_text(total, view.files)}. `spine show {view.id}`\n\n")
        return False
    shown = 0
    for at, file in enumerate(view.files):
        head, done = _file_head(file), 0
        for piece in _pieces(file):
            if not page.put(head + piece):
                break
            head, done = "", done + 1
        else:
            if not head or page.put(head):
                page.close("</details>\n\n")
                shown += done
                continue
        if not head:
            page.close("</details>\n\n")
        shown += done
        left = f"{total - shown:,} of {_parts_text(total, view.files)}, in {counted(len(view.files) - at, 'file')}"
        page.close(f"**Left out of {span(view.id)}:** {left}. All of it: `spine show {view.id}`\n\n")
        return False
    return True


def _parts_text(count: int, files: tuple[FileView, ...]) -> str:
    """`3 parts in 2 files`: entries, texts and conflicts are parts."""
    return f"{count:,} part{'' if count == 1 else 's'} in {counted(len(files), 'file')}"


def _head(view: ProposalView) -> str:
    out = [f"#### {span(view.title)}\n\n", f"{span(view.id)} · **{view.state}** · {view.summary}\n\n"]
    out += [f"> **warning:** {span(shortened(text, 300))}\n\n" for text in view.warnings]
    if view.problem is not None:
        out.append(f"> **cannot be planned:** {span(shortened(view.problem, 300))}\n\n")
    if view.plan is not None:
        out += [f"> **blocked:** {span(shortened(text, 300))}\n\n" for text in view.plan.blockers]
        out += [_findings("Afterwards it would be found that", view.plan.findings)] if view.plan.findings else []
    for label, text in (("why", view.why), ("withdrawn", view.withdrawn)):
        if text is not None and text.strip():
            out.append(f"**{label}**\n\n{block(_paragraph(text))}\n")
    facts = [f"{fact.name}: {', '.join(_value(value, view) for value in fact.values)}" for fact in view.facts]
    out.append(_listed(None, facts))
    out += [f"*note:* {span(shortened(note, 300))}\n\n" for note in view.notes]
    if view.plan is not None and view.plan.ways:
        out.append(_listed("Ways out", [f"{what}: {span(command)}" for what, command in view.plan.ways]))
    return "".join(out)


def _value(value: str, view: ProposalView) -> str:
    about = view.about.get(value)
    return span(value) if about is None else f"{span(value)} {span(shortened(about, 120))}"


def _paragraph(text: str) -> list[str]:
    """A text of people, wrapped as a comment shows no long lines of code well."""
    lines = [
        part for line in printable(text.strip(), multiline=True).split("\n") for part in wrap(line, _COLUMNS) or [""]
    ]
    return lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], f"… {len(lines) - _MOST_LINES} more lines"]


# ---- one file -----------------------------------------------------------------------------------------------------


def _file_head(file: FileView) -> str:
    words = f" ({', '.join(map(element, file.words))})" if file.words else ""
    counts = file.counts
    told = f" · +{counts.add} ~{counts.change} −{counts.remove}" if counts != Counts() else ""
    return f"<details open><summary>{element(file.path)}{words}{told}</summary>\n\n"


def _pieces(file: FileView) -> Iterator[str]:
    """A file in parts that are shown whole or not at all."""
    if file.why:
        yield f"{block(_paragraph(file.why))}\n"
    for conflict in file.conflicts:
        yield _conflict(conflict)
    change = file.change
    yield from _entries(change.entries)
    if change.patch:
        reason = f", because {span(change.reason)}" if change.reason else ""
        yield f"Changed as text{reason}:\n\n{block(_lines(change.patched), 'diff')}\n"
    if file.text is not None:
        yield (block(_lines(file.content), "diff") if file.content else "An empty file.\n") + "\n"
    if file.size is not None:
        yield f"{span(file.size)}\n\n"
    yield from _entries(change.comments, "Only comments:\n\n")
    yield from _entries(change.spelled, "Only spelled in another way:\n\n")
    if change.formatting:
        yield f"Only the formatting, no value and no comment:\n\n{block(_lines(change.formatting), 'diff')}\n"
    yield from _entries(change.expects)
    for note in file.notes:
        yield f"*note:* {span(shortened(note, 300))}\n\n"


def _entries(entries: Iterable[EntryView], title: str = "") -> Iterator[str]:
    for entry in entries:
        yield f"{title}{block(_entry(entry), 'diff')}\n"
        title = ""


def _entry(entry: EntryView) -> Iterator[str]:
    if entry.name is not None:
        yield _short(f"@@ {entry.name} @@")
    for told in entry.sentences:
        yield from _sentence(told)


def _sentence(told: Sentence) -> Iterator[str]:
    """A sentence as lines of a diff: what sets a value shows both below each other."""
    pair = [one for one in told.spans if one.role in ("old", "new")]
    if told.kind == "set" and pair and not told.block:
        before = "".join(one.text for one in told.spans if one.role == "old")
        after = "".join(one.text for one in told.spans if one.role == "new")
        named = plain(one for one in told.spans if one.role == "name")
        yield _short(f"- {named}: {before}")
        yield _short(f"+ {named}: {after}")
    else:
        yield _short(f"{_SIGNS.get(told.sign, told.sign)} {told}")
    yield from _lines(told.block)
    if told.why:
        yield from (f"  why: {line}" for line in _paragraph(told.why))


def _lines(lines: Iterable[Line]) -> list[str]:
    return [_short(f"{' ' if line.sign in '@…' else line.sign} {line.text}".rstrip()) for line in
            limited(tuple(lines), _MOST_LINES)]  # fmt: skip


def _short(line: str) -> str:
    return line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]} … {len(line) - _MOST_CHARACTERS} more"


def _conflict(conflict: ConflictView) -> str:
    lines = [f"! {conflict.place}: {conflict.message}"]
    for side in conflict.sides:
        by = f"   ({side.by})" if side.by else ""
        if side.block:
            lines += [f"  {side.label}:{by}", *(f"    {line}" for line in _lines(side.block))]
        else:
            lines.append(f"  {side.label}: {side.text if side.text is not None else 'not there'}{by}")
    return f"**Conflict**\n\n{block(map(_short, lines), 'diff')}\n"


# ---- lists --------------------------------------------------------------------------------------------------------


def _findings(title: str, findings: Iterable[Finding]) -> str:
    lines = [
        f"**{one.code}** {span(str(one.place))} {span(shortened(one.message, 300))}"
        + (f" · {span(shortened(one.hint, 200))}" if one.hint else "")
        for one in findings
    ]
    return _listed(title, lines)


def _listed(title: str | None, lines: list[str]) -> str:
    """A list under its title; nothing without lines."""
    if not lines:
        return ""
    shown = [f"- {line}\n" for line in lines[:_MOST_LISTED]]
    rest = f"- … and {len(lines) - _MOST_LISTED} more\n" if len(lines) > _MOST_LISTED else ""
    return (f"**{title}**\n\n" if title is not None else "") + "".join(shown) + rest + "\n"
