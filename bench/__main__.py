"""`make bench`: every measurement in turn, printed for people and written to `build/bench.json` for programs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import blame, concurrency, corpus, duplicates, hooks, landing, ledger, loops, replay, review, speed

FIGURES = Path(__file__).resolve().parents[1] / "build" / "bench.json"
SCHEMA = "spine-bench/1"

Measured = tuple[str, dict[str, object]]  # what is printed, and the same for programs


def _replay(options: argparse.Namespace) -> Measured:
    tally = replay.replay(options.jobs, options.every)
    listed = sorted(tally.reasons) if options.reasons else []
    return "\n    ".join([replay.report(tally), *listed]), replay.figures(tally)


def _concurrency(options: argparse.Namespace) -> Measured:
    tally = concurrency.measure(options.jobs, options.every)
    return concurrency.report(tally), concurrency.figures(tally)


def _duplicates(options: argparse.Namespace) -> Measured:
    tally = duplicates.measure(options.jobs, options.every)
    return duplicates.report(tally), duplicates.figures(tally)


def _speed(options: argparse.Namespace) -> Measured:
    timings = speed.measure()
    return speed.report(timings), speed.figures(timings)


def _hooks(options: argparse.Namespace) -> Measured:
    costs = hooks.measure()
    return hooks.report(costs), hooks.figures(costs)


def _review(_: argparse.Namespace) -> Measured:
    found = review.measure()
    return review.report(found), review.figures(found)


def _landing(_: argparse.Namespace) -> Measured:
    found = landing.measure()
    return landing.report(found), landing.figures(found)


def _loops(options: argparse.Namespace) -> Measured:
    return _printed([loops.report(loops.loops())])


def _ledger(options: argparse.Namespace) -> Measured:
    return _printed(ledger.report(options.every))


def _blame(options: argparse.Namespace) -> Measured:
    return _printed(blame.report(options.every))


def _printed(lines: Iterable[str]) -> Measured:
    """Figures that are lines of a report, for programs too."""
    shown = []
    for line in lines:
        shown += line.split("\n")
    return "\n".join(shown), {"report": shown}


MEASUREMENTS: dict[str, Callable[[argparse.Namespace], Measured]] = {
    "replay": _replay,
    "concurrency": _concurrency,
    "duplicates": _duplicates,
    "speed": _speed,
    "hooks": _hooks,
    "review": _review,
    "landing": _landing,
    "loops": _loops,
    "ledger": _ledger,
    "blame": _blame,
}


def main() -> None:
    """Run the measurements that were asked for, all by default."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=", ".join(MEASUREMENTS))
    parser.add_argument("--every", type=int, default=1, help="take only every n-th pair or file of the corpus")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--reasons", action="store_true", help="list what the replay finds not byte-exact, and why")
    options = parser.parse_args()
    unknown = set(options.what) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}: {', '.join(MEASUREMENTS)}")
    for name in [name for name in MEASUREMENTS if not options.what or name in options.what]:
        if name not in ("speed", "hooks", "landing", "review") and not corpus.is_present():
            print(f"{name}: skipped, the corpus is not on this machine\n")
            continue
        shown, figures = MEASUREMENTS[name](options)
        print(shown + "\n", flush=True)
        _keep(name, {"every": options.every} | figures)


def _keep(name: str, figures: dict[str, object]) -> None:
    """Write the figures of one measurement beside those that other runs left there."""
    known = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    if known.get("bench") != SCHEMA:
        known = {"bench": SCHEMA}
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(known | {name: figures}, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
