"""What `adopt` found and wrote, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from spine.actions.adopt import Adopted
from spine.actions.infer import Inferred
from spine.errors import Finding
from spine.printable import printable
from spine.review.findings_text import finding_lines
from spine.review.list_text import Cell, columns
from spine.review.style import Style

_SHOWN = 5

KINDS = {
    "SP010": "files that are not YAML",
    "SP047": "registers that cannot be read",
    "SP110": "files that are not UTF-8",
    "SP112": "gaps under another name than their own",
    "SP113": "gaps of loops that are not there",
    "SP114": "keys that stand twice",
    "SP115": "items with the identity of another",
    "SP116": "values that a declared reference does not find",
    "SP200": "loops without front matter",
    "SP201": "loops whose front matter is not YAML",
    "SP202": "loops that lack a field, or have one that cannot be",
    "SP203": "loops under another name than their own",
    "SP204": "closed loops with open boxes",
    "SP206": "loops whose status and day of closing disagree",
    "SP207": "receipts of loops that name what is not there",
    "SP209": "complete phases with open boxes",
    "SP211": "files that are one loop with another",
    "SP301": "proposals that are named and not there",
    "SP302": "loops that are named and not there",
    "SP303": "gaps that are named and not there",
    "SP304": "commits that are named and not there",
    "SP311": "gaps that stand twice",
    "SP312": "gaps of an unknown type",
    "SP313": "gaps of an unknown severity",
    "SP314": "gaps in an unknown state",
    "SP315": "gaps that lack a field",
    "SP316": "gaps with an id of another form",
    "SP322": "closed gaps whose evidence does not hold",
    "SP323": "gaps that block a criterion that is not there",
}
"""What the findings of a code are, several at a time."""


def adopted_lines(done: Adopted, style: Style) -> list[str]:
    """What was recognised, what is missing, the debt by kind, and what was written."""
    out = [style("strong", "recognised")]
    rows: list[Sequence[Cell]] = [(str(count), name) for name, count in done.counts.items() if count]
    commits = sum(len(one.covers) for one in done.imported)
    rows.append((str(len(done.imported)), f"imported proposals, landed by {commits} commits"))
    rows += [(str(count), ("quiet", f"commits say “{form}”")) for form, count in done.imports.forms.items()]
    out += _indented(rows, style)
    out += _holes(done, style)
    out.append(style("strong", "debt"))
    kinds = Counter(one.code for one in done.findings)
    debt: list[Sequence[Cell]] = [
        (str(count), ("quiet", code), KINDS.get(code, _first(done.findings, code)))
        for code, count in sorted(kinds.items())
    ]
    out += _indented(debt, style) if debt else ["  none"]
    if done.fresh:
        out.append(style("conflict", f"{len(done.fresh)} of these are new since the baseline was written:"))
        for finding in done.fresh:
            out += [f"  {line}" for line in finding_lines(finding, style)]
    if done.dropped:
        out.append(f"{done.dropped} known findings are gone, and no longer in the baseline")
    return [*out, *_to_review(done.inferred, style), *_written(done, style)]


def finding_list(done: Adopted, style: Style) -> list[str]:
    """Every finding."""
    return [line for finding in done.findings for line in finding_lines(finding, style)]


def _holes(done: Adopted, style: Style) -> Iterator[str]:
    holes = done.holes
    if holes.loops or holes.gaps or holes.unlanded:
        yield style("strong", "holes")
    for ids, what in (
        (holes.loops, "loops of imported proposals are not there"),
        (holes.gaps, "gaps of imported proposals are not there"),
        (tuple(holes.unlanded), "proposals are named by commits, and none landed them"),
    ):
        if ids:
            more = f", and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
            yield f"  {len(ids)} {what}: {', '.join(printable(one) for one in ids[:_SHOWN])}{more}"


def _to_review(inferred: Inferred, style: Style) -> Iterator[str]:
    """What somebody who knows the files may declare; nothing of it is written."""
    counts = (
        (len(inferred.found), "list{s} whose entries history tells apart"),
        (len(inferred.questions), "list{s} that somebody has to decide about"),
        (len(inferred.references), "reference{s} that today's values suggest"),
    )
    if any(count for count, _ in counts):
        yield style("strong", "to review: spine schema infer")
    for count, what in counts:
        if count:
            yield f"  {count} {what.format(s='s' * (count != 1))}"


def _written(done: Adopted, style: Style) -> Iterator[str]:
    split = done.split
    if split is not None:
        yield f"split: {split.count} gaps have a file of their own, {len(split.left)} stay in the register"
        for name, reason in split.left:
            yield f"  {printable(name)}: {printable(reason)}"
    if not done.changes:
        yield "nothing to write"
    verb, gone = ("would write", "would remove") if done.is_dry else ("wrote", "removed")
    gaps = f"{done.settings.folders.gaps}/"
    several = [path for path in done.changes if path.startswith(gaps)]
    for path, data in done.changes.items():
        if path in several and len(several) > _SHOWN:
            continue
        yield f"{verb if data is not None else gone} {printable(path)}"
    if len(several) > _SHOWN:
        yield f"{verb} {len(several)} files below {printable(gaps)}"


def _indented(rows: Sequence[Sequence[Cell]], style: Style) -> list[str]:
    width = max(len(str(row[0])) for row in rows)
    return [f"  {line}" for line in columns([(str(row[0]).rjust(width), *row[1:]) for row in rows], style)]


def _first(findings: Sequence[Finding], code: str) -> str:
    return f"like: {next(one.message for one in findings if one.code == code)}"
