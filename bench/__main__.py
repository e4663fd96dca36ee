"""`make bench`: every measurement in turn."""

from __future__ import annotations

import argparse

from bench import corpus, ledger, replay


def main() -> None:
    """Run the measurements that were asked for, all by default."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="*", default=[], help="replay, ledger")
    parser.add_argument("--every", type=int, default=1, help="take only every n-th pair of the corpus")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--reasons", action="store_true", help="list what is not byte-exact, and why")
    options = parser.parse_args()
    if not options.what or "replay" in options.what:
        if not corpus.is_present():
            print("replay: skipped, the corpus is not on this machine")
        else:
            tally = replay.replay(options.jobs, options.every)
            print(replay.report(tally))
            for line in sorted(tally.reasons):
                print("   ", line)
    if not options.what or "ledger" in options.what:
        if not corpus.is_present():
            print("ledger: skipped, the corpus is not on this machine")
        else:
            for line in ledger.report(options.every):
                print(line)


if __name__ == "__main__":
    main()
