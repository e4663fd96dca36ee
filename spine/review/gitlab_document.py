"""Findings as GitLab's Code Quality report: one entry each, shown in the merge request beside its line."""

from __future__ import annotations

from collections.abc import Sequence

from spine.printable import printable
from spine.review.rows import Row

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def gitlab_document(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The report. A finding about no file of the repository is shown at its settings; fingerprints outlive lines."""
    return [
        {
            "description": printable(f"{row.code} {row.message}" + (f" (hint: {row.hint})" if row.hint else "")),
            "check_name": row.code,
            "fingerprint": row.mark,
            "severity": _SEVERITIES[row.severity],
            "location": {"path": printable(row.path) or "spine.yaml", "lines": {"begin": row.at or 1}},
        }
        for row in rows
    ]
