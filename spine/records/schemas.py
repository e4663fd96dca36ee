"""The file forms of the records as types, and the JSON Schemas that pydantic makes of them.

The schemas are for editors and other programs; the readers beside this module decide. What a schema cannot say (double
keys, contradictory operations, unsafe paths, ids that do not exist) only the readers see. pydantic is slow to load, so
it is loaded when a schema is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, NotRequired, Required, get_args

# pydantic does not take typing.TypedDict before Python 3.12; it brings typing_extensions along.
from typing_extensions import TypedDict, get_type_hints, is_typeddict

from spine.change.form import MAX_OPERATIONS
from spine.change.operations import Slot
from spine.dataclass import dataclass
from spine.ids import GapId, LoopId, ProposalId
from spine.records.approval import Verdict
from spine.records.gap import GapStatus, GapType, Severity
from spine.records.proposal import MAX_CONTENT, MAX_FILES, MAX_TITLE, Mode
from spine.records.rules import Scope
from spine.records.rules import Severity as Severity_
from spine.records.settings import CommentRule, Hooks, Requirable


@dataclass(frozen=True, slots=True)
class Text:
    """A string with a form, for `Annotated`."""

    pattern: str | None = None
    longest: int | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.str_schema(pattern=self.pattern, max_length=self.longest)


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `least` on, for `Annotated`; strict, as `1.0` and `"1"` are none."""

    least: int

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.int_schema(strict=True, ge=self.least, le=999_999_999)


@dataclass(frozen=True, slots=True)
class Members:
    """How many members a list has, for `Annotated`."""

    least: int = 0
    most: int | None = None
    unique: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        schema = handler(source)
        bounds = {"min_length": self.least, "max_length": self.most}
        return schema | {key: bound for key, bound in bounds.items() if bound}

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {**handler(schema), **({"uniqueItems": True} if self.unique else {})}


