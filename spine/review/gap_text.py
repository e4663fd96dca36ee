"""Gaps for people: a list with the gravest on top, one gap whole, and what a verb did to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spine.actions.gap_desk import GapWritten
from spine.actions.gap_listing import GapList, GapView
from spine.ledger.gaps import StoredGap
from spine.printable import printable
from spine.review.findings_text import finding_lines
from spine.review.list_text import Cell, columns
from spine.review.proposed_text import proposed_lines
from spine.review.style import Style, Tone
from spine.yamldoc.fields import moment_text

_TONES: dict[str, Tone] = {"open": "change", "accepted": "quiet", "closed": "add", "unknown": "conflict"}
_GRAVE: dict[str, Tone] = {"critical": "conflict", "high": "remove", "low": "quiet"}
_DONE = {
    "new": "is registered",
    "close": "is closed",
    "accept": "is accepted",
    "reopen": "is open again",
    "link": "is linked",
}


def gap_list_lines(listed: GapList, style: Style) -> list[str]:
    """One gap a line: state, severity, id, title; then how many there are of each state."""
    rows: list[Sequence[Cell]] = [
        (_state(one), _grave(one.severity), one.id or "(no id)", one.title) for one in listed.gaps
    ]
    out = columns(rows, style) if rows else ["no such gap"] if any(listed.counts.values()) else []
    for finding in listed.unread:
        out += finding_lines(finding, style)
    counts = [f"{listed.counts[name]} {name}" for name in _TONES if listed.counts.get(name)]
    return [*out, style("quiet", ", ".join(counts) or "no gaps")]


def gap_lines(view: GapView, style: Style) -> list[str]:
    """All that a gap's file or entry says, then what the ledger adds."""
    gap = view.gap
    out = [f"{style('strong', printable(gap.id))}  {printable(gap.title)}"]
    out += columns([(style_name, value) for style_name, value in _facts(view)], style)
    text = gap.gap.description if gap.gap is not None else (gap.entry.fields.get("description") if gap.entry else None)
    if text:
        out += ["", *(f"    {printable(line)}" for line in text.rstrip("\n").split("\n")), ""]
    for finding in view.findings:
        out += finding_lines(finding, style)
    return out


def gap_written_lines(done: GapWritten, style: Style) -> list[str]:
    """What happened to the gap, or the proposal that would do it."""
    if done.proposed is not None:
        return proposed_lines(done.proposed, style)
    id_ = style("strong", printable(done.gap.id))
    if not done.is_new:
        return [f"{id_} {_DONE[done.verb]} already; nothing was written"]
    return [f"{id_} {_DONE[done.verb]} in {printable(done.gap.path)}"]


def _facts(view: GapView) -> Iterator[tuple[Cell, Cell]]:
    gap = view.gap
    yield ("quiet", "status"), _state(gap)
    yield ("quiet", "severity"), _grave(gap.severity)
    yield ("quiet", "type"), gap.type
    if gap.found is not None:
        yield ("quiet", "found"), gap.found.isoformat()
    if gap.loop is not None:
        yield ("quiet", "loop"), gap.loop
    for criterion in gap.blocks:
        yield ("quiet", "blocks"), criterion
    if gap.gap is not None and gap.gap.accepted is not None:
        end = gap.gap.accepted
        yield ("quiet", "accepted"), f"{moment_text(end.at)} by {end.by}: {end.why}"
    if gap.gap is not None and gap.gap.closed is not None:
        yield ("quiet", "closed"), f"{moment_text(gap.gap.closed.at)} by {gap.gap.closed.by}"
    for text in gap.evidence:
        yield ("quiet", "evidence"), text
    for id_, status in view.registered_by:
        yield ("quiet", "registered by"), f"{id_} ({status})"
    for id_, status in view.closed_by:
        yield ("quiet", "closed by"), f"{id_} ({status})"
    said = gap.gap.imported.says if gap.gap is not None and gap.gap.imported is not None else ()
    others = gap.entry.fields.items() if gap.entry is not None else said
    for key, value in others:
        if key not in ("id", "title", "type", "severity", "status", "description", "parent_loop"):
            yield ("quiet", key), " ".join(value.split())
    yield ("quiet", "in"), str(gap.place)


def _state(gap: StoredGap) -> Cell:
    word = gap.status or "unknown"
    return _TONES[word], word


def _grave(severity: str) -> Cell:
    tone = _GRAVE.get(severity)
    return severity if tone is None else (tone, severity)
