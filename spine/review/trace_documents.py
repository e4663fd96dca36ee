"""The documents of blame, the log of an address and trace, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spine.actions.blame import Blame, Blamed, BlamedEntry, Removed
from spine.address import Address
from spine.errors import Exit
from spine.review.json_parts import Json, document, setter_part, value_part

if TYPE_CHECKING:
    from spine.actions.values import ValueLogged
    from spine.ledger.links import Facts, Thing
    from spine.ledger.trace import Branch, Trace


def blame_document(found: Blame) -> Json:
    """Who set what: `about` says whether it is a file, a value, an entry, or something that was removed."""
    about = found.about
    parts: Json
    if isinstance(about, Blamed):
        parts = {"about": "value", "address": str(about.address), "values": [_blamed(about)]}
    elif isinstance(about, Removed):
        parts = {"about": "removed", "address": str(about.address), "removed_by": setter_part(about.removed_by)}
        parts["values"] = []
    elif isinstance(about, BlamedEntry):
        parts = {"about": "entry", "address": str(about.address), "added_by": setter_part(about.added_by)}
        parts |= {"changed_by": setter_part(about.changed_by), "values": [_blamed(one) for one in about.values]}
    else:
        parts = {"about": "file", "address": None, "values": [_blamed(one) for one in about]}
    return document("blame", Exit.DONE, path=found.path, at=found.at, **parts)


def values_document(path: str, address: Address, values: Sequence[ValueLogged]) -> Json:
    """All values that a place had, newest first."""
    return document(
        "log-values",
        Exit.DONE,
        path=path,
        address=str(address),
        values=[
            {
                "what": one.what,
                "path": one.path,
                "address": str(one.address),
                "value": value_part(one.source),
                "set_by": setter_part(one.set_by),
            }
            for one in values
        ],
    )


def _blamed(value: Blamed) -> Json:
    return {
        "address": str(value.address),
        "line": value.line,
        "value": value_part(value.source),
        "set_by": setter_part(value.set_by),
    }


def trace_document(found: Trace) -> Json:
    """A thing with its neighbours as a tree, and the same as things and links."""
    facts = {found.root: found.facts}
    todo = list(found.branches)
    while todo:
        branch = todo.pop(0)
        facts.setdefault(branch.thing, branch.facts)
        todo += branch.below
    return document(
        "trace",
        Exit.DONE,
        root=_thing(found.root),
        things=[_thing(thing) | _facts(known) for thing, known in facts.items()],
        links=[
            {"source": _thing(link.source), "relation": link.relation, "target": _thing(link.target)}
            for link in found.links
        ],
        tree=[_branch(branch) for branch in found.branches],
    )


def _thing(thing: Thing) -> Json:
    return {"kind": thing.kind, "id": thing.id}


def _facts(facts: Facts) -> Json:
    return {"title": facts.title, "state": facts.state, "path": facts.path, "is_there": facts.is_there}


def _branch(branch: Branch) -> Json:
    below = [_branch(one) for one in branch.below]
    return {"relation": branch.relation, **_thing(branch.thing), "at": branch.at, "below": below}
