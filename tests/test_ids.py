"""Ids: what is one, what is not and why, and what an abbreviation can mean."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import jsonschema
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from spine.errors import Exit, Place, Refused
from spine.ids import GapId, InvalidId, LoopId, ProposalId, find_matching, is_foreign, near, slugify

KINDS = (ProposalId, LoopId, GapId)
slugs = st.from_regex(r"\A[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,5}\Z")
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda moment: moment.replace(tzinfo=UTC))
proposals = st.builds(ProposalId.make, moments, slugs)
loops = st.builds(LoopId.make, st.dates(), slugs)
gaps = st.builds(GapId.make, st.from_regex(r"\A[A-Z][A-Z0-9]{0,9}\Z"), st.integers(1, 10**12 - 1))
ids = proposals | loops | gaps
# Texts that are nearly ids: real ones with a few characters put in, taken out or doubled.
near_ids = st.builds(
    lambda text, at, drop, put: text[:at] + put + text[at + drop :],
    ids,
    st.integers(0, 60),
    st.integers(0, 3),
    st.text(max_size=3) | st.sampled_from(["-", "__", "--", "0", "\u212a", "\u0663", "\n", "\ud800"]),
)


def test_a_proposal_id_has_a_moment_a_slug_and_a_month() -> None:
    proposal = ProposalId.parse("CP-20260212-080601__home-infra-p1-ssot-binding-retrofit")
    assert proposal.moment == datetime(2026, 2, 12, 8, 6, 1, tzinfo=UTC)
    assert proposal.slug == "home-infra-p1-ssot-binding-retrofit"
    assert proposal.month == "2026-02"
    assert proposal == ProposalId.make(proposal.moment, "Home infra P1: SSOT binding retrofit")


def test_a_moment_elsewhere_is_written_in_utc() -> None:
    moment = datetime(2026, 1, 1, 0, 30, 59, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert ProposalId.make(moment, "x") == "CP-20251231-233059__x"
    with pytest.raises(ValueError, match="time zone"):
        ProposalId.make(datetime(2026, 1, 1), "x")


def test_the_next_second_carries_over() -> None:
    assert ProposalId("CP-20251231-235959__x-y").next_second() == "CP-20260101-000000__x-y"
    with pytest.raises(InvalidId, match="no second after it"):
        ProposalId("CP-99991231-235959__x").next_second()


def test_a_loop_id_has_a_day_and_a_slug() -> None:
    loop = LoopId.parse("LOOP-HOME-INFRA-DOC-PARITY-20260212")
    assert (loop.day, loop.slug) == (date(2026, 2, 12), "HOME-INFRA-DOC-PARITY")
    assert LoopId.make(date(2026, 2, 12), "Home infra: doc parity") == loop
    assert LoopId("LOOP-W70-20260228-20260228").slug == "W70-20260228"
    assert LoopId.make(date(2026, 2, 12), "漢字") == "LOOP-WORK-20260212"


def test_a_gap_id_has_a_prefix_and_a_number() -> None:
    assert (GapId("GAP-OP-118").prefix, GapId("GAP-OP-118").number) == ("OP", 118)
    assert GapId.make("PEK", 1) == "GAP-PEK-001"
    assert GapId.make("OP", 1500) == "GAP-OP-1500"


@pytest.mark.parametrize(
    ("kind", "text", "flaw"),
    [
        (ProposalId, "", "does not start with CP-"),
        (ProposalId, "LOOP-X-20260212", "does not start with CP-"),
        (ProposalId, "cp-20260212-080601__x", "does not start with CP-"),
        (ProposalId, "CP-20260212-080601", "no __ between"),
        (ProposalId, "CP-20260212-080601_x", "no __ between"),
        (ProposalId, "CP-20260212T080601Z__x", 'time "20260212T080601Z" is not YYYYMMDD-HHMMSS'),
        (ProposalId, "CP-20260215-__x", "is not YYYYMMDD-HHMMSS"),
        (ProposalId, "CP-2026021-2080601__x", "is not YYYYMMDD-HHMMSS"),
        (ProposalId, "CP-+0260212-080601__x", "is not YYYYMMDD-HHMMSS"),
        (ProposalId, "CP-20260230-080601__x", "time does not exist"),
        (ProposalId, "CP-20260212-240000__x", "time does not exist"),
        (ProposalId, "CP-20260212-080660__x", "time does not exist"),
        (ProposalId, "CP-00000101-000000__x", "time does not exist"),
        (ProposalId, "CP-20260212-080601__", "slug is empty"),
        (ProposalId, "CP-20260212-080601__Home", "other characters"),
        (ProposalId, "CP-20260212-080601__a__b", "other characters"),
        (ProposalId, "CP-20260212-080601__a/b", "other characters"),
        (ProposalId, "CP-20260212-080601__..", "other characters"),
        (ProposalId, "CP-20260212-080601__a\n", "other characters"),
        (ProposalId, "CP-20260212-080601__-a", "empty word"),
        (ProposalId, "CP-20260212-080601__a-", "empty word"),
        (ProposalId, "CP-20260212-080601__a--b", "empty word"),
        (ProposalId, "CP-20260212-080601__" + "a" * 61, "longer than 60"),
        (ProposalId, "CP-20260212-080601__" + "a" * 81, "longer than 100 bytes"),
        (ProposalId, "CP-20260212-08060٣__x", "other characters than ASCII"),
        (LoopId, "LOOP-20260212", "does not end with a date"),
        (LoopId, "LOOP--20260212", "slug is empty"),
        (LoopId, "LOOP-HA-UNIFIED-2026-02-16", "does not end with a date"),
        (LoopId, "LOOP-HA-UNIFIED", "does not end with a date"),
        (LoopId, "LOOP-home-20260212", "small letters"),
        (LoopId, "LOOP-A-20261312", "time does not exist"),
        (LoopId, "LOOP-A_B-20260212", "other characters"),
        (LoopId, "LOOP-\u212a-20260212", "other characters than ASCII"),
        (GapId, "GAP-118", "does not end with a number"),
        (GapId, "GAP-OP-", "does not end with a number"),
        (GapId, "GAP-OP-12-3", "does not end with a number"),
        (GapId, "GAP-op-118", 'prefix "op" is not'),
        (GapId, "GAP--118", 'prefix "" is not'),
        (GapId, "GAP-1P-118", 'prefix "1P" is not'),
        (GapId, "GAP-OP-7", "written -007"),
        (GapId, "GAP-OP-0118", "written -118"),
        (GapId, "GAP-OP-000", "start at 001"),
        (GapId, "GAP-OP-" + "9" * 90, "more than 12 digits"),
    ],
)
def test_what_is_no_id_is_refused_with_the_reason_and_an_example(
    kind: type[ProposalId | LoopId | GapId], text: str, flaw: str
) -> None:
    with pytest.raises(InvalidId) as refusal:
        kind.parse(text)
    assert flaw in refusal.value.message
    assert kind.example in refusal.value.message
    assert refusal.value.exit_code == Exit.REFUSED
    assert kind.parse(kind.example) == kind.example


def test_a_refusal_names_its_place_and_shows_no_raw_escape() -> None:
    with pytest.raises(Refused) as refusal:
        LoopId.parse("LOOP-\x1b]0;x\x07" + "A" * 10_000, place=Place("proposal.yaml", 7, 7))
    assert str(refusal.value).startswith('proposal.yaml:7:7: "LOOP-␛]0;x␇AAA')
    assert len(str(refusal.value)) < 300


@given(ids)
def test_parse_of_str_is_the_same_id(one: ProposalId | LoopId | GapId) -> None:
    kind = type(one)
    assert kind.parse(str(one)) == one
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    assert type(copy.copy(one)) is kind
    assert hash(one) == hash(str(one))


@given(st.sampled_from(KINDS), near_ids | st.text(st.characters(exclude_categories=()), max_size=200))
def test_whatever_parses_is_safe_and_says_the_same_as_its_schema(
    kind: type[ProposalId | LoopId | GapId], text: str
) -> None:
    """Any text is an id or refused, never another error; the schema's pattern may only be laxer (dates, lengths)."""
    try:
        one = kind.parse(text)
    except InvalidId:
        return
    assert one.isascii()
    assert one.isprintable()
    assert len(one) <= 100
    assert not is_foreign(one)
    assert jsonschema.Draft202012Validator(TypeAdapter(kind).json_schema()).is_valid(str(one))


