"""`spine loop` as a process: every verb with what it shows, its document, its exit code, and what it leaves behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ID = "LOOP-HOME-20260212"
PATH = f"loops/{ID}.scope.md"
GAP = (
    "spine: gap/1\nid: GAP-OP-118\ntitle: LXC backups fail\ntype: runtime-bug\nseverity: high\nstatus: open\n"
    f"loop: {ID}\nfound: 2026-02-12\n"
)


@dataclass
class Shell:
    """A repository and a command line in it."""

    path: Path
    env: dict[str, str]
    git: Callable[..., str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`spine …` in a process of its own."""
        command = [sys.executable, "-m", "spine", *words]
        return subprocess.run(command, cwd=self.path, env=self.env, capture_output=True, encoding="utf-8", check=False)

    def say(self, *words: str, code: int = 0) -> str:
        """What it says, which has to end with that code."""
        done = self.run(*words)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stdout + done.stderr

    def document(self, *words: str, code: int = 0) -> dict[str, object]:
        """The document for programs, whose exit part has to be the process's."""
        done = self.run(*words, "--json")
        assert done.returncode == code, (done.stdout, done.stderr)
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        assert found["exit"]["code"] == code
        return found

    def read(self) -> str:
        return (self.path / PATH).read_text(encoding="utf-8")


@pytest.fixture
def shell(repo: Path, git: Callable[..., str], git_env: dict[str, str]) -> Shell:
    """A repository with one loop and one gap."""
    env = git_env | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "SPINE_CLOCK": "2026-02-12T08:06:01Z", "NO_COLOR": "1"}
    made = Shell(repo, env, git)
    (repo / "spine.yaml").write_text("spine: settings/1\n", encoding="utf-8")
    (repo / "gaps").mkdir()
    (repo / "gaps/GAP-OP-118.yaml").write_text(GAP, encoding="utf-8")
    git("add", "-A", cwd=repo)
    git("commit", "-qm", "start", cwd=repo)
    made.say(
        "loop", "new", "Home", "--goal", "Parity.", "--criterion", "VMs", "--criterion", "Backups",
        "--phase", "Bindings", "--commit",
    )  # fmt: skip
    return made


def test_help_names_all_verbs(shell: Shell) -> None:
    shown = shell.say("loop", "--help")
    for verb in ("new", "list", "show", "check", "criterion", "phase", "defer", "sync", "close", "reopen"):
        assert f"  {verb} " in shown
        assert "Usage: spine loop" in shell.say("loop", verb, "--help")
    assert "work tree" in shown
    assert "--propose" in shown
    assert "--commit" in shown


def test_list(shell: Shell) -> None:
    assert shell.say("loop", "list") == f"open  0/2  medium  {ID}  1 open gap\n"
    document = shell.document("loop", "list", "--status", "open")
    assert document["spine"] == "loop-list/1"
    (one,) = document["loops"]  # type: ignore[misc]
    assert one["progress"] == {"met": 0, "partly": 0, "open": 2, "total": 2}  # type: ignore[index]
    assert shell.document("loop", "list", "--status", "closed")["loops"] == []


def test_show(shell: Shell) -> None:
    shown = shell.say("loop", "show", "home")
    assert "  1    [ ] VMs\n" in shown
    assert "  GAP-OP-118  open  high  LXC backups fail\n" in shown
    document = shell.document("loop", "show", "home", "--at", "HEAD")
    assert (document["spine"], document["id"], document["goal"]) == ("loop-show/1", ID, "Parity.")
    assert [one["name"] for one in document["open"]] == ["1", "2", "GAP-OP-118"]  # type: ignore[index, attr-defined]
    assert "SP064 no loop has this id" in shell.say("loop", "show", "office", code=2)


def test_an_edit_shows_the_lines_and_the_file_has_them(shell: Shell) -> None:
    shown = shell.say("loop", "criterion", "home", "1", "--met")
    assert [line.strip() for line in shown.split("\n") if line.strip()] == [
        f"{ID}: criterion 1 met", PATH, "- 1. [ ] VMs", "+ 1. [x] VMs", "2. [ ] Backups",
    ]  # fmt: skip
    assert "1. [x] VMs\n" in shell.read()
    document = shell.document("loop", "criterion", "home", "1", "--met")
    assert (document["spine"], document["outcome"]) == ("loop-criterion/1", "unchanged")
    document = shell.document("loop", "criterion", "home", "2", "--partly", "118")
    assert (document["outcome"], document["path"]) == ("written", PATH)
    assert "2. [~] Backups (deferred: GAP-OP-118)\n" in shell.read()
    assert shell.document("loop", "phase", "home", "--add", "Docs")["summary"] == f"{ID}: add phase P2"
    assert shell.document("loop", "phase", "home", "p1", "--done")["outcome"] == "written"
    assert "### P1: Bindings — COMPLETE\n\n### P2: Docs\n" in shell.read()
    assert shell.document("loop", "defer", "home", "1", "--reason", "no hands")["spine"] == "loop-defer/1"
    assert shell.git("status", "--porcelain", cwd=shell.path) == f" M {PATH}\n"


