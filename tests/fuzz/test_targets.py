"""The fuzz targets on what they begin with and on small changes of it; the rest is what `run.py` does with atheris."""

from __future__ import annotations

import importlib.util
import random
import re
import subprocess
import sys

import pytest

from tests.conftest import TORTURE
from tests.fuzz.targets import ROOT, TARGETS, attempt, seeds

FOUND = ROOT / "tests/fuzz/found"
ROUNDS = 20_000 if TORTURE else 150
SECONDS = 300
SPLICES = [b"\0", b"\n", b"\r", b"'", b'"', b"#", b": ", b"- ", b"&a ", b"*a", b"!!x ", b"[", b"{", b"|\n",
           b"\xef\xbb\xbf", b"\xc2\x85", b"\xff", b"---\n", b"@@ -1 +1 @@\n", b"9" * 400, b"\t", b"null"]  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """One to three changes: bytes cut, doubled, moved, replaced, or something put in."""
    for _ in range(chance.randint(1, 3)):
        at, to = sorted(chance.randint(0, len(data)) for _ in range(2))
        to = min(to, at + 40)
        part = data[at:to]
        put = chance.choice([b"", part * 2, part[::-1], chance.choice(SPLICES), bytes([chance.randrange(256)])])
        data = data[:at] + put + data[to:]
    return data


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_an_answer_or_a_refusal(name: str) -> None:
    chance = random.Random(name)
    began = list(seeds(name))
    assert any(attempt(TARGETS[name], seed) for seed in began), "no seed is taken, so nothing behind the door is tried"
    for _ in range(ROUNDS):
        attempt(TARGETS[name], mutated(chance.choice(began), chance))


@pytest.mark.parametrize("file", sorted(FOUND.glob("*/*")), ids=lambda file: f"{file.parent.name}-{file.name}")
def test_what_was_found_stays_mended(file: object) -> None:
    path = ROOT / str(file)
    attempt(TARGETS[path.parent.name], path.read_bytes())


@pytest.mark.torture
@pytest.mark.parametrize("name", TARGETS)
def test_with_atheris(name: str) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: pip install atheris")
    words = [sys.executable, "-m", "tests.fuzz.run", name, "--seconds", str(SECONDS)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
    said = done.stderr.decode(errors="replace")
    assert done.returncode == 0, said[-4_000:]
    runs = re.search(r"number_of_executed_units: (\d+)", said)
    assert runs, said[-1_000:]
    print(f"{name}: {runs[1]} runs, nothing found")
