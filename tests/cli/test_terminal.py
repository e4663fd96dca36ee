"""Where output goes: colours, pipes, closed streams, signals, locales, and the next step for who is watching."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import House

SET = ("propose", "stop web", "--set", "bindings/vm.yaml#vms[vmid=100].status=stopped")
SPINE = [sys.executable, "-m", "spine"]


def on_terminal(house: House, *words: str, env: dict[str, str] | None = None) -> str:
    """What somebody sees who runs spine in a terminal."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [*SPINE, *words], cwd=house.path, env={**house.env, "TERM": "xterm", **(env or {})},
        stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(mine, 65536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        seen += part
    os.close(mine)
    assert process.wait(30) in (0, 1, 2, 3)
    return seen.decode().replace("\r\n", "\n")


def test_a_pipe_gets_no_colour_and_no_next_step(house: House) -> None:
    said = house.spine(*SET)
    assert "\x1b" not in said.out
    assert "next:" not in said.out


def test_a_terminal_gets_colour_and_the_next_step(house: House) -> None:
    seen = on_terminal(house, *SET)
    assert "\x1b[33m~ \x1b[0mvms[vmid=100].status: \x1b[31mrunning\x1b[0m → \x1b[32mstopped\x1b[0m" in seen
    id_ = house.spine("list").out.split()[1]
    folder = f"proposals/2026-02/{id_}"
    assert seen.split("\n")[-2] == f"\x1b[2mnext: spine apply {id_}   or   git add {folder} && git commit\x1b[0m"


@pytest.mark.parametrize(
    ("env", "words", "is_coloured"),
    [
        ({}, [], True),
        ({"NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": ""}, [], True),
        ({"TERM": "dumb"}, [], False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, [], True),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({}, ["--color=never"], False),
        ({"FORCE_COLOR": "1"}, ["--color=never"], False),
    ],
)
def test_who_decides_about_colour_on_a_terminal(
    house: House, env: dict[str, str], words: list[str], is_coloured: bool
) -> None:
    assert ("\x1b[" in on_terminal(house, *words, "show", "nope", env=env)) == is_coloured


@pytest.mark.parametrize(("env", "words"), [({"FORCE_COLOR": "1"}, []), ({}, ["--color=always"])])
def test_colour_in_a_pipe_where_it_is_asked_for(house: House, env: dict[str, str], words: list[str]) -> None:
    house.edit("bindings/vm.yaml", "status: running", "status: stopped")
    assert "\x1b[33m~" in house.spine(*words, "diff", env=env).out
    assert "\x1b" not in house.spine(*words, "diff", "--json", env=env).out


def test_the_escapes_of_others_never_reach_a_terminal(house: House) -> None:
    """Titles, reasons, values, file names and commit messages are data."""
    evil = "\x1b]0;owned\x07\x1b[2J"
    house.commit(f"subject {evil}", {"bindings/evil.yaml": f'a: "x"\n# {chr(0x202E)}bidi\n', f"docs/{evil}.md": "x\n"})
    house.spine("propose", "t", "--why", f"because {evil}", "--set-string", f"bindings/evil.yaml#a={evil}", "--apply")
    for words in (["show", "t"], ["log"], ["diff", "HEAD~2", "HEAD"], ["check"], ["list"], ["status"], ["plan", "t"]):
        said = house.spine(*words, code=1 if words == ["check"] else 0)
        assert not any(char in said.out + said.err for char in "\x1b\x07\u202e"), words
    assert "\x1b" not in house.git("log", "-1", "--format=%B")


def test_a_reader_that_goes_away_is_no_error(house: House) -> None:
    house.commit("large", {"bindings/large.yaml": "list: []\n"})
    house.write("bindings/large.yaml", "list:\n" + "".join(f"  - name: n{number}\n" for number in range(20_000)))
    done = house.shell("{ spine diff; echo $? >&2; } | head -1")
    assert done.out == "bindings/large.yaml\n"
    assert done.err == "141\n"
    done = house.shell("{ spine diff --json; echo $? >&2; } | head -1")
    assert (done.out, done.err) == ("{\n", "141\n")


def test_a_full_disk_is_told(house: House) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    done = house.shell("spine list --json > /dev/full", code=1)
    assert "No space left on device" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("closed", "code"),
    [(">&-", 0), ("2>&-", 0), ("<&-", 0), ("<&- >&- 2>&-", 0)],
    ids=["stdout", "stderr", "stdin", "all"],
)
def test_closed_streams(house: House, closed: str, code: int) -> None:
    """Neither a trace, nor a repository's file in the place of a stream."""
    before = house.everything()
    done = house.shell(f"spine list {closed}", code=code)
    assert done.err in ("", "no proposals\n")
    house.shell(f"spine show nope {closed}", code=2)
    assert house.everything() == before
    house.shell(f"spine propose 'stop web' --set 'bindings/vm.yaml#vms[vmid=100].status=stopped' --apply {closed}")
    assert house.git("fsck", "--strict") == ""
    house.spine("check", "HEAD^..HEAD")


