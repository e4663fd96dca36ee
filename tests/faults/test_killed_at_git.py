"""`kill -9` before and after every run of git that propose, apply and undo make: untouched, done, or for the doctor."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import FILES, VM, Make, copy, git_path
from .judge import Clone, require_order, settle, wait_for

EDITED = VM.replace("status: running", "status: stopped", 1)
MINE = {"docs/notes.md": " M"}


def shim(folder: Path, number: int, moment: str) -> Path:
    """A `git` that kills whoever runs it for the n-th time, before or after the real one did its work.

    The open `cat-file` is started once and lives on; killing at its start is as good as before the next one.
    """
    folder.mkdir()
    file = folder / "git"
    kill = f'if [ "$n" -eq {number} ]; then touch {folder}/fired; kill -9 $PPID; exit 1; fi'
    run = f'{git_path()} "$@"; code=$?'
    first, second = (kill, run) if moment == "before" else (run, kill)
    file.write_text(
        f'#!/bin/sh\ncase "$*" in *"cat-file --batch"*) exec {git_path()} "$@";; esac\n'
        f"echo x >> {folder}/count\nn=$(wc -l < {folder}/count)\n{first}\n{second}\nexit $code\n"
    )
    file.chmod(0o755)
    return folder


def sweep(
    start: Clone, tmp_path: Path, words: list[str], judge: Callable[[Clone, str], str], step: int = 1
) -> set[str]:
    """Kill at every (n-th) run of git, on a copy each; `judge` names the state that it finds, after it was judged."""
    states: set[str] = set()
    for moment in ("before", "after"):
        number = 1
        while True:
            place = tmp_path / f"{moment}{number}"
            clone = copy(start, place)
            tip = clone.tip()
            folder = shim(tmp_path / f"bin-{moment}{number}", number, moment)
            env = {"PATH": f"{folder}{os.pathsep}{clone.env['PATH']}"}
            code = wait_for(clone.fork(words, env=env))
            if not (folder / "fired").exists():
                assert code == 0
                break
            assert code == -9, (moment, number)
            states.add(judge(clone, tip))
            subprocess.run(["rm", "-rf", place], check=True)
            number += step
        assert number > 10
        print(f"{words[0]}: killed {(number - 1) // step} times {moment} a run of git")
    return states


def after_landing(words: list[str], count: int) -> Callable[[Clone, str], str]:
    """The judge of a command that lands one proposal: it did, or it did not and does it now."""

    def judge(clone: Clone, tip: str) -> str:
        moved = clone.tip() != tip
        mended = settle(clone)
        assert (clone.tip() != tip) == moved  # doctor never lands anything, nor takes it back
        landed = require_order(clone, since=tip, edits=MINE)
        assert len(landed) == moved
        again = clone.spine(*words)
        assert again.code == 0, again
        assert len(require_order(clone, since=tip, edits=MINE)) == count
        return f"{'landed' if moved else 'untouched'}{', mended' if mended else ''}"

    return judge


@pytest.mark.slow
def test_apply(make: Make, tmp_path: Path) -> None:
    clone, (id_,) = make(1, "start")
    (clone.path / "docs/notes.md").write_text("mine\n")
    states = sweep(clone, tmp_path, ["apply", id_], after_landing(["apply", id_], 1))
    assert {"untouched", "untouched, mended", "landed, mended", "landed"} <= states


@pytest.mark.slow
def test_undo_that_applies(make: Make, tmp_path: Path) -> None:
    clone, (id_,) = make(1, "start")
    assert clone.spine("apply", id_).code == 0
    (clone.path / "docs/notes.md").write_text("mine\n")

    def judge(clone: Clone, tip: str) -> str:
        moved = clone.tip() != tip
        settle(clone)
        drafts = [line[3:] for line in clone.git("status", "--porcelain", "-uall").split("\n") if line[:2] == "??"]
        assert len(drafts) <= 1
        assert len(require_order(clone, since=tip, edits=MINE | dict.fromkeys(drafts, "??"))) == moved
        if drafts:  # whole, or it would not be there
            again = clone.spine("apply", Path(drafts[0]).parent.name)
        else:
            again = clone.spine("undo", id_, "--apply") if not moved else None
        assert again is None or again.code == 0, again
        assert len(require_order(clone, since=tip, edits=MINE)) == 1
        assert (clone.path / "bindings/vm.yaml").read_text() == VM
        return "landed" if moved else "a draft" if drafts else "untouched"

    states = sweep(clone, tmp_path, ["undo", id_, "--apply"], judge, step=2)
    assert states == {"untouched", "a draft", "landed"}


@pytest.mark.slow
def test_propose(start: Clone, tmp_path: Path) -> None:
    """The edit is in the work tree, or it is in the proposal; never in neither."""
    clone = copy(start, tmp_path / "start")
    (clone.path / "bindings/vm.yaml").write_text(EDITED)
    (clone.path / "docs/notes.md").write_text("mine\n")

    def judge(clone: Clone, tip: str) -> str:
        settle(clone)
        files = dict(clone.files())
        drafts = [name for name in files if name.endswith("/proposal.yaml")]
        assert len(drafts) <= 1
        text = files["bindings/vm.yaml"].decode()
        assert text in (EDITED, VM)
        assert set(files) - {*drafts} == set(FILES)
        edits = MINE | dict.fromkeys(drafts, "??") | ({"bindings/vm.yaml": " M"} if text == EDITED else {})
        assert require_order(clone, since=tip, edits=edits) == []
        if not drafts:
            assert text == EDITED
            assert clone.spine("propose", "stop one").code == 0
            return "untouched"
        if text == EDITED:
            clone.git("checkout", "-q", "--", "bindings/vm.yaml")
        assert clone.spine("apply", Path(drafts[0]).parent.name).code == 0
        assert (clone.path / "bindings/vm.yaml").read_text() == EDITED
        assert len(require_order(clone, since=tip, edits=MINE)) == 1
        return "a draft, the edit still there" if text == EDITED else "proposed"

    # The files are put back after the last run of git; that moment is for the sweep over system calls.
    states = sweep(clone, tmp_path, ["propose", "stop one"], judge)
    assert states == {"untouched", "a draft, the edit still there"}
