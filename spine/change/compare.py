"""Two documents walked side by side: which entries came, went, moved, changed their name, value or comments."""

from __future__ import annotations

import difflib
from collections import Counter

from spine.address import Address, Item, Key, Step
from spine.change.formatting import same_meaning
from spine.change.increasing import longest_increasing
from spine.change.operations import (
    Add,
    After,
    Comment,
    First,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    Slot,
    SpliceItems,
)
from spine.change.pairing import is_numbered, pair_renamed
from spine.change.regions import usual_below, usual_blanks
from spine.identity import Atomic, Identity, Keyed, ListKind, ScalarSet, Sequence, steps_of, with_dup
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.trivia import Layout, NotEditable, Run, blank_above, layout, prolog, tail


class Comparison:
    """One walk over two documents; `run` gives the operations in document order.

    Limitations: a document whose root is a scalar, or changes its kind, is not compared entry by entry.
    """

    def __init__(self, old: Document, new: Document, identity: Identity) -> None:
        self.old = old
        self.new = new
        self.identity = identity
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
        sides = _Sides(self, a, b, at, old_steps, new_steps, old_layout, new_layout)
        p, q = -1, -1
        was_same = False  # whether all up to the start of the next entry is the same
        for s, t in [(i, partner[i]) for i in stays] + [(len(old_steps), len(new_steps))]:
            is_next = s == p + 1 and t == q + 1
            if not (was_same and is_next) and (not is_next or sides.blocks_differ(s, t)):
                self._region(sides, range(p + 1, s), range(q + 1, t), s, t, partner, came_from)
            is_same = sides.same_up_to_next(s, t)
            if s < len(old_steps) and not (was_same and is_next and is_same):
                self._matched(sides, s, t)
            p, q, was_same = s, t, is_same

    def _matched(self, sides: _Sides, i: int, j: int) -> None:
        a, b = sides.a.entries[i], sides.b.entries[j]
        at = sides.at / sides.old_steps[i]
        if sides.old_steps[i] != sides.new_steps[j]:
            self.ops.append(Rename(at, sides.new_steps[j]))
            self._tell_identity(at, sides.old_steps[i])
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
        sides: _Sides,
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


class _Sides:
    """Both versions of one collection, with the questions a region asks of them."""

    def __init__(
        self,
        comparison: Comparison,
        a: Node,
        b: Node,
        at: Address,
        old_steps: list[Step],
        new_steps: list[Step],
        old_layout: Layout | None,
        new_layout: Layout | None,
    ) -> None:
        self.old, self.new = comparison.old, comparison.new
        self.a, self.b, self.at = a, b, at
        self.old_steps, self.new_steps = old_steps, new_steps
        self.old_layout, self.new_layout = old_layout, new_layout
        if old_layout is None and pieces.is_block(a):
            self.old_layout = layout(self.old, a)
        if new_layout is None and pieces.is_block(b):
            self.new_layout = layout(self.new, b)

    def same_up_to_next(self, i: int, j: int) -> bool:
        """Whether two entries and all between them and their successors are the same characters; then nothing of it
        has to be looked at."""
        olds, news = self.a.entries, self.b.entries
        if i + 1 >= len(olds) or j + 1 >= len(news) or self.old_steps[i] != self.new_steps[j]:
            return False
        return self.old.text[olds[i].start : olds[i + 1].start] == self.new.text[news[j].start : news[j + 1].start]

    def own_lines(self, document: Document, of: Layout, entry: Entry) -> tuple[int, str]:
        """The column and raw source of an entry with its own trivia, to see at once that nothing changed."""
        trivia = of.entries[entry.index]
        start = entry.start if trivia.compact else document.line_starts[trivia.own_first]
        return of.column, document.text[start : document.line_span(trivia.last)[1]]

    @property
    def leaves(self) -> str | None:
        """The token that an emptied collection leaves behind, if it is not the usual one."""
        if self.new_steps:
            return None
        token = self.new.source(self.b)
        return None if token == ("{}" if self.a.kind == "mapping" else "[]") else token

    @property
    def replaces(self) -> str | None:
        """The token of the empty container that is filled, if it is not the usual one."""
        token = self.old.source(self.a)
        return None if token == ("{}" if self.b.kind == "mapping" else "[]") else token

    def blocks_differ(self, s: int, t: int) -> bool:
        """Whether the free-standing blocks above two stable entries (or at the end) differ."""
        if self.old_layout is None or self.new_layout is None:
            return False
        old, new = self.old_above(s), self.new_above(t)
        if not old and not new:
            return False
        return pieces.runs(self.old, old) != pieces.runs(self.new, new)

    def old_above(self, i: int) -> list[Run]:
        return _above(self.old_layout, i)

    def new_above(self, j: int) -> list[Run]:
        return _above(self.new_layout, j)

    def old_blocks(self, olds: range, s: int) -> list[str | None]:
        return [pieces.runs(self.old, [run]) for i in (*olds, s) for run in self.old_above(i)]

    def new_blocks(self, news: range, t: int) -> list[str | None]:
        return [pieces.runs(self.new, [run]) for j in (*news, t) for run in self.new_above(j)]

    def free_comments(self, s: int, t: int) -> tuple[str | None, str | None]:
        """The blocks above two entries that stay (or at the end), with the blank lines around them where these are not
        what an editor expects, going from the one to the other or back."""
        texts = pieces.runs(self.old, self.old_above(s)), pieces.runs(self.new, self.new_above(t))
        if self.old_layout is None or self.new_layout is None:
            return texts
        sides = (self.old_layout, s), (self.new_layout, t)
        is_header = self.old.roots[0].node is self.a
        above = below = False
        for text, (of, i), (other, j) in zip(texts, sides, reversed(sides), strict=True):
            if text is not None:
                above = above or _above(of, i)[0].blanks != usual_blanks(other, j)
                if i < len(of.entries):
                    usual = usual_below(other, j, is_header=is_header and j == 0)
                    below = below or of.entries[i].blank != usual
        old, new = (
            _with_blanks(text, of, i, self.old.newline, above=above, below=below)
            for text, (of, i) in zip(texts, sides, strict=True)
        )
        return old, new

    def old_predecessor(self, i: int) -> After:
        return self.old_steps[i - 1] if i else First()

    def new_predecessor(self, j: int) -> After:
        return self.new_steps[j - 1] if j else First()

    def blank(self, of: Layout | None, index: int, blocks: int) -> int:
        """Blank lines above an entry with its `blocks` (of a first entry: those below it)."""
        return 0 if of is None else blank_above(of, index, blocks)

    def new_text(self, entry: Entry, brought: int) -> str:
        """An added entry's text in the style of the collection that takes it."""
        text = pieces.entry_text(self.new, entry, brought)
        is_flow = self.b.style == "flow"
        target = self.a.style if self.a.entries else self.b.style
        if is_flow and target == "block":
            return ("- " if entry.key is None else "") + text + "\n"
        if not is_flow and target == "flow":
            return text.removeprefix("- ").removesuffix("\n")
        return text


def _with_blanks(text: str | None, of: Layout, index: int, newline: str, *, above: bool, below: bool) -> str | None:
    """Free-standing blocks with the blank lines around them."""
    if text is None:
        return None
    if above:
        text = newline * _above(of, index)[0].blanks + text
    return text + newline * of.entries[index].blank if below and index < len(of.entries) else text


def _above(of: Layout | None, index: int) -> list[Run]:
    if of is None:
        return []
    return of.entries[index].above if index < len(of.entries) else of.end
