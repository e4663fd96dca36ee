"""Strict reading of spine's own YAML files: a mapping's fields by name, and every error with file, line and column.

Unknown and double keys, anchors, aliases, tags and further documents are errors. Null is the same as left out. A string
must be one to every YAML reader, so `100644` needs quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import TypeVar

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import near
from spine.printable import has_unsafe, printable
from spine.yamldoc.guard import Limits, parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.scalars import value_of

T = TypeVar("T")

RECORD_SIZE = 4 * 1024 * 1024
_MAX_NUMBER = 999_999_999


class BadField(Refused):
    """A file of spine's own is not as its format says."""

    code = "SP013"


def open_record(text: str, *, file: str, what: str, error: type[Refused] = BadField) -> Document:
    """Parse a text that must be one mapping, plain all through; `what` is its name in messages."""
    limits = Limits(size=RECORD_SIZE, nodes=500_000, scalar=RECORD_SIZE)
    document = parse(text, file=file, limits=limits)
    where = Place(file or "<text>", 1, 1)
    if document.root is None:
        raise error(f"the {what} is empty", place=where)
    if len(document.roots) > 1:
        raise error(
            f"the {what} is one YAML document, here a second one begins", place=document.place(document.roots[1].start)
        )
    refuse_extras(document, document.root, what, error=error)
    return document


