"""How long spine takes on large bindings, as ratios to what libyaml's C loader needs to compose the same text.

Every round times each step once, one after the other, so that a busy machine slows all of them; the figure is the
median of the rounds' ratios; inside this process the processor's time counts, not the clock's. The garbage collector
is on with Python's own thresholds, for spine as for libyaml, as it is in production; it is emptied before each step,
and what was there before is frozen, so that no step pays for another one's garbage. The ruamel round trip is timed in
rounds of its own beside spine's patch.
"""

from __future__ import annotations

import gc
import io
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from ruamel.yaml import YAML

import spine
from bench import corpus, generated
from bench.corpus import Blobs
from spine.yamldoc.guard import parse

ROUNDS = 15
GOALS = {"parse": 1.5, "diff": 2.5, "patch": 2.5, "merge": 4.0}
RUAMEL_GOAL = 15.0
START_GOAL = 6.0
STARTS = (("--help",), ("apply", "--help"))


@dataclass(slots=True)
class Timing:
    """One text: its size, seconds of `compose`, ratios to it by step, and ruamel's time by that of spine's patch."""

    name: str
    characters: int
    lines: int
    compose: float
    ratios: dict[str, float] = field(default_factory=dict)
    ruamel: float = 0.0


@dataclass(slots=True)
class Timings:
    """All that was timed; `starts` are ratios of whole processes to `python -c pass`."""

    texts: list[Timing] = field(default_factory=list)
    starts: dict[str, float] = field(default_factory=dict)


def measure(rounds: int = ROUNDS) -> Timings:
    """Time everything, on the corpus' largest binding if it is here, and on a generated one."""
    texts = {"generated": generated.binding()}
    if corpus.is_present():
        texts = {"corpus' largest": largest()} | texts
    return Timings([time_text(name, text, rounds) for name, text in texts.items()], start_ratios())


