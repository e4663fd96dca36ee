"""What becomes of values that the target changed too: declared merge rules, texts merged by line, counters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from spine.audit import places
from spine.audit.compare import alike, shape
from spine.audit.lines import merge
from spine.audit.places import Place, Step
from spine.audit.trees import Member, Node, copy, resolve

Rule = tuple[str, Place | None]

_TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[Tt ]+(\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(?:Z|z|UTC)?)?")
_NUMBER = re.compile(r"(-?)\+?(\d+)(?:\.(\d+))?")


def settle(rule: str | None, seen: Node, there: Node, wanted: Node) -> Node | None:
    """What stands there after a `set` from `seen` to `wanted` landed on `there`; None if that is a conflict."""
    if rule == "ours":
        return there
    if rule == "theirs":
        return wanted
    if rule in ("newest", "max", "min") and there.kind == wanted.kind == "scalar":
        for read in (_time, _number) if rule != "newest" else (_time,):
            one, other = read(there.text), read(wanted.text)
            if one is not None and other is not None:
                is_later = other < one if rule == "min" else other > one
                return wanted if is_later else there
    if rule == "union" and seen.kind == there.kind == wanted.kind == "list":
        return _union(seen, there, wanted)
    texts = (seen, there, wanted)
    if all(one.kind == "scalar" and one.value[0] == "str" for one in texts) and any("\n" in one.text for one in texts):
        merged = merge(seen.text, there.text, wanted.text)
        if merged is not None:
            made = copy(there)
            made.text, made.value = merged, ("str", merged)
            return made
    return None


def _union(seen: Node, there: Node, wanted: Node) -> Node:
    before, here, mine = ({shape(one.value) for one in node.members} for node in (seen, there, wanted))
    made = copy(there)
    made.members = [one for one in there.members if shape(one.value) in mine or shape(one.value) not in before]
    made.members += [one for one in wanted.members if shape(one.value) not in before | here]
    return made


def _time(text: str) -> tuple[int, ...] | None:
    found = _TIME.fullmatch(text.strip())
    return None if found is None else tuple(int(part) if part else -1 for part in found.groups())


def _number(text: str) -> tuple[int, ...] | None:
    """A decimal number as something that compares as it does, without rounding; None for what is none."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None or (found[1] and found[3]):
        return None
    digits = tuple(int(one) for one in (found[3] or "").rstrip("0"))
    return (-int(found[2]) if found[1] else int(found[2]), *digits)


def is_left_of(node: Node, whole: Node) -> bool:
    """Whether a value is what is left of another after some of its members were removed."""
    if node.kind == whole.kind == "list":
        names = [shape(one.value) for one in whole.members]
        return all(shape(one.value) in names for one in node.members)
    if node.kind == whole.kind == "map":
        pairs = [(one.value, places.child(whole, Step("key", one.key.text))) for one in node.members if one.key]
        return all(other is not None and is_left_of(value, other.value) for value, other in pairs)
    return alike(node, whole)


def rename(member: Member, to: Step) -> None:
    """A rename says the text of a key or of identity fields; the kind stays where the new text can have it."""
    for path, text in (((), to.name),) if to.kind == "key" else to.fields:
        node = member.key if to.kind == "key" else places.field(member.value, path)
        if node is not None and node.text != text:
            kind = node.value[0] if node.plain and resolve(text, plain=True)[0] == node.value[0] else "str"
            node.text, node.value, node.plain = text, (kind, text), kind != "str"


def recount(root: Node, number: int, rule: Callable[[Place], Rule | None], touched: Sequence[Place]) -> None:
    """Set the declared counters of a document to the number of what they count, if a change touches either."""
    for at, node in _below_mappings(root, Place((), number)):
        declared = rule(at)
        if declared is None or declared[0] != "recount" or declared[1] is None:
            continue
        above = declared[1].steps
        counted = places.at(root, declared[1])
        if counted is not None and any(one == at or one.steps[: len(above)] == above for one in touched):
            node.text = str(len(counted.members))
            node.value = resolve(node.text, plain=node.plain)


def _below_mappings(node: Node, at: Place) -> list[tuple[Place, Node]]:
    if node.kind == "scalar":
        return [(at, node)] if at.steps else []
    if node.kind == "list":
        return []
    below = [(Place((*at.steps, Step("key", one.key.text)), at.document), one.value) for one in node.members if one.key]
    return [found for place, value in below for found in _below_mappings(value, place)]
