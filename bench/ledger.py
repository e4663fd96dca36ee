"""What the ledger makes of the corpus: versions of the register, references in prose, and adoption with its time."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.corpus import BUNDLE, Blobs, clone
from spine.actions.adopt import Adopted, Wishes, adopt
from spine.actions.workspace import Workspace
from spine.errors import Refused
from spine.ledger.checks import Tree
from spine.records.gap import Closed, Gap, read_gap, write_gap
from spine.records.gap_text import GapText
from spine.records.register import as_gap, read_register, register_findings
from spine.repository import Repository, whole_work_tree

REGISTER = "bindings/operational.gaps.yaml"
END = Closed(datetime(2026, 2, 12, 8, 6, 1, tzinfo=UTC), "Bench <bench@example.org>", ("CP-20260212-080601__x",))


def report(every: int) -> Iterator[str]:
    """The figures, a line each; of the register's history every n-th version is read."""
    yield from register_report(every)
    yield from adoption_report()


def register_report(every: int) -> Iterator[str]:
    """Versions of the register, one in four and the last: read, a gap closed and reopened, each entry of the last one
    made a gap of its own and read back."""
    repository = clone()
    blobs = Blobs(repository)
    all_versions = list(dict.fromkeys(_versions(repository)))
    versions = [*all_versions[: -1 : 4 * every], all_versions[-1]]
    tally: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    start = time.perf_counter()
    for number, blob in enumerate(versions):
        text = blobs.text(blob)
        try:
            register = read_register(text, file=REGISTER)
        except Refused:
            tally["of them no YAML, or no register"] += 1
            continue
        tally["of them read"] += 1
        codes.update(one.code for one in register_findings(register))
        still = [entry.id for entry in register.entries if entry.status == "open"]
        if number % 16 == 0 and still:
            tally["an open gap closed"] += 1
            opened = GapText(text, still[-1]).closed(END).reopened().text
            tally["reopened, and equal in every byte"] += opened == text
        for entry in register.entries if blob == versions[-1] else ():
            gap = as_gap(entry, REGISTER)
            tally["entries of the last version"] += 1
            tally["of those a gap of its own, read back equal"] += (
                isinstance(gap, Gap) and read_gap(write_gap(gap)) == gap
            )
    took = time.perf_counter() - start
    yield f"ledger: {len(versions)} of {len(all_versions)} versions of the corpus's register, in {took:.1f} s"
    yield from (f"    {count:6}  {what}" for what, count in tally.items())
    yield from (f"    {count:6}  {code} in all of them together" for code, count in sorted(codes.items()))


def adoption_report() -> Iterator[str]:
    """`adopt` on a clone of the corpus, as it is and with the register split."""
    with tempfile.TemporaryDirectory(prefix="spine-adopt-") as folder:
        for name, wishes in (("as it is", Wishes()), ("with the register split", Wishes(split_gaps=True))):
            target = Path(folder, name.replace(" ", "-"))
            subprocess.run(["git", "clone", "--quiet", "-b", "main", str(BUNDLE), str(target)], check=True)
            start = time.perf_counter()
            done = _adopted(target, wishes)
            took = time.perf_counter() - start
            again = _adopted(target, Wishes())
            kinds = _references(target)
            yield f"ledger: the corpus adopted {name}, in {took:.1f} s; again: {len(again.changes)} files written"
            yield from _adoption_lines(done)
            yield from (f"    {count:6}  references to a {kind} in prose" for kind, count in sorted(kinds.items()))


def _adoption_lines(done: Adopted) -> Iterator[str]:
    rows = [*((count, what) for what, count in done.counts.items() if count)]
    rows += [
        (len(done.imported), "imported proposals"),
        *((n, f"commits say “{f}”") for f, n in done.imports.forms.items()),
    ]
    rows += [(len(done.holes.unlanded), "proposals named and never landed")]
    rows += [(len(done.holes.loops), "loops of imported proposals that are not there")]
    if done.split is not None:
        rows += [(done.split.count, "gaps split off"), (len(done.split.left), "entries left in the register")]
    rows += [(count, code) for code, count in sorted(Counter(one.code for one in done.findings).items())]
    return (f"    {count:6}  {what}" for count, what in rows)


def _adopted(target: Path, wishes: Wishes) -> Adopted:
    with Repository.open(target, os.environ) as repo:
        return adopt(Workspace(repo, lambda: datetime.now(UTC), "Bench <bench@example.org>", "bench"), wishes)


def _references(target: Path) -> Counter[str]:
    with Repository.open(target, os.environ) as repo:
        return Counter(reference.kind for _, reference in Tree(whole_work_tree(repo)).references)


def _versions(repository: Path) -> Iterator[str]:
    words = [
        "git",
        "-C",
        str(repository),
        "log",
        "--reverse",
        "--no-renames",
        "--raw",
        "--no-abbrev",
        "--format=",
        "--",
        REGISTER,
    ]
    for line in subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines():
        after = line.split()[3]
        if set(after) != {"0"}:
            yield after
