"""What operations mean on plain trees (DESIGN §4): on their own base exactly, on a moved one as the table of §5 says.

All addresses speak of the base, so every place is found before anything is changed; only `after` names a sibling in the
result. What the operations claim and the tree does not have is a *flaw*; what cannot be worked out here is a *doubt*.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from spine.audit import places
from spine.audit.compare import alike, shape
from spine.audit.lines import moved_to
from spine.audit.places import Place, Step
from spine.audit.records import Operation
from spine.audit.settling import Rule, is_left_of, recount, rename, settle
from spine.audit.sources import entry_of, items_of, token_of, value_of
from spine.audit.trees import Member, Node, Unreadable, copy, is_null


@dataclass(slots=True)
class Replay:
    """One change made on the trees of one text, which it alters. `moved`: they are not the base that it was made for.

    `base` are the trees of that base where they are at hand, `rule` gives the declared merge rule of an address.
    """

    roots: list[Node | None]
    moved: bool = False
    base: Sequence[Node | None] | None = None
    rule: Callable[[Place], Rule | None] = lambda _: None
    flaws: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)

    def run(self, ops: Sequence[Operation]) -> None:
        """Make all operations. What was found out is in `flaws` and `doubts`, as (address, message)."""
        found = [(op, *self.locate(op)) for op in ops]
        waiting: dict[int, tuple[Node, list[tuple[Operation, Member]]]] = {}
        for op, parent, member in sorted(found, key=lambda one: -one[0].number("at")):
            try:
                self.one(op, parent, member, waiting)
            except (Unreadable, places.BadPlace) as error:
                self.flaws.append((op.text, f"its source cannot be read: {error}"))
        for parent, arrivals in waiting.values():
            self.place(parent, arrivals)
        for op, parent, _ in found:
            if op.kind == "remove" and parent is not None and not parent.members and parent.kind != "scalar":
                leaves = op.said("leaves")
                parent.become(token_of(leaves) if leaves is not None else Node(parent.kind))
        for number, root in enumerate(self.roots, 1):
            if self.moved and root is not None:
                recount(root, number, self.rule, [op.at for op in ops])

    def locate(self, op: Operation) -> tuple[Node | None, Member | None]:
        """Container and member of an operation; of an `add` the container only. The root is a member too."""
        root = self.roots[op.at.document - 1] if op.at.document <= len(self.roots) else None
        if root is None or not op.at.steps:
            return None, Member(None, root) if root is not None else None
        if op.kind == "add":
            return places.at(root, op.at.above), None
        return places.find(root, op.at)

    def one(self, op: Operation, parent: Node | None, member: Member | None, waiting: _Waiting) -> None:
        """Make one operation; what arrives somewhere waits until all have left."""
        if op.kind == "add":
            if parent is None:
                return self.missing(op)
            entry = entry_of(op.said("text") or "", op.at.steps[-1])
            kind = "map" if op.at.steps[-1].kind == "key" else "list"
            if parent.kind != kind and (is_null(parent) or not (parent.members or parent.kind == "scalar")):
                parent.become(Node("map") if kind == "map" else Node("list"))
            if parent.kind != kind:
                self.flaws.append((op.text, "what should hold the new entry is something else"))
            else:
                waiting.setdefault(id(parent), (parent, []))[1].append((op, entry))
        elif op.kind == "expect":
            self.expect(op, member)
        elif op.kind == "comment":
            if member is None and op.at.steps:
                self.missing(op)
        elif member is None:
            to = places.parse_name(op.said("to") or "") if op.kind == "rename" and parent is not None else None
            is_done = op.kind == "remove" or (to is not None and parent and places.child(parent, to) is not None)
            if not (self.moved and is_done):
                self.missing(op)
        elif op.kind == "set":
            self.set(op, member)
        elif op.kind == "rename":
            rename(member, places.parse_name(op.said("to") or ""))
        elif op.kind == "splice":
            self.splice(op, member.value)
        elif parent is None or member not in parent.members:
            self.missing(op)
        elif op.kind == "remove":
            was = entry_of(op.said("was") or "", op.at.steps[-1])
            if not alike(was.value, member.value) and not (self.moved and is_left_of(member.value, was.value)):
                self.flaws.append((op.text, "it removes what it did not see"))
            parent.members.remove(member)
        else:
            parent.members.remove(member)
            waiting.setdefault(id(parent), (parent, []))[1].append((op, member))
        return None

    def set(self, op: Operation, member: Member) -> None:
        seen, wanted = (value_of(op, name, is_item=member.key is None) for name in ("from", "to"))
        there = member.value
        if alike(there, seen):
            there.become(wanted)
        elif not self.moved:
            self.flaws.append((op.text, "it saw another value than there was"))
        elif not alike(there, wanted):
            rule = self.rule(op.at)
            settled = (
                None if rule is not None and rule[0] == "recount" else settle(rule and rule[0], seen, there, wanted)
            )
            if settled is None and not (rule is not None and rule[0] == "recount"):
                self.flaws.append((op.text, "it overwrites a value that it did not see"))
            there.become(settled or wanted)

    def splice(self, op: Operation, node: Node) -> None:
        drop, put = (items_of(op.said(name) or "") for name in ("drop", "put"))
        start = op.number("at") - 1
        names = [shape(one.value) for one in node.members]
        gone = [shape(one.value) for one in drop]
        if self.moved:
            old = self.base[op.at.document - 1] if self.base is not None else None
            was = places.at(old, op.at) if old is not None else None
            if was is None:
                return self.doubts.append((op.text, "the base of this list is not at hand"))
            moved = moved_to([shape(one.value) for one in was.members], names, start, start + len(gone))
            if moved is None:
                if [shape(one.value) for one in put] != gone:
                    self.doubts.append((op.text, "this stretch of the list was changed by others too"))
                return None
            start = moved
        if start < 0 or names[start : start + len(gone)] != gone:
            return self.flaws.append((op.text, "it drops items that it did not see"))
        node.members[start : start + len(gone)] = put
        return None

    def expect(self, op: Operation, member: Member | None) -> None:
        if "is" in op.fields or "is_text" in op.fields:
            is_true = member is not None and alike(member.value, value_of(op, "is", is_item=member.key is None))
        else:
            is_true = (member is None) == ("absent" in op.fields)
        if not is_true:
            self.flaws.append((op.text, "what it expects is not so"))

    def place(self, parent: Node, waiting: list[tuple[Operation, Member]]) -> None:
        """Each arrival behind the one that `after` names in the result; first where it is null, last without it."""
        while waiting:
            rest: list[tuple[Operation, Member]] = []
            for op, member in waiting:
                after = op.said("after")
                before = places.child(parent, places.parse_name(after)) if after is not None else None
                if after is not None and before is None:
                    rest.append((op, member))
                elif after is None:
                    self.put(op, member, parent, 0 if "after" in op.fields else len(parent.members))
                else:
                    assert before is not None
                    self.put(op, member, parent, parent.members.index(before) + 1)
            if len(rest) == len(waiting):  # their anchors are lost
                if not self.moved:
                    self.flaws.append((rest[0][0].text, "it comes behind an entry that is not there"))
                for op, member in rest:
                    self.put(op, member, parent, len(parent.members))
                rest = []
            waiting = rest

    def put(self, op: Operation, member: Member, parent: Node, place: int) -> None:
        """One arrival to its place."""
        there = places.child(parent, op.at.steps[-1]) if op.kind == "add" else None
        if there is not None:
            return self.join(op, there.value, member.value)
        member.value = copy(member.value, fresh=True) if op.kind == "add" else member.value
        member.value.fresh = True
        return parent.members.insert(place, member)

    def join(self, op: Operation, there: Node, new: Node) -> None:
        """Both sides added the entry: mappings field by field, all else only if it is equal."""
        if not self.moved or (not alike(there, new) and not there.kind == new.kind == "map"):
            self.flaws.append((op.text, "the entry is there already"))
        for one in new.members if there.kind == new.kind == "map" else ():
            assert one.key is not None
            other = places.child(there, Step("key", one.key.text))
            if other is None:
                there.members.append(Member(one.key, copy(one.value, fresh=True)))
            else:
                self.join(op, other.value, one.value)

    def missing(self, op: Operation) -> None:
        """On its own base an address must be there; on a moved one others may have renamed what it goes through."""
        (self.doubts if self.moved else self.flaws).append((op.text, "nothing is there"))


_Waiting = dict[int, tuple[Node, list[tuple[Operation, Member]]]]
