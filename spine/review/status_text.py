"""What needs attention, for people: grouped by what one does about it, the command beside each group."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

from spine.actions.listing import Listed, Overview
from spine.address import ROOT
from spine.printable import printable
from spine.records.gap import SEVERITIES
from spine.review.list_text import columns
from spine.review.style import Style, Tone

_ORDER = ("draft", "pending", "applied", "undone", "withdrawn", "superseded")
_PLANS: tuple[tuple[str, Tone, str, str], ...] = (
    ("clean", "add", "ready to land", "spine apply ID"),
    ("conflicts", "conflict", "conflicting with what is there now", "spine plan ID"),
    ("blocked", "conflict", "waiting for something else", "spine plan ID"),
    ("already there", "quiet", "with all that they want there already", "spine withdraw ID --why …"),
    ("unreadable", "conflict", "not readable", "spine validate"),
)
_SHOWN = 10


def status_lines(overview: Overview, style: Style) -> list[str]:
    """The groups that are not empty, and how many proposals there are of each status."""
    out: list[str] = []
    for tone, title, command, rows in _groups(overview):
        out.append(f"{style(tone, title)}{style('quiet', f'  {command}') if command else ''}")
        out += [f"  {line}" for line in columns(rows[:_SHOWN], style)]
        if len(rows) > _SHOWN:
            out.append(f"  … and {len(rows) - _SHOWN} more")
    if not out:
        out.append("nothing needs attention")
    counts = [f"{overview.counts[name]} {name}" for name in _ORDER if overview.counts.get(name)]
    return [*out, f"{', '.join(counts) or 'no proposals'} at {overview.onto[:7]}"]


def _groups(overview: Overview) -> Iterator[tuple[Tone, str, str, list[Sequence[str]]]]:
    if not overview.is_governed:
        yield "change", "no spine.yaml, so that nothing is governed yet", "spine init --bindings DIR", []
    if overview.journal is not None:
        yield "conflict", "a landing was interrupted", "spine doctor", []
    if overview.glass:
        broken: list[Sequence[str]] = [
            ("overdue" if one.is_overdue else f"by {one.review_by:%Y-%m-%d}", one.id, printable(f"{one.by}: {one.why}"))
            for one in overview.glass
        ]
        count = _count(broken, "landing")
        yield "conflict", f"{count} against the policy, not reviewed", "spine approve --after PROPOSAL", broken
    if overview.by_hand:
        rows: list[Sequence[str]] = [(one.how, one.path) for one in overview.by_hand]
        path = shlex.quote(printable(overview.by_hand[0].path)) if len(overview.by_hand) == 1 else ""
        command = f'spine propose "title"{f" -- {path}" if path else ""}'
        yield "change", f"{_count(rows, 'governed file')} changed by hand", command, rows
    for plan, tone, title, command in _PLANS:
        rows = [
            (_state(one), one.stored.id, _title(one)) for one in overview.open if (one.plan or "unreadable") == plan
        ]
        if rows:
            yield tone, f"{_count(rows, 'proposal')} {title}", command, rows
    if overview.overlaps:
        rows = [
            (one.path if one.address == ROOT else f"{one.path}#{one.address}", one.ids[0], one.ids[1])
            for one in overview.overlaps
        ]
        yield (
            "change",
            f"{_count(rows, 'place')} that two open proposals write",
            "the second to land may conflict",
            rows,
        )
    if overview.stale_proposals:
        rows = [(f"{one.days} days", one.id) for one in overview.stale_proposals]
        yield "change", f"{_count(rows, 'proposal')} waiting for long", "land or withdraw", rows
    if overview.stale_loops:
        rows = [(f"{one.days} days", one.id) for one in overview.stale_loops]
        yield "change", f"{_count(rows, 'loop')} open, with nothing happening", "close or go on", rows
    if overview.gaps:
        counts = Counter(one.severity for one in overview.gaps)
        each = ", ".join(f"{counts[name]} {name}" for name in reversed(SEVERITIES) if counts[name])
        rows = [(one.severity, one.id, one.title) for one in overview.gaps]
        yield "change", f"{_count(rows, 'open gap')}: {each}", "spine trace ID", rows


def _count(rows: Sequence[object], noun: str) -> str:
    return f"{len(rows)} {noun}{'' if len(rows) == 1 else 's'}"


def _state(one: Listed) -> str:
    return "draft" if one.is_draft else one.status


def _title(one: Listed) -> str:
    return one.problem or (one.stored.proposal.title if one.stored.proposal is not None else "")
