"""Which gaps a proposal registers and closes, told from its operations: its links have to say the same (DESIGN §3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spine.address import Item, Key
from spine.change.operations import Add, Operation, SetValue
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.records.gap import read_gap
from spine.records.proposal import FileChange, Proposal
from spine.records.register import ENDED, GAPS
from spine.records.settings import Settings
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Node

CLOSED = frozenset({"closed", *ENDED})


@dataclass(frozen=True, slots=True)
class GapLinks:
    """The gaps that come and those that end. `is_whole` is false if a file of gaps changes in a way that hides it:
    by a text patch, by a move, or as a whole."""

    registers: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    is_whole: bool = True


def gap_links(files: Iterable[FileChange], settings: Settings) -> GapLinks:
    """What file changes do to gaps. Gaps that only move house (`imported`) are not registered."""
    registers: dict[str, None] = {}
    closes: dict[str, None] = {}
    is_whole = True
    for file in files:
        in_register = file.path == settings.gaps.register
        if not in_register and not is_gap_file(file.path, settings):
            continue
        if file.content is not None and not in_register:
            for id_, is_closed in _new_file(file.content):
                registers[id_] = None
                if is_closed:
                    closes[id_] = None
        elif file.change is not None and not file.change.patch:
            name = None if in_register else gap_of(file.path)
            for op in file.change.ops:
                for id_, is_new, is_closed in _effects(op, name):
                    registers |= {id_: None} if is_new else {}
                    closes |= {id_: None} if is_closed else {}
        elif file.result is not None:
            is_whole = False
    return GapLinks(tuple(registers), tuple(closes), is_whole)


def disagreements(proposal: Proposal, settings: Settings) -> Iterator[str]:
    """What the links of a proposal and its operations say differently."""
    done = gap_links(proposal.files, settings)
    for word, linked, made in (
        ("registers", proposal.registers, done.registers),
        ("closes", proposal.closes, done.closes),
    ):
        for id_ in made:
            if id_ not in linked:
                yield f"its operations {_verb(word)} {id_}, and “{word}” does not say so"
        for id_ in linked:
            if id_ not in made and done.is_whole:
                yield f"“{word}” names {id_}, and no operation {word} it"


def is_gap_file(path: str, settings: Settings) -> bool:
    """Whether a file of this path holds one gap."""
    return path.startswith(f"{settings.folders.gaps}/") and path.endswith(".yaml")


def gap_of(path: str) -> str:
    """The id that a gap's file has by its name."""
    return path.rpartition("/")[2].removesuffix(".yaml")


def _verb(word: str) -> str:
    return {"registers": "register", "closes": "close"}[word]


def _new_file(content: str) -> Iterator[tuple[str, bool]]:
    try:
        gap = read_gap(content)
    except Refused:
        return
    if gap.imported is None:
        yield gap.id, gap.status == "closed"


def _effects(op: Operation, name: str | None) -> Iterator[tuple[str, bool, bool]]:
    """(id, is new, is closed) for one operation on a gap's file, or, without a name, on a register."""
    steps = op.at.steps
    if name is None:
        if len(steps) < 2 or steps[0] != Key(GAPS) or not isinstance(steps[1], Item):
            return
        name, steps = dict(steps[1].fields).get(("id",), ""), steps[2:]
        if not steps and isinstance(op, Add):
            item = _parsed(op.text)
            fields = _texts(item.entries[0].value) if item is not None and item.entries else {}
            yield name, True, fields.get("status") in CLOSED
            return
    if steps != (Key("status"),):
        return
    if isinstance(op, SetValue) and _word(op.new) in CLOSED and _word(op.old) not in CLOSED:
        yield name, False, True
    elif isinstance(op, Add):
        made = _parsed(op.text)
        if made is not None and _texts(made).get("status") in CLOSED:
            yield name, False, True


def _word(token: str) -> str:
    node = _parsed(f"k: {token}\n")
    return _texts(node).get("k", "") if node is not None else ""


def _texts(node: Node) -> dict[str, str]:
    pairs = node.entries if node.kind == "mapping" else []
    return {entry.key.text: entry.value.text for entry in pairs if entry.key is not None}


def _parsed(text: str) -> Node | None:
    try:
        return parse(text).root
    except Refused:
        return None
