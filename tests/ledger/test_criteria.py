"""What checks of criteria compute, case by case; hostile expressions; and laws of the comparisons."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.ledger.bindings import Binding
from spine.ledger.budget import Budget, CannotTell
from spine.ledger.criteria import Computed
from spine.ledger.loops import LoopLedger
from spine.ledger.query import results, run_query
from spine.records.criterion_check import OPS
from spine.records.settings import Settings
from spine.yamldoc.guard import parse
from spine.yamldoc.plain import node_of, plain

from .test_loop_checks import Memory

CASES = Path(__file__).parent / "criteria_cases"
ID = "LOOP-HOME-20260212"
GAP = """spine: gap/1
id: GAP-OP-{number}
title: t
type: missing-entry
severity: {severity}
status: open
loop: {loop}
found: 2026-02-12
"""
GAPS = {
    "gaps/GAP-OP-101.yaml": GAP.format(number=101, severity="low", loop=ID),
    "gaps/GAP-OP-102.yaml": GAP.format(number=102, severity="high", loop=ID),
    "gaps/GAP-OP-103.yaml": GAP.format(number=103, severity="high", loop="LOOP-OTHER-20260212"),
}


def cases(part: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Check, what it says, and the files it is asked in."""
    for file in sorted(CASES.glob("*.txt")):
        files: dict[str, str] = {}
        section, asked = "", ""
        for line in file.read_text("utf-8").split("\n"):
            if line.startswith("## "):
                section = line[3:]
            elif section.startswith("file "):
                files[section[5:]] = files.get(section[5:], "") + line + "\n"
            elif section == part and line.startswith("=> "):
                yield asked, line[3:], files
            else:
                asked = line


def loop_text(check: str) -> str:
    front = f"---\nloop_id: {ID}\nstatus: open\nchecks:\n  1: {check}\n---\n"
    return f"{front}\n# x\n\n## Success Criteria\n\n1. [ ] It is so\n"


def computed(check: str, files: dict[str, str]) -> Computed | Exception:
    path = f"loops/{ID}.scope.md"
    books = LoopLedger(Memory({**files, **GAPS, path: loop_text(check)}), Settings())
    return books.computed(books.loop(path))[1]


@pytest.mark.parametrize(("check", "says", "files"), list(cases("checks")), ids=lambda value: str(value)[:60])
def test_a_check(check: str, says: str, files: dict[str, str]) -> None:
    made = computed(check, files)
    assert isinstance(made, Computed), made
    assert f"{made.answer}: {made.why}" == says


@pytest.mark.parametrize(("check", "says", "files"), list(cases("refused")), ids=lambda value: str(value)[:60])
def test_a_check_that_is_none(check: str, says: str, files: dict[str, str]) -> None:
    made = computed(check, files)
    assert not isinstance(made, Computed), made
    place = getattr(made, "place")  # noqa: B009 (it is a Refused)
    assert f"{place.line}:{place.column}: {getattr(made, 'message')}" == says  # noqa: B009


def test_the_cases_are_read() -> None:
    assert len(list(cases("checks"))) > 45
    assert len(list(cases("refused"))) > 20


# ---- hostile ------------------------------------------------------------------------------------------------------

DOUBLING = "[@,@][]" + "|[@,@][]" * 35
HOSTILE: list[tuple[str, object]] = [
    (DOUBLING, [1]),
    ("[@,@]" + "|[@,@]" * 35 + "|to_string(@)", [1]),
    ("[@,@]" + "|[@,@]" * 35 + "|max(@)", [1]),
    ("[@,@]" + "|[@,@]" * 30 + "|[0]==[1]", [1]),
    ("[@,@]" + "|[@,@]" * 30 + "|contains(@,@)", [1]),
    ("[@,@]" + "|[@,@]" * 35, [1]),
    ("join(@[0],@)", ["x" * 100_000] * 100_000),
    ("[?contains(@,@)]", ["x" * 1_000_000] * 1_000),
    ("map(&" * 8 + "@" + ",@)" * 8, [[[[[[[[list(range(9))] * 9] * 9] * 9] * 9] * 9] * 9] * 9]),
    ("sort_by([*].[*][],&@)", [list(range(1_000))] * 2_000),
    ("[].[@,@,@,@,@,@][]" * 40, [list(range(100))] * 100),
    ("(" * 900, 1),
    ("[" * 900, 1),
    ("!" * 900 + "a", 1),
    ("@" + "|@" * 400, 1),
    ("a" * 1_001, 1),
    ("[::0]", [1]),
    ("&a", 1),
    ("abs('x')", 1),
    ("nope(@)", 1),
    ("a[", 1),
    ("'", 1),
    ("sort(`[[1],[2]]`)", 1),
    ('avg(`[1,"a"]`)', 1),
    ("ceil(`1e999`)", 1),
    ("", 1),
]


@pytest.mark.parametrize(("expression", "value"), HOSTILE, ids=[one[:30] for one, _ in HOSTILE])
def test_no_expression_takes_long_or_gets_through(expression: str, value: object) -> None:
    start = time.process_time()
    with pytest.raises(CannotTell):
        run_query(expression, value, Budget())
    assert time.process_time() - start < 2