def largest() -> str:
    """The largest version of any binding in the corpus."""
    with tempfile.TemporaryDirectory(prefix="spine-bench-") as folder:
        repository = corpus.clone(Path(folder) / "corpus.git")
        ids = {blob for pair in corpus.pairs(repository) for blob in (pair.before, pair.after)}
        sizes = subprocess.run(
            ["git", "-C", str(repository), "cat-file", "--batch-check=%(objectsize) %(objectname)"],
            input="".join(f"{one}\n" for one in sorted(ids)),
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\n")
        found = max((int(size), one) for size, one in (line.split() for line in sizes if line))
        with Blobs(repository) as blobs:
            return blobs.text(found[1])


def time_text(name: str, text: str, rounds: int) -> Timing:
    """Ratios of parse, diff (both texts given), patch and merge, each with its proof, for a change of one value."""
    places = [match.span(1) for match in re.finditer(r"^ +status: (\w+)$", text, re.MULTILINE)]
    middle, early = places[len(places) // 2], places[len(places) // 4]
    changed, target = (f"{text[:start]}changed{text[end:]}" for start, end in (middle, early))
    change = spine.diff(text, changed)
    assert len(change.ops) == 1
    assert not change.residual
    assert spine.patch(text, change) == changed
    merged = spine.merge(text, target, change)
    assert isinstance(merged, spine.Merged)
    assert merged.text.count("changed") == text.count("changed") + 2
    steps: dict[str, Callable[[], object]] = {
        "compose": lambda: yaml.compose(text, Loader=yaml.CSafeLoader),
        "parse": lambda: parse(text),
        "diff": lambda: spine.diff(text, changed),
        "patch": lambda: spine.patch(text, change),
        "merge": lambda: spine.merge(text, target, change),
    }
    taken: dict[str, list[float]] = {step: [] for step in steps}
    for _ in range(rounds):
        for step, run in steps.items():
            taken[step].append(_seconds(run))
    ratios = {
        step: statistics.median(a / b for a, b in zip(taken[step], taken["compose"], strict=True)) for step in GOALS
    }
    both = [(_seconds(lambda: _ruamel(text)), _seconds(steps["patch"])) for _ in range(max(1, rounds // 5))]
    return Timing(
        name,
        len(text),
        text.count("\n"),
        statistics.median(taken["compose"]),
        ratios,
        statistics.median(theirs / ours for theirs, ours in both),
    )


def _seconds(run: Callable[[], object]) -> float:
    gc.collect()
    gc.freeze()
    started = time.process_time()
    kept = run()
    ended = time.process_time()
    del kept
    gc.unfreeze()
    return ended - started


def _ruamel(text: str) -> str:
    """The same edit by load and dump, with the settings that keep most of a text."""
    yaml_ = YAML()
    yaml_.preserve_quotes = True
    yaml_.width = 4096
    yaml_.allow_duplicate_keys = True
    data = yaml_.load(text)
    key = next(key for key, value in data.items() if isinstance(value, list) and value)
    data[key][len(data[key]) // 2]["status"] = "changed"
    out = io.StringIO()
    yaml_.dump(data, out)
    return out.getvalue()


def start_ratios(rounds: int = 15) -> dict[str, float]:
    """Whole processes against `python -c pass`, interleaved: medians of the rounds' ratios."""
    bare = [sys.executable, "-c", "pass"]
    faces = {" ".join(("spine", *arguments)): [sys.executable, "-m", "spine", *arguments] for arguments in STARTS}
    ratios: dict[str, list[float]] = {face: [] for face in faces}
    for _ in range(rounds):
        nothing = _process(bare)
        for face, command in faces.items():
            ratios[face].append(_process(command) / nothing)
    return {face: statistics.median(found) for face, found in ratios.items()}


def _process(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - started


# ---- what is printed ----------------------------------------------------------------------------------------------


def report(timings: Timings) -> str:
    """The table that `make bench` prints."""
    names = {
        "parse": "parse",
        "diff": "diff of a one-value change, both texts read",
        "patch": "patch with proof",
        "merge": "merge with proof",
    }
    lines = ["Speed on large bindings, as ratios to yaml.compose with the C loader on the same text in the same round"]
    for timing in timings.texts:
        lines.append(
            f"  {timing.name}: {timing.characters:,} characters, {timing.lines:,} lines "
            f"(compose: {1000 * timing.compose:.0f} ms)"
        )
        for step, ratio in timing.ratios.items():
            lines.append(f"    {names[step]:<50}{ratio:>7.2f}   goal <= {GOALS[step]}{_missed(ratio <= GOALS[step])}")
        lines.append(
            f"    {'ruamel.yaml load, edit, dump : patch with proof':<50}{timing.ruamel:>7.1f}   "
            f"goal >= {RUAMEL_GOAL:g}{_missed(timing.ruamel >= RUAMEL_GOAL)}"
        )
    lines.append("  Start-up, as ratios to `python -c pass`, whole processes interleaved")
    for face, ratio in timings.starts.items():
        lines.append(f"    {face:<50}{ratio:>7.2f}   goal <= {START_GOAL:g}{_missed(ratio <= START_GOAL)}")
    return "\n".join(lines)


def _missed(is_met: bool) -> str:
    return "" if is_met else "   MISSED"


def figures(timings: Timings) -> dict[str, object]:
    """The same for programs; no absolute time, which would be the machine's."""
    texts = [
        {
            "text": timing.name,
            "characters": timing.characters,
            "lines": timing.lines,
            "ratios to compose": {step: round(ratio, 3) for step, ratio in timing.ratios.items()},
            "ruamel to patch": round(timing.ruamel, 2),
        }
        for timing in timings.texts
    ]
    return {
        "texts": texts,
        "goals": GOALS | {"ruamel to patch": RUAMEL_GOAL, "start": START_GOAL},
        "starts to python -c pass": {face: round(ratio, 2) for face, ratio in timings.starts.items()},
    }
