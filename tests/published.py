"""A judge for every JSON document that spine gives: the schema that is published for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from spine.actions.published_schemas import find_schema


@cache
def judge(name: str) -> Draft202012Validator:
    """The validator of `NAME/1`, from the shipped file."""
    schema = find_schema(name).content
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def fitting(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document, which has to be as its schema says."""
    flaws = sorted(judge(document["spine"]).iter_errors(document), key=lambda one: one.json_path)
    told = [f"{one.json_path}: {_innermost(one)}" for one in flaws]
    assert not told, f"{document['spine']} is not as its schema says:\n" + "\n".join(told)
    return document


def _innermost(error: Any) -> str:
    return "; ".join([error.message[:300], *(_innermost(one) for one in error.context or ())])
