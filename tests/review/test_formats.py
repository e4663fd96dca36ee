"""The formats for CI: valid by their schemas, within their limits, and nothing in a value acts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from markdown_it import MarkdownIt

from spine.actions.check import Report
from spine.actions.explained import CheckedCommit
from spine.errors import Finding, Place
from spine.review.findings_markdown import COMMENT, code_span, findings_markdown
from spine.review.github_text import github_lines
from spine.review.gitlab_document import gitlab_document
from spine.review.rows import rows_of, rows_of_check
from spine.review.sarif_document import sarif_document

SCHEMAS = Path(__file__).resolve().parents[1] / "data/schemas"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HOSTILE = (
    "\n::error file=x::forged",
    "\r\n::set-output name=a::b",
    "%0A::warning::x",
    "`` ` ```",
    "<script>alert(1)</script>",
    "</details>",
    "@team please #1",
    "\x1b]8;;http://x\x07link",
    "\u202ereversed",
    "[a](javascript:x)",
    "| a | b |",
    "file\udce9name",
    "😀" * 3,
)


def hostile() -> list[Finding]:
    return [
        Finding("SP107", Place(f"bindings/{text}.yaml", number, 7), f"changed {text} there", f"do {text}")
        for number, text in enumerate(HOSTILE, 1)
    ]


def many(errors: int, warnings: int) -> list[Finding]:
    return [
        *(
            Finding("SP116", Place("a.yaml", one + 1, 1), f"value {one} is not there", "add it")
            for one in range(errors)
        ),
        *(Finding("SP114", Place("b.yaml", one + 1), f"key {one} twice", None, "warning") for one in range(warnings)),
    ]


def valid(document: object, name: str) -> None:
    schema = json.loads((SCHEMAS / name).read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    # As it is written: what cannot be stored as UTF-8 would raise here.
    again = json.loads(json.dumps(document, ensure_ascii=False).encode("utf-8"))
    assert [error.message for error in validator.iter_errors(again)] == []


@pytest.mark.parametrize("findings", [[], hostile(), many(40, 30)])
def test_sarif_and_code_quality_are_as_their_schemas_say(findings: list[Finding]) -> None:
    rows = rows_of(findings)
    valid(sarif_document(rows, 1, "0.1.0"), "sarif-2.1.0-rtm.5.json")
    valid(gitlab_document(rows), "gitlab-code-quality.json")


def test_a_schema_would_see_what_is_wrong() -> None:
    broken: Any = sarif_document(rows_of(many(1, 0)), 1, "0.1.0")
    broken["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(AssertionError):
        valid(broken, "sarif-2.1.0-rtm.5.json")
    with pytest.raises(AssertionError):
        valid([{**gitlab_document(rows_of(many(1, 0)))[0], "severity": "bad"}], "gitlab-code-quality.json")


def test_no_value_forges_an_annotation() -> None:
    for finding in hostile():
        lines = github_lines(rows_of([finding]), finding.message)
        text = "\n".join(lines)
        commands = [line for line in text.splitlines() if line.startswith("::")]
        assert len(commands) == 1
        head, _, data = commands[0].removeprefix("::error ").partition("::")
        properties = dict(part.split("=", 1) for part in head.split(","))
        assert set(properties) == {"file", "line", "col", "title"}
        assert not {"\r", "\x1b", "\u202e"} & set(text)
        assert data.startswith("changed ")
        assert "%0Ahint: do " in data
    percent = github_lines(rows_of([Finding("SP107", Place("100%.yaml", 1), "100%0A")]), "v")[0]
    assert percent == "::error file=100%25.yaml,line=1,title=spine SP107::100%250A"


def test_at_most_ten_annotations_of_each_severity_and_the_rest_is_counted() -> None:
    lines = github_lines(rows_of(many(13, 11)), "Check: 24 findings")
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert lines[-2:] == ["and 3 errors, 1 warning more, all of them in the summary of the job", "Check: 24 findings"]


def test_fingerprints_outlive_lines_and_are_unique() -> None:
    twice = [Finding("SP107", Place("a.yaml", 3), "x"), Finding("SP107", Place("a.yaml", 9), "x")]
    moved = [Finding("SP107", Place("a.yaml", 30), "x"), Finding("SP107", Place("a.yaml", 90), "x")]
    marks = [row.mark for row in rows_of(twice)]
    assert marks == [row.mark for row in rows_of(moved)]
    assert len(set(marks)) == 2


def test_columns_of_sarif_count_utf16_code_units() -> None:
    from dataclasses import replace

    row = rows_of([Finding("SP107", Place("a.yaml", 1, 6), "x")])[0]
    document: Any = sarif_document([replace(row, line="a😀b😀c: 1")], 1, "0.1.0")
    assert document["runs"][0]["columnKind"] == "utf16CodeUnits"
    region = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 8}


def test_places_of_check_are_paths_of_the_repository() -> None:
    finding = Finding("SP107", Place(f"{COMMIT[:12]}:bindings/a.yaml", 4, 2), "changed")
    unknown = Finding("SP602", Place(COMMIT[:12]), "cannot tell", None, "warning")
    checked = CheckedCommit(COMMIT, "s", (), (), (finding,), (unknown,))
    rows = rows_of_check(Report(None, COMMIT, (checked,), (Finding("SP110", Place("b.yaml"), "new"),), 1))
    assert [(row.path, row.at, row.commit) for row in rows] == [
        ("b.yaml", None, None),
        ("bindings/a.yaml", 4, COMMIT),
        ("", None, COMMIT),
    ]
    valid(sarif_document(rows, 1, "0.1.0"), "sarif-2.1.0-rtm.5.json")
    valid(gitlab_document(rows), "gitlab-code-quality.json")


def test_markdown_shows_every_value_as_text() -> None:
    text = findings_markdown("spine check", "Check: `x` @team", rows_of(hostile()))
    html = MarkdownIt("commonmark").render(text)
    without_code = __import__("re").sub(r"<code>.*?</code>", "", html, flags=16)
    for forbidden in ("script", "</details>", "@team", "javascript", "\x1b", "\u202e"):
        assert forbidden not in without_code, forbidden
    assert html.count("<li>") == len(HOSTILE)
    assert "forged" in html


@pytest.mark.parametrize("text", ["", "`", "``a``", " a ", "a\nb", "a`b``c"])
def test_a_code_span_shows_its_text(text: str) -> None:
    html = MarkdownIt("commonmark").render(f"x {code_span(text)} y")
    assert html.count("<code>") == 1
    inside = html.split("<code>")[1].split("</code>")[0]
    assert inside.strip() == text.replace("\n", " ").strip()


def test_what_does_not_fit_is_cut_at_a_finding_and_counted() -> None:
    rows = rows_of(many(3_000, 2_000))
    text = findings_markdown("spine check", "Check: many", rows)
    assert 55_000 < len(text) <= COMMENT
    shown = text.count("**SP116**") + text.count("**SP114**")
    assert text.endswith(f"… and {3_000 - shown} errors, 2000 warnings more, left out to keep this short: "
                         "`spine check` lists them all.\n")  # fmt: skip
    assert shown > 100
    small = findings_markdown("t", "v", rows, characters=10**9, octets=20_000)
    assert len(small.encode()) <= 20_000


def test_findings_of_the_policy_are_told_apart_from_those_of_values() -> None:
    rows = rows_of([Finding(code, Place("a.yaml", 1, 1), "m") for code in ("SP137", "SP149", "SP199")])
    made: Any = sarif_document(rows, 1, "1.0")
    rules = made["runs"][0]["tool"]["driver"]["rules"]
    words = [one["shortDescription"]["text"] for one in rules]
    assert [text.split()[1] for text in words] == ["hook", "alias", "value"]
