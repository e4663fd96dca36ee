"""Scope files as people wrote them: every one of the corpus read and written back, and what is wrong with them counted.

All files at the tip of the corpus, and every version that any of them ever had. A file counts as written back when each
of its boxes set to what it is, each one-line field of its front matter set to what it says, and no edit at all leave it
byte-identical. Findings are those of `validate`, of the tip, without a history (what is cited cannot be looked up, as
the corpus is a part of its origin's history).
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.corpus import Blobs, clone
from spine.ledger.loop_checks import check_loops
from spine.ledger.loops import LoopLedger
from spine.records.loop import Loop, read_loop
from spine.records.loop_edit import set_mark, spliced
from spine.records.loop_front import set_front
from spine.records.settings import Settings


@dataclass(slots=True)
class Tally:
    """What was counted."""

    files: int = 0
    versions: int = 0
    rewrites: int = 0
    changed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    what: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Tip:
    """The files of the corpus that are read here."""

    texts: dict[str, str]

    def read(self, path: str) -> bytes | None:
        return self.texts[path].encode() if path in self.texts else None

    def paths(self, prefix: str = "") -> Iterator[str]:
        return (path for path in self.texts if path.startswith(f"{prefix}/"))


def loops() -> Tally:
    """Read and write back everything, and count."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="spine-bench-") as folder:
        repository = clone(Path(folder) / "corpus.git")
        blobs = Blobs(repository)
        tip = {path: blobs.text(blob) for path, blob in _at_tip(repository)}
        versions = {blob: (path, blobs.text(blob)) for path, blob in _ever(repository)}
    tally.files, tally.versions = len(tip), len(versions)
    start = time.perf_counter()
    read = [(text, read_loop(text, file=path)) for path, text in versions.values()]
    tally.seconds = time.perf_counter() - start
    for text, loop in read:
        rewritten = list(_rewritten(text, loop))
        tally.rewrites += len(rewritten)
        if any(one != text for one in rewritten):
            tally.changed.append(loop.file)
    books = LoopLedger(Tip(tip), Settings())
    for path, text in tip.items():
        loop = read_loop(text, file=path)
        tally.what["with criteria"] += bool(loop.criteria)
        tally.what["with phases"] += bool(loop.phases)
        tally.what["with receipts"] += bool(loop.receipts)
        tally.what["closed"] += loop.is_closed
        tally.what["criteria"] += len(loop.criteria)
        tally.what["phases"] += len(loop.phases)
        tally.what["boxes"] += loop.progress.total
    tally.findings.update(finding.code for finding in check_loops(books))
    return tally


def report(tally: Tally) -> str:
    """The tally in a few lines."""
    whole = f"{tally.versions - len(tally.changed)} of {tally.versions}"
    told = ", ".join(f"{count} {code}" for code, count in sorted(tally.findings.items()))
    return "\n".join(
        (
            f"loops: {tally.files} files at the tip, {tally.versions} versions in all, none failed to be read;"
            f" {1000 * tally.seconds / tally.versions:.1f} ms each",
            f"    written back byte-identical: {whole} versions, {tally.rewrites} rewrites",
            "    " + ", ".join(f"{count} {what}" for what, count in tally.what.items()),
            f"    findings at the tip: {told}",
        )
    )


def _rewritten(text: str, loop: Loop) -> Iterator[str]:
    yield spliced(text, [])
    for name, item in loop.items():
        if item.mark is not None:
            yield set_mark(text, loop, name, item.mark)
    document = loop.front.document
    if document is None or document.root is None or loop.front.problem is not None:
        return
    for entry in document.root.entries:
        token = document.source(entry.value)
        if entry.key is not None and entry.value.kind == "scalar" and token and "\n" not in token:
            yield set_front(text, entry.key.text, token)


def _at_tip(repository: Path) -> Iterator[tuple[str, str]]:
    for line in _git(repository, "ls-tree", "-r", "main", "--", "loops"):
        facts, _, path = line.partition("\t")
        yield path, facts.split()[2]


def _ever(repository: Path) -> Iterator[tuple[str, str]]:
    raw = ("log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=AM", "main", "--", "loops")
    for line in _git(repository, *raw):
        facts, _, path = line.partition("\t")
        yield path, facts.split()[3]


def _git(repository: Path, *words: str) -> list[str]:
    done = subprocess.run(["git", "-C", str(repository), *words], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.split("\n") if line]
