"""Several at once, and what is left when one is interrupted: real processes, real signals."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from spine.errors import Exit
from spine.repository import (
    CommitId,
    Decision,
    Journal,
    JournalOpen,
    Landed,
    Repository,
    TreeSnapshot,
    Unfinished,
    close_journal,
    diagnose,
    land,
    open_journal,
    read_journal,
    recover,
)

from .conftest import MAIN, Ground

SPAWN = multiprocessing.get_context("spawn")


def land_lines(path: Path, env: dict[str, str], ref: str, who: str, count: int) -> None:
    """Append lines to one file, each as a landing of its own, as a process among others."""
    with Repository.open(path, env) as repo:
        for number in range(count):
            line = f"{who} {number}\n".encode()

            def decide(tree: TreeSnapshot, tip: CommitId | None, line: bytes = line) -> Decision:
                return Decision({"log.yaml": (tree.read("log.yaml") or b"") + line, f"own/{who}": line}, line.decode())

            assert isinstance(land(repo, ref, decide, wait=60), Landed)


def commit_by_git(path: Path, env: dict[str, str], count: int) -> None:
    """Commit by plain git, as the user beside us would, however often its lock is taken."""
    for number in range(count):
        for _ in range(200):
            (path / "mine.txt").write_text(f"mine {number}\n")
            words = ["git", "commit", "-q", "-m", f"mine {number}", "--", "mine.txt"]
            if subprocess.run(words, cwd=path, env=env, capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.02)
        else:
            sys.exit("git never got its lock")


def run_all(*jobs: tuple[Callable[..., None], tuple[object, ...]]) -> None:
    """Run the jobs at once, each as a process, and see that all end well."""
    processes = [SPAWN.Process(target=job, args=arguments) for job, arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def test_landings_at_once_lose_nothing(started: Ground) -> None:
    start = CommitId(started.git("rev-parse", "HEAD"))
    started.write({"docs/notes.md": "my edit\n"})
    run_all(*((land_lines, (started.path, started.env, MAIN, who, 5)) for who in "abc"))
    lines = (started.path / "log.yaml").read_text().split("\n")[:-1]
    assert sorted(lines) == sorted(f"{who} {number}" for who in "abc" for number in range(5))
    subjects = started.git("log", "--reverse", "--format=%s", f"{start}..HEAD").split("\n")
    assert subjects == lines  # one commit a line, in the same order
    assert started.status() == " M docs/notes.md"
    assert started.git("fsck", "--strict") == ""


def test_landings_beside_a_user_who_commits(started: Ground) -> None:
    started.commit({"mine.txt": "0\n"})
    start = started.git("rev-parse", "HEAD")
    run_all((land_lines, (started.path, started.env, MAIN, "a", 8)), (commit_by_git, (started.path, started.env, 8)))
    subjects = started.git("log", "--format=%s", f"{start}..HEAD").split("\n")
    assert sorted(subjects) == sorted(f"{who} {number}" for who in ("a", "mine") for number in range(8))
    assert (started.path / "log.yaml").read_text() == "".join(f"a {number}\n" for number in range(8))
    assert started.status() == ""
    assert started.git("fsck") == ""


def test_landings_in_several_worktrees(started: Ground, tmp_path: Path) -> None:
    trees = {MAIN: started.path}
    for name in ("one", "two"):
        started.git("worktree", "add", "-q", str(tmp_path / name), "-b", name)
        trees[f"refs/heads/{name}"] = tmp_path / name
    run_all(*((land_lines, (path, started.env, ref, "x", 4)) for ref, path in trees.items()))
    for ref, path in trees.items():
        ground = Ground(path, started.git_, started.env)
        assert ground.status() == ""
        assert ground.git("log", "-4", "--format=%s", ref).split("\n") == [f"x {number}" for number in (3, 2, 1, 0)]


ONE_LANDING = """
import json, os, sys
from spine.errors import SpineError
from spine.repository import Decision, Repository, land
try:
    with Repository.open(sys.argv[1], dict(os.environ)) as repo:
        land(repo, "refs/heads/main", lambda tree, tip: Decision(
            {"bindings/vm.yaml": b"landed\\n" * 100, "new/file.yaml": b"n\\n" * 100, "docs/notes.md": None}, "m"))
except SpineError as error:
    print(json.dumps([type(error).__name__, error.exit_code, error.message]))
    sys.exit(error.exit_code)
except KeyboardInterrupt:
    sys.exit(130)
