"""What differs between two sequences, and between three: a line diff and diff3 over any hashable items.

Rules. Items are compared by equality only. A text line ends at `\\n` and nowhere else (a `\\r`, form feed or U+2028
stays in its line), and the last line may lack its end. The work is bounded: about (n + m) × `DEPTH` steps at worst, so
hostile or merely huge input costs quality of the diff, never minutes. A diff is always right, not always the shortest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Literal, TypeVar

from spine.dataclass import dataclass

T = TypeVar("T", bound=Hashable)

DEPTH = 200  # edits that one search looks ahead before it settles for the furthest place it reached
ROUNDS = 8  # how often a gap between anchors is searched for new anchors before it is compared item by item

Block = tuple[int, int, int]  # a[i : i + n] == b[j : j + n]
_Ids = Sequence[int]


def split_lines(text: str) -> list[str]:
    """The lines of `text` with their ends, so that joining them gives `text` back."""
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


@dataclass(frozen=True, slots=True)
class Hunk:
    """`a[a_start:a_end]` became `b[b_start:b_end]`; all around it is equal. Zero-based, ends exclusive."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


def hunks(a: Sequence[T], b: Sequence[T]) -> list[Hunk]:
    """The places where `a` and `b` differ, in order, none touching another."""
    return _hunks(matching_blocks(a, b), len(a), len(b))


def matching_blocks(a: Sequence[T], b: Sequence[T]) -> list[Block]:
    """What `a` and `b` have in common, in order: maximal blocks `(i, j, n)`, n > 0, that grow in both sequences."""
    numbers: dict[T, int] = {}
    x = [numbers.setdefault(item, len(numbers)) for item in a]
    y = [numbers.setdefault(item, len(numbers)) for item in b]
    found: list[Block] = []
    todo = [(0, len(x), 0, len(y), 0)]
    while todo:
        a_start, a_end, b_start, b_end, rounds = todo.pop()
        i, j = a_start, b_start
        while i < a_end and j < b_end and x[i] == y[j]:
            i, j = i + 1, j + 1
        tail = 0
        while i < a_end - tail and j < b_end - tail and x[a_end - tail - 1] == y[b_end - tail - 1]:
            tail += 1
        found.append((a_start, b_start, i - a_start))
        found.append((a_end - tail, b_end - tail, tail))
        a_end, b_end = a_end - tail, b_end - tail
        if i == a_end or j == b_end:
            continue
        anchors = _anchors(x, y, i, a_end, j, b_end) if rounds < ROUNDS else []
        if not anchors:
            found.extend(_shortest(x, y, i, a_end, j, b_end))
            continue
        for p, q in [*anchors, (a_end, b_end)]:
            todo.append((i, p, j, q, rounds + 1))  # anchors stay in the search: each is the head of the next gap
            i, j = p, q
    return _joined(found)


def _anchors(x: _Ids, y: _Ids, a_start: int, a_end: int, b_start: int, b_end: int) -> list[tuple[int, int]]:
    """Items that occur once on each side, as many as stand in the same order: the patience diff's fixed points."""
    mine, yours = Counter(x[a_start:a_end]), Counter(y[b_start:b_end])
    place = {y[j]: j for j in range(b_start, b_end) if yours[y[j]] == 1}
    pairs = [(i, place[x[i]]) for i in range(a_start, a_end) if mine[x[i]] == 1 and x[i] in place]
    tops: list[int] = []  # smallest end in b of a rising run of each length
    top_pair: list[int] = []
    before: list[int] = []
    for n, (_, j) in enumerate(pairs):
        at = bisect_left(tops, j)
        before.append(top_pair[at - 1] if at else -1)
        if at == len(tops):
            tops.append(j)
            top_pair.append(n)
        else:
            tops[at], top_pair[at] = j, n
    chain: list[tuple[int, int]] = []
    n = top_pair[-1] if top_pair else -1
    while n >= 0:
        chain.append(pairs[n])
        n = before[n]
    return chain[::-1]


