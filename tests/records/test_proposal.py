"""Proposals: there and back for any of them, limits, digest and effect."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from operation_strategy import changes, texts

from spine.address import parse
from spine.change.operations import Change, SetValue
from spine.ids import ProposalId
from spine.paths import UnsafePath
from spine.printable import has_unsafe
from spine.records.proposal import (
    BadProposal,
    FileChange,
    Proposal,
    digest,
    effect,
    read_proposal,
    write_proposal,
)

A, B = "a" * 40, "b" * 64
SET = Change((SetValue(parse("a"), "1", "2"),))

blobs = st.text("0123456789abcdef", min_size=40, max_size=40) | st.just(A) | st.just("1" * 40) | st.just(B)
words = st.text("abcdefgh-", min_size=1, max_size=8).filter(lambda word: word.strip("-") == word and "--" not in word)
lines = texts.filter(lambda text: text.strip() and not has_unsafe(text))
why = st.none() | texts
gaps = st.lists(st.integers(1, 1200).map(lambda number: f"GAP-OP-{number:03}"), max_size=3, unique=True).map(tuple)
ids = words.map(lambda word: ProposalId(f"CP-20260212-080601__{word}"))
links = st.lists(ids | st.just("CP-20260211T213000Z__imported"), max_size=3, unique=True).map(tuple)


@st.composite
def files(draw: st.DrawFn, path: str) -> FileChange:
    base, result = draw(blobs), draw(blobs)
    mode = draw(st.none() | st.sampled_from(["100644", "100755"]))
    moved = draw(st.none() | st.just(f"old/{path}"))
    kind = draw(st.sampled_from(["change", "content", "blob", "new blob", "deleted", "moved"]))
    if kind == "deleted":
        return FileChange(path, base, None, why=draw(why))
    if kind == "content":
        return FileChange(path, None, result, content=draw(texts), mode=mode, why=draw(why))
    if kind == "new blob":
        return FileChange(path, None, result, blob="0" * 64, mode=mode, why=draw(why))
    if kind == "moved" or base == result:
        return FileChange(path, base, base, moved_from=f"old/{path}", mode=mode, why=draw(why))
    change = draw(changes.filter(bool)) if kind == "change" else None
    blob = None if change else "1" * 64
    return FileChange(path, base, result, change, None, blob, moved, mode, draw(why))


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    paths = draw(st.lists(words, min_size=1, max_size=3, unique=True))
    own = ProposalId("CP-20260212-080601__own-id")
    return Proposal(
        id=own,
        title=draw(lines.filter(lambda line: len(line) <= 200)),
        author=draw(st.sampled_from(["Ada <>", 'O\'Neil, "Ada": x <ada@example.org>', "é # ü <a@b>"])),
        created=draw(st.datetimes(datetime(1000, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))),
        files=tuple(draw(files(f"{path}/f.yaml")) for path in paths),
        base=draw(blobs),
        why=draw(why),
        loop=draw(st.none() | st.sampled_from(["LOOP-HOME-20260212", "LOOP-HA-UNIFIED-2026-02-16"])),
        registers=draw(gaps),
        closes=draw(gaps),
        requires=draw(links),
        supersedes=draw(links),
        undoes=draw(st.none() | ids),
    )


@given(proposal=proposals())
def test_what_is_written_reads_back_the_same(proposal: Proposal) -> None:
    text = write_proposal(proposal)
    assert read_proposal(text) == proposal
    assert not has_unsafe(text, multiline=True)


def written(*files: FileChange, title: str = "x") -> str:
    moment = datetime(2026, 2, 12, 8, 6, 1, tzinfo=UTC)
    own = ProposalId("CP-20260212-080601__x")
    return write_proposal(Proposal(own, title, "Ada <a@b>", moment, files, A))


def test_the_schema_is_named_for_editors() -> None:
    text = write_proposal(read_proposal(written(FileChange("a", A, None))), schema="../proposal.json")
    assert text.startswith("# yaml-language-server: $schema=../proposal.json\nspine: proposal/1\n")


def test_limits() -> None:
    for count, fits in ((1_000, True), (1_001, False)):
        text = written(*(FileChange(f"f{number}", A, None) for number in range(count)))
        if fits:
            assert len(read_proposal(text).files) == count
        else:
            with pytest.raises(BadProposal, match="1001 files, the limit is 1000"):
                read_proposal(text)
    half = Change(tuple(SetValue(parse(f"k{number}"), "1", "2") for number in range(5_001)))
    with pytest.raises(BadProposal, match="10002 operations, the limit is 10000"):
        read_proposal(written(FileChange("a", A, B, half), FileChange("b", A, B, half)))
    with pytest.raises(BadProposal, match="“content” is longer than 65536 bytes"):
        read_proposal(written(FileChange("a", None, B, content="é" * 32_769)))
    assert read_proposal(written(FileChange("a", None, B, content="é" * 32_768))).files[0].content


def test_four_mebibytes_are_the_limit() -> None:
    text = written(FileChange("a", A, B, Change((SetValue(parse("a"), '"' + "x" * 4_000_000 + '"', "2"),))))
    assert read_proposal(text).files[0].change
    with pytest.raises(Exception, match="the limit is 4194304"):
        read_proposal(text + "#" * 200_000)


def test_policy_opens_closed_paths_and_is_not_asked_about_the_past() -> None:
    text = written(FileChange(".github/workflows/ci.yml", A, B, SET))
    assert read_proposal(text, allow=[".github/"]) == read_proposal(text)
    with pytest.raises(BadProposal, match="closed to proposals") as raised:
        read_proposal(text, allow=[])
    assert str(raised.value.place) == "proposal.yaml:7:11"
    assert isinstance(raised.value.__cause__, UnsafePath)


def test_a_digest_is_that_of_sha256sum() -> None:
    assert digest(b"abc\n") == "sha256:edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb"


def test_an_effect_is_the_hash_of_sorted_lines() -> None:
    lines = b"a\x00100644\x00-\x00" + A.encode() + b"\nb/c\x00100755\x00" + A.encode() + b"\x00-\n"
    expected = "sha256:" + hashlib.sha256(lines).hexdigest()
    assert effect([("b/c", "100755", A, None), ("a", "100644", None, A)]) == expected
    assert effect([("a", "100644", None, A), ("b/c", "100755", A, None)]) == expected
    assert effect([]) == "sha256:" + hashlib.sha256(b"").hexdigest()
