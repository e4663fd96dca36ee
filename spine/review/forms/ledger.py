"""The documents of loops, gaps and audits, and of the questions about history: blame, the log of a place, trace."""

from __future__ import annotations

from typing import Annotated, Literal

from typing_extensions import TypedDict

from spine.actions.loop_views import State
from spine.ledger.blame import What
from spine.ledger.criteria import Answer
from spine.ledger.links import Kind
from spine.ledger.loops import OpenKind
from spine.ledger.status import Status
from spine.records.loop_outline import Mark
from spine.records.loop_phases import Completion
from spine.records.schemas import Day, Moment, Person
from spine.review.forms.parts import Finding, NewProposal, Place, Setter, Value
from spine.review.forms.words import Address, Commit, GapName, LineNumber, TreePath, Whole, Words

# ---- loops ----------------------------------------------------------------------------------------------------------


class Progress(TypedDict):
    """How many criteria (those with a box, parts counted by themselves) are met, partly met and open."""

    met: Whole
    partly: Whole
    open: Whole
    total: Whole


class LoopHead(TypedDict):
    """A loop as its front matter tells it; what it does not say is null."""

    id: str
    path: TreePath
    title: str
    state: Annotated[str, Words(State)]
    """Whether its status, in whatever words, means that the work has ended."""
    status: str | None
    """The status in the file's own words."""
    severity: str | None
    owner: str | None
    opened: Day | None
    closed: Day | None
    is_imported: bool
    """It has an origin elsewhere: its references need not resolve here."""
    progress: Progress


class ListedLoop(LoopHead):
    """A loop in a list."""

    open_gaps: Whole
    blocked_by: list[str]
    """Open gaps that block a criterion."""


class LoopList(TypedDict):
    """The loops of a tree, the latest first."""

    loops: list[ListedLoop]


class Item(TypedDict):
    """A line of a list, with the lines below it."""

    name: str
    """How the command line calls it: `4`, `4.1`, `P1.2`, `R3`."""
    line: LineNumber
    mark: Annotated[str, Words(Mark)] | None
    """Its box; null if it has none."""
    text: str
    parts: list[Item]


class Criterion(Item):
    """A success criterion."""

    number: Whole
    phase: str | None
    """The phase whose heading it stands under."""


class Phase(TypedDict):
    """A phase of a loop."""

    key: str
    """As it is written: `P1`, `Phase 2b`, `Lane A`."""
    title: str
    said: Annotated[str, Words(Completion)] | None
    """What its title line says of its completion, in one of these words."""
    state: Completion | Literal["open"]
    """What its boxes say; without boxes what its title line says."""
    line: LineNumber
    items: list[Item]


class ReceiptLine(TypedDict):
    """A line of the Receipts section, as it is written."""

    line: LineNumber
    text: str
    proposals: list[str]
    gaps: list[str]
    commit: str | None
    """The commit that the line names; it may be abbreviated, and wrong."""


class LoopGap(TypedDict):
    """A gap that was found in a loop, or that blocks it."""

    id: str
    title: str
    severity: str
    status: str | None
    blocks: list[str]
    """Criteria, as `LOOP-…#4`."""


class LoopProposal(TypedDict):
    """A proposal of a loop."""

    id: str
    title: str
    status: Annotated[str, Words(Status)]
    commit: Commit | None
    """The commit that landed it."""
    is_follow_up: bool
    """It landed after the loop was closed."""


class OpenEnd(TypedDict):
    """Something of a loop that is not done."""

    kind: Annotated[str, Words(OpenKind)]
    name: str
    """How `loop defer` and `loop close --defer` call it."""
    text: str
    line: LineNumber | None


class LoopShown(LoopHead):
    """A loop, whole."""

    goal: str
    criteria: list[Criterion]
    phases: list[Phase]
    remaining: list[Item]
    receipts: list[ReceiptLine]
    gaps: list[LoopGap]
    proposals: list[LoopProposal]
    blocked_by: list[str]
    open: list[OpenEnd]
    findings: list[Finding]


class Evidence(TypedDict):
    """Something that decided an answer: a place of a file, a file, or a gap."""

    path: TreePath
    address: Address | None
    """Null: the file."""
    gap: str | None
    value: str | None
    """What stands there, as it is written."""
    speaks_for: bool
    """Whether it is as the check wants it."""
    set_by: Setter | None


