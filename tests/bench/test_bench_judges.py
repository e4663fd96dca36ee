"""The judges of `make bench`, by hand: a figure from a judge that nobody checked proves nothing."""

from __future__ import annotations

import pytest

from bench import concurrency, duplicates, generated
from bench.collisions import collides, depends, is_real
from bench.meaning import differences, read, same
from bench.meaning import duplicates as doubled
from bench.rivals import GitMerges
from spine.address import parse
from spine.change.rules import FileRules


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("a: 1\nb: 2\n", "b: 2\na: 1\n", True),
        ("a: 1\n", 'a: "1"\n', False),
        ("a: ~\n", "a:\n", True),
        ("a: 8e66283\n", "a: 8e66284\n", False),
        ("a: 1.10\n", "a: 1.1\n", False),
        ("l:\n- id: 1\n  x: 1\n- id: 2\n", "l:\n- id: 2\n- id: 1\n  x: 1\n", True),
        ("l: [x, y]\n", "l: [y, x]\n", True),
        ("command: [x, y]\n", "command: [y, x]\n", False),
        ("l: [x, x, y]\n", "l: [x, y, x]\n", False),
        ("l: []\n", "l: {}\n", False),
        ("a: 1\n", "a: 1\na: 1\n", False),
        ("a: 1\n--- \nb: 1\n", "a: 1\n", False),
    ],
)
def test_what_two_texts_say_is_the_same_or_not(one: str, other: str, verdict: bool) -> None:
    assert same(read(one), read(other)) is verdict


def test_differences_are_told_by_name() -> None:
    one, other = (read(f"l:\n- id: a\n  x: {x}\n- id: b\n") for x in (1, 2))
    ((path, was, is_now),) = differences(one, other)
    assert path == (("l", 1), (("id", "a"),), ("x", 1))
    assert (was[1], is_now[1]) == ("1", "2")


def test_doubled_keys_and_identities_are_found() -> None:
    assert doubled(read("a: 1\nb: {c: 1, c: 2}\n")) == ["c"]
    assert doubled(read("l:\n- vm_id: 1\n- vm_id: 1\n")) == ["vm_id=1"]
    assert doubled(read("l:\n- id: 1\n- id: 2\n")) == []


@pytest.mark.parametrize(
    ("p", "a", "b", "verdict"),
    [
        ("x: 1\n", "x: 2\n", "x: 3\n", False),  # a value that both set can be said of P
        ("x: 1\n", "x: 2\n", "x: 1\n", True),  # undone
        ("x: 1\n", "x: 1\ny: 1\n", "x: 1\ny: 2\n", True),  # an edit of what A made
        ("x: 1\n", "x: 1\ny: 1\n", "x: 1\n", True),
        ("x: 1\ny: 1\n", "x: 1\n", "x: 1\ny: 2\n", True),
        ("x: 1\ny: 1\n", "x: 2\ny: 1\n", "x: 2\n", False),
        ("x: {y: 1, z: 1}\n", "x: {y: 2, z: 1}\n", "x: {y: 2}\n", False),
        ("l: []\n", "l: [{id: 1}]\n", "l: [{id: 1}, {id: 2}]\n", False),
        ("l: [{id: 1}]\n", "l: [{id: 1}, {id: 2}]\n", "l: [{id: 1}, {id: 2, x: 1}]\n", True),
        ("args: [a]\n", "args: [a, b]\n", "args: [a, b, c]\n", False),
        ("args: [a]\n", "args: [a, b]\n", "args: [a, c]\n", True),
    ],
)
def test_what_b_owes_to_a(p: str, a: str, b: str, verdict: bool) -> None:
    assert depends(read(p), read(a), read(b)) is verdict


@pytest.mark.parametrize(
    ("p", "a", "b", "verdict"),
    [
        ("x: 1\ny: 1\n", "x: 2\ny: 1\n", "x: 1\ny: 2\n", False),
        ("x: 1\n", "x: 2\n", "x: 3\n", True),
        ("x: 1\n", "x: 2\n", "x: 2\n", False),
        ("x: 1\ny: 1\n", "y: 1\n", "x: 2\ny: 1\n", True),
        ("x: {y: 1}\n", "x: {y: 2}\n", "x: [1]\n", True),
        ("x: 0\n", "x: 0\nm: {a: 1}\n", "x: 0\nm: {b: 1}\n", False),
        ("x: 0\n", "x: 0\nm: {a: 1}\n", "x: 0\nm: {a: 2}\n", True),
        ("l: [{id: 1}]\n", "l: [{id: 1}, {id: 2}]\n", "l: [{id: 3}, {id: 1}]\n", False),
        ("args: [a, b, c]\n", "args: [z, a, b, c]\n", "args: [a, b, c, z]\n", False),
        ("args: [a, b, c]\n", "args: [a, b, c, y]\n", "args: [a, b, c, z]\n", True),
        ("t: |\n  a\n  b\n  c\n", "t: |\n  z\n  b\n  c\n", "t: |\n  a\n  b\n  z\n", False),
        ("t: |\n  a\n  b\n  c\n", "t: |\n  z\n  b\n  c\n", "t: |\n  a\n  z\n  c\n", True),
    ],
)
def test_what_really_collides(p: str, a: str, b: str, verdict: bool) -> None:
    assert collides(read(p), read(a), read(b)) is verdict
    assert collides(read(p), read(b), read(a)) is verdict


