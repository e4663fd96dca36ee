"""blame, log of an address, trace and status as a person and a program run them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from published import fitting

ROOT = Path(__file__).resolve().parents[2]
PATH = "bindings/vm.yaml"
PLACE = f"{PATH}#vms[vmid=100].status"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def spine(repo: Path, git: Callable[..., str], git_env: Mapping[str, str]) -> Run:
    """`spine("blame", …)` in a repository with one hand edit and one landing."""
    env = {**git_env, "PYTHONPATH": str(ROOT), "SPINE_CLOCK": "2026-02-12T08:06:01Z", "PYTHONIOENCODING": "utf-8"}

    def run(*words: str, cwd: Path = repo) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "spine", *words]
        return subprocess.run(line, cwd=cwd, env=env, capture_output=True, encoding="utf-8", check=False)

    (repo / "bindings").mkdir()
    (repo / "spine.yaml").write_text("spine: settings/1\n")
    file = repo / PATH
    file.write_text("vms:\n  - vmid: 100\n    status: running\n    note: odd\n")
    git("add", "-A", cwd=repo)
    git("commit", "-qm", "by hand \x1b[31m", cwd=repo)
    done = run("propose", "stop it", "--set", f"{PLACE}=stopped", "--loop", "LOOP-HOME-20260212", "--apply")
    assert done.returncode == 0, done.stderr
    return run


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    fitting(found)
    return found


def test_blame_of_one_value(spine: Run) -> None:
    done = spine("blame", PLACE)
    assert done.stdout.splitlines()[0] == "vms[vmid=100].status: stopped"
    assert "CP-20260212-080601__stop-it (LOOP-HOME-20260212)" in done.stdout
    found = document(spine("blame", PLACE, "--json"))
    assert (found["spine"], found["about"]) == ("blame/1", "value")
    (value,) = found["values"]
    assert (value["address"], value["line"], value["value"]["text"]) == ("vms[vmid=100].status", 3, "stopped")
    assert value["set_by"]["proposal"] == "CP-20260212-080601__stop-it"
    assert value["set_by"]["loop"] == "LOOP-HOME-20260212"


def test_blame_of_a_file_shows_hand_edits_as_such(spine: Run) -> None:
    done = spine("blame", PATH)
    assert "by hand, Ada Author <ada@example.org>" in done.stdout
    assert "\x1b" not in done.stdout
    assert [one["set_by"]["proposal"] for one in document(spine("blame", PATH, "--json"))["values"]] == [
        None,
        "CP-20260212-080601__stop-it",
        None,
    ]


def test_blame_of_an_entry_of_another_revision_from_a_folder(spine: Run, repo: Path) -> None:
    done = spine("blame", "vm.yaml#vms[vmid=100]", "HEAD~1", cwd=repo / "bindings")
    assert [line.split()[0] for line in done.stdout.splitlines()[1:3]] == ["added", "last"]
    assert document(spine("blame", f"{PATH}#vms[vmid=100]", "HEAD", "--json"))["about"] == "entry"


def test_what_is_not_there_is_refused_with_what_was_meant(spine: Run) -> None:
    done = spine("blame", f"{PATH}#vms[vmid=100].statsu")
    assert done.returncode == 2
    assert "did you mean vms[vmid=100].status" in done.stderr
    done = spine("blame", "bindings/mv.yaml")
    assert (done.returncode, "did you mean bindings/vm.yaml?" in done.stderr) == (2, True)
    assert spine("blame", "#a").returncode == 2


def test_log_of_an_address(spine: Run) -> None:
    found = document(spine("log", PLACE, "--json"))
    assert found["spine"] == "log-values/1"
    assert [(one["what"], one["value"]["text"]) for one in found["values"]] == [
        ("set", "stopped"),
        ("added", "running"),
    ]
    assert len(document(spine("log", PLACE, "-n", "1", "--json"))["values"]) == 1
    assert "running" in spine("log", PLACE).stdout
    assert document(spine("log", "--json"))["landings"][0]["id"] == "CP-20260212-080601__stop-it"
    assert spine("log", "HEAD", "HEAD").returncode == 2


def test_trace_in_its_three_forms(spine: Run) -> None:
    done = spine("trace", "stop-it")
    assert done.stdout.splitlines()[0] == "proposal CP-20260212-080601__stop-it (applied): stop it"
    assert document(spine("trace", "stop-it", "--json"))["root"]["kind"] == "proposal"
    assert spine("trace", "stop-it", "--mermaid").stdout.startswith("flowchart LR\n    n0[")
    assert spine("trace", "stop-it", "--mermaid", "--json").returncode == 2
    done = spine("trace", "stop-at")
    assert (done.returncode, "did you mean CP-20260212-080601__stop-it?" in done.stderr) == (2, True)


def test_status_names_the_next_thing_to_do(spine: Run, repo: Path) -> None:
    (repo / PATH).write_text("vms: []\n")
    done = spine("status")
    assert done.stdout.splitlines()[:2] == [
        f'1 governed file changed by hand  spine propose "title" -- {PATH}',
        f"  edited  {PATH}",
    ]
    assert document(spine("status", "--json"))["by_hand"] == [{"path": PATH, "how": "edited"}]