class CriterionVerdict(TypedDict):
    """A criterion as it is claimed and as it is computed."""

    number: Whole
    line: LineNumber
    text: str
    claimed: Annotated[str, Words(Mark)] | None
    """Its box; null if it has none."""
    computed: Literal["true", "false", "cannot-tell", "claim"]
    """`claim`: it has no check that can be read."""
    why: str
    blocked_by: list[str]
    """Open gaps: then it is not so, whatever its check says."""
    made_so_by: Setter | None
    when_closed: Annotated[str, Words(Answer)] | None
    """What the check says of the tree in which the loop was closed, if that is not what it says now."""
    evidence: list[Evidence]


class CheckedLoop(TypedDict):
    """The verdicts on one loop."""

    id: str
    path: TreePath
    criteria: list[CriterionVerdict]


class LoopChecked(TypedDict):
    """What is claimed and what is computed."""

    loops: list[CheckedLoop]
    findings: list[Finding]


class LoopChanged(TypedDict):
    """What a verb did to a loop's file."""

    outcome: Literal["unchanged", "written", "committed", "proposed"]
    loop: str
    path: TreePath
    summary: str
    is_governed: bool
    """The file is governed: edits of it want a proposal."""
    commit: Commit | None
    proposal: NewProposal | None


# ---- gaps -----------------------------------------------------------------------------------------------------------


class Accepted(TypedDict):
    """Who lives with a gap, and why."""

    at: Moment
    by: Person
    why: str


class Closed(TypedDict):
    """Who closed a gap."""

    at: Moment
    by: Person


ImportedGap = TypedDict("ImportedGap", {"from": TreePath, "says": dict[str, str]})


class Gap(TypedDict):
    """A gap; what its file or register does not say is null."""

    id: str
    place: Place
    title: str
    type: str | None
    """As it is written."""
    severity: str | None
    """As it is written."""
    status: Literal["open", "accepted", "closed"] | None
    """Null where a register has a word that spine does not know."""
    loop: str | None
    found: Day | None
    blocks: list[str]
    """Criteria, as `LOOP-…#4`."""
    accepted: Accepted | None
    closed: Closed | None
    evidence: list[str]
    """What shows that it is closed: proposals, commits, addresses, files."""
    imported: ImportedGap | None
    """From which register it was split, and what that said besides."""
    registered: dict[str, str] | None
    """All fields of its entry, if it is one of a register."""
    description: str | None


class GapWritten(TypedDict):
    """A gap that was written, or proposed to be written."""

    outcome: Literal["already-there", "written", "proposed"]
    id: GapName
    before: str | None
    """Its status until then; null for a new one."""
    gap: Gap
    proposal: NewProposal | None


class GapList(TypedDict):
    """The chosen gaps, the gravest first."""

    counts: dict[Literal["open", "accepted", "closed", "unknown"], Whole]
    """How many there are of each status in all."""
    gaps: list[Gap]
    unread: list[Finding]


class ProposalStatus(TypedDict):
    """A proposal and its status."""

    id: str
    status: Annotated[str, Words(Status)]


class GapShown(TypedDict):
    """One gap with its proposals and findings."""

    gap: Gap
    registered_by: list[ProposalStatus]
    closed_by: list[ProposalStatus]
    findings: list[Finding]


# ---- audits ---------------------------------------------------------------------------------------------------------


class RuleFailure(TypedDict):
    """A rule that does not hold in a row, for a column."""

    row: str
    column: str
    rule: str
    missing: list[str]
    """The names that would mend it, as far as they are known."""


class ListedAudit(TypedDict):
    """An audit that `spine.yaml` declares."""

    name: str
    title: str | None
    loop: str | None
    columns: list[str]
    rows: list[str]
    failures: list[RuleFailure]
    unknown_rows: Whole
    """How many rows cannot be told."""


class AuditList(TypedDict):
    """The audits of a tree."""

    audits: list[ListedAudit]


class Cell(TypedDict):
    """A row in a column."""

    count: Whole | None
    """Null if the row cannot be told."""
    total: Whole | None
    """How many there should be; null if the row neither filters nor expects."""
    there: list[str]
    missing: list[str]


