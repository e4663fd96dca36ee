"""Replay of real history: every consecutive pair of versions of a binding, as a change, checked to the byte.

For each pair: `patch(before, diff(before, after)) == after`; the change is judged by what it is made of; it is turned
round; and it is merged onto a base with unrelated entries above and below, where every other byte must stay.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import yaml

import spine
from bench.corpus import Blobs, Pair, pairs, spread
from spine.address import Address, Item, Key, Member, Step
from spine.change.merge import Merged
from spine.change.operations import Add, Change, First, Last, SetValue, SpliceItems
from spine.change.places import Places
from spine.change.sources import token_node
from spine.change.textpatch import invert_patch
from spine.errors import SpineError
from spine.identity import Identity, Keyed, ScalarSet, Sequence
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document, Node
from spine.yamldoc.trivia import comments_of, layout

MARK = "zz-unrelated-entry"


@dataclass(slots=True)
class Tally:
    """Counts and samples of one replay; tallies of parts add up."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    diff_times: list[float] = field(default_factory=list)
    patch_times: list[float] = field(default_factory=list)
    compose_times: list[float] = field(default_factory=list)

    def take(self, other: Tally) -> None:
        """Add another part's tally."""
        self.counts.update(other.counts)
        self.reasons += other.reasons
        self.sizes += other.sizes
        self.diff_times += other.diff_times
        self.patch_times += other.patch_times
        self.compose_times += other.compose_times


def replay(jobs: int = 2, every: int = 1) -> Tally:
    """Replay the corpus (every n-th pair) in `jobs` processes."""
    total = Tally()
    for part in spread(_replay_part, lambda repository: pairs(repository)[::every], jobs):
        total.take(part)
    return total


def _replay_part(repository: Path, part: list[Pair]) -> Tally:
    tally = Tally()
    with Blobs(repository) as blobs:
        for pair, before, after in blobs.texts(part):
            _replay_pair(tally, pair, before, after)
    return tally


def _replay_pair(tally: Tally, pair: Pair, before: str, after: str) -> None:
    try:
        one, other = parse(before), parse(after)
    except Unparsable:
        tally.counts["a side does not parse"] += 1
        return
    tally.counts["pairs"] += 1
    name = f"{pair.path} {pair.before[:10]}..{pair.after[:10]}"
    try:
        _judge(tally, name, before, after, one, other)
    except SpineError as error:
        tally.counts["refused (typed)"] += 1
        tally.reasons.append(f"refused   {name}: {error}")
    except Exception as error:  # a crash is what is being counted
        tally.counts["crashes"] += 1
        tally.reasons.append(f"crash     {name}: {type(error).__name__}: {error}")


def _judge(tally: Tally, name: str, before: str, after: str, one: Document, other: Document) -> None:
    started = time.perf_counter()
    yaml.compose(before, Loader=yaml.CSafeLoader)
    composed = time.perf_counter()
    change = spine.diff(before, after)
    differed = time.perf_counter()
    result = spine.patch(before, change)
    patched = time.perf_counter()
    tally.compose_times.append(composed - started)
    tally.diff_times.append(differed - composed)
    tally.patch_times.append(patched - differed)
    if result == after:
        tally.counts["byte-exact"] += 1
    elif _plain(result) == _plain(after):
        tally.counts["same values, other bytes"] += 1
        tally.reasons.append(f"bytes     {name}")
    else:
        tally.counts["WRONG"] += 1
        tally.reasons.append(f"WRONG     {name}")
    if spine.load(spine.dump(change)) != change:
        tally.counts["does not survive its file form"] += 1
        tally.reasons.append(f"form      {name}")
    if change.patch:
        tally.counts["text fallback"] += 1
        tally.reasons.append(f"text      {name}: {change.reason}")
    if change.residual_first and not change.residual:
        tally.counts["with residual for the way back only"] += 1
        tally.reasons.append(f"way back  {name}: {len(change.residual_first.splitlines())} lines")
    if change.residual:
        tally.counts["with residual"] += 1
        tally.reasons.append(f"residual  {name}: {len(change.residual.splitlines())} lines")
        if _comments_in_residual(change, after):
            tally.counts["comments inside a residual"] += 1
    if _whole_sets(change, one, other):
        tally.counts["set of an addressable collection"] += 1
        tally.reasons.append(f"whole set {name}")
    tally.sizes.append(len(spine.dump(change).encode()) / len(_git_diff(before, after)))
    _turn_round(tally, name, before, after, change)
    if not change.patch:
        _move(tally, name, before, after, one, change)


