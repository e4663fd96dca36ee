"""Lists without identity: the splices of a change brought to a target by diff3 over the items."""

from __future__ import annotations

from collections.abc import Sequence as Seq
from dataclasses import replace

from spine.address import Address
from spine.change.items import item_entries
from spine.change.lines import Both, hunks, merge3, taken
from spine.change.lines import Conflict as Clash
from spine.change.merging import Merging
from spine.change.operations import SpliceItems
from spine.change.sources import Mismatch
from spine.yamldoc import pieces
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Entry, Node
from spine.yamldoc.trivia import layout, lines_text


def merge_splices(merging: Merging, where: Address, ops: list[SpliceItems]) -> None:
    """All splices of one list: diff3 with what the target did to it. Raises `Mismatch` if they are not of this base."""
    at = merging.here(where)
    node = merging.places.node(at)
    if node is None:
        merging.conflict("removed", where, ops[0].drop, None, ops[0].put, "the target removed the list")
        return
    if node.kind != "sequence" or not node.entries:
        merging.conflict(
            "kind",
            where,
            ops[0].drop,
            merging.target.source(node),
            ops[0].put,
            "the list is empty or no list in the target",
        )
        return
    sources_there = [pieces.item_text(merging.target, entry) for entry in node.entries]
    there = [_bare(text) for text in sources_there]
    base_node = merging.base_places.node(where) if merging.base_places is not None else None
    if base_node is None or base_node.kind != "sequence" or merging.base is None:
        _splice_blind(merging, at, where, node, there, ops)
        return
    sources_before = [pieces.item_text(merging.base, entry) for entry in base_node.entries]
    before = [_bare(text) for text in sources_before]
    mine: list[str] = []
    sources: dict[str, str] = {}
    whole: dict[tuple[str, ...], str] = {}
    done = 0
    for op in sorted(ops, key=lambda one: one.position):
        dropped = [_bare(_item_source(entry, op.drop)) for entry in item_entries(op.drop)] if op.drop else []
        begin = op.position - 1
        if before[begin : begin + len(dropped)] != dropped:
            raise Mismatch(f"{where}: the items from {op.position} on are not what the splice saw")
        mine += before[done:begin]
        put_items = [_item_source(entry, op.put) for entry in item_entries(op.put)] if op.put else []
        sources.update((_bare(text), text) for text in put_items)
        whole[tuple(map(_bare, put_items))] = op.put
        mine += map(_bare, put_items)
        done = begin + len(dropped)
    mine += before[done:]
    if sources_there == sources_before and node.style == base_node.style:
        merging.ops += [replace(op, at=at) for op in ops]  # which of several equal items they mean stays as it is
        return
    result: list[str] = []
    for chunk in merge3(before, there, mine):
        if isinstance(chunk, Clash):
            merging.conflict(
                "sequence",
                where,
                _joined(before, chunk.base),
                _joined(there, chunk.ours),
                _joined(mine, chunk.theirs),
                "both sides changed the same items of a list",
            )
            return
        if isinstance(chunk, Both):
            merging.note("already there", where, f"{where}: the same items were changed already")
        result += taken(chunk, there, mine)
    for hunk in hunks(there, result):
        drop = pieces.items_text(merging.target, node.entries[hunk.a_start : hunk.a_end])
        above, below = (
            pieces.item_text(merging.target, node.entries[index]) if 0 <= index < len(node.entries) else None
            for index in (hunk.a_start - 1, hunk.a_end)
        )
        as_written = whole.get(tuple(result[hunk.b_start : hunk.b_end]))
        if as_written is not None:
            merging.ops.append(SpliceItems(at, hunk.a_start + 1, above, drop, as_written, below))
            continue
        put_texts = [sources.get(text, text) for text in result[hunk.b_start : hunk.b_end]]
        put = ", ".join(put_texts) if node.style == "flow" else "".join(map(pieces.whole_lines, put_texts))
        merging.ops.append(SpliceItems(at, hunk.a_start + 1, above, drop, put, below))


def _splice_blind(
    merging: Merging, at: Address, where: Address, node: Node, there: list[str], ops: list[SpliceItems]
) -> None:
    """Without the base: only where the list still has the items at their place, context included."""
    for op in ops:
        dropped = [_bare(_item_source(entry, op.drop)) for entry in item_entries(op.drop)] if op.drop else []
        begin = op.position - 1
        end = begin + len(dropped)
        fits = there[begin:end] == dropped
        fits = fits and (op.before is None) == (begin == 0) and (op.behind is None) == (end == len(there))
        if fits and op.before is not None:
            fits = there[begin - 1] == _bare(op.before)
        if fits and op.behind is not None:
            fits = there[end] == _bare(op.behind)
        if not fits:
            merging.conflict("base", where, op.drop, None, op.put, "base not available, and the list has changed")
            return
        merging.ops.append(replace(op, at=at))


def _item_source(entry: Entry, text: str) -> str:
    """One item's text, cut from the text of a splice."""
    document = parse(text if entry.container.style == "block" else f"[{text}]")
    assert document.root is not None
    item = document.root.entries[entry.index]
    if entry.index or document.root.style == "flow":
        return pieces.item_text(document, item)
    return lines_text(document, 0, layout(document, document.root).entries[0].last)


def _joined(items: Seq[str], part: range) -> str:
    return "\n".join(items[part.start : part.stop])


def _bare(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))
