"""The baseline, `spine-baseline.yaml`: findings that a repository had when it was adopted, which block no new work.

A finding is known by its code, its file and what it says, never by its line; messages name addresses and ids.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from spine.errors import Finding, Refused
from spine.records.values import record
from spine.yamldoc.fields import BadField, fields_of
from spine.yamldoc.write import string

BASELINE = "spine-baseline.yaml"
MOST = 100_000  # findings of one kind in one file

_LINE = re.compile(r"\b(line|column) [0-9]{1,9}\b")
_ITEM = re.compile(r"\[(?:#[0-9]+|[^][]*=[^][]*)\](?:#[0-9]+)?")
_CODE = re.compile(r"SP[0-9]{3}")


class BadBaseline(Refused):
    """The baseline is not as its format says."""

    code = "SP040"


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """What makes two findings the same one, wherever it stands now."""

    file: str
    code: str
    what: str


Baseline = Counter[Fingerprint]
"""How often each finding is known."""


def fingerprint(finding: Finding) -> Fingerprint:
    """The finding without its line; a line or column that the message names is left open."""
    return Fingerprint(_writable(finding.place.file), finding.code, _writable(_LINE.sub(r"\1 …", finding.message)))


def baseline_of(findings: Iterable[Finding]) -> Baseline:
    """A baseline that knows exactly these findings."""
    return Counter(fingerprint(one) for one in findings)


def subtract(findings: Iterable[Finding], known: Baseline) -> tuple[list[Finding], Baseline]:
    """The findings that the baseline does not know, in their order, and what of the baseline is gone from the files.

    Of what is left then, a finding and a known one are the same too if they differ only in how they name an item: an
    entry that is added above moves `[#3]` to `[#4]`, and one that is not unique by `id` has all named by another field.
    """
    left = Counter(known)
    fresh = [finding for finding in findings if not _take(left, fingerprint(finding))]
    loose: dict[Fingerprint, list[Fingerprint]] = {}
    if fresh:
        for mark in sorted((+left).elements()):
            loose.setdefault(_loosely(mark), []).append(mark)
    new = []
    for finding in fresh:
        same = loose.get(_loosely(fingerprint(finding)))
        if same:
            left[same.pop()] -= 1
        else:
            new.append(finding)
    return new, +left


def _take(left: Baseline, mark: Fingerprint) -> bool:
    if left[mark] > 0:
        left[mark] -= 1
        return True
    return False


def _loosely(mark: Fingerprint) -> Fingerprint:
    return Fingerprint(mark.file, mark.code, _ITEM.sub("[…]", mark.what))


def read_baseline(text: str, *, file: str = BASELINE) -> Baseline:
    """Read a baseline strictly. Every error has file, line and column."""
    fields = record(text, file=file, kind="baseline", required=("findings",), error=BadBaseline)
    known: Baseline = Counter()
    for node in fields.items("findings"):
        part = fields_of(
            fields.document,
            node,
            "known finding",
            required=("file", "code", "what"),
            optional=("times",),
            error=BadBaseline,
        )
        mark = Fingerprint(part.text("file"), part.read("code", _code), part.text("what"))
        if mark in known:
            raise part.wrong("what", "this finding stands twice; “times” says how often it is known")
        times = part.number("times", 1, least=1)
        if times > MOST:
            raise part.wrong("times", f"“times” is at most {MOST}")
        known[mark] = times
    return known


def write_baseline(known: Baseline) -> str:
    """The text of a baseline, a line a finding, sorted; law: `read_baseline(write_baseline(b)) == b`."""
    out = ["spine: baseline/1\n", "findings:\n" if known else "findings: []\n"]
    for mark, times in sorted(known.items()):
        parts = [("file", mark.file), ("code", mark.code), ("what", mark.what)]
        said = ", ".join(f"{key}: {string(value, flow=True)}" for key, value in parts)
        out.append(f"  - {{{said}{f', times: {times}' if times > 1 else ''}}}\n")
    return "".join(out)


def _writable(text: str) -> str:
    """File names are bytes; those that are no UTF-8 are shown by their codes, as no text file can hold them."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise BadField(f"“{text[:60]}” is not the code of a finding, like SP114")
    return text
