"""Merges as files: a change brought to a text that has moved on, the table of DESIGN §5 row by row, both ways round.

A case has `base` (`base_gone: true` hides it from the merge), `target`, and `proposed` or the `change` itself. It ends
with `merged` and `notes`, or with `conflicts`, each with `kind`, `at` and those of `base`, `target` and `proposed` that
are there, or is `refused` as `PLACE CODE message`. Then the sides are swapped. Unless `swapped` says what comes out (or
`no`, where the table is not symmetric), it is the same text, or conflicts at the same addresses. `settings` is the body
of a `spine.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

import spine
from spine.records.settings import read_settings

SAYINGS = Path(__file__).parent / "merge_sayings.txt"
CASES = sorted((Path(__file__).parent / "merge_cases").glob("*.yaml"), key=lambda path: path.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    base: str
    target: str
    proposed: str = ""
    change: str = ""
    base_gone: str = ""
    settings: str = ""
    merged: str | None = None
    notes: list[str] = field(default_factory=list)
    conflicts: list[dict[str, str]] = field(default_factory=list)
    swapped: str | None = None
    refused: str = ""

    @property
    def rules(self) -> spine.FileRules:
        return read_settings("spine: settings/1\n" + self.settings).rules_for("bindings/case.yaml")


def read(path: Path) -> Case:
    """Every scalar of a case is a string, however it is written."""
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    return Case(**content)


def has_two_directions(path: Path) -> bool:
    case = read(path)
    return not case.change and not case.refused and case.swapped != "no"


def outcome(case: Case, target: str, proposed: str) -> spine.Merged | spine.Conflicts:
    rules = case.rules
    if case.change:
        change = spine.load(case.change)
    else:
        change = spine.diff(case.base, proposed, identity=rules.identity)
    return spine.merge(None if case.base_gone else case.base, target, change, rules=rules)


def test_there_are_enough() -> None:
    assert len(CASES) >= 90


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_merge(path: Path) -> None:
    case = read(path)
    if case.refused:
        with pytest.raises(spine.Refused) as raised:
            outcome(case, case.target, case.proposed)
        assert f"{raised.value.place} {raised.value.code} {raised.value.message}" == case.refused
        return
    found = outcome(case, case.target, case.proposed)
    if isinstance(found, spine.Conflicts):
        told = [
            {"kind": one.kind, "at": str(one.at)}
            | {name: value for name in ("base", "target", "proposed") if (value := getattr(one, name)) is not None}
            for one in found.conflicts
        ]
        assert told == case.conflicts
        assert case.merged is None
        return
    assert found.text == case.merged
    assert [f"{note.kind}: {note.at}" for note in found.notes] == case.notes
    assert not case.conflicts
    # What was really made is a change of the target itself, which can be applied, written and taken back.
    if not case.settings:
        assert spine.patch(case.target, found.change) == found.text
        assert spine.load(spine.dump(found.change)) == found.change
        assert spine.patch(found.text, spine.invert(found.change)) == case.target


def test_what_is_said_of_each_case() -> None:
    """The words of all notes and conflicts; `python tests/change/test_merge_cases.py` writes the file anew."""
    assert "".join(sayings()) == SAYINGS.read_text("utf-8"), "run python -m tests.change.test_merge_cases, and look"


def sayings() -> Iterator[str]:
    for path in CASES:
        case = read(path)
        if case.refused:
            continue
        found = outcome(case, case.target, case.proposed)
        told = [f"{one.kind}: {one.message}" for one in found.notes]
        if isinstance(found, spine.Conflicts):
            told += [f"CONFLICT {one.kind}: {one.message}" for one in found.conflicts]
        yield from (f"{path.stem}: {one}\n" for one in told)


@pytest.mark.parametrize("path", [*filter(has_two_directions, CASES)], ids=lambda path: path.stem)
def test_merge_with_sides_swapped(path: Path) -> None:
    case = read(path)
    found = outcome(case, case.proposed, case.target)
    if case.merged is None:
        assert isinstance(found, spine.Conflicts)
        assert {str(one.at) for one in found.conflicts} == {one["at"] for one in case.conflicts}
    else:
        assert isinstance(found, spine.Merged)
        assert found.text == (case.merged if case.swapped is None else case.swapped)


if __name__ == "__main__":
    SAYINGS.write_text("".join(sayings()), "utf-8")
