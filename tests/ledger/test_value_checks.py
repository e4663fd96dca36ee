"""References, rules and schemas of `spine.yaml`: `value_cases` have a tree and what is found in it, by listing.

And the law of what a change brings: looking only at what it can affect finds what looking at everything finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import Finding
from spine.ledger.schema_checks import MOST
from spine.ledger.sheets import Sheets
from spine.ledger.value_checks import brought, idle_declarations, new_findings, value_findings
from spine.records.baseline import baseline_of, fingerprint, subtract
from spine.records.settings import read_settings
from spine.repository.snapshots import is_below

CASES = sorted((Path(__file__).parent / "value_cases").glob("*.yaml"))
CHANGES = sorted((Path(__file__).parent / "change_cases").glob("*.yaml"))


@dataclass(frozen=True)
class Blob:
    mode: str = "100644"


class Tree:
    """A tree in memory."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: text.encode() for path, text in files.items()}

    def read(self, path: str, *, limit: int = 0) -> bytes | None:
        return self.files.get(path)

    def blob(self, path: str) -> Blob | None:
        return Blob() if path in self.files else None

    def paths(self, prefix: str = "") -> Iterator[str]:
        return iter(sorted(path for path in self.files if is_below(prefix)(path)))


def sheets(files: dict[str, str]) -> Sheets:
    return Sheets(Tree(files), read_settings(files["spine.yaml"]))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    files = {"spine.yaml": "spine: settings/1\n" + content["settings"], **content["files"]}
    tree = sheets(files)
    assert [said(one) for one in (*value_findings(tree), *idle_declarations(tree))] == content["findings"]


def said(finding: Finding) -> str:
    severity = "" if finding.severity == "error" else f" {finding.severity}"
    hint = f" | {finding.hint}" if finding.hint else ""
    return f"{finding.place}: {finding.code}{severity} {finding.message}{hint}"


@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.stem)
def test_what_a_change_brings(path: Path) -> None:
    """`files` are there before; `change` gives files of the tree after it, null for one that is gone."""
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    before = {"spine.yaml": "spine: settings/1\n" + content["settings"], **content["files"]}
    changed = before | content["change"]
    after = {file: text for file, text in changed.items() if text != "null"}
    found = brought(sheets(before), sheets(after), set(content["change"]))
    assert [said(one) for one in found] == content["brings"]


SETTINGS = """\
spine: settings/1
refs:
  - {from: "bindings/health.yaml#endpoints[].host", to: "bindings/ssh.yaml#targets[].id"}
  - {from: "bindings/*.yaml#**.doc", to: files}
rules:
  - {unique: "bindings/*.yaml#**.port"}
  - {unique: "bindings/health.yaml#endpoints[]", by: [host, port], per: list}
  - {choice: "bindings/health.yaml#endpoints[].status", of: [up, down]}
  - {require: "bindings/health.yaml#endpoints[]", keys: [port], where: {status: up}}
schemas: {"bindings/ssh.yaml": schemas/ssh.json}
"""
SCHEMA = '{"type": "object", "properties": {"targets": {"type": "array", "items": {"required": ["id"]}}}}'
HOSTS = st.sampled_from(["shop", "home", "nas"])
ENTRY = st.fixed_dictionaries(
    {"host": HOSTS},
    optional={
        "port": st.integers(1, 3),
        "status": st.sampled_from(["up", "down", "odd"]),
        "doc": st.sampled_from(["docs/a.md", "docs"]),
    },
)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    files = {"spine.yaml": SETTINGS, "schemas/ssh.json": draw(st.sampled_from([SCHEMA, '{"type": "array"}', "{"]))}
    endpoints = draw(st.lists(ENTRY, max_size=3))
    targets = [
        {"id": host} if draw(st.integers(0, 4)) else {"name": host} for host in draw(st.lists(HOSTS, max_size=3))
    ]
    for path, data in (
        ("bindings/health.yaml", {"endpoints": endpoints}),
        ("bindings/ssh.yaml", {"targets": targets}),
        ("bindings/more.yaml", {"endpoints": draw(st.lists(ENTRY, max_size=2))}),
    ):
        if draw(st.integers(0, 6)):
            files[path] = yaml.safe_dump(data)
    if draw(st.booleans()):
        files["docs/a.md"] = "a"
    return files


@given(trees(), trees())
def test_what_a_change_brings_is_what_everything_would_show(before: dict[str, str], after: dict[str, str]) -> None:
    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    old, new = sheets(before), sheets(after)
    fresh, _ = subtract(value_findings(new), baseline_of(value_findings(old)))
    assert sorted(map(fingerprint, new_findings(old, new, touched)[0])) == sorted(map(fingerprint, fresh))


@given(trees())
def test_nothing_changed_brings_nothing(tree: dict[str, str]) -> None:
    assert brought(sheets(tree), sheets(tree), set()) == []


def test_misfits_without_number_are_counted_and_cut() -> None:
    many = "".join(f"k{number}: 1\n" for number in range(2_000))
    schema = '{"additionalProperties": {"type": "string"}}'
    settings_ = 'spine: settings/1\nschemas: {"a.yaml": a.json}\n'
    found = list(value_findings(sheets({"spine.yaml": settings_, "a.json": schema, "a.yaml": many})))
    assert [str(one.place) for one in found[:2]] == ["a.yaml:1:5", "a.yaml:2:5"]
    assert len(found) == MOST + 1
    assert found[-1].message == "1800 more misfits with a.json are not shown"


def test_large_enums_and_long_lists_are_decided() -> None:
    items = "".join(f"- {{n: {number}, more: [1, {{a: b}}]}}\n" for number in range(5_000))
    schema = f'{{"uniqueItems": true, "items": {{"properties": {{"n": {{"enum": {[*range(4_999)]} }} }} }} }}'
    settings_ = 'spine: settings/1\nschemas: {"a.yaml": a.json}\n'
    found = [
        said(one)
        for one in value_findings(
            sheets({"spine.yaml": settings_, "a.json": schema, "a.yaml": items + "- {more: [1, {a: b}], n: 7}\n"})
        )
    ]
    assert [one[:45] for one in found] == [
        "a.yaml:1:1: SP335 $ does not fit: its items 8",
        "a.yaml:5000:7: SP335 [#5000].n is 4999, which",
    ]
