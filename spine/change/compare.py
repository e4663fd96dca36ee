"""Two documents walked side by side: which entries came, went, moved, changed their name, value or comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from spine.address import Address, Item, Key, Step
from spine.change.formatting import same_meaning
from spine.change.increasing import longest_increasing
from spine.change.operations import (
    Add,
    Comment,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    Slot,
    SpliceItems,
)
from spine.change.pairing import is_numbered, pair_renamed
from spine.change.sides import Sides
from spine.identity import Atomic, Identity, Keyed, ListKind, ScalarSet, Sequence, steps_of, with_dup
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.trivia import NotEditable, layout, prolog, tail


class Comparison:
    """One walk over two documents; `run` gives the operations in document order.

    Limitations: a document whose root is a scalar, or changes its kind, is not compared entry by entry.
    """

    def __init__(
        self, old: Document, new: Document, identity: Identity, *, within: Collection[int] | None = None
    ) -> None:
        self.old = old
        self.new = new
        self.identity = identity
        self.within = within  # the only entries (by `id`) to look into; the others may only be renamed or moved
        self.ops: list[Operation] = []
        self._told: set[Address] = set()  # identity fields whose change a rename already says

    def run(self) -> list[Operation]:
        """All operations. Raises `NotEditable` where the change is not one of entries."""
        if self.old.opaque or self.new.opaque:
            raise NotEditable("line breaks that only YAML 1.1 knows")
        if len(self.old.roots) != len(self.new.roots):
            raise NotEditable("the number of documents changes")
        for number, (one, other) in enumerate(zip(self.old.roots, self.new.roots, strict=True), 1):
            a, b = one.node, other.node
            if a is None and b is None:
                continue
            if a is None or b is None or a.kind != b.kind or not a.entries or not b.entries:
                if a is not None and b is not None and self.old.source(a) == self.new.source(b):
                    continue
                raise NotEditable("the whole document is replaced")
            if a.tag != b.tag or a.style != b.style:
                raise NotEditable("the whole document changes its tag or style")
            self._no_anchor(a, b)
            self._prolog(number)
            self._container(a, b, Address((), number))
        self._tail()
        return self.ops

    def _tail(self) -> None:
        """Blank lines at the end of the text belong to the slot `end` of the last document."""
        old, new = tail(self.old)[1], tail(self.new)[1]
        if old == new or not self.old.roots:
            return
        at = Address((), len(self.old.roots))
        known = [op for op in self.ops if isinstance(op, Comment) and op.slot == "end" and op.at == at]
        before, after = (known[0].old, known[0].new) if known else self._end_comments()
        self.ops = [op for op in self.ops if op not in known]
        texts = (before or "") + self.old.newline * old, (after or "") + self.new.newline * new
        self.ops.append(Comment(at, "end", texts[0] or None, texts[1] or None))

    def _end_comments(self) -> tuple[str | None, str | None]:
        a, b = self.old.roots[-1].node, self.new.roots[-1].node
        if a is None or b is None or not (pieces.is_block(a) and pieces.is_block(b)):
            raise NotEditable("blank lines at the end of a document without entries")
        return pieces.runs(self.old, layout(self.old, a).end), pieces.runs(self.new, layout(self.new, b).end)

    def _prolog(self, number: int) -> None:
        """Comments in front of a document's `---`: the slot `above` of the document itself."""
        spans = prolog(self.old, number), prolog(self.new, number)
        if spans[0] is None or spans[1] is None:
            return
        old, new = self.old.text[slice(*spans[0])], self.new.text[slice(*spans[1])]
        if old != new:
            self.ops.append(Comment(Address((), number), "above", old or None, new or None))

    # -- one entry ------------------------------------------------------------------------------------------------

    def _entry(self, a: Entry, b: Entry, at: Address) -> None:
        if at in self._told:
            return
        if a.container.style == b.container.style == "block":
            self._comment(at, "lead", pieces.lead(self.old, a), pieces.lead(self.new, b))
            self._comment(at, "eol", pieces.eol(self.old, a), pieces.eol(self.new, b))
            self._value(a, b, at)
            self._comment(at, "foot", pieces.foot(self.old, a), pieces.foot(self.new, b))
        else:
            self._value(a, b, at)

    def _comment(self, at: Address, slot: Slot, old: str | None, new: str | None) -> None:
        if old != new and pieces.stripped(old) != pieces.stripped(new):
            self.ops.append(Comment(at, slot, old, new))

    def _value(self, a: Entry, b: Entry, at: Address) -> None:
        va, vb = a.value, b.value
        if va.kind == vb.kind == "scalar" and va.text == vb.text and self.old.source(va) == self.new.source(vb):
            return
        if self._by_entry(va, vb, at):
            self._no_anchor(va, vb)
            self._container(va, vb, at)
            return
        one, other = pieces.value_token(self.old, a), pieces.value_token(self.new, b)
        if one != other and not self._only_layout(va, vb):
            self._no_anchor_below(va, self.old)
            self._no_anchor_below(vb, self.new)
            self.ops.append(SetValue(at, one, other))

    def _by_entry(self, a: Node, b: Node, at: Address) -> bool:
        """Whether a value's change is told entry by entry."""
        if a.tag != b.tag and not (a.kind == "scalar" or b.kind == "scalar"):
            return False
        if a.entries and b.entries and a.kind == b.kind:
            if isinstance(self.identity.declared_for(at), Atomic):
                return False
            return a.style == b.style or self._plain_members(a, b)
        return self._fills(a, b, at)

    def _only_layout(self, a: Node, b: Node) -> bool:
        """Two collections that differ in their layout alone, which is a residual's business."""
        return (
            a.kind in ("mapping", "sequence")
            and same_meaning(a, b)
            and "#" not in self.old.source(a)
            and "#" not in self.new.source(b)
        )

    def _plain_members(self, a: Node, b: Node) -> bool:
        """Whether block and flow style may differ: nothing but one-line scalars inside, no comments."""
        return (
            "#" not in self.old.source(a)
            and "#" not in self.new.source(b)
            and all(
                entry.value.kind == "scalar" and entry.value.style not in ("|", ">") and "\n" not in entry.value.text
                for node in (a, b)
                for entry in node.entries
            )
            and (a.kind == "mapping" or not isinstance(self.identity.kind_of(Address(), (a, b)), Sequence))
        )

    def _fills(self, a: Node, b: Node, at: Address) -> bool:
        """Whether one side is an empty container (or null) and the other's entries can be addressed."""
        if bool(a.entries) == bool(b.entries):
            return False
        full, empty = (a, b) if a.entries else (b, a)
        if not pieces.is_empty(empty) or full.tag is not None or empty.tag is not None:
            return False
        if empty.kind not in ("scalar", full.kind):
            return False
        if full.kind == "mapping":
            return not isinstance(self.identity.declared_for(at), Atomic)
        return isinstance(self.identity.kind_of(at, (full,)), (Keyed, ScalarSet))

    def _no_anchor(self, *nodes: Node) -> None:
        for node in nodes:
            if node.anchor is not None or node.kind == "alias":
                raise NotEditable("an anchor or alias at the touched place")

    def _no_anchor_below(self, node: Node, document: Document) -> None:
        if document.aliased:
            self._no_anchor(node)
            for entry in node.entries:
                self._no_anchor_below(entry.value, document)

    # -- lists without identity -----------------------------------------------------------------------------------

    def _container(self, a: Node, b: Node, at: Address) -> None:
        kind: ListKind | None = None
        if (a if a.entries else b).kind == "sequence":
            kind = self.identity.kind_of(at, (a, b))
            if isinstance(kind, (Sequence, Atomic)):
                self._items(a, b, at)
                return
        self._entries(a, b, at, kind)

    def _items(self, a: Node, b: Node, at: Address) -> None:
        if a.style != b.style:
            raise NotEditable("a list without identity changes between block and flow style")
        one = [pieces.item_text(self.old, entry) for entry in a.entries]
        other = [pieces.item_text(self.new, entry) for entry in b.entries]
        import difflib

        matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "equal":
                continue
            for entry in a.entries[i1:i2]:
                self._no_anchor_below(entry.value, self.old)
            for entry in b.entries[j1:j2]:
                self._no_anchor_below(entry.value, self.new)
            self.ops.append(
                SpliceItems(
                    at,
                    i1 + 1,
                    one[i1 - 1] if i1 else None,
                    pieces.items_text(self.old, a.entries[i1:i2]),
                    pieces.items_text(self.new, b.entries[j1:j2]),
                    one[i2] if i2 < len(one) else None,
                )
            )

    # -- mappings and lists with identity --------------------------------------------------------------------------

    def _entries(self, a: Node, b: Node, at: Address, kind: ListKind | None) -> None:
        """Match the entries of both sides, then tell each region between two that stayed."""
        old_steps = steps_of(a, kind)
        new_steps = self._as_before(a, b, old_steps, steps_of(b, kind))
        there = {step: j for j, step in enumerate(new_steps)}
        partner = {i: there[step] for i, step in enumerate(old_steps) if step in there}
        self._refuse_new_duplicates(old_steps, new_steps, b)
        pair_renamed(a, b, kind, old_steps, new_steps, partner)
        common = sorted(partner)
        stays = [common[at_] for at_ in longest_increasing([partner[i] for i in common])]
        came_from = {j: i for i, j in partner.items()}
        is_block = pieces.is_block(a) and pieces.is_block(b)
        old_layout = layout(self.old, a) if is_block else None
        new_layout = layout(self.new, b) if is_block else None
        sides = Sides(self.old, self.new, a, b, at, old_steps, new_steps, old_layout, new_layout)
        p, q = -1, -1
        was_same = False  # whether all up to the start of the next entry is the same
        for s, t in [(i, partner[i]) for i in stays] + [(len(old_steps), len(new_steps))]:
            is_next = s == p + 1 and t == q + 1
            if not is_next or (self.within is None and not was_same and sides.blocks_differ(s, t)):
                self._region(sides, range(p + 1, s), range(q + 1, t), s, t, partner, came_from)
            is_same = sides.same_up_to_next(s, t)
            if s < len(old_steps) and not (was_same and is_next and is_same):
                self._matched(sides, s, t)
            p, q, was_same = s, t, is_same

    def _matched(self, sides: Sides, i: int, j: int) -> None:
        a, b = sides.a.entries[i], sides.b.entries[j]
        at = sides.at / sides.old_steps[i]
        if sides.old_steps[i] != sides.new_steps[j]:
            self.ops.append(Rename(at, sides.new_steps[j]))
            self._tell_identity(at, sides.old_steps[i])
        if self.within is not None and id(a) not in self.within:
            return
        if sides.old_layout is not None and sides.new_layout is not None:
            if sides.own_lines(self.old, sides.old_layout, a) == sides.own_lines(self.new, sides.new_layout, b):
                return
        elif self.old.text[a.start : a.value.end] == self.new.text[b.start : b.value.end]:
            return
        self._entry(a, b, at)

    def _tell_identity(self, at: Address, step: Step) -> None:
        if isinstance(step, Item):
            for path, _ in step.fields:
                field = at
                for name in path:
                    field = field / Key(name)
                self._told.add(field)

    def _region(
        self,
        sides: Sides,
        olds: range,
        news: range,
        s: int,
        t: int,
        partner: dict[int, int],
        came_from: dict[int, int],
    ) -> None:
        """What happened between two entries that stayed: removals, arrivals, and the free-standing blocks there."""
        same_blocks = sides.old_blocks(olds, s) == sides.new_blocks(news, t)
        for i in olds:
            blocks = sides.old_above(i)
            if i in partner:
                if not same_blocks:
                    self._comment(sides.at / sides.old_steps[i], "above", pieces.runs(self.old, blocks), None)
                continue
            entry = sides.a.entries[i]
            self._no_anchor_below(entry.value, self.old)
            taken = 0 if same_blocks else len(blocks)
            self.ops.append(
                Remove(
                    sides.at / sides.old_steps[i],
                    pieces.entry_text(self.old, entry, taken),
                    sides.old_predecessor(i),
                    sides.blank(sides.old_layout, i, taken),
                    len(blocks) - taken,
                    sides.leaves if i == olds[-1] and len(olds) == len(sides.old_steps) else None,
                )
            )
        for j in news:
            blocks = sides.new_above(j)
            brought = 0 if same_blocks else len(blocks)
            if j in came_from:
                i = came_from[j]
                self.ops.append(
                    Move(
                        sides.at / sides.old_steps[i],
                        sides.new_predecessor(j),
                        sides.old_predecessor(i),
                        len(blocks) - brought,
                        len(sides.old_above(i)) if same_blocks else 0,
                    )
                )
                self._matched(sides, i, j)
                continue
            entry = sides.b.entries[j]
            self._no_anchor_below(entry.value, self.new)
            self.ops.append(
                Add(
                    sides.at / sides.new_steps[j],
                    sides.new_text(entry, brought),
                    sides.new_predecessor(j),
                    sides.blank(sides.new_layout, j, brought),
                    len(blocks) - brought,
                    sides.replaces if j == 0 and not sides.old_steps else None,
                )
            )
        if not same_blocks:
            is_end = s == len(sides.old_steps)
            where = sides.at if is_end else sides.at / sides.old_steps[s]
            old, new = sides.free_comments(s, t)
            self._comment(where, "end" if is_end else "above", old, new)

    def _as_before(self, a: Node, b: Node, old_steps: list[Step], new_steps: list[Step]) -> list[Step]:
        """The new names, but of duplicates of which some went, those that are left keep their numbers: by content."""
        if not any(map(is_numbered, old_steps)):
            return new_steps
        olds: dict[Step, list[int]] = {}
        news: dict[Step, list[int]] = {}
        for steps, places in ((old_steps, olds), (new_steps, news)):
            for index, step in enumerate(steps):
                places.setdefault(with_dup(step, 0), []).append(index)
        names = list(new_steps)
        for name, before in olds.items():
            after = news.get(name, [])
            if not 0 < len(after) < len(before):
                continue
            one = [self.old.source(a.entries[i].value) for i in before]
            other = [self.new.source(b.entries[j].value) for j in after]
            at = 0
            for number, j in enumerate(after):
                spare = len(before) - at - (len(after) - number)
                same = next((k for k in range(at, at + spare + 1) if one[k] == other[number]), at)
                names[j] = old_steps[before[same]]
                at = same + 1
        return names

    def _refuse_new_duplicates(self, old_steps: list[Step], new_steps: list[Step], b: Node) -> None:
        if not any(map(is_numbered, new_steps)):
            return
        counts = Counter(with_dup(step, 0) for step in old_steps)
        seen: Counter[Step] = Counter()
        for j, step in enumerate(new_steps):
            name = with_dup(step, 0)
            seen[name] += 1
            if seen[name] > max(1, counts[name]):
                raise NotEditable(
                    "a key or identity stands twice here; a new duplicate is never made by operations",
                    place=self.new.place(b.entries[j].start),
                )
