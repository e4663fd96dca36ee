"""Sudden death and errors at the n-th system call of `apply`, in spine and in the git that it runs.

strace attaches to a forked process that waits at a gate, so that nothing of Python's start is counted. It counts the
calls of each process by itself: the n-th call of spine and the n-th of any run of git are hit in the same run.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import TORTURE

from .conftest import Make, copy, strace_works
from .judge import Clone, wait_for
from .test_killed_at_git import after_landing

NEED = pytest.mark.skipif(not strace_works(), reason="strace is not here, or may not trace")
RENAME, UNLINK, MKDIR = "rename,renameat,renameat2", "unlink,unlinkat", "mkdir,mkdirat"
LINK, OPEN, SYNC = "link,linkat", "openat", "fsync,fdatasync"
KILLS = tuple((calls, "signal=SIGKILL") for calls in (RENAME, LINK, UNLINK, MKDIR, "write", OPEN, SYNC))
ERRORS = (
    *(("write", f"error={error}") for error in ("ENOSPC", "EIO")),
    *((SYNC, f"error={error}") for error in ("ENOSPC", "EIO")),
    *((RENAME, f"error={error}") for error in ("ENOSPC", "EIO", "EACCES")),
    *((MKDIR, f"error={error}") for error in ("ENOSPC", "EACCES")),
    *((OPEN, f"error={error}") for error in ("EMFILE", "EACCES")),
)
AT = (1, 2, 5, 11)  # the fast form; the full one goes on until nothing is hit
KILLED = 77


def hit(clone: Clone, words: list[str], fault: tuple[str, str], number: int, log: Path) -> tuple[int, bool]:
    """How the command ended with its n-th such call hit, once all that it started is gone; whether anything was hit."""
    gate, opening = os.pipe()
    pid = os.fork()
    if not pid:
        code = 99
        try:
            os.read(gate, 1)
            code = wait_for(clone.fork(words, out=log.with_suffix(".said")))
        finally:
            os._exit(KILLED if code < 0 else code)
    calls, what = fault
    inject = f"inject={calls}:{what}:when={number}"
    tracer = subprocess.Popen(
        ["strace", "-f", "-o", str(log), "-e", f"trace={calls}", "-e", inject, "-p", str(pid)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    os.write(opening, b"x")
    os.close(gate)
    os.close(opening)
    code = wait_for(pid)
    tracer.communicate()
    assert "attached" in said, said
    text = log.read_text(errors="replace")
    # A call that dies is never logged as returned; that it was killed is.
    return code, "INJECTED" in text or "killed by SIGKILL" in text


def sweep(clone: Clone, id_: str, faults: tuple[tuple[str, str], ...], tmp_path: Path) -> int:
    """Hit `apply` in all these ways, each on a copy that is judged; how often a fault fired."""
    fired = 0
    for fault in faults:
        for number in itertools.count(1) if TORTURE else AT:
            place = tmp_path / "hit"
            one = copy(clone, place)
            tip = one.tip()
            code, was_hit = hit(one, ["apply", id_], fault, number, tmp_path / "strace.log")
            told = (tmp_path / "strace.said").read_text(errors="replace")
            try:
                if not was_hit:
                    assert code == 0, (fault, number, told)
                    assert one.tip() != tip
                    break
                fired += 1
                assert "Traceback" not in told, told
                if code == 0:
                    assert one.tip() != tip, "it said that it landed"
                after_landing(["apply", id_], 1)(one, tip)
            except AssertionError as error:
                error.add_note(f"{fault} at call {number}, exit {code}: {told}")
                raise
            finally:
                shutil.rmtree(place)
    return fired


@NEED
@pytest.mark.slow
@pytest.mark.parametrize("faults", [KILLS, ERRORS], ids=["killed", "errors"])
def test_apply(make: Make, tmp_path: Path, faults: tuple[tuple[str, str], ...]) -> None:
    clone, (id_,) = make(1, "start")
    (clone.path / "docs/notes.md").write_text("mine\n")
    fired = sweep(clone, id_, faults, tmp_path)
    print(f"apply: {fired} faults fired")
    assert fired >= 2 * len(faults)
