"""The JSON Schemas of all documents, made of the forms beside this module; `spine/schemas/documents/` ships them."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from typing_extensions import get_original_bases, is_typeddict

from spine.records.schemas import DIALECT, of_form
from spine.review.forms import gates, ledger, parts, proposals, trees
from spine.review.forms.words import ENDINGS

# A document by its name in `"spine": "NAME/1"`; of several forms it has one.
DOCUMENTS: Mapping[str, tuple[Any, ...]] = {
    "error": (trees.Error,),
    "init": (trees.Initialised,),
    "propose": (proposals.Proposed,),
    "propose-undo": (proposals.Restored,),
    "propose-landed": (proposals.Absorbed,),
    "undo": (proposals.Proposed,),
    "supersede": (proposals.Proposed,),
    "resolve": (proposals.Resolved,),
    "show": (proposals.Shown,),
    "plan": (proposals.Planned,),
    "approve": (proposals.Approved,),
    "apply": (proposals.Applied, proposals.AlreadyApplied),
    "queue": (proposals.Queue,),
    "withdraw": (proposals.Withdrawn,),
    "list": (proposals.List,),
    "status": (proposals.Overview,),
    "log": (proposals.Log,),
    "log-values": (ledger.ValuesLogged,),
    "overlaps": (proposals.Overlaps,),
    "blame": (ledger.BlameFile, ledger.BlameValue, ledger.BlameEntry, ledger.BlameRemoved),
    "trace": (ledger.Traced,),
    "check": (trees.Checked,),
    "validate": (trees.Validated,),
    "validate-baseline": (trees.BaselineUpdated,),
    "verify": (trees.Verified,),
    "diff": (trees.Differences,),
    "loop-list": (ledger.LoopList,),
    "loop-show": (ledger.LoopShown,),
    "loop-check": (ledger.LoopChecked,),
    **{f"loop-{verb}": (ledger.LoopChanged,) for verb in "new criterion phase defer sync close reopen".split()},
    "gap-list": (ledger.GapList,),
    "gap-show": (ledger.GapShown,),
    **{f"gap-{verb}": (ledger.GapWritten,) for verb in "new close accept reopen link".split()},
    "parity-list": (ledger.AuditList,),
    "parity": (ledger.Parity,),
    "parity-chart": (ledger.Chart,),
    "parity-propose": (ledger.GapsProposed,),
    "adopt": (trees.Adopted,),
    "schema-infer": (trees.Inferred,),
    "schema-list": (trees.SchemaList,),
    "schema-show": (trees.SchemaShown,),
    "report": (trees.Reported,),
    "drivers": (trees.DriversInstalled, trees.DriversRemoved),
    "doctor": (trees.Health,),
    "hooks-install": (gates.Hooks,),
    "hooks-uninstall": (gates.Hooks,),
    "hooks-status": (gates.Hooks,),
    "hooks-lines": (gates.HookLines,),
    "explain": (gates.Explanation,),
    "explanations": (gates.Explanations,),
    "review": (gates.RangeReviewed,),
}
WITHOUT_EXIT = {"parity-chart"}  # data for a program that draws, and nothing else

_SETS_OR_EXPECTS: Mapping[str, list[list[str]]] = {
    "SetOperation": [["from", "from_text"], ["to", "to_text"]],
    "ExpectOperation": [["is", "is_text", "exists", "absent"]],
}


def document_schema(name: str) -> dict[str, Any]:
    """The schema of `NAME/1`. Raises KeyError for a name that no document has."""
    forms = DOCUMENTS[name]
    bodies: list[dict[str, Any]] = []
    defs: dict[str, Any] = {}
    for form in forms:
        body = _described(form, of_form(form, is_open=False))
        defs |= {title: _part(title, part) for title, part in body.pop("$defs", {}).items()}
        bodies.append(_document(name, body))
    if name not in WITHOUT_EXIT:
        defs["Ending"] = _described(parts.Ending, of_form(parts.Ending, is_open=False)) | {"oneOf": ENDINGS}
    head = {"$schema": DIALECT, "title": f"spine {name}/1"}
    body = bodies[0] if len(bodies) == 1 else {"type": "object", "required": ["spine"], "oneOf": bodies}
    return head | body | ({"$defs": dict(sorted(defs.items()))} if defs else {})


def document_text(name: str) -> str:
    """The schema as the file `spine/schemas/documents/NAME-1.json` holds it."""
    return json.dumps(document_schema(name), indent=2, ensure_ascii=False) + "\n"


def _document(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """A form with the head that says which document it is, and with its exit."""
    properties = {"spine": {"const": f"{name}/1"}, **body["properties"]}
    required = ["spine", *body.get("required", ())]
    if name not in WITHOUT_EXIT:
        properties["exit"] = {"$ref": "#/$defs/Ending"}
        required.append("exit")
    return body | {"properties": properties, "required": required}


def _part(title: str, part: dict[str, Any]) -> dict[str, Any]:
    form = next((vars(room)[title] for room in (parts, proposals, ledger, trees, gates) if title in vars(room)), None)
    made = part if form is None else _described(form, part)
    groups = _SETS_OR_EXPECTS.get(title, [])
    rules = [{"anyOf": [{"required": [key]} for key in keys]} for keys in groups]
    return made | ({"allOf": rules} if rules else {})


def _described(form: Any, made: dict[str, Any]) -> dict[str, Any]:
    """The schema of a form with what its source says of it and of its fields."""
    said = _sayings(form)
    properties = {
        key: one | ({"description": said[key]} if key in said else {})
        for key, one in made.get("properties", {}).items()
    }
    about = {"description": inspect.cleandoc(form.__doc__)} if form.__doc__ else {}
    rest = {key: one for key, one in made.items() if key not in ("title", "description")}
    return about | rest | ({"properties": properties} if properties else {})


@cache
def _sayings(form: Any) -> Mapping[str, str]:
    """The strings below the fields of a form, its own and those that it has from others."""
    found: dict[str, str] = {}
    for above in get_original_bases(form):
        if is_typeddict(above):
            found |= _sayings(above)
    return found | dict(_own_sayings(form))


def _own_sayings(form: Any) -> Iterator[tuple[str, str]]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(form)))
    except (OSError, TypeError):  # made by a call: its keys speak for themselves
        return
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    for field, below in pairwise(body):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            yield field.target.id, inspect.cleandoc(str(below.value.value))
