"""What a check or an audit looks at, looked up in one tree: places, results of queries, files; with addresses.

Nothing is guessed. A file that is not there, or a field that no entry has, is no zero but a question without an answer:
`CannotTell` says what is missing, so that a slip in a path never makes a claim true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import takewhile

from spine.address import Address, Item, Key, Member, Position
from spine.change.places import Places as Entries
from spine.dataclass import dataclass
from spine.errors import Finding
from spine.globs import Glob
from spine.identity import FieldPath
from spine.ids import near
from spine.ledger.bindings import Binding, Bindings
from spine.ledger.budget import Budget, CannotTell
from spine.ledger.query import results, run_query
from spine.patterns import Any, Part
from spine.records.conditions import Condition, FieldConditions, Like, Not, field_text
from spine.records.subjects import FilesLike, Places, Query, Subject
from spine.yamldoc.nodes import Node
from spine.yamldoc.plain import node_of, scalar, value_pair
from spine.yamldoc.scalars import Value, value_of

_LONGEST_LIKE = 1000  # characters of a value that a form is held against


@dataclass(frozen=True, eq=False)
class Found:
    """Something that was found: a value of a file (`node`, unless a query made it), or a file (`is_file`)."""

    binding: Binding | None
    path: str
    node: Node | None
    value: object
    is_file: bool = False

    @cached_property
    def address(self) -> Address | None:
        """Where it is; None for files and for what a query made."""
        return self.binding.address(self.node) if self.binding is not None and self.node is not None else None

    @property
    def pair(self) -> Value | None:
        """(kind, text) of a scalar; None for lists and mappings."""
        if self.is_file:
            return "str", self.path
        if self.node is not None:
            return value_of(self.node) if self.node.kind == "scalar" else None
        return value_pair(self.value)

    @property
    def source(self) -> str | None:
        """A scalar as it stands there; of a list or mapping nothing."""
        if self.is_file:
            return None
        if self.node is not None and self.binding is not None:
            return self.binding.document.source(self.node) if self.node.kind == "scalar" else None
        pair = value_pair(self.value)
        return None if pair is None else pair[1] or "null"

    @property
    def name(self) -> str:
        """What people call it: a mapping's key, an item's identity, a scalar's text, a file's path."""
        if self.is_file:
            return self.path
        pair = self.pair
        if pair is not None:
            return pair[1]
        address = self.address
        if address is None or not address.steps:
            return self.path
        last = address.last
        if isinstance(last, Key):
            return last.name
        if isinstance(last, Item):
            return ", ".join(value for _, value in last.fields)
        return str(last)

    def field(self, path: FieldPath) -> Value | None:
        """(kind, text) of a field of an entry; None if it has no such scalar."""
        if self.node is not None:
            node: Node | None = self.node
            for name in path:
                node = _child(node, name)
            return value_of(node) if node is not None and node.kind == "scalar" else None
        value = self.value
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return None if value is None else value_pair(value)


class Finder:
    """Looks things up in one tree; all that it does is paid for from one budget."""

    def __init__(self, bindings: Bindings, budget: Budget) -> None:
        self.bindings = bindings
        self.budget = budget

    def find(self, subject: Subject, *, may_lack: bool = False) -> list[Found]:
        """All that a subject means, in the order of the files.

        Raises `CannotTell`; with `may_lack` not for a way that leads nowhere, which is then no find.
        """
        if isinstance(subject, FilesLike):
            return self.files(subject)
        return self.where(self.candidates(subject, may_lack=may_lack), subject.where)

    def candidates(self, subject: Subject, *, may_lack: bool = False) -> list[Found]:
        """The same, whether or not they are as `where` or `contains` has it."""
        if isinstance(subject, FilesLike):
            return self.files(FilesLike(subject.glob))
        if isinstance(subject, Query):
            return self._queried(subject, may_lack=may_lack)
        return self._places(subject, may_lack=may_lack)

    def where(self, found: list[Found], conditions: FieldConditions) -> list[Found]:
        """Those of which every field is so. Raises `CannotTell` for a field that none of them has."""
        for path, _ in conditions:
            if found and not any(self.has(one, path) for one in found):
                raise CannotTell(f"no entry there has a field {field_text(path)}")
        return [one for one in found if self.fits_all(one, conditions)]

    def has(self, one: Found, path: FieldPath) -> bool:
        """Whether an entry has a field."""
        self.budget.spend(1)
        return one.field(path) is not None

    def fits_all(self, one: Found, conditions: FieldConditions) -> bool:
        """Whether each of an entry's fields is so."""
        return all(self.fits(one.field(path), condition) for path, condition in conditions)

    def fits(self, value: Value | None, condition: Condition) -> bool:
        """Whether a value is so; None is a list, a mapping or nothing, and the same as null to a condition."""
        self.budget.spend(1)
        pair = value if value is not None else ("null", "")
        if isinstance(condition, Not):
            return not self.fits(value, condition.other)
        if isinstance(condition, Like):
            if pair[0] == "null" or len(pair[1]) > _LONGEST_LIKE:
                return False
            self.budget.spend(len(condition.form) * len(pair[1]) // 20)
            return condition.fits(pair[1])
        return pair in condition.values

    def files(self, subject: FilesLike) -> list[Found]:
        """The files with such a path that hold the text."""
        found = []
        for path in self._fitting(subject.glob, sorted(self.bindings.paths)):
            if subject.contains is not None:
                text = (self.bindings.documents.files.read(path) or b"").decode("utf-8", "replace")
                self.budget.spend(1 + len(text) // 200)
                if subject.contains not in text:
                    continue
            found.append(Found(None, path, None, path, is_file=True))
        return found

    def _fitting(self, glob: Glob, paths: Iterable[str]) -> Iterator[str]:
        length = len(str(glob))
        for path in paths:
            self.budget.spend(1 + length * len(path) // 1000)
            if glob.matches(path):
                yield path

    def binding(self, path: str) -> Binding:
        """A file. Raises `CannotTell` if it is not there or cannot be read."""
        if path not in self.bindings.paths:
            close = near(path, self.bindings.paths, most=1)
            raise CannotTell(f"{path} is not there" + (f"; is {close[0]} meant?" if close else ""))
        binding = self.bindings.get(path)
        if isinstance(binding, Finding):
            raise CannotTell(f"{path} cannot be read: {binding.message}")
        return binding

    def _queried(self, query: Query, *, may_lack: bool) -> list[Found]:
        binding = self.binding(query.path)
        value: object = None
        roots = binding.document.roots
        if query.address.document <= len(roots):
            value = binding.values[query.address.document - 1]
        for step in query.address.steps:
            value = self._below(binding, value, step)
        found = run_query(query.expression, value, self.budget)
        if found is None and not may_lack:  # a filter that lets nothing through gives an empty list
            raise CannotTell(f"the query finds null: {query.path} has nothing at what it names")
        return [Found(binding, query.path, node_of(one), one) for one in results(found)]

    def _below(self, binding: Binding, value: object, step: object) -> object:
        """The value that a step of an address leads to."""
        if isinstance(step, Key):
            if isinstance(value, dict) and step.name in value:
                return value[step.name]
        elif isinstance(value, list) and (node := node_of(value)) is not None:
            nodes = list(self._items(Entries(binding.document), node, step))
            if len(nodes) == 1:
                return next(value[entry.index] for entry in node.entries if entry.value is nodes[0])
        raise CannotTell(f"{binding.path} has nothing at {step}, where the query begins")

    def _places(self, subject: Places, *, may_lack: bool) -> list[Found]:
        pattern = subject.pattern
        if pattern.files is None:
            paths = list(self.bindings.governed)
        elif not set(str(pattern.files)) & set("*?"):
            paths = [str(pattern.files)]
        else:
            paths = [
                path
                for path in self._fitting(pattern.files, sorted(self.bindings.paths))
                if path.endswith((".yaml", ".yml"))
            ]
        if not paths:
            raise CannotTell(f"no file fits {pattern.files or 'the settings, which govern none'}")
        found: list[Found] = []
        for path in paths:
            binding = self.binding(path)
            for number, root in enumerate(binding.document.roots, 1):
                if root.node is not None and pattern.address.document in (None, number):
                    found += [
                        Found(binding, path, node, _value(node))
                        for node in self._walked(binding, root.node, pattern.address.parts)
                    ]
        keys = tuple(takewhile(lambda part: isinstance(part, Key), pattern.address.parts))
        if not found and not may_lack and keys:
            roots = [(binding, root.node) for binding in map(self.binding, paths) for root in binding.document.roots]
            if not any(node is not None and self._walked(binding, node, keys) for binding, node in roots):
                raise CannotTell(f"{pattern.files or 'no governed file'} has no {'.'.join(map(str, keys))}")
        return found

    def _walked(self, binding: Binding, root: Node, parts: tuple[Part, ...]) -> list[Node]:
        entries = Entries(binding.document)
        here = {id(root): root}
        for part in parts:
            below: dict[int, Node] = {}
            for node in here.values():
                for found in self._below_part(entries, node, part):
                    self.budget.spend(1)
                    below[id(found)] = found
            here = below
        return sorted(here.values(), key=lambda node: node.start)

    def _below_part(self, entries: Entries, node: Node, part: Part) -> Iterator[Node]:
        self.budget.spend(1)
        if part is Any.STEPS:
            todo = [node]
            while todo:
                one = todo.pop()
                yield one
                todo += [entry.value for entry in one.entries]
        elif part is Any.KEY:
            yield from (entry.value for entry in node.entries if node.kind == "mapping")
        elif part is Any.ITEM:
            yield from (entry.value for entry in node.entries if node.kind == "sequence")
        else:
            yield from self._items(entries, node, part)

    def _items(self, entries: Entries, node: Node, step: object) -> Iterator[Node]:
        """What a written step means below a node: every entry of such a key, member, or fields."""
        if isinstance(step, Position):
            if node.kind == "sequence" and 0 < step.number <= len(node.entries):
                yield node.entries[step.number - 1].value
            return
        assert isinstance(step, Key | Item | Member)
        matching = entries.matching(node, step)
        if step.dup:
            matching = matching[step.dup - 1 : step.dup]
        yield from (entry.value for entry in matching)


def _child(node: Node | None, name: str) -> Node | None:
    """The value of a key; of double ones that of the last, which is what readers take."""
    if node is None or node.kind != "mapping":
        return None
    return next((one.value for one in reversed(node.entries) if one.key is not None and one.key.text == name), None)


def _value(node: Node) -> object:
    return scalar(value_of(node)) if node.kind == "scalar" else None