@given(proposals, st.text(max_size=200))
def test_made_ids_parse_into_what_they_were_made_of(proposal: ProposalId, title: str) -> None:
    assert ProposalId.make(proposal.moment, proposal.slug) == proposal
    assert ProposalId.make(proposal.moment, title).slug == (slugify(title) or "change")
    assert proposal.next_second().moment - proposal.moment == timedelta(seconds=1)
    assert proposal.next_second() > proposal
    assert f"{proposal.moment:%m}" == proposal.month[5:]


@given(loops, gaps)
def test_loops_and_gaps_are_made_of_their_parts(loop: LoopId, gap: GapId) -> None:
    assert LoopId.make(loop.day, loop.slug) == loop
    assert GapId.make(gap.prefix, gap.number) == gap


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Home infra P1: SSOT binding retrofit", "home-infra-p1-ssot-binding-retrofit"),
        ("  --VM 100's   backup… (2nd try)!  ", "vm-100s-backup-2nd-try"),
        ("Größe ändern, déjà vu ™", "grosse-andern-deja-vu-tm"),
        ("漢字", ""),
        ("../../.git/hooks", "git-hooks"),
        ("word " * 30, "word-" * 11 + "word"),
        ("x" * 99, "x" * 60),
        ("x" * 60 + " y", "x" * 60),
    ],
)
def test_slugs(title: str, slug: str) -> None:
    assert slugify(title) == slug


