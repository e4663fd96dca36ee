"""Changes of one text as files: what `diff` says, and what `patch`, `invert`, `dump` and `load` make of it, bytewise.

A case has `before` and `after`, and `operations`, the whole dump of the change. Operations alone tell it, unless the
case says `residual: true` or gives the reason of its text patch as `text`. A case with `change` does not ask `diff`:
that change, written by hand, gives `after`, or is `refused` as `PLACE CODE message`. `settings` is the body of a
`spine.yaml`. `back: no` marks changes by hand that saw less than they changed, so that turned round they do not give
every byte back; `back: text` those whose way back no operation may go.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

import spine
from spine.records.settings import read_settings

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"), key=lambda path: path.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    before: str
    after: str = ""
    operations: str = ""
    change: str = ""
    refused: str = ""
    residual: str = ""
    text: str = ""
    settings: str = ""
    back: str = ""


def read(path: Path) -> Case:
    """Every scalar of a case is a string, however it is written."""
    return Case(**yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader))


def rules(settings: str) -> spine.FileRules:
    return read_settings("spine: settings/1\n" + settings).rules_for("bindings/case.yaml")


def of_kind(*, by_hand: bool) -> list[Path]:
    return [path for path in CASES if bool(read(path).change) == by_hand]


def test_there_are_enough() -> None:
    assert len(CASES) >= 150


@pytest.mark.parametrize("path", of_kind(by_hand=False), ids=lambda path: path.stem)
def test_diff(path: Path) -> None:
    case = read(path)
    change = spine.diff(case.before, case.after, identity=rules(case.settings).identity)
    assert spine.dump(change) == case.operations
    assert change.reason == case.text
    assert bool(change.patch) == bool(case.text)
    assert bool(change.residual or change.residual_first) == (case.residual == "true")
    assert_it_holds(change, case)


@pytest.mark.parametrize("path", of_kind(by_hand=False), ids=lambda path: path.stem)
def test_diff_backwards(path: Path) -> None:
    """The way back is an edit of its own, made without a look at the way there."""
    case = read(path)
    back = Case(before=case.after, after=case.before)
    change = spine.diff(back.before, back.after, identity=rules(case.settings).identity)
    assert_it_holds(change, back)
    if not case.text:
        assert bool(change.patch) == (case.back == "text"), change.reason


def assert_it_holds(change: spine.Change, case: Case) -> None:
    """Exact there and back, however often it is written and turned round; and merged where it is made already."""
    assert spine.patch(case.before, change) == case.after
    assert spine.load(spine.dump(change)) == change
    back = spine.invert(change)
    assert spine.patch(case.after, back) == case.before
    assert spine.load(spine.dump(back)) == back
    assert spine.patch(case.before, spine.invert(back)) == case.after
    made = spine.merge(case.before, case.before, change)
    again = spine.merge(case.before, case.after, change)
    assert isinstance(made, spine.Merged)
    assert isinstance(again, spine.Merged)
    assert (made.text, again.text) == (case.after, case.after)


@pytest.mark.parametrize("path", of_kind(by_hand=True), ids=lambda path: path.stem)
def test_changes_made_by_hand(path: Path) -> None:
    case = read(path)
    if not case.refused:
        change = spine.load(case.change)
        assert spine.load(spine.dump(change)) == change
        assert spine.patch(case.before, change) == case.after
        if case.back != "no":
            assert spine.patch(case.after, spine.invert(change)) == case.before
        return
    with pytest.raises(spine.Refused) as raised:
        spine.patch(case.before, spine.load(case.change))
    assert f"{raised.value.place} {raised.value.code} {raised.value.message}" == case.refused
