"""A ledger with hundreds of proposals, with loops, gaps and bindings, some hostile, made in two runs of fast-import.

All records are written by the pure functions that write them in production, and the blobs are real: every receipt
explains its commit, pending proposals can be planned, some of them conflict, and a few edits were made by hand.
"""

from __future__ import annotations

import hashlib
import random
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from spine.change.diff import diff
from spine.ids import GapId, ProposalId
from spine.records.gap import SEVERITIES, TYPES, Accepted, Closed, Gap, write_gap
from spine.records.proposal import FileChange, Proposal, digest, write_proposal
from spine.records.receipt import Landed, Receipt, write_receipt
from spine.records.withdrawal import Withdrawal, write_withdrawal

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
PEOPLE = ("Ada Author <ada@example.org>", "Ben Builder <ben@example.org>", "Cleo Cooper <cleo@example.org>")
SETTINGS = (
    'spine: settings/1\ngoverned: ["bindings/**/*.yaml", "spine.yaml"]\nlimits: {loop_days: 14}\n'
    + """\
audits:
  home:
    title: "The house beside the network <b>&"
    loop: LOOP-HOME-INFRA-DOC-PARITY-20260105
    columns: {old: "machine-1??", new: "machine-1???"}
    rows:
      Machines: {at: "bindings/vault.yaml#machines[]", name: name}
      Backups: {at: "bindings/backup.yaml#machines[]", name: name, where: {backup.enabled: true}}
      Nothing: {at: "bindings/not.there.yaml#machines[]"}
    rules: [{rule: old = all, rows: [Backups]}]
"""
)
AREAS = ("home-infra", "backup", "network", "observability", "vault", "storage", "media", "identity")
WORK = ("doc parity", "retrofit", "cutover", "cleanup", "restore drill", "inventory", "hardening", "migration")
VERBS = ("register", "rename", "move", "enable", "pause", "document", "resize", "retire")
THINGS = (
    "the pihole replica",
    "nightly snapshots",
    "the edge gateway",
    "VM profiles",
    "probe targets",
    "DNS for the house",
)

SCRIPT = "<script>document.title = 'owned'</script>"
ENDINGS = "</title></details></pre></style><!-- <![CDATA["
TEAM = "@team please <b>approve</b> &lt;now&gt; &amp; {{ 7 * 7 }} {% raw %}"
OSC = "\x1b]0;owned\x07 and \x1b[2J"
BIDI = "see \u202egnp.exe\u202c and zero\u200bwidth"
HOSTILE = (SCRIPT, ENDINGS, TEAM, OSC, BIDI)


@dataclass
class Made:
    """What was made: the repository, and the ids by kind, hostile ones apart."""

    path: Path
    proposals: list[str] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    bindings: list[str] = field(default_factory=list)
    hostile: list[str] = field(default_factory=list)


class Stream:
    """Commits for `git fast-import`, each with a clock that goes on."""

    def __init__(self, moment: datetime, base: str | None = None) -> None:
        self.parts: list[bytes] = []
        self.moment, self.base = moment, base

    def commit(self, who: str, message: str, files: Mapping[str, str]) -> None:
        when = f"{who} {int(self.moment.timestamp())} +0000"
        said = message.encode()
        self.parts.append(f"commit refs/heads/main\nauthor {when}\ncommitter {when}\n".encode())
        self.parts.append(b"data %d\n%s\n" % (len(said), said))
        if self.base is not None:
            self.parts.append(f"from {self.base}\n".encode())
            self.base = None
        for path, text in files.items():
            data = text.encode()
            self.parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))

    def run(self, folder: Path, env: Mapping[str, str]) -> str:
        """Import all, and give the tip."""
        words = ["git", "-C", str(folder)]
        subprocess.run([*words, "fast-import", "--quiet"], input=b"".join(self.parts), env=env, check=True)
        done = subprocess.run([*words, "rev-parse", "main"], env=env, check=True, capture_output=True, text=True)
        return done.stdout.strip()


