"""The file form of a change: the `ops`, `residual_first`, `residual`, `patch` and `reason` of a proposal's file entry.

Law: `load(dump(change)) == change`. Values are source tokens: where the source of `from`, `to` or `is` would read back
exactly it stands there as it is, else in `from_text` … as text. Fields that have their default are left out.
"""

from __future__ import annotations

import re

from spine.address import Address, Position, Step, parse, parse_selector
from spine.change.operations import (
    SLOTS,
    Add,
    After,
    Change,
    Comment,
    Expect,
    First,
    Last,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    Slot,
    name_of,
)
from spine.change.shapes import FIELDS, make
from spine.change.textpatch import PatchRefused, parse_patch
from spine.change.together import HEADS, BadOperation, refuse_contradictions
from spine.errors import Place, Refused
from spine.printable import has_unsafe, printable
from spine.yamldoc.fields import Fields, fields_of, open_record, refuse_extras
from spine.yamldoc.guard import Limits, Unparsable
from spine.yamldoc.guard import parse as parse_yaml
from spine.yamldoc.nodes import Document, Node
from spine.yamldoc.source import plain_is_safe
from spine.yamldoc.write import field, is_visible, quoted

CHANGE_KEYS = ("ops", "residual_first", "residual", "patch", "reason")
MAX_OPERATIONS = 10_000

_SURELY_INLINE = re.compile(r"""[A-Za-z0-9_/][A-Za-z0-9_./-]*|"[ -!#-\[\]-~]*"|'[ -&(-~]*'|""")
_NULL_MEANS_SOMETHING = ("from", "to", "is", "after", "was_after", "before", "behind")
_TOKEN_DEPTH = 56  # a proposal itself nests five deep, the limit for any YAML file is 64


def dump(change: Change, column: int = 0) -> str:
    """The lines of a change, its keys at `column`. Raises `BadOperation` for one that could not be read back."""
    refuse_contradictions(change.ops, lambda index: Place(f"operation {index + 1}"))
    if change.patch and (change.ops or change.residual or change.residual_first):
        raise BadOperation("a change is told by operations or by a patch, not by both")
    pad = " " * column
    out: list[str] = []
    if change.ops:
        out.append(f"{pad}ops:\n")
        out += [operation_lines(op, column + 2) for op in change.ops]
    elif not (change.patch or change.residual or change.residual_first):
        out.append(f"{pad}ops: []\n")
    for key in CHANGE_KEYS[1:]:
        if text := getattr(change, key):
            out.append(field(key, text, column))
    return "".join(out)


def load(text: str, *, file: str = "") -> Change:
    """Read what `dump` wrote. Raises `BadOperation` or `Unparsable` with line and column."""
    document = open_record(text, file=file, what="change", error=BadOperation)
    assert document.root is not None
    return change_of(fields_of(document, document.root, "change", optional=CHANGE_KEYS, error=BadOperation))


def change_of(fields: Fields) -> Change:
    """The change that a mapping with (some of) `CHANGE_KEYS` tells."""
    if "patch" in fields and (extra := [key for key in CHANGE_KEYS[:3] if key in fields]):
        raise fields.wrong("patch", f"a change is told by “{extra[0]}” or by “patch”, not by both")
    ops: tuple[Operation, ...] = ()
    if "ops" in fields:
        ops = operations_from(fields.entries["ops"].value, fields.document)
    first, residual, patch = (_hunks(fields, key) for key in ("residual_first", "residual", "patch"))
    return Change(ops, first, residual, patch, fields.find_text("reason") or "")


def operations_from(node: Node, document: Document) -> tuple[Operation, ...]:
    """Read a list of operations; every error has its line and column."""
    if node.kind != "sequence":
        raise BadOperation("operations are a list", place=document.place(node.start))
    refuse_extras(document, node, "change", error=BadOperation)
    if len(node.entries) > MAX_OPERATIONS:
        raise BadOperation(
            f"{len(node.entries)} operations, the limit is {MAX_OPERATIONS}", place=document.place(node.start)
        )
    ops = tuple(_operation(entry.value, document) for entry in node.entries)
    refuse_contradictions(ops, lambda index: document.place(node.entries[index].value.start))
    return ops


# ---- writing ------------------------------------------------------------------------------------------------------


