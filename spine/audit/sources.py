"""The source texts that operations carry, read as trees: values, entries, items of a list."""

from __future__ import annotations

from spine.audit.places import Step, is_called
from spine.audit.records import Operation
from spine.audit.trees import Member, Node, Unreadable, copy, document


def token_of(text: str, *, is_item: bool = False) -> Node:
    """The value that a token stands for behind a key or a dash. Raises `Unreadable`."""
    head = "-" if is_item else "k:"
    top = document(f"{head}{'' if text.startswith(chr(10)) else ' '}{text}\n")
    if len(top.members) != 1:
        raise Unreadable("not one value")
    return top.members[0].value


def entry_of(text: str, step: Step) -> Member:
    """The one entry that an entry text holds, which has to be called as its address says. Raises `Unreadable`."""
    kind = "map" if step.kind == "key" else "list"
    top = document(text if text.endswith("\n") else f"{{{text}}}" if kind == "map" else f"[{text}]")
    if top.kind != kind or len(top.members) != 1:
        raise Unreadable("not one entry")
    if step.kind != "position" and not is_called(top.members[0], step):
        raise Unreadable("the entry is called otherwise")
    return top.members[0]


def items_of(text: str) -> list[Member]:
    """The items of a list, in block or in flow style. Raises `Unreadable`."""
    if not text.strip():
        return []
    top = document(text if text.endswith("\n") else f"[{text}]")
    if top.kind != "list":
        raise Unreadable("not items of a list")
    return top.members


def value_of(op: Operation, name: str, *, is_item: bool) -> Node:
    """A value that an operation says in place, or as source. Raises `Unreadable`."""
    return copy(op.fields[name]) if name in op.fields else token_of(op.said(f"{name}_text") or "", is_item=is_item)
