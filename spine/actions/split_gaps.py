"""Splitting a register: what can be a gap gets a file of its own, what cannot stays where it is and is told."""

from __future__ import annotations

from spine.address import ROOT, Item, Key
from spine.change.complete import complete
from spine.change.editing import remove_entry
from spine.change.json_form import Draft
from spine.change.operations import First, Remove
from spine.change.patch import patch_document
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.identity import Identity
from spine.ledger.reading import Files
from spine.records.gap import read_gap, write_gap
from spine.records.register import GAPS, Register, as_gap, read_register
from spine.records.settings import Settings
from spine.yamldoc.guard import parse
from spine.yamldoc.pieces import whole_lines

_TAKEN = frozenset({"was", "was_after", "blank", "was_past"})


@dataclass(frozen=True, slots=True)
class Split:
    """The files that come, the register without them (None if nothing is left of it), and the entries that stay.

    `left` names each of those with the reason.
    """

    changes: dict[str, bytes | None]
    count: int
    left: tuple[tuple[str, str], ...]

    def settings_without_register(self, text: str) -> bytes:
        """The settings when the register is gone."""
        return remove_entry(text, ROOT / Key("gaps") / Key("register"), Identity()).encode("utf-8")


def split_register(files: Files, settings: Settings, path: str) -> Split:
    """Split the register at `path`. Raises `Refused` if it is no register."""
    try:
        text = (files.read(path) or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place(path)) from error
    register = read_register(text, file=path)
    changes: dict[str, bytes | None] = {}
    left: list[tuple[str, str]] = []
    moved: list[str] = []
    times: dict[str, int] = {}
    for entry in register.entries:
        times[entry.id] = times.get(entry.id, 0) + 1
    for entry in register.entries:
        name = entry.id or f"entry {entry.number}"
        gap = "its id stands twice" if times[entry.id] > 1 and entry.id else as_gap(entry, path)
        if isinstance(gap, str):
            left.append((name, gap))
            continue
        target = f"{settings.folders.gaps}/{gap.id}.yaml"
        data = write_gap(gap).encode("utf-8")
        if read_gap(data.decode("utf-8"), file=target) != gap:
            left.append((name, "it does not read back as it was written"))
        elif files.read(target) not in (None, data):
            left.append((name, f"{target} is there already, and says something else"))
        else:
            changes[target] = data
            moved.append(gap.id)
    if moved:
        changes[path] = _without(text, register, moved).encode("utf-8") if left else None
    return Split(changes, len(moved), tuple(left))


def _without(text: str, register: Register, ids: list[str]) -> str:
    document = parse(whole_lines(text), file=register.document.file)
    drafts = [Draft(Remove(ROOT / Key(GAPS) / Item(((("id",), id_),)), "", First()), _TAKEN) for id_ in ids]
    return patch_document(text, document, complete(drafts, document, Identity()))
