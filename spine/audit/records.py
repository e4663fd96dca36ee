"""The auditor's own readers of the ledger's files: as much of them as it has to know, and nothing it does not need.

A record that cannot be read raises `Unreadable`; whether it is well-formed in every way is for `validate` to say.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from spine.audit.places import BadPlace, Place, parse_place
from spine.audit.trees import Node, Unreadable, document, is_null

SETTINGS = "spine.yaml"
RULES = ("newest", "max", "min", "union", "ours", "theirs", "recount")


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of one tree: folder of proposals, governed path patterns, merge rules (pattern and rule)."""

    proposals: str = "proposals"
    governed: tuple[str, ...] = ("bindings/**/*.yaml", SETTINGS)
    merge: tuple[tuple[str, Place, str, Place | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a receipt says of one file: its blob before and after."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt claims."""

    proposal: str
    digest: str
    onto: str
    files: tuple[Claim, ...]
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: its kind, its address, its other fields as nodes."""

    kind: str
    text: str
    at: Place
    fields: dict[str, Node]

    def said(self, name: str) -> str | None:
        """A field as text; None if it is null or not there."""
        node = self.fields.get(name)
        return None if node is None or is_null(node) else node.text

    def number(self, name: str) -> int:
        """A field as a number, 0 if it is not there."""
        text = self.said(name) or "0"
        return int(text) if text.isdecimal() and len(text) < 10 else 0


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a proposal does to one file."""

    path: str
    base: str | None
    result: str | None
    ops: tuple[Operation, ...] | None = None
    residual_first: str = ""
    residual: str = ""
    patch: str = ""
    content: str | None = None
    blob: str | None = None
    moved_from: str | None = None
    mode: str | None = None

    @property
    def is_looked_at(self) -> bool:
        """Whether nothing is done to the file: it is only expected to be as it is."""
        return self.base == self.result and self.mode is None and self.moved_from is None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a proposal says."""

    id: str
    files: tuple[FileChange, ...]
    loop: str | None
    gaps: tuple[str, ...]
    requires: tuple[str, ...]
    supersedes: tuple[str, ...]
    undoes: str | None
    digest: str = field(default="")

    @property
    def paths(self) -> frozenset[str]:
        """Every path that it speaks of."""
        return frozenset(path for one in self.files for path in (one.path, one.moved_from) if path)


def read_rules(data: bytes) -> Rules:
    """Read `spine.yaml`. Raises `Unreadable`."""
    top = _open(data, "settings")
    folders = _map(top.get("folders"))
    bindings = _text(folders.get("bindings")) or "bindings"
    governed = tuple(_texts(top.get("governed"))) if "governed" in top else (f"{bindings}/**/*.yaml", SETTINGS)
    merge = []
    for key, value in _map(top.get("merge")).items():
        files, _, address = key.partition("#")
        name, _, counted = value.text.partition("(")
        place = _place(counted.removesuffix(")")) if name == "recount" else None
        merge.append((files, _place(address, pattern=True), name, place))
    return Rules(_text(folders.get("proposals")) or "proposals", governed, tuple(merge))


def read_receipt(data: bytes) -> Receipt:
    """Read `receipt.yaml`. Raises `Unreadable`."""
    top = _open(data, "receipt")
    files = []
    for one in _items(top.get("files")):
        part = _map(one)
        files.append(Claim(_need(part, "path"), _oid(part, "before"), _oid(part, "after")))
    paths = [one.path for one in files]
    if len(set(paths)) != len(paths):
        raise Unreadable("a path stands twice")
    return Receipt(
        _need(top, "proposal"), _need(top, "digest"), _need(top, "onto"), tuple(files), tuple(_texts(top.get("covers")))
    )


def read_proposal(data: bytes) -> Proposal:
    """Read `proposal.yaml`. Raises `Unreadable`."""
    top = _open(data, "proposal")
    gaps = _map(top.get("gaps"))
    return Proposal(
        _need(top, "id"),
        tuple(_file(_map(one)) for one in _items(top.get("files"))),
        _text(top.get("loop")),
        (*_texts(gaps.get("registers")), *_texts(gaps.get("closes"))),
        tuple(_texts(top.get("requires"))),
        tuple(_texts(top.get("supersedes"))),
        _text(top.get("undoes")),
        "sha256:" + hashlib.sha256(data).hexdigest(),
    )


def read_withdrawal(data: bytes) -> str:
    """The proposal that a `withdrawn.yaml` speaks of. Raises `Unreadable`."""
    return _need(_open(data, "withdrawal"), "proposal")


def _file(part: dict[str, Node]) -> FileChange:
    ops = tuple(_operation(_map(one)) for one in _items(part["ops"])) if "ops" in part else None
    texts = {key: _text(part.get(key)) or "" for key in ("residual_first", "residual", "patch")}
    return FileChange(
        _need(part, "path"), _oid(part, "base"), _oid(part, "result"), ops,
        content=_text(part.get("content")), blob=_text(part.get("blob")),
        moved_from=_text(part.get("moved_from")), mode=_text(part.get("mode")), **texts,
    )  # fmt: skip


def _operation(part: dict[str, Node]) -> Operation:
    heads = [key for key in part if key in ("set", "add", "remove", "move", "rename", "comment", "splice", "expect")]
    if len(heads) != 1:
        raise Unreadable("an operation is one of eight kinds")
    text = part[heads[0]].text
    return Operation(heads[0], text, _place(text), part)


def _open(data: bytes, kind: str) -> dict[str, Node]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8 text") from error
    top = _map(document(text))
    if _text(top.get("spine")) != f"{kind}/1":
        raise Unreadable(f"not {kind}/1")
    return top


def _map(node: Node | None) -> dict[str, Node]:
    if node is None or is_null(node):
        return {}
    if node.kind != "map":
        raise Unreadable("a mapping is wanted", node.first + 1)
    found: dict[str, Node] = {}
    for member in node.members:
        assert member.key is not None
        if member.key.text in found or member.value.value[0] == "alias":
            raise Unreadable(f"“{member.key.text[:40]}” stands twice, or is an alias", member.key.first + 1)
        found[member.key.text] = member.value
    return found


def _items(node: Node | None) -> list[Node]:
    if node is None or node.kind != "list":
        raise Unreadable("a list is wanted", node.first + 1 if node is not None else None)
    return [one.value for one in node.members]


def _text(node: Node | None) -> str | None:
    if node is None or is_null(node):
        return None
    if node.kind != "scalar":
        raise Unreadable("a text is wanted", node.first + 1)
    return node.text


def _texts(node: Node | None) -> list[str]:
    return [] if node is None or is_null(node) else [_text(one) or "" for one in _items(node)]


def _need(part: dict[str, Node], key: str) -> str:
    text = _text(part.get(key))
    if text is None:
        raise Unreadable(f"“{key}” is missing")
    return text


def _oid(part: dict[str, Node], key: str) -> str | None:
    text = _text(part.get(key))
    if text is not None and not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text):
        raise Unreadable(f"“{key}” is not an object id")
    return text


def _place(text: str, *, pattern: bool = False) -> Place:
    try:
        return parse_place(text, pattern=pattern)
    except BadPlace as error:
        raise Unreadable(str(error)) from error
