"""What hostile input may do: be refused, with one error that has a place, or be shown as harmless text (DESIGN §9).

The attacks are files, see `cases.py`; here stands what each door means and what is demanded behind it. A refusal leaves
every byte of the repository, `.git` included, as it was; nothing takes more than two seconds and 200 MB.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from everything import everything

from spine.printable import has_unsafe
from tests.cli.conftest import ERROR, Done, House
from tests.hostile.cases import Case, cases
from tests.hostile.conftest import ID

ALL = cases()
SECONDS = 2.0
MEGABYTES = 200
# The first of each door's cases stay in `make test`; all of them run in `make check`.
QUICK = 3
FOLDER = f"proposals/2026-02/{ID}"
PROPOSAL = f"""\
spine: proposal/1
id: {ID}
title: hostile
why: because
author: Eve <eve@example.org>
created: 2026-02-12T08:06:01Z
files:
  - path: %s
    content: "x\\n"
    base: null
    result: @X@
base: @BASE@
"""
# The peak is asked of the process itself: what getrusage knows begins with that of the process it was started from.
MEASURED = """
import json, os, resource, sys
from spine.cli.boundary import run
code = run(sys.argv[1:])
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
seconds = sum(one.ru_utime + one.ru_stime for one in spent)
print(json.dumps({"code": code, "seconds": seconds, "kilobytes": peak}), file=sys.stderr)
"""
LOOKERS = (
    ("list",), ("status",), ("log",), ("validate",), ("check",), ("overlaps",), ("gap", "list"), ("loop", "list"),
    ("doctor",),
)  # fmt: skip


def marked() -> Iterator[object]:
    seen: dict[str, int] = {}
    for case in ALL:
        seen[case.door] = seen.get(case.door, 0) + 1
        slow = seen[case.door] > QUICK or case.is_heavy
        yield pytest.param(case, id=case.name, marks=[pytest.mark.slow] if slow else [])


@dataclass
class Attack:
    """One case at its door."""

    case: Case
    house: House
    inside: Callable[..., Done]
    canary: Path
    commands: list[tuple[str, ...]] = field(default_factory=list)
    lookers: list[tuple[str, ...]] = field(default_factory=list)
    stdin: bytes = b""

    def filled(self, data: bytes) -> bytes:
        """The placeholders' values."""
        if b"@" not in data[:100_000] + data[-1_000:]:
            return data
        known = {
            "@BASE@": self.house.tip(),
            "@VM@": self.house.tip("HEAD:bindings/vm.yaml"),
            "@X@": "587be6b4c3f93f93c489c0111bba5596147a26cb",
            "@CANARY@": str(self.canary),
            "@REPO@": str(self.house.path),
        }
        for mark, value in known.items():
            data = data.replace(mark.encode(), value.encode())
        return data

    def prepare(self) -> None:
        """Put what is hostile where the door has it."""
        data = self.filled(self.case.data)
        for path, text in self.case.said.get("files", {}).items():
            self.house.write(path, self.filled(text.encode()))
        for path, to in self.case.said.get("links", {}).items():
            (self.house.path / path).parent.mkdir(parents=True, exist_ok=True)
            (self.house.path / path).symlink_to(to)
        if self.case.said.get("files") or self.case.said.get("links"):
            self.house.commit("what the case needs")
        getattr(self, self.case.door)(data)
        if "run" in self.case.said:
            self.commands = [
                tuple(os.fsdecode(self.filled(word.encode("utf-8", "surrogatepass"))) for word in words)
                for words in self.case.said["run"]
            ]

    # ---- the doors

    def proposal(self, data: bytes) -> None:
        self.house.write(f"{FOLDER}/proposal.yaml", data)
        self.commands = [("apply", ID), ("plan", ID)]
        self.lookers = [("status",)] if self.case.is_heavy else [("show", ID), ("status",), ("validate",)]

    def path(self, data: bytes) -> None:
        quoted = json.dumps(data.decode("utf-8", "surrogateescape"), ensure_ascii=False)
        for one in "\x85\u2028\u2029":  # line breaks to YAML 1.1, which folds them
            quoted = quoted.replace(one, f"\\u{ord(one):04x}")
        written = (PROPOSAL % quoted).encode("utf-8", "surrogateescape")
        self.house.write(f"{FOLDER}/proposal.yaml", self.filled(written))
        sent = {
            "title": "t",
            "why": "w",
            "files": [{"path": data.decode("utf-8", "surrogateescape"), "content": "x\n"}],
        }
        self.stdin = json.dumps(sent).encode("utf-8", "surrogatepass")
        self.commands = [("apply", ID), ("plan", ID), ("propose", "--stdin")]
        self.lookers = [("show", ID)]

    def address(self, data: bytes) -> None:
        text = data.decode("utf-8")
        sent = {"title": "t", "why": "w", "files": [{"path": "bindings/vm.yaml", "ops": [{"set": text, "to": 1}]}]}
        self.stdin = json.dumps(sent).encode("utf-8", "surrogatepass")
        self.commands = [("propose", "--stdin")]
        if len(data) < 100_000 and "\0" not in text:
            self.commands += [
                ("propose", "t", "--set", f"bindings/vm.yaml#{text}=1"),
                ("blame", f"bindings/vm.yaml#{text}"),
            ]
        self.commands.append(("apply", ID))
        quoted = json.dumps(text, ensure_ascii=False)
        written = PROPOSAL % "bindings/vm.yaml"
        written = written.replace(
            '    content: "x\\n"\n', f"    ops:\n      - set: {quoted}\n        from: 1\n        to: 2\n"
        )
        self.house.write(f"{FOLDER}/proposal.yaml", self.filled(written.replace("base: null", "base: @VM@").encode()))

    def binding(self, data: bytes) -> None:
        self.house.write("bindings/hostile.yaml", data)
        self.house.commit("a binding of somebody's")
        self.commands = [("propose", "t", "--set", "bindings/hostile.yaml#a=2")]
        self.lookers = [("status",), ("check",), ("diff", "HEAD~", "HEAD"), ("blame", "bindings/hostile.yaml")]

    def settings(self, data: bytes) -> None:
        self.house.write("spine.yaml", data)
        self.house.commit("settings of somebody's")
        self.commands = [("status",), ("apply", "rename-the-net")]
        self.lookers = [*LOOKERS, ("plan", "rename-the-net"), ("diff", "HEAD~", "HEAD")]

    def _record(self, path: str, data: bytes) -> None:
        self.house.write(path, data)
        self.house.commit("a record of somebody's")
        self.commands = [("validate",)]
        self.lookers = [*LOOKERS, ("trace", "set-the-status"), ("show", "set-the-status"), ("show", "rename-the-net")]

    def loop(self, data: bytes) -> None:
        self._record("loops/LOOP-HOSTILE-20260212.scope.md", data)
        self.lookers += [("loop", "show", "LOOP-HOSTILE-20260212"), ("trace", "LOOP-HOSTILE-20260212")]

    def gap(self, data: bytes) -> None:
        self._record("gaps/GAP-OP-1.yaml", data)
        self.lookers += [("gap", "show", "GAP-OP-1"), ("trace", "GAP-OP-1")]

    def receipt(self, data: bytes) -> None:
        (folder,) = self.house.path.glob("proposals/2026-02/*rename-the-net")
        self._record(f"{folder.relative_to(self.house.path)}/receipt.yaml", data)

    def withdrawal(self, data: bytes) -> None:
        (folder,) = self.house.path.glob("proposals/2026-02/*rename-the-net")
        self._record(f"{folder.relative_to(self.house.path)}/withdrawn.yaml", data)

    def approval(self, data: bytes) -> None:
        (folder,) = self.house.path.glob("proposals/2026-02/*rename-the-net")
        self._record(f"{folder.relative_to(self.house.path)}/approvals/20260212T132452Z-eve.yaml", data)
        self.lookers.append(("plan", "rename-the-net"))

    def imported(self, data: bytes) -> None:
        self._record("proposals/imported.yaml", data)

    def baseline(self, data: bytes) -> None:
        self._record(".spine-baseline.yaml", data)

    def stdin_json(self, data: bytes) -> None:
        self.stdin = data
        self.commands = [("propose", "--stdin"), ("supersede", "rename-the-net", "--stdin")]

    def arguments(self, data: bytes) -> None:
        """The words of `run`; or one hostile word in every place that takes one."""
        word = os.fsdecode(data)
        if "\0" in word:
            pytest.skip("no process can be given a NUL")
        self.commands = [
            ("show", "--", word), ("plan", "--", word), ("apply", "--", word), ("undo", "--", word),
            ("withdraw", "--why", "w", "--", word), ("plan", "rename-the-net", f"--onto={word}"),
            ("check", "--", word), ("validate", f"--at={word}"), ("apply", "rename-the-net", f"--branch={word}"),
            ("propose", "t", f"--from={word}"), ("blame", "--", f"{word}#a"),
            ("log", "--", word),
        ]  # fmt: skip
        if not word.startswith("-"):
            self.commands.append(("diff", word, "HEAD"))

    def said_text(self, data: bytes) -> None:
        """A text for people: the title of a proposal, its reason, an operation's reason, a value."""
        text = data.decode("utf-8", "surrogateescape")
        self.stdin = json.dumps(
            {
                "title": self.case.said.get("title", text),
                "why": text,
                "files": [
                    {
                        "path": "bindings/vm.yaml",
                        "why": text,
                        "ops": [
                            {"set": "vms[vmid=100].name", "to": text, "why": text},
                            {"add": "vms[vmid=102]", "value": {"vmid": 102, text if len(text) < 500 else "text": text}},
                        ],
                    }
                ],
            }
        ).encode("utf-8", "surrogatepass")
        self.commands = [("propose", "--stdin")]

    def config(self, data: bytes) -> None:
        with open(self.house.path / ".git/config", "ab") as file:
            file.write(data)
        self.lookers = [*LOOKERS, ("diff", "HEAD~", "HEAD"), ("diff",), ("show", "rename-the-net"),
                        ("plan", "rename-the-net"), ("blame", "bindings/vm.yaml"), ("trace", "rename-the-net"),
                        ("propose", "t", "--why", "w", "--set", "bindings/vm.yaml#version=2"),
                        ("apply", "rename-the-net"), ("undo", "set-the-status")]  # fmt: skip

    def environment(self, data: bytes) -> None:
        self.house.env.update({name: self.filled(str(value).encode()).decode()
                               for name, value in self.case.said["environment"].items()})  # fmt: skip
        self.lookers = [("status",), ("validate",), ("check",), ("plan", "rename-the-net"), ("apply", "rename-the-net")]

    def message(self, data: bytes) -> None:
        """A commit message."""
        self.house.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-", stdin=data.decode("utf-8"))
        self.lookers = [
            *LOOKERS,
            ("trace", "set-the-status"),
            ("show", "set-the-status"),
            ("blame", "bindings/vm.yaml"),
        ]

    def tree(self, data: bytes) -> None:
        """Lines `MODE NAME` of a hand-made tree that git's own commands would not make; the content is `x`."""
        self.house.git("hash-object", "-w", "--stdin", stdin="x\n")
        lines = data.decode("utf-8").rstrip("\n").split("\n")
        root = self.house.git("ls-tree", "-z", "HEAD").rstrip("\0").split("\0")
        for line in lines:
            mode, _, name = line.partition(" ")
            where, _, last = name.rpartition("\\")
            oid = self.house.tip() if mode == "160000" else "587be6b4c3f93f93c489c0111bba5596147a26cb"
            entry = f"{mode} {'commit' if mode == '160000' else 'blob'} {oid}\t{last}"
            while where:  # a backslash parts folders here, as slashes cannot stand in a name
                oid = self.house.git("mktree", "-z", stdin=entry + "\0")
                where, _, last = where.rpartition("\\")
                entry = f"040000 tree {oid}\t{last}"
            root = [one for one in root if one.split("\t", 1)[1] != last]
            root.append(entry)
        made = self.house.git("mktree", "-z", stdin="".join(f"{one}\0" for one in root))
        commit = self.house.git("commit-tree", made, "-p", "HEAD", "-m", "a tree of somebody's")
        self.house.git("update-ref", "refs/heads/evil", commit)
        self.house.git("symbolic-ref", "HEAD", "refs/heads/evil")
        self.lookers = [("list",), ("log",), ("validate", "--at", "evil"), ("check", "HEAD~..HEAD"),
                        ("diff", "HEAD~", "HEAD"), ("plan", "rename-the-net"), ("blame", "bindings/vm.yaml"),
                        ("propose", "t", "--from", "HEAD~..HEAD")]  # fmt: skip

    # ---- what is demanded

    def run(self, words: tuple[str, ...]) -> Done:
        before = everything(self.house.path.parent)
        began = sum(os.times()[:4])  # of the processor, not of the clock: others are at work here too
        said = self.inside(*words, stdin=self.stdin)
        took = sum(os.times()[:4]) - began
        assert took <= SECONDS, (words, took)
        assert "SP000" not in said.out + said.err, (words, said)
        assert not has_unsafe(said.out, multiline=True), (words, ascii(said.out))
        assert not has_unsafe(said.err, multiline=True), (words, ascii(said.err))
        assert not self.canary.exists(), (words, "somebody's program has run")
        if said.code not in (0, 3, 6) or self.case.then == "refused":
            assert everything(self.house.path.parent) == before, (words, said)
        return said

    def refused(self, words: tuple[str, ...]) -> None:
        said = self.run(words)
        assert said.code == 2, (words, said)
        assert said.out == "", (words, said)
        errors = [*ERROR.finditer(said.err)]
        assert len(errors) == 1, (words, said.err)
        assert errors[0]["place"] not in ("", "spine"), (words, said.err)
        assert len(said.err) < 6_000, (words, len(said.err))
        if self.case.code:
            assert errors[0]["code"] == self.case.code, (words, said.err)


