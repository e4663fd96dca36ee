"""A trace for people: as a tree in a terminal, and as a Mermaid flowchart for Markdown pages."""

from __future__ import annotations

from collections.abc import Sequence

from spine.ledger.links import RELATIONS, Facts, Thing
from spine.ledger.trace import Branch, Trace
from spine.printable import printable
from spine.review.style import Style

_WIDEST = 100
_IN_LABEL = 60


def trace_lines(found: Trace, style: Style) -> list[str]:
    """The thing, and below it what is linked with it and how."""
    out = [_name(found.root, found.facts, style)]
    if not found.branches:
        out.append(style("quiet", "  nothing in the ledger is linked with it"))
    return out + _branches(found.branches, "", style)


def mermaid_text(found: Trace) -> str:
    """A flowchart of the trace. Labels are escaped character by character, so none can end its quotes."""
    facts = {found.root: found.facts}
    todo: list[Branch] = list(found.branches)
    while todo:
        branch = todo.pop(0)
        facts.setdefault(branch.thing, branch.facts)
        todo += branch.below
    names = {thing: f"n{number}" for number, thing in enumerate(facts)}
    for link in found.links:
        for thing in (link.source, link.target):
            if thing not in names:
                names[thing] = f"n{len(names)}"
                facts[thing] = Facts()
    out = ["flowchart LR"]
    out += [f'    {names[thing]}["{_label(thing, facts[thing])}"]' for thing in names]
    out += [f'    {names[one.source]} -->|"{RELATIONS[one.relation][0]}"| {names[one.target]}' for one in found.links]
    return "\n".join(out) + "\n"


def _branches(branches: Sequence[Branch], indent: str, style: Style) -> list[str]:
    out = []
    for number, branch in enumerate(branches):
        is_last = number == len(branches) - 1
        place = f" at {printable(branch.at)}" if branch.at else ""
        line = f"{branch.relation} {_name(branch.thing, branch.facts, style)}{place}"
        out.append(f"{indent}{'└─' if is_last else '├─'} {line}")
        out += _branches(branch.below, f"{indent}{'   ' if is_last else '│  '}", style)
    return out


def _name(thing: Thing, facts: Facts, style: Style) -> str:
    id_ = thing.id[:12] if thing.kind == "commit" else thing.id
    state = facts.state if facts.is_there else "not there"
    out = f"{thing.kind} {style('strong', printable(id_))}" + (f" ({printable(state)})" if state else "")
    title = printable(facts.title[:_WIDEST]) + ("…" if len(facts.title) > _WIDEST else "")
    return f"{out}: {title}" if title else out


def _label(thing: Thing, facts: Facts) -> str:
    id_ = thing.id[:12] if thing.kind == "commit" else thing.id
    lines = [f"{thing.kind} {id_}" + (f" ({facts.state})" if facts.state else "")]
    if facts.title:
        lines.append(facts.title[:_IN_LABEL] + ("…" if len(facts.title) > _IN_LABEL else ""))
    return "<br/>".join("".join(map(_escaped, printable(line))) for line in lines)


def _escaped(char: str) -> str:
    """Letters, digits and what means nothing to Mermaid; of all else the number, which Mermaid turns back."""
    return char if char.isalnum() or char in " .,_/-" else f"#{ord(char)};"