def _turn_round(tally: Tally, name: str, before: str, after: str, change: Change) -> None:
    try:
        exact = spine.patch(after, spine.invert(change)) == before
    except SpineError as error:
        tally.reasons.append(f"inverse   {name}: {error}")
        exact = False
    if exact:
        tally.counts["inverse byte-exact"] += 1
    else:
        tally.counts["inverse not exact"] += 1
        tally.reasons.append(f"inverse   {name}")


def _plain(text: str) -> object:
    """What a text means, read by PyYAML alone: (tag, text) pairs in order, no resolver of ours."""

    def plain(node: yaml.Node) -> object:
        if isinstance(node, yaml.MappingNode):
            return [(plain(key), plain(value)) for key, value in node.value]
        if isinstance(node, yaml.SequenceNode):
            return [plain(item) for item in node.value]
        return node.tag, node.value

    return [plain(node) for node in yaml.compose_all(text, Loader=yaml.CSafeLoader) if node is not None]


def _comments_in_residual(change: Change, after: str) -> bool:
    """Whether the residual adds or takes away a comment; moving its white space is not that."""
    reached = spine.patch(after, Change(patch=invert_patch(change.residual)))
    return comments_of(parse(reached)) != comments_of(parse(after))


def _whole_sets(change: Change, one: Document, other: Document) -> int:
    """How many `set`s replace a collection by one of the same kind although both sides' members have addresses."""
    found = 0
    for op in change.ops:
        if not isinstance(op, SetValue):
            continue
        nodes = [token_node(op.old), token_node(op.new)]
        if nodes[0].kind != nodes[1].kind or not all(node.entries for node in nodes):
            continue
        kind = Identity().kind_of(op.at, nodes)
        if nodes[0].kind == "mapping" or isinstance(kind, (Keyed, ScalarSet)):
            found += 1
    return found


def _git_diff(before: str, after: str) -> bytes:
    """What `git diff` shows of the pair."""
    with tempfile.TemporaryDirectory() as folder:
        a, b = Path(folder, "a.yaml"), Path(folder, "b.yaml")
        a.write_bytes(before.encode())
        b.write_bytes(after.encode())
        shown = subprocess.run(
            ["git", "diff", "--no-index", "--no-color", "--no-ext-diff", str(a), str(b)], capture_output=True
        ).stdout
    return shown.replace(str(a).encode(), b"/binding.yaml").replace(str(b).encode(), b"/binding.yaml")


def _move(tally: Tally, name: str, before: str, after: str, one: Document, change: Change) -> None:
    """The same change on a base with an unrelated entry above and one below: all other bytes stay."""
    moved = _moved_base(before, one, change)
    if moved is None:
        tally.counts["moved: no room for unrelated entries"] += 1
        return
    merged = spine.merge(before, moved, change)
    expected = after
    if change.residual:
        expected = spine.patch(after, Change(patch=invert_patch(change.residual)))
    if not isinstance(merged, Merged):
        tally.counts["moved: conflict"] += 1
        tally.reasons.append(f"moved     {name}: {merged.conflicts[0].message}")
        return
    parted = _without_unrelated(moved, parted=False) != before  # a blank line had to part it from a comment above
    if _without_unrelated(moved, parted=parted) != before:
        tally.counts["moved: no room for unrelated entries"] += 1
        return
    kept = _without_unrelated(merged.text, parted=parted)
    # What was the first entry is not any more: the blank line behind it, its own in the base, is now its successor's.
    behind = _without_unrelated(re.sub(rf"({MARK}-above[^\n]*\n)\n", r"\1", merged.text), parted=parted)
    # A new comment in front of the unrelated entry is parted from it, or it would be that entry's own.
    foot = re.sub(rf"(\n *#[^\n]*\n)\n([^\n]*{MARK}-below)", r"\1\2", merged.text)
    if expected in (kept, behind, _without_unrelated(foot, parted=parted)) and merged.text.count(MARK) == moved.count(
        MARK
    ):
        tally.counts["moved: every other byte left alone"] += 1
    else:
        tally.counts["moved: OTHER BYTES TOUCHED"] += 1
        tally.reasons.append(f"moved     {name}: other bytes touched")


def _without_unrelated(text: str, *, parted: bool) -> str:
    """The text without the lines of the unrelated entries; a dash in front of one goes to the line behind it."""
    if parted:
        text = re.sub(rf"\n\n([^\n]*{MARK}-below)", r"\n\1", text)
    text = re.sub(rf"(- +){MARK}-above: 1\n +", r"\1", text)
    return "".join(line for line in text.splitlines(keepends=True) if MARK not in line)


