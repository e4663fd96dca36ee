"""The JSON form of operations: what programs send in, and what `--json` puts out.

Values are JSON values, numbers with the spelling they were written in; source is said with `from_text`, `to_text`,
`is_text`, `text`, `was`. What the sender did not see may be left out; the operation is then a `Draft` that says what is
still to be taken from the base. Law: `operations_from_json([to_json(op)]) == [Draft(op)]`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NoReturn, TypeVar

from spine.address import Address, Key, Position, Step, parse, parse_selector
from spine.change.form import MAX_OPERATIONS, is_inline
from spine.change.operations import (
    SLOTS,
    Add,
    After,
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
from spine.change.together import HEADS, BadOperation, refuse_contradictions
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import near
from spine.printable import printable
from spine.yamldoc.guard import parse as parse_yaml
from spine.yamldoc.nodes import Node
from spine.yamldoc.scalars import same_value, value_of
from spine.yamldoc.source import Number, flow_token, item_lines, pair_lines

T = TypeVar("T")

_SIZE = 4 * 1024 * 1024
_DEPTH = 48
# Left out by a sender that did not look: the fields of the operation that the base fills in.
_UNSEEN: dict[str, dict[str, tuple[str, ...]]] = {
    "set": {"from": ("old",)},
    "remove": {"was": ("was", "blank", "was_past"), "was_after": ("was_after",)},
    "move": {"was_after": ("was_after", "was_past")},
    "comment": {"from": ("old",)},
    "splice": {"before": ("before",), "behind": ("behind",)},
}
_INT = re.compile(r"0|-?[1-9][0-9]{0,4000}")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Draft:
    """An operation as its sender put it. `unseen` names its attributes that are placeholders until the base is read."""

    op: Operation
    unseen: frozenset[str] = frozenset()


def parse_json(text: str, *, where: str = "<stdin>") -> object:
    """Read JSON strictly: numbers keep their spelling, no key stands twice, nothing that is not text."""
    if len(text) > _SIZE:
        raise BadOperation(f"{len(text)} characters, the limit is {_SIZE}", place=Place(where))
    try:
        value: object = json.loads(
            text, parse_int=Number, parse_float=Number, parse_constant=_no_constant, object_pairs_hook=_no_doubles
        )
    except json.JSONDecodeError as error:
        raise BadOperation(f"not JSON: {error.msg}", place=Place(where, error.lineno, error.colno)) from error
    except (_Flaw, RecursionError) as error:
        reason = str(error) if isinstance(error, _Flaw) else "nested too deep"
        raise BadOperation(reason, place=Place(where)) from error
    _refuse_odd(value, where)
    return value


def operations_from_json(obj: object, *, where: str = "ops") -> list[Draft]:
    """Read a list of operations that `parse_json` gave. Equal predecessors are chained in the order of the list."""
    if not isinstance(obj, list):
        raise BadOperation(f"operations are a list, not {_kind(obj)}", place=Place(where))
    if len(obj) > MAX_OPERATIONS:
        raise BadOperation(f"{len(obj)} operations, the limit is {MAX_OPERATIONS}", place=Place(where))
    drafts = chained([_draft(one, f"{where}[{index}]") for index, one in enumerate(obj)])
    refuse_contradictions([draft.op for draft in drafts], lambda index: Place(f"{where}[{index}]"))
    return drafts


def chained(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with equal predecessors made a chain: each behind the one before and all that stands behind that."""
    new_names = {draft.op.at: draft.op.to for draft in drafts if isinstance(draft.op, Rename)}
    follower: dict[tuple[Address, After], Step] = {}  # who stands behind whom
    last: dict[tuple[Address, After], Step] = {}  # of those who asked for the same predecessor
    placed = [draft.op for draft in drafts if isinstance(draft.op, Add | Move) and draft.op.at.steps]
    for one in placed:
        follower.setdefault((one.at.parent, one.after), new_names.get(one.at, one.at.last))
    out: list[Draft] = []
    for draft in drafts:
        op = draft.op
        if isinstance(op, Add | Move) and op.at.steps:
            container, name = op.at.parent, new_names.get(op.at, op.at.last)
            asked = (container, op.after)
            if asked in last:
                op = replace(op, after=_chain_end(follower, container, last[asked]))
                follower[container, op.after] = name
            last[asked] = name
        out.append(replace(draft, op=op))
    return out


def _chain_end(follower: dict[tuple[Address, After], Step], container: Address, start: Step) -> Step:
    at, passed = start, {start}
    while (container, at) in follower and follower[container, at] not in passed:
        at = follower[container, at]
        passed.add(at)
    return at


