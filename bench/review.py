"""How long a large proposal takes as a comment: 5,000 operations as Markdown, which may be 60,000 characters long.

The proposal is one value in each of 5,000 entries. What is measured is the function from the view to the text, and the
whole command in a repository, against `python -c pass` in the same run.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

OPERATIONS = 5_000
ROUNDS = 5
GOAL = 2.0  # seconds
LONGEST = 60_000  # characters
_TOTAL = re.compile(r"([0-9,]+) to change")


@dataclass(frozen=True, slots=True)
class Rendered:
    """One form: seconds of the whole command over `python -c pass`, its ratio to it, its length, and its total."""

    form: str
    seconds: float
    ratio: float
    characters: int
    told: int | None


def measure(operations: int = OPERATIONS, rounds: int = ROUNDS) -> list[Rendered]:
    """Time `spine show` of one proposal in each form."""
    with tempfile.TemporaryDirectory(prefix="spine-bench-") as folder:
        path = Path(folder)
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        env |= {"PYTHONPATH": str(Path(__file__).resolve().parents[1]), "COLUMNS": "100"}
        env |= {f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        env.pop("PYTHONDONTWRITEBYTECODE", None)

        def run(*words: str) -> tuple[float, str]:
            started = time.perf_counter()
            done = subprocess.run([*words], cwd=path, env=env, capture_output=True, text=True, check=True)
            return time.perf_counter() - started, done.stdout

        (path / "bindings").mkdir()
        (path / "spine.yaml").write_text("spine: settings/1\n", "utf-8")
        rows = "".join(f"  - vmid: {100 + row}\n    name: vm{row}\n    status: active\n" for row in range(operations))
        binding = path / "bindings" / "vm.yaml"
        binding.write_text(f"vms:\n{rows}", "utf-8")
        run("git", "init", "-q", "-b", "main")
        run("git", "add", "-A")
        run("git", "commit", "-qm", "start")
        binding.write_text(f"vms:\n{rows}".replace("active", "stopped"), "utf-8")
        run(sys.executable, "-m", "spine", "propose", "stop all")
        found = []
        for form in ("markdown", "text", "html"):
            line = (sys.executable, "-m", "spine", "show", "stop-all", "--format", form)
            bare = [run(sys.executable, "-c", "pass")[0] for _ in range(rounds)]
            taken = [run(*line) for _ in range(rounds)]
            total = _TOTAL.search(taken[0][1])
            seconds = statistics.median(one for one, _ in taken) - statistics.median(bare)
            ratio = seconds / statistics.median(bare)
            told = int(total[1].replace(",", "")) if total is not None else None
            found.append(Rendered(form, seconds, ratio, len(taken[0][1]), told))
        return found


def report(found: list[Rendered]) -> str:
    """The lines that `make bench` prints."""
    out = [f"review: {OPERATIONS:,} operations, seconds of `spine show` over python -c pass (medians of {ROUNDS})"]
    for one in found:
        goal = f"   (< {GOAL:.0f} s, ≤ {LONGEST:,} characters)" if one.form == "markdown" else ""
        told = f"{one.told:,} to change" if one.told is not None else "no total"
        out.append(
            f"  {one.form:9} {one.seconds:5.2f} s {one.ratio:6.0f} x {one.characters:>10,} characters, {told}{goal}"
        )
    return "\n".join(out)


def figures(found: list[Rendered]) -> dict[str, object]:
    """The same for programs."""
    return {
        one.form: {"seconds": one.seconds, "ratio": one.ratio, "characters": one.characters, "told": one.told}
        for one in found
    }
