"""A conflict for people: the three values, who set the target's, and the commands that end it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime

from spine.actions.blame import Setter
from spine.actions.plan import Plan
from spine.address import ROOT
from spine.change.merge import Conflict
from spine.change.operations import SetValue
from spine.printable import printable
from spine.review.blocks import limited, painted, signed
from spine.review.sentences import value_name
from spine.review.style import Style, Tone

_BLOB = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LABEL = len("proposed") + 2
_MOST = 12
_SETS = 3


def conflict_lines(path: str, conflict: Conflict, setter: Setter | None, style: Style) -> list[str]:
    """The lines of one conflict: its place, base, target and proposed value, and what happened."""
    place = printable(path) if conflict.at == ROOT else f"{printable(path)}#{printable(str(conflict.at))}"
    out = [f"  {style('conflict', '! ' + place)}"]
    is_file = conflict.at == ROOT
    values: tuple[tuple[str, str | None, Tone | None], ...] = (
        ("base", conflict.base, "quiet"),
        ("target", conflict.target, "change"),
        ("proposed", conflict.proposed, "add"),
    )
    for label, value, tone in values:
        out += _value_lines(label, value, tone, style, is_file=is_file)
        if label == "target" and setter is not None:
            out.append(f"      {' ' * _LABEL}{style('quiet', setter_name(setter))}")
    out.append(f"      {printable(conflict.message)}")
    return out


def setter_name(setter: Setter) -> str:
    """Who set a value: the proposal if there is one, else the commit's subject, and by whom and when."""
    what = printable(setter.proposal) if setter.proposal else f"“{printable(setter.subject)}”"
    return f"set by {what} in {setter.commit[:7]}, {printable(setter.author)}, {day(setter.date)}"


def day(moment: datetime) -> str:
    """The date of a moment in UTC."""
    return moment.astimezone(UTC).date().isoformat()


def ways_out(plan: Plan) -> list[tuple[str, str]]:
    """The commands that end the conflicts of a plan, each with what it means."""
    id_ = plan.proposal.id
    ways = []
    sets = _as_sets(plan)
    if sets:
        ways.append(("take the proposal's", f"spine supersede {id_} {' '.join(f'--set {one}' for one in sets)}"))
    ways.append(("make it otherwise", f"edit the files, then: spine supersede {id_} --edits"))
    give_up = f"rm -r {shlex.quote(plan.folder)}" if plan.is_draft else f"spine withdraw {id_} --why …"
    return [*ways, ("keep the target's", give_up)]


def _as_sets(plan: Plan) -> Sequence[str]:
    """The whole proposal as arguments of --set, if it is nothing but a few plain values set; else nothing."""
    found: list[str] = []
    for file in plan.proposal.files:
        ops = file.change.ops if file.change is not None else ()
        for op in ops:
            if not isinstance(op, SetValue) or _is_odd(op.new) or _is_odd(str(op.at)):
                return ()
            found.append(shlex.quote(f"{file.path}#{op.at}={op.new}"))
        if not ops:
            return ()
    return found if len(found) <= _SETS else ()


def _is_odd(text: str) -> bool:
    return not text or "\n" in text or printable(text) != text or len(text) > 80


def _value_lines(label: str, value: str | None, tone: Tone | None, style: Style, *, is_file: bool) -> list[str]:
    head = f"      {label:<{_LABEL}}"
    if value is None:
        return [head + style("quiet", "(not there)")]
    if is_file and _BLOB.fullmatch(value):
        return [f"{head}blob {value[:7]}"]
    if "\n" not in value.rstrip("\n"):
        return [head + style(tone, value_name(value.rstrip("\n")))]
    return [head.rstrip(), *painted(limited(signed(" ", value), _MOST), style, 8)]
