"""References in prose: the ids of proposals, loops, gaps and commits that a text names, found in linear time.

What is found. `CP-…` that begins or ends with a date or a time or has a slug, `LOOP-…-DATE`, `GAP-PREFIX-118`, and
7 to 40 lower-case hexadecimal digits with a letter and a digit among them. A token is whole: nothing that is part of a
longer word, a URL, a digest (`sha256:…`) or a placeholder (`GAP-OP-NNN`, `LOOP-X-*`) is a reference. With a repository
in front (`workbench@1a2b3c4`, `workbench@GAP-OP-1`) it is a reference to elsewhere, which nobody here judges.

Limitations: a commit named in capitals, by digits or letters alone, or by just 32 digits (an MD5) is not seen.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Literal

from spine.dataclass import dataclass
from spine.ids import near

Kind = Literal["proposal", "loop", "gap", "commit"]

_ID = re.compile(r"(?<![A-Za-z0-9_-])(CP|LOOP|GAP)-[A-Za-z0-9_-]+")
_GAP = re.compile(r"GAP-[A-Z][A-Z0-9]*-[0-9]+")
_HEX = re.compile(
    r"(?<![A-Za-z0-9_@:/#%&=+~$-])(?<![A-Za-z0-9]\.)[0-9a-f]{7,40}(?![A-Za-z0-9_@/=+%~-]|\.[A-Za-z0-9]|\.\.\.|…|:[0-9A-Za-z])"
)
_DATED = re.compile(r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OPEN_ENDED = frozenset("*<{…$?")
_KINDS: dict[str, Kind] = {"CP": "proposal", "LOOP": "loop", "GAP": "gap"}
_URL_ENDS = frozenset(" \t\r\n<>\"'`|")
_MD5 = 32
_NAMES = frozenset({"ed25519"})  # hexadecimal by chance
SHORTEST = 7  # digits that a commit is named by


@dataclass(frozen=True, slots=True)
class Reference:
    """An id in a text, and at which offset it stands."""

    kind: Kind
    id: str
    at: int


def find_references(text: str) -> Iterator[Reference]:
    """The references of a text, ids first, then commits, each in the order of the text."""
    urls = list(_urls(text))
    for match in _ID.finditer(text):
        name = _id(match)
        if name is not None and not _is_elsewhere(text, match.start()) and not _inside(urls, match.start()):
            yield Reference(_KINDS[match.group(1)], name, match.start())
    for match in _HEX.finditer(text):
        digits = match.group()
        is_commit = not digits.isdigit() and not digits.isalpha() and len(digits) != _MD5 and digits not in _NAMES
        if is_commit and not _inside(urls, match.start()):
            yield Reference("commit", digits, match.start())


def _id(match: re.Match[str]) -> str | None:
    """The id that a token is, None if it is a placeholder or another word."""
    text, token = match.string, match.group()
    if text[match.end() : match.end() + 1] in _OPEN_ENDED and match.end() < len(text):
        return None
    if match.group(1) == "GAP":
        gap = _GAP.match(token)
        return gap.group() if gap is not None and not token[gap.end() : gap.end() + 1].isalnum() else None
    name = token.rstrip("-_")
    if match.group(1) == "LOOP":
        return name if name == name.upper() and _ends_with_day(name) else None
    tail = name[3:]
    return name if "__" in tail or tail[:6].isdigit() or _ends_with_day(name) else None


def _ends_with_day(name: str) -> bool:
    return any(_DATED.fullmatch(name[-length:]) and name[-length - 1] == "-" for length in (8, 10))


def _is_elsewhere(text: str, at: int) -> bool:
    """Whether a repository stands in front: `workbench@`."""
    return at > 1 and text[at - 1] == "@" and (text[at - 2].isalnum() or text[at - 2] in "_.-")


def _urls(text: str) -> Iterator[tuple[int, int]]:
    """What lies behind every `://`, up to where a URL ends."""
    at = text.find("://")
    while at >= 0:
        end = at + 3
        while end < len(text) and text[end] not in _URL_ENDS:
            end += 1
        yield at, end
        at = text.find("://", end)


def _inside(spans: list[tuple[int, int]], at: int) -> bool:
    number = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return number >= 0 and at < spans[number][1]


@dataclass(slots=True)
class Known:
    """All ids that there are: what a reference must be one of. `commits` maps what was asked for to full ids.

    A proposal may be named without its slug, a loop or proposal of several that begin alike by the whole id only.
    """

    proposals: frozenset[str]
    loops: frozenset[str]
    gaps: frozenset[str]
    commits: Mapping[str, str]
    _short: frozenset[str] = field(default=frozenset(), init=False)
    _near: dict[str, str | None] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._short = frozenset(id_.partition("__")[0] for id_ in self.proposals)

    def has(self, reference: Reference) -> bool:
        """Whether the reference resolves."""
        if reference.kind == "proposal":
            return reference.id in self.proposals or reference.id in self._short
        if reference.kind == "commit":
            return reference.id in self.commits
        return reference.id in (self.loops if reference.kind == "loop" else self.gaps)

    def nearest(self, reference: Reference) -> str | None:
        """What may have been meant: an id that looks like it, or the commit that a wrong full id begins like."""
        if reference.id not in self._near:
            self._near[reference.id] = self._nearest(reference)
        return self._near[reference.id]

    def _nearest(self, reference: Reference) -> str | None:
        if reference.kind == "commit":
            return self.commits.get(reference.id[:SHORTEST]) if len(reference.id) > SHORTEST else None
        pools = {"proposal": self.proposals, "loop": self.loops, "gap": self.gaps}
        # Ids of one kind share their first letters; among those that share more the search is short.
        pool = pools[reference.kind]
        likely = [one for one in sorted(pool) if one[:8] == reference.id[:8]] or sorted(pool)
        close = near(reference.id, likely, most=1)
        return close[0] if close else None


def commits_asked(references: Iterable[Reference]) -> set[str]:
    """What to ask a repository: every commit named, and the beginnings of the longer ones, for a hint."""
    asked: set[str] = set()
    for one in references:
        if one.kind == "commit":
            asked |= {one.id, one.id[:SHORTEST]}
    return asked
