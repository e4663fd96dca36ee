"""What spine's hooks cost a commit, as whole processes against `python -c pass`, interleaved.

A ledger of 20 bindings, 300 landed proposals, 30 loops and 100 gaps. One commit touches nothing governed; one brings a
proposal, a loop and a gap; one is a landing of three files as `git commit` would make it.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 15
GOALS = {"nothing governed": 60.0, "three files": 150.0, "a landing": 150.0}  # milliseconds over `python -c pass`
PROPOSALS, LOOPS, GAPS, BINDINGS = 300, 30, 100, 20
HOOKS = (("guard",), ("validate",), ("commit-msg", ".git/COMMIT_EDITMSG"))

_PROPOSAL = """\
spine: proposal/1
id: {id}
title: change {number}
why: |
  a reason for number {number}
author: Ada Author <ada@example.org>
created: 2026-02-12T08:06:01Z
files:
  - path: {path}
    ops:
      - set: vms[vmid=100].status
        from: {old}
        to: {new}
    base: {base}
    result: {result}
base: {commit}
"""
_RECEIPT = """\
spine: receipt/1
proposal: {id}
digest: sha256:{digest}
onto: {commit}
run: bench
landed: 2026-02-12T13:24:52Z
by: Ada Author <ada@example.org>
files:
  - {{path: {path}, before: {base}, after: {result}}}
"""
_LOOP = """\
---
loop_id: {id}
status: open
opened: 2026-02-12
---
# {id}

## Goal
Something.

## Success Criteria
- [ ] one
- [x] two
"""
_GAP = """\
spine: gap/1
id: {id}
title: a gap
type: runtime-bug
severity: low
status: open
loop: LOOP-BENCH-0-20260212
found: 2026-02-12
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """One hook in one situation: medians of the rounds, in milliseconds over `python -c pass` and as a ratio to it."""

    situation: str
    hook: str
    over: float
    ratio: float


def measure(rounds: int = ROUNDS) -> list[Cost]:
    """Time every hook in every situation."""
    with tempfile.TemporaryDirectory(prefix="spine-bench-") as folder:
        house = _House(Path(folder))
        costs = []
        for situation in GOALS:
            house.stage(situation)
            for hook in HOOKS:
                line = [sys.executable, "-m", "spine", "hooks", "run", *hook]
                house.run(line)  # which also remembers what the next run may rely on
                costs.append(_cost(house, situation, hook[0], line, rounds))
        return costs


def _cost(house: _House, situation: str, hook: str, line: list[str], rounds: int) -> Cost:
    bare, taken = [], []
    for _ in range(rounds):
        bare.append(house.run([sys.executable, "-c", "pass"]))
        taken.append(house.run(line))
    over = statistics.median(a - b for a, b in zip(taken, bare, strict=True)) * 1000
    return Cost(situation, hook, over, statistics.median(a / b for a, b in zip(taken, bare, strict=True)))


class _House:
    """The repository that the hooks run in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        root = str(Path(__file__).resolve().parents[1])
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": root}
        self.env |= {
            f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)  # as for everybody who has installed it
        self.git("init", "-q", "-b", "main")
        self.write("spine.yaml", "spine: settings/1\n")
        self.write(".gitattributes", "proposals/** -text\n")
        for number in range(BINDINGS):
            rows = "".join(f"  - vmid: {100 + row}\n    name: vm{row}\n    status: s0\n" for row in range(50))
            self.write(f"bindings/b{number}.yaml", f"vms:\n{rows}")
        self.write("notes.md", "notes\n")
        for number in range(LOOPS):
            self.loop(f"LOOP-BENCH-{number}-20260212")
        for number in range(1, GAPS + 1):
            self.gap(f"GAP-OP-{number:03}")
        self.git("add", "-A")
        self.git("commit", "-qm", "start")
        self.start = self.git("rev-parse", "HEAD")
        for number in range(PROPOSALS):
            self.propose(number, f"bindings/b{number % BINDINGS}.yaml", landed=True)
        self.git("add", "-A")
        self.git("commit", "-qm", "what landed")

    def stage(self, situation: str) -> None:
        """Stage what a commit of that kind has, and write its message."""
        self.git("reset", "-q", "--hard")
        message = "a subject\n\nA body.\n"
        if situation == "nothing governed":
            self.write("notes.md", "other notes\n")
        elif situation == "three files":
            self.propose(PROPOSALS, "bindings/b0.yaml", landed=False)
            self.loop("LOOP-BENCH-NEW-20260212")
            self.gap("GAP-OP-900")
            message += "\nSpine-Loop: LOOP-BENCH-NEW-20260212\n"
        else:
            id_ = self.propose(PROPOSALS, "bindings/b0.yaml", landed=True)
            message += f"\nSpine-Proposal: {id_}\n"
        self.git("add", "-A")
        (self.path / ".git/COMMIT_EDITMSG").write_text(message, "utf-8")

    def propose(self, number: int, path: str, *, landed: bool) -> str:
        """A proposal that changes one value of a binding; landed, the binding has it, and there is a receipt."""
        text = (self.path / path).read_text("utf-8")
        old = text.split("status: ", 1)[1].split("\n", 1)[0]
        new = f"s{number + 1}"
        after = text.replace(f"status: {old}", f"status: {new}", 1)
        id_ = f"CP-20260212-{number // 3600:02}{number // 60 % 60:02}{number % 60:02}__change-{number}"
        folder = f"proposals/2026-02/{id_}"
        facts = {"id": id_, "path": path, "base": _blob(text), "result": _blob(after), "commit": self.start}
        said = _PROPOSAL.format(number=number, old=old, new=new, **facts)
        self.write(f"{folder}/proposal.yaml", said)
        if landed:
            self.write(
                f"{folder}/receipt.yaml", _RECEIPT.format(digest=hashlib.sha256(said.encode()).hexdigest(), **facts)
            )
            self.write(path, after)
        return id_

    def loop(self, id_: str) -> None:
        self.write(f"loops/{id_}.scope.md", _LOOP.format(id=id_))

    def gap(self, id_: str) -> None:
        self.write(f"gaps/{id_}.yaml", _GAP.format(id=id_))

    def write(self, path: str, text: str) -> None:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.path, env=self.env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def run(self, line: list[str]) -> float:
        """Seconds of one process, which has to end well."""
        started = time.perf_counter()
        done = subprocess.run(line, cwd=self.path, env=self.env, capture_output=True, text=True, check=False)
        taken = time.perf_counter() - started
        assert done.returncode == 0, f"{' '.join(line)}: {done.stdout}{done.stderr}"
        return taken


def _blob(text: str) -> str:
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def report(costs: list[Cost]) -> str:
    """The table that `make bench` prints."""
    out = [
        f"hooks: ms over python -c pass, and ratio to it (medians of {ROUNDS} rounds; {BINDINGS} bindings, "
        f"{PROPOSALS} proposals, {LOOPS} loops, {GAPS} gaps)"
    ]
    for cost in costs:
        goal = GOALS[cost.situation]
        kept = "" if cost.over <= goal else "   above the goal"
        out.append(
            f"  {cost.situation:17} {cost.hook:11} {cost.over:6.0f} ms {cost.ratio:6.1f} x   (≤ {goal:.0f} ms){kept}"
        )
    return "\n".join(out)


def figures(costs: list[Cost]) -> dict[str, object]:
    """The same for programs."""
    return {f"{one.situation}, {one.hook}": {"over_ms": one.over, "ratio": one.ratio} for one in costs}
