"""Whoever waits for the landing lock gets it in the order of arrival, and is told who has it when time is up."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from spine.repository import Locked, Repository, landing_lock

from .conftest import Ground

SPAWN = multiprocessing.get_context("spawn")


def take_turn(path: Path, env: dict[str, str], who: str, hold: float) -> None:
    """Wait for the lock, note down who has it, and hold it for a while."""
    with Repository.open(path, env) as repo, landing_lock(repo, 60, what=f"spine apply {who}"):
        with open(path / "turns", "a") as stream:
            stream.write(f"{who}\n")
        time.sleep(hold)


def tickets(ground: Ground) -> int:
    folder = ground.path / ".git/spine-queue"
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def wait_for(ground: Ground, count: int) -> None:
    end = time.monotonic() + 20
    while tickets(ground) != count:
        assert time.monotonic() < end, tickets(ground)
        time.sleep(0.01)


def test_turns_come_in_the_order_of_arrival(started: Ground) -> None:
    names = [f"w{number}" for number in range(6)]
    waiting = []
    with started.open() as repo, landing_lock(repo):
        for number, name in enumerate(names):
            waiting.append(SPAWN.Process(target=take_turn, args=(started.path, started.env, name, 0.05)))
            waiting[-1].start()
            wait_for(started, number + 1)
        time.sleep(0.2)
        with started.open() as late, pytest.raises(Locked), landing_lock(late, 0):
            pass
    for process in waiting:
        process.join(30)
        assert process.exitcode == 0
    assert (started.path / "turns").read_text().split() == names
    assert not (started.path / ".git/spine-queue").exists()


def test_one_who_dies_waiting_is_passed_over_and_its_ticket_goes(started: Ground) -> None:
    with started.open() as repo, landing_lock(repo):
        first, second = (
            SPAWN.Process(target=take_turn, args=(started.path, started.env, name, 0)) for name in ("dead", "alive")
        )
        first.start()
        wait_for(started, 1)
        second.start()
        wait_for(started, 2)
        assert first.pid is not None
        os.kill(first.pid, signal.SIGKILL)
        first.join(10)
        time.sleep(0.2)
        assert tickets(started) == 1
    second.join(20)
    assert (started.path / "turns").read_text() == "alive\n"
    assert not (started.path / ".git/spine-queue").exists()


def test_tickets_of_the_dead_keep_nobody_waiting(started: Ground) -> None:
    folder = started.path / ".git/spine-queue"
    folder.mkdir()
    (folder / f"{0:020}-1").write_text("")
    with started.open() as repo, landing_lock(repo, 0):
        assert tickets(started) == 0


def test_when_time_is_up_the_holder_is_named_and_nothing_is_left(started: Ground) -> None:
    with started.open() as repo, landing_lock(repo, what="spine apply CP-1"):
        before = started.everything()
        begun = time.monotonic()
        with started.open() as other, pytest.raises(Locked) as caught, landing_lock(other, 0.3):
            pass
        assert 0.3 <= time.monotonic() - begun < 5
        assert caught.value.message == (
            f"another spine (process {os.getpid()}, spine apply CP-1) has been at work here for 0.3 s and longer"
        )
        assert started.everything() == before


def test_who_holds_it_cannot_write_to_the_terminal(started: Ground) -> None:
    with started.open() as repo, landing_lock(repo):
        (started.path / ".git/spine.lock").write_bytes(b"7 elsewhere \x1b[2Jspine\n")
        with started.open() as other, pytest.raises(Locked) as caught, landing_lock(other, 0):
            pass
        assert "\x1b" not in caught.value.message
        assert "(process 7 on elsewhere, " in caught.value.message
