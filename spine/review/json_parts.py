"""The parts that documents for programs are made of: values, places, findings, changes, plans.

Keys are stable; addresses and paths are strings, outcomes are words with hyphens, values have their source and what it
decodes to. Nothing is made printable: whoever shows it has to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from spine.address import Address
from spine.change.form import is_inline
from spine.change.json_form import to_json
from spine.change.merge import Conflict, Note
from spine.change.operations import Change
from spine.errors import Exit, Finding, Place
from spine.records.proposal import FileChange, Proposal
from spine.records.receipt import Receipt
from spine.yamldoc.fields import moment_text
from spine.yamldoc.guard import parse
from spine.yamldoc.scalars import value_of

if TYPE_CHECKING:
    from spine.actions.blame import Setter
    from spine.actions.bringing import Counts, FilePlan
    from spine.actions.plan import Plan
    from spine.actions.review import Reviewed

Json = dict[str, object]


def document(verb: str, exit_code: Exit, **parts: object) -> Json:
    """One document: which verb's, in which version, its parts, and the exit code with its meaning."""
    return {"spine": f"{verb}/1", **parts, "exit": {"code": int(exit_code), "meaning": exit_code.name.lower()}}


def word(text: str) -> str:
    """An outcome as one word: `already-there`."""
    return text.replace(" ", "-")


def place_part(place: Place | None) -> Json | None:
    """Where something is; line and column are 1-based, null if unknown."""
    return None if place is None else {"file": place.file, "line": place.line, "column": place.column}


def finding_part(finding: Finding) -> Json:
    """One finding."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "place": place_part(finding.place),
        "message": finding.message,
        "hint": finding.hint,
    }


def value_part(source: str | None) -> Json | None:
    """A value: its source, and if it stands on one line its kind and (of a scalar) its text. None: not there."""
    if source is None:
        return None
    if not is_inline(source):
        return {"source": source, "kind": "lines", "text": None}
    root = parse(f"k: {source}\n").root
    assert root is not None
    node = root.entries[0].value
    if node.kind != "scalar":
        return {"source": source, "kind": node.kind, "text": None}
    kind, text = value_of(node)
    return {"source": source, "kind": kind, "text": text}


def counts_part(counts: Counts) -> Json:
    """How many entries are touched."""
    return {"add": counts.add, "change": counts.change, "remove": counts.remove}


def change_part(change: Change | None) -> Json:
    """How a file changes: operations, hunks that only format, or a text patch with its reason."""
    if change is None:
        return {"ops": [], "formatting": None, "patch": None, "reason": None}
    return {
        "ops": [to_json(op) for op in change.ops],
        "formatting": (change.residual_first + change.residual) or None,
        "patch": change.patch or None,
        "reason": change.reason or None,
    }


def note_part(note: Note) -> Json:
    """What is worth knowing about a clean merge."""
    return {"kind": word(note.kind), "address": str(note.at), "message": note.message}


def setter_part(setter: Setter | None) -> Json | None:
    """Who set a value."""
    if setter is None:
        return None
    return {
        "commit": setter.commit,
        "proposal": setter.proposal,
        "author": setter.author,
        "date": moment_part(setter.date),
        "subject": setter.subject,
        "loop": setter.loop,
        "gaps": {
            "registers": list(setter.registers),
            "closes": list(setter.closes),
            "mentions": list(setter.mentions),
        },
        "merged_by": setter.merged_by,
        "or_by": list(setter.beyond),
        "or_earlier": setter.at_end,
    }


def moment_part(moment: datetime | None) -> str | None:
    """A moment in UTC, to the second."""
    return None if moment is None else moment_text(moment)


def conflict_part(path: str, conflict: Conflict, setter: Setter | None = None) -> Json:
    """One conflict with its three values, and which sides `resolve` can take in it."""
    from spine.actions.resolve import takes_of

    values = {name: getattr(conflict, name) for name in ("base", "target", "proposed")}
    return {
        "kind": conflict.kind,
        "path": path,
        "address": str(conflict.at),
        **{name: value_part(value) for name, value in values.items()},
        "set_by": setter_part(setter),
        "message": conflict.message,
        "takes": list(takes_of(conflict)),
    }


def file_plan_part(file: FilePlan, set_by: Mapping[tuple[str, Address], Setter]) -> Json:
    """What one file becomes."""
    return {
        "path": file.path,
        "outcome": word(file.outcome),
        "moved_from": file.moved_from,
        "mode": file.mode,
        "counts": counts_part(file.counts),
        **change_part(file.change),
        "conflicts": [conflict_part(file.path, one, set_by.get((file.path, one.at))) for one in file.conflicts],
        "notes": [note_part(note) for note in file.notes],
    }


def plan_part(plan: Plan) -> Json:
    """A plan without the head and exit code of a document."""
    return {
        "id": plan.proposal.id,
        "title": plan.proposal.title,
        "folder": plan.folder,
        "digest": plan.digest,
        "status": plan.status,
        "is_draft": plan.is_draft,
        "base": plan.proposal.base,
        "onto": plan.onto,
        "outcome": word(plan.outcome),
        "counts": counts_part(plan.counts),
        "blockers": list(plan.blockers),
        "findings": [finding_part(one) for one in plan.findings],
        "files": [file_plan_part(file, plan.set_by) for file in plan.files],
    }


def proposal_part(proposal: Proposal) -> Json:
    """All that a proposal says."""
    return {
        "id": proposal.id,
        "title": proposal.title,
        "why": proposal.why,
        "author": proposal.author,
        "created": moment_part(proposal.created),
        "base": proposal.base,
        "loop": proposal.loop,
        "registers": list(proposal.registers),
        "closes": list(proposal.closes),
        "requires": list(proposal.requires),
        "supersedes": list(proposal.supersedes),
        "undoes": proposal.undoes,
        "files": [_file_part(file) for file in proposal.files],
    }


def _file_part(file: FileChange) -> Json:
    return {
        "path": file.path,
        "why": file.why,
        "base": file.base,
        "result": file.result,
        "moved_from": file.moved_from,
        "mode": file.mode,
        **change_part(file.change),
        "content": file.content,
        "blob": file.blob,
    }


def receipt_part(receipt: Receipt | None, commit: str | None) -> Json | None:
    """A landing: the receipt, and the commit that added it."""
    if receipt is None:
        return None
    return {
        "commit": commit,
        "onto": receipt.onto,
        "run": receipt.run,
        "landed": moment_part(receipt.landed),
        "by": receipt.by,
        "files": [{"path": one.path, "before": one.before, "after": one.after} for one in receipt.files],
        "notes": list(receipt.notes),
        "covers": list(receipt.covers),
    }


def reviewed_part(found: Reviewed) -> Json:
    """A proposal with its landing, or its plan, and what to be careful about."""
    from spine.actions.cautions import cautions

    withdrawal = found.stored.withdrawal
    return {
        "status": found.status,
        "is_draft": found.is_draft,
        "folder": found.stored.folder,
        "digest": found.stored.digest,
        "proposal": proposal_part(found.proposal),
        "receipt": receipt_part(found.stored.receipt, found.commit),
        "withdrawal": None
        if withdrawal is None
        else {"by": withdrawal.by, "at": moment_part(withdrawal.at), "why": withdrawal.why},
        "plan": None if found.plan is None else plan_part(found.plan),
        "problem": found.problem,
        "warnings": list(cautions(found.proposal)),
    }
