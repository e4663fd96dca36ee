"""Receipts, gaps, withdrawals and settings: there and back, and what settings mean for a file."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from operation_strategy import texts

from spine.address import parse
from spine.change.rules import Rule
from spine.globs import parse_glob
from spine.identity import Atomic, Keyed, ScalarSet, Sequence
from spine.ids import GapId, ProposalId
from spine.patterns import parse_place_pattern
from spine.printable import has_unsafe
from spine.records.baseline import Baseline, Fingerprint, read_baseline, write_baseline
from spine.records.gap import SEVERITIES, TYPES, Accepted, Closed, Gap, Imported, read_gap, write_gap
from spine.records.imported import ImportedProposal, read_imported, write_imported
from spine.records.receipt import Landed, Receipt, read_receipt, write_receipt
from spine.records.rules import RECORDS, SCOPES, Choice, Condition, Require, SchemaFor, Unique
from spine.records.rules import SEVERITIES as DEMAND_SEVERITIES
from spine.records.settings import (
    COMMENTS,
    HOOKS,
    REQUIRABLE,
    RULES,
    Folders,
    GapRules,
    Policy,
    Reference,
    Settings,
    merge_rule,
    read_settings,
    write_settings,
)
from spine.records.withdrawal import Withdrawal, read_withdrawal, write_withdrawal

moments = st.datetimes(datetime(1000, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))
blobs = st.text("0123456789abcdef", min_size=40, max_size=40) | st.just("1" * 64)
maybe_blob = st.none() | blobs
lines = texts.filter(lambda text: text.strip() and not has_unsafe(text))
notes = st.lists(texts, max_size=3, unique=True).map(tuple)
people = st.sampled_from(["Ada <>", 'O\'Neil, "Ada": x <ada@example.org>', "é # ü <a@b>"])
paths = st.sampled_from(["a", "a, b", "b/{c}", "[d]", "e; f/g", "é/#x", "- x", "100"])

receipts = st.builds(
    Receipt,
    proposal=st.sampled_from([ProposalId("CP-20260212-080601__x"), "CP-20260211T213000Z__imported"]),
    digest=st.just("sha256:" + "0" * 64),
    onto=blobs,
    run=st.text("aZ09_-", min_size=1, max_size=64) | st.just("1e5") | st.just("-"),
    landed=moments,
    by=people,
    files=st.lists(st.builds(Landed, paths, maybe_blob, maybe_blob), max_size=4, unique_by=lambda one: one.path).map(
        tuple
    ),
    notes=notes,
    covers=st.lists(blobs, max_size=3, unique=True).map(tuple),
)
said = st.dictionaries(st.sampled_from(["fixed_in", "odd key", "100", "a: b", "status"]), texts, max_size=3).map(
    lambda drawn: tuple(drawn.items())
)
gaps = st.builds(
    Gap,
    id=st.sampled_from([GapId("GAP-OP-001"), GapId("GAP-A1-12345")]),
    title=lines.filter(lambda line: len(line) <= 200),
    type=st.sampled_from(TYPES),
    severity=st.sampled_from(SEVERITIES),
    status=st.sampled_from(["open", "accepted"]),
    found=st.dates(date(1000, 1, 1)),
    loop=st.none() | st.just("LOOP-HOME-20260212"),
    imported=st.none() | st.builds(Imported, paths.filter(lambda path: path != "- x"), said),
    blocks=st.lists(st.integers(1, 99).map(lambda n: f"LOOP-HOME-20260212#{n}"), max_size=3, unique=True).map(tuple),
    description=st.none() | texts,
)
accepted = st.builds(Accepted, moments, people, lines)
closed = st.builds(Closed, moments, people, st.lists(texts, min_size=1, max_size=3, unique=True).map(tuple))
patterns = st.sampled_from(
    ["*#updated", "a.yaml#vms[].x", "b/**/*.yaml#**.command", 'a#"odd: key".x', "*#$2.a[=x-y]", "*#$"]
)
field_names = st.sampled_from(["id", "odd key", "100", "a.b", '"', "x:y"])
keyed = st.lists(st.lists(field_names, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2, unique=True).map(
    tuple
)
kinds = st.one_of(
    st.builds(Keyed, keyed, st.booleans()), st.builds(ScalarSet, st.booleans()), st.builds(Sequence), st.builds(Atomic)
)
rules = st.sampled_from([Rule(name) for name in RULES if name != "recount"] + [Rule("recount", parse('a."b c"[x=1]'))])


def declared(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    pairs = st.lists(st.tuples(patterns, values), max_size=3, unique_by=lambda pair: pair[0])
    return pairs.map(lambda drawn: tuple((parse_place_pattern(text), value) for text, value in drawn))


places = patterns.map(parse_place_pattern)
some_places = st.lists(places, min_size=1, max_size=2, unique=True).map(tuple)
field = st.sampled_from([("id",), ("odd key", "100"), ("a.b", '"'), ("x:y",)])
fields = st.lists(field, max_size=2, unique=True).map(tuple)
values = st.lists(
    st.sampled_from(
        [("null", ""), ("bool", "true"), ("int", "010"), ("float", "8e66283"), ("str", "8e66283"), ("str", "a, b: c")]
    ),
    min_size=1, max_size=3, unique=True,
).map(tuple)  # fmt: skip
conditions = st.lists(st.builds(Condition, field, values), max_size=2, unique_by=lambda one: one.field).map(tuple)
ends = {"severity": st.sampled_from(DEMAND_SEVERITIES), "why": st.sampled_from([None, "a, b: c", "é # x"])}
references = st.builds(
    Reference, places,
    st.lists(places | st.sampled_from(RECORDS), min_size=1, max_size=2, unique=True).map(tuple),
    st.just(()) | values, **ends,
)  # fmt: skip
demands = st.one_of(
    st.builds(Unique, some_places, fields, st.sampled_from(SCOPES), **ends),
    st.builds(Choice, some_places, values, **ends),
    st.builds(
        Require,
        some_places,
        st.lists(field, min_size=1, max_size=2, unique=True).map(tuple),
        conditions,
        conditions,
        **ends,
    ),
)


settings = st.builds(
    Settings,
    folders=st.builds(Folders, st.sampled_from(["bindings", "ops/bindings", "é, x"])),
    governed=st.none()
    | st.lists(st.sampled_from(["**", "a/*.yaml", "x y/?", "100"]), unique=True).map(
        lambda globs: tuple(map(parse_glob, globs))
    ),
    lists=declared(kinds),
    merge=declared(rules),
    refs=st.lists(references, max_size=3).map(tuple),
    rules=st.lists(demands, max_size=4).map(tuple),
    schemas=st.lists(
        st.builds(SchemaFor, st.sampled_from(["**", "a/*.yaml", "x y/?"]).map(parse_glob), paths),
        max_size=3,
        unique_by=lambda one: one.files,
    ).map(tuple),
    policy=st.builds(
        Policy,
        st.lists(st.sampled_from(REQUIRABLE), unique=True).map(tuple),
        st.sampled_from(HOOKS),
        st.sampled_from(COMMENTS),
        st.lists(st.sampled_from([".github/", "a, b"]), unique=True).map(tuple),
    ),
    gaps=st.builds(GapRules, st.sampled_from(["OP", "PEK2"]), st.none() | paths),
    prose=st.lists(st.sampled_from(["**/*.md", "a, b"]).map(parse_glob), unique=True).map(tuple),
    landings=st.lists(st.sampled_from(["apply {proposal}", "({proposal}):", "# {proposal}"]), unique=True).map(tuple),
)
imports = st.lists(
    st.builds(
        ImportedProposal,
        id=st.sampled_from(["CP-20260212-080601__x", "CP-20260211T213000Z__imported", "CP-103956"]),
        title=lines,
        author=people,
        date=moments,
        covers=st.lists(blobs, min_size=1, max_size=3, unique=True).map(tuple),
        loop=st.none() | st.just("LOOP-HOME-20260212"),
        gaps=st.lists(st.sampled_from(["GAP-OP-118", "GAP-OP-1"]), unique=True).map(tuple),
        paths=st.lists(texts, max_size=3, unique=True).map(tuple),
    ),
    max_size=3,
    unique_by=lambda one: one.id,
).map(tuple)
marks = st.builds(Fingerprint, texts, st.sampled_from(["SP114", "SP301"]), texts)
baselines = st.dictionaries(marks, st.integers(1, 9), max_size=4).map(Baseline)


@given(receipt=receipts)
def test_a_receipt_reads_back_the_same(receipt: Receipt) -> None:
    assert read_receipt(write_receipt(receipt)) == receipt


@given(gap=gaps)
def test_an_open_gap_reads_back_the_same(gap: Gap) -> None:
    assert read_gap(write_gap(gap)) == gap


@given(end=accepted)
def test_an_accepted_gap_reads_back_the_same(end: Accepted) -> None:
    gap = Gap(GapId("GAP-OP-118"), "x", "runtime-bug", "low", "accepted", date(2026, 2, 12), accepted=end)
    assert read_gap(write_gap(gap)) == gap


@given(one=imports)
def test_imported_proposals_read_back_the_same(one: tuple[ImportedProposal, ...]) -> None:
    assert read_imported(write_imported(one)) == one


@given(one=baselines)
def test_a_baseline_reads_back_the_same(one: Baseline) -> None:
    assert read_baseline(write_baseline(one)) == one


@given(end=closed)
def test_a_closed_gap_reads_back_the_same(end: Closed) -> None:
    gap = Gap(GapId("GAP-OP-118"), "x", "runtime-bug", "low", "closed", date(2026, 2, 12), closed=end)
    assert read_gap(write_gap(gap)) == gap


@given(by=people, at=moments, why=texts.filter(str.strip))
def test_a_withdrawal_reads_back_the_same(by: str, at: datetime, why: str) -> None:
    withdrawal = Withdrawal(ProposalId("CP-20260212-080601__x"), by, at, why)
    assert read_withdrawal(write_withdrawal(withdrawal)) == withdrawal


@given(one=settings)
def test_settings_read_back_the_same(one: Settings) -> None:
    assert read_settings(write_settings(one)) == one


def test_defaults_are_those_of_a_repository_without_settings() -> None:
    assert read_settings("spine: settings/1\n") == Settings()
    assert [
        path for path in ("bindings/a.yaml", "bindings/x/a.yaml", "spine.yaml") if Settings().is_governed(path)
    ] == [
        "bindings/a.yaml",
        "bindings/x/a.yaml",
        "spine.yaml",
    ]
    assert not any(map(Settings().is_governed, ["bindings/a.md", "loops/a.yaml", "x/spine.yaml"]))


def test_another_bindings_folder_is_governed_by_default() -> None:
    moved = read_settings("spine: settings/1\nfolders: {bindings: ops/bindings}\n")
    assert moved.is_governed("ops/bindings/a.yaml")
    assert not moved.is_governed("bindings/a.yaml")


def test_rules_for_a_file_are_those_whose_pattern_speaks_of_it() -> None:
    some = read_settings(
        """\
spine: settings/1
lists:
  bindings/vm.yaml#vms: {keyed: [vmid]}
  "*#vms": set
  "docs/*.yaml#vms": atomic
merge: {"*#updated": newest, "bindings/vm.yaml#updated": ours}
policy: {comments: hard}
"""
    )
    vm, other, docs = (some.rules_for(path) for path in ("bindings/vm.yaml", "bindings/b.yaml", "docs/a.yaml"))
    at = parse("vms")
    assert [one.identity.declared_for(at) for one in (vm, other, docs)] == [Keyed((("vmid",),)), ScalarSet(), Atomic()]
    assert vm.identity.declared_for(parse("vms.x")) is None
    assert [one.rule_for(parse("updated")) for one in (vm, other, docs)] == [Rule("newest"), Rule("newest"), None]
    assert vm.hard_comments
    assert not Settings().rules_for("bindings/vm.yaml").hard_comments


def test_every_rule_is_read() -> None:
    assert [str(merge_rule(str(rule))) for rule in (*map(Rule, RULES[:6]), Rule("recount", parse("a[x=1].b")))] == [
        *("newest", "max", "min", "union", "ours", "theirs"),
        "recount(a[x=1].b)",
    ]
