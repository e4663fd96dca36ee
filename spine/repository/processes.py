"""Programs run to their end: what goes in, what comes out, and a time limit for all that they started."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from spine.dataclass import dataclass

_CHUNK = 65_536


class _Late(Exception):
    """The time is up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git command said."""

    code: int
    out: bytes
    err: bytes

    @property
    def line(self) -> str:
        """The output as one line of text, without its end."""
        return self.out.decode("utf-8", "surrogateescape").removesuffix("\n")

    @property
    def fields(self) -> list[str]:
        """The output's NUL-terminated fields, file names as text that keeps undecodable bytes."""
        return self.out.decode("utf-8", "surrogateescape").removesuffix("\0").split("\0") if self.out else []


def finish(line: list[str], stdin: bytes, cwd: Path, env: Mapping[str, str], time_limit: float | None) -> Answer:
    """Run a program to its end. It leads a group of processes, so that all it started end with it at the time limit.

    Raises `subprocess.TimeoutExpired`, or `OSError` if it cannot be started.
    """
    with subprocess.Popen(
        line, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
        process_group=None if time_limit is None else 0,
    ) as process:  # fmt: skip
        try:
            out, err = _talk(process, stdin, time_limit)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                if time_limit is None:
                    process.kill()
                else:
                    os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, _Late) and time_limit is not None:
                raise subprocess.TimeoutExpired(line, time_limit) from error
            raise
    return Answer(process.returncode, out, err)


def _talk(process: subprocess.Popen[bytes], stdin: bytes, time_limit: float | None) -> tuple[bytes, bytes]:
    """What `communicate` does, but that it sleeps for a millisecond or more when a program ends a moment after its
    output: of a landing's twenty that is a good part."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    end = None if time_limit is None else time.monotonic() + time_limit
    poll = select.poll()
    left = memoryview(stdin)
    heard: dict[int, list[bytes]] = {process.stdout.fileno(): [], process.stderr.fileno(): []}
    listening = set(heard)
    for handle in heard:
        poll.register(handle, select.POLLIN)
    into = process.stdin.fileno()
    if left:
        os.set_blocking(into, False)
        poll.register(into, select.POLLOUT)
    else:
        _close(process.stdin)
    while listening or left:
        for handle, _ in _polled(poll, end):
            if handle == into:
                left = left[_written(into, left) :]
                if not left:
                    poll.unregister(into)
                    _close(process.stdin)
            elif data := os.read(handle, _CHUNK):
                heard[handle].append(data)
            else:
                poll.unregister(handle)
                listening.remove(handle)
    _await(process, end)
    out, err = (b"".join(parts) for parts in heard.values())
    return out, err


def _written(into: int, left: memoryview) -> int:
    """How many bytes are gone; all of them if nobody reads any more."""
    try:
        return os.write(into, left[:_CHUNK])
    except BrokenPipeError:
        return len(left)
    except BlockingIOError:
        return 0


def _polled(poll: select.poll, end: float | None) -> list[tuple[int, int]]:
    found = poll.poll(None if end is None else max(0.0, end - time.monotonic()) * 1000)
    if not found and end is not None and time.monotonic() >= end:
        raise _Late
    return found


def _await(process: subprocess.Popen[bytes], end: float | None) -> None:
    """Wait for a program's end; the kernel tells, where it can."""
    if end is not None and hasattr(os, "pidfd_open"):
        handle = os.pidfd_open(process.pid)
        try:
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            _polled(poll, end)
        finally:
            os.close(handle)
    process.wait(None if end is None else max(0.0, end - time.monotonic()))


def _close(stream: IO[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):
        stream.close()
