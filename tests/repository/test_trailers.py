"""Trailers, read as git reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine.repository import parse_trailers

CASES = [
    "subject\n\nKey: value\n",
    "subject\n\nbody\n\nSpine-Proposal: CP-1\nSpine-Loop: LOOP-X\n",
    "Key: in the subject\n",
    "Key: in the subject\n\n",
    "subject\nKey: in the first paragraph\n",
    "subject\n\nbody\nKey: value\n",
    "subject\n\nbody\nSigned-off-by: A <a@x>\n",
    "subject\n\none\ntwo\nthree\nfour\nSigned-off-by: A <a@x>\n",
    "subject\n\nKey: a\n b\n  c\nOther: d\n",
    "subject\n\nKey: value\n\nnot trailers at all\n",
    "subject\n\nKey: value\n---\nOther: x\n",
    "subject\n\n---\n\nKey: value\n",
    "subject\n\nKey : spaced\nNo-Value:\n",
    "subject\n\nKey: value\n# comment\nOther: v\n",
    "subject\n\nKey: value\n\n# comment\n\n",
    "subject\n\n(cherry picked from commit 1234)\n",
    "subject\n\nKey: v\n(cherry picked from commit 1234)\n",
    "subject\n\n  indented: no\nKey: v\n",
    "subject\n\nKey: v \t \n",
    "subject\r\n\r\nKey: v\r\n",
    "subject\n\nTwo words: no\n",
    "subject\n\nKey= v\n",
    "subject\n\nhttps://example.org/x\n",
    "subject\n \nKey: v\n",
    "",
    "\n\n",
    "a",
]


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside any repository."""
    return tmp_path_factory.mktemp("trailers")


def by_git(message: str, folder: Path) -> tuple[tuple[str, str], ...]:
    """What git itself reads."""
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse", "--no-divider"],
        input=message.encode(), capture_output=True, check=True, cwd=folder,
    )  # fmt: skip
    lines = done.stdout.decode().split("\n")[:-1]
    return tuple((key, value) for key, _, value in (line.partition(": ") for line in lines))


@pytest.mark.parametrize("message", CASES)
def test_each_case_is_read_as_git_reads_it(message: str, empty_folder: Path) -> None:
    assert parse_trailers(message) == by_git(message, empty_folder)


def test_the_cases_have_trailers_and_messages_without() -> None:
    found = [bool(parse_trailers(message)) for message in CASES]
    assert found.count(True) >= 9
    assert found.count(False) >= 9


LINES = st.sampled_from(
    [
        "", "", " ", "text", "Key: value", "Spine-Proposal: CP-1", " more", "\tmore", "# comment", "---", "Key:",
        "a-b : c", "Signed-off-by: A <a@x>", "(cherry picked from commit 12)", "two words: x", ": x", "-: y",
        "é: z", "K: é", "x:y:z",
    ]
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=9))
def test_any_message_is_read_as_git_reads_it(empty_folder: Path, lines: list[str]) -> None:
    message = "subject\n" + "".join(f"{line}\n" for line in lines)
    assert parse_trailers(message) == by_git(message, empty_folder)


def test_a_long_message_takes_linear_time() -> None:
    assert parse_trailers("s\n\n" + "a-" * 500_000 + "\n") == ()
    assert parse_trailers("s\n\n" + "a" + " " * 500_000 + "\n") == ()