@pytest.fixture
def attack(request: pytest.FixtureRequest, house: House, inside: Callable[..., Done], tmp_path: Path) -> Attack:
    case = request.param
    made = Attack(case, house, inside, tmp_path / "canary")
    made.prepare()
    return made


def test_there_are_enough_cases() -> None:
    assert len(ALL) >= 300
    assert len({case.what for case in ALL}) == len(ALL)


@pytest.mark.parametrize("attack", [*marked()], indirect=True)
def test_nothing_comes_of_it(attack: Attack) -> None:
    case = attack.case
    if case.then == "refused":
        assert attack.commands
        for words in attack.commands:
            attack.refused(words)
    elif case.then == "found":
        said = attack.run(("validate",))
        assert said.code in (1, 2), said
        told = said.out + said.err
        assert any(ERROR.match(line) for line in told.splitlines()), told
        assert case.code is None or f" {case.code} " in told, told
    elif case.door == "said_text":
        _it_is_shown(attack)
    else:
        for words in attack.commands:
            attack.run(words)
    for words in attack.lookers:
        attack.run(words)


def _it_is_shown(attack: Attack) -> None:
    """It goes in at one end and comes out at every other, as text; the commit has the trailers that spine wrote."""
    house = attack.house
    said = attack.run(("propose", "--stdin", "--json"))
    assert said.code == 0, said
    id_ = said.document["id"]
    for words in (("show", id_), ("plan", id_), ("list",), ("status",), ("overlaps",)):
        attack.run(words)
    attack.run(("show", "--json", id_))
    done = attack.run(("apply", id_))
    assert done.code == 0, done
    for words in (("show", id_), ("log",), ("trace", id_), ("blame", "bindings/vm.yaml"), ("check",), ("validate",)):
        attack.run(words)
    attack.run(("log", "--json"))
    trailers = house.git("log", "-1", "--format=%(trailers:only,unfold)").splitlines()
    names = [line.partition(":")[0] for line in trailers if line]
    assert names == ["Spine-Proposal", "Spine-Digest"], trailers
    assert trailers[0] == f"Spine-Proposal: {id_}"
    house.git("fsck", "--strict")
    assert len(house.git("log", "-1", "--format=%an <%ae>").splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("attack", [pytest.param(one, id=one.name) for one in ALL if one.is_heavy], indirect=True)
def test_time_and_memory(attack: Attack) -> None:
    """The heavy ones as processes: peak memory is the process's own, with all that it starts."""
    for words in attack.commands[:2]:
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *words], cwd=attack.house.path, env=attack.house.env, input=attack.stdin,
            capture_output=True, check=False,
        )  # fmt: skip
        used = json.loads(done.stderr.decode().splitlines()[-1])
        assert used["code"] in (1, 2, 3) or attack.case.then != "refused", (words, done.stderr)
        assert used["seconds"] <= SECONDS, (words, used)
        assert used["kilobytes"] / 1024 <= MEGABYTES, (words, used)
        print(f"{attack.case.name} {words[0]}: {used['seconds']:.2f} s, {used['kilobytes'] / 1024:.0f} MB")