def refuse_extras(document: Document, node: Node, what: str, *, error: type[Refused] = BadField) -> None:
    """Raise if there is an anchor, an alias or a tag at or below a node."""
    todo = [node]
    while todo:
        one = todo.pop()
        if one.tag is not None or one.anchor is not None:
            extra = "a tag" if one.tag is not None else "an alias" if one.kind == "alias" else "an anchor"
            raise error(f"{extra} has no place in a {what}", place=document.place(one.start))
        for entry in reversed(one.entries):  # so that the first in the text is found first
            todo.append(entry.value)
            if entry.key is not None:
                todo.append(entry.key)


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping whose keys are known to be allowed, and the required ones to be there."""

    document: Document
    node: Node
    what: str
    entries: dict[str, Entry]
    error: type[Refused] = BadField

    def __contains__(self, key: str) -> bool:
        """Whether the field is there and not null."""
        entry = self.entries.get(key)
        return entry is not None and not _is_null(entry.value)

    def refuse_nulls(self, meant: Collection[str] = ()) -> None:
        """Raise for a field that is null, unless null means something there; to be used where it must not be vague."""
        for key, entry in self.entries.items():
            if key not in meant and _is_null(entry.value):
                raise self.wrong(key, f"“{key}” is null; leave it out")

    def place(self, key: str | None = None) -> Place:
        """Where a field's value stands; without a key, or if it is left out, where the mapping begins."""
        entry = self.entries.get(key) if key is not None else None
        return self.document.place(entry.value.start if entry is not None else self.node.start)

    def wrong(self, key: str, message: str, *, hint: str | None = None) -> Refused:
        """The error that says what is wrong with a field's value."""
        return self.error(message, place=self.place(key), hint=hint)

    def text(self, key: str) -> str:
        """A string, however many lines."""
        return self._string(key, self._value(key))

    def find_text(self, key: str) -> str | None:
        return self.text(key) if key in self else None

    def line(self, key: str, *, limit: int = 1000) -> str:
        """A string of one line that shows something and hides nothing."""
        text = self.text(key)
        if not text.strip():
            raise self.wrong(key, f"“{key}” is empty")
        if has_unsafe(text):
            raise self.wrong(key, f"“{key}” is one line without invisible characters")
        if len(text) > limit:
            raise self.wrong(key, f"“{key}” has {len(text)} characters, the limit is {limit}")
        return text

    def read(self, key: str, parse_text: Callable[[str], T]) -> T:
        """A string that means something more; an error of its reader gets this field's place."""
        return self._parsed(self._value(key), self.text(key), parse_text)

    def find(self, key: str, parse_text: Callable[[str], T]) -> T | None:
        return self.read(key, parse_text) if key in self else None

    def choice(self, key: str, options: Collection[str]) -> str:
        """One of a few words."""
        text = self.text(key)
        if text not in options:
            message = f"“{key}” is one of {', '.join(options)}, not “{_shown(text)}”"
            raise self.wrong(key, message, hint=_meant(text, options))
        return text

    def number(self, key: str, default: int, *, least: int = 0) -> int:
        """A whole number from `least` on."""
        if key not in self:
            return default
        node = self._value(key)
        digits = node.text if node.kind == "scalar" and value_of(node)[0] == "int" else ""
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 9 or int(digits) < least:
            raise self.wrong(key, f"“{key}” is a whole number from {least} to {_MAX_NUMBER}")
        return int(digits)

    def claim(self, key: str) -> bool:
        """`true` or left out."""
        if key not in self:
            return False
        node = self._value(key)
        if node.kind != "scalar" or value_of(node) != ("bool", "true"):
            raise self.wrong(key, f"“{key}” is true, or left out")
        return True

    def items(self, key: str) -> list[Node]:
        """The members of a list; none if it is left out."""
        if key not in self:
            return []
        node = self._value(key)
        if node.kind != "sequence":
            raise self.wrong(key, f"“{key}” is a list, this is {_kind(node)}")
        return [entry.value for entry in node.entries]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings, no two equal."""
        return self.each(key, str)

    def each(self, key: str, parse_text: Callable[[str], T]) -> tuple[T, ...]:
        """A list of strings, each read on its own; no two equal."""
        found: dict[T, Node] = {}
        for node in self.items(key):
            value = self._parsed(node, self._string(key, node), parse_text)
            if value in found:
                line = self.document.line_of(found[value].start) + 1
                raise self.error(
                    f"“{_shown(str(value))}” stands twice in “{key}”, first in line {line}",
                    place=self.document.place(node.start),
                )
            found[value] = node
        return tuple(found)

    def inside(self, key: str, what: str, *, required: Iterable[str] = (), optional: Iterable[str] = ()) -> Fields:
        """The fields of a mapping in this one."""
        return fields_of(self.document, self._value(key), what, required=required, optional=optional, error=self.error)

    def pairs(self, key: str) -> Iterator[tuple[str, Fields]]:
        """The keys of a mapping with free keys, each with a view of itself that holds only this pair, as `key`."""
        if key not in self:
            return
        node = self._value(key)
        if node.kind != "mapping":
            raise self.wrong(key, f"“{key}” is a mapping, this is {_kind(node)}")
        for name, entry in _entries(self.document, node, key, self.error).items():
            yield name, Fields(self.document, node, key, {name: entry}, self.error)

    def moment(self, key: str) -> datetime:
        """A time in UTC, to the second."""
        return self.read(key, _moment)

    def day(self, key: str) -> date:
        return self.read(key, _day)

    def _value(self, key: str) -> Node:
        return self.entries[key].value

    def _string(self, key: str, node: Node) -> str:
        if node.kind == "scalar" and value_of(node)[0] == "str":
            return node.text
        place = self.document.place(node.start)
        if node.kind != "scalar":
            raise self.error(f"“{key}” is a string, this is {_kind(node)}", place=place)
        source = self.document.source(node)
        hint = f'quote it: "{_shown(source)}"' if source else "leave it out, or write a string"
        raise self.error(f"“{key}” is a string, this is {_kind(node)}", place=place, hint=hint)

    def _parsed(self, node: Node, text: str, parse_text: Callable[[str], T]) -> T:
        try:
            return parse_text(text)
        except Refused as error:
            raise self.error(error.message, place=self.document.place(node.start), hint=error.hint) from error


def fields_of(
    document: Document,
    node: Node,
    what: str,
    *,
    required: Iterable[str] = (),
    optional: Iterable[str] = (),
    error: type[Refused] = BadField,
) -> Fields:
    """Read a mapping whose keys are all known. Raises `error` for an unknown, missing or double one."""
    if node.kind != "mapping":
        raise error(f"the {what} is a mapping, this is {_kind(node)}", place=document.place(node.start))
    entries = _entries(document, node, what, error)
    needed = tuple(required)
    known = (*needed, *optional)
    for name, entry in entries.items():
        if name not in known:
            assert entry.key is not None
            raise error(
                f"unknown key “{_shown(name)}” in the {what}",
                place=document.place(entry.key.start),
                hint=_meant(name, [one for one in known if one not in entries]) or f"its keys are {', '.join(known)}",
            )
    for name in needed:
        if name not in entries:
            raise error(f"the {what} needs “{name}”", place=document.place(node.start))
    return Fields(document, node, what, entries, error)


def _entries(document: Document, node: Node, what: str, error: type[Refused]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for entry in node.entries:
        key = entry.key
        assert key is not None
        if key.kind != "scalar":
            raise error(f"a key of the {what} is a plain word, this is {_kind(key)}", place=document.place(key.start))
        first = entries.setdefault(key.text, entry)
        if first is not entry:
            raise error(
                f"“{_shown(key.text)}” stands twice in the {what}, first in line {document.line_of(first.start) + 1}",
                place=document.place(key.start),
            )
    return entries


def _meant(text: str, options: Iterable[str]) -> str | None:
    close = near(text, options, most=1)
    return f"did you mean “{close[0]}”?" if close else None


def _shown(text: str) -> str:
    return printable(text if len(text) <= 60 else text[:57] + "...")


def _is_null(node: Node) -> bool:
    return node.kind == "scalar" and value_of(node)[0] == "null"


def _kind(node: Node) -> str:
    if node.kind != "scalar":
        return {"mapping": "a mapping", "sequence": "a list"}.get(node.kind, "an alias")
    names = {"null": "null", "bool": "true or false", "int": "a number", "float": "a number"}
    return names.get(value_of(node)[0], "a string")


def _moment(text: str) -> datetime:
    try:
        found = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        found = None
    if found is None or moment_text(found) != text:
        raise BadField(f"“{_shown(text)}” is not a time in UTC, like 2026-02-12T08:06:01Z")
    return found


def moment_text(moment: datetime) -> str:
    """A time as records write it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise BadField(f"“{_shown(text)}” is not a day, like 2026-02-12")
    return found
