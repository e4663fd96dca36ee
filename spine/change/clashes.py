"""Clashes of lists without identity: of each one side's items, while all else that either side did stays."""

from __future__ import annotations

from collections.abc import Iterator

from spine.address import Position
from spine.change.amended import SET, Amended
from spine.change.items import item_entries
from spine.change.json_form import Draft
from spine.change.lines import Conflict as Clash
from spine.change.lines import merge3
from spine.change.operations import Change, SetValue, SpliceItems
from spine.change.patch import patch
from spine.change.places import Places
from spine.change.verdicts import Conflict
from spine.yamldoc import pieces
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document, Node


def take_items(amended: Amended, conflict: Conflict, splices: list[SpliceItems], *, target: bool) -> list[SpliceItems]:
    """Take the target's items in every clash of the list, or the proposal's; gives the splices that are left out."""
    document, places = amended.base_of(conflict)
    assert amended.base is not None
    here = amended.here(conflict.at)
    mine_document = parse(pieces.whole_lines(patch(amended.base, Change(tuple(splices)))))
    nodes = [places.node(conflict.at), amended.places.node(here), Places(mine_document).node(conflict.at)]
    base, there, mine = (node for node in nodes if node is not None)
    clashes = list(_clashes(_items(document, base), _items(amended.target, there), _items(mine_document, mine)))
    if target:
        return [op for op in splices if any(_touches(op, clash.base) for clash in clashes)]
    if mine.entries and there.style != mine.style:  # then all of the list clashes
        assert mine.parent is not None
        amended.edits[here] = Draft(SetValue(here, "", pieces.value_token(mine_document, mine.parent)), SET)
        return splices
    for clash in clashes:
        ours = there.entries[clash.ours.start : clash.ours.stop]
        theirs = mine.entries[clash.theirs.start : clash.theirs.stop]
        drop, put = pieces.items_text(amended.target, ours), pieces.items_text(mine_document, theirs)
        at = clash.ours.start + 1
        splice = SpliceItems(here, at, None, drop, put, None)
        amended.edits[here / Position(at)] = Draft(splice, frozenset({"before", "behind"}))
    return []


def _clashes(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[Clash]:
    return (chunk for chunk in merge3(base, ours, theirs) if isinstance(chunk, Clash))


def _items(document: Document, node: Node) -> list[str]:
    """The items as `merge` compares them."""
    texts = (pieces.entry_text(document, entry) for entry in node.entries)
    return ["\n".join(line.rstrip() for line in text.strip().split("\n")) for text in texts]


def _touches(op: SpliceItems, part: range) -> bool:
    begin = op.position - 1
    end = begin + (len(item_entries(op.drop)) if op.drop else 0)
    return begin <= part.stop and part.start <= end
