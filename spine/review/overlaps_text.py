"""Open proposals held against each other: what several touch, which conflict, and the order in which they land."""

from __future__ import annotations

from spine.actions.overlaps import Overlaps
from spine.actions.pairs import Pair
from spine.address import ROOT, Address
from spine.change.merge import Conflict
from spine.errors import Exit
from spine.printable import printable
from spine.review.json_parts import Json, conflict_part, document, word
from spine.review.list_text import columns
from spine.review.style import Style

_MOST = 20
_PLACES = 3


def overlaps_lines(found: Overlaps, style: Style) -> list[str]:
    """What people need to land them: places, pairs, order, and who is stuck and why."""
    if not found.open:
        return ["nothing is open"]
    out: list[str] = []
    if found.shared:
        out.append(style("strong", "touched by several"))
        for one in found.shared[:_MOST]:
            rule = style("quiet", f"  ({one.rule} decides)") if one.rule is not None else ""
            out.append(f"  {_place(one.path, one.at)}{rule}")
            out += _limited([f"    {id_}" for id_ in one.ids], 8)
        out += _more(len(found.shared) - _MOST, "place")
    bad = [pair for pair in found.pairs if pair.outcome != "fine"]
    if bad:
        out += ["", style("strong", "pairs")] if out else [style("strong", "pairs")]
        for pair in bad[:_MOST]:
            out += _pair_lines(pair, style)
        out += _more(len(bad) - _MOST, "pair")
    if found.untried:
        out.append(f"  {found.untried:,} more pairs touch the same and were not tried")
    out += ["", style("strong", _headline(found))] if out else [style("strong", _headline(found))]
    titles = {one.stored.id: one.stored.proposal.title for one in found.open if one.stored.proposal is not None}
    rows = [(f"  {number}", id_, titles.get(id_, "")) for number, id_ in enumerate(found.order, 1)]
    out += columns(rows, style) if rows else []
    out += [f"  {style('quiet', '–')} {id_}: all of it is there already then" for id_ in found.there]
    for stuck in found.stuck:
        behind = f" behind {', '.join(stuck.behind)}" if stuck.behind else ""
        out.append(f"  {style('conflict', '!')} {printable(stuck.id)}: {printable(stuck.reason)}{behind}")
        out += _conflict_lines(stuck.conflicts)
    if found.stuck and not found.is_most:
        out.append("  another order may land more: there are too many to try them all")
    return out


def _headline(found: Overlaps) -> str:
    count = len(found.open)
    can = len(found.order)
    if can == count:
        return f"all {count} land in this order" if count > 1 else "it lands"
    return f"{can} of {count} land in this order" if can else f"none of {count} lands"


def _pair_lines(pair: Pair, style: Style) -> list[str]:
    if pair.outcome == "the same":
        return [f"  {pair.first} = {pair.second}  both do the same"]
    if pair.outcome == "in this order":
        return [f"  {pair.first} → {pair.second}  in this order only", *_conflict_lines(pair.conflicts)]
    return [f"  {style('conflict', f'{pair.first} × {pair.second}')}", *_conflict_lines(pair.conflicts)]


def _conflict_lines(conflicts: tuple[tuple[str, Conflict], ...]) -> list[str]:
    told = [f"      {_place(path, one.at)}: {printable(one.message)}" for path, one in conflicts]
    return _limited(told, _PLACES)


def _limited(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[:most], f"      … and {len(lines) - most} more"]


def _more(count: int, what: str) -> list[str]:
    return [f"  … and {count} more {what}{'s' * (count != 1)}"] if count > 0 else []


def _place(path: str, at: Address) -> str:
    return printable(path) if at == ROOT else f"{printable(path)}#{printable(str(at))}"


def overlaps_document(found: Overlaps, exit_code: Exit) -> Json:
    """The same for programs."""
    return document(
        "overlaps",
        exit_code,
        onto=found.onto,
        open=[{"id": one.stored.id, "is_draft": one.is_draft} for one in found.open],
        shared=[
            {"path": one.path, "address": str(one.at), "proposals": list(one.ids), "rule": one.rule}
            for one in found.shared
        ],
        pairs=[
            {
                "first": one.first,
                "second": one.second,
                "outcome": word(one.outcome),
                "conflicts": [conflict_part(path, conflict) for path, conflict in one.conflicts],
            }
            for one in found.pairs
        ],
        untried_pairs=found.untried,
        order=list(found.order),
        already_there=list(found.there),
        stuck=[
            {
                "id": one.id,
                "reason": one.reason,
                "behind": list(one.behind),
                "conflicts": [conflict_part(path, conflict) for path, conflict in one.conflicts],
            }
            for one in found.stuck
        ],
        is_most=found.is_most,
    )
