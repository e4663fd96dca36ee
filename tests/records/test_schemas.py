"""The shipped JSON Schemas are those that the types make; `python tests/records/test_schemas.py` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import spine.records
from spine.records.schemas import FORMS, schema, schema_text

FOLDER = Path(spine.records.__file__).parent.parent / "schemas"


@pytest.mark.parametrize("kind", FORMS)
def test_the_shipped_schema_is_up_to_date(kind: str) -> None:
    shipped = (FOLDER / f"{kind}.json").read_text(encoding="utf-8")
    assert shipped == schema_text(kind), "run python tests/records/test_schemas.py"


def test_no_other_schema_is_shipped() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(FORMS)


@pytest.mark.parametrize("kind", FORMS)
def test_nothing_unknown_passes(kind: str) -> None:
    made = schema(kind)
    Draft202012Validator.check_schema(made)
    assert made["properties"]["spine"]["const"] == f"{kind}/1"
    objects = [made, *made.get("$defs", {}).values()]
    assert all(one["additionalProperties"] is False for one in objects if one["type"] == "object")
    assert len(objects) > 1 or kind == "withdrawal"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in FORMS:
        (FOLDER / f"{name}.json").write_text(schema_text(name), encoding="utf-8")
