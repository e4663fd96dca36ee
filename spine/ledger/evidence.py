"""Evidence: what shows that a gap is closed, and whether it (still) does.

A piece of evidence is the id of an applied proposal, a commit that resolves, a criterion of a loop that is met
(`LOOP-…#4`), or a value that is there: `bindings/backup.yaml#targets[name=x].enabled=true`.
"""

from __future__ import annotations

from collections.abc import Mapping

from spine.address import Address, parse, split_value
from spine.change.places import Places
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ledger.references import SHORTEST
from spine.ledger.status import Status
from spine.printable import printable
from spine.records.gap import criterion_reference
from spine.records.loop import Criterion
from spine.yamldoc.guard import parse as parse_yaml
from spine.yamldoc.nodes import Document
from spine.yamldoc.scalars import same_value

_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class ByProposal:
    """A proposal that is applied."""

    id: str


@dataclass(frozen=True, slots=True)
class ByCommit:
    """A commit of this repository."""

    id: str


@dataclass(frozen=True, slots=True)
class ByCriterion:
    """A success criterion that is met."""

    loop: str
    number: int


@dataclass(frozen=True, slots=True)
class ByValue:
    """A value at a place."""

    path: str
    at: Address
    token: str


Evidence = ByProposal | ByCommit | ByCriterion | ByValue


class NoEvidence(Refused):
    """What is offered as evidence shows nothing: it is of no known kind, or does not hold."""

    code = "SP092"


def read_evidence(text: str) -> Evidence:
    """What a text offers as evidence. Raises `NoEvidence`, or `BadAddress`."""
    if text.startswith("CP-"):
        return ByProposal(text)
    if text.startswith("LOOP-") and "#" in text:
        loop, _, number = criterion_reference(text).rpartition("#")
        return ByCriterion(loop, int(number))
    if SHORTEST <= len(text) <= 64 and _HEX.issuperset(text):
        return ByCommit(text)
    path, mark, rest = text.partition("#")
    if path and mark:
        address, value = split_value(rest)
        if value is not None and "\n" not in value:
            return ByValue(path, parse(address), value)
    raise NoEvidence(
        f"“{printable(text[:80])}” is no evidence",
        hint="name a proposal (CP-…), a commit, a met criterion (LOOP-…#4) or a value (FILE#ADDRESS=VALUE)",
    )


def flaw_of(
    evidence: Evidence,
    *,
    statuses: Mapping[str, Status],
    imported: frozenset[str],
    commits: Mapping[str, str] | None,
    criteria: Mapping[str, tuple[Criterion, ...]],
    document: Document | None,
) -> str | None:
    """Why evidence does not hold in a tree, None if it does.

    `commits` maps what resolves to full ids (None: nobody knows), `criteria` are those of loops that can be read,
    `document` is the file that a `ByValue` speaks of, None if it is not there or not YAML.
    """
    if isinstance(evidence, ByProposal):
        if evidence.id in imported:
            return None
        status = statuses.get(evidence.id, "not there")
        return None if status == "applied" else f"{evidence.id} is {status}"
    if isinstance(evidence, ByCommit):
        known = commits is None or evidence.id in commits
        return None if known else f"{evidence.id} is no commit of this repository"
    if isinstance(evidence, ByCriterion):
        lines = criteria.get(evidence.loop)
        if lines is None:
            return f"{evidence.loop} is not there"
        found = next((one for one in lines if one.number == evidence.number), None)
        if found is None:
            return f"{evidence.loop} has no criterion {evidence.number}"
        return None if found.mark == "met" else f"criterion {evidence.number} of {evidence.loop} is not met"
    return _value_flaw(evidence, document)


def _value_flaw(evidence: ByValue, document: Document | None) -> str | None:
    if document is None:
        return f"{printable(evidence.path)} is not there, or not YAML"
    try:
        node = Places(document).node(evidence.at)
        wanted = parse_yaml(f"k: {evidence.token}\n").root
    except Refused as error:
        return error.message
    if node is None:
        return f"{printable(evidence.path)}#{evidence.at} is not there"
    if wanted is None or wanted.kind != "mapping" or not same_value(node, wanted.entries[0].value):
        there = printable(document.source(node)[:60])
        return f"{printable(evidence.path)}#{evidence.at} is {there}, not {printable(evidence.token[:60])}"
    return None
