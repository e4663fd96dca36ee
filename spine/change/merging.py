"""What a merge knows while it runs: both texts, what the target did to the base, and what has been decided so far."""

from __future__ import annotations

from dataclasses import field

from spine.address import Address, Item, Step
from spine.change.follow import Followed, follow, on_the_way
from spine.change.operations import Change, Operation
from spine.change.places import Places
from spine.change.rules import FileRules
from spine.change.verdicts import Conflict, ConflictKind, Note, NoteKind
from spine.dataclass import dataclass
from spine.identity import Keyed, steps_of
from spine.yamldoc import pieces
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document, Node


@dataclass(slots=True)
class Merging:
    """The target and, if it is at hand, the base; `ops` speak of the target, `conflicts` and `notes` of the base."""

    target: Document
    places: Places
    base: Document | None
    base_places: Places | None
    followed: Followed
    change: Change
    rules: FileRules
    ops: list[Operation] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @classmethod
    def of(cls, base: str | None, target: str, change: Change, rules: FileRules) -> Merging:
        """Read both texts. Raises `Unparsable` for the target; a base that is no YAML is as good as none."""
        there = parse(pieces.whole_lines(target))
        before = None
        if base is not None:
            try:
                before = parse(pieces.whole_lines(base))
            except Unparsable:
                before = None
        places, followed = None, Followed()
        if before is not None:
            places = Places(before)
            followed = follow(before, there, rules.identity, within=on_the_way(places, change.ops))
        return cls(there, Places(there), before, places, followed, change, rules)

    def here(self, at: Address) -> Address:
        """A base address as the target calls it; an item whose identity field the target renamed is found by what the
        comparison of both texts knows it by."""
        here = self.followed.here(at)
        if self.base_places is None or not any(isinstance(step, Item) for step in at.steps):
            return here
        if self.places.entry(here) is not None:
            return here
        steps: list[Step] = []
        known: list[Step] = []  # as the comparison calls the base's entries
        before, there = self.base_places.root(at), self.places.root(at)
        for old, new in zip(at.steps, here.steps, strict=True):
            inside = self.base_places.child(before, old) if before is not None else None
            entry = self.places.child(there, new) if there is not None else None
            name, step = old, new
            if entry is None and inside is not None and before is not None and there is not None:
                if isinstance(old, Item):
                    kind = self.rules.identity.kind_of(Address(tuple(known), at.document), [before, there])
                    name = steps_of(before, kind)[inside.index] if isinstance(kind, Keyed) else old
                step = self.followed.renames.get(Address((*known, name), at.document), name)
                entry = self.places.child(there, step)
            steps.append(new if entry is None else step)
            known.append(name)
            before = inside.value if inside is not None else None
            there = entry.value if entry is not None else None
        return Address(tuple(steps), at.document)

    def conflict(
        self, kind: ConflictKind, at: Address, base: str | None, target: str | None, proposed: str | None, message: str
    ) -> None:
        self.conflicts.append(Conflict(kind, at, base, target, proposed, message))

    def note(self, kind: NoteKind, at: Address, message: str) -> None:
        self.notes.append(Note(kind, at, message))

    def base_siblings(self, origin: Address | None, node: Node) -> list[Step] | None:
        """The names of a container's entries in the base, as the target calls them; None without the base."""
        if self.base_places is None:
            return None
        before = self.base_places.node(origin) if origin is not None else None
        if origin is None or before is None or not before.entries:
            return []
        kind = self.rules.identity.kind_of(origin, [before, node]) if before.kind == "sequence" else None
        return [self.followed.renames.get(origin / step, step) for step in steps_of(before, kind)]


def one_line(text: str) -> str:
    """A value as a note shows it."""
    shown = " ".join(text.split())
    return shown if len(shown) <= 60 else shown[:57] + "..."
