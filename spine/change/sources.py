"""The source texts that operations carry: read, and refused where they are not what they say they are."""

from __future__ import annotations

from spine.address import Item, Key, Position, Step
from spine.change.operations import Add
from spine.errors import Refused
from spine.identity import field_node
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.trivia import layout


class BadChange(Refused):
    """A change that contradicts itself."""

    code = "SP023"


class Mismatch(Refused):
    """An operation does not find what it saw: the text is not its base."""

    code = "SP022"


def names(entry: Entry, step: Step) -> bool:
    """Whether a step fits an entry."""
    if isinstance(step, Key):
        return entry.key is not None and entry.key.text == step.name
    if isinstance(step, Item):
        found = [field_node(entry.value, path) for path, _ in step.fields]
        return all(node is not None and node.text == value for node, (_, value) in zip(found, step.fields, strict=True))
    if isinstance(step, Position):
        return False
    return entry.value.kind == "scalar" and entry.value.text == step.value


def token_node(token: str, *, is_item: bool = False) -> Node:
    """The value that a token stands for. Raises `BadChange` if it is not exactly one value."""
    head = "-" if is_item else "k:"
    try:
        document = parse(f"{head}{token}\n" if token.startswith("\n") else f"{head} {token}\n")
    except Unparsable as error:
        raise BadChange(f"not the source of one value: {short(token)} ({error.message})") from error
    root = document.root
    if len(document.roots) != 1 or root is None or len(root.entries) != 1:
        raise BadChange(f"not the source of one value: {short(token)}")
    return root.entries[0].value


def read_token(token: str) -> tuple[Document, Node]:
    """The value that a token stands for, with the text it stands in. Raises `BadChange`."""
    token_node(token)
    document = parse(f"k:{token}\n" if token.startswith("\n") else f"k: {token}\n")
    assert document.root is not None
    return document, document.root.entries[0].value


def entry_of_text(text: str, step: Step) -> tuple[Document, Entry]:
    """The one entry that an entry text holds (whole lines: a block entry; else an item of a flow collection).

    Raises `BadChange` if it holds anything but one entry of the kind that `step` names.
    """
    is_pair = isinstance(step, Key)
    is_block = text.endswith("\n")
    source = text
    if not is_block:
        source = "{" + text + "}" if is_pair else "[" + text + "]"
    try:
        document = parse(source)
    except Unparsable as error:
        raise BadChange(f"not the source of an entry: {error.message}") from error
    root = document.root
    kind = "mapping" if is_pair else "sequence"
    if len(document.roots) != 1 or root is None or root.kind != kind or len(root.entries) != 1:
        raise BadChange(f"not the source of exactly one entry of a {kind}")
    if (root.style == "block") != is_block:
        raise BadChange("a block entry's text is whole lines; an item of a flow collection has no line end")
    return document, root.entries[0]


def added_entry(op: Add) -> tuple[Document, Entry]:
    """The entry that an `add` brings. Raises `BadChange` if it is not the one that its address names."""
    try:
        document, entry = entry_of_text(op.text, op.at.last)
    except BadChange as error:
        raise BadChange(f"{op.at}: {error.message}") from error
    if not names(entry, op.at.last):
        raise BadChange(f"{op.at}: the added text is another entry than its address says")
    return document, entry


def item_count(text: str) -> int:
    """How many items a splice's text holds; block items begin with a dash and end with a line end."""
    if not text:
        return 0
    document = parse(text if text.endswith("\n") else f"[{text}]")
    if document.root is None or document.root.kind != "sequence":
        raise BadChange("a splice's text is not items of a list")
    return len(document.root.entries)


def taken_blocks(text: str) -> int:
    """How many free-standing blocks an entry text begins with; a block that touches it at its column is its lead."""
    if not text.startswith(("#", " ")) and "#" not in text.split("\n", 1)[0]:
        return 0
    document = parse(text)
    if document.root is None or not document.root.entries or document.root.style != "block":
        return 0
    trivia = layout(document, document.root).entries[0]
    if not trivia.above or trivia.blank:
        return len(trivia.above)
    column = document.column_of(document.root.entries[0].start)
    last = trivia.above[-1]
    first_line = document.text[slice(*document.line_span(last.first))]
    is_lead = len(first_line) - len(first_line.lstrip(" ")) == column
    return len(trivia.above) - (1 if is_lead else 0)


def short(token: str) -> str:
    """A token as a message shows it."""
    shown = token.strip() or "empty"
    return shown if len(shown) <= 60 and "\n" not in shown else shown.split("\n")[0][:57] + "..."