def make_ledger(
    folder: Path, env: Mapping[str, str], *, proposals: int = 300, entries: int = 30, long: str = "", seed: int = 7
) -> Made:
    """Make the repository in a new folder; `long` is one more binding, untouched by proposals."""
    chance = random.Random(seed)
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], env=env, check=True)
    made = Made(folder)
    texts = {f"bindings/{area.replace('-', '.')}.yaml": _binding(area, entries, chance) for area in AREAS}
    texts["bindings/odd names/b & 'quoted' #1.yaml"] = _hostile_binding()
    if long:
        texts["bindings/long.yaml"] = long
    made.bindings = sorted(texts)
    made.loops = [f"LOOP-{area.upper()}-{WORK[n % len(WORK)].upper().replace(' ', '-')}-202601{n % 20 + 5:02}"
                  for n, area in enumerate((*AREAS, *AREAS[:4]))]  # fmt: skip
    made.gaps = [f"GAP-OP-{n + 101}" for n in range(40)]
    start = Stream(START)
    start.commit(PEOPLE[0], "the bindings as they are", texts)
    start.moment += timedelta(hours=1)
    scopes = {f"loops/{loop}.scope.md": _loop(loop, n, made) for n, loop in enumerate(made.loops)}
    gaps = {f"gaps/{gap}.yaml": write_gap(_gap(gap, n, made, chance)) for n, gap in enumerate(made.gaps)}
    # Governed from here on; loops and gaps are not, so they may simply be there.
    start.commit(PEOPLE[0], "adopt spine", {"spine.yaml": SETTINGS, ".gitattributes": "proposals/** -text\n"})
    start.commit(PEOPLE[0], "loops and gaps", {**scopes, **gaps})
    base = start.run(folder, env)
    _History(made, dict(texts), base, chance, env).write(proposals)
    subprocess.run(["git", "-C", str(folder), "reset", "-q", "--hard"], env=env, check=True)
    return made


