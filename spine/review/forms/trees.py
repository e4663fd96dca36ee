"""The documents of the verbs that look at whole trees and histories or set a clone up, and the one of every error."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from typing_extensions import TypedDict

from spine.actions.driver_setup import Where
from spine.actions.explained import How
from spine.audit.report import Answer
from spine.audit.report import How as Proof
from spine.records.proposal import Mode
from spine.records.schemas import AnyProposal, Digest, Moment
from spine.repository.config import Scope
from spine.repository.recovery import What
from spine.review.forms.ledger import OpenEnd
from spine.review.forms.parts import Change, Conflict, Finding, Place, Plan
from spine.review.forms.words import Code, Commit, TreePath, Whole, Words


class Error(TypedDict):
    """What stopped a command; the exit says what it means."""

    code: Code
    """Stable: what kind of error it is."""
    message: str
    place: Place | None
    hint: str | None
    """What mends it."""
    plan: NotRequired[Plan]
    """Of conflicts that stop a landing: the whole plan."""
    conflicts: NotRequired[list[Conflict]]
    """Of `undo` and `resolve`: what is in the way."""
    findings: NotRequired[list[Finding]]
    """What a landing would break."""
    open: NotRequired[list[OpenEnd]]
    """What of a loop that was to be closed is not done."""


class MergeRule(TypedDict):
    """A rule of `merge:` in `spine.yaml`."""

    pattern: str
    rule: str


class Initialised(TypedDict):
    """What `init` wrote."""

    written: list[TreePath]
    governed_files: Whole
    merge_rules: list[MergeRule]


class Declaration(TypedDict):
    """A declaration for `lists:` in `spine.yaml`."""

    pattern: str
    kind: str
    """As `spine.yaml` writes it."""
    evidence: str


class Question(TypedDict):
    """A list that a person has to decide about."""

    path: TreePath
    address: str
    """A pattern of addresses: `[]` is every item, `*` any key."""
    reason: str


LikelyReference = TypedDict("LikelyReference", {"from": str, "to": str, "values": Whole})
"""A field whose values today (so many different ones) are all offered by one place; patterns as under `refs:`."""


class InferredProposal(TypedDict):
    """The proposal that was made of the declarations."""

    id: AnyProposal
    path: TreePath
    digest: Digest


class Inferred(TypedDict):
    """What tells entries apart, and where that was written."""

    files: Whole
    versions: Whole
    declared: list[Declaration]
    questions: list[Question]
    references: list[LikelyReference]
    unread: list[TreePath]
    written: bool
    proposal: InferredProposal | None


class Validated(TypedDict):
    """What is wrong in the files of one tree."""

    findings: list[Finding]
    known: Whole
    """How many more the baseline knows."""
    gone: Whole
    """How many of those the baseline knows are gone."""


class BaselineUpdated(TypedDict):
    """What `validate --update-baseline` did."""

    dropped: Whole
    """How many findings the baseline does not know any more."""


class ExplainedFile(TypedDict):
    """A governed file of a commit that is explained."""

    path: TreePath
    how: Annotated[str, Words(How)]
    by: list[str]
    """The proposals whose receipts explain it."""


class CheckedCommit(TypedDict):
    """One commit of a range."""

    commit: Commit
    subject: str
    landed: list[str]
    """The proposals that it landed."""
    explained: list[ExplainedFile]
    findings: list[Finding]
    unknown: list[Finding]
    """What cannot be told."""


class Checked(TypedDict):
    """The verdict on a range of commits."""

    outcome: Literal["explained", "findings", "cannot-tell"]
    since: Commit | None
    """The commit before the first one; null: from the beginning."""
    until: Commit
    seen: Whole
    """How many commits were looked at."""
    commits: list[CheckedCommit]
    """Those with something to tell."""
    fresh: list[Finding]
    """What `validate` finds at the end and did not find at the beginning."""


class FileDiff(Change):
    """How one file differs."""

    path: str
    """As it was given, for files outside of the repository."""
    outcome: Literal["create", "delete", "change"]
    mode_before: Mode | None
    mode_after: Mode | None


class Differences(TypedDict):
    """What changed by key."""

    files: list[FileDiff]


class ProvedReceipt(TypedDict):
    """A receipt, and whether it is true."""

    proposal: str
    commit: Commit
    path: TreePath
    answer: Annotated[str, Words(Answer)]
    how: Annotated[str, Words(Proof)] | None
    """How it was proved; null if it was not."""
    files: list[TreePath]


class Verified(TypedDict):
    """The verdict of the audit."""

    answer: Annotated[str, Words(Answer)]
    since: Commit | None
    until: Commit
    seen: Whole
    """How many commits were looked at."""
    governed: Whole
    """How many governed changes they hold."""
    receipts: list[ProvedReceipt]
    findings: list[Finding]
    unknown: list[Finding]
    """What cannot be told."""


class Folders(TypedDict):
    """Where what lies."""

    bindings: TreePath
    proposals: TreePath
    loops: TreePath
    gaps: TreePath


class AdoptedSettings(TypedDict):
    """The settings that were found or wished for."""

    folders: Folders
    register: TreePath | None
    landings: list[str]
    """The forms of commit messages that land a proposal."""
    prose: list[str]


class ImportedProposal(TypedDict):
    """A proposal of the time before, as commit messages tell of it."""

    id: str
    title: str
    author: str
    date: Moment
    loop: str | None
    gaps: list[str]
    covers: list[Commit]
    paths: list[TreePath]


class Holes(TypedDict):
    """What is named and not there."""

    loops: list[str]
    gaps: list[str]
    unlanded: dict[str, list[Commit]]
    """Proposals that commits name without landing them."""


class Left(TypedDict):
    """An entry of the register that has no file, and why."""

    id: str
    reason: str


class Split(TypedDict):
    """The register of gaps made files."""

    count: Whole
    left: list[Left]


class ToReview(TypedDict):
    """What `schema infer` would show; nothing of it is written."""

    lists: Whole
    questions: Whole
    references: Whole


class Adopted(TypedDict):
    """What was recognised, what is missing, all findings, and what was written."""

    is_dry: bool
    written: list[TreePath]
    removed: list[TreePath]
    settings: AdoptedSettings
    counts: dict[str, Whole]
    forms: dict[str, Whole]
    """How many commits each form of message recognised."""
    imported: list[ImportedProposal]
    holes: Holes
    split: Split | None
    debt: dict[Code, Whole]
    """How many findings there are of each code."""
    findings: list[Finding]
    fresh: list[Finding]
    """Those that the baseline did not know."""
    dropped: Whole
    """How many findings the baseline does not know any more."""
    to_review: ToReview


class Reported(TypedDict):
    """The site that was written."""

    folder: str
    commit: Commit
    total: Whole
    """How many files it has."""
    bytes: Whole
    written: list[str]
    removed: list[str]
    left: list[str]
    """Files of an earlier run that somebody has changed since: not removed."""


class Health(TypedDict):
    """Whether a landing was interrupted here, and what was done about it."""

    state: Literal["healthy"] | Annotated[str, Words(What)]
    """`finish`: files are to follow; `forget`: nothing landed; `clear`: only leftovers of a run that was killed."""
    fixed: bool
    branch: str | None
    commit: Commit | None
    follows: list[TreePath]
    left: list[TreePath]
    """Files with edits of yours, which do not follow."""
    leftovers: list[str]


class AttributeLines(TypedDict):
    """Lines of a gitattributes file."""

    file: str
    lines: list[str]


class DriversInstalled(TypedDict):
    """What is set for plain git to merge and diff by key, or would be."""

    where: Annotated[str, Words(Where)]
    scope: Annotated[str, Words(Scope)]
    settings: dict[str, str]
    attributes: AttributeLines
    left_out: list[str]
    """Patterns that cannot be had, with the reason."""
    changed: list[str]


class DriversRemoved(TypedDict):
    """What was taken back."""

    changed: list[str]


class ListedSchema(TypedDict):
    """A schema that spine publishes."""

    name: str
    """As the thing that it describes calls itself: `plan/1`."""
    kind: Literal["record", "document"]
    """A record is a file in the repository, a document an answer of a verb."""
    about: str


class SchemaList(TypedDict):
    """The schemas that spine publishes."""

    schemas: list[ListedSchema]


class SchemaShown(TypedDict):
    """A schema, whole."""

    name: str
    kind: Literal["record", "document"]
    schema: dict[str, Any]
