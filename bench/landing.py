"""What a landing costs: `apply` on a large binding beside git's own apply and commit, a queue of many, and its growth.

Whole processes, timed from outside, interleaved round by round; the figure is the median of the rounds' ratios. git's
processes are counted by a program called git that stands first in PATH, in a run of its own.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import spine
from bench import corpus, generated
from bench.speed import largest
from spine.ids import ProposalId
from spine.records.proposal import FileChange, Proposal, digest, write_proposal
from spine.records.receipt import Landed, Receipt, write_receipt

ROUNDS = 7
QUEUE = 200
APPLY_GOAL, QUEUE_GOAL, GROWTH_GOAL, MEMORY_GOAL = 5.0, 10.0, 0.1, 200
AUTHOR = "Ada Author <ada@example.org>"
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
PATH = "bindings/register.yaml"
SETTINGS = 'spine: settings/1\ngoverned: ["bindings/**/*.yaml", "spine.yaml"]\n'

# The peers of one `apply`, as people write them: compose twice and splice, and load and dump.
_LIBYAML = """
import subprocess, sys, yaml
path, old, new = sys.argv[1:]
text = open(path, encoding="utf-8").read()
yaml.compose(text, Loader=yaml.CSafeLoader)
after = text.replace(old, new, 1)
yaml.compose(after, Loader=yaml.CSafeLoader)
open(path, "w", encoding="utf-8").write(after)
subprocess.run(["git", "commit", "-q", "-m", "change", "--", path], check=True)
"""
_RUAMEL = """
import subprocess, sys
from ruamel.yaml import YAML
path, old, new = sys.argv[1:]
yaml = YAML()
yaml.preserve_quotes, yaml.width, yaml.allow_duplicate_keys = True, 4096, True
with open(path, encoding="utf-8") as stream:
    data = yaml.load(stream)
data["benchmark"] = new
with open(path, "w", encoding="utf-8") as stream:
    yaml.dump(data, stream)