WRONG = (
    ("criterion", "home", "1"),
    ("criterion", "home", "1", "--met", "--open"),
    ("criterion", "home", "--met"),
    ("criterion", "home", "1", "--add", "x"),
    ("phase", "home", "P1", "--all"),
    ("phase", "home", "P9", "--done"),
    ("defer", "home", "1"),
    ("defer", "home", "1", "--to", "GAP-OP-1", "--reason", "x"),
    ("close", "home", "--defer", "1"),
    ("sync", "home", "--propose", "--commit"),
    ("sync", "home", "--branch", "main"),
    ("sync", "home", "--why", "x"),
    ("reopen", "home"),
    ("new", "Home"),
)


def test_wrong_words_end_with_2_and_change_nothing(shell: Shell) -> None:
    before = shell.read()
    for words in WRONG:
        shell.say("loop", *words, code=2)
        assert shell.read() == before
    assert shell.git("status", "--porcelain", cwd=shell.path) == ""


def test_a_proposal_of_an_edit_and_its_landing(shell: Shell) -> None:
    document = shell.document("loop", "criterion", "home", "1", "--met", "--propose", "--why", "seen")
    assert (document["outcome"], document["is_governed"]) == ("proposed", False)
    proposal = document["proposal"]
    assert isinstance(proposal, dict)
    assert "1. [ ] VMs" in shell.read()
    shell.say("apply", proposal["id"])
    assert "1. [x] VMs" in shell.read()
    shell.document("loop", "sync", "home", "--commit")
    shown = shell.document("loop", "show", "home")
    (landed,) = shown["proposals"]  # type: ignore[misc]
    assert landed["commit"] in shell.git("log", "--format=%H", cwd=shell.path)  # type: ignore[index]
    assert landed["commit"][:7] in shell.read()  # type: ignore[index]


def test_check_and_close_and_reopen(shell: Shell) -> None:
    document = shell.document("loop", "check", "home")
    assert (document["spine"], document["findings"]) == ("loop-check/1", [])
    assert "a claim" in shell.say("loop", "check", "home")
    refused = shell.document("loop", "close", "home", code=1)
    assert (refused["spine"], refused["code"]) == ("error/1", "SP066")
    assert [one["name"] for one in refused["open"]] == ["1", "2", "GAP-OP-118"]  # type: ignore[index, attr-defined]
    assert "criterion 2: Backups" in shell.say("loop", "close", "home", code=1)
    tip = shell.git("rev-parse", "HEAD", cwd=shell.path)
    document = shell.document(
        "loop", "close", "home", "--defer", "1=no hands", "--defer", "2=GAP-OP-118", "--commit", "--why", "enough"
    )
    assert document["outcome"] == "committed"
    assert shell.git("rev-parse", "HEAD~1", cwd=shell.path) == tip
    assert "status: closed\n" in shell.read()
    assert shell.say("validate") == "no findings\n"
    assert shell.say("loop", "list").startswith("closed  0/2 ~2  medium")
    assert shell.document("loop", "reopen", "home")["outcome"] == "written"
    text = shell.read()
    (shell.path / PATH).write_text(text.replace("status: open", "status: closed"), encoding="utf-8")
    assert "SP206 the loop is closed, and does not say when" in shell.say("loop", "check", code=1)


def test_what_a_loop_says_cannot_act_on_a_terminal(shell: Shell) -> None:
    text = shell.read().replace("VMs", "V\x1b[31mMs\u202e").replace("# Loop Scope:", "# \x07")
    (shell.path / PATH).write_text(text, encoding="utf-8")
    for words in (("show", "home"), ("list",), ("check", "home"), ("criterion", "home", "1", "--met")):
        shown = shell.say("loop", *words)
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)


def test_markdown_is_loaded_by_loops_and_by_nothing_else(shell: Shell) -> None:
    program = "import sys; from spine.cli.boundary import run; run(sys.argv[1:]); print('markdown_it' in sys.modules)"

    def loads(*words: str) -> bool:
        done = subprocess.run(
            [sys.executable, "-c", program, *words], cwd=shell.path, env=shell.env, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        return done.stdout.rstrip().endswith("True")

    assert loads("loop", "list")
    for words in (("list",), ("log",), ("apply", "none"), ("loop", "--help"), ("propose", "--undo")):
        assert not loads(*words), words
