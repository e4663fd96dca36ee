"""Small charts as inline SVG: bars over time, and bars side by side. Each says in words what it shows.

Nothing is styled on an element (the pages' policy forbids it): geometry stands in attributes, colours in classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from markupsafe import Markup, escape

from spine.dataclass import dataclass
from spine.printable import printable

_MOST_DAYS = 120
_LEAST_DAYS = 30
_HEIGHT = 44


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: what it is, its value from 0 to 1, how that reads, and a tone (a class of the styles)."""

    label: str
    share: float
    shown: str
    tone: str = ""


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars with their labels, as a table whose cells hold the bars: it reads well without seeing it."""
    out = [
        Markup("<tr><th scope=row>{}</th><td>{}</td><td class=right>{}</td></tr>").format(
            printable(row.label), meter(row.share, row.tone), printable(row.shown)
        )
        for row in rows
    ]
    return Markup("<table class=bars><caption>{}</caption>{}</table>").format(printable(title), Markup("").join(out))


def meter(share: float, tone: str = "") -> Markup:
    """One bar; what it means has to stand beside it."""
    width = round(100 * min(1.0, max(0.0, share)), 1)
    return Markup(
        '<svg class="meter {}" viewBox="0 0 100 6" preserveAspectRatio=none aria-hidden=true focusable=false>'
        '<rect class=rail width=100 height=6 rx=1.5 /><rect class=fill width="{:g}" height=6 rx=1.5 /></svg>'
    ).format(tone, width)


def stacked(parts: Iterable[tuple[int, str]], label: str) -> Markup:
    """One bar of several parts, each a number and its tone."""
    known = [(number, tone) for number, tone in parts if number]
    total = sum(number for number, _ in known) or 1
    at, out = 0.0, []
    for number, tone in known:
        width = 100 * number / total
        out.append(Markup('<rect class="{}" x="{:.2f}" width="{:.2f}" height=6 />').format(tone, at, width))
        at += width
    return Markup(
        '<svg class="meter stacked" viewBox="0 0 100 6" preserveAspectRatio=none role=img aria-label="{}">'
        "<rect class=rail width=100 height=6 />{}</svg>"
    ).format(printable(label), Markup("").join(out))


def over_time(days: Iterable[date], what: str, span: tuple[date, date] | None = None) -> Markup:
    """How many of something fell on each day, or on each week of a longer time; nothing for nothing.

    `span` is the first and the last day that are shown, by default as many as it needs.
    """
    listed = sorted(days)
    if not listed:
        return Markup("")
    first, last = span if span is not None else (listed[0], listed[-1])
    step = 1 if (last - first).days < _MOST_DAYS else 7
    if span is None:
        first = min(first, last - timedelta(days=_LEAST_DAYS - 1))  # so that one busy day is no wall
    if step == 7:
        first -= timedelta(days=first.weekday())
    counts = [0] * ((last - first).days // step + 1)
    for one in listed:
        counts[(one - first).days // step] += 1
    most = max(counts)
    width, gap = (6, 2) if len(counts) <= _MOST_DAYS else (2, 1)
    drawn = []
    for number, count in enumerate(counts):
        if count:
            height = max(2.0, round((_HEIGHT - 2) * count / most, 1))
            start = first + timedelta(days=number * step)
            told = f"{start.isoformat()}{' and the week after it' if step == 7 else ''}: {count}"
            drawn.append(
                f'<rect class=fill x={number * (width + gap)} y="{_HEIGHT - height:g}" width={width} '
                f'height="{height:g}" rx=1><title>{told}</title></rect>'
            )
    every = "day" if step == 1 else "week"
    label = f"{len(listed)} {what} from {listed[0]} to {last}, by {every}; at most {most} in a {every}"
    total = len(counts) * (width + gap)
    return Markup(
        f'<figure class=spark><svg viewBox="0 0 {total} {_HEIGHT}" preserveAspectRatio=none role=img '
        f'aria-label="{escape(label)}"><path class=rail d="M0 {_HEIGHT - 0.5}H{total}"/>{"".join(drawn)}</svg>'
        f"<figcaption><span>{first}</span><span>{escape(f'by {every}, at most {most}')}</span>"
        f"<span>{last}</span></figcaption></figure>"
    )