"""


def land_in_a_process(ground: Ground, extra: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
    """One landing by another interpreter, which hooks can find and harm."""
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.run(
        [sys.executable, "-c", ONE_LANDING, str(ground.path)],
        env={**ground.env, "PYTHONPATH": root, **extra}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def harm(ground: Ground, hook: str, state: str, deed: str) -> Path:
    """Install a hook that harms the landing process once; returns the file that proves that it did."""
    fired = ground.path.parent / "fired"
    # The landing is the grandparent of a hook of update-ref, and of one that `git hook run` starts.
    script = (
        "#!/bin/sh\n"
        f'[ -z "{state}" ] || [ "$1" = "{state}" ] || exit 0\n'
        f"[ ! -e {fired} ] || exit 0\n"
        "landing=$(cut -d' ' -f4 /proc/$PPID/stat)\n"
        f"grep -q spine.repository /proc/$landing/cmdline || exit 0\ntouch {fired}\n{deed}\n"
    )
    path = ground.path / ".git/hooks" / hook
    path.write_text(script)
    path.chmod(0o755)
    return fired


def kill_at_call(ground: Ground, number: int, folder: Path) -> bool:
    """One landing, killed just before its n-th run of git; whether it got that far."""
    real = next(f"{place}/git" for place in os.environ["PATH"].split(":") if os.access(f"{place}/git", os.X_OK))
    folder.mkdir()
    shim = folder / "git"
    shim.write_text(
        f'#!/bin/sh\ncase "$*" in *cat-file*) exec {real} "$@";; esac\necho x >> {folder}/count\n'
        f"if [ $(wc -l < {folder}/count) -eq {number} ]; then touch {folder}/fired; kill -9 $PPID; exit 1; fi\n"
        f'exec {real} "$@"\n'
    )
    shim.chmod(0o755)
    land_in_a_process(ground, {"PATH": f"{folder}:{os.environ['PATH']}"})
    return (folder / "fired").exists()


def require_recovery(ground: Ground, *, landed: bool, had_journal: bool) -> None:
    """One recovery ends it: applied and followed, or untouched; a second one has nothing to say."""
    with ground.open() as repo:
        found = diagnose(repo)
        assert (found is not None and found.journal is not None) == had_journal
        assert found is None or not had_journal or (found.what == "finish") == landed
        assert recover(repo) == found
        assert recover(repo) is None
    assert not (ground.path / ".git/index.lock").exists()
    assert ground.status() == " M spine.yaml"
    assert ground.git("fsck", "--no-dangling") == ""
    assert isinstance(ground.land({"again.yaml": b"x\n"}), Landed)


def test_killed_at_any_call_of_git_the_landing_is_untouched_or_applied_or_in_the_journal(
    started: Ground, tmp_path: Path
) -> None:
    started.write({"spine.yaml": "my edit\n"})
    states = set()
    number = 1
    while True:
        place = tmp_path / f"run{number}"
        subprocess.run(["cp", "-a", started.path, place], check=True)
        ground = Ground(place, started.git_, started.env)
        before = ground.everything()
        if not kill_at_call(ground, number, tmp_path / f"bin{number}"):
            break
        with ground.open() as repo:
            journal = read_journal(repo)
        moved = ground.git("rev-parse", "main") != started.git("rev-parse", "main")
        if moved and journal is None:
            assert ground.status() == " M spine.yaml"
        if not moved:
            after = ground.everything()
            assert {name: after.get(name) for name in before} == before, number
        states.add((moved, journal is not None))
        require_recovery(ground, landed=moved, had_journal=journal is not None)
        number += 1
    assert number > 10
    assert states >= {(False, False), (True, True)}


def test_killed_before_the_branch_moves_everything_is_as_it_was(started: Ground) -> None:
    before = {name: digest for name, digest in started.everything().items() if not name.startswith(".git/hooks")}
    fired = harm(started, "commit-msg", "", "kill -9 $landing; sleep 0.2")
    assert land_in_a_process(started).returncode == -signal.SIGKILL
    assert fired.exists()
    after = {name: digest for name, digest in started.everything().items() if not name.startswith(".git/hooks")}
    left = {name for name in after.keys() - before.keys() if not name.startswith(".git/spine-")}
    assert left == {".git/index.lock"}  # marked as spine's: the next landing takes it away
    assert {name: after[name] for name in before} == before
    assert land_in_a_process(started).returncode == 0
    assert started.status() == ""


def test_killed_after_the_branch_moved_the_journal_says_so(started: Ground) -> None:
    old = started.git("rev-parse", "HEAD")
    fired = harm(started, "reference-transaction", "committed", "kill -9 $landing")
    assert land_in_a_process(started).returncode == -signal.SIGKILL
    assert fired.exists()
    new = started.git("rev-parse", "HEAD")
    assert new != old
    with started.open() as repo:
        assert read_journal(repo) == Journal(
            MAIN, CommitId(old), CommitId(new), str(started.path / ".git"), str(started.path),
            ["bindings/vm.yaml", "docs/notes.md", "new/file.yaml"],
        )  # fmt: skip
    before = started.everything()
    again = land_in_a_process(started)
    assert again.returncode == Exit.DOCTOR
    assert json.loads(again.stdout)[0] == "JournalOpen"
    assert started.everything() == before


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
def test_an_interruption_after_the_branch_moved_waits_until_all_has_followed(started: Ground, name: str) -> None:
    fired = harm(started, "reference-transaction", "committed", f"kill -{name} $landing; sleep 0.1")
    done = land_in_a_process(started)
    assert fired.exists()
    assert done.returncode == (130 if name == "INT" else -getattr(signal, f"SIG{name}"))
    assert (started.path / "bindings/vm.yaml").read_text() == "landed\n" * 100
    assert started.git("log", "-1", "--format=%s") == "m"
    with started.open() as repo:
        assert read_journal(repo) is None
    if name == "INT":
        assert started.status() == ""
        assert not (started.path / ".git/index.lock").exists()


def test_an_interruption_before_leaves_everything_as_it_was(started: Ground) -> None:
    fired = harm(started, "commit-msg", "", "kill -INT $landing; sleep 5")
    before = started.everything()
    assert land_in_a_process(started).returncode == 130
    assert fired.exists()
    assert started.everything() == before


def test_what_cannot_follow_is_reported_with_the_journal_open(started: Ground) -> None:
    # From the moment the branch has moved, no file of more than 64 bytes can be written any more.
    code = "import resource as r, sys; r.prlimit(int(sys.argv[1]), r.RLIMIT_FSIZE, (64, 64))"
    limit = f'{sys.executable} -c "{code}" $landing'
    fired = harm(started, "reference-transaction", "committed", limit)
    done = land_in_a_process(started)
    assert fired.exists()
    assert done.returncode == Exit.DOCTOR
    name, _, message = json.loads(done.stdout)
    assert name == "Unfinished"
    assert "bindings/vm.yaml: File too large" in message
    assert "new/file.yaml: File too large" in message
    assert started.git("log", "-1", "--format=%s") == "m"
    assert "vms:" in (started.path / "bindings/vm.yaml").read_text()
    assert not list(started.path.rglob(".spine-*"))
    assert not (started.path / ".git/index.lock").exists()
    with started.open() as repo:
        assert read_journal(repo) is not None


def test_an_index_that_cannot_follow_is_reported_and_the_files_are_written(started: Ground) -> None:
    fired = harm(started, "reference-transaction", "committed", "echo garbage > .git/index")
    done = land_in_a_process(started)
    assert fired.exists()
    assert json.loads(done.stdout)[0] == "Unfinished"
    assert (started.path / "bindings/vm.yaml").read_text() == "landed\n" * 100


def test_an_edit_in_the_last_moment_is_kept_and_told(started: Ground) -> None:
    path = started.path / "bindings/vm.yaml"
    hook = started.path / ".git/hooks/reference-transaction"
    hook.write_text(f'#!/bin/sh\n[ "$1" != committed ] || echo mine > {path}\n')
    hook.chmod(0o755)
    landed = started.land({"bindings/vm.yaml": b"landed\n", "new.yaml": b"n\n"})
    assert isinstance(landed, Landed)
    assert landed.left_alone == ("bindings/vm.yaml",)
    assert path.read_text() == "mine\n"
    assert started.status() == " M bindings/vm.yaml"
    assert started.git("diff", "bindings/vm.yaml").split("\n")[-2:] == ["-landed", "+mine"]


def test_git_that_says_no_to_what_it_has_done_is_not_believed(started: Ground, tmp_path: Path) -> None:
    real = next(f"{folder}/git" for folder in os.environ["PATH"].split(":") if os.access(f"{folder}/git", os.X_OK))
    shim = tmp_path / "bin/git"
    shim.parent.mkdir()
    shim.write_text(
        f'#!/bin/sh\n{real} "$@"; code=$?\n'
        'for word; do [ "$word" != update-ref ] || { touch "$0.fired"; echo "fatal: disk full" >&2; exit 128; }; done\n'
        "exit $code\n"
    )
    shim.chmod(0o755)
    done = land_in_a_process(started, {"PATH": f"{shim.parent}:{os.environ['PATH']}"})
    assert (tmp_path / "bin/git.fired").exists()
    assert done.returncode == 0, done.stdout
    assert started.git("log", "-1", "--format=%s") == "m"
    assert started.status() == ""


def test_the_journal_is_one_at_a_time_and_gone_when_closed(started: Ground) -> None:
    tip = CommitId(started.git("rev-parse", "HEAD"))
    journal = Journal(MAIN, None, tip, None, None, ["a"])
    with started.open() as repo:
        assert read_journal(repo) is None
        open_journal(repo, journal)
        assert read_journal(repo) == journal
        with pytest.raises(JournalOpen) as caught:
            open_journal(repo, journal)
        assert (caught.value.exit_code, caught.value.hint) == (Exit.DOCTOR, "spine doctor --fix")
        before = started.everything()
        with pytest.raises(JournalOpen):
            started.land({"a": b"1"})
        assert started.everything() == before
        close_journal(repo)
        assert read_journal(repo) is None
        assert isinstance(started.land({"a": b"1"}), Landed)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"spine": "journal/1"}', "\udcff"])
def test_a_journal_that_cannot_be_read_is_still_open(started: Ground, text: str) -> None:
    started.write({".git/spine-journal.json": text.encode("utf-8", "surrogateescape")})
    with started.open() as repo:
        with pytest.raises(JournalOpen):
            read_journal(repo)
        with pytest.raises(JournalOpen):
            land(repo, MAIN, lambda tree, tip: Decision({"a": b"1"}, "m"))


def test_unfinished_is_for_the_doctor() -> None:
    assert Unfinished("x").exit_code is Exit.DOCTOR