ObjectId = Annotated[str, Text("^([0-9a-f]{40}|[0-9a-f]{64})$")]
Sha256 = Annotated[str, Text("^[0-9a-f]{64}$")]
Digest = Annotated[str, Text("^sha256:[0-9a-f]{64}$")]
Person = Annotated[str, Text("^[^<>\\s]([^<>\\n]*[^<>\\s])? <[^<>\\s]*>$", 400)]
Moment = Annotated[str, Text("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
Day = Annotated[str, Text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Path = Annotated[str, Text("^[^/].*[^/]$|^[^/]$", 4096)]
AnyProposal = Annotated[str, Text("^CP-[A-Za-z0-9_-]+$", 255)]
AnyLoop = Annotated[str, Text("^LOOP-[A-Za-z0-9_-]+$", 255)]
AnyGap = Annotated[str, Text("^GAP-[A-Za-z0-9_-]+$", 255)]
Criterion = Annotated[str, Text("^LOOP-[A-Za-z0-9_-]+#[1-9][0-9]{0,3}$")]
Place = Annotated[str, Text(longest=4096)]
Line = Annotated[str, Text("\\S", 1000)]
Count = Annotated[int, Number(0)]
One = Annotated[int, Number(1)]
Yes = Literal[True]

# ---- operations; the word that an operation begins with is its first field -----------------------------------------

SetForm = TypedDict(
    "SetForm",
    {
        "set": Required[Place],
        "from": Any,
        "from_text": str,
        "to": Any,
        "to_text": str,
        "why": str,
    },
    total=False,
)


class AddForm(TypedDict, total=False):
    add: Required[Place]
    after: str | None
    blank: Count
    past: Count
    replaces: str
    text: Required[str]
    why: str


class RemoveForm(TypedDict, total=False):
    remove: Required[Place]
    was: Required[str]
    was_after: Required[str | None]
    blank: Count
    was_past: Count
    leaves: str
    why: str


class MoveForm(TypedDict, total=False):
    move: Required[Place]
    after: Required[str | None]
    was_after: Required[str | None]
    past: Count
    was_past: Count
    why: str


class RenameForm(TypedDict, total=False):
    rename: Required[Place]
    to: Required[str]
    why: str


CommentForm = TypedDict(
    "CommentForm",
    {
        "comment": Required[Place],
        "slot": Required[Slot],
        "from": Required[str | None],
        "to": Required[str | None],
        "why": str,
    },
    total=False,
)


class SpliceForm(TypedDict, total=False):
    splice: Required[Place]
    at: Required[One]
    before: Required[str | None]
    drop: Required[str]
    put: Required[str]
    behind: Required[str | None]
    why: str


ExpectForm = TypedDict(
    "ExpectForm",
    {
        "expect": Required[Place],
        "is": Any,
        "is_text": str,
        "exists": Yes,
        "absent": Yes,
        "why": str,
    },
    total=False,
)

OperationForm = SetForm | AddForm | RemoveForm | MoveForm | RenameForm | CommentForm | SpliceForm | ExpectForm

# ---- records ------------------------------------------------------------------------------------------------------


class FileForm(TypedDict, total=False):
    path: Required[Path]
    why: str
    moved_from: Path
    mode: Mode
    ops: Annotated[list[OperationForm], Members(most=MAX_OPERATIONS)]
    residual_first: str
    residual: str
    patch: str
    reason: str
    content: Annotated[str, Text(longest=MAX_CONTENT)]
    blob: Sha256
    base: Required[ObjectId | None]
    result: Required[ObjectId | None]


class GapsForm(TypedDict, total=False):
    registers: Annotated[list[AnyGap], Members(unique=True)] | None
    closes: Annotated[list[AnyGap], Members(unique=True)] | None


class ProposalForm(TypedDict):
    """What a proposal changes, what it saw when it was made, and why: `proposal.yaml`."""

    spine: Literal["proposal/1"]
    id: ProposalId
    title: Annotated[str, Text("\\S", MAX_TITLE)]
    why: NotRequired[str | None]
    loop: NotRequired[AnyLoop | None]
    gaps: NotRequired[GapsForm | None]
    requires: NotRequired[Annotated[list[AnyProposal], Members(unique=True)] | None]
    supersedes: NotRequired[Annotated[list[AnyProposal], Members(unique=True)] | None]
    undoes: NotRequired[AnyProposal | None]
    author: Person
    created: Moment
    files: Annotated[list[FileForm], Members(least=1, most=MAX_FILES)]
    base: ObjectId


class LandedForm(TypedDict):
    path: Path
    before: ObjectId | None
    after: ObjectId | None


class GlassForm(TypedDict):
    why: Annotated[str, Text("\\S", 1000)]
    review_by: Moment


class ReceiptForm(TypedDict):
    """That a proposal has landed: `receipt.yaml`, written by the commit that landed it."""

    spine: Literal["receipt/1"]
    proposal: AnyProposal
    digest: Digest
    onto: ObjectId
    run: Annotated[str, Text("^[A-Za-z0-9_-]{1,64}$")]
    landed: Moment
    by: Person
    files: list[LandedForm] | None
    notes: NotRequired[Annotated[list[str], Members(unique=True)] | None]
    covers: NotRequired[Annotated[list[ObjectId], Members(unique=True)] | None]
    break_glass: NotRequired[GlassForm | None]


class ApprovalForm(TypedDict):
    spine: Literal["approval/1"]
    proposal: ProposalId
    digest: Digest
    verdict: Verdict
    by: Person
    at: Moment
    expires: NotRequired[Moment | None]
    why: NotRequired[str | None]


class WithdrawalForm(TypedDict):
    """That a pending proposal is not to land: `withdrawn.yaml`."""

    spine: Literal["withdrawal/1"]
    proposal: ProposalId
    by: Person
    at: Moment
    why: Annotated[str, Text("\\S")]


class ClosedForm(TypedDict):
    at: Moment
    by: Person
    evidence: Annotated[list[str], Members(least=1, unique=True)]


class AcceptedForm(TypedDict):
    at: Moment
    by: Person
    why: Line


ImportedGapForm = TypedDict("ImportedGapForm", {"from": Path, "says": NotRequired[dict[str, str] | None]})


class GapForm(TypedDict):
    """A known shortfall: `gaps/GAP-….yaml`."""

    spine: Literal["gap/1"]
    id: GapId
    title: Annotated[str, Text("\\S", 200)]
    type: GapType
    severity: Severity
    status: GapStatus
    loop: NotRequired[AnyLoop | None]
    found: Day
    blocks: NotRequired[Annotated[list[Criterion], Members(unique=True)] | None]
    accepted: NotRequired[AcceptedForm | None]
    closed: NotRequired[ClosedForm | None]
    imported: NotRequired[ImportedGapForm | None]
    description: NotRequired[str | None]


class FoldersForm(TypedDict, total=False):
    bindings: Path
    proposals: Path
    loops: Path
    gaps: Path


class KeyedForm(TypedDict, total=False):
    keyed: Annotated[list[str], Members(least=1, unique=True)]
    set: Yes
    order: Literal["significant", "free"]


OneOrMore = str | Annotated[list[str], Members(least=1, unique=True)]
Plain = str | bool | int | float | None
Conditions = dict[str, Plain | Annotated[list[Plain], Members(least=1)]]
ReferenceForm = TypedDict(
    "ReferenceForm",
    {
        "from": str,
        "to": OneOrMore,
        "unless": NotRequired[list[Plain] | None],
        "severity": NotRequired[Severity_ | None],
        "why": NotRequired[Line | None],
    },
)


class UniqueForm(TypedDict, total=False):
    unique: Required[OneOrMore]
    by: Annotated[list[str], Members(unique=True)]
    per: Scope
    severity: Severity_
    why: Line


class ChoiceForm(TypedDict, total=False):
    choice: Required[OneOrMore]
    of: Required[Annotated[list[Plain], Members(least=1)]]
    severity: Severity_
    why: Line


class RequireForm(TypedDict, total=False):
    require: Required[OneOrMore]
    keys: Required[Annotated[list[str], Members(least=1, unique=True)]]
    where: Conditions
    unless: Conditions
    severity: Severity_
    why: Line


MergeForm = Annotated[str, Text("^(newest|max|min|union|ours|theirs|recount\\(.*\\))$")]


class WhoForm(TypedDict):
    where: Annotated[list[str], Members(least=1, unique=True)]
    apply: NotRequired[Annotated[list[str], Members(unique=True)] | None]
    approvals: NotRequired[Count | None]
    by: NotRequired[Annotated[list[str], Members(unique=True)] | None]
    self: NotRequired[Literal[True] | None]


class BreakGlassForm(TypedDict):
    by: Annotated[list[str], Members(least=1, unique=True)]
    days: NotRequired[One | None]


class PolicyForm(TypedDict, total=False):
    require: Annotated[list[Requirable], Members(unique=True)] | None
    hooks: Hooks | None
    comments: CommentRule | None
    allow: Annotated[list[str], Members(unique=True)] | None
    who: list[WhoForm] | None
    teams: dict[str, Annotated[list[str], Members(unique=True)]] | None
    signers: Path | None
    break_glass: BreakGlassForm | None


class GapRulesForm(TypedDict, total=False):
    prefix: Annotated[str, Text("^[A-Z][A-Z0-9]{0,15}$")] | None
    register: Path | None


Landing = Annotated[str, Text(r"^(\S.*\{proposal\}.*|.*\{proposal\}.*\S)$", 200)]


class LimitsForm(TypedDict, total=False):
    loop_days: One
    pending_days: One


ConditionForm = Plain | Annotated[list[Plain], Members(least=1)] | dict[str, Any]
FieldsForm = dict[str, ConditionForm]
GroupForm = str | Annotated[list[Plain], Members(least=1)] | FieldsForm
SUBJECT: dict[str, Any] = {
    "at": NotRequired[str],
    "in": NotRequired[str],
    "query": NotRequired[Annotated[str, Text("\\S", 1000)]],
    "where": NotRequired[FieldsForm],
    "file": NotRequired[str],
    "contains": NotRequired[Annotated[str, Text(".", 1000)]],
}
NAMING: dict[str, Any] = {"name": NotRequired[str], "columns": NotRequired[dict[str, GroupForm]]}
# The functional form: `in` is a word of Python.
ExpectedForm = TypedDict("ExpectedForm", {**SUBJECT, **NAMING})  # type: ignore[misc]  # the keys are those of a check
RowForm = TypedDict("RowForm", {**SUBJECT, **NAMING, "expect": NotRequired[ExpectedForm]})  # type: ignore[misc]


class RowRuleForm(TypedDict):
    rule: str
    rows: Annotated[list[str], Members(least=1, unique=True)]


class AuditForm(TypedDict, total=False):
    title: Annotated[str, Text("\\S", 200)] | None
    loop: AnyLoop | None
    severity: Severity | None
    columns: Required[dict[str, GroupForm]]
    rows: Required[dict[str, RowForm]]
    rules: list[str | RowRuleForm] | None


class SettingsForm(TypedDict, total=False):
    """What is governed, how lists are told apart and merged, which rules hold: `spine.yaml`."""

    spine: Required[Literal["settings/1"]]
    folders: FoldersForm | None
    governed: Annotated[list[str], Members(unique=True)] | None
    lists: dict[str, Literal["set", "sequence", "atomic"] | KeyedForm] | None
    merge: dict[str, MergeForm] | None
    refs: Annotated[list[ReferenceForm], Members(most=500)] | None
    rules: Annotated[list[UniqueForm | ChoiceForm | RequireForm], Members(most=500)] | None
    schemas: dict[str, Path] | None
    policy: PolicyForm | None
    gaps: GapRulesForm | None
    prose: Annotated[list[str], Members(unique=True)] | None
    landings: Annotated[list[Landing], Members(unique=True)] | None
    limits: LimitsForm | None
    audits: dict[str, AuditForm] | None


class ImportedProposalForm(TypedDict):
    id: AnyProposal
    title: Line
    author: Person
    date: Moment
    loop: NotRequired[AnyLoop | None]
    gaps: NotRequired[Annotated[list[AnyGap], Members(unique=True)] | None]
    covers: Annotated[list[ObjectId], Members(least=1, unique=True)]
    paths: NotRequired[Annotated[list[str], Members(unique=True)] | None]


class ImportedForm(TypedDict):
    """The proposals of the time before spine, as commit messages tell of them."""

    spine: Literal["imported/1"]
    proposals: list[ImportedProposalForm] | None


class KnownForm(TypedDict):
    file: str
    code: Annotated[str, Text("^SP[0-9]{3}$")]
    what: str
    times: NotRequired[One]


class BaselineForm(TypedDict):
    """What was wrong when a repository was adopted, so that only what is new is an error."""

    spine: Literal["baseline/1"]
    findings: list[KnownForm] | None


class GapsLikeForm(TypedDict, total=False):
    status: GapStatus | list[GapStatus]
    severity: Severity | list[Severity]
    type: GapType | list[GapType]
    above: Severity
    loop: str


CheckForm = TypedDict(
    "CheckForm",
    {
        **SUBJECT,  # type: ignore[misc]  # the keys of a subject are those of a row
        "count": NotRequired[Annotated[int, Number(0)] | str],
        "exists": NotRequired[bool],
        "is": NotRequired[Plain],
        "every": NotRequired[ConditionForm],
        "some": NotRequired[ConditionForm],
        "none": NotRequired[ConditionForm],
        "has": NotRequired[Plain | list[Plain]],
        "only": NotRequired[Plain | list[Plain]],
        "among": NotRequired[str],
        "gaps": NotRequired[GapsLikeForm],
        "no_open_gap": NotRequired[Yes | GapsLikeForm],
        "parity": NotRequired[str],
        "all": NotRequired[list[dict[str, Any]]],
        "any": NotRequired[list[dict[str, Any]]],
    },
)


class LoopForm(TypedDict, total=False):
    """The front matter of a scope file, as spine writes it. People add fields of their own, so it is open."""

    loop_id: Required[LoopId]
    status: Required[Line]
    severity: Severity | None
    owner: Line | None
    scope: Line | None
    opened: Day | None
    closed: Day | None
    last_verified: Day | None
    parent: AnyLoop | None
    gaps: Annotated[list[AnyGap], Members(unique=True)] | None
    checks: dict[str, CheckForm] | None


def _null(key: str) -> dict[str, Any]:
    return {"properties": {key: {"type": "null"}}}


def _one_of(*keys: str) -> dict[str, Any]:
    return {"oneOf": [{"required": [key]} for key in keys]}


def _none_of(*keys: str) -> dict[str, Any]:
    return {"not": {"anyOf": [{"required": [key]} for key in keys]}}


_OPERATIONS = ("ops", "residual_first", "residual")
_IF_CLOSED = {"properties": {"status": {"const": "closed"}}}
_CLOSED = {"required": ["closed"], "properties": {"closed": {"type": "object"}}}
_HAS_CLOSED = {"anyOf": [_CLOSED, {"required": ["imported"], "properties": {"imported": {"type": "object"}}}]}
_IF_OPEN = {"properties": {"status": {"const": "open"}}}

# What goes beyond single fields, by form.
_RULES: Mapping[Any, list[dict[str, Any]]] = {
    SetForm: [_one_of("from", "from_text"), _one_of("to", "to_text")],
    ExpectForm: [_one_of("is", "is_text", "exists", "absent")],
    FileForm: [
        {"if": {"required": ["patch"]}, "then": _none_of(*_OPERATIONS, "content", "blob")},
        {"if": {"required": ["content"]}, "then": _none_of(*_OPERATIONS, "reason", "blob")},
        {"if": {"required": ["blob"]}, "then": _none_of(*_OPERATIONS, "reason")},
        {"if": _null("base"), "then": _one_of("content", "blob") | _none_of("moved_from"), "else": _none_of("content")},
        {
            "if": _null("result"),
            "then": _none_of(*_OPERATIONS, "patch", "reason", "content", "blob", "moved_from", "mode"),
        },
    ],
    GapForm: [
        {"if": _IF_CLOSED, "then": _HAS_CLOSED, "else": _null("closed")},
        {"if": _IF_OPEN, "then": _null("accepted")},
    ],
    KeyedForm: [_one_of("keyed", "set")],
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
OPEN_FORMS: tuple[Any, ...] = (LoopForm,)  # those that may hold more than they name
FORMS: Mapping[str, Any] = {
    "proposal": ProposalForm,
    "receipt": ReceiptForm,
    "withdrawal": WithdrawalForm,
    "approval": ApprovalForm,
    "gap": GapForm,
    "loop": LoopForm,
    "settings": SettingsForm,
    "imported": ImportedForm,
    "baseline": BaselineForm,
}


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a record's file. Raises KeyError for a kind that is not one of `FORMS`."""
    form = FORMS[kind]
    made = of_form(form, is_open=form in OPEN_FORMS)
    head = {"$schema": DIALECT, "title": f"spine {kind}/1"}
    return head | {key: value for key, value in made.items() if key != "title"}


def of_form(form: Any, *, is_open: bool) -> dict[str, Any]:
    """What pydantic makes of a form and of all the forms in it, which may hold nothing that they do not name."""
    from pydantic import TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    class Untitled(GenerateJsonSchema):
        """Without a title that repeats the field's name."""

        def field_title_should_be_set(self, schema: Any) -> bool:
            return False

    for one in _forms_in(form, {}):
        rules = _RULES.get(one)
        extra = "allow" if is_open and one is form else "forbid"
        one.__pydantic_config__ = {"extra": extra} | ({"json_schema_extra": {"allOf": rules}} if rules else {})
    return TypeAdapter(form).json_schema(schema_generator=Untitled)


def _forms_in(kind: Any, seen: dict[Any, None]) -> Iterable[Any]:
    """A form and those that its fields are made of."""
    if is_typeddict(kind):
        if kind not in seen:
            seen[kind] = None
            for field in get_type_hints(kind).values():
                _forms_in(field, seen)
    else:
        for part in get_args(kind):
            _forms_in(part, seen)
    return seen


def schema_text(kind: str) -> str:
    """The schema as the file `spine/schemas/KIND.json` holds it."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"