class ColumnCell(Cell):
    """A cell with the name of its column."""

    column: str


class Row(TypedDict):
    """A row of a table."""

    title: str
    unknown: str | None
    """Why it cannot be told."""
    cells: list[ColumnCell]


class CellChange(TypedDict):
    """A cell that is not what it was."""

    row: str
    column: str
    before: Cell
    after: Cell
    added: list[str]
    removed: list[str]


class Parity(TypedDict):
    """An audit's table, whole: members by name, and with an older revision what changed."""

    audit: str
    title: str | None
    loop: str | None
    at: Commit | None
    """Null: the work tree."""
    since: Commit | None
    columns: list[str]
    rows: list[Row]
    failures: list[RuleFailure]
    changes: list[CellChange]


class Series(TypedDict):
    """A column of an audit, now or before."""

    name: str
    moment: Literal["now", "before"]
    values: list[Whole | None]
    """For each category; null where the row cannot be told."""
    totals: list[Whole | None]
    """How many there should be; null where a row has no such number."""


class FailingBar(TypedDict):
    """A rule that does not hold."""

    category: str
    series: str
    rule: str


class Chart(TypedDict):
    """The data of a bar chart of an audit."""

    audit: str
    title: str
    at: Commit | None
    since: Commit | None
    categories: list[str]
    series: list[Series]
    failing: list[FailingBar]


class DraftedGap(TypedDict):
    """A gap that was drafted for something that is missing."""

    id: GapName
    title: str
    row: str
    column: str
    member: str | None
    """Null: the whole row."""


class KnownGap(TypedDict):
    """Something that is missing and has a gap, or a proposal of one, already."""

    row: str
    column: str
    member: str | None
    by: str


class GapsProposed(TypedDict):
    """The gaps that were drafted for what an audit misses."""

    audit: str
    gaps: list[DraftedGap]
    known: list[KnownGap]
    proposal: NewProposal | None


# ---- questions ------------------------------------------------------------------------------------------------------


class BlamedValue(TypedDict):
    """A value and who set it."""

    address: Address
    line: LineNumber
    value: Value
    set_by: Setter


class BlameFile(TypedDict):
    """Who set each value of a file."""

    about: Literal["file"]
    path: TreePath
    at: Commit
    address: None
    values: list[BlamedValue]


class BlameValue(TypedDict):
    """Who set a value."""

    about: Literal["value"]
    path: TreePath
    at: Commit
    address: Address
    values: list[BlamedValue]


class BlameEntry(TypedDict):
    """Who added an entry, who changed it last, and who set each of its values."""

    about: Literal["entry"]
    path: TreePath
    at: Commit
    address: Address
    added_by: Setter
    changed_by: Setter
    values: list[BlamedValue]


class BlameRemoved(TypedDict):
    """Who removed what stood there."""

    about: Literal["removed"]
    path: TreePath
    at: Commit
    address: Address
    removed_by: Setter
    values: list[BlamedValue]


class ValueLogged(TypedDict):
    """A value that stood at a place."""

    what: Annotated[str, Words(What)]
    path: TreePath
    """Where the file was called so."""
    address: Address
    value: Value | None
    """Null: it was removed."""
    set_by: Setter


class ValuesLogged(TypedDict):
    """All values that a place had, newest first."""

    path: TreePath
    address: Address
    values: list[ValueLogged]


class Thing(TypedDict):
    """Something that can be traced."""

    kind: Annotated[str, Words(Kind)]
    id: str
    """An address is `FILE#ADDRESS`, a criterion `LOOP-…#4`."""


class KnownThing(Thing):
    """A thing and what is known of it."""

    title: str
    state: str
    """In a few words."""
    path: TreePath | None
    is_there: bool
    """False: it is only spoken of."""


class Link(TypedDict):
    """`source` does `relation` to `target`."""

    source: Thing
    relation: str
    target: Thing


class Branch(Thing):
    """A thing below another in the tree."""

    relation: str
    """What the one above has to do with it."""
    at: str | None
    """When, if the relation has a moment."""
    below: list[Branch]


class Traced(TypedDict):
    """A thing with its neighbours, as a tree, and as things and links."""

    root: Thing
    things: list[KnownThing]
    links: list[Link]
    tree: list[Branch]
