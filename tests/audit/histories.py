"""Honest histories: bindings as people keep them, changed by proposals, by hand with a record, and joined in every way.

`Writer(bench, seed)` makes one; each step is drawn from the seed. What it makes is true: `verify` has to say yes.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from spine.actions.absorb import absorb
from spine.actions.apply import Applied, apply
from spine.actions.propose import Wanted
from spine.actions.sources import WorkTree
from spine.actions.undo import undo
from spine.errors import SpineError
from tests.actions.conftest import Bench

SETTINGS = """\
spine: settings/1
governed: ["bindings/**/*.yaml", "spine.yaml"]
merge:
  "*#updated": newest
  "bindings/net.yaml#count": "recount(nets)"
"""
START = {
    "bindings/vm.yaml": """\
# The machines of the house.
# Kept by hand until now.

version: 1
updated: "2026-02-01"

vms:
  # the first one
  - vmid: 100
    name: web
    commit: 8e66283
    ports: [80, 443]
    command: [run, --fast, "on"]

  - vmid: 101
    name: dns
    status: stopped  # the import is pending
    notes: |
      first line
      second line # no comment
      third line

  # storage
  - {vmid: 102, name: nas, status: running}

# the end
""",
    "bindings/net.yaml": "count: 2\nnets:\n- id: lan\n  cidr: 10.0.0.0/24\n- id: iot\n  cidr: 10.0.1.0/24\n",
    "docs/notes.md": "".join(f"line {n}\n" for n in range(12)),
}
WORDS = "alpha beta gamma delta epsilon zeta eta theta kappa lambda".split()
Edit = Callable[[random.Random, str, int], str | None]


def set_scalar(chance: random.Random, text: str, number: int) -> str | None:
    """Another value for one key on a line of its own."""
    lines = text.split("\n")
    at = [n for n, line in enumerate(lines) if line.strip().startswith(("status:", "cidr:", "version:", "commit:"))]
    if not at:
        return None
    n = chance.choice(at)
    head, _, rest = lines[n].partition(": ")
    comment = f"  {rest[rest.index('#') :]}" if " #" in rest else ""
    token = chance.choice([f"8e{66283 + number}", f"v{number}", f'"{number}"', "~", f"1.{number}0", "no"])
    lines[n] = f"{head}: {token}{comment}"
    return "\n".join(lines)


def stamp(chance: random.Random, text: str, number: int) -> str | None:
    """The header field that everybody touches."""
    if "updated:" not in text:
        return None
    lines = [
        f'updated: "2026-03-{number % 28 + 1:02}"' if line.startswith("updated:") else line for line in text.split("\n")
    ]
    return "\n".join(lines)


def add_item(chance: random.Random, text: str, number: int) -> str | None:
    """A new item, with a comment or without, somewhere in the list."""
    if "nets:" in text:
        text = text.replace(f"count: {text.count('- id:')}\n", f"count: {text.count('- id:') + 1}\n")
        new = f"- id: net{number}\n  cidr: 10.9.{number}.0/24\n"
        at = chance.choice([n for n in range(len(text)) if text.startswith("- id:", n)] + [len(text)])
        return text[:at] + new + text[at:]
    marks = [n for n in range(len(text)) if text.startswith(("\n  - vmid: 101", "\n\n# the end"), n)]
    if not marks:
        return None
    at = chance.choice(marks)
    lead = f"  # number {number}\n" if chance.random() < 0.5 else ""
    new = f"{lead}  - vmid: {200 + number}\n    name: {chance.choice(WORDS)}-{number}\n    status: new\n"
    return (
        text[:at] + "\n" + new.rstrip("\n") + text[at:]
        if text.startswith("\n\n# the", at)
        else (text[: at + 1] + new + "\n" + text[at + 1 :])
    )


def remove_item(chance: random.Random, text: str, number: int) -> str | None:
    """One of the items that were added goes."""
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if line.startswith("  - vmid: 2")]
    if not starts:
        return None
    first = chance.choice(starts)
    last = first + 1
    while last < len(lines) and lines[last].startswith("    "):
        last += 1
    if lines[first - 1].startswith("  # number"):
        first -= 1
    if last < len(lines) and not lines[last]:
        last += 1
    return "\n".join(lines[:first] + lines[last:])


def items(chance: random.Random, text: str, number: int) -> str | None:
    """The command of a machine, which is a sequence; or its ports, which are a set."""
    if "command: [" not in text:
        return None
    if chance.random() < 0.5:
        return (
            text.replace("command: [", f"command: [w{number}, ")
            if chance.random() < 0.5
            else text.replace(', "on"]', f', "on", x{number}]')
        )
    return text.replace("ports: [80", f"ports: [{8000 + number}, 80")


def comment(chance: random.Random, text: str, number: int) -> str | None:
    """A comment comes, changes or goes."""
    options = [
        ("# the first one", f"# the first one, {number}"),
        ("  # the import is pending", ""),
        ("name: web\n", f"name: web  # seen {number}\n"),
        ("# Kept by hand until now.", f"# Kept by {chance.choice(WORDS)}."),
    ]
    old, new = chance.choice(options)
    return text.replace(old, new, 1) if old in text else None


def block(chance: random.Random, text: str, number: int) -> str | None:
    """A line of a text of several lines."""
    old, new = chance.choice([("first line", f"first {number}"), ("third line", f"third {number}")])
    return text.replace(old, new, 1) if old in text else None


def rename(chance: random.Random, text: str, number: int) -> str | None:
    """A key, or what an item is known by."""
    old, new = chance.choice([("- id: iot", f"- id: iot{number}"), ("version:", "edition:"), ("edition:", "version:")])
    return text.replace(old, new, 1) if old in text else None


def respell(chance: random.Random, text: str, number: int) -> str | None:
    """Formatting beside a value: quotes, blank lines."""
    out = set_scalar(chance, text, number)
    return out.replace("vms:\n", "vms:\n\n", 1) if out is not None and "vms:\n  #" in out else out


EDITS: tuple[Edit, ...] = (
    set_scalar,
    set_scalar,
    stamp,
    add_item,
    add_item,
    remove_item,
    items,
    comment,
    block,
    rename,
    respell,
)


@dataclass
class Writer:
    """One history being made; `made` counts its steps by kind."""

    bench: Bench
    seed: int
    made: Counter[str] = field(default_factory=Counter)
    landed: list[str] = field(default_factory=list)
    number: int = 0
    branch: str = ""
    is_aside: bool = False

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        for path, text in {**START, "spine.yaml": SETTINGS}.items():
            self.bench.write(path, text)
        self.bench.run("add", "-A")
        self.bench.run("commit", "-q", "--amend", "-m", "start")

    def run(self, steps: int) -> None:
        """Make so many steps, each of a kind that the seed draws."""
        kinds = [self.land, self.land, self.late, self.late, self.late, self.two_files, self.undo, self.absorb]
        kinds += [
            self.join,
            self.join,
            self.join,
            self.rebase,
            self.pick,
            self.amend,
            self.text,
            self.by_hand_elsewhere,
        ]
        for _ in range(steps):
            kind = self.chance.choice(kinds)
            if kind():
                self.made[kind.__name__] += 1
            self.clean()

    def clean(self) -> None:
        self.bench.run("reset", "-q", "--hard")
        self.bench.run("clean", "-qfd")

    def edit(self, path: str) -> bool:
        """Change one binding, in one to three ways."""
        text = was = self.bench.read(path)
        for _ in range(self.chance.randint(1, 3)):
            self.number += 1
            text = self.chance.choice(EDITS)(self.chance, text, self.number) or text
        self.bench.write(path, text)
        return text != was

    def land(self) -> bool:
        """One proposal."""
        paths = ["bindings/vm.yaml"] if self.is_aside else ["bindings/vm.yaml", "bindings/vm.yaml", "bindings/net.yaml"]
        return self.edit(self.chance.choice(paths)) and self.propose_and_apply()

    def late(self) -> bool:
        """Several proposals from one commit, which land one after the other, as far as they fit."""
        made: list[str] = []
        for _ in range(self.chance.randint(2, 3)):
            changed = [self.edit(path) for path in ("bindings/vm.yaml", "bindings/net.yaml")]
            try:
                made += [self.bench.propose(f"late {self.number}").proposal.id] if any(changed) else []
            except SpineError:
                self.bench.run("checkout", "-q", "--", "bindings")
        done = 0
        for id_ in made:
            try:
                done += isinstance(apply(self.bench.work, id_), Applied)
            except SpineError:
                continue
        return done > 1

    def two_files(self) -> bool:
        """One proposal for two bindings."""
        changed = [self.edit(path) for path in ("bindings/vm.yaml", "bindings/net.yaml")]
        return any(changed) and self.propose_and_apply()

    def propose_and_apply(self) -> bool:
        try:
            id_ = self.bench.propose(f"change {self.number}").proposal.id
            self.bench.apply(id_)
        except SpineError:
            self.clean()
            return False
        self.landed.append(id_)
        return True

    def text(self) -> bool:
        """A proposal for a text that is no binding."""
        self.number += 1
        path = "docs/notes.md"
        lines = self.bench.read(path).split("\n")
        lines[self.chance.randrange(len(lines) - 1)] = f"changed {self.number}"
        self.bench.write(path, "\n".join(lines))
        try:
            id_ = self.bench.propose(f"text {self.number}", WorkTree((path,))).proposal.id
            self.bench.apply(id_)
        except SpineError:
            return False
        return True

    def undo(self) -> bool:
        """One of those that landed is taken back."""
        if not self.landed:
            return False
        try:
            made = undo(self.bench.work, self.landed.pop(self.chance.randrange(len(self.landed))))
            self.bench.apply(made.proposal.id)
        except SpineError:
            return False
        return True

    def absorb(self) -> bool:
        """Commits by hand, recorded afterwards."""
        start = self.bench.tip()
        for _ in range(self.chance.randint(1, 2)):
            if self.edit("bindings/vm.yaml"):
                self.bench.run("commit", "-qam", f"by hand {self.number}")
        if self.bench.tip() == start:
            return False
        try:
            absorb(self.bench.work, f"{start}..HEAD", Wanted(title=f"recorded {self.number}"))
        except SpineError:
            self.bench.run("reset", "-q", "--hard", start)
            return False
        return True

    def by_hand_elsewhere(self) -> bool:
        """A commit by hand to what nobody governs."""
        self.number += 1
        self.bench.commit(f"docs {self.number}", **{f"docs/{self.number}.md": "text\n"})
        return True

    def side(self, count: int) -> bool:
        """A branch with landings of its own, and one on main meanwhile."""
        self.number += 1
        self.bench.run("switch", "-q", "-c", f"side{self.number}")
        self.is_aside = True  # git merges by line, so that a counter of both sides would come out wrong
        name = f"side{self.number}"
        done = [self.land() for _ in range(count)]
        self.clean()
        self.bench.run("switch", "-q", "main")
        if self.chance.random() < 0.7:
            self.land()
            self.clean()
        self.is_aside = False
        self.branch = name
        return any(done)

    def git(self, *words: str) -> bool:
        """A git command that may end in a conflict, which is then given up."""
        try:
            self.bench.run(*words)
        except AssertionError:
            for what in ("merge", "rebase", "cherry-pick"):
                try:
                    self.bench.run(what, "--abort")
                except AssertionError:
                    continue
            self.bench.run("reset", "-q", "--hard")
            return False
        return True

    def join(self) -> bool:
        """A merge, or a squash into one commit."""
        if not self.side(self.chance.randint(1, 3)):
            return False
        if self.chance.random() < 0.5:
            return self.git("merge", "-q", "--no-ff", "-m", f"join {self.branch}", self.branch)
        if not self.git("merge", "-q", "--squash", self.branch):
            return False
        self.bench.run("commit", "-qm", f"squashed {self.branch}")
        return True

    def rebase(self) -> bool:
        """A branch is rebased onto main, which takes it."""
        if not self.side(self.chance.randint(1, 2)):
            return False
        if not self.git("rebase", "-q", "main", self.branch):
            self.bench.run("switch", "-q", "main")
            return False
        self.bench.run("switch", "-q", "main")
        return self.git("merge", "-q", "--ff-only", self.branch)

    def pick(self) -> bool:
        """The last landing of a branch is taken alone."""
        return self.side(1) and self.git("cherry-pick", self.branch)

    def amend(self) -> bool:
        """A landing's message gets another line in front of its trailers."""
        if not self.land():
            return False
        message = self.bench.run("log", "-1", "--format=%B")
        subject, _, rest = message.partition("\n")
        self.bench.run("commit", "-q", "--amend", "-m", f"{subject}, amended\n{rest}".strip())
        return True
