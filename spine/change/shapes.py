"""The fields of each operation, in files and in JSON alike, and how an operation is made of them."""

from __future__ import annotations

from typing import Protocol

from spine.address import Address, Step
from spine.change.operations import (
    Add,
    After,
    Comment,
    Expect,
    Last,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    Slot,
    SpliceItems,
)

# By the word that an operation begins with: fields that must be there, fields that may.
FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "set": ((), ("from", "from_text", "to", "to_text", "why")),
    "add": (("text",), ("after", "blank", "past", "replaces", "why")),
    "remove": (("was", "was_after"), ("blank", "was_past", "leaves", "why")),
    "move": (("after", "was_after"), ("past", "was_past", "why")),
    "rename": (("to",), ("why",)),
    "comment": (("slot", "from", "to"), ("why",)),
    "splice": (("at", "before", "drop", "put", "behind"), ("why",)),
    "expect": ((), ("is", "is_text", "exists", "absent", "why")),
}


class Said(Protocol):
    """What somebody said of one operation, field by field; every method raises with the place of what is wrong."""

    def has(self, key: str) -> bool:
        """Whether the field is there, even as null."""

    def token(self, key: str) -> str:
        """A value as source: of `key`, or of `key` with `_text`."""

    def source(self, key: str) -> str:
        """Source lines, or a comment."""

    def find_source(self, key: str) -> str | None:
        """The same, null and nothing being None."""

    def step(self, key: str) -> Step:
        """The name of an entry."""

    def after(self, key: str) -> After:
        """The name of a predecessor; null is `First`."""

    def slot(self) -> Slot:
        """Which comment is meant."""

    def number(self, key: str, *, least: int = 0) -> int:
        """A whole number; 0 if it is left out."""

    def claim(self, key: str) -> bool:
        """`true`, or nothing."""


def make(head: str, at: Address, said: Said) -> Operation:
    """The operation that is called `head` and says this of `at`."""
    why = said.find_source("why")
    if head == "set":
        return SetValue(at, said.token("from"), said.token("to"), why)
    if head == "add":
        return Add(
            at,
            said.source("text"),
            said.after("after") if said.has("after") else Last(),
            said.number("blank"),
            said.number("past"),
            said.find_source("replaces"),
            why,
        )
    if head == "remove":
        return Remove(
            at,
            said.source("was"),
            said.after("was_after"),
            said.number("blank"),
            said.number("was_past"),
            said.find_source("leaves"),
            why,
        )
    if head == "move":
        after, was_after = said.after("after"), said.after("was_after")
        return Move(at, after, was_after, said.number("past"), said.number("was_past"), why)
    if head == "rename":
        return Rename(at, said.step("to"), why)
    if head == "comment":
        return Comment(at, said.slot(), said.find_source("from"), said.find_source("to"), why)
    if head == "splice":
        position = said.number("at", least=1)
        before, behind = said.find_source("before"), said.find_source("behind")
        return SpliceItems(at, position, before, said.source("drop"), said.source("put"), behind, why)
    assert head == "expect", head
    value = said.token("is") if said.has("is") or said.has("is_text") else None
    return Expect(at, value, said.claim("exists"), said.claim("absent"), why)
