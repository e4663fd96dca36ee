"""loop list, show and check: what the loops of a tree say, and what follows from it. Reads only."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from spine.actions.blame import Setter
from spine.actions.loop_history import history_of, tip_of
from spine.actions.proven import MOST, Proven, ages, made_so_by, setters
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Exit, Finding, worst
from spine.ledger.criteria import Answer, Computed
from spine.ledger.loop_checks import check_loop, check_loops
from spine.ledger.loops import History, LoopLedger, Open, compute_checks, state_of
from spine.ledger.reading import Files, settings_of
from spine.ledger.status import Status
from spine.records.gap import Gap
from spine.records.loop import Criterion, Loop
from spine.records.loop_outline import Mark
from spine.repository import CommitId, resolve, snapshot_of, work_tree_of

State = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class LinkedProposal:
    """A proposal of a loop; `landing` is the commit that landed it, `is_follow_up` if that was after closing."""

    id: str
    title: str
    status: Status
    landing: str | None
    is_follow_up: bool


@dataclass(frozen=True, slots=True)
class ListedLoop:
    """One loop in a list."""

    loop: Loop
    state: State
    open_gaps: int
    blocked_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownLoop:
    """A loop with all that belongs to it."""

    loop: Loop
    state: State
    gaps: tuple[Gap, ...]
    proposals: tuple[LinkedProposal, ...]
    blocked_by: tuple[str, ...]
    open: tuple[Open, ...]
    findings: tuple[Finding, ...]


Verdicts = Answer | Literal["a claim"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A criterion as it is claimed and as it is computed; without a check that can be read it is only a claim.

    `why` says what decided, `evidence` where, and who set it (asked of one loop only). `blocked_by` are open gaps: then
    it is not so, whatever its check says. `when_closed` is what the check says of the tree that the loop was closed in,
    where that is not what it says now.
    """

    criterion: Criterion
    claimed: Mark | None
    computed: Verdicts
    why: str = ""
    evidence: tuple[Proven, ...] = ()
    blocked_by: tuple[str, ...] = ()
    made_so_by: Setter | None = None
    when_closed: Answer | None = None


@dataclass(frozen=True, slots=True)
class CheckedLoop:
    """The verdicts on one loop, and its findings."""

    loop: Loop
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class LoopReport:
    """What `loop check` found."""

    loops: tuple[CheckedLoop, ...]
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> Exit:
        """1 if anything is wrong that is no mere warning."""
        return worst([Exit.FAILED for one in self.findings if one.severity == "error"])


def list_loops(work: Workspace, *, revision: str | None = None, only: State | None = None) -> tuple[ListedLoop, ...]:
    """The loops of the work tree (or of a revision), the latest first."""
    books, _ = books_of(work, revision)
    found = []
    for loop in books.loops.values():
        state = state_of(loop)
        if only is None or state == only:
            open_gaps = sum(gap.status == "open" for gap in books.gaps_of(loop))
            found.append(ListedLoop(loop, state, open_gaps, books.blocked_by(loop) if state == "open" else ()))
    return tuple(sorted(found, key=lambda one: (_day(one.loop), one.loop.id), reverse=True))


def show_loop(work: Workspace, text: str, *, revision: str | None = None) -> ShownLoop:
    """One loop, whole. Raises `NoSuchLoop`."""
    books, history = books_of(work, revision)
    loop = books.loop(books.find(text))
    followed = history.follow_ups(loop.file) if history is not None and loop.is_closed else ()
    proposals = [
        LinkedProposal(
            stored.id,
            stored.proposal.title if stored.proposal is not None else "",
            books.statuses[stored.id],
            history.landing(stored.id) if history is not None and stored.has_receipt else None,
            stored.id in followed,
        )
        for stored in books.proposals_of(loop)
    ]
    return ShownLoop(
        loop,
        state_of(loop),
        books.gaps_of(loop),
        tuple(proposals),
        books.blocked_by(loop) if not loop.is_closed else (),
        books.still_open(loop),
        tuple(check_loop(loop, books, history)),
    )


def check_claims(work: Workspace, text: str | None = None, *, revision: str | None = None) -> LoopReport:
    """What is claimed and what is computed, of one loop or of all."""
    books, history = books_of(work, revision)
    tip = tip_of(work.repo) if revision is None else resolve(work.repo, revision)
    if text is None:
        findings = tuple(check_loops(books, history))
        loops = list(books.loops.values())
    else:
        loops = [books.loop(books.find(text))]
        findings = tuple(check_loop(loops[0], books, history))
    checked = []
    for loop in loops:
        verdicts = tuple(_verdict(loop, one, books, history) for one in loop.criteria)
        verdicts = _proven(work, verdicts, tip) if text is not None and tip is not None else verdicts
        checked.append(CheckedLoop(loop, verdicts, tuple(one for one in findings if one.place.file == loop.file)))
    return LoopReport(tuple(checked), findings)


def books_of(work: Workspace, revision: str | None) -> tuple[LoopLedger, History | None]:
    """The loops of a revision, else of the work tree (a bare repository: of HEAD), and the history they stand on."""
    tip: CommitId | None
    files: Files
    if revision is not None or work.repo.work_tree is None:
        tip = resolve(work.repo, revision or "HEAD")
        files = snapshot_of(work.repo, tip)
    else:
        tip = tip_of(work.repo)
        files = work_tree_of(work.repo)
    return LoopLedger(files, settings_of(files)), history_of(work.repo, tip, files)


def _verdict(loop: Loop, one: Criterion, books: LoopLedger, history: History | None) -> Verdict:
    """What can be computed of a criterion: its check, and that an open gap blocks it. All else is a claim."""
    blocking = tuple(gap.id for gap in books.blocking(loop, one.number))
    made = books.computed(loop).get(one.number)
    if not isinstance(made, Computed):
        why = f"blocked by {', '.join(blocking)}" if blocking else ""
        return Verdict(one, one.mark, "false" if blocking else "a claim", why, (), blocking)
    evidence = tuple(Proven(item, None) for item in made.evidence)
    if blocking:
        why = f"blocked by {', '.join(blocking)}; {made.why}"
        return Verdict(one, one.mark, "false", why, evidence, blocking)
    then = books.when_closed(loop, history) if made.answer != "true" else None
    before = compute_checks(loop, then.ground).get(one.number) if then is not None else None
    was = before.answer if isinstance(before, Computed) and before.answer != made.answer else None
    return Verdict(one, one.mark, made.answer, made.why, evidence, when_closed=was)


def _proven(work: Workspace, verdicts: tuple[Verdict, ...], tip: CommitId) -> tuple[Verdict, ...]:
    """The verdicts with who set what decided them."""
    asked = [one.evidence for verdict in verdicts for one in verdict.evidence[:MOST]]
    known = setters(work.repo, tip, asked)
    known_ages = ages(work.repo, tip, known.values())
    out = []
    for verdict in verdicts:
        evidence = tuple(Proven(one.evidence, known.get(one.evidence)) for one in verdict.evidence)
        by = made_so_by(evidence, known_ages) if verdict.computed == "true" else None
        out.append(replace(verdict, evidence=evidence, made_so_by=by))
    return tuple(out)


def _day(loop: Loop) -> str:
    """When a loop was opened, by its own word or by its id."""
    if loop.opened is not None:
        return loop.opened.isoformat()
    tail = loop.id[-8:]
    return f"{tail[:4]}-{tail[4:6]}-{tail[6:]}" if tail.isascii() and tail.isdigit() else ""
