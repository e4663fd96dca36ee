"""An address: a place in a YAML document, written `vms[vmid=100].status` (grammar: DESIGN §4).

Parsed by hand in linear time; one canonical spelling; law: `parse(str(address)) == address`. Keys and selector values
match by text, so an address never depends on how a scalar is quoted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.yamldoc.source import json_token

_LIMIT = 4096
_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/@+~%")
_BARE_VALUE = _BARE | frozenset(".:")


class BadAddress(Refused):
    """The text is not an address; the message shows the column."""

    code = "SP020"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a mapping; `dup` is 0, or n for the n-th of several equal keys."""

    name: str
    dup: int = 0

    def __str__(self) -> str:
        return _segment(self.name) + (f"#{self.dup}" if self.dup else "")


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list of mappings, known by identity fields; a field is a path of keys inside the item."""

    fields: tuple[tuple[tuple[str, ...], str], ...]
    dup: int = 0

    def __str__(self) -> str:
        inside = ",".join(".".join(map(_segment, path)) + "=" + _value(value) for path, value in self.fields)
        return f"[{inside}]" + (f"#{self.dup}" if self.dup else "")


@dataclass(frozen=True, slots=True)
class Member:
    """A scalar item of a list, known by its value."""

    value: str
    dup: int = 0

    def __str__(self) -> str:
        return f"[={_value(self.value)}]" + (f"#{self.dup}" if self.dup else "")


@dataclass(frozen=True, slots=True)
class Position:
    """The n-th item (1-based) of a list without identity."""

    number: int

    def __str__(self) -> str:
        return f"[#{self.number}]"


Step = Key | Item | Member | Position


@dataclass(frozen=True, slots=True)
class Address:
    """A path of steps from the root of the `document`-th document (1-based)."""

    steps: tuple[Step, ...] = ()
    document: int = 1

    def __str__(self) -> str:
        if not self.steps:
            return "$" if self.document == 1 else f"${self.document}"
        out = "" if self.document == 1 else f"${self.document}"
        for step in self.steps:
            if isinstance(step, Key) and out:
                out += "."
            out += str(step)
        return out

    def __truediv__(self, step: Step) -> Address:
        return Address((*self.steps, step), self.document)

    @property
    def parent(self) -> Address:
        """The address of the container."""
        return Address(self.steps[:-1], self.document)

    @property
    def last(self) -> Step:
        """The last step; the root has none (IndexError)."""
        return self.steps[-1]

    def within(self, other: Address) -> bool:
        """Whether this is `other` or a place below it."""
        return self.document == other.document and self.steps[: len(other.steps)] == other.steps

    def ancestors(self) -> Iterator[Address]:
        """All addresses above this one, nearest first, the root last."""
        for count in range(len(self.steps) - 1, -1, -1):
            yield Address(self.steps[:count], self.document)


ROOT = Address()


def parse(text: str) -> Address:
    """Read an address. Raises `BadAddress` with the column of what is wrong."""
    if len(text.encode("utf-8", "surrogatepass")) > _LIMIT:
        raise BadAddress(f"an address of more than {_LIMIT} bytes", place=Place("address"))
    return _Reader(text).address()


def parse_selector(text: str) -> Step:
    """Read the sibling that `after` or `to` names: a key, or a selector in brackets."""
    reader = _Reader(text)
    step: Step = reader.item() if text.startswith("[") else reader.key()
    reader.expect_end()
    return step


def split_value(text: str) -> tuple[str, str | None]:
    """`ADDRESS=VALUE`, parted at the first `=` outside brackets and quotes; no value if there is none."""
    depth, at = 0, 0
    while at < len(text):
        char = text[at]
        if char == '"':
            at += 1
            while at < len(text) and text[at] != '"':
                at += 2 if text[at] == "\\" else 1
        elif char == "[":
            depth += 1
        elif char == "]":
            depth -= 1
        elif char == "=" and depth <= 0:
            return text[:at], text[at + 1 :]
        at += 1
    return text, None


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def address(self) -> Address:
        document = 1
        steps: list[Step] = []
        if self.text in ("", "$"):
            return ROOT
        if self.peek() == "$":
            self.at += 1
            document = self.number() if self.peek().isdigit() else 1
            if document == 0:
                raise self.wrong("documents are counted from 1")
        elif self.peek() == "[":
            steps.append(self.item())
        else:
            steps.append(self.key())
        while self.at < len(self.text):
            mark = self.peek()
            if mark == ".":
                self.at += 1
                steps.append(self.key())
            elif mark == "[":
                steps.append(self.item())
            else:
                raise self.wrong(f"expected '.' or '[', found {mark!r}")
        return Address(tuple(steps), document)

    def key(self) -> Key:
        return Key(self.segment(), self.dup())

    def item(self) -> Step:
        self.take("[")
        if self.peek() == "#":
            self.at += 1
            number = self.number()
            if number == 0:
                raise self.wrong("positions are counted from 1")
            self.take("]")
            return Position(number)
        if self.peek() == "=":
            self.at += 1
            value = self.value()
            self.take("]")
            return Member(value, self.dup())
        fields = [self.pair()]
        while self.peek() == ",":
            self.at += 1
            fields.append(self.pair())
        self.take("]")
        return Item(tuple(fields), self.dup())

    def pair(self) -> tuple[tuple[str, ...], str]:
        path = [self.segment()]
        while self.peek() == ".":
            self.at += 1
            path.append(self.segment())
        self.take("=")
        return tuple(path), self.value()

    def dup(self) -> int:
        if self.peek() != "#":
            return 0
        self.at += 1
        number = self.number()
        if number == 0:
            raise self.wrong("duplicates are counted from 1")
        return number

    def segment(self) -> str:
        return self.token(_BARE, "a key")

    def value(self) -> str:
        return self.token(_BARE_VALUE, "a value")

    def token(self, allowed: frozenset[str], what: str) -> str:
        if self.peek() == '"':
            return self.quoted()
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in allowed:
            self.at += 1
        if self.at == start:
            found = self.peek()
            raise self.wrong(f"expected {what}, found {found!r}" if found else f"expected {what}")
        return self.text[start : self.at]

    def quoted(self) -> str:
        start = self.at
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != '"':
            self.at += 2 if self.text[self.at] == "\\" else 1
        self.at += 1
        try:
            value = json.loads(self.text[start : self.at])
        except ValueError as error:
            self.at = start
            raise self.wrong("a quoted part that is not a JSON string") from error
        assert isinstance(value, str)
        return value

    def number(self) -> int:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in "0123456789" and self.at - start < 9:
            self.at += 1
        if start == self.at:
            raise self.wrong("expected a number")
        return int(self.text[start : self.at])

    def take(self, char: str) -> None:
        if self.peek() != char:
            found = self.peek()
            raise self.wrong(f"expected {char!r}, found {found!r}" if found else f"expected {char!r}")
        self.at += 1

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def expect_end(self) -> None:
        if self.at != len(self.text):
            raise self.wrong(f"expected the end, found {self.peek()!r}")

    def wrong(self, message: str) -> BadAddress:
        shown = self.text if len(self.text) <= 60 else self.text[:57] + "..."
        return BadAddress(
            f"not an address: {message} at column {self.at + 1} of {json_token(shown)}",
            place=Place("address", 1, self.at + 1),
            hint="write it like vms[vmid=100].status; quote odd keys like JSON strings",
        )


def _segment(text: str) -> str:
    return text if text and all(char in _BARE for char in text) else json_token(text)


def _value(text: str) -> str:
    return text if text and all(char in _BARE_VALUE for char in text) else json_token(text)