@given(st.text(st.characters(exclude_categories=())))
def test_a_slug_is_stable_and_a_legal_slug(title: str) -> None:
    slug = slugify(title)
    assert slugify(slug) == slug
    if slug:
        assert ProposalId(f"CP-20260212-080601__{slug}").slug == slug


def test_foreign_ids_are_readable_forms_of_other_tools() -> None:
    foreign = [
        "CP-20260211T213000Z__mint-os-product-governance-bootstrap",
        "CP-20260215-__rag-passive-pipeline",
        "CP-20260301-010001",
        "CP-20260213-141014__" + "update-loop--" * 12,
        "CP-VOUCHERVAULT-DEPLOYMENT-20260302",
        "LOOP-HA-UNIFIED-2026-02-16",
        "LOOP-MEDIA-STACK-SPLIT",
        "GAP-OP-7",
    ]
    assert [text for text in foreign if not is_foreign(text)] == []
    native = [ProposalId.example, LoopId.example, GapId.example]
    unsafe = ["", "CP-", "CP", "X-1", "cp-1", "CP-a/b", "CP-../x", "CP-a b", "CP-a\n", "LOOP-\u212a", "CP-" + "a" * 253]
    assert [text for text in (*native, *unsafe) if is_foreign(text)] == []


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("CP-20260212-080601__home-infra", [0]),
        ("home-infra", [0, 3]),
        ("20260212-0806", [0]),
        ("CP-20260212", [0, 1]),
        ("home-infra-p", [1]),
        ("INFRA", [0, 1, 3]),
        ("pihole", [2]),
        ("GAP-OP-118", [4]),
        ("gap-op-11", [4, 5]),
        ("118", [4]),
        ("loop-home", [3]),
        ("CP-", [0, 1, 2]),
        ("nothing", []),
        ("", []),
    ],
)
def test_an_abbreviation_means_the_whole_name_else_the_beginning_else_a_part(part: str, found: list[int]) -> None:
    known = [
        ProposalId("CP-20260212-080601__home-infra"),
        ProposalId("CP-20260212-083216__home-infra-p2"),
        ProposalId("CP-20260213-000000__pihole"),
        LoopId("LOOP-HOME-INFRA-20260212"),
        GapId("GAP-OP-118"),
        GapId("GAP-OP-1180"),
    ]
    assert find_matching(part, [*known, *known]) == [known[index] for index in found]


def test_an_undo_does_not_hide_what_it_undoes() -> None:
    known = [ProposalId("CP-20260212-080601__start-dns"), ProposalId("CP-20260212-080602__undo-start-dns")]
    assert find_matching("start", known) == known[:1]
    assert find_matching("undo", known) == known[1:]
    assert find_matching("dns", known) == known


@given(st.lists(ids, min_size=1), st.data())
def test_every_id_is_found_by_itself_and_by_its_beginning(known: list[str], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(known))
    assert find_matching(one.lower(), known) == [one]
    beginning = one[: data.draw(st.integers(5, len(one)))]
    assume(beginning not in known)  # GAP-OP-118 is itself, and not the beginning of GAP-OP-1180
    assert one in find_matching(beginning, known)


def test_near_misses() -> None:
    known = ["CP-20260212-080601__home-infra-retrofit", "LOOP-HOME-INFRA-20260212", "GAP-OP-118", "GAP-OP-117"]
    assert near("CP-20260212-080610__home-infra-retrofit", known)[0] == known[0]
    assert near("home-infra-retrofti", known)[0] == known[0]
    assert near("loop-home-infa-20260212", known)[0] == known[1]
    assert near("GAP-OP-119", known) == ["GAP-OP-118", "GAP-OP-117"]
    assert near("aplpy", ["apply", "undo", "log"]) == ["apply"]
    assert near("zzz", known) == []


def test_pydantic_knows_ids_without_being_imported_for_them() -> None:
    adapter = TypeAdapter(GapId)
    assert type(adapter.validate_python("GAP-OP-118")) is GapId
    assert adapter.dump_json(GapId("GAP-OP-118")) == b'"GAP-OP-118"'
    assert adapter.json_schema() == {
        "type": "string",
        "pattern": GapId.pattern,
        "maxLength": 100,
        "examples": ["GAP-OP-118"],
    }
    with pytest.raises(ValidationError, match="written -007"):
        adapter.validate_python("GAP-OP-7")