subprocess.run(["git", "commit", "-q", "-m", "change", "--", path], check=True)
"""


@dataclass(slots=True)
class Landings:
    """What was measured: ratios of one `apply`, of its peers, git processes, the queue, memory in MB, exponents."""

    ratios: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    processes: dict[str, float] = field(default_factory=dict)
    per_second: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    growth: dict[str, float] = field(default_factory=dict)


# ---- the repositories -----------------------------------------------------------------------------------------------


def environment(home: Path) -> dict[str, str]:
    """An environment in which git knows nothing of this machine."""
    # With bytecode on the disk, as it is for whoever has installed spine.
    left_out = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") and name not in left_out}
    return kept | {
        "HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C", "TZ": "UTC",
        "GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada Author", "GIT_COMMITTER_EMAIL": "ada@example.org",
    }  # fmt: skip


def git(folder: Path, env: Mapping[str, str], *words: str, stdin: bytes = b"") -> str:
    """git's answer in a folder."""
    return (
        subprocess.run(["git", "-C", str(folder), *words], input=stdin, env=env, check=True, capture_output=True)
        .stdout.decode()
        .strip()
    )


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit for fast-import: what it says, and files by path."""

    message: str
    files: Mapping[str, str]


def make(folder: Path, env: Mapping[str, str], commits: Iterator[Commit]) -> None:
    """A new repository whose branch `main` has these commits, checked out."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], env=env, check=True)
    with subprocess.Popen(
        ["git", "-C", str(folder), "fast-import", "--quiet"], env=env, stdin=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        for number, commit in enumerate(commits):
            when = f"{AUTHOR} {int(START.timestamp()) + 60 * number} +0000"
            said = commit.message.encode()
            process.stdin.write(f"commit refs/heads/main\nauthor {when}\ncommitter {when}\n".encode())
            process.stdin.write(b"data %d\n%s\n" % (len(said), said))
            for path, text in commit.files.items():
                data = text.encode()
                process.stdin.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    assert process.returncode == 0
    git(folder, env, "reset", "-q", "--hard")


def pending(text: str, count: int) -> dict[str, str]:
    """Files of `count` proposals, each of which sets the status of another entry of the register."""
    places = [match.span(1) for match in re.finditer(r"^ +status: ([a-z]+)$", text, re.MULTILINE)]
    step = max(1, len(places) // count)
    files = {}
    for number in range(count):
        start, end = places[number * step]
        after = f"{text[:start]}changed-{number}{text[end:]}"
        moment = START + timedelta(minutes=number)
        id_ = ProposalId.make(moment, f"set status {number}")
        proposal = Proposal(
            id=id_, title=f"Set status {number}", author=AUTHOR, created=moment, base="0" * 40, why="it is so",
            files=(FileChange(PATH, _blob(text), _blob(after), spine.diff(text, after)),),
        )  # fmt: skip
        files[f"proposals/{id_.month}/{id_}/proposal.yaml"] = write_proposal(proposal)
    return files


def _blob(text: str) -> str:
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def ids_of(files: Mapping[str, str]) -> list[str]:
    """The ids of pending proposals."""
    return sorted(path.split("/")[-2] for path in files if path.startswith("proposals/"))


# ---- one landing ----------------------------------------------------------------------------------------------------


def measure(rounds: int = ROUNDS) -> Landings:
    """Everything, on the corpus' largest binding if it is here, else on the generated one."""
    found = Landings()
    with tempfile.TemporaryDirectory(prefix="spine-bench-") as folder:
        place = Path(folder)
        env = environment(place)
        _one(found, place / "one", env, rounds)
        _queue(found, place / "queue", env)
        _growth(found, place, env, rounds)
    return found


def _one(found: Landings, folder: Path, env: Mapping[str, str], rounds: int) -> None:
    """`apply` of one value in a register of 1.2 MB, beside what people do without spine."""
    text = generated.binding()
    proposals = pending(text, rounds)
    start = {"spine.yaml": SETTINGS, ".gitattributes": "proposals/** -text\n", PATH: text}
    make(folder, env, iter([Commit("start", start), Commit("propose", proposals)]))
    taken: dict[str, list[float]] = {"git apply --index && git commit": []}
    bare: list[float] = []
    for number, id_ in enumerate(ids_of(proposals)):
        head = git(folder, env, "rev-parse", "HEAD")
        bare.append(_seconds([sys.executable, "-c", "pass"], folder, env))
        ours = [sys.executable, "-m", "spine", "apply", id_]
        taken.setdefault("spine apply", []).append(_seconds(ours, folder, env))
        diff = subprocess.run(
            ["git", "-C", str(folder), "diff", "HEAD~", "HEAD", "--", PATH], env=env, check=True, capture_output=True
        ).stdout
        (folder / ".git/change.diff").write_bytes(diff)
        old, new = (line[1:] for line in _changed(diff.decode()))
        git(folder, env, "reset", "-q", "--hard", head)
        rivals = {
            "git apply --index && git commit": [
                "sh",
                "-c",
                "git apply --index .git/change.diff && git commit -qm change",
            ],
            "compose twice with libyaml, commit": [sys.executable, "-c", _LIBYAML, PATH, old, new],
            "load and dump with ruamel.yaml, commit": [sys.executable, "-c", _RUAMEL, PATH, old, f"changed-{number}"],
        }
        for name, command in rivals.items():
            if "ruamel" in name and number >= 2:
                continue  # it takes seconds; two rounds say enough
            taken.setdefault(name, []).append(_seconds(command, folder, env))
            git(folder, env, "reset", "-q", "--hard", head)
    base = taken["git apply --index && git commit"]
    found.ratios = {
        name: statistics.median(a / b for a, b in zip(times, base, strict=False)) for name, times in taken.items()
    }
    found.seconds = {name: statistics.median(times) for name, times in taken.items()} | {
        "python -c pass": statistics.median(bare)
    }
    last = ids_of(proposals)[0]
    found.processes["spine apply"] = _processes([sys.executable, "-m", "spine", "apply", last], folder, env)
    found.memory["spine apply"] = _megabytes(
        [sys.executable, "-m", "spine", "apply", ids_of(proposals)[1]], folder, env
    )


def _changed(diff: str) -> tuple[str, str]:
    lines = diff.split("\n")
    return (
        next(line for line in lines if line.startswith("-") and not line.startswith("---")),
        next(line for line in lines if line.startswith("+") and not line.startswith("+++")),
    )


def _queue(found: Landings, folder: Path, env: Mapping[str, str]) -> None:
    """`apply --queue` of many proposals on one binding, each its own commit."""
    text, name = (largest(), "the corpus' largest") if corpus.is_present() else (generated.binding(8_000), "generated")
    start = {"spine.yaml": SETTINGS, ".gitattributes": "proposals/** -text\n", PATH: text}
    make(folder, env, iter([Commit("start", start), Commit("propose", pending(text, QUEUE))]))
    before = int(git(folder, env, "rev-list", "--count", "HEAD"))
    command = [sys.executable, "-m", "spine", "apply", "--queue"]
    taken, memory = _measured(command, folder, env)
    landed = int(git(folder, env, "rev-list", "--count", "HEAD")) - before
    assert landed == QUEUE
    key = f"apply --queue: {QUEUE} proposals on one binding ({name}, {len(text):,} characters)"
    found.per_second[key] = landed / taken
    found.memory["spine apply --queue"] = memory


# ---- growth ---------------------------------------------------------------------------------------------------------


def _growth(found: Landings, place: Path, env: Mapping[str, str], rounds: int) -> None:
    """The exponent with which `apply` of one value grows with what the repository holds: 0 is not at all."""
    small = generated.binding(300)
    for what, sizes in {
        "commits": (100, 10_000, 100_000),
        "bindings": (10, 100, 1_000),
        "receipts": (100, 1_000, 10_000),
    }.items():
        times = []
        for size in sizes:
            folder = place / f"{what}-{size}"
            make(folder, env, _history(what, size, small, rounds))
            ids = [
                line.split("/")[-2]
                for line in git(folder, env, "ls-files", "proposals").split("\n")
                if "pending" in line
            ]
            taken = [_seconds([sys.executable, "-m", "spine", "apply", id_], folder, env) for id_ in ids]
            times.append(statistics.median(taken))
        found.growth[what] = _exponent(sizes, times)
        found.seconds |= {f"apply with {size:,} {what}": took for size, took in zip(sizes, times, strict=True)}


def _history(what: str, size: int, text: str, rounds: int) -> Iterator[Commit]:
    start = {"spine.yaml": SETTINGS, ".gitattributes": "proposals/** -text\n", PATH: text}
    if what == "bindings":
        start |= {f"bindings/part-{number % 37}/other-{number}.yaml": text for number in range(size)}
    yield Commit("start", start)
    if what == "commits":
        for number in range(size):
            yield Commit(f"note {number}", {f"notes/{number % 50}.md": f"note {number}\n"})
    if what == "receipts":
        yield from _landed(size)
    yield Commit(
        "propose", {path.replace("set-status", "pending"): said for path, said in _renamed(text, rounds).items()}
    )


def _renamed(text: str, count: int) -> dict[str, str]:
    return {path: said.replace("set-status", "pending") for path, said in pending(text, count).items()}


def _landed(count: int) -> Iterator[Commit]:
    """Receipts of proposals that landed long ago, on a binding of their own, a thousand months of them at most."""
    value = "value: 0\n"
    for number in range(count):
        moment = START - timedelta(days=900) + timedelta(minutes=130 * number)
        id_ = ProposalId.make(moment, f"old {number}")
        after = f"value: {number + 1}\n"
        written = write_proposal(
            Proposal(
                id=id_, title=f"Old {number}", author=AUTHOR, created=moment, base="0" * 40, why="it was so",
                files=(FileChange("bindings/old.yaml", _blob(value), _blob(after), spine.diff(value, after)),),
            )
        )  # fmt: skip
        receipt = write_receipt(
            Receipt(
                proposal=id_, digest=digest(written.encode()), onto="0" * 40, run=f"run{number}", landed=moment,
                by=AUTHOR, files=(Landed("bindings/old.yaml", _blob(value), _blob(after)),),
            )
        )  # fmt: skip
        folder = f"proposals/{id_.month}/{id_}"
        yield Commit(
            f"Old {number}\n\nSpine-Proposal: {id_}\nSpine-Digest: {digest(written.encode())}\n",
            {"bindings/old.yaml": after, f"{folder}/proposal.yaml": written, f"{folder}/receipt.yaml": receipt},
        )
        value = after


def _exponent(sizes: Sequence[int], times: Sequence[float]) -> float:
    """The slope of the times over the sizes, both as logarithms, by least squares."""
    xs, ys = [math.log(size) for size in sizes], [math.log(taken) for taken in times]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / sum((x - mx) ** 2 for x in xs)


# ---- processes ------------------------------------------------------------------------------------------------------


def _seconds(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - started


def _measured(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> tuple[float, float]:
    """Seconds, and the largest resident memory in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    taken = time.perf_counter() - started
    assert status == 0, status
    return taken, _resident(used)


def _resident(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / 1024


def _megabytes(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> float:
    return _measured(command, folder, env)[1]


def _processes(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> float:
    """How many times git was started."""
    real = next(f"{one}/git" for one in os.environ["PATH"].split(":") if os.access(f"{one}/git", os.X_OK))
    with tempfile.TemporaryDirectory() as place:
        log, shim = Path(place, "calls"), Path(place, "git")
        shim.write_text(f'#!/bin/sh\necho "$*" | head -1 >> {log}\nexec {real} "$@"\n')
        shim.chmod(0o755)
        _seconds(command, folder, {**env, "PATH": f"{place}:{os.environ['PATH']}"})
        return log.read_text().count("\n")


# ---- what is printed ------------------------------------------------------------------------------------------------


def report(found: Landings) -> str:
    """The table that `make bench` prints."""
    lines = [
        "Landings on 1.2 MB, 21,000 lines: whole processes, as ratios to `git apply --index && git commit` of the same"
    ]
    for name, ratio in found.ratios.items():
        goal = f"   goal <= {APPLY_GOAL:g}{_missed(ratio <= APPLY_GOAL)}" if name == "spine apply" else ""
        lines.append(f"  {name:<56}{ratio:>8.1f}   ({1000 * found.seconds[name]:.0f} ms){goal}")
    for name, count in found.processes.items():
        lines.append(f"  {name + ': git processes':<56}{count:>8.0f}")
    for name, rate in found.per_second.items():
        lines.append(f"  {name}: {rate:.1f} a second   goal >= {QUEUE_GOAL:g}{_missed(rate >= QUEUE_GOAL)}")
    for name, size in found.memory.items():
        lines.append(f"  {name + ': memory, MB':<56}{size:>8.0f}   goal <= {MEMORY_GOAL}{_missed(size <= MEMORY_GOAL)}")
    for what, exponent in found.growth.items():
        lines.append(
            f"  growth of `apply` with the number of {what:<20}{exponent:>8.2f}   goal <= {GROWTH_GOAL}"
            f"{_missed(exponent <= GROWTH_GOAL)}"
        )
    return "\n".join(lines)


def _missed(is_met: bool) -> str:
    return "" if is_met else "   MISSED"


def figures(found: Landings) -> dict[str, object]:
    """The same for programs; no absolute time, which would be the machine's."""
    return {
        "ratios": found.ratios, "git_processes": found.processes, "per_second": found.per_second,
        "memory_mb": found.memory, "growth": found.growth,
    }  # fmt: skip
