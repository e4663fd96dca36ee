"""What a landing says of other proposals, held against the trees before and after it."""

from __future__ import annotations

from collections.abc import Iterator

from spine.audit.objects import FOLDER, Objects
from spine.audit.records import Proposal, read_proposal, read_withdrawal
from spine.audit.trees import Unreadable

Landed = dict[str, Proposal | None]
"""By the id of a proposal's folder what it says of others, where that was read before."""


def links_hold(
    seen: Landed, objects: Objects, before: str, after: str, proposals: str, proposal: Proposal, *, is_merge: bool
) -> Iterator[str]:
    """What is not so, as messages: required and undone proposals are applied, and none that is out of the way lands.

    A merge may bring a landing and a withdrawal from two sides; then neither side is wrong.
    """
    for other in proposal.requires:
        if not _has(objects, after, proposals, other, "receipt.yaml"):
            yield f"it requires {other}, which is not applied"
    if proposal.undoes is not None:
        if not _has(objects, after, proposals, proposal.undoes, "receipt.yaml"):
            yield f"it undoes {proposal.undoes}, which is not applied"
        for one in _landed(seen, objects, before, proposals):
            if one.undoes == proposal.undoes and one.id != proposal.id:
                yield f"it undoes {proposal.undoes}, which {one.id} has undone already"
    if is_merge:
        return
    item = objects.item(before, f"{_folder(proposals, proposal.id)}/withdrawn.yaml")
    if item is not None:
        try:
            named = read_withdrawal(objects.blob(item.oid))
        except Unreadable:
            named = proposal.id
        if named == proposal.id:
            yield "it was withdrawn before it landed"
    for one in _landed(seen, objects, before, proposals):
        if proposal.id in one.supersedes:
            yield f"it was superseded by {one.id}, which is applied"


def _landed(seen: Landed, objects: Objects, tree: str, proposals: str) -> Iterator[Proposal]:
    """The applied proposals of a tree that take others' place."""
    root = objects.item(tree, proposals)
    for month in objects.tree(root.oid).values() if root is not None and root.mode == FOLDER else ():
        for folder in objects.tree(month.oid).values() if month.mode == FOLDER else ():
            if folder.mode == FOLDER and folder.oid not in seen:
                seen[folder.oid] = _replacing(objects, folder.oid)
            if (found := seen.get(folder.oid)) is not None:
                yield found


def _replacing(objects: Objects, folder: str) -> Proposal | None:
    """The proposal of a folder, if it is applied and says that it undoes or supersedes others."""
    files = objects.tree(folder)
    if "receipt.yaml" not in files or "proposal.yaml" not in files:
        return None
    data = objects.blob(files["proposal.yaml"].oid)
    if b"\nundoes:" not in data and b"\nsupersedes:" not in data:
        return None
    try:
        return read_proposal(data)
    except Unreadable:
        return None


def _has(objects: Objects, tree: str, proposals: str, id_: str, name: str) -> bool:
    return objects.item(tree, f"{_folder(proposals, id_)}/{name}") is not None


def _folder(proposals: str, id_: str) -> str:
    return f"{proposals}/{id_[3:7]}-{id_[7:9]}/{id_}"