def test_one_budget_serves_all_checks_of_a_loop() -> None:
    costly = f"{{in: bindings/a.yaml, query: '{DOUBLING}', count: 1}}"
    checks = "\n".join(f"  {number}: {costly}" for number in range(1, 200))
    text = loop_text("{file: a}").replace("  1: {file: a}", checks)
    path = f"loops/{ID}.scope.md"
    books = LoopLedger(Memory({path: text, "bindings/a.yaml": "a: 1\n"}), Settings())
    start = time.process_time()
    found = books.computed(books.loop(path))
    assert time.process_time() - start < 2
    assert {made.answer for made in found.values() if isinstance(made, Computed)} == {"cannot tell"}
    assert len(found) == 199


def test_walking_an_address_is_paid_for() -> None:
    deep = "a: " + "{a: " * 50 + "1" + "}" * 50 + "\n"
    wide = "".join(f"k{number}: {{b: [1, 2, 3]}}\n" for number in range(20_000))
    pattern = ".".join(["**", "*"] * 300)
    for text in (deep, wide):
        start = time.process_time()
        made = computed(f'{{at: "bindings/a.yaml#{pattern}", count: 1}}', {"bindings/a.yaml": text})
        assert isinstance(made, Computed)
        assert time.process_time() - start < 3  # parsing is in it


def test_aliases_do_not_multiply_work() -> None:
    lines = ["a0: &a0 [1, 1]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    text = "\n".join(lines) + "\n"
    start = time.process_time()
    for query in ("a39", "length(to_string(a39))", "a39 == a38", "a39" + "[]" * 18):
        made = computed(f"{{in: bindings/a.yaml, query: '{query}', count: 1}}", {"bindings/a.yaml": text})
        assert isinstance(made, Computed)
        assert made.answer == "cannot tell"
    assert time.process_time() - start < 4


# ---- values -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("100", 100), ("-3", -3), ("2.5", 2.5), ("0", 0), ("1.0", 1.0), ("true", True), ("~", None), ("", None),
        ("010", "010"), ("8e66283", "8e66283"), ("1.10", "1.10"), ("0x1F", "0x1F"), ("1e3", "1e3"), (".5", ".5"),
        ("+5", "+5"), ("-0", "-0"), ("no", "no"), ("2026-02-12", "2026-02-12"), ("'100'", "100"), ("!x 5", "5"),
        ("9" * 40, int("9" * 40)), ("9" * 101, "9" * 101), (".inf", ".inf"), ("1_000", "1_000"), ("12:30", "12:30"),
    ],
)  # fmt: skip
def test_what_a_query_sees(token: str, value: object) -> None:
    root = parse(f"a: {token}\n").root
    found = run_query("a", plain(root), Budget())
    assert (found, str(found)) == (value, str(value))
    assert isinstance(found, bool) == isinstance(value, bool)


scalars = st.one_of(st.integers(-5, 5).map(str), st.sampled_from(["a", "b", "true", "null", "010", "'1'", "1.50", "~"]))


@given(tokens=st.lists(scalars, max_size=6), number=st.integers(0, 7), op=st.sampled_from(OPS))
def test_count_is_how_many_there_are(tokens: list[str], number: int, op: str) -> None:
    made = asked(tokens, f'count: "{op} {number}"')
    count = len(tokens)
    so = {"=": count == number, "!=": count != number, ">=": count >= number, "<=": count <= number,
          ">": count > number, "<": count < number}[op]  # fmt: skip
    assert made.answer == ("true" if so else "false")
    assert len(made.evidence) == count
    assert all(one.speaks_for == so for one in made.evidence)


@given(tokens=st.lists(scalars, max_size=6), wanted=st.lists(scalars, min_size=1, max_size=4))
def test_the_comparisons_hang_together(tokens: list[str], wanted: list[str]) -> None:
    values = f"[{', '.join(wanted)}]"
    keys = ("every", "some", "none", "has", "only")
    answers = {key: asked(tokens, f"{key}: {values}").answer == "true" for key in keys}
    negated = {key: asked(tokens, f"{key}: {{not: {values}}}").answer == "true" for key in ("every", "some", "none")}
    there = {pair(token) for token in tokens}
    known = {pair(token) for token in wanted}
    assert answers["has"] == (known <= there)
    assert answers["some"] == bool(there & known) == (not answers["none"])
    assert answers["only"] == answers["every"] == (bool(there) and there <= known)
    assert negated["every"] == (answers["none"] and bool(there))
    assert negated["none"] == (not there or answers["every"])


@given(tokens=st.lists(scalars, max_size=8))
def test_what_a_query_finds_knows_its_place(tokens: list[str]) -> None:
    text = f"list: [{', '.join(tokens)}]\n"
    binding = Binding("a.yaml", parse(text, file="a.yaml"), Settings().rules_for("a.yaml").identity)
    for value in results(run_query("list[]", binding.values[0], Budget())):
        node = node_of(value)
        assert (node is None) == isinstance(value, bool)
        if node is not None:
            assert str(binding.address(node)).startswith("list[")


def asked(tokens: list[str], comparison: str) -> Computed:
    files = {"bindings/a.yaml": "list:\n" + "".join(f"  - {{v: {token}}}\n" for token in tokens)}
    if not tokens:
        files = {"bindings/a.yaml": "list: []\n"}
    made = computed(f'{{at: "bindings/a.yaml#list[].v", {comparison}}}', files)
    assert isinstance(made, Computed), made
    return made


def pair(token: str) -> tuple[str, str]:
    from spine.yamldoc.scalars import value_of

    node = parse(token).root
    assert node is not None
    return value_of(node)
