"""Loops for people: lists, one loop whole, claims beside what is computed, and what an edit changed."""

from __future__ import annotations

from collections.abc import Sequence

from spine.actions.loop_change import LoopChanged
from spine.actions.loop_views import CheckedLoop, ListedLoop, LoopReport, ShownLoop, Verdict
from spine.printable import printable
from spine.records.loop import Loop, Progress
from spine.records.loop_outline import BOXES, Item, Mark
from spine.records.loop_phases import Phase
from spine.review.blame_text import setter_facts
from spine.review.blocks import compared, limited, painted, signed
from spine.review.findings_text import FindLine, findings_lines, no_line
from spine.review.list_text import Cell, columns
from spine.review.style import Style, Tone

_TONES: dict[Mark | None, Tone] = {"met": "add", "partly": "change", "open": "conflict", None: "quiet"}
_ANSWERS: dict[str, Tone] = {"true": "add", "false": "conflict", "cannot tell": "change", "a claim": "quiet"}
_LONGEST = 100
_PLACES = 12  # of the evidence of one criterion


def loop_list_lines(listed: Sequence[ListedLoop], style: Style) -> list[str]:
    """One loop a line: state, progress, severity, id, open gaps and what it waits for."""
    rows: list[Sequence[Cell]] = []
    for one in listed:
        told = [f"{one.open_gaps} open gap{'s' * (one.open_gaps != 1)}"] if one.open_gaps else []
        told += [f"blocked by {', '.join(one.blocked_by[:3])}"] if one.blocked_by else []
        state: Cell = ("change", "open") if one.state == "open" else ("quiet", "closed")
        rows.append((state, progress_words(one.loop.progress), one.loop.severity or "-", one.loop.id, "; ".join(told)))
    return columns(rows, style) if rows else []


def loop_lines(shown: ShownLoop, style: Style, find_line: FindLine = no_line) -> list[str]:
    """A loop, whole; every item with the name that the verbs know it by."""
    loop = shown.loop
    out = [style("strong", printable(loop.id)), *_head(shown, style)]
    out += _part("goal", [f"  {printable(line)}".rstrip() for line in loop.goal.split("\n")[:20]] if loop.goal else [])
    out += _part(
        f"success criteria ({progress_words(loop.progress)})",
        [line for one in loop.criteria for line in _item(one.item, str(one.number), style)],
    )
    out += _part("phases", [line for phase in loop.phases for line in _phase(loop, phase, style)])
    remaining = [f"  R{number}  {_cut(item.text)}" for number, item in enumerate(loop.remaining, 1)]
    out += _part("remaining work", remaining)
    gaps: list[Sequence[Cell]] = [
        (f"  {gap.id}", _state(gap.status), gap.severity, _cut(gap.title)) for gap in shown.gaps
    ]
    out += _part("gaps", columns(gaps, style) if gaps else [])
    usual = [one for one in shown.proposals if not one.is_follow_up]
    after = [one for one in shown.proposals if one.is_follow_up]
    for title, some in (("proposals", usual), ("follow-ups, landed after closing", after)):
        rows: list[Sequence[Cell]] = [
            (f"  {one.id}", _state(one.status), one.landing[:7] if one.landing else "", _cut(one.title)) for one in some
        ]
        out += _part(title, columns(rows, style) if rows else [])
    if shown.findings:
        out += ["", *findings_lines(shown.findings, style, find_line)]
    return out


def loop_check_lines(report: LoopReport, style: Style, find_line: FindLine = no_line) -> list[str]:
    """Claims and what is computed, loop by loop, then the findings."""
    out: list[str] = []
    for one in report.loops:
        if one.verdicts and (len(report.loops) == 1 or any(verdict.computed != "a claim" for verdict in one.verdicts)):
            out += [style("strong", printable(one.loop.id)), *_verdicts(one, style), ""]
    return [*out, *findings_lines(report.findings, style, find_line)]


