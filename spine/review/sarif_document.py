"""Findings as SARIF 2.1.0, for code scanning and for editors.

Columns count UTF-16 code units, as is declared, so that editors agree. Nothing is suppressed here: known debt is in
spine's own baseline, and does not get this far. GitHub keeps 5,000 results of a run; the worst come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from spine.printable import printable
from spine.review.json_parts import Json
from spine.review.rows import Row

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST = 5_000
_HOME = "https://pypi.org/project/git-spine/"
_LEVELS = {"error": "error", "warning": "warning", "note": "note"}
_MARK = "spineFinding/v1"

# What the codes of a range have in common; `spine validate` and `spine check` say the rest with each finding.
_ABOUT = (
    ("SP100", "A file cannot be read as what it is: settings, proposal, receipt, binding, loop or gap."),
    ("SP110", "A governed change has no receipt that explains it, or a receipt or proposal is not what it says."),
    ("SP120", "A file, identity or reference of one tree does not agree with the others."),
    ("SP140", "A hook found a commit that breaks the rules."),
    ("SP160", "An alias has no anchor, or an approval or a landing is not as the policy wants it."),
    ("SP200", "A value of a binding is not what the rules and schemas of this repository allow."),
    ("SP300", "A loop says what cannot be so."),
    ("SP400", "A gap or an id in prose names what is not there, or does not hold."),
    ("SP999", "Something that is needed cannot be told or done here."),
)


def sarif_document(rows: Sequence[Row], exit_code: int, version: str) -> Json:
    """The log, with one run of this version of spine."""
    codes = sorted({row.code for row in rows})
    index = {code: number for number, code in enumerate(codes)}
    notes = []
    if len(rows) > MOST:
        text = f"{len(rows) - MOST} more findings are not in this file, which holds {MOST}"
        notes.append({"level": "warning", "message": {"text": text}})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "spine",
                        "version": version,
                        "semanticVersion": version,
                        "informationUri": _HOME,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "invocations": [
                    {"executionSuccessful": True, "exitCode": exit_code, "toolExecutionNotifications": notes}
                ],
                "columnKind": "utf16CodeUnits",
                "results": [_result(row, index[row.code]) for row in rows[:MOST]],
            }
        ],
    }


def _rule(code: str) -> Json:
    about = next(text for limit, text in _ABOUT if code < limit or limit == "SP999")
    return {
        "id": code,
        "shortDescription": {"text": about},
        "help": {"text": f"{about} The message says what is wrong and where; its hint is the command that mends it."},
    }


def _result(row: Row, rule: int) -> Json:
    text = printable(f"{row.message}\nhint: {row.hint}" if row.hint else row.message, multiline=True)
    return {
        "ruleId": row.code,
        "ruleIndex": rule,
        "level": _LEVELS[row.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(row)}] if row.path else [],
        "partialFingerprints": {_MARK: row.mark},
        "suppressions": [],
    }


def _location(row: Row) -> Json:
    # A name that is no UTF-8 keeps its bytes: each is written as %XX.
    uri = quote(row.path.encode("utf-8", "surrogateescape"), safe="/")
    location: Json = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
    if row.at is not None:
        region: Json = {"startLine": row.at}
        if row.column is not None:
            before = row.line[: row.column - 1] if row.line is not None else ""
            region["startColumn"] = row.column + sum(ord(char) > 0xFFFF for char in before)
        location["region"] = region
    return location