def operation_lines(op: Operation, column: int = 0) -> str:
    """One operation as an item of a list whose dashes stand at `column`."""
    pad = " " * (column + 2)
    out = [f"{' ' * column}- {HEADS[type(op)]}: {_address_token(op.at)}\n"]

    def text(key: str, value: str | None, *, null: bool = False) -> None:
        if value is not None:
            out.append(field(key, value, column + 2))
        elif null:
            out.append(f"{pad}{key}: null\n")

    def token(key: str, value: str) -> None:
        if is_inline(value):
            out.append(f"{pad}{key}: {value}\n" if value else f"{pad}{key}:\n")
        else:
            text(f"{key}_text", value)

    def after(key: str, value: After) -> None:
        if not isinstance(value, Last):
            out.append(f"{pad}{key}: {'null' if isinstance(value, First) else _step_token(value)}\n")

    def number(key: str, value: int) -> None:
        if value:
            out.append(f"{pad}{key}: {value}\n")

    text("why", op.why)
    if isinstance(op, SetValue):
        token("from", op.old)
        token("to", op.new)
    elif isinstance(op, Add):
        after("after", op.after)
        number("blank", op.blank)
        number("past", op.past)
        text("replaces", op.replaces)
        text("text", op.text)
    elif isinstance(op, Remove):
        after("was_after", op.was_after)
        number("blank", op.blank)
        number("was_past", op.was_past)
        text("leaves", op.leaves)
        text("was", op.was)
    elif isinstance(op, Move):
        after("after", op.after)
        after("was_after", op.was_after)
        number("past", op.past)
        number("was_past", op.was_past)
    elif isinstance(op, Rename):
        out.append(f"{pad}to: {_step_token(op.to)}\n")
    elif isinstance(op, Comment):
        out.append(f"{pad}slot: {op.slot}\n")
        text("from", op.old, null=True)
        text("to", op.new, null=True)
    elif isinstance(op, Expect):
        if op.value is not None:
            token("is", op.value)
        else:
            out.append(f"{pad}exists: true\n" if op.exists else f"{pad}absent: true\n")
    else:
        number("at", op.position)
        text("before", op.before, null=True)
        text("drop", op.drop)
        text("put", op.put)
        text("behind", op.behind, null=True)
    return "".join(out)


def is_inline(token: str) -> bool:
    """Whether a value's source, written behind a key, is read back as exactly this source."""
    if _SURELY_INLINE.fullmatch(token):
        return True
    if has_unsafe(token) or not is_visible(token):
        return False
    try:
        document = parse_yaml(f"k: {token}\n", limits=Limits(depth=_TOKEN_DEPTH))
    except Unparsable:
        return False
    root = document.root
    if len(document.roots) != 1 or root is None or root.kind != "mapping" or len(root.entries) != 1:
        return False
    value = root.entries[0].value
    try:
        refuse_extras(document, value, "token")
    except Refused:
        return False
    return value.style not in ("block", "|", ">") and document.source(value) == token


def _address_token(address: Address) -> str:
    text = str(address)
    if plain_is_safe(text) and is_visible(text):
        return text
    return "'" + text.replace("'", "''") + "'" if is_visible(text) else quoted(text)


def _step_token(step: Step) -> str:
    text = name_of(step)
    if '"' in text or plain_is_safe(text):
        return _address_token(Address((step,)))
    return quoted(text)


# ---- reading ------------------------------------------------------------------------------------------------------


def _operation(node: Node, document: Document) -> Operation:
    if node.kind != "mapping":
        raise BadOperation("an operation is a mapping", place=document.place(node.start))
    keys = [entry.key.text for entry in node.entries if entry.key is not None]
    heads = [key for key in dict.fromkeys(keys) if key in FIELDS]
    if len(heads) != 1:
        shown = printable(keys[0][:40]) if keys else ""
        message = (
            f"one operation, not “{heads[0]}” and “{heads[1]}” at once"
            if heads
            else f"an operation begins with one of {', '.join(FIELDS)}" + (f", not “{shown}”" if shown else "")
        )
        raise BadOperation(message, place=document.place(node.start))
    head = heads[0]
    required, optional = FIELDS[head]
    what = f"{head} operation"
    fields = fields_of(document, node, what, required=(head, *required), optional=optional, error=BadOperation)
    fields.refuse_nulls(_NULL_MEANS_SOMETHING)
    return make(head, fields.read(head, parse), _FileFields(fields))


class _FileFields:
    """The fields of one operation in a file."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields

    def has(self, key: str) -> bool:
        return key in self.fields.entries

    def token(self, key: str) -> str:
        as_text = f"{key}_text"
        if self.has(key) and self.has(as_text):
            raise self.fields.wrong(as_text, f"“{key}” or “{as_text}”, not both")
        if self.has(as_text):
            return self.fields.text(as_text)
        if not self.has(key):
            raise self.fields.wrong(key, f"the {self.fields.what} needs “{key}”")
        node = self.fields.entries[key].value
        source = self.fields.document.source(node)
        if node.style in ("block", "|", ">") or "\n" in source:
            hint = f"write its source as {as_text}: |"
            raise self.fields.wrong(key, f"“{key}” is a value on one line", hint=hint)
        return source

    def source(self, key: str) -> str:
        return self.fields.text(key)

    def find_source(self, key: str) -> str | None:
        return self.fields.find_text(key)

    def step(self, key: str) -> Step:
        step = self.fields.read(key, parse_selector)
        if isinstance(step, Position):
            raise self.fields.wrong(key, f"“{key}” names an entry, not a position")
        return step

    def after(self, key: str) -> After:
        return self.step(key) if key in self.fields else First()

    def slot(self) -> Slot:
        text = self.fields.choice("slot", SLOTS)
        return next(slot for slot in SLOTS if slot == text)

    def number(self, key: str, *, least: int = 0) -> int:
        return self.fields.number(key, 0, least=least)

    def claim(self, key: str) -> bool:
        return self.fields.claim(key)


def _hunks(fields: Fields, key: str) -> str:
    text = fields.find_text(key) or ""
    try:
        parse_patch(text)
    except PatchRefused as error:
        place = fields.place(key)
        if fields.entries[key].value.style == "|" and place.line is not None:
            place = Place(place.file, place.line + error.line)
        raise BadOperation(f"in “{key}”: {error.message}", place=place, hint=error.hint) from error
    return text