def test_stderr_does_not_overtake_stdout(house: House) -> None:
    made = house.propose(*SET[1:])
    house.commit("meanwhile", {"bindings/vm.yaml": house.read("bindings/vm.yaml").replace("running", "paused")})
    both = house.shell(f"spine apply {made['id']} 2>&1", code=3).out.split("\n")
    assert both[0] == made["id"]
    assert both[-2].startswith("spine: SP061")


def test_a_locale_that_lacks_characters(house: House) -> None:
    house.edit("bindings/vm.yaml", "status: running", "status: ä→ü")
    said = house.spine("diff", env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert said.out == "bindings/vm.yaml\n  ~ vms[vmid=100].status: running \\u2192 \\xe4\\u2192\\xfc\n"


SLEEPY = """#!/bin/sh
case "$*" in *cat-file*) : > {mark}; exec sleep 20;; esac
exec {git} "$@"
"""


@pytest.mark.parametrize(
    ("number", "code", "said"), [(signal.SIGINT, 130, "spine: interrupted\n"), (signal.SIGTERM, 143, "")]
)
def test_a_signal_ends_it(house: House, tmp_path: Path, number: int, code: int, said: str) -> None:
    """Ctrl-C while git is at work: at once, without a trace, nothing changed."""
    house.propose(*SET[1:])
    git = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "shim").mkdir()
    (tmp_path / "shim/git").write_text(SLEEPY.format(mark=tmp_path / "mark", git=git))
    (tmp_path / "shim/git").chmod(0o755)
    before = house.everything()
    process = subprocess.Popen(
        [*SPINE, "apply", "stop"], cwd=house.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**house.env, "PATH": f"{tmp_path / 'shim'}:{house.env['PATH']}"}, start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 20
    while not (tmp_path / "mark").exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=15)
    assert (process.returncode, out, err) == (code, "", said)
    assert house.everything() == before
    house.spine("apply", "stop")  # no lock was left


def test_a_defect_is_told_without_a_trace_unless_asked(house: House) -> None:
    """A run that meets what spine did not think of: an import that fails in the middle."""
    broken = house.path.parent / "broken/spine_broken.py"
    broken.parent.mkdir()
    broken.write_text("import spine.actions.listing as l\nl.list_proposals = lambda *a, **k: 1 / 0\n")
    (broken.parent / "sitecustomize.py").write_text("import spine_broken\n")
    env = {"PYTHONPATH": f"{broken.parent}:{house.env['PYTHONPATH']}"}
    said = house.spine("list", code=1, env=env)
    assert said.err.split("\n")[0] == "spine: SP000 this is a defect of spine: ZeroDivisionError: division by zero"
    assert "hint: spine -v … shows the trace" in said.err
    assert "Traceback" in house.spine("-v", "list", code=1, env=env).err
    assert house.spine("list", "--json", code=1, env=env).document["code"] == "SP000"


LONG = "Frontends and the dashboard, " * 6 + "\x1b]8;;http://evil.example\x07x"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("columns", [60, 80, 200])
@pytest.mark.parametrize("words", [["show", "long"], ["plan", "long"], ["review", "HEAD"], ["status"], ["list"]])
def test_long_lines_are_folded_to_the_terminal(house: House, words: list[str], columns: int) -> None:
    house.propose("a long one " + "and on " * 20, "--set", f"bindings/vm.yaml#vms[vmid=100].status={json.dumps(LONG)}")
    house.git("add", "-A")
    house.git("commit", "-qm", "proposed")
    seen = on_terminal(house, *words, env={"COLUMNS": str(columns)})
    assert "\x1b]" not in seen
    lines = COLOURS.sub("", seen).split("\n")
    wide = [line for line in lines if len(line) > columns]
    folds = [line for line in wide if max(map(len, line.split())) < columns - 20 and "spine " not in line]
    assert folds == []
    piped = house.spine(*words, env={"COLUMNS": str(columns)}).out
    assert "".join(piped.split()) in "".join("".join(lines).split())
    assert any(len(line) > 200 for line in piped.split("\n"))  # and there is something to fold


def test_a_command_stays_in_one_piece(house: House) -> None:
    id_ = house.propose("one", "--set", "bindings/vm.yaml#vms[vmid=100].status=one")["id"]
    house.propose("other", "--set", "bindings/vm.yaml#vms[vmid=100].status=two", "--apply")
    command = f"spine resolve {id_} --at 'bindings/vm.yaml#vms[vmid=100].status' --take proposal"
    assert f"\n    {command}\n" in COLOURS.sub("", on_terminal(house, "show", id_, env={"COLUMNS": "50"}))
