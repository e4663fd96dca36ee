"""Edits of scope files: the lines that must change do, and no other; laws over real files, whatever their form."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spine.change.lines import split_lines
from spine.errors import Refused
from spine.records.loop import Loop, read_loop
from spine.records.loop_additions import add_criterion, add_phase, add_remaining, put_receipts, put_section
from spine.records.loop_edit import (
    CannotEdit,
    Splice,
    defer_remaining,
    find_item,
    mark_phase,
    set_fields,
    set_mark,
    spliced,
)
from spine.records.loop_front import drop_front, set_front
from spine.records.loop_outline import Mark
from tests.records.test_loop import SCOPE, SEED

FILE = "loops/LOOP-HOME-20260212.scope.md"
FORMS: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.removesuffix("\n"),
    lambda text: "\ufeff" + text,
]


def read(text: str) -> Loop:
    return read_loop(text, file=FILE)


def changed(before: str, after: str) -> list[tuple[str, str]]:
    """Pairs of lines that differ; the line counts must agree."""
    old, new = split_lines(before), split_lines(after)
    assert len(old) == len(new)
    return [(a, b) for a, b in zip(old, new, strict=True) if a != b]


# ---- boxes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "mark", "before", "after"),
    [
        ("2", "met", "2. [ ] Second", "2. [x] Second"),
        ("2.2", "met", "   - [ ] another", "   - [x] another"),
        ("1", "open", "1. [x] First", "1. [ ] First"),
        ("P1.1", "open", "- [X] one", "- [ ] one"),
        ("p2.2", "met", "- no box", "- [x] no box"),
    ],
)
def test_one_box_is_one_line(form: Callable[[str], str], name: str, mark: Mark, before: str, after: str) -> None:
    text = form(SCOPE)
    (pair,) = changed(text, set_mark(text, read(text), name, mark))
    assert tuple(line.rstrip("\r\n") for line in pair) == (before, after)


def test_what_is_so_already_changes_nothing() -> None:
    assert set_mark(SCOPE, read(SCOPE), "P1.1", "met") == SCOPE  # [X] stays
    assert set_mark(SCOPE, read(SCOPE), "4", "partly") == SCOPE


@pytest.mark.parametrize("form", FORMS)
def test_a_deferral_stands_behind_the_text_and_goes_with_the_tick(form: Callable[[str], str]) -> None:
    text = form(SCOPE)
    deferred = set_mark(text, read(text), "1", "partly", deferred_to="GAP-OP-118")
    assert [tuple(line.rstrip("\r\n") for line in pair) for pair in changed(text, deferred)] == [
        ("1. [x] First", "1. [~] First"),
        ("   of two lines", "   of two lines (deferred: GAP-OP-118)"),
    ]
    assert set_mark(deferred, read(deferred), "1", "partly", deferred_to="GAP-OP-118") == deferred
    assert set_mark(deferred, read(deferred), "1", "met") == text
    why = set_mark(text, read(text), "2", "partly", deferred_to="Sunday (or later)")
    assert "2. [~] Second (deferred: Sunday (or later))" in why
    assert set_mark(why, read(why), "2", "open") == text


def test_no_such_item() -> None:
    with pytest.raises(CannotEdit, match=r"the loop has no item “P1\.7”") as raised:
        find_item(read(SCOPE), "P1.7")
    assert "P1.1" in (raised.value.hint or "")


def test_two_items_on_one_line_are_refused() -> None:
    text = "## Success Criteria\n- - [ ] x\n"
    with pytest.raises(CannotEdit, match="cannot be set on this line alone"):
        set_mark(text, read(text), "1", "met")


# ---- front matter -------------------------------------------------------------------------------------------------


def test_a_field_is_set_and_all_else_kept_byte_for_byte() -> None:
    text = "---\n# why\nstatus: open   # for now\nodd:   'x'\n---\n\nbody\n"
    assert set_front(text, "status", "closed") == text.replace("open ", "closed ")
    added = set_front(text, "closed", "2026-02-12")
    assert added == text.replace("'x'\n", "'x'\nclosed: 2026-02-12\n")
    assert drop_front(added, "closed") == text
    assert drop_front(text, "closed") == text
    crlf = text.replace("\n", "\r\n")
    assert set_front(crlf, "closed", "2026-02-12") == added.replace("\n", "\r\n")


def test_the_spelling_of_the_file_wins() -> None:
    text = "---\nid: LOOP-HOME-20260212\nstatus: open\nclosed_at: null\n---\n"
    fields = [("status", "closed"), ("closed", "2026-02-12")]
    assert set_fields(text, read(text), fields) == text.replace("open", "closed").replace("null", "2026-02-12")
    assert set_fields(text, read(text), [("closed", None)]) == text.replace("closed_at: null\n", "")


def test_a_file_without_front_matter_gets_one() -> None:
    text = "# L\r\n\r\n> **Status:** open\r\n"
    assert set_fields(text, read(text), [("status", "closed"), ("closed", "2026-02-12")]) == (
        "---\r\nloop_id: LOOP-HOME-20260212\r\nstatus: closed\r\nclosed: 2026-02-12\r\n---\r\n\r\n" + text
    )
    assert set_front("---\n---\nx", "status", "open") == "---\nstatus: open\n---\nx"


@pytest.mark.parametrize("front", ["status: open\nobjective: a: b\n---\n", "status: open\n", "a: 1\na: 2\n---\n"])
def test_front_matter_that_cannot_be_read_is_not_edited(front: str) -> None:
    text = f"---\n{front}"
    with pytest.raises(CannotEdit):
        set_fields(text, read(text), [("status", "closed")])


# ---- phases -------------------------------------------------------------------------------------------------------


def test_a_phase_is_marked_in_its_title_with_the_word_that_the_file_uses() -> None:
    ticked = set_mark(SCOPE, read(SCOPE), "P2.1", "met")
    done = mark_phase(ticked, read(ticked), "p2", done=True)
    assert changed(ticked, done) == [("### P2 — Prove it\n", "### P2 — Prove it — COMPLETE\n")]
    assert mark_phase(done, read(done), "P2", done=True) == done
    assert mark_phase(done, read(done), "P2", done=False) == ticked
    other = SCOPE.replace("COMPLETE", "DONE")
    assert "P2 — Prove it — DONE\n" in mark_phase(other, read(other), "P2", done=True, everything=True)
    crlf = SCOPE.replace("\n", "\r\n")
    assert changed(crlf, mark_phase(crlf, read(crlf), "P1", done=False)) == [
        ("### P1: Do it — COMPLETE (06c673b)\r\n", "### P1: Do it\r\n")
    ]


def test_a_phase_with_open_boxes_is_not_done() -> None:
    with pytest.raises(CannotEdit, match=r"P2 has open boxes: P2\.1"):
        mark_phase(SCOPE, read(SCOPE), "P2", done=True)
    done = mark_phase(SCOPE, read(SCOPE), "P2", done=True, everything=True)
    assert changed(SCOPE, done) == [
        ("### P2 — Prove it\n", "### P2 — Prove it — COMPLETE\n"),
        ("- [ ] two\n", "- [x] two\n"),
    ]


@pytest.mark.parametrize(
    ("line", "done", "open_again"),
    [
        ("- P1: Plan", "- P1: Plan — COMPLETE", "- P1: Plan"),
        ("- [ ] P1: Plan", "- [x] P1: Plan", "- [ ] P1: Plan"),
        ("- **P1:** Plan — BLOCKED", "- **P1:** Plan — COMPLETE", "- **P1:** Plan"),
        ("- P1: IN PROGRESS -- Plan", "- P1: Plan — COMPLETE", "- P1: Plan"),
    ],
)
def test_phases_of_a_list(line: str, done: str, open_again: str) -> None:
    text = f"## Phases\n{line}\n"
    marked = mark_phase(text, read(text), "P1", done=True)
    assert marked == f"## Phases\n{done}\n"
    assert mark_phase(marked, read(marked), "P1", done=False) == f"## Phases\n{open_again}\n"


def test_rows_of_tables_are_marked_by_hand() -> None:
    text = "## X\n| Phase | Status |\n|---|---|\n| P0 | open |\n"
    with pytest.raises(CannotEdit, match="a row of a table"):
        mark_phase(text, read(text), "P0", done=True)


# ---- additions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("## Success Criteria\n\n1. [x] a\n2. [ ] b\n   more\n\n## X\n",
         "## Success Criteria\n\n1. [x] a\n2. [ ] b\n   more\n3. [ ] new one\n\n## X\n"),
        ("## Success Criteria\n* [x] a\n  - [ ] part", "## Success Criteria\n* [x] a\n  - [ ] part\n* [ ] new one"),
        ("## Acceptance Criteria\r\n1) a\r\n", "## Acceptance Criteria\r\n1) a\r\n2) [ ] new one\r\n"),
        ("## Success Criteria\n\n## Phases\n", "## Success Criteria\n\n1. [ ] new one\n\n## Phases\n"),
        ("# L\n\n## Phases\n\n## Receipts\n",
         "# L\n\n## Success Criteria\n\n1. [ ] new one\n\n## Phases\n\n## Receipts\n"),
        ("# L\n", "# L\n\n## Success Criteria\n\n1. [ ] new one\n"),
    ],
)  # fmt: skip
def test_a_criterion_is_added_in_the_form_of_its_list(before: str, after: str) -> None:
    made, number = add_criterion(before, read(before), " new\n one ")
    assert made == after
    assert number == len(read(before).criteria) + 1


@pytest.mark.parametrize("words", ["", " \n ", "a\u202eb", "x" * 1001])
def test_words_that_are_none(words: str) -> None:
    with pytest.raises(CannotEdit):
        add_criterion(SCOPE, read(SCOPE), words)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("## Phases\n\n### P1: a\n- [ ] x\n\n## Receipts\n",
         "## Phases\n\n### P1: a\n- [ ] x\n\n### P2: new\n\n## Receipts\n"),
        ("## Plan\n\n### Phase 2b — a — DONE\n\n---\n\n## X\n",
         "## Plan\n\n### Phase 2b — a — DONE\n\n### Phase 3 — new\n\n---\n\n## X\n"),
        ("## Lanes\n- Lane A: x\n- Lane B: y\n\ntext\n", "## Lanes\n- Lane A: x\n- Lane B: y\n- Lane C: new\n\ntext\n"),
        ("## Phases\n- [x] P1: a\n", "## Phases\n- [x] P1: a\n- [ ] P2: new\n"),
        ("## Steps\n- **Step 1:** a", "## Steps\n- **Step 1:** a\n- Step 2: new"),
        ("## Phases\n\n## Receipts\n", "## Phases\n\n### P1: new\n\n## Receipts\n"),
        ("# L\n\n## Receipts\n", "# L\n\n## Phases\n\n### P1: new\n\n## Receipts\n"),
    ],
)  # fmt: skip
def test_a_phase_is_added_as_the_last_one_is_named(before: str, after: str) -> None:
    assert add_phase(before, read(before), "new")[0] == after


def test_remaining_work() -> None:
    made = add_remaining(SCOPE, read(SCOPE), ["one", "two"])
    assert made == SCOPE.replace("- GAP-OP-118: later\n", "- GAP-OP-118: later\n- one\n- two\n")
    deferred = defer_remaining(made, read(made), 2, "no need")
    assert changed(made, deferred) == [("- one\n", "- one (deferred: no need)\n")]
    assert changed(deferred, defer_remaining(deferred, read(deferred), 2, "GAP-OP-1")) == [
        ("- one (deferred: no need)\n", "- one (deferred: GAP-OP-1)\n")
    ]
    with pytest.raises(CannotEdit, match="there is no R4"):
        defer_remaining(made, read(made), 4, "x")


def test_receipts_take_the_place_of_spine_s_own_lines_and_leave_the_others() -> None:
    made = put_receipts(SCOPE, read(SCOPE), ["- Gap: GAP-OP-9", "- Proposal 1: CP-20260212-080601__home-infra (x)"])
    old = split_lines(SCOPE)
    assert made == "".join(
        [*old[:46], "- Gap: GAP-OP-9\n", "- Proposal 1: CP-20260212-080601__home-infra (x)\n", *old[48:]]
    )
    own = [line.rstrip() for line in split_lines(made)[46:48]]
    assert put_receipts(made, read(made), own) == made


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("## Receipts\n", "## Receipts\n\n- Gap: GAP-OP-9\n"),
        ("## Receipts", "## Receipts\n\n- Gap: GAP-OP-9"),
        ("## Receipts\n- run\n\n## Notes\n", "## Receipts\n- Gap: GAP-OP-9\n- run\n\n## Notes\n"),
        ("## Receipts\n\n| a |\n|---|\n\n## Notes\n", "## Receipts\n\n- Gap: GAP-OP-9\n\n| a |\n|---|\n\n## Notes\n"),
        ("## Receipts\n\n## Notes\n", "## Receipts\n\n- Gap: GAP-OP-9\n\n## Notes\n"),
        ("# L\n", "# L\n\n## Receipts\n\n- Gap: GAP-OP-9\n"),
        ("## Receipts\n- run\n- Gap: GAP-OP-8\n- other\n- Proposal 1: CP-20260212-080601__x\n",
         "## Receipts\n- run\n- Gap: GAP-OP-9\n- other\n"),
    ],
)  # fmt: skip
def test_where_receipts_go(before: str, after: str) -> None:
    assert put_receipts(before, read(before), ["- Gap: GAP-OP-9"]) == after


def test_a_section_stands_where_the_order_of_a_scope_file_wants_it() -> None:
    text = "# L\n\n## Goal\n\nx\n\n---\n\n## Receipts\n"
    assert (
        put_section(text, read(text), "Phases", ["y"])
        == "# L\n\n## Goal\n\nx\n\n## Phases\n\ny\n\n---\n\n## Receipts\n"
    )
    assert put_section(text, read(text), "Receipts of old", ["y"]).endswith("## Receipts\n\n## Receipts of old\n\ny\n")


# ---- laws over real files -----------------------------------------------------------------------------------------


class RealFiles(list[tuple[str, str]]):
    """Paths and texts; a failing test is not to print all of them."""

    def __repr__(self) -> str:
        return f"<{len(self)} files>"


@pytest.fixture(scope="session")
def real_files(corpus: Path) -> RealFiles:
    """Every version that a file below loops/ ever had, with its path, and the seed."""
    log = subprocess.run(
        ["git", "log", "--format=", "--raw", "--no-abbrev", "--no-renames", "-z", "--", "loops"],
        cwd=corpus, capture_output=True, check=True,
    ).stdout.decode().split("\0")  # fmt: skip
    blobs = {facts.split()[3]: path for facts, path in zip(log[::2], log[1::2], strict=False) if facts.startswith(":")}
    blobs.pop("0" * 40, None)
    read_all = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=corpus, input="".join(f"{one}\n" for one in blobs).encode(),
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    found = RealFiles([(SEED.name, SEED.read_text(encoding="utf-8"))] if SEED.is_file() else [])
    at = 0
    for path in blobs.values():
        end = read_all.index(b"\n", at)
        size = int(read_all[at:end].split()[2])
        found.append((path, read_all[end + 1 : end + 1 + size].decode()))
        at = end + size + 2
    return found


def the_form(text: str, form: int) -> str:
    return FORMS[form](text)


@pytest.mark.corpus
def test_reading_and_writing_back_is_byte_identical(real_files: RealFiles) -> None:
    assert len(real_files) > 500
    rewritten = 0
    for path, text in real_files:
        loop = read_loop(text, file=path)
        assert spliced(text, []) == text
        assert (
            spliced(text, [Splice(at, at, (line.rstrip("\r\n"),)) for at, line in enumerate(split_lines(text), 1)])
            == text
        )
        for name, item in loop.items():
            if item.mark is not None:
                assert set_mark(text, loop, name, item.mark) == text
                rewritten += 1
        if loop.front.document is not None and loop.front.problem is None:
            root = loop.front.document.root
            assert root is not None
            for entry in root.entries:
                token = loop.front.document.source(entry.value)
                if entry.key is not None and token and entry.value.kind == "scalar" and "\n" not in token:
                    assert set_front(text, entry.key.text, token) == text
                    rewritten += 1
    assert rewritten > 2_000


@pytest.mark.corpus
@settings(max_examples=300)
@given(data=st.data())
def test_ticking_a_box_changes_one_line(real_files: RealFiles, data: st.DataObject) -> None:
    path, text = real_files[data.draw(st.integers(0, len(real_files) - 1))]
    text = the_form(text, data.draw(st.integers(0, len(FORMS) - 1)))
    loop = read_loop(text, file=path)
    items = list(loop.items())
    assume(items)
    name, item = data.draw(st.sampled_from(items))
    mark = data.draw(st.sampled_from(["met", "open", "partly"]))
    if sum(known.casefold() == name.casefold() for known, _ in items) > 1:
        with pytest.raises(CannotEdit, match="stands twice"):
            set_mark(text, loop, name, mark)
        return
    after = set_mark(text, loop, name, mark)
    pairs = changed(text, after)
    assert len(pairs) == (item.mark != mark)
    if item.mark is not None:
        back = set_mark(after, read_loop(after, file=path), name, item.mark)
        assert back.casefold() == text.casefold()  # [X] comes back as [x]


@pytest.mark.corpus
@settings(max_examples=300)
@given(data=st.data())
def test_edits_add_and_change_but_never_lose_a_line(real_files: RealFiles, data: st.DataObject) -> None:
    path, text = real_files[data.draw(st.integers(0, len(real_files) - 1))]
    text = the_form(text, data.draw(st.integers(0, len(FORMS) - 1)))
    loop = read_loop(text, file=path)
    edits: dict[str, Callable[[], str]] = {
        "criterion": lambda: add_criterion(text, loop, "a new one")[0],
        "phase": lambda: add_phase(text, loop, "a new one")[0],
        "remaining": lambda: add_remaining(text, loop, ["a new one"]),
        "receipts": lambda: put_receipts(text, loop, ["- Gap: GAP-OP-999 (registered)"]),
        "fields": lambda: set_fields(text, loop, [("last_verified_by", "me")]),
    }
    try:
        after = edits[data.draw(st.sampled_from(sorted(edits)))]()
    except Refused:
        return
    rest = iter(line.rstrip("\r\n") for line in split_lines(after.removeprefix("\ufeff")))
    mine = ("- Gap:", "- Proposal ")
    kept = [line.rstrip("\r\n") for line in split_lines(text.removeprefix("\ufeff"))]
    assert all(any(line == other for other in rest) for line in kept if not line.startswith(mine))
    assert after.endswith("\n") == text.endswith("\n")
    assert ("\r\n" in after) == ("\r\n" in text)
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
