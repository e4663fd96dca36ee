"""What an operation must have seen and may bring, checked before anything is edited.

A change says what it saw so that it can be taken back to the byte; whatever it brings is one value, one entry or a
comment, and nothing that hides behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from spine.address import Address, Item, Key, Member
from spine.change.items import item_range
from spine.change.operations import Add, After, Comment, First, Last, Move, Remove, SetValue
from spine.change.places import Places
from spine.change.sources import BadChange, Mismatch, read_token, short, taken_blocks, token_node
from spine.identity import FieldPath, field_node
from spine.yamldoc import pieces
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.scalars import same_value
from spine.yamldoc.trivia import blank_above, is_trivia, layout

if TYPE_CHECKING:
    from spine.change.targets import Container

_FLOW_ADDS_NOTHING = "inside a flow collection no comment belongs to an entry"


def check_set(document: Document, entry: Entry, op: SetValue) -> None:
    """`set`: the old value is there, the new one is one value and leaves the entry's identity alone."""
    found = pieces.value_token(document, entry)
    if found != op.old and not same_value(entry.value, token_node(op.old, is_item=entry.key is None)):
        raise Mismatch(f"{op.at} is {short(found)}, the change saw {short(op.old)}", place=document.place(entry.start))
    value_document, value = read_token(op.new)
    _refuse_links(op.at, value_document)
    if not op.new.startswith("\n") and value_document.text[value.end :].strip():
        raise BadChange(f"{op.at}: {short(op.new)} is more than a value")
    if entry.container.style == "flow":
        _require_flow(op.at, op.new, value)
    step = op.at.last
    if isinstance(step, Member) and value.text != step.value:
        raise BadChange(f"{op.at}: a member is its value; remove it and add the other one")
    for path, old in _identity_at(op.at):
        node = field_node(value, path) if path else value
        if node is None or node.kind != "scalar" or node.text != old:
            raise BadChange(f"{op.at}: this is what the item is known by", hint="a rename changes it, not a set")


def _require_flow(at: Address, token: str, value: Node) -> None:
    """Whether a value keeps its meaning between commas."""
    try:
        root = parse(f"[{token}]").root
    except Unparsable as error:
        raise BadChange(f"{at}: {short(token)} cannot stand in a flow collection") from error
    members = root.entries if root is not None else []
    if len(members) > 1 or (members and not same_value(members[0].value, value)) or (not members and token):
        raise BadChange(f"{at}: {short(token)} means something else inside a flow collection", hint="quote it")


def _identity_at(at: Address) -> Iterator[tuple[FieldPath, str]]:
    """The identity fields of items at or above a place that lie at or below it: the way down to each, and its text."""
    for count, step in enumerate(at.steps, 1):
        rest = at.steps[count:]
        if isinstance(step, Item) and all(isinstance(one, Key) for one in rest):
            way = tuple(one.name for one in rest if isinstance(one, Key))
            for path, text in step.fields:
                if path[: len(way)] == way:
                    yield path[len(way) :], text


def check_add(container: Node, op: Add, added: Document, document: Document) -> None:
    """`add`: the entry is one of the container's kind and style, and the container was empty as the change saw it."""
    _refuse_links(op.at, added)
    is_pair = isinstance(op.at.last, Key)
    if container.entries:
        if (container.kind == "mapping") != is_pair:
            what = "a mapping" if container.kind == "mapping" else "a list"
            raise Mismatch(f"{op.at.parent} is {what}, which takes no {'key' if is_pair else 'item'}")
        if (container.style == "block") != op.text.endswith("\n"):
            raise BadChange(
                f"{op.at}: a block entry's text is whole lines, an item of a flow collection has no line end"
            )
        return
    usual = "{}" if is_pair else "[]"
    found = document.source(container)
    if op.replaces is not None and op.replaces != found:
        raise Mismatch(f"{op.at.parent} is {short(found)}, the change saw {short(op.replaces)}")
    if container.kind != "scalar" and (container.kind == "mapping") != is_pair:
        raise Mismatch(f"{op.at.parent} is {found}, the change saw {op.replaces or usual}")


