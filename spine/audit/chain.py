"""From one blob to another by the steps of receipts, each used once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Hop(NamedTuple):
    """One receipt's step on one path; None where the file is not there."""

    proposal: str
    before: str | None
    after: str | None


def chain(start: str | None, end: str | None, hops: Sequence[Hop]) -> list[Hop] | None:
    """The hops in an order that leads from start to end; None if there is none.

    A walk over every edge of a graph of blobs once: from each blob on until it ends, and back for what was left out.
    """
    leaving: dict[str | None, list[Hop]] = {}
    for hop in sorted(hops, key=lambda one: one.proposal, reverse=True):
        leaving.setdefault(hop.before, []).append(hop)
    stack: list[tuple[str | None, Hop | None]] = [(start, None)]
    walked: list[Hop] = []
    while stack:
        here, came = stack[-1]
        if leaving.get(here):
            hop = leaving[here].pop()
            stack.append((hop.after, hop))
        else:
            stack.pop()
            if came is not None:
                walked.append(came)
    walked.reverse()
    at = start
    for hop in walked:
        if hop.before != at:
            return None
        at = hop.after
    return walked if len(walked) == len(hops) and at == end else None
