"""Declared counters (`recount(ADDRESS)`): counted again in every merged text whose counter or members were changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spine.address import Address, Key, Step
from spine.change.operations import Change, Operation, SetValue
from spine.change.patch import patch_document
from spine.change.places import Ambiguous, Places
from spine.change.rules import FileRules
from spine.yamldoc import pieces
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document


def recount(text: str, change: Change, rules: FileRules) -> tuple[str, tuple[SetValue, ...]]:
    """The merged text with its counters right, and the values that were set for it.

    Only counters that `change` has to do with: it sets them, or touches what they count.
    """
    if not any(rule.name == "recount" for _, rule in rules.merge):
        return text, ()
    document = parse(pieces.whole_lines(text))
    places = Places(document)
    counted: list[SetValue] = []
    for at, members in _counters(document, rules):
        if not any(op.at == at or op.at.within(members) for op in change.ops):
            continue
        try:
            node, entry = places.node(members), places.entry(at)
        except Ambiguous:
            continue
        if node is None or entry is None:
            continue
        count = str(len(node.entries))
        found = pieces.value_token(document, entry)
        if found.strip("'\"") != count:
            quote = found[:1] if found[:1] in ("'", '"') else ""
            counted.append(SetValue(at, found, f"{quote}{count}{quote}"))
    if counted:
        text = patch_document(text, document, counted)
    return text, tuple(counted)


def with_counts(ops: Sequence[Operation], counted: Sequence[SetValue]) -> tuple[Operation, ...]:
    """The operations of a merge with those that set a counter; of a counter that is set twice the count holds."""
    again = {one.at: one for one in counted}
    before = {op.at: op.old for op in ops if isinstance(op, SetValue) and op.at in again}
    kept = [op for op in ops if not (isinstance(op, SetValue) and op.at in again)]
    return (*kept, *(SetValue(at, before.get(at, one.old), one.new) for at, one in again.items()))


def _counters(document: Document, rules: FileRules) -> Iterator[tuple[Address, Address]]:
    """The scalars below mappings that a `recount` speaks of, each with what it counts."""
    todo = [(Address((), number), root.node) for number, root in enumerate(document.roots, 1) if root.node is not None]
    while todo:
        at, node = todo.pop()
        if node.kind == "scalar" and at.steps:
            rule = rules.rule_for(at)
            if rule is not None and rule.name == "recount" and rule.counted is not None:
                yield at, rule.counted
        elif node.kind == "mapping":
            for entry in node.entries:
                assert entry.key is not None
                step: Step = Key(entry.key.text)
                todo.append((at / step, entry.value))
