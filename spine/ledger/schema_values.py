"""YAML as JSON Schema sees it: exact numbers, dates as strings, and the way back from a JSON path to a node.

Numbers are `int` or `Exact` (a Decimal), never a float, so that 1.10, a forty-digit number and 8e66283 stay what they
are; only `.inf` and `.nan`, which JSON does not have, are floats. A key is its text, of two equal ones the last counts.
A tag other than YAML's own is not looked at. An alias is what it names.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from spine.ledger.sheet import Sheet, Spot
from spine.yamldoc.nodes import Entry, Node
from spine.yamldoc.scalars import resolve

MOST_NODES = 500_000  # aliases can stand for far more than what is written
DEEPEST = 128
_LONGEST_INT = 4_000  # digits; Python refuses longer ones
_CORE = "tag:yaml.org,2002:"


class TooMuch(Exception):
    """Beyond what is checked; the text says what."""


class Members(dict[str, object]):
    """An object; its picture is short, as messages hold it."""

    def __repr__(self) -> str:
        return "{…}" if self else "{}"


class Items(list[object]):
    """An array."""

    def __repr__(self) -> str:
        return f"[{len(self)} items]" if len(self) > 3 else super().__repr__()


class Exact(Decimal):
    """A number with a fraction or an exponent."""

    def __repr__(self) -> str:
        return str(self)


class Plain:
    """One file as plain values."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._left = MOST_NODES

    @property
    def count(self) -> int:
        """How many values there were."""
        return MOST_NODES - self._left

    def of(self, node: Node, depth: int = 0) -> object:
        """The plain value of a node. Raises `TooMuch`."""
        self._left -= 1
        if self._left < 0:
            raise TooMuch(f"more than {MOST_NODES:,} values, aliases counted as what they name")
        if depth > DEEPEST:
            raise TooMuch(f"nested deeper than {DEEPEST}, aliases counted as what they name")
        if node.kind == "alias":
            named = self.sheet.named(node)
            if named is None:
                raise TooMuch(f"an alias *{node.text} of nothing")
            return self.of(named, depth + 1)
        if node.kind == "mapping":
            return Members((key_text(entry), self.of(entry.value, depth + 1)) for entry in node.entries)
        if node.kind == "sequence":
            return Items(self.of(entry.value, depth + 1) for entry in node.entries)
        return scalar(node)


def scalar(node: Node) -> object:
    """The plain value of a scalar."""
    tag = node.tag
    if tag is not None and tag.startswith(_CORE):
        # A tag of YAML's own says what the text is; what does not fit it stays text.
        kind, text = ("str", node.text) if tag == f"{_CORE}str" else resolve(node.text, "", None)
    else:
        kind, text = resolve(node.text, node.style, None)
    if kind == "null":
        return None
    if kind == "bool":
        return text == "true"
    return number(text) if kind in ("int", "float") else node.text


def number(text: str) -> object:
    """An exact number, as far as there is one."""
    if text.startswith(("0o", "0x")):
        return int(text, 0)
    if text.lstrip("+-").casefold() in (".inf", ".nan"):
        return float(text.replace(".", "", 1))
    if len(text) <= _LONGEST_INT and text.lstrip("+-").isdigit():
        return int(text)
    try:
        return Exact(text)
    except InvalidOperation as error:
        raise TooMuch(f"the number {text[:40]}…, whose exponent is beyond counting") from error


def key_text(entry: Entry) -> str:
    """The name of a member; of a key that is a collection its source."""
    assert entry.key is not None
    return entry.key.text if entry.key.kind == "scalar" else "*" + entry.key.text if entry.key.kind == "alias" else "?"


class Ways:
    """The way from JSON paths back to places, each mapping indexed once."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._members: dict[int, dict[str, Entry]] = {}

    def to(self, root: Node, path: Iterable[str | int]) -> Spot:
        """The place that a path names. Behind an alias it is the alias."""
        node, entry = root, None
        for step in path:
            found = self._child(node, step)
            if found is None:
                break
            node, entry = found.value, found
        return Spot(self.sheet, node, entry)

    def _child(self, node: Node, step: str | int) -> Entry | None:
        if node.kind != "mapping":
            return node.entries[step] if isinstance(step, int) and step < len(node.entries) else None
        if id(node) not in self._members:
            self._members[id(node)] = {key_text(entry): entry for entry in node.entries}
        return self._members[id(node)].get(str(step))
