"""The shipped schemas of documents are those that the forms make, and they are all there, whole and strict.

`python tests/review/forms/test_making.py` writes them anew.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

import spine
from spine.actions.published_schemas import find_schema, published_schemas
from spine.address import Address as Parsed
from spine.errors import Exit
from spine.records.schemas import FORMS
from spine.review.forms.making import DOCUMENTS, WITHOUT_EXIT, document_schema, document_text
from spine.review.forms.words import ADDRESS, ENDINGS, ExitCode, Meaning
from tests.test_address import addresses

SOURCE = Path(spine.__file__).parent
FOLDER = SOURCE / "schemas" / "documents"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_shipped_schema_is_up_to_date(name: str) -> None:
    shipped = (FOLDER / f"{name}-1.json").read_text(encoding="utf-8")
    assert shipped == document_text(name), "run python tests/review/forms/test_making.py"


def test_no_other_schema_is_shipped_and_each_is_found_by_its_name() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(f"{name}-1.json" for name in DOCUMENTS)
    assert not {*DOCUMENTS} & {*FORMS}
    listed = published_schemas()
    assert {one.name for one in listed} == {f"{name}/1" for name in (*DOCUMENTS, *FORMS)}
    for one in listed:
        assert find_schema(one.name) == find_schema(one.name.partition("/")[0]) == one
        assert one.content["title"] == f"spine {one.name}"
        assert one.about.endswith("."), one.name


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object with properties, at any depth."""
    if isinstance(part, dict):
        if part.get("type") == "object" and "properties" in part:
            yield part
        for one in part.values():
            yield from objects(one)
    if isinstance(part, list):
        for one in part:
            yield from objects(one)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_strict_and_whole(name: str) -> None:
    made = document_schema(name)
    Draft202012Validator.check_schema(made)
    found = list(objects(made))
    assert all(one["additionalProperties"] is False and one["required"] for one in found)
    assert {*re.findall(r'"\$ref": "#/\$defs/(\w+)"', document_text(name))} == {*made.get("$defs", {})}
    for one in made.get("oneOf", [made]):
        assert one["properties"]["spine"] == {"const": f"{name}/1"}
        assert ("exit" in one["required"]) == (name not in WITHOUT_EXIT)
        assert one["description"]


def test_a_part_is_the_same_wherever_it_is() -> None:
    seen: dict[str, Any] = {}
    for name in DOCUMENTS:
        for title, part in document_schema(name).get("$defs", {}).items():
            assert seen.setdefault(title, part) == part, title
    assert {"Finding", "Place", "Plan", "Conflict", "Proposal", "Receipt", "Value", "Setter"} <= {*seen}


def names_in(source: str) -> Iterator[str]:
    """The names of the documents that a module makes; `*` stands for what is only known when it runs."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("document", "hooks_document") and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant):
                yield name.value
            elif isinstance(name, ast.JoinedStr):
                yield "".join(str(one.value) if isinstance(one, ast.Constant) else "*" for one in name.values)
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "spine" and isinstance(value, ast.Constant):
                    yield str(value.value).removesuffix("/1")


def test_every_document_of_the_source_has_a_schema_and_every_schema_a_document() -> None:
    """Names that are made up while spine runs are those of its verbs; tests/cli holds each against its answer."""
    modules = [*(SOURCE / "review").rglob("*.py"), *(SOURCE / "cli").rglob("*.py"), *(SOURCE / "actions").rglob("*.py")]
    found = {name for module in modules for name in names_in(module.read_text("utf-8"))}
    made_up = {name for name in found if "*" in name}
    assert made_up == {"loop-*", "gap-*"}
    literal = found - made_up
    assert literal <= {*DOCUMENTS}, "a document without a schema"
    proposing = {"propose", "undo", "supersede", "resolve"}  # one function gives them all
    for name in {*DOCUMENTS} - literal - proposing:
        assert re.fullmatch(r"(loop|gap|hooks)-[a-z]+", name), f"no verb gives {name}/1"


def test_the_endings_are_those_of_spine() -> None:
    assert get_args(ExitCode) == tuple(int(one) for one in Exit)
    assert get_args(Meaning) == tuple(one.name.lower() for one in Exit)
    assert len(ENDINGS) == len(Exit)


def test_an_ending_says_one_thing() -> None:
    judge = Draft202012Validator(document_schema("validate"))
    good = {"spine": "validate/1", "findings": [], "known": 0, "gone": 0, "exit": {"code": 3, "meaning": "conflict"}}
    assert judge.is_valid(good)
    assert not judge.is_valid(good | {"exit": {"code": 3, "meaning": "policy"}})


@given(addresses)
def test_the_pattern_of_addresses_takes_every_address(address: Parsed) -> None:
    assert re.search(ADDRESS, str(address)), str(address)


@pytest.mark.parametrize("text", ["a..b", ".a", "a[", "a[b]", "a b", "a[#]", "ä", "a]", 'a["b]'])
def test_the_pattern_of_addresses_takes_nothing_else(text: str) -> None:
    assert not re.search(ADDRESS, text)


def test_no_verb_loads_the_forms() -> None:
    """They cost a verb nothing: nothing outside of them names them."""
    naming = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "review.forms" in path.read_text("utf-8") and path.parent != SOURCE / "review" / "forms"
    ]
    assert naming == []


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for one in FOLDER.iterdir():
        one.unlink()
    for one_name in DOCUMENTS:
        (FOLDER / f"{one_name}-1.json").write_text(document_text(one_name), encoding="utf-8")
