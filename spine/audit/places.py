"""Addresses as the auditor reads them (grammar: DESIGN §4), found in trees; and patterns of addresses and of paths."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from spine.audit.trees import Member, Node

_BARE = r"[A-Za-z0-9_/@+~%-]+"
_JSON = r'"(?:[^"\\]|\\.)*"'
_SEGMENT = rf"(?:{_BARE}|{_JSON})"
_VALUE = rf"(?:(?:[A-Za-z0-9_/@+~%.:-])+|{_JSON})"
_STEP = re.compile(
    rf"\.?(?P<key>{_SEGMENT})(?:#(?P<kdup>[0-9]+))?|\[(?P<inside>(?:[^\]\"]|{_JSON})*)\](?:#(?P<dup>[0-9]+))?"
)
_PAIR = re.compile(rf"({_SEGMENT}(?:\.{_SEGMENT})*)=({_VALUE})(?:,|$)")
_WILD = re.compile(r"\.?(\*\*|\*)(?=\.|\[|$)|(\[\])")


class BadPlace(Exception):
    """The text is not an address."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `key` (its text), `fields` (pairs of field path and text), `member` (its text) or `position` (1-based).

    In patterns also `*` (any key), `[]` (any item) and `**` (any steps). `dup` is n for the n-th of equal siblings.
    """

    kind: str
    name: str = ""
    fields: tuple[tuple[tuple[str, ...], str], ...] = ()
    dup: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """The steps to a value, from the root of the n-th document; `document` 0 (of a pattern) is any."""

    steps: tuple[Step, ...]
    document: int = 1

    @property
    def above(self) -> Place:
        """The container."""
        return Place(self.steps[:-1], self.document)


def parse_place(text: str, *, pattern: bool = False) -> Place:
    """Read an address, or with `pattern` a pattern of addresses. Raises `BadPlace`."""
    start = re.match(r"\$([0-9]*)", text)
    number = int(start[1]) if start and start[1] else 0 if pattern else 1
    at = start.end() if start else 0
    steps: list[Step] = []
    while at < len(text):
        if pattern and (wild := _WILD.match(text, at)):
            steps.append(Step(wild[1] or wild[2]))
            at = wild.end()
            continue
        found = _STEP.match(text, at)
        if found is None:
            raise BadPlace(f"not an address: {text[:80]!r}")
        if found["key"] is not None:
            steps.append(Step("key", _text(found["key"]), (), int(found["kdup"] or 0)))
        else:
            steps.append(_item(found["inside"], int(found["dup"] or 0)))
        at = found.end()
    return Place(tuple(steps), number)


def parse_name(text: str) -> Step:
    """The sibling that `after` or `to` names: a key, or an item in brackets. Raises `BadPlace`."""
    steps = parse_place(text).steps if text.startswith(("[", '"')) or re.fullmatch(rf"{_BARE}(#[0-9]+)?", text) else ()
    return steps[0] if len(steps) == 1 else Step("key", text)


def _item(text: str, dup: int) -> Step:
    if re.fullmatch(r"#[0-9]+", text):
        return Step("position", text[1:])
    if text.startswith("="):
        return Step("member", _text(text[1:]), (), dup)
    pairs = [(tuple(_text(one) for one in re.findall(_SEGMENT, path)), _text(value)) for path, value in
             _PAIR.findall(text)]  # fmt: skip
    if not pairs:
        raise BadPlace(f"not an item: {text[:80]!r}")
    return Step("fields", "", tuple(pairs), dup)


def _text(part: str) -> str:
    if not part.startswith('"'):
        return part
    try:
        return str(json.loads(part))
    except ValueError as error:
        raise BadPlace(f"not a JSON string: {part[:80]!r}") from error


# ---- in trees -----------------------------------------------------------------------------------------------------


def child(node: Node, step: Step) -> Member | None:
    """The member that a step names; the first of equal ones if it does not say which."""
    if step.kind == "position":
        at = int(step.name) - 1
        return node.members[at] if node.kind == "list" and 0 <= at < len(node.members) else None
    found = [one for one in node.members if is_called(one, step)]
    return found[max(step.dup, 1) - 1] if len(found) >= max(step.dup, 1) else None


def is_called(member: Member, step: Step) -> bool:
    """Whether a step, taken without its number, names this member."""
    if step.kind == "key":
        return member.key is not None and member.key.text == step.name
    if step.kind == "member":
        return member.key is None and member.value.kind == "scalar" and member.value.text == step.name
    fields = [field(member.value, path) for path, _ in step.fields] if member.key is None else [None]
    return all(
        one is not None and one.text == text for one, (_, text) in zip(fields, step.fields or (((), ""),), strict=True)
    )


def field(node: Node, path: Sequence[str]) -> Node | None:
    """A scalar inside an item, by the path of its keys."""
    for name in path:
        found = child(node, Step("key", name)) if node.kind == "map" else None
        if found is None:
            return None
        node = found.value
    return node if node.kind == "scalar" else None


def find(root: Node, place: Place) -> tuple[Node | None, Member | None]:
    """(container, member) at a place; of the root (None, None); (container, None) if only the container is there.

    A container that is not there either is None with a None member and at least one step: see `is_there`.
    """
    parent: Node | None = None
    here, member = root, None
    for number, step in enumerate(place.steps):
        parent, member = here, child(here, step)
        if member is None:
            return (parent, None) if number == len(place.steps) - 1 else (None, None)
        here = member.value
    return parent, member


def at(root: Node, place: Place) -> Node | None:
    """The value at a place."""
    if not place.steps:
        return root
    _, member = find(root, place)
    return member.value if member is not None else None


# ---- patterns -----------------------------------------------------------------------------------------------------


def fits(pattern: Place, place: Place) -> bool:
    """Whether a pattern of addresses stands for an address."""
    if pattern.document not in (0, place.document):
        return False
    return _fits(pattern.steps, place.steps)


def _fits(pattern: tuple[Step, ...], steps: tuple[Step, ...]) -> bool:
    rows = {0}
    for one in pattern:
        if one.kind == "**":
            rows = set(range(min(rows), len(steps) + 1)) if rows else rows
        else:
            rows = {row + 1 for row in rows if row < len(steps) and _is_one(one, steps[row])}
        if not rows:
            return False
    return len(steps) in rows


def _is_one(want: Step, step: Step) -> bool:
    if want.kind == "*":
        return step.kind == "key"
    if want.kind == "[]":
        return step.kind != "key"
    return want == step if want.dup else want == replace(step, dup=0)


@lru_cache(maxsize=512)
def path_pattern(glob: str) -> re.Pattern[str]:
    """A path pattern: `**` any folders, `*` inside a segment, `?` one character; at the end `**` is all below."""
    out = []
    parts = glob.split("/")
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        if part == "**":
            out.append("[^/]+(?:/[^/]+)*" if is_last else "(?:[^/]+/)*")
            continue
        out.append("".join({"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char)) for char in part))
        out.append("" if is_last else "/")
    return re.compile("".join(out), re.DOTALL)


def in_paths(globs: Sequence[str], path: str) -> bool:
    """Whether one of the path patterns stands for the path."""
    return any(path_pattern(glob).fullmatch(path) for glob in globs)
