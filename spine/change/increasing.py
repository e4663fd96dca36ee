"""Order: the longest run of entries that need not move."""

from __future__ import annotations

from bisect import bisect_left


def longest_increasing(values: list[int]) -> list[int]:
    """Positions of a longest strictly increasing subsequence of `values`, ascending."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: list[int] = []
    for at, value in enumerate(values):
        place = bisect_left(tails, value)
        before.append(tail_at[place - 1] if place else -1)
        if place == len(tails):
            tails.append(value)
            tail_at.append(at)
        else:
            tails[place] = value
            tail_at[place] = at
    chosen: list[int] = []
    at = tail_at[-1] if tail_at else -1
    while at >= 0:
        chosen.append(at)
        at = before[at]
    chosen.reverse()
    return chosen
