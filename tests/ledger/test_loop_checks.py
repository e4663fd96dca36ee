"""Findings about loops: one tree of files in, findings out; no git."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from spine.ids import ProposalId
from spine.ledger.checks import check_tree
from spine.ledger.loop_checks import check_loops
from spine.ledger.loop_receipts import computed_lines, scope_words
from spine.ledger.loops import LoopLedger, NoSuchLoop
from spine.records.proposal import FileChange, Proposal, digest, write_proposal
from spine.records.receipt import Landed, Receipt, write_receipt
from spine.records.settings import Settings
from spine.yamldoc.fields import moment_text

ID = "LOOP-HOME-20260212"
PATH = f"loops/{ID}.scope.md"
FRONT = f"---\nloop_id: {ID}\nstatus: open\n---\n"
CLOSED = FRONT.replace("open", "closed\nclosed: 2026-02-13")
CP1 = "CP-20260212-080601__home-infra-p1"
CP2 = "CP-20260212-083216__docs"
SHA = "06c673b" + "0" * 33
OTHER = "42bbd30" + "1" * 33


@dataclass(frozen=True)
class Memory:
    """The files of a tree that is nowhere on disk."""

    files: Mapping[str, str]

    def read(self, path: str) -> bytes | None:
        return self.files[path].encode() if path in self.files else None

    def paths(self, prefix: str = "") -> Iterator[str]:
        return (path for path in sorted(self.files) if not prefix or path.startswith(f"{prefix}/"))

    def blob(self, path: str) -> None:
        """Nothing here is a link."""


@dataclass
class Told:
    """A history that knows what it was told."""

    landings: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = True
    after: tuple[str, ...] = ()
    closing: Memory | None = None
    trees: Mapping[str, Memory] = field(default_factory=dict)

    def landing(self, proposal: str) -> str | None:
        return self.landings.get(proposal)

    def commit(self, text: str) -> str | None:
        return next((one for one in {*self.landings.values(), OTHER} if one.startswith(text)), None)

    def follow_ups(self, path: str) -> tuple[str, ...]:
        return self.after

    def files_when_closed(self, path: str) -> Memory | None:
        return self.closing

    def files_at(self, revision: str) -> Memory | None:
        return self.trees.get(revision)


def proposal(id_: str, *, loop: str | None = ID, path: str = "bindings/vm.yaml", title: str = "t") -> str:
    made = ProposalId(id_)
    change = FileChange(path, None, "1" * 40, content="a: 1\n")
    return write_proposal(
        Proposal(made, title, "Ada <a@example.org>", made.moment, (change,), "0" * 40, why="w", loop=loop)
    )


def stored(id_: str, *, landed: bool, **said: str) -> dict[str, str]:
    folder = f"proposals/2026-02/{id_}"
    text = proposal(id_, **said)  # type: ignore[arg-type]
    files = {f"{folder}/proposal.yaml": text}
    if landed:
        receipt = Receipt(
            ProposalId(id_), digest(text.encode()), "0" * 40, "run", ProposalId(id_).moment, "Ada <a@example.org>",
            (Landed("bindings/vm.yaml", None, "1" * 40),), (), (),
        )  # fmt: skip
        files[f"{folder}/receipt.yaml"] = write_receipt(receipt)
    return files


def gap(number: int, *, status: str = "open", blocks: str = "") -> dict[str, str]:
    id_ = f"GAP-OP-{number}"
    text = f"spine: gap/1\nid: {id_}\ntitle: LXC backups fail\ntype: runtime-bug\nseverity: high\nstatus: {status}\n"
    text += f"loop: {ID}\nfound: 2026-02-12\n" + (f'blocks: ["{blocks}"]\n' if blocks else "")
    if status == "closed":
        moment = moment_text(ProposalId(CP1).moment)
        text += f"closed:\n  at: {moment}\n  by: Ada <a@example.org>\n  evidence: [{CP1}]\n"
    return {f"gaps/{id_}.yaml": text}


def found(
    text: str, *more: dict[str, str], history: Told | None = None, path: str = PATH
) -> list[tuple[str, str, str]]:
    files = {path: text}
    for one in more:
        files |= one
    findings = check_loops(LoopLedger(Memory(files), Settings()), history)
    return [(one.code, str(one.place).removeprefix(f"{path}:"), one.message) for one in findings]


def test_a_loop_that_is_well_has_no_findings() -> None:
    assert found(FRONT + "## Success Criteria\n1. [ ] a\n2. [~] b (GAP-OP-118)\n") == []
    assert found(CLOSED + "## Success Criteria\n1. [x] a\n2. [~] b — later\n") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# L\n", ("SP200", "1", "the loop has no front matter")),
        ("---\nstatus: a: b\n---\n",
         ("SP201", "2:10", "not valid YAML: mapping values are not allowed in this context")),
        ("---\nstatus: open\n---\n", ("SP202", "1", "the front matter has no “loop_id”")),
        (f"---\nloop_id: {ID}\n---\n", ("SP202", "1", "the front matter has no “status”")),
        (FRONT.replace("status", "opened: soon\nstatus"), ("SP202", "3:9", "“opened” is soon, which is no day")),
        (FRONT.replace("HOME", "AWAY"),
         ("SP203", "2:10", f"the file is called {ID}, the loop in it LOOP-AWAY-20260212")),
        (CLOSED + "## Success Criteria\n- [ ] a\n- [x] b\n- [ ] c\n## Phases\n### P1: x\n- [ ] d\n",
         ("SP204", "7", "the loop is closed with 3 open boxes: 1, 3, P1.1")),
        (FRONT + "## Success Criteria\n- [~] half of it\n",
         ("SP205", "6", "1 is partly met, and names no gap or reason")),
        (FRONT.replace("open", "CLOSED"), ("SP206", "3:9", "the loop is closed, and does not say when")),
        (FRONT.replace("open", "active\nclosed_at: 2026-02-13"),
         ("SP206", "4:12", "the loop is active, and says when it was closed")),
        (FRONT + "## Phases\n### P1: x — DONE\n- [x] a\n- [ ] b\n- [ ] c\n",
         ("SP209", "6", "P1 says that it is complete, and has 2 open boxes")),
    ],
)  # fmt: skip
def test_each_finding(text: str, expected: tuple[str, str, str]) -> None:
    assert found(text) == [expected]


def test_what_came_from_elsewhere_gives_warnings() -> None:
    text = FRONT.replace("open", "closed\norigin: agentic-spine") + "## Success Criteria\n- [ ] a\n"
    findings = list(check_loops(LoopLedger(Memory({PATH: text}), Settings())))
    assert {(one.code, one.severity) for one in findings} == {("SP204", "warning"), ("SP206", "warning")}
    native = list(check_loops(LoopLedger(Memory({PATH: text.replace("origin", "other")}), Settings())))
    assert {one.severity for one in native} == {"error"}


def test_two_files_of_one_loop() -> None:
    archived = f"loops/_archived/{ID}.scope.md"
    assert found(FRONT, {archived: FRONT}) == [("SP211", f"{archived}:1", f"{PATH} is the same loop, {ID}")]


def test_gaps_and_criteria_agree() -> None:
    text = FRONT + "## Success Criteria\n1. [x] a\n2. [~] b\n"
    assert found(text, gap(118, blocks=f"{ID}#1"), gap(119, blocks=f"{ID}#2")) == [
        ("SP210", "6", "criterion 1 is met, and GAP-OP-118, which is open, blocks it")
    ]
    assert found(text, gap(118, status="closed", blocks=f"{ID}#1"), gap(119, blocks=f"{ID}#2")) == []


def test_a_closed_loop_names_the_gaps_that_it_leaves_behind() -> None:
    text = CLOSED + "## Success Criteria\n1. [~] a (GAP-OP-119)\n## Remaining Work (deferred)\n- GAP-OP-118: later\n"
    assert found(text, gap(117), gap(118), gap(119), gap(120, status="closed")) == [
        ("SP212", "3:9", "the loop is closed, GAP-OP-117, found in it, is open, and nothing says what becomes of it")
    ]


RECEIPTS = FRONT + f"## Receipts\n- Proposal 1: {CP1} (x — applied 06c673b)\n"


@pytest.mark.parametrize(
    ("text", "landed", "history", "expected"),
    [
        (RECEIPTS, True, Told({CP1: SHA}), []),
        (RECEIPTS, True, None, []),
        (RECEIPTS, True, Told({CP1: OTHER}, is_whole=False),
         [("SP208", f"the receipts say that 06c673b landed {CP1}; 42bbd3011111 did")]),
        (RECEIPTS, True, Told({CP1: OTHER}),
         [("SP208", f"the receipts say that 06c673b landed {CP1}; 42bbd3011111 did")]),
        (FRONT + f"## Receipts\n- {CP1} after {CP2} (applied 42bbd30)\n", True, Told({CP1: SHA}),
         [("SP207", f"the receipts name {CP2}, which is not there")]),
        (FRONT + "## Receipts\n- the audit (applied commit fffffff)\n", True, Told({CP1: SHA}),
         [("SP207", "the receipts name the commit fffffff, which is not there")]),
        (RECEIPTS, False, Told({CP2: SHA}), [("SP208", f"the receipts say of {CP1} that it landed; it is pending")]),
        (RECEIPTS, None, Told({CP2: SHA}), [("SP207", f"the receipts name {CP1}, which is not there")]),
        (RECEIPTS.replace("applied 06c673b", "pending"), True, None,
         [("SP208", f"the receipts say of {CP1} that it is pending; it is applied")]),
        (RECEIPTS.replace("applied 06c673b", "undone"), True, None,
         [("SP208", f"the receipts say of {CP1} that it is undone; it is applied")]),
        (FRONT + "## Receipts\n- CP-20260212-080601 (applied commit 42bbd30)\n", True, Told({CP1: SHA}),
         [("SP208", f"the receipts say that 42bbd30 landed {CP1}; 06c673b00000 did")]),
        (FRONT + "## Receipts\n- `CP-20260212-080602__y` (applied)\n- commit fffffff by hand\n", True, Told(), []),
    ],
)  # fmt: skip
def test_receipts_are_held_against_the_truth(
    text: str, landed: bool | None, history: Told | None, expected: list[tuple[str, str]]
) -> None:
    files = {} if landed is None else stored(CP1, landed=landed)
    assert [(code, message) for code, _, message in found(text, files, history=history)] == expected


def test_validate_has_them() -> None:
    findings = check_tree(Memory({PATH: "# L\n", **stored(CP1, landed=True)}), (), Told({CP1: SHA}))
    assert [(one.code, str(one.place)) for one in findings] == [("SP200", f"{PATH}:1")]


# ---- derived, never stored ----------------------------------------------------------------------------------------


def test_what_a_loop_waits_for() -> None:
    text = FRONT.replace("open", "open\nblocked_by: [LOOP-DONE-20260101, LOOP-NEW-20260101, hardware, none]")
    files = {
        PATH: text + "## Success Criteria\n1. [ ] a\n2. [x] b\n",
        "loops/LOOP-DONE-20260101.scope.md": "---\nloop_id: LOOP-DONE-20260101\nstatus: complete\n---\n",
        "loops/LOOP-NEW-20260101.scope.md": "---\nloop_id: LOOP-NEW-20260101\nstatus: active\n---\n",
        **gap(118, blocks=f"{ID}#1"),
        **gap(119, blocks=f"{ID}#2"),
    }
    books = LoopLedger(Memory(files), Settings())
    assert books.blocked_by(books.loop(PATH)) == ("LOOP-NEW-20260101", "hardware", "GAP-OP-118")


def test_what_is_still_open() -> None:
    text = FRONT + "## Success Criteria\n1. [ ] a\n2. [x] b\n3. [~] c\n4. [~] d (deferred: no need)\n## Phases\n"
    text += "### P1: p\n- [ ] e\n- f\n## Remaining Work\n- GAP-OP-118: later\n"
    files = {PATH: text, **gap(117), **gap(118), **stored(CP1, landed=False), **stored(CP2, landed=True)}
    books = LoopLedger(Memory(files), Settings())
    assert [(one.kind, one.name, one.line) for one in books.still_open(books.loop(PATH))] == [
        ("criterion", "1", 6), ("criterion", "3", 8), ("phase", "P1.1", 12), ("gap", "GAP-OP-117", None),
        ("proposal", CP1, None),
    ]  # fmt: skip


def test_a_loop_is_found_by_any_part_of_its_id() -> None:
    other = "LOOP-HOME-OFFICE-20260212"
    books = LoopLedger(Memory({PATH: FRONT, f"loops/sub/{other}.scope.md": FRONT.replace(ID, other)}), Settings())
    assert books.find("home") == PATH  # a whole slug wins
    assert books.find("office") == f"loops/sub/{other}.scope.md"
    assert books.find(PATH) == PATH
    with pytest.raises(NoSuchLoop, match="several loops fit"):
        books.find("LOOP-")
    with pytest.raises(NoSuchLoop) as raised:
        books.find("LOOP-HOME-OFICE-20260212")
    assert raised.value.hint == f"did you mean {other}?"


# ---- the lines of the receipts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "paths", "words"),
    [
        ("Home infra P1: SSOT binding retrofit", ["bindings/a.yaml", "bindings/sub/b.yaml"], "P1 bindings"),
        ("P2 P3 P4 docs", ["docs/a.md", "home/caps/x.yaml", "home/lessons/y.md"], "P2-P4 docs + caps + lessons"),
        ("P2-P4", ["README.md"], "P2-P4 README.md"),
        ("P1 and p3, not P7", ["gaps/GAP-OP-1.yaml", f"loops/{ID}.scope.md"], "P1, P3 scope + gap"),
        ("no phase", ["a/x", "b/x", "c/x", "d/x", "e/x"], "a + b + c + 2 more"),
    ],
)
def test_what_a_proposal_is_about(title: str, paths: list[str], words: str) -> None:
    books = LoopLedger(Memory({PATH: FRONT + "".join(f"## P{n}: x\n" for n in range(1, 5))}), Settings())
    made = ProposalId(CP1)
    files = tuple(FileChange(path, None, "1" * 40, content="a\n") for path in paths)
    proposal_ = Proposal(made, title, "Ada <a@example.org>", made.moment, files, "0" * 40)
    assert scope_words(proposal_, books.loop(PATH), Settings()) == words


def test_what_a_person_wrote_and_what_the_tree_does_not_know_is_kept() -> None:
    text = CLOSED + (
        "## Receipts\n"
        "- Gap: GAP-OP-7 (registered), GAP-OP-118\n"
        f"- Proposal 1: {CP2} (my own words — pending)\n"
        "- Proposal 2: CP-20260211-000000__elsewhere (old — applied 1234567)\n"
    )
    files = {
        PATH: text,
        **gap(118, status="closed"),
        **gap(109),
        **stored(CP1, landed=True),
        **stored(CP2, landed=True),
    }
    books = LoopLedger(Memory(files), Settings())
    history = Told({CP1: SHA, CP2: OTHER}, after=(CP2,))
    assert computed_lines(books.loop(PATH), books, history) == (
        "- Gap: GAP-OP-7 (registered), GAP-OP-109 (registered), GAP-OP-118 (closed)",
        "- Proposal 1: CP-20260211-000000__elsewhere (old — applied 1234567)",
        f"- Proposal 2: {CP1} (bindings — applied 06c673b)",
        f"- Proposal 3: {CP2} (my own words — applied 42bbd30, follow-up)",
    )


def test_this_file_knows_all_codes() -> None:
    import spine.ledger.criterion_checks as computed
    import spine.ledger.loop_checks as checks

    told = f"{checks.__doc__}\n{computed.__doc__}".split("\n")
    documented = {line.split("|")[1].strip() for line in told if line.startswith("| SP") and "–" not in line}
    source = "".join(Path(str(one.__file__)).read_text(encoding="utf-8") for one in (checks, computed))
    front = Path(checks.__file__).parents[1].joinpath("records/loop_front.py").read_text(encoding="utf-8")
    assert documented == {f"SP2{n:02}" for n in (*range(13), *range(20, 29))}
    assert all(f'"{code}"' in source + front for code in documented)
