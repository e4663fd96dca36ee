"""Findings as the formats of CI want them: a row each, in one order, with a mark that outlives line numbers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from spine.dataclass import dataclass
from spine.errors import Finding
from spine.records.baseline import fingerprint

if TYPE_CHECKING:
    from spine.actions.check import Report

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Row:
    """A finding about a file of the repository (path "" is the repository); `commit` is where `check` met it.

    `line` is the source line, where it is at hand: columns count its characters.
    """

    code: str
    severity: str
    path: str
    at: int | None
    column: int | None
    message: str
    hint: str | None
    mark: str
    commit: str | None = None
    line: str | None = None

    @property
    def place(self) -> str:
        """`path:line:column`, as far as it is known."""
        return ":".join(str(part) for part in (self.path, self.at, self.column) if part not in (None, ""))


def rows_of(findings: Iterable[Finding]) -> list[Row]:
    """The rows of findings about one tree, the worst first."""
    return _rows((finding, None) for finding in findings)


def rows_of_check(report: Report) -> list[Row]:
    """The rows of a report on a range: what each commit did, what is new at the end, and what could not be told."""
    found: list[tuple[Finding, str | None]] = []
    for commit in report.commits:
        found += [(finding, commit.commit) for finding in (*commit.findings, *commit.unknown)]
    return _rows([*found, *((finding, None) for finding in report.fresh)])


def count_of(rows: Sequence[Row]) -> str:
    """`2 errors, 1 warning`."""
    counts = Counter(row.severity for row in rows)
    told = [f"{counts[one]} {one}{'' if counts[one] == 1 else 's'}" for one in SEVERITIES if counts[one]]
    return ", ".join(told) or "no findings"


def _rows(findings: Iterable[tuple[Finding, str | None]]) -> list[Row]:
    rows: list[Row] = []
    seen: Counter[str] = Counter()
    for finding, commit in findings:
        path = finding.place.file
        if commit is not None:  # places of `check` are COMMIT:PATH
            path = path.removeprefix(commit[:12]).removeprefix(":")
        known = fingerprint(finding)
        what = "\0".join((known.code, path, known.what))
        seen[what] += 1
        mark = hashlib.sha256(f"{what}\0{seen[what]}".encode("utf-8", "surrogateescape")).hexdigest()
        rows.append(
            Row(
                finding.code,
                finding.severity,
                path,
                finding.place.line,
                finding.place.column,
                finding.message,
                finding.hint,
                mark,
                commit,
            )
        )
    order = {severity: number for number, severity in enumerate(SEVERITIES)}
    return sorted(rows, key=lambda row: (order.get(row.severity, 0), row.path, row.at or 0, row.column or 0, row.code))
