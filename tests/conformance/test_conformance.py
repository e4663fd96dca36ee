"""The folder of cases that any implementation can run: this one gives exactly the expected answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance.make import HERE, ask, bring_back
from tests.conftest import scrubbed_environment

CASES = sorted(path.parent for path in HERE.glob("*/expected.json"))


def test_there_are_cases_of_each_answer() -> None:
    answers = [json.loads((case / "expected.json").read_text("utf-8"))["answer"] for case in CASES]
    assert len(CASES) >= 25
    assert {answer: answers.count(answer) >= 2 for answer in ("yes", "no", "cannot tell")} == dict.fromkeys(
        ("yes", "no", "cannot tell"), True
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case(case: Path, tmp_path: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    given = {key: expected[key] for key in ("depth", "object_format", "range") if key in expected}
    path = bring_back(tmp_path, case, given)
    assert {"title": expected["title"], **given, **ask(path, scrubbed_environment(tmp_path), given)} == expected
