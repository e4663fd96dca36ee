"""A disk that fills up during a landing or a proposal: nothing of the user's is lost, and with room it goes on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from .conftest import VM, House

SIZE = 8 << 20
EDITED = VM.replace("status: running", "status: stopped")
# What is left free; the largest is enough for all that is done, so that the sweep ends on both sides.
ROOM = [0, *range(4096, 120 * 1024, 8192), 1 << 20]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, which nobody else fills."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("a file system of its own needs the right to mount one (run as root, or in a user namespace)")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def on(disk: Path, house: House, name: str) -> House:
    """A copy of the repository on the small disk, and what spine writes beside it there too."""
    shutil.copytree(house.path, disk / name, symlinks=True)
    return replace(house, path=disk / name, env={**house.env, "TMPDIR": str(disk)})


def leave(disk: Path, room: int) -> Path:
    """Fill the disk until `room` bytes are left; the file that does it."""
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast.write_bytes(b"\0" * (free - room))
    return ballast


@pytest.mark.slow
def test_a_landing_on_a_full_disk(house: House, small_disk: Path) -> None:
    house.write("bindings/vm.yaml", EDITED)
    id_ = house.propose("stop web")["id"]
    ends: set[str] = set()
    for room in ROOM:
        here = on(small_disk, house, f"repo{room}")
        start, before = here.tip(), here.everything()
        ballast = leave(small_disk, room)
        done = here.shell(f"spine apply {id_}", code=None)
        ballast.unlink()
        assert "Traceback" not in done.err, done.err
        assert here.git("fsck", "--no-dangling", "--no-progress") == ""
        if done.code == 0:
            ends.add("landed")
        elif here.tip() == start:  # refused: nothing happened, and it is said where there was no room
            ends.add("refused")
            assert re.search("space left|diskspace", done.err), done.err
            assert here.everything() == before
            here.spine("doctor", "--fix")
            here.spine("apply", id_)
        else:  # it landed, and the files wait for the doctor
            ends.add("to be finished")
            assert done.code == 5, done.err
            here.spine("doctor", "--fix")
        assert here.git("rev-list", "--count", f"{start}..HEAD") == "1"
        assert here.read("bindings/vm.yaml") == EDITED
        assert here.git("status", "--porcelain", "--untracked-files=no") == ""
        here.spine("check", f"{start}..HEAD")
        here.spine("doctor")
        shutil.rmtree(here.path)
    assert {"landed", "refused"} <= ends


@pytest.mark.slow
def test_a_proposal_on_a_full_disk(house: House, small_disk: Path) -> None:
    house.write("bindings/vm.yaml", EDITED)
    ends: set[str] = set()
    for room in ROOM:
        here = on(small_disk, house, f"repo{room}")
        ballast = leave(small_disk, room)
        done = here.shell('spine propose "stop web"', code=None)
        ballast.unlink()
        assert "Traceback" not in done.err, done.err
        if done.code == 0:
            ends.add("proposed")
            assert here.read("bindings/vm.yaml") == VM
            here.spine("propose", "--undo")
        else:
            ends.add("refused")
            assert re.search("space left|diskspace", done.err), done.err
            if here.read("bindings/vm.yaml") != EDITED:
                here.spine("propose", "--undo")
        assert here.read("bindings/vm.yaml") == EDITED
        shutil.rmtree(here.path)
    assert ends == {"proposed", "refused"}