def to_json(op: Operation) -> dict[str, object]:
    """An operation for `json.dumps`. A value whose source is not how JSON would write it has both, value and source."""
    out: dict[str, object] = {HEADS[type(op)]: str(op.at)}
    if op.why is not None:
        out["why"] = op.why
    if isinstance(op, SetValue):
        _put_token(out, "from", op.old)
        _put_token(out, "to", op.new)
    elif isinstance(op, Add):
        _put_after(out, "after", op.after)
        out |= _counts(blank=op.blank, past=op.past)
        if op.replaces is not None:
            out["replaces"] = op.replaces
        out["text"] = op.text
    elif isinstance(op, Remove):
        _put_after(out, "was_after", op.was_after)
        out |= _counts(blank=op.blank, was_past=op.was_past)
        if op.leaves is not None:
            out["leaves"] = op.leaves
        out["was"] = op.was
    elif isinstance(op, Move):
        _put_after(out, "after", op.after)
        _put_after(out, "was_after", op.was_after)
        out |= _counts(past=op.past, was_past=op.was_past)
    elif isinstance(op, Rename):
        out["to"] = name_of(op.to)
    elif isinstance(op, Comment):
        out |= {"slot": op.slot, "from": op.old, "to": op.new}
    elif isinstance(op, Expect):
        if op.value is not None:
            _put_token(out, "is", op.value)
        else:
            out["exists" if op.exists else "absent"] = True
    else:
        out |= {"at": op.position, "before": op.before, "drop": op.drop, "put": op.put, "behind": op.behind}
    return out


# ---- reading ------------------------------------------------------------------------------------------------------


def _draft(obj: object, where: str) -> Draft:
    if not isinstance(obj, dict):
        raise BadOperation(f"an operation is an object, not {_kind(obj)}", place=Place(where))
    heads = [key for key in obj if key in FIELDS]
    if len(heads) != 1:
        message = (
            f"one operation, not “{heads[0]}” and “{heads[1]}” at once"
            if heads
            else f"an operation has one of the keys {', '.join(FIELDS)}"
        )
        raise BadOperation(message, place=Place(where))
    head = heads[0]
    said = _JsonFields(head, obj, where)
    op = make(head, said.address(), said)
    return Draft(op, frozenset(said.unseen))


class _JsonFields:
    """The fields of one operation in JSON."""

    def __init__(self, head: str, fields: dict[str, object], where: str) -> None:
        self.head = head
        self.fields = fields
        self.where = where
        self.unseen: set[str] = set()
        required, optional = FIELDS[head]
        known = (head, *required, *optional, *(("value",) if head == "add" else ()))
        for key in fields:
            if key not in known:
                close = near(key, [one for one in known if one not in fields], most=1)
                hint = f"did you mean “{close[0]}”?" if close else f"its keys are {', '.join(known)}"
                self.refuse(key, f"unknown key “{printable(key[:60])}” in the {head} operation", hint=hint)

    def refuse(self, key: str | None, message: str, *, hint: str | None = None) -> NoReturn:
        raise BadOperation(message, place=Place(f"{self.where}.{printable(key)}" if key else self.where), hint=hint)

    def address(self) -> Address:
        return self._parsed(self.head, parse)

    def has(self, key: str) -> bool:
        return key in self.fields

    def token(self, key: str) -> str:
        as_text = f"{key}_text"
        source = self._text(as_text) if as_text in self.fields else None
        if key not in self.fields:
            return source if source is not None else self._left_out(key)
        value = self._rendered(key)
        if source is None:
            return value
        if not _means(source, value):
            self.refuse(as_text, f"“{as_text}” is not the source of “{key}”", hint="send one of the two")
        return source

    def source(self, key: str) -> str:
        if key == "text" and self.head == "add":
            return self._added()
        if key not in self.fields:
            return self._left_out(key)
        items = self.fields[key]
        if self.head == "splice" and isinstance(items, list):
            return "".join(self._lines(key, item) for item in items)
        return self._text(key)

    def find_source(self, key: str) -> str | None:
        if key not in self.fields and key in FIELDS[self.head][0]:
            self._left_out(key)
        return None if self.fields.get(key) is None else self._text(key)

    def step(self, key: str) -> Step:
        step = self._parsed(key, parse_selector)
        if isinstance(step, Position):
            self.refuse(key, f"“{key}” names an entry, not a position")
        return step

    def after(self, key: str) -> After:
        if key not in self.fields:
            self._left_out(key)
        return First() if self.fields.get(key) is None else self.step(key)

    def slot(self) -> Slot:
        found = next((slot for slot in SLOTS if slot == self.fields.get("slot")), None)
        return found or self.refuse("slot", f"“slot” is one of {', '.join(SLOTS)}")

    def number(self, key: str, *, least: int = 0) -> int:
        value = self.fields.get(key)
        if value is None:
            return 0 if not least else self.refuse(None, f"the {self.head} operation needs “{key}”")
        digits = str(value) if isinstance(value, Number | int) and not isinstance(value, bool) else ""
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 9 or int(digits) < least:
            self.refuse(key, f"“{key}” is a whole number from {least} on")
        return int(digits)

    def claim(self, key: str) -> bool:
        if self.fields.get(key, True) is not True:
            self.refuse(key, f"“{key}” is true, or left out")
        return key in self.fields

    def _added(self) -> str:
        if ("text" in self.fields) == ("value" in self.fields):
            self.refuse(None, "an add operation has either “text” or “value”")
        if "text" in self.fields:
            return self._text("text")
        value, last = self.fields["value"], self.address().steps[-1:]
        if last and isinstance(last[0], Key):
            return self._lines("value", value, last[0].name)
        return self._lines("value", value)

    def _lines(self, key: str, value: object, name: str | None = None) -> str:
        try:
            return item_lines(value) if name is None else pair_lines(name, value)
        except (TypeError, Refused) as error:
            self.refuse(key, f"no YAML can hold this: {error}")

    def _rendered(self, key: str) -> str:
        try:
            return flow_token(self.fields[key])
        except (TypeError, Refused) as error:
            self.refuse(key, f"no YAML can hold this: {error}")

    def _text(self, key: str) -> str:
        value = self.fields.get(key)
        if not isinstance(value, str) or isinstance(value, Number):
            self.refuse(key, f"“{key}” is a string, not {_kind(value)}")
        return value

    def _parsed(self, key: str, read: Callable[[str], T]) -> T:
        try:
            return read(self._text(key))
        except BadOperation:
            raise
        except Refused as error:
            self.refuse(key, error.message, hint=error.hint)

    def _left_out(self, key: str) -> str:
        """A placeholder, if the base can say what was left out."""
        names = _UNSEEN.get(self.head, {}).get(key)
        if names is None:
            self.refuse(None, f"the {self.head} operation needs “{key}”")
        self.unseen |= {name for name in names if name == names[0] or name not in self.fields}
        return ""


