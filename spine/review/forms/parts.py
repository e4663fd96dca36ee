"""The parts that several documents share: places, findings, values, operations, plans, proposals, receipts."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Required

from typing_extensions import TypedDict

from spine.actions.bringing import Outcome
from spine.actions.plan import PlanOutcome
from spine.change.taking import Side
from spine.change.verdicts import ConflictKind, NoteKind
from spine.ledger.status import Status
from spine.records.proposal import Mode
from spine.records.schemas import (
    AddForm,
    AnyProposal,
    CommentForm,
    Digest,
    Moment,
    MoveForm,
    Path,
    Person,
    RemoveForm,
    RenameForm,
    Sha256,
    SpliceForm,
    Yes,
)
from spine.review.forms.words import Address, Code, Commit, ExitCode, LineNumber, Meaning, RunId, TreePath, Whole, Words


class Ending(TypedDict):
    """How the process ends, as a number and as a word; `spine help exit-codes` explains them."""

    code: ExitCode
    meaning: Meaning


class Place(TypedDict):
    """Where something is."""

    file: str
    """The path of a file, or the argument or verb that is meant."""
    line: LineNumber | None
    """From 1; null if unknown."""
    column: LineNumber | None
    """From 1; null if unknown."""


class Finding(TypedDict):
    """Something that a check noticed."""

    code: Code
    """Stable: what kind of finding it is."""
    severity: Literal["error", "warning", "note"]
    """Errors decide the exit code."""
    place: Place
    message: str
    hint: str | None
    """What mends it."""


class Value(TypedDict):
    """A value as it is written and what that means."""

    source: str
    """The text as it stands in the file, quotes included."""
    kind: str
    """`str`, `int`, `float`, `bool`, `null`, a YAML tag, `mapping`, `sequence`, `alias`, or `lines` for a block."""
    text: str | None
    """What a scalar decodes to; numbers keep their spelling. Null for all else."""


class Counts(TypedDict):
    """How many entries are touched."""

    add: Whole
    change: Whole
    remove: Whole


# ---- operations: values are JSON values, and beside them the source where JSON would write it otherwise --------------

SetOperation = TypedDict(
    "SetOperation",
    {
        "set": Required[Address],
        "from": Any,
        "from_text": str,
        "to": Any,
        "to_text": str,
        "why": str,
    },
    total=False,
)
ExpectOperation = TypedDict(
    "ExpectOperation",
    {
        "expect": Required[Address],
        "is": Any,
        "is_text": str,
        "exists": Yes,
        "absent": Yes,
        "why": str,
    },
    total=False,
)
Operation = SetOperation | AddForm | RemoveForm | MoveForm | RenameForm | CommentForm | SpliceForm | ExpectOperation


class Change(TypedDict):
    """How a file changes: by key, or by lines with the reason why not by key."""

    ops: list[Operation]
    """Operations by key, in document order."""
    formatting: str | None
    """Line hunks that change no value and no comment."""
    patch: str | None
    """Unified hunks, where the change is told by lines."""
    reason: str | None
    """Why it is told by lines."""


class SetterGaps(TypedDict):
    """The gaps that the proposal of a setter has to do with."""

    registers: list[str]
    closes: list[str]
    mentions: list[str]


class Setter(TypedDict):
    """Who set a value, as history tells it."""

    commit: Commit
    proposal: str | None
    """Null: by hand."""
    author: str
    date: Moment
    subject: str
    """The first line of the commit's message."""
    loop: str | None
    gaps: SetterGaps
    merged_by: Commit | None
    """The merge that brought the commit to the branch."""
    or_by: list[str]
    """Others that history cannot tell from it."""
    or_earlier: bool
    """History ends there (a shallow clone): it may have been set before."""


class Conflict(TypedDict):
    """One place where the proposal and the target want something else."""

    kind: Annotated[str, Words(ConflictKind)]
    path: TreePath
    address: Address
    base: Value | None
    """What the proposal's author saw; null: nothing was there."""
    target: Value | None
    """What is there now."""
    proposed: Value | None
    """What the proposal wants."""
    set_by: Setter | None
    """Who set what is there now, if that was looked up."""
    message: str
    takes: list[Annotated[str, Words(Side)]]
    """What `spine resolve --take` can take here."""


class Note(TypedDict):
    """Something worth knowing about a clean merge."""

    kind: Annotated[str, Words(NoteKind)]
    address: Address
    message: str


class FilePlan(Change):
    """What one file becomes."""

    path: TreePath
    outcome: Annotated[str, Words(Outcome)]
    moved_from: TreePath | None
    mode: str
    """The mode that the file has afterwards, as git writes it."""
    counts: Counts
    conflicts: list[Conflict]
    notes: list[Note]


class Plan(TypedDict):
    """What a proposal would do on a commit right now."""

    id: AnyProposal
    title: str
    folder: TreePath
    """Where the proposal lies."""
    digest: Digest
    """SHA-256 of `proposal.yaml`."""
    status: Annotated[str, Words(Status)]
    is_draft: bool
    """Only in the work tree so far."""
    base: Commit
    """The commit that the author looked at."""
    onto: Commit
    """The commit that the plan is made on."""
    outcome: Annotated[str, Words(PlanOutcome)]
    counts: Counts
    blockers: list[str]
    """Reasons that have nothing to do with content: withdrawn, superseded, something required is missing."""
    findings: list[Finding]
    """What the files would be found to break afterwards and do not break now; an error among them blocks."""
    files: list[FilePlan]


class NewProposal(TypedDict):
    """A proposal that was just made."""

    id: AnyProposal
    path: TreePath
    """Its folder."""
    plan: Plan


class ProposedFile(Change):
    """What a proposal says of one file."""

    path: Path
    why: str | None
    base: Commit | None
    """The blob that the author saw; null: the file is created."""
    result: Commit | None
    """The blob that comes of it on exactly that base; null: the file is deleted."""
    moved_from: Path | None
    mode: Mode | None
    content: str | None
    """The text of a new file."""
    blob: Sha256 | None
    """The name of a file in the proposal's folder that holds the content."""


class Proposal(TypedDict):
    """All that a proposal says."""

    id: AnyProposal
    title: str
    why: str | None
    author: Person
    created: Moment
    base: Commit
    loop: str | None
    registers: list[str]
    """Gaps that it files."""
    closes: list[str]
    """Gaps that it closes."""
    requires: list[AnyProposal]
    supersedes: list[AnyProposal]
    undoes: AnyProposal | None
    files: list[ProposedFile]


class LandedFile(TypedDict):
    """A file before and after a landing, as blobs; null: not there."""

    path: TreePath
    before: Commit | None
    after: Commit | None


class Receipt(TypedDict):
    """A landing."""

    commit: Commit | None
    """The commit that added the receipt; null if this clone does not know."""
    onto: Commit
    """The commit that it was planned on."""
    run: RunId
    """Which run of spine landed it."""
    landed: Moment
    by: Person
    files: list[LandedFile]
    notes: list[str]
    covers: list[Commit]
    """Commits made by hand that this receipt records afterwards."""


class Withdrawal(TypedDict):
    """Who withdrew a proposal, and why."""

    by: Person
    at: Moment
    why: str


class Made(TypedDict):
    """What making a proposal did to the work tree."""

    restored: list[TreePath]
    """Files that were put back to HEAD."""
    backup: str | None
    """The ref that keeps the edits."""
    replaced: str | None
    """The ref that keeps the draft that this one took the place of."""
    warnings: list[str]
