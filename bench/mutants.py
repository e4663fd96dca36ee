"""How many faults the tests of the engine notice: a seeded sample of mutants of `change/` and of the splice code.

`make mutants` (SEED, COUNT and CHILDREN in the environment). mutmut makes the mutants and runs, for each of the sample,
the tests that come by it: the case files and the laws in a small profile. What survives is listed with its difference.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = int(os.environ.get("SEED", "20261125"))
COUNT = int(os.environ.get("COUNT", "300"))
CHILDREN = os.environ.get("CHILDREN", "2")
KILLED = {1, 3, -24, 24, 36, 152, 255, -11, -9}  # a test failed; the time was up; the process died
WORDS = {0: "survived", 5: "no tests", 33: "no tests", 34: "skipped"}


def main() -> int:
    """Make, sample, run, report. Ends with 1 if fewer than 85 of 100 were noticed."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="spine-mutants-") as folder:
        place = Path(folder)
        for name in ("spine", "tests", "bench", "pyproject.toml", "README.md"):
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, place / name)
        _mutmut(place, "run", "--max-children", CHILDREN, "no.such.mutant")  # makes them, and times the tests
        every = sorted(_outcomes(place))
        chosen = random.Random(SEED).sample(every, min(COUNT, len(every)))
        made = time.monotonic() - begin
        ran = _mutmut(place, "run", "--max-children", CHILDREN, *chosen)
        outcomes = _outcomes(place)
        if all(outcomes[name] is None for name in chosen):
            print(f"nothing was tried: {ran.stdout[-4000:]}{ran.stderr[-4000:]}")
            return 1
        codes = {name: outcomes[name] for name in chosen}
        counts = Counter("killed" if code in KILLED else WORDS.get(code, f"exit {code}") for code in codes.values())
        for name, code in sorted(codes.items()):
            if code not in KILLED:
                print(f"\n{WORDS.get(code, code)}: {name}")
                print(_mutmut(place, "show", name).stdout)
    took = time.monotonic() - begin
    share = counts["killed"] / len(chosen)
    print(f"{len(every)} mutants, {len(chosen)} of them tried (seed {SEED}): {dict(counts)}, {share:.1%} killed")
    print(f"{took:.0f} s, of which {made:.0f} s to make them all and to time the tests")
    return 0 if share >= 0.85 else 1


def _mutmut(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"SPINE_LAWS": "100", "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("PYTHONPATH", None)
    command = [sys.executable, "-m", "mutmut", *words]
    return subprocess.run(
        command, cwd=place, env=env, capture_output=True, encoding="utf-8", errors="replace", check=False
    )


def _outcomes(place: Path) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for file in sorted((place / "mutants").rglob("*.meta")):
        found |= json.loads(file.read_text("utf-8"))["exit_code_by_key"]
    return found


if __name__ == "__main__":
    sys.exit(main())
