"""Records as files: good ones are read, malformed ones refused as their first line says, and the schemas agree.

A case in `bad/` begins with a comment, `# LINE:COLUMN message`; a second comment, `# beyond the schema`, marks what a
JSON Schema cannot see. A case in `good/` that does not begin with a comment is written as spine writes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from spine.errors import Refused
from spine.records.approval import read_approval, write_approval
from spine.records.baseline import read_baseline, write_baseline
from spine.records.gap import read_gap, write_gap
from spine.records.imported import read_imported, write_imported
from spine.records.proposal import read_proposal, write_proposal
from spine.records.receipt import read_receipt, write_receipt
from spine.records.schemas import schema
from spine.records.settings import read_settings, write_settings
from spine.records.withdrawal import read_withdrawal, write_withdrawal
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Node
from spine.yamldoc.scalars import value_of

HERE = Path(__file__).parent
READ: dict[str, Callable[..., object]] = {
    "proposal": read_proposal,
    "receipt": read_receipt,
    "gap": read_gap,
    "settings": read_settings,
    "withdrawal": read_withdrawal,
    "approval": read_approval,
    "imported": read_imported,
    "baseline": read_baseline,
}
WRITE: dict[str, Callable[..., str]] = {
    "proposal": write_proposal,
    "receipt": write_receipt,
    "gap": write_gap,
    "settings": write_settings,
    "withdrawal": write_withdrawal,
    "approval": write_approval,
    "imported": write_imported,
    "baseline": write_baseline,
}
GOOD = sorted((HERE / "good").glob("*.yaml"), key=lambda path: path.name)
BAD = sorted((HERE / "bad").glob("*.yaml"), key=lambda path: path.name)


@cache
def validator(kind: str) -> Draft202012Validator:
    made = schema(kind)
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def as_plain(node: Node | None) -> object:
    """What any YAML 1.2 reader would hand to a schema; of double keys the last."""
    if node is None:
        return None
    if node.kind == "mapping":
        return {entry.key.text: as_plain(entry.value) for entry in node.entries if entry.key is not None}
    if node.kind == "sequence":
        return [as_plain(entry.value) for entry in node.entries]
    kind, text = value_of(node)
    plain: dict[str, Callable[[], object]] = {
        "null": lambda: None,
        "bool": lambda: text == "true",
        "int": lambda: int(text),
        "float": lambda: float(text),
    }
    return plain.get(kind, lambda: text)()


def test_the_folders_are_not_empty() -> None:
    assert {path.name.split("-")[0] for path in GOOD} == set(READ)
    assert len(BAD) >= 90


@pytest.mark.parametrize("case", GOOD, ids=lambda path: path.stem)
def test_good_records(case: Path) -> None:
    text, kind = case.read_text(encoding="utf-8"), case.name.split("-")[0]
    record = READ[kind](text, file=case.name)
    assert READ[kind](WRITE[kind](record)) == record
    if not text.startswith("#"):
        assert WRITE[kind](record) == text
    assert [error.message for error in validator(kind).iter_errors(as_plain(parse(text).root))] == []


@pytest.mark.parametrize("case", BAD, ids=lambda path: path.stem)
def test_bad_records(case: Path) -> None:
    text, kind = case.read_text(encoding="utf-8"), case.name.split("-")[0]
    first, second, *_ = [*text.split("\n"), ""]
    with pytest.raises(Refused) as raised:
        READ[kind](text, file=case.name)
    place = str(raised.value.place).removeprefix(f"{case.name}:")
    assert f"# {place} {raised.value.message}" == first
    try:
        seen = not validator(kind).is_valid(as_plain(parse(text).root))
    except Unparsable:
        seen = False
    assert seen == (second != "# beyond the schema")
