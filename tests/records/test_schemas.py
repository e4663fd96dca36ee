"""The shipped JSON Schemas are those that the types make; `python tests/records/test_schemas.py` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

import spine.records
from spine.records.schemas import FORMS, OPEN_FORMS, schema, schema_text

FOLDER = Path(spine.records.__file__).parent.parent / "schemas"


@pytest.mark.parametrize("kind", FORMS)
def test_the_shipped_schema_is_up_to_date(kind: str) -> None:
    shipped = (FOLDER / f"{kind}.json").read_text(encoding="utf-8")
    assert shipped == schema_text(kind), "run python tests/records/test_schemas.py"


def test_no_other_schema_is_shipped() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir() if path.is_file()) == sorted(FORMS)


CLOSED_FORMS = [kind for kind, form in FORMS.items() if form not in OPEN_FORMS]


@pytest.mark.parametrize("kind", CLOSED_FORMS)
def test_nothing_unknown_passes(kind: str) -> None:
    made = schema(kind)
    Draft202012Validator.check_schema(made)
    assert made["properties"]["spine"]["const"] == f"{kind}/1"
    objects = [made, *made.get("$defs", {}).values()]
    assert all(one["additionalProperties"] is False for one in objects if one["type"] == "object")
    assert len(objects) > 1 or kind in ("withdrawal", "approval")


def test_the_front_matter_of_loops() -> None:
    """What `spine loop new` writes passes, with fields of one's own too; dates are strings to YAML 1.2."""
    judge = Draft202012Validator(schema("loop"))
    loop = Path(spine.records.__file__).parents[2] / "loops" / "LOOP-HOME-INFRA-DOC-PARITY-20260212.scope.md"
    front = yaml.load(loop.read_text(encoding="utf-8").split("---\n")[1], Loader=yaml.BaseLoader)
    assert judge.is_valid(front)
    assert judge.is_valid(front | {"horizon": "now", "checks": {"1": {"at": "bindings/a.yaml#b", "is": "c"}}})
    for wrong in (
        {"loop_id": "LOOP-x"},
        {"severity": "P2"},
        {"opened": "yesterday"},
        {"gaps": ["GAP-OP-1", "GAP-OP-1"]},
        {"checks": {"1": "true"}},
        {"checks": {"1": {"at": "bindings/a.yaml#b", "counts": 1}}},
    ):
        assert not judge.is_valid(front | wrong), wrong
    assert not judge.is_valid({key: value for key, value in front.items() if key != "status"})


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in FORMS:
        (FOLDER / f"{name}.json").write_text(schema_text(name), encoding="utf-8")
