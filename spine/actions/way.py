"""From one blob to another by receipts: an order in which all their steps follow each other, each used once."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple


class Hop(NamedTuple):
    """One receipt's step on one path; None where the file is not there."""

    proposal: str
    before: str | None
    after: str | None


def way(start: str | None, end: str | None, hops: list[Hop]) -> tuple[str, ...] | None:
    """The proposals in an order that leads from `start` to `end` and uses every hop once; None if there is none.

    An Eulerian path on blobs (Hierholzer), so that many landings squashed into one commit cost no more than few.
    """
    if not hops:
        return () if start == end else None
    leaving: dict[str | None, list[Hop]] = {}
    for hop in sorted(hops, key=lambda one: one.proposal, reverse=True):
        leaving.setdefault(hop.before, []).append(hop)
    stack: list[tuple[str | None, str]] = [(start, "")]
    walked: list[tuple[str | None, str]] = []
    while stack:
        here = stack[-1][0]
        if leaving.get(here):
            hop = leaving[here].pop()
            stack.append((hop.after, hop.proposal))
        else:
            walked.append(stack.pop())
    walked.reverse()
    if len(walked) != len(hops) + 1 or walked[-1][0] != end:
        return None
    known = set(hops)
    if any(Hop(name, before, after) not in known for (before, _), (after, name) in pairwise(walked)):
        return None
    return tuple(name for _, name in walked[1:])
