"""`make demo` plays to its end: each of its claims is checked while it runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_the_demo_runs_green(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "SPINE_DEMO_SITE": str(tmp_path / "site")}
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(ROOT / "demo/run.py")], cwd=tmp_path, env=env, capture_output=True, encoding="utf-8",
        check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "3 of 3. Ben's entry is there: True" in done.stdout
    assert done.stdout.count("  lost: ") == 3
    assert "set by CP-" in done.stdout
    assert "all explained" in done.stdout
    assert "no receipt covers it" in done.stdout
    assert "\x1b" not in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    where = done.stdout.partition("to read in a browser: ")[2].split("\n")[0]
    assert "register the home vault" in (tmp_path / where).read_text()
    assert time.monotonic() - start < 60