def _moved_base(before: str, one: Document, change: Change) -> str | None:
    """`before` with one unrelated entry above and one below the entries of the first changed container."""
    address = change.ops[0].at if change.ops else Address()
    is_container = not change.ops or isinstance(change.ops[0], SpliceItems) or not address.steps
    address = address if is_container else address.parent
    places = Places(one)
    for where in [address, *address.ancestors()]:
        node = places.node(where)
        if node is None or not node.entries or node.style != "block":
            continue
        steps = [_unrelated(where, node, which) for which in ("above", "below")]
        if None in steps:
            continue
        headers = len(layout(one, node).entries[0].above)
        added = [
            Add(where / step, text, First(), past=headers) if number == 0 else Add(where / step, text, Last())
            for number, found in enumerate(steps)
            if found is not None
            for step, text in [found]
        ]
        return spine.patch(before, Change(tuple(added)))
    return None


def _unrelated(where: Address, node: Node, which: str) -> tuple[Step, str] | None:
    name = f"{MARK}-{which}"
    if node.kind == "mapping":
        return Key(name), f"{name}: 1\n"
    kind = Identity().kind_of(where, [node])
    if isinstance(kind, ScalarSet):
        return Member(name), f"- {name}\n"
    if isinstance(kind, Keyed) and len(kind.fields) == 1 and len(kind.fields[0]) == 1:
        return Item(((kind.fields[0], name),)), f"- {kind.fields[0][0]}: {name}\n"
    assert isinstance(kind, (Keyed, Sequence)) or kind is not None
    return None


def report(tally: Tally) -> str:
    """The table that `make bench` prints."""
    counts = tally.counts
    total = counts["pairs"]

    def share(name: str, goal: str = "") -> str:
        return f"  {name:<44}{counts[name]:>6}  {100 * counts[name] / max(total, 1):6.2f} %  {goal}"

    ratio = [a / c for a, c in zip(tally.diff_times, tally.compose_times, strict=True)]
    patch_ratio = [a / c for a, c in zip(tally.patch_times, tally.compose_times, strict=True)]
    sizes = sorted(tally.sizes)
    lines = [
        f"Replay of real modifications of binding files: {total} pairs in which both sides parse "
        f"({counts['a side does not parse']} more do not)",
        share("byte-exact", "goal >= 99.8 %"),
        share("same values, other bytes"),
        share("refused (typed)", "goal <= 0.2 %"),
        share("WRONG", "goal 0"),
        share("crashes", "goal 0"),
        share("does not survive its file form", "goal 0"),
        share("with residual", "goal <= 1 %"),
        share("with residual for the way back only"),
        share("comments inside a residual", "goal 0"),
        share("set of an addressable collection", "goal <= 0.2 %"),
        share("text fallback", "goal <= 0.5 %"),
        share("inverse byte-exact"),
        share("moved: every other byte left alone"),
        share("moved: OTHER BYTES TOUCHED", "goal 0"),
        share("moved: conflict"),
        share("moved: no room for unrelated entries"),
        f"  ops section : git diff, size                  median {statistics.median(sizes):.2f} (goal <= 1.1), "
        f"95th percentile {sizes[int(len(sizes) * 0.95)]:.2f} (goal <= 2.5)",
        f"  diff  : yaml.compose (C) of the same text     median {statistics.median(ratio):.1f}   "
        f"({1000 * statistics.median(tally.diff_times):.1f} ms)",
        f"  patch : yaml.compose (C) of the same text     median {statistics.median(patch_ratio):.1f}   "
        f"({1000 * statistics.median(tally.patch_times):.1f} ms, proof included)",
    ]
    return "\n".join(lines)


def figures(tally: Tally) -> dict[str, object]:
    """The same for programs."""
    sizes = sorted(tally.sizes)
    ratios = {
        name: statistics.median(a / c for a, c in zip(times, tally.compose_times, strict=True))
        for name, times in (("diff", tally.diff_times), ("patch", tally.patch_times))
    }
    return {
        "counts": dict(sorted(tally.counts.items())),
        "size to git diff": {"median": statistics.median(sizes), "95th percentile": sizes[int(len(sizes) * 0.95)]},
        "ratios to compose": ratios,
        "reasons": sorted(tally.reasons),
    }