def test_a_conflict_is_real_at_its_own_address_only() -> None:
    p, a, b = (read(f"l:\n- id: 1\n  x: {x}\n  y: {y}\n") for x, y in ((1, 1), (2, 2), (3, 1)))
    assert is_real(parse("l[id=1].x"), p, a, b)
    assert not is_real(parse("l[id=1].y"), p, a, b)
    gone = read("k: 1\n")
    assert is_real(parse("l[id=1].x"), p, gone, b)
    assert not is_real(parse("l[id=1].x"), p, gone, p)


@pytest.mark.parametrize(
    ("merged", "verdict"),
    [
        (None, "conflict"),
        ("updated: 2026-02-03\nx: 2\ny: 2\n", "clean"),
        ("y: 2\nx: 2\nupdated: 2026-02-03\n", "clean"),
        ("updated: 2026-02-02\nx: 2\ny: 2\n", "WRONG"),
        ("updated: 2026-02-03\nx: 1\ny: 2\n", "WRONG"),
        ("updated: 2026-02-03\nx: 2\n", "WRONG"),
        ("updated: 2026-02-02\nupdated: 2026-02-03\nx: 2\ny: 2\n", "doubled key"),
        ("updated: 2026-02-03\nx: 2\nx: 1\ny: 2\n", "WRONG"),
        ("x: [\n", "WRONG"),
    ],
)
def test_a_merged_text_is_held_against_what_was_recorded(merged: str | None, verdict: str) -> None:
    texts = [f"updated: 2026-02-0{day}\nx: {x}\ny: {y}\n" for day, x, y in ((1, 1, 1), (2, 2, 1), (3, 1, 2))]
    with GitMerges() as git:
        trial = concurrency._Trial(concurrency.Tally(), "others", "by hand", git, FileRules())
        trial.p, trial.a, trial.b = texts
        trial.truth = read("updated: 2026-02-03\nx: 2\ny: 2\n")
        trial.said = read(texts[0]), read(texts[1]), read(texts[2])
        trial.seen, trial.lost = {}, {}
        assert trial.verdict(merged) == verdict


def test_lost_updates_are_found() -> None:
    p, a, b = "x: 1\ny: 1\n", "x: 2\ny: 1\n", "x: 1\ny: 2\n"
    assert concurrency.lost_updates(p, a, b, "x: 2\ny: 2\n", set()) == []
    assert len(concurrency.lost_updates(p, a, b, "x: 2\ny: 1\n", set())) == 1
    assert len(concurrency.lost_updates(p, a, b, "x: 2\ny: 2\nz: 1\n", set())) == 1
    assert len(concurrency.lost_updates(p, a, "x: 3\ny: 1\n", "x: 3\ny: 1\n", set())) == 1
    assert concurrency.lost_updates(p, a, "x: 3\ny: 1\n", "x: 3\ny: 1\n", {"x"}) == []


def test_a_change_is_moved_by_line() -> None:
    assert concurrency.by_lines("1\n2\n3\n", "1\nA\n2\n3\n", "1\nA\nB\n2\n3\n4\n") == "1\nB\n2\n3\n4\n"
    assert concurrency.by_lines("1\n2\n", "1\nA\n2\n", "1\nB\n2\n") is None


def test_a_pair_is_judged_from_end_to_end() -> None:
    p, a, b = (
        f"updated: 2026-02-0{day}\nl:\n- id: 1\n  x: {x}\n- id: 2\n  x: {y}\n"
        for day, x, y in ((1, 1, 1), (2, 2, 1), (3, 2, 2))
    )
    tally = concurrency.Tally()
    rules = concurrency.read_settings(concurrency.SETTINGS).rules_for("b.yaml")
    with GitMerges() as git:
        concurrency._Trial(tally, "others", "by hand", git, rules).run(p, a, b)
    assert {method: one for (_, method, one) in tally.outcomes} == {
        concurrency.GIT: "conflict",
        concurrency.UNION: "doubled key",
        concurrency.STRICT: "conflict",
        concurrency.NEWEST: "clean",
    }
    assert set(concurrency.faults(tally).values()) == {0}


def test_triples_hold_what_is_promised() -> None:
    text = generated.binding(lines=400)
    made = list(duplicates.triples("some.yaml", text))
    assert len(made) == duplicates.PER_FILE
    assert {triple.variant for triple in made} == set(duplicates.VARIANTS)
    for triple in made:
        counts = [duplicates.occurrences(read(side), triple.name) for side in (text, triple.left, triple.right)]
        assert counts == [0, 1, 1]


def test_a_duplicate_is_told_from_one_entry() -> None:
    assert duplicates.occurrences(read("a: 1\nl: [{id: b}, {id: b, c: {b: 1}}]\n"), "b") == 3


def test_the_generated_binding_is_large_and_always_the_same() -> None:
    text = generated.binding()
    assert text == generated.binding()
    assert text.count("\n") == pytest.approx(21_000, rel=0.01)
    assert len(text) == pytest.approx(1_200_000, rel=0.02)
    assert not any(name.startswith("id=") for name in doubled(read(text)))
