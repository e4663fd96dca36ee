"""The status of a proposal: a function of one tree, never stored (DESIGN §3)."""

from __future__ import annotations

from typing import Literal, get_args

from spine.ledger.reading import Ledger

Status = Literal["undone", "applied", "withdrawn", "superseded", "pending"]
STATUSES: tuple[Status, ...] = get_args(Status)


def statuses(ledger: Ledger) -> dict[str, Status]:
    """The status of every proposal; the first that holds, in the order of `STATUSES`.

    A proposal is undone by an applied one that is not itself undone, superseded by one that is neither withdrawn nor
    superseded. Circles of such claims (nobody makes them by accident) count as not made.
    """
    undone_by: dict[str, list[str]] = {}
    superseded_by: dict[str, list[str]] = {}
    for id_, stored in ledger.proposals.items():
        if stored.proposal is None:
            continue
        if stored.proposal.undoes is not None:
            undone_by.setdefault(stored.proposal.undoes, []).append(id_)
        for old in stored.proposal.supersedes:
            superseded_by.setdefault(old, []).append(id_)
    known: dict[str, Status] = {}
    for id_ in ledger.proposals:
        _status(ledger, id_, undone_by, superseded_by, known, ())
    return {id_: known[id_] for id_ in ledger.proposals}


def status_of(ledger: Ledger, id_: str) -> Status:
    """The status of one proposal of the ledger."""
    return statuses(ledger)[id_]


def _status(
    ledger: Ledger,
    id_: str,
    undone_by: dict[str, list[str]],
    superseded_by: dict[str, list[str]],
    known: dict[str, Status],
    asking: tuple[str, ...],
) -> Status:
    if id_ in known:
        return known[id_]
    stored = ledger.proposals[id_]

    def others(claims: dict[str, list[str]]) -> list[Status]:
        return [
            _status(ledger, other, undone_by, superseded_by, known, (*asking, id_))
            for other in claims.get(id_, [])
            if other != id_ and other not in asking
        ]

    found: Status = "pending"
    if stored.has_receipt:
        found = "undone" if "applied" in others(undone_by) else "applied"
    elif stored.has_withdrawal:
        found = "withdrawn"
    elif any(status not in ("withdrawn", "superseded") for status in others(superseded_by)):
        found = "superseded"
    if not asking:
        known[id_] = found
    return found
