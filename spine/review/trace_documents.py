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