class _History:
    def __init__(
        self, made: Made, texts: dict[str, str], base: str, chance: random.Random, env: Mapping[str, str]
    ) -> None:
        self.made, self.texts, self.base, self.chance, self.env = made, texts, base, chance, env
        self.at_base = dict(texts)
        self.stream = Stream(START + timedelta(days=1), base)
        self.landed: list[Proposal] = []

    def write(self, count: int) -> None:
        for number in range(count):
            self.stream.moment += timedelta(minutes=self.chance.randrange(30, 500))
            kind = number % 20
            if kind == 3:
                self.pending(number, conflicts=number % 40 == 3)
            elif kind == 7:
                self.withdrawn(number)
            elif kind == 11 and self.landed:
                self.undo(number)
            elif kind == 13:
                self.superseding(number)
            else:
                self.landing(number)
            if number % 50 == 20:
                self.by_hand(number)
        self.stream.run(self.made.path, self.env)

    # -- what can happen ----------------------------------------------------------------------------------------------

    def landing(self, number: int) -> None:
        path, after = self.changed(number, self.texts)
        proposal = self.proposal(number, path, self.texts[path], after)
        self.land(proposal, path, after)

    def land(self, proposal: Proposal, path: str, after: str) -> None:
        before, self.texts[path] = self.texts[path], after
        written = write_proposal(proposal)
        folder = folder_of(proposal.id)
        receipt = Receipt(
            proposal.id, digest(written.encode()), self.base, f"run{len(self.landed)}", self.stream.moment,
            self.chance.choice(PEOPLE), (Landed(path, blob(before), blob(after)),),
            ("already there: nothing",) if len(self.landed) % 30 == 1 else (),
        )  # fmt: skip
        trailers = f"Spine-Proposal: {proposal.id}\nSpine-Digest: {receipt.digest}"
        files = {path: after, f"{folder}/proposal.yaml": written, f"{folder}/receipt.yaml": write_receipt(receipt)}
        title = proposal.title.encode("utf-8", "replace").decode().replace("\x1b", "").replace("\x07", "")
        self.stream.commit(receipt.by, f"{title}\n\n{trailers}\n", files)
        self.landed.append(proposal)

    def pending(self, number: int, *, conflicts: bool) -> None:
        texts = self.at_base if conflicts else self.texts
        path, after = self.changed(number, texts, first=conflicts)
        self.file(self.proposal(number, path, texts[path], after))

    def withdrawn(self, number: int) -> None:
        path, after = self.changed(number, self.texts)
        proposal = self.proposal(number, path, self.texts[path], after)
        why = f"not needed any more {HOSTILE[number % len(HOSTILE)]}"
        record = write_withdrawal(Withdrawal(proposal.id, PEOPLE[1], self.stream.moment, why))
        self.file(proposal, {f"{folder_of(proposal.id)}/withdrawn.yaml": record})

    def superseding(self, number: int) -> None:
        path, after = self.changed(number, self.texts)
        old = self.proposal(number, path, self.texts[path], after)
        self.file(old)
        self.stream.moment += timedelta(minutes=5)
        new = self.proposal(number, path, self.texts[path], after, supersedes=(str(old.id),))
        self.land(new, path, after)

    def undo(self, number: int) -> None:
        """Takes the last landing back; it was a change of one file, and nothing landed since."""
        old = self.landed[-1]
        (file,) = old.files
        before = self.before_last
        after = {file.path: before}[file.path]
        proposal = self.proposal(number, file.path, self.texts[file.path], after, undoes=str(old.id))
        self.land(proposal, file.path, after)

    def by_hand(self, number: int) -> None:
        path, after = self.changed(number, self.texts)
        self.texts[path] = after
        self.stream.moment += timedelta(minutes=3)
        self.stream.commit("Eve Editor <eve@example.org>", f"tiny fix {number}", {path: after})

    # -- its parts ----------------------------------------------------------------------------------------------------

    def file(self, proposal: Proposal, more: Mapping[str, str] = {}) -> None:
        written = {f"{folder_of(proposal.id)}/proposal.yaml": write_proposal(proposal)}
        self.stream.commit(PEOPLE[2], f"propose {proposal.id}", {**written, **more})

    def changed(self, number: int, texts: Mapping[str, str], *, first: bool = False) -> tuple[str, str]:
        """A binding, and its text with one or two entries changed, or one added."""
        path = self.made.bindings[0] if first else self.chance.choice([one for one in texts if "long" not in one])
        text = texts[path]
        if first:
            after = text.replace("\n    status: ", f"\n    status: conflicting-{number}  # was ", 1)
        elif "odd" in path:
            after = text.rstrip("\n") + f'\n  - id: n{number}\n    says: "{number} {_quoted(HOSTILE[number % 5])}"\n'
        elif number % 4 == 0:
            after = (
                text.rstrip("\n")
                + f"\n\n  # added in January, see {self.made.gaps[number % 40]}\n"
                + _entry(1000 + number, self.chance)
            )
        else:
            lines = text.split("\n")
            places = [n for n, line in enumerate(lines) if line.startswith("    status: ")]
            for at in sorted(
                {self.chance.choice(places), places[0] if number % 9 == 0 else self.chance.choice(places)}
            ):
                lines[at] = f"    status: {self.chance.choice(('active', 'paused', 'planned', 'retired'))}-{number}"
            after = "\n".join(lines)
        self.before_last = text
        return path, after

    def proposal(self, number: int, path: str, before: str, after: str, **links: object) -> Proposal:
        words = f"{self.chance.choice(VERBS)} {self.chance.choice(THINGS)}"
        made = self.made
        title = f"{words} {HOSTILE[number % len(HOSTILE)]}" if number % 25 == 0 else words.capitalize()
        id_ = ProposalId.make(self.stream.moment, words)
        made.proposals.append(str(id_))
        if number % 25 == 0:
            made.hostile.append(str(id_))
        loop = made.loops[number % len(made.loops)] if number % 5 else None
        gap = made.gaps[number % len(made.gaps)]
        return Proposal(
            id=id_,
            title=title,
            author=self.chance.choice(PEOPLE),
            created=self.stream.moment,
            files=(
                FileChange(
                    path, blob(before), blob(after), diff(before, after), why=f"see {gap}" if number % 6 else None
                ),
            ),
            base=self.base,
            why=None
            if number % 3 == 2
            else f"The old value was wrong since January.\n\nFound while at it: {gap}. {HOSTILE[number % 5]}",
            loop=loop,
            registers=(gap,) if number % 7 == 1 else (),
            closes=(gap,) if number % 11 == 1 else (),
            **links,  # type: ignore[arg-type]
        )


def blob(text: str) -> str:
    """The id that git gives these bytes."""
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def folder_of(id_: ProposalId) -> str:
    return f"proposals/{id_.month}/{id_}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\x1b", "\\e").replace("\x07", "\\a")


def _binding(area: str, entries: int, chance: random.Random) -> str:
    head = f'# What runs in {area}. One entry a machine.\nversion: 1.10\nupdated: "2026-01-05"\nowner: infra-core\n'
    head += "\nmachines:\n"
    return head + "\n".join(_entry(n + 100, chance) for n in range(entries)) + "\n"


