"""A register: one YAML file with many gaps, as people kept them before a file each; read as it is, never refused.

Its list `gaps` holds entries of several generations: fields come and go, ids are quoted or not, twice or null. Whatever
is odd is told by a finding; the text is never written here, so what was read is there again byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from spine.dataclass import dataclass
from spine.errors import Finding, Place, Refused
from spine.ids import GapId, near
from spine.printable import has_unsafe, printable
from spine.records.gap import SEVERITIES, STATUSES, TYPES, Gap, Imported
from spine.records.values import loop_reference
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document, Node
from spine.yamldoc.scalars import value_of

GAPS = "gaps"
ENDED = {"fixed": "closed"}  # what other registers call our states
REQUIRED = ("id", "type", "severity", "status")
FOUND = ("discovered_at", "found", "created_at")
LOOP = ("parent_loop", "loop")
TITLE = 200


class BadRegister(Refused):
    """There is no list of gaps in this file."""

    code = "SP047"


@dataclass(frozen=True, slots=True)
class Registered:
    """One entry of a register.

    `fields` are the texts of its fields (of a list or mapping its source), those that are null left out; `nodes` are
    their values, for places; `node` is the entry itself. `number` counts from 1.
    """

    number: int
    node: Node
    fields: dict[str, str]
    nodes: dict[str, Node]

    @property
    def id(self) -> str:
        """The id as it is written; "" if there is none."""
        return self.fields.get("id", "")

    @property
    def status(self) -> str | None:
        """The state in spine's words; None if the register's word is unknown."""
        said = self.fields.get("status", "")
        known = ENDED.get(said, said)
        return known if known in STATUSES else None

    @property
    def title(self) -> str:
        """Its title, else the first line of its description, else its id."""
        for key in ("title", "description"):
            line = next((line.strip() for line in self.fields.get(key, "").split("\n") if line.strip()), "")
            if line:
                return line
        return self.id

    @property
    def loop(self) -> str | None:
        """The loop that it names as its parent."""
        return next((self.fields[key] for key in LOOP if self.fields.get(key)), None)

    @property
    def found(self) -> date | None:
        """The day it was found, of the first field that holds one."""
        return next((day for key in FOUND if (day := _day(self.fields.get(key, ""))) is not None), None)


@dataclass(frozen=True, slots=True)
class Register:
    """A register's entries in their order, with the document that they stand in."""

    document: Document
    entries: tuple[Registered, ...]

    def place(self, entry: Registered, key: str | None = None) -> Place:
        """Where a field's value stands, else where the entry begins."""
        node = entry.nodes.get(key, entry.node) if key is not None else entry.node
        return self.document.place(node.start)


def read_register(text: str, *, file: str = "register.yaml") -> Register:
    """Read a register. Raises `Unparsable`, or `BadRegister` if there is no list `gaps` at its top."""
    document = parse(text, file=file)
    root = document.root
    pairs = root.entries if root is not None and root.kind == "mapping" else []
    lists = [entry.value for entry in pairs if entry.key is not None and entry.key.text == GAPS]
    if not lists or (lists[0].kind != "sequence" and not _is_null(lists[0])):
        raise BadRegister(f"a register has a list “{GAPS}” at its top", place=Place(file, 1, 1))
    items = enumerate(lists[0].entries, 1)
    return Register(document, tuple(_registered(document, number, entry.value) for number, entry in items))


def _registered(document: Document, number: int, node: Node) -> Registered:
    fields: dict[str, str] = {}
    nodes: dict[str, Node] = {}
    for entry in node.entries if node.kind == "mapping" else []:
        assert entry.key is not None
        name = entry.key.text
        nodes.setdefault(name, entry.value)
        if name not in fields and not _is_null(entry.value):
            fields[name] = entry.value.text if entry.value.kind == "scalar" else document.source(entry.value)
    return Registered(number, node, fields, nodes)


