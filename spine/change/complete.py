"""Operations as a program sends them, with what it left out taken from the base that it read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spine.address import Address, Item, Step
from spine.change.json_form import Draft
from spine.change.operations import (
    Add,
    After,
    Comment,
    First,
    Last,
    Move,
    Operation,
    Remove,
    SetValue,
    SpliceItems,
)
from spine.change.places import Places
from spine.change.sources import BadChange, Mismatch, item_count
from spine.identity import Identity, Keyed, steps_of
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.trivia import blank_above, layout


def complete(drafts: Sequence[Draft], document: Document, identity: Identity) -> tuple[Operation, ...]:
    """The operations with `from`, `was`, `after` and the like filled in. Raises `Mismatch` for what is not there."""
    completer = _Completer(document, identity)
    return tuple(completer.one(draft) for draft in drafts)


class _Completer:
    def __init__(self, document: Document, identity: Identity) -> None:
        self.document = document
        self.places = Places(document)
        self.identity = identity
        self.last_added: dict[Address, Step] = {}

    def one(self, draft: Draft) -> Operation:
        op = draft.op
        if isinstance(op, Add):
            return self._add(op)
        if not draft.unseen:
            return op
        if isinstance(op, SpliceItems):
            return self._splice(op, draft.unseen)
        entry = self._entry(op.at, is_end=isinstance(op, Comment) and op.slot == "end")
        if isinstance(op, Comment):
            return replace(op, old=self._comment(op, entry))
        assert entry is not None
        if isinstance(op, SetValue):
            return replace(op, old=pieces.value_token(self.document, entry))
        before = self._before(op.at, entry)
        above = []
        blank = 0
        if pieces.is_block(entry.container):
            of = layout(self.document, entry.container)
            above, blank = of.entries[entry.index].above, blank_above(of, entry.index)
        if isinstance(op, Remove):
            found = {"was": pieces.entry_text(self.document, entry), "blank": blank, "was_past": len(above)}
            text = str(found["was"]) if "was" in draft.unseen else op.was
            return replace(
                op,
                was=text,
                blank=blank if "blank" in draft.unseen else op.blank,
                was_past=len(above) if "was_past" in draft.unseen else op.was_past,
                was_after=before if "was_after" in draft.unseen else op.was_after,
            )
        if isinstance(op, Move):
            return replace(op, was_after=before, was_past=len(above))
        return op

    def _entry(self, at: Address, *, is_end: bool = False) -> Entry | None:
        if is_end:
            return None
        entry = self.places.entry(at)
        if entry is None:
            raise Mismatch(f"{at} is not there in the base")
        return entry

    def _before(self, at: Address, entry: Entry) -> After:
        if not entry.index:
            return First()
        return self._steps(at.parent, entry.container, at.last)[entry.index - 1]

    def _steps(self, at: Address, node: Node, like: Step | None) -> list[Step]:
        if node.kind == "mapping":
            return steps_of(node, None)
        if isinstance(like, Item):
            return steps_of(node, Keyed(tuple(path for path, _ in like.fields)))
        return steps_of(node, self.identity.kind_of(at, [node]))

    def _add(self, op: Add) -> Add:
        """An entry without `after` goes behind the last one, parted from it as its neighbours are from each other."""
        parent = op.at.parent
        node = self.places.node(parent)
        if node is None:
            raise Mismatch(f"{parent} is not there in the base")
        if not isinstance(op.after, Last):
            self.last_added[parent] = op.at.last
            return op
        if not node.entries:
            token = self.document.source(node)
            usual = "{}" if node.kind == "mapping" else "[]"
            behind: After = self.last_added.get(parent, First())
            self.last_added[parent] = op.at.last
            return replace(op, after=behind, replaces=None if token == usual or behind != First() else token)
        behind = self.last_added.get(parent) or self._steps(parent, node, op.at.last)[-1]
        self.last_added[parent] = op.at.last
        text, blank = op.text, op.blank
        if node.style == "flow" and text.endswith("\n"):
            text = text.removesuffix("\n").removeprefix("- " if node.kind == "sequence" else "")
            if "\n" in text:
                raise BadChange(f"{op.at}: an entry of several lines cannot stand in a list on one line")
        elif node.style == "block" and not blank and len(node.entries) > 1:
            blank = layout(self.document, node).entries[-1].blank
        return replace(op, after=behind, text=text, blank=blank)

    def _comment(self, op: Comment, entry: Entry | None) -> str | None:
        if entry is None:
            node = self.places.node(op.at)
            return pieces.runs(self.document, layout(self.document, node).end) if node and node.entries else None
        if op.slot == "lead":
            return pieces.lead(self.document, entry)
        if op.slot == "foot":
            return pieces.foot(self.document, entry)
        if op.slot == "eol":
            return pieces.eol(self.document, entry)
        return pieces.runs(self.document, layout(self.document, entry.container).entries[entry.index].above)

    def _splice(self, op: SpliceItems, unseen: frozenset[str]) -> SpliceItems:
        node = self.places.node(op.at)
        if node is None or node.kind != "sequence":
            raise Mismatch(f"{op.at} is no list in the base")
        begin, end = op.position - 1, op.position - 1 + item_count(op.drop)
        before = pieces.item_text(self.document, node.entries[begin - 1]) if 0 < begin <= len(node.entries) else None
        behind = pieces.item_text(self.document, node.entries[end]) if end < len(node.entries) else None
        return replace(
            op,
            before=before if "before" in unseen else op.before,
            behind=behind if "behind" in unseen else op.behind,
        )