def _entry(number: int, chance: random.Random) -> str:
    note = f"    notes: |\n      Moved here in January.\n      It has {number} GB.\n" if number % 5 == 0 else ""
    tags = ", ".join(chance.sample(("prod", "home", "edge", "lab", "nightly"), 2))
    return (
        f"  - vmid: {number}\n    name: machine-{number}  # see the rack plan\n    status: active\n    tags: [{tags}]\n"
        f"    backup: {{enabled: {chance.choice(('true', 'false'))}, target: nas-0{number % 3}}}\n{note}"
    )


def _hostile_binding() -> str:
    lines = [f'  - id: h{n}\n    says: "{_quoted(text)}"\n' for n, text in enumerate(HOSTILE)]
    return f"# {SCRIPT} {ENDINGS} {TEAM} {BIDI}\nversion: 1\nitems:\n" + "".join(lines)


def _gap(id_: str, number: int, made: Made, chance: random.Random) -> Gap:
    status = ("open", "open", "accepted", "closed")[number % 4]
    who, moment = PEOPLE[number % 3], START + timedelta(days=number)
    title = f"{THINGS[number % len(THINGS)]} is not covered"
    if number % 10 == 0:
        title += f" {HOSTILE[number // 10 % len(HOSTILE)]}"
        made.hostile.append(id_)
    return Gap(
        id=GapId(id_),
        title=title,
        type=TYPES[number % len(TYPES)],
        severity=SEVERITIES[chance.randrange(len(SEVERITIES))],
        status=status,
        found=moment.date(),
        loop=made.loops[number % len(made.loops)] if number % 6 else None,
        blocks=(f"{made.loops[number % len(made.loops)]}#{number % 3 + 1}",) if number % 5 == 0 else (),
        accepted=Accepted(moment, who, "known, and cheap to live with") if status == "accepted" else None,
        closed=Closed(moment, who, (f"{made.loops[0]}#1",)) if status == "closed" else None,
        description=f"Seen on two hosts.\n\n  detail {number}: {HOSTILE[number % 5]}\n" if number % 2 else None,
    )


def _loop(id_: str, number: int, made: Made) -> str:
    status = "closed" if number % 3 == 0 else "open"
    end = "closed: 2026-01-30\n" if status == "closed" else ""
    mark = "x" if status == "closed" else " "
    words = id_.removeprefix("LOOP-").rpartition("-")[0].replace("-", " ").capitalize()
    gap = made.gaps[number % len(made.gaps)]
    if number % 4 == 0:
        made.hostile.append(id_)
    hostile = "\n".join(HOSTILE) if number % 4 == 0 else ""
    return f"""\
---
loop_id: {id_}
status: {status}
severity: {("high", "medium", "low")[number % 3]}
owner: "@ronny"
opened: 2026-01-{number % 20 + 5:02}
{end}checks:
  1: {{at: "bindings/backup.yaml#machines[].status", is: active}}
---

# Loop Scope: {words}

## Goal

Every machine of the site is in the bindings, with **backup** and probes; what is missing is a gap.
See [the plan](../docs/plan.md), <https://example.org/plan> and [odd](javascript:alert(1)).

## Problem / Current State

- The inventory and the bindings differ in `{number + 3}` places ({gap}).
- ![chart](https://example.org/chart.png)
{hostile}

| Surface | Documented | Running | Parity |
|---|---:|---:|---:|
| Machines | {number + 12} | {number + 14} | {100 - number * 3}% |
| Stacks | 9 | 9 | 100% |
| Probes | 4 | {number + 6} | {60 - number}% |

## Success Criteria

1. [x] Every machine has an entry
2. [{mark}] Backups run nightly and are restored once a month
3. [~] Probes watch every service (deferred: {gap})
4. [{mark}] The runbook names an owner

## Phases

### P1: Inventory — DONE

- [x] read the hypervisors
- [x] compare with the bindings

### P2: Backups

- [{mark}] enable the missing targets
- [ ] restore one of each kind

```yaml
machines:
  - vmid: 100   # a long line in a fence, which has to wrap, as nobody scrolls sideways on paper or a telephone
```

## Remaining Work

- probes for the edge ({gap})

## Receipts

- Gap: {gap} (registered)
"""