def loop_changed_lines(done: LoopChanged, style: Style) -> list[str]:
    """What was done, with the lines that changed."""
    if not done.is_changed:
        return [f"{printable(done.loop)} says so already; nothing to do"]
    if done.commit is not None:
        head = f"{printable(done.summary)}, in {done.commit.id[:7]}"
    else:
        head = printable(done.summary)
    if done.before is None:
        return [head, f"wrote {printable(done.path)}", *painted(limited(signed("+", done.after), 60), style, 4)]
    block = [line for line in compared(done.before, done.after) if line.sign != "…"]
    return [head, style("strong", printable(done.path)), *painted(limited(block, 60), style, 4)]


def progress_words(progress: Progress) -> str:
    """`5/7`, and how many are partly met."""
    if not progress.total:
        return "-"
    return f"{progress.met}/{progress.total}" + (f" ~{progress.partly}" if progress.partly else "")


def _head(shown: ShownLoop, style: Style) -> list[str]:
    loop = shown.loop
    pairs = (
        ("title", loop.title if loop.title != loop.id else ""),
        ("status", loop.status or "not said"),
        ("severity", loop.severity or ""),
        ("owner", loop.owner or ""),
        ("opened", str(loop.opened or "")),
        ("closed", str(loop.closed or "")),
        ("blocked by", ", ".join(shown.blocked_by)),
        ("file", loop.file),
    )
    return columns([(("quiet", f"  {key}"), _cut(value)) for key, value in pairs if value], style)


def _part(title: str, lines: list[str]) -> list[str]:
    return ["", f"{title}:", *lines] if lines else []


def _phase(loop: Loop, phase: Phase, style: Style) -> list[str]:
    tone: Tone = "add" if phase.state == "done" else "change"
    out = [f"  {printable(phase.key)}  {_cut(phase.title)}  {style(tone, phase.state)}"]
    prefix = phase.key.replace(" ", "")
    for number, item in enumerate(phase.items, 1):
        if item.line != phase.line and item.mark is not None:
            out += ["  " + line for line in _item(item, f"{prefix}.{number}", style)]
    return out


def _item(item: Item, name: str, style: Style) -> list[str]:
    box = BOXES[item.mark] if item.mark else "   "
    out = [f"  {name:<4} {style(_TONES[item.mark], box)} {_cut(item.text)}"]
    for number, part in enumerate(item.parts, 1):
        if part.mark is not None:
            out += ["  " + line for line in _item(part, f"{name}.{number}", style)]
    return out


def _verdicts(one: CheckedLoop, style: Style) -> list[str]:
    out = []
    for verdict in one.verdicts:
        box = BOXES[verdict.claimed] if verdict.claimed else "   "
        head = f"  {verdict.criterion.number:<3} {style(_TONES[verdict.claimed], box)} {_cut(verdict.criterion.text)}"
        out.append(head)
        told = style(_ANSWERS[verdict.computed], verdict.computed)
        out.append(f"        {told}" + (f": {printable(verdict.why)}" if verdict.why else ""))
        if verdict.when_closed is not None:
            out.append(f"        when the loop was closed: {verdict.when_closed}")
        if verdict.made_so_by is not None:
            out.append(f"        made so by {style('change', verdict.made_so_by.commit[:7])} "
                       f"{setter_facts(verdict.made_so_by)}")  # fmt: skip
        out += _evidence(verdict, style)
    return out


def _evidence(verdict: Verdict, style: Style) -> list[str]:
    """What decided, one place a line; those that speak against it first, of very many the first."""
    some = sorted(verdict.evidence, key=lambda one: one.evidence.speaks_for)
    out = []
    for proven in some[:_PLACES]:
        one = proven.evidence
        sign = style("add", "+") if one.speaks_for else style("conflict", "-")
        value = f" = {_cut(one.value)}" if one.value is not None and one.gap is None else ""
        setter = proven.set_by if proven.set_by != verdict.made_so_by else None
        who = printable(setter.proposal or "by hand") if setter is not None else ""
        by = f"  ({style('change', setter.commit[:7])} {who})" if setter is not None else ""
        out.append(f"          {sign} {_cut(one.where)}{value}{by}")
    if len(some) > _PLACES:
        out.append(f"            and {len(some) - _PLACES} more")
    return out


def _state(text: str) -> Cell:
    tones: dict[str, Tone] = {"open": "conflict", "pending": "change", "applied": "add", "closed": "add"}
    tone = tones.get(text)
    return (tone, text) if tone else text


def _cut(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
