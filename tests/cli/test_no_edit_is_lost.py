"""Whatever ends `spine propose`, at whatever moment: the edit is in the file, or comes back with `propose --undo`."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import FILES, VM, House

EDITED = VM.replace("status: running", "status: stopped")
NEW = "zones: []\n"
SHIM = """#!/bin/sh
# The n-th git that spine starts kills spine, before or after it did its own work.
n=$(($(cat {count} 2>/dev/null || echo 0) + 1)); echo $n > {count}
if [ $n = {kill} ]; then
  case "{when} $*" in *cat-file*) ;; after*) {git} "$@";; esac  # cat-file ends with spine, not before
  : > {fired}
  kill -KILL $PPID
  exit 1
fi
exec {git} "$@"
"""


def shimmed(house: House, folder: Path, kill: int, when: str) -> dict[str, str]:
    """An environment in which a git of our own stands in front."""
    git = shutil.which("git")
    folder.mkdir(exist_ok=True)
    script = SHIM.format(count=folder / "count", kill=kill, when=when, git=git, fired=folder / "fired")
    (folder / "git").write_text(script)
    (folder / "git").chmod(0o755)
    return {**house.env, "PATH": f"{folder}{os.pathsep}{house.env['PATH']}"}


def propose(house: House, env: dict[str, str]) -> int:
    words = [sys.executable, "-m", "spine", "propose", "stop web", "--staged"]
    return subprocess.run(words, cwd=house.path, env=env, capture_output=True, check=False, timeout=60).returncode


def edit(house: House) -> None:
    house.write("bindings/vm.yaml", EDITED)
    house.write("bindings/dns.yaml", NEW)
    (house.path / "bindings/net.yaml").unlink()
    house.git("add", "-A", "bindings")


def has_edit(house: House) -> bool:
    there = house.path / "bindings"
    return (
        house.read("bindings/vm.yaml") == EDITED
        and (there / "dns.yaml").is_file()
        and house.read("bindings/dns.yaml") == NEW
        and not (there / "net.yaml").exists()
    )


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_git_call(house: House, tmp_path: Path, when: str) -> None:
    ways: list[str] = []
    for kill in itertools.count(1):
        (house.path / ".git/index.lock").unlink(missing_ok=True)  # git's own lock outlives who is killed
        house.git("reset", "-q", "--hard")
        house.git("clean", "-qfd")
        for ref in house.git("for-each-ref", "--format=%(refname)", "refs/spine").split():
            house.git("update-ref", "-d", ref)
        edit(house)
        folder = tmp_path / f"kill{kill}"
        code = propose(house, shimmed(house, folder, kill, when))
        if not (folder / "fired").exists():  # there are no more
            assert code == 0
            assert not has_edit(house)
            break
        assert code == -signal.SIGKILL
        if has_edit(house):
            ways.append("in the files")
        else:
            house.spine("propose", "--undo")
            assert has_edit(house), f"killed {when} the {kill}th git"
            ways.append("restored")
    assert len(ways) > 20
    assert "in the files" in ways


def test_killed_between_two_files(house: House, tmp_path: Path) -> None:
    """The last moments run no git: the files are put back one by one."""
    harm = tmp_path / "harm"
    harm.mkdir()
    (harm / "sitecustomize.py").write_text(
        "import os, signal\n"
        "import spine.repository.backup as backup\n"
        "real, seen = backup.put, []\n"
        "def put(*words):\n"
        "    seen.append(1)\n"
        "    real(*words)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "backup.put = put\n"
    )
    edit(house)
    env = {**house.env, "PYTHONPATH": f"{harm}{os.pathsep}{house.env['PYTHONPATH']}"}
    assert propose(house, env) == -signal.SIGKILL
    assert not has_edit(house)
    assert house.read("bindings/vm.yaml") in (VM, EDITED)
    house.spine("propose", "--undo")
    assert has_edit(house)


def test_undo_after_the_file_changed_on_the_branch_gives_the_edit_and_not_the_old_copy(house: House) -> None:
    house.write("bindings/vm.yaml", EDITED)
    draft = house.propose("stop web")["id"]
    house.spine("propose", "rename dns", "--set", "bindings/vm.yaml#vms[vmid=101].name=resolver", "--apply")
    house.spine("propose", "--undo", draft)
    assert house.read("bindings/vm.yaml") == EDITED.replace("name: dns", "name: resolver")
    assert house.status() == [" M bindings/vm.yaml"]


def test_undo_where_the_branch_changed_the_same(house: House) -> None:
    house.write("bindings/vm.yaml", EDITED)
    draft = house.propose("stop web")["id"]
    house.spine("propose", "pause", "--set", "bindings/vm.yaml#vms[vmid=100].status=paused", "--apply")
    before = house.everything()
    said = house.spine("propose", "--undo", code=2)
    assert house.everything() == before
    assert f"hint: git show refs/spine/backup/{draft}:files/bindings/vm.yaml" in said.err
    assert house.git("show", f"refs/spine/backup/{draft}:files/bindings/vm.yaml") + "\n" == EDITED


def test_undo_over_a_new_edit_is_refused(house: House) -> None:
    house.write("bindings/vm.yaml", EDITED)
    house.propose("stop web")
    house.write("bindings/vm.yaml", VM + "mine: 1\n")
    before = house.everything()
    house.spine("propose", "--undo", code=1)
    assert house.everything() == before


def test_two_drafts_are_undone_one_after_the_other(house: House) -> None:
    house.write("bindings/vm.yaml", EDITED)
    house.propose("stop web")
    house.write("bindings/net.yaml", "nets: []\n")
    house.propose("no nets")
    assert "no-nets is gone again" in house.spine("propose", "--undo").out
    assert "stop-web is gone again" in house.spine("propose", "--undo").out
    assert house.read("bindings/vm.yaml") == EDITED
    assert house.read("bindings/net.yaml") == "nets: []\n"
    house.spine("propose", "--undo", code=2)


def test_propose_undo_propose_within_one_second(house: House) -> None:
    for _ in range(3):
        house.write("bindings/vm.yaml", EDITED)
        house.propose("stop web")
        house.spine("propose", "--undo")
        assert house.read("bindings/vm.yaml") == EDITED


def test_proposing_waits_for_a_landing_and_does_not_take_half_of_it(house: House) -> None:
    """Somebody lands while we look: without the lock the landed change would be taken for an edit, backwards."""
    house.write("bindings/net.yaml", "nets: []\n")
    words = [sys.executable, "-m", "spine", "propose", "no nets"]
    with open(house.path / ".git/spine.lock", "w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        process = subprocess.Popen(words, cwd=house.path, env=house.env, stdout=subprocess.PIPE, text=True)
        time.sleep(1.5)
        assert process.poll() is None
        house.commit("landed", {"bindings/vm.yaml": EDITED, "bindings/net.yaml": FILES["bindings/net.yaml"]})
        house.write("bindings/net.yaml", "nets: []\n")
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "bindings/vm.yaml" not in out
    assert house.read("bindings/vm.yaml") == EDITED