def _shortest(x: _Ids, y: _Ids, a_start: int, a_end: int, b_start: int, b_end: int) -> list[Block]:
    """Myers' greedy search; after `DEPTH` edits the furthest place it reached is kept, and it goes on from there."""
    mine, yours = set(x[a_start:a_end]), set(y[b_start:b_end])
    x_at = [i for i in range(a_start, a_end) if x[i] in yours]  # what the other side lacks cannot match: left out
    y_at = [j for j in range(b_start, b_end) if y[j] in mine]
    x_kept, y_kept = [x[i] for i in x_at], [y[j] for j in y_at]
    found: list[Block] = []
    i = j = 0
    while i < len(x_kept) and j < len(y_kept):
        blocks, i, j = _reach(x_kept, y_kept, i, j)
        found.extend((x_at[p + n], y_at[q + n], 1) for p, q, length in blocks for n in range(length))
    return found


def _reach(x: _Ids, y: _Ids, a_start: int, b_start: int) -> tuple[list[Block], int, int]:
    """The blocks on one shortest path from (a_start, b_start), and where it ends: the far corner if `DEPTH` allows."""
    width, height = len(x) - a_start, len(y) - b_start
    rows: list[dict[int, int]] = []  # per number of edits: diagonal (i - j) → furthest i
    best = (0, 0, 0, 0)  # i + j, i, diagonal, edits
    for edits in range(DEPTH + 1):
        row: dict[int, int] = {}
        low = -edits if edits <= height else (edits + height) % 2 - height
        high = edits if edits <= width else width - (edits + width) % 2
        for k in range(low, high + 1, 2):
            step = _entry(rows[-1], k, width, height) if rows else (0, 0)
            if step is None:
                continue
            i = step[1]
            while i < width and i - k < height and x[a_start + i] == y[b_start + i - k]:
                i += 1
            row[k] = i
            if 2 * i - k > best[0]:
                best = (2 * i - k, i, k, edits)
        rows.append(row)
        if row.get(width - height) == width:
            break
    _, i, k, edits = best
    return _walk(rows[:edits], k, i, width, height, a_start, b_start), a_start + i, b_start + i - k


def _entry(row: dict[int, int], k: int, width: int, height: int) -> tuple[int, int] | None:
    """How one more edit gets to diagonal `k`: the diagonal it comes from and where it lands, the further of the two."""
    down, right = row.get(k + 1), row.get(k - 1)
    if down is not None and down - k > height:
        down = None
    if right is not None and right == width:
        right = None
    if right is not None and (down is None or right + 1 > down):
        return k - 1, right + 1
    return None if down is None else (k + 1, down)


def _walk(
    rows: list[dict[int, int]], k: int, i: int, width: int, height: int, a_start: int, b_start: int
) -> list[Block]:
    """Back from place `i` on diagonal `k` through the rows that led there: the runs of equal items, in order."""
    found: list[Block] = []
    for row in reversed(rows):
        step = _entry(row, k, width, height)
        assert step is not None, "a place that was reached has a way back"
        came_from, landed = step
        found.append((a_start + landed, b_start + landed - k, i - landed))
        k, i = came_from, row[came_from]
    found.append((a_start, b_start, i))
    return found[::-1]


def _joined(found: list[Block]) -> list[Block]:
    """In order, empty ones left out, those that follow on without a gap made one."""
    out: list[Block] = []
    for i, j, n in sorted(found):
        if not n:
            continue
        if out and out[-1][0] + out[-1][2] == i and out[-1][1] + out[-1][2] == j:
            out[-1] = (out[-1][0], out[-1][1], out[-1][2] + n)
        else:
            out.append((i, j, n))
    return out


