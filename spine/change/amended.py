"""The target while its conflicts are settled: edited, or put back to what the base had, so that a side can be taken."""

from __future__ import annotations

from collections.abc import Sequence

from spine.address import Address, Item
from spine.change.complete import complete
from spine.change.edits import Editor
from spine.change.follow import Followed, follow
from spine.change.invert import invert
from spine.change.json_form import Draft
from spine.change.merge import merge
from spine.change.operations import Add, Change, First, Operation, Remove, SetValue, in_line_ends
from spine.change.patch import patch_document
from spine.change.places import Places
from spine.change.rules import FileRules
from spine.change.sources import token_node
from spine.change.targets import Targets
from spine.change.verdicts import Conflict, Merged
from spine.errors import Place, Refused
from spine.identity import Identity, field_node
from spine.yamldoc import pieces
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.source import shift

SET = frozenset({"old"})
REMOVE = frozenset({"was", "was_after", "blank", "was_past"})


class CannotSettle(Refused):
    """A conflict cannot be settled as was asked."""

    code = "SP032"

    def __init__(self, conflict: Conflict, message: str) -> None:
        super().__init__(
            message,
            place=Place(str(conflict.at)),
            hint="take the target's there, or edit the file and propose your edits: spine supersede PROPOSAL --edits",
        )
        self.conflict = conflict


def adapted(text: str, drafts: Sequence[Draft], identity: Identity) -> str:
    """`text` after some edits of it, proved like any patch."""
    document = parse(pieces.whole_lines(text))
    change = in_line_ends(Change(complete(drafts, document, identity)), document.newline)
    return patch_document(text, document, change.ops)


class Amended:
    """A target, its base, and the edits gathered so far; `result` makes them, all at once."""

    def __init__(self, base: str | None, target: str, rules: FileRules) -> None:
        self.base = base
        self.text = target
        self.rules = rules
        self.target = parse(pieces.whole_lines(target))
        self.places = Places(self.target)
        self.base_document = _parsed(base)
        self.followed = Followed()
        if self.base_document is not None:
            self.followed = follow(self.base_document, self.target, rules.identity)
        self.edits: dict[Address, Draft] = {}  # of the target, under its own addresses
        self.restored: dict[Address, Operation] = {}  # what the target removed, under the base's addresses

    def result(self) -> str:
        """The target with all edits made. Raises `CannotSettle`."""
        text = self.text
        drafts = [draft for at, draft in self.edits.items() if not any(up in self.edits for up in at.ancestors())]
        if drafts:
            text = adapted(text, drafts, self.rules.identity)
        restored = [op for at, op in self.restored.items() if not any(up in self.restored for up in at.ancestors())]
        if restored:
            merged = merge(self.base, text, Change(tuple(restored)), rules=self.rules)
            if not isinstance(merged, Merged):
                first = merged.conflicts[0]
                raise CannotSettle(first, f"what the target removed cannot be put back: {first.message}")
            text = merged.text
        return text

    def here(self, at: Address) -> Address:
        """A base address as the target calls it."""
        return self.followed.here(at)

    def base_of(self, conflict: Conflict) -> tuple[Document, Places]:
        if self.base_document is None:
            raise CannotSettle(conflict, "the text that the proposal was made on is not in this clone")
        return self.base_document, Places(self.base_document)

    def entry(self, at: Address) -> Entry | None:
        return self.places.entry(at)

    def set_value(self, conflict: Conflict, here: Address, value: str) -> None:
        node = token_node(value)
        if isinstance(here.last, Item):
            for path, text in here.last.fields:
                found = field_node(node, path)
                if found is None or found.text != text:
                    raise CannotSettle(
                        conflict, f"the value has to say {'.'.join(path)}: {text}, or it is another entry"
                    )
        self.edits[here] = Draft(SetValue(here, "", value), SET)

    def restore(self, conflict: Conflict, at: Address) -> None:
        """Have the entry at a base address in the target again: as the base had it, the least that is missing."""
        document, places = self.base_of(conflict)
        for count in range(1, len(at.steps) + 1):
            prefix = Address(at.steps[:count], at.document)
            entry = places.entry(prefix)
            if entry is None:
                raise CannotSettle(conflict, f"{prefix} is not in the text that the proposal was made on")
            here = self.here(prefix)
            if self.entry(here) is not None:
                continue
            holder = self.places.node(here.parent)
            if holder is None or not _can_hold(holder, entry.container):
                self.revert(conflict, prefix.parent)
                return
            removal = complete([Draft(Remove(prefix, "", First()), REMOVE)], document, self.rules.identity)
            self.restored[prefix] = invert(Change(removal)).ops[0]
            return
        self.revert(conflict, at)

    def revert(self, conflict: Conflict, at: Address) -> None:
        """Set the target's value at a base address back to the base's."""
        document, places = self.base_of(conflict)
        entry = places.entry(at)
        if entry is None:
            raise CannotSettle(conflict, "the whole document was replaced")
        here = self.here(at)
        self.edits[here] = Draft(SetValue(here, "", pieces.value_token(document, entry)), SET)

    def make_room(self, op: Add, conflict: Conflict) -> None:
        """Make of what the target has above the entry something that takes it."""
        here = self.here(op.at.parent)
        entry = self.entry(here)
        is_same_kind = entry is not None and bool(entry.value.entries)
        if entry is None or not is_same_kind or (entry.value.kind == "mapping") == isinstance(op.at.last, Item):
            self.revert(conflict, op.at.parent)
            return
        indent = Editor(Targets(self.target, ())).step(entry.value.kind, entry)
        lines = "".join(_line(self.target, one) for one in entry.value.entries)
        self.edits[here] = Draft(SetValue(here, "", "\n" + shift(lines, indent).removesuffix("\n")), SET)


def _parsed(text: str | None) -> Document | None:
    if text is None:
        return None
    try:
        return parse(pieces.whole_lines(text))
    except Unparsable:
        return None


def _can_hold(holder: Node, before: Node) -> bool:
    return holder.kind == before.kind if holder.entries else pieces.is_empty(holder)


def _line(document: Document, entry: Entry) -> str:
    """An entry of a flow collection as a line of a block collection."""
    source = document.source(entry.value)
    if entry.key is None:
        return f"- {source}\n"
    return f"{document.source(entry.key)}: {source}\n"