def register_findings(register: Register) -> Iterator[Finding]:
    """What is odd about the entries, each taken by itself and beside the others."""
    first: dict[str, int] = {}
    for entry in register.entries:
        name = printable(entry.id[:80]) or f"gap {entry.number} of the list"
        if entry.node.kind != "mapping":
            yield Finding("SP315", register.place(entry), f"{name} is not a mapping")
            continue
        for key in REQUIRED:
            if key not in entry.fields and not (key == "status" and key in entry.nodes):
                yield Finding("SP315", register.place(entry), f"{name} has no “{key}”")
        if entry.found is None:
            yield Finding("SP315", register.place(entry, FOUND[0]), f"{name} does not say on which day it was found")
        if entry.id:
            other = first.setdefault(entry.id, entry.number)
            if other != entry.number:
                line = register.place(register.entries[other - 1]).line
                yield Finding("SP311", register.place(entry, "id"), f"{name} stands twice, first in line {line}")
            if (flaw := id_flaw(entry.id)) is not None:
                yield Finding("SP316", register.place(entry, "id"), flaw)
        yield from _words(register, entry, name)


def _words(register: Register, entry: Registered, name: str) -> Iterator[Finding]:
    kinds = (("type", "SP312", TYPES), ("severity", "SP313", SEVERITIES), ("status", "SP314", (*STATUSES, *ENDED)))
    for key, code, known in kinds:
        said = entry.fields.get(key)
        if key == "status" and said is None and key in entry.nodes:
            yield Finding(code, register.place(entry, key), f"{name} has no status: it is null", f"{', '.join(known)}")
        elif said is not None and said not in known:
            meant = near(said, known, most=1)
            hint = f"did you mean {meant[0]}?" if meant else f"one of {', '.join(known)}"
            yield Finding(code, register.place(entry, key), f"{name}: “{printable(said[:60])}” is no {key}", hint)


def id_flaw(text: str) -> str | None:
    """Why an id is none that spine would make, None if it is."""
    try:
        GapId.parse(text)
    except Refused as error:
        return error.message
    return None


def as_gap(entry: Registered, file: str) -> Gap | str:
    """The entry as a gap with a file of its own, or in words what keeps it from being one.

    Nothing is invented: what has no place in a gap's file, or not in the same words, stays under `imported`.
    """
    flaw = id_flaw(entry.id) if entry.id else "it has no id"
    if flaw is not None:
        return flaw
    for key, known in (("type", TYPES), ("severity", SEVERITIES)):
        if entry.fields.get(key) not in known:
            return f"its {key} is none of {', '.join(known)}"
    day = entry.found
    if day is None:
        return "it does not say on which day it was found"
    title = _short(entry.title)
    loop = _loop(entry.loop)
    status = entry.status or "open"
    kept = {
        "id": entry.id,
        "type": entry.fields["type"],
        "severity": entry.fields["severity"],
        "description": entry.fields.get("description"),
        "title": title,
        "status": status,
        **{key: loop for key in LOOP if entry.fields.get(key) == loop},
        **{key: day.isoformat() for key in FOUND if entry.fields.get(key) == day.isoformat()},
    }
    says = {key: text for key, text in entry.fields.items() if kept.get(key) != text}
    if "status" in entry.nodes and "status" not in entry.fields:
        says["status"] = "null"
    return Gap(
        id=GapId(entry.id),
        title=title,
        type=entry.fields["type"],
        severity=entry.fields["severity"],
        status=status,
        found=day,
        loop=loop,
        imported=Imported(file, tuple(says.items())),
        description=entry.fields.get("description"),
    )


def _short(text: str) -> str:
    clean = " ".join(printable(text).split()) if has_unsafe(text) else text
    if len(clean) <= TITLE:
        return clean
    return clean[: TITLE - 1].rpartition(" ")[0][: TITLE - 1] + "…" if " " in clean[: TITLE - 1] else clean[:TITLE]


def _loop(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return loop_reference(text)
    except Refused:
        return None


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date() if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        return None


def _is_null(node: Node) -> bool:
    return node.kind == "scalar" and value_of(node)[0] == "null"