def _hunks(blocks: list[Block], a_length: int, b_length: int) -> list[Hunk]:
    out: list[Hunk] = []
    a_end = b_end = 0
    for i, j, n in [*blocks, (a_length, b_length, 0)]:
        if i > a_end or j > b_end:
            out.append(Hunk(a_end, i, b_end, j))
        a_end, b_end = i + n, j + n
    return out


# ---- three sequences ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stable:
    """Equal in all three. The ranges are zero-based places in `base`, `ours` and `theirs`."""

    base: range
    ours: range
    theirs: range


@dataclass(frozen=True, slots=True)
class OneSide:
    """Changed by one side only: take that side's items."""

    base: range
    ours: range
    theirs: range
    side: Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Both:
    """Changed by both sides to the same items."""

    base: range
    ours: range
    theirs: range


@dataclass(frozen=True, slots=True)
class Conflict:
    """Changed by both sides in places that overlap or touch, and not to the same items."""

    base: range
    ours: range
    theirs: range


Chunk = Stable | OneSide | Both | Conflict


def merge3(base: Sequence[T], ours: Sequence[T], theirs: Sequence[T]) -> list[Chunk]:
    """`base` cut into chunks from first to last: what each side did there, and whether it goes together.

    Swapping `ours` and `theirs` swaps the sides in the result and changes nothing else.
    """
    to_ours, to_theirs = hunks(base, ours), hunks(base, theirs)
    out: list[Chunk] = []
    at = at_ours = at_theirs = 0
    i = j = 0
    while i < len(to_ours) or j < len(to_theirs):
        start = min(side[n].a_start for side, n in ((to_ours, i), (to_theirs, j)) if n < len(side))
        end, first_i, first_j = start, i, j
        grown = True
        while grown:  # hunks that touch what is gathered so far belong to the same chunk
            grown = False
            while i < len(to_ours) and to_ours[i].a_start <= end:
                end, i, grown = max(end, to_ours[i].a_end), i + 1, True
            while j < len(to_theirs) and to_theirs[j].a_start <= end:
                end, j, grown = max(end, to_theirs[j].a_end), j + 1, True
        gap = start - at
        if gap:
            out.append(Stable(range(at, start), range(at_ours, at_ours + gap), range(at_theirs, at_theirs + gap)))
        here = range(start, end)
        mine = range(at_ours + gap, at_ours + gap + len(here) + _growth(to_ours[first_i:i]))
        yours = range(at_theirs + gap, at_theirs + gap + len(here) + _growth(to_theirs[first_j:j]))
        out.append(_decided(base, ours, theirs, here, mine, yours))
        at, at_ours, at_theirs = end, mine.stop, yours.stop
    if at < len(base):
        out.append(Stable(range(at, len(base)), range(at_ours, len(ours)), range(at_theirs, len(theirs))))
    return out


def taken(chunk: Stable | OneSide | Both, ours: Sequence[T], theirs: Sequence[T]) -> Sequence[T]:
    """The items that a chunk without conflict stands for."""
    if isinstance(chunk, OneSide) and chunk.side == "theirs":
        return theirs[chunk.theirs.start : chunk.theirs.stop]
    return ours[chunk.ours.start : chunk.ours.stop]


def _growth(part: list[Hunk]) -> int:
    return sum((hunk.b_end - hunk.b_start) - (hunk.a_end - hunk.a_start) for hunk in part)


def _decided(
    base: Sequence[T], ours: Sequence[T], theirs: Sequence[T], here: range, mine: range, yours: range
) -> OneSide | Both | Conflict:
    """By content, not by who had a hunk here: where a diff was not the shortest, a side can be back at the base."""
    old = list(base[here.start : here.stop])
    left, right = list(ours[mine.start : mine.stop]), list(theirs[yours.start : yours.stop])
    if left == right:
        return Both(here, mine, yours)
    if left == old:
        return OneSide(here, mine, yours, "theirs")
    if right == old:
        return OneSide(here, mine, yours, "ours")
    return Conflict(here, mine, yours)
