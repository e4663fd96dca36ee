"""A verdict of the audit for people and for programs: one line a receipt, then what is wrong, then the answer."""

from __future__ import annotations

from spine.audit.report import Answer, CheckedReceipt, Verdict
from spine.printable import printable
from spine.review.findings_text import finding_lines
from spine.review.json_parts import Json, document, finding_part, word
from spine.review.style import Style, Tone

_MARKS: dict[Answer, tuple[str, Tone]] = {"yes": ("✓", "add"), "no": ("✗", "conflict"), "cannot tell": ("?", "change")}
_HOW = {
    "blobs": "its effect is there to the byte",
    "values": "its effect is there, replayed by value",
    "recorded afterwards": "recorded afterwards, and true",
    None: "not proved",
}


def verdict_lines(verdict: Verdict, style: Style) -> list[str]:
    """The lines of a verdict; the last one is the answer."""
    out = [_receipt_line(one, style) for one in verdict.receipts]
    for finding in (*verdict.findings, *verdict.unknown):
        out += finding_lines(finding, style)
    return [*out, style("strong", answer_line(verdict))]


def answer_line(verdict: Verdict) -> str:
    """The verdict in one line."""
    where = f"{verdict.since[:7]}..{verdict.until[:7]}" if verdict.since else f"all up to {verdict.until[:7]}"
    receipts = f"{len(verdict.receipts)} receipt{'s' * (len(verdict.receipts) != 1)}"
    commits = f"{verdict.seen} commit{'s' * (verdict.seen != 1)}"
    count = sum(one.severity == "error" for one in verdict.findings)
    more = {
        "no": f", {count} finding{'s' * (count != 1)}",
        "cannot tell": f", {len(verdict.unknown)} thing{'s' * (len(verdict.unknown) != 1)} cannot be told",
        "yes": f", {verdict.governed} governed change{'s' * (verdict.governed != 1)} proved",
    }[verdict.answer]
    return f"Verify: {verdict.answer}, {receipts} in {commits}{more} ({where})"


def verify_document(verdict: Verdict) -> Json:
    """The same for programs."""
    return document(
        "verify",
        verdict.exit_code,
        answer=word(verdict.answer),
        since=verdict.since,
        until=verdict.until,
        seen=verdict.seen,
        governed=verdict.governed,
        receipts=[
            {
                "proposal": one.proposal,
                "commit": one.commit,
                "path": one.path,
                "answer": word(one.answer),
                "how": word(one.how) if one.how is not None else None,
                "files": list(one.files),
            }
            for one in verdict.receipts
        ],
        findings=[finding_part(one) for one in verdict.findings],
        unknown=[finding_part(one) for one in verdict.unknown],
    )


def _receipt_line(one: CheckedReceipt, style: Style) -> str:
    mark, tone = _MARKS[one.answer]
    return f"{style(tone, mark)} {one.commit[:7]} {printable(one.proposal)}: {_HOW[one.how]}"