class _Flaw(ValueError):
    """What JSON allows and this door does not."""


def _no_constant(name: str) -> object:
    raise _Flaw(f"{name} is not JSON")


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        double = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _Flaw(f"the key “{printable(double[:60])}” stands twice in one object")
    return found


def _refuse_odd(value: object, where: str) -> None:
    todo = [(value, 0)]
    while todo:
        one, depth = todo.pop()
        if depth > _DEPTH:
            raise BadOperation(f"nested deeper than {_DEPTH}", place=Place(where))
        if isinstance(one, str) and any("\ud800" <= char <= "\udfff" for char in one):
            raise BadOperation("a lone surrogate, which is no character", place=Place(where))
        if isinstance(one, dict):
            todo += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            todo += [(part, depth + 1) for part in one]


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, Number | int | float):
        return "a number"
    return "a string" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"


# ---- writing ------------------------------------------------------------------------------------------------------


def _counts(**numbers: int) -> dict[str, object]:
    return {key: number for key, number in numbers.items() if number}


def _put_after(out: dict[str, object], key: str, after: After) -> None:
    if not isinstance(after, Last):
        out[key] = None if isinstance(after, First) else name_of(after)


def _put_token(out: dict[str, object], key: str, token: str) -> None:
    try:
        value = _value(token)
    except _Flaw:
        out[f"{key}_text"] = token
        return
    out[key] = _for_python(value)
    if flow_token(value) != token:
        out[f"{key}_text"] = token


def _means(source: str, token: str) -> bool:
    node = _node(source)
    other = _node(token)
    return node is not None and other is not None and same_value(node, other)


def _node(token: str) -> Node | None:
    if not is_inline(token):
        return None
    root = parse_yaml(f"k: {token}\n").root
    assert root is not None
    return root.entries[0].value


def _value(token: str) -> object:
    """The JSON value of a token, numbers as `Number`. Raises `_Flaw` for what JSON cannot say or not say as exactly."""
    node = _node(token)
    if node is None:
        raise _Flaw("not a value on one line")
    return _value_of(node)


def _value_of(node: Node) -> object:
    if node.kind == "sequence":
        return [_value_of(entry.value) for entry in node.entries]
    if node.kind == "mapping":
        found: dict[str, object] = {}
        for entry in node.entries:
            assert entry.key is not None
            if entry.key.kind != "scalar" or value_of(entry.key)[0] != "str" or entry.key.text in found:
                raise _Flaw("a key that is not a string, or stands twice")
            found[entry.key.text] = _value_of(entry.value)
        return found
    kind, text = value_of(node)
    if kind == "int" and _INT.fullmatch(text):
        return Number(text)
    if kind == "float" and _FLOAT.fullmatch(text) and repr(float(text)) == text:
        return Number(text)
    if kind in ("int", "float"):
        raise _Flaw("a number that JSON writers would spell otherwise")
    return text if kind == "str" else None if kind == "null" else text == "true"


def _for_python(value: object) -> object:
    if isinstance(value, Number):
        return int(value) if _INT.fullmatch(value) else float(value)
    if isinstance(value, list):
        return [_for_python(item) for item in value]
    if isinstance(value, dict):
        return {key: _for_python(item) for key, item in value.items()}
    return value