def _refuse_links(at: Address, brought: Document) -> None:
    if brought.aliased:
        raise BadChange(f"{at}: an anchor or alias cannot come in by an operation")


def check_comment(document: Document, entry: Entry, op: Comment) -> None:
    """`comment` of an entry: the old one is there, the new one is a comment and one of that slot."""
    if entry.container.style == "flow":
        raise BadChange(f"{op.at}: {_FLOW_ADDS_NOTHING}", place=document.place(entry.start))
    require_comment(op)
    if op.slot in ("above", "end"):
        return  # compared where the blocks are put together again
    found = {"lead": pieces.lead, "foot": pieces.foot, "eol": pieces.eol}[op.slot](document, entry)
    if pieces.stripped(found) != pieces.stripped(op.old):
        raise Mismatch(f"{op.at}: the {op.slot} comment is not what the change saw", place=document.place(entry.start))


def require_comment(op: Comment) -> None:
    """Raise `BadChange` for a new comment that holds anything else, or lines that its slot cannot have."""
    lines = (op.new or "").replace("\r\n", "\n").split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    if not all(map(is_trivia, lines)):
        raise BadChange(f"{op.at}: a comment is lines that begin with #")
    if op.slot in ("lead", "foot") and not all(line.strip() for line in lines):
        raise BadChange(f"{op.at}: a {op.slot} comment has no blank lines inside")
    if op.slot == "lead" and any(line[0] in " \t" for line in lines):
        raise BadChange(f"{op.at}: a lead comment stands at its entry's column")


def check_remove(document: Document, places: Places, entry: Entry, op: Remove) -> None:
    """`remove`: the entry is, with its comments and where it stands, what the change saw."""
    for path, _ in _identity_at(op.at.parent):
        if path and path[0] == getattr(op.at.last, "name", None):
            raise BadChange(f"{op.at}: this is what the item is known by", hint="a rename changes it")
    above: int = 0
    blank = taken = 0
    if pieces.is_block(entry.container):
        of = layout(document, entry.container)
        above = len(of.entries[entry.index].above)
        taken = min(taken_blocks(op.was), above)
        blank = blank_above(of, entry.index, taken)
    place = document.place(entry.start)
    if pieces.entry_text(document, entry, taken) != op.was:
        raise Mismatch(f"{op.at} is not what the change saw when it removed it", place=place)
    if (op.blank, op.was_past) != (blank, above - taken):
        raise Mismatch(
            f"{op.at} stands below {blank} blank lines and {above - taken} free comments, "
            f"the change saw {op.blank} and {op.was_past}",
            place=place,
        )
    _require_behind(document, places, entry, op.at, op.was_after)


def check_move(document: Document, places: Places, entry: Entry, op: Move) -> None:
    """`move`: the entry stands where the change saw it."""
    _require_behind(document, places, entry, op.at, op.was_after)


def _require_behind(document: Document, places: Places, entry: Entry, at: Address, after: After) -> None:
    place = document.place(entry.start)
    if isinstance(after, Last):
        return  # an `add` behind whatever came last, turned round
    if isinstance(after, First):
        stands = entry.index == 0
    else:
        before = places.child(entry.container, after)
        stands = before is not None and before.index == entry.index - 1
    if not stands:
        raise Mismatch(f"{at} does not stand where the change saw it", place=place)


def check_splices(document: Document, container: Container) -> None:
    """`splice`: the list has the items, with the neighbours, that the change saw; no item is spliced twice."""
    node = container.node
    if node.kind != "sequence":
        raise Mismatch(f"{container.at} is no list", place=document.place(node.start))
    done = 0
    for op in sorted(container.splices, key=lambda one: one.position):
        begin, end = item_range(document, container.at, node, op)
        if begin < done:
            raise BadChange(f"{container.at}: two splices speak of item {begin + 1}")
        done = max(end, begin)
        neighbours = (("before", op.before, begin - 1), ("behind", op.behind, end))
        for name, seen, index in neighbours:
            there = pieces.item_text(document, node.entries[index]) if 0 <= index < len(node.entries) else None
            if (seen is None) != (there is None) or pieces.stripped(seen) != pieces.stripped(there):
                raise Mismatch(f"{container.at}: what stands {name} item {op.position} is not what the splice saw")
