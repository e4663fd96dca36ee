"""Fuzzes one target with atheris: `python -m tests.fuzz.run NAME [--seconds N] [--corpus DIR]`.

What is found is written by libFuzzer as `crash-…` beside the corpus; the smallest form of it becomes a file in
`tests/fuzz/found/NAME/`, which `test_targets.py` tries for ever after. Atheris is optional: `pip install atheris`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path


def main() -> int:
    ask = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=(__doc__ or "").partition("\n")[0])
    ask.add_argument("name")
    ask.add_argument("--seconds", type=int, default=60)
    ask.add_argument("--corpus", type=Path, help="kept from run to run")
    said = ask.parse_args()
    try:
        import atheris
    except ImportError:
        print("atheris is not installed: pip install atheris", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["spine"]):
        from tests.fuzz.targets import LONGEST, TARGETS, attempt, seeds
    if said.name not in TARGETS:
        print(f"there is no target {said.name}: {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    corpus = said.corpus or Path(tempfile.mkdtemp(prefix=f"fuzz-{said.name}-"))
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(said.name)):
        (corpus / f"seed-{number:03d}").write_bytes(seed)
    target = TARGETS[said.name]
    limits = [f"-max_total_time={said.seconds}", f"-max_len={LONGEST}", "-timeout=10", "-rss_limit_mb=1024"]
    finds = f"-artifact_prefix={corpus.parent}/{said.name}-"
    atheris.Setup(
        [sys.argv[0], *limits, finds, "-print_final_stats=1", str(corpus)], lambda data: attempt(target, data)
    )
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
