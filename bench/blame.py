"""Blame of the three largest bindings held against brute force, address by address."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.corpus import Blobs, clone
from spine.identity import Identity
from spine.ledger.blame import Question, Version, answer, leaves_of
from spine.yamldoc.guard import parse
from tests.ledger.histories import answered, plain, sample
from tests.reference_blame import Diffs, who

# So many addresses of each; 1,000 in all.
FILES = (("ha.device.map.yaml", 300), ("ha.entity.state.baseline.yaml", 300), ("operational.gaps.yaml", 400))


def report(every: int = 1, *, seed: int = 4) -> Iterator[str]:
    """The lines that `python -m bench blame` prints, each as soon as it is known: all takes minutes.

    `every`: only every n-th address.
    """
    repository = clone()
    yield "Blame of random addresses against brute force (every version parsed, every neighbouring pair diffed)"
    equal_in_all = asked_in_all = 0
    for name, count in FILES:
        history = _versions(repository, f"bindings/{name}")
        asked, groups = sample(history, max(1, count // every), seed)
        sampled = time.perf_counter()
        found = answered(history, asked)
        blamed = time.perf_counter()
        diffs = Diffs()
        expected = who(plain(history), asked, diffs)
        forced = time.perf_counter()
        equal = sum(one == other for one, other in zip(found, expected, strict=True))
        yield (
            f"  {name:<32}{len(history):>5} versions  {equal:>4} of {len(asked)} equal  "
            f"({', '.join(f'{number} {group}' for group, number in groups.items())}; "
            f"{len(diffs.fallbacks)} of {len(diffs.made)} pairs told by lines, {len(diffs.untold)} not even compared)"
        )
        for at, one, other in zip(asked, found, expected, strict=True):
            if one != other:
                yield f"    differs: {at}: {one}, by brute force {other}"
        yield (
            f"    {blamed - sampled:.1f} s for these, {_whole_file(history):.1f} s for all its values; "
            f"{forced - blamed:.1f} s by brute force"
        )
        equal_in_all, asked_in_all = equal_in_all + equal, asked_in_all + len(asked)
    yield f"  equal: {equal_in_all} of {asked_in_all}  (goal: all)"


def _whole_file(history: list[Version]) -> float:
    """Seconds to blame every value of the newest version."""
    started = time.perf_counter()
    document = parse((history[0].data or b"").decode())
    leaves = leaves_of([root.node for root in document.roots], Identity())
    answer([Question("value", leaf.where) for leaf in leaves], history, Identity())
    return time.perf_counter() - started


def _versions(repository: Path, path: str) -> list[Version]:
    listed = subprocess.run(
        ["git", "-C", str(repository), "log", "--first-parent", "-m", "--no-renames", "--raw", "--no-abbrev",
         "--format=%H", "main", "--", path],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    blobs, commit, found = Blobs(repository), "", []
    for line in listed.splitlines():
        if line.startswith(":"):
            _, _, _, after, status = line.split("\t")[0].split()
            found.append(Version(commit, path, None if status == "D" else blobs.text(after).encode()))
        elif line:
            commit = line
    return found
