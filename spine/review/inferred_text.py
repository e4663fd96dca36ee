"""What `schema infer` found, for people: declarations with their evidence by file, then the questions."""

from __future__ import annotations

from spine.actions.infer import Inferred
from spine.printable import printable
from spine.records.rules import Reference, rule_lines
from spine.records.settings import kind_token
from spine.review.style import Style


def inferred_lines(done: Inferred, style: Style) -> list[str]:
    """The lines; the last one counts."""
    out: list[str] = []
    file = ""
    for one in done.found:
        name = str(one.pattern.files)
        if name != file:
            out.append(style("strong", printable(name)))
            file = name
        kind = kind_token(one.kind)
        out.append(f"  {style('add', '+')} {printable(str(one.pattern.address))}: {printable(kind)}")
        out.append(f"      {style('quiet', printable(one.evidence))}")
    if done.questions:
        out += ["", style("strong", "To be decided by somebody who knows:")]
        out += [
            f"  {style('change', '?')} {printable(f'{one.path}#{one.address}')}: {printable(one.reason)}"
            for one in done.questions
        ]
    if done.references:
        out += ["", style("strong", "References that these values suggest; who knows better declares them under refs:")]
        for likely in done.references:
            _, shown = rule_lines((Reference(likely.source, (likely.target,)),), (), ())
            out.append(f"{printable(shown.rstrip())}  {style('quiet', f'# all {likely.values} values are there')}")
    out += [f"not read: {printable(path)}" for path in done.unread]
    if out:
        out.append("")
    return [*out, style("strong", summary(done))]


def summary(done: Inferred) -> str:
    """`12 to declare, 3 questions (132 files, 903 versions)`"""
    count, asked = len(done.found), len(done.questions)
    likely = len(done.references)
    suggested = f", {likely} likely reference{'s' * (likely != 1)}" if likely else ""
    return (
        f"{count} to declare, {asked} question{'s' * (asked != 1)}{suggested} "
        f"({done.files} file{'s' * (done.files != 1)}, {done.versions} version{'s' * (done.versions != 1)})"
    )
