"""Gap numbers that were given out twice: a proposal's own new gaps get free ones, wherever it speaks of them.

Two branches count to the same number. Who lands first has it; of the other, every line that the proposal brings is its
own, so each mention in these lines means its own gap and follows. Lines that were there before are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from spine.actions.bringing import FindBlob, attached_finder
from spine.actions.gap_numbers import used_gaps
from spine.actions.propose import file_change
from spine.actions.sources import Edited, Side
from spine.change.lines import hunks, split_lines
from spine.change.patch import patch
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import GapId
from spine.ledger.gap_links import gap_of, is_gap_file
from spine.ledger.gaps import read_gaps
from spine.ledger.reading import Files, Ledger, Stored
from spine.ledger.status import statuses
from spine.records.proposal import FileChange, Proposal
from spine.records.register import read_register
from spine.records.settings import Settings
from spine.repository import Repository


class NoCollision(Refused):
    """No gap of the proposal has a number that another gap has."""

    code = "SP166"


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A proposal as it would have been made with free numbers, the bytes that it attaches, and what became of which
    number. Its id and links to others are the old one's."""

    proposal: Proposal
    attached: Mapping[str, bytes]
    numbers: Mapping[str, str]

    def finder(self, stored: Stored) -> FindBlob:
        """The bytes of its attached files, some of which are the old proposal's."""
        find = attached_finder(stored)
        return lambda name: self.attached[name] if name in self.attached else find(name)


def renumber(
    repo: Repository, tree: Files, ledger: Ledger, stored: Stored, find_blob: FindBlob, taken: Iterable[str] = ()
) -> Renumbered:
    """Give each gap of a pending proposal that collides with one of the tree, or of an earlier pending proposal, the
    next free number of this clone; `taken` are numbers that are in use and not to be seen yet.

    Raises `NoCollision`, or `Refused` if a text that the proposal was made on is not in this clone.
    """
    old = stored.read_or_raise()
    colliding = collisions(tree, ledger, stored, find_blob)
    if not colliding:
        raise NoCollision(
            f"no gap that {old.id} registers has a number that another one has",
            place=Place(old.id),
            hint=f"spine plan {old.id}",
        )
    used = used_gaps(repo, ledger.settings) | set(map(GapId.parse, taken))
    used |= {GapId.parse(one) for one in read_gaps(tree, ledger.settings).by_id() if _is_ours(one)}
    numbers: dict[str, str] = {}
    for gap in colliding:
        prefix = GapId.parse(gap).prefix
        free = GapId.make(prefix, max((one.number for one in used if one.prefix == prefix), default=0) + 1)
        used.add(free)
        numbers[gap] = str(free)
    attached: dict[str, bytes] = {}
    files = tuple(
        _renamed(repo, file, ledger.settings, numbers, find_blob, attached_finder(stored), attached)
        for file in old.files
    )
    proposal = replace(
        old,
        files=files,
        title=_in_words(old.title, numbers),
        why=_in_reason(old.why, numbers),
        registers=tuple(numbers.get(one, one) for one in old.registers),
        closes=tuple(numbers.get(one, one) for one in old.closes),
    )
    return Renumbered(proposal, attached, numbers)


def collisions(tree: Files, ledger: Ledger, stored: Stored, find_blob: FindBlob) -> list[str]:
    """The gaps that a proposal registers and that are another gap's number already; the very same gap is none."""
    proposal = stored.read_or_raise()
    there = read_gaps(tree, ledger.settings).by_id()
    known = statuses(ledger)
    earlier: dict[str, str | None] = {}
    for id_, other in ledger.proposals.items():
        if id_ == proposal.id:
            break
        if other.proposal is not None and known[id_] == "pending" and id_ not in proposal.supersedes:
            for gap in other.proposal.registers:
                earlier.setdefault(gap, _said(other, gap, ledger.settings, find_blob))
    found = []
    for gap in proposal.registers:
        mine = _said(stored, gap, ledger.settings, find_blob)
        if gap in there:
            if mine is None or mine != _there(tree, there[gap].path, gap, ledger.settings):
                found.append(gap)
        elif gap in earlier and (mine is None or mine != earlier[gap]):
            found.append(gap)
    return found


def _is_ours(text: str) -> bool:
    try:
        return bool(GapId.parse(text))
    except Refused:
        return False


# ---- what a gap is ------------------------------------------------------------------------------------------------


def _said(stored: Stored, gap: str, settings: Settings, find_blob: FindBlob) -> str | None:
    """A new gap as the proposal has it: the text of its file, or what its entry of the register says."""
    for file in stored.read_or_raise().files:
        if is_gap_file(file.path, settings) and gap_of(file.path) == gap:
            data = attached_finder(stored)(file.blob) if file.blob is not None else None
            return file.content if data is None else data.decode("utf-8", "replace")
        if file.path == settings.gaps.register and file.change is not None and file.base is not None:
            base = find_blob(file.base)
            if base is not None:
                return _entry(patch(base.decode("utf-8"), file.change), gap, file.path)
    return None


def _there(tree: Files, path: str, gap: str, settings: Settings) -> str | None:
    data = tree.read(path)
    text = data.decode("utf-8", "replace") if data is not None else None
    return _entry(text, gap, path) if text is not None and path == settings.gaps.register else text


def _entry(text: str, gap: str, path: str) -> str | None:
    try:
        entry = next((one for one in read_register(text, file=path).entries if one.id == gap), None)
    except Refused:
        return None
    return None if entry is None else repr(sorted(entry.fields.items(), key=lambda one: one[0]))


# ---- other numbers ------------------------------------------------------------------------------------------------


def _renamed(
    repo: Repository,
    file: FileChange,
    settings: Settings,
    numbers: Mapping[str, str],
    find_blob: FindBlob,
    find_attached: FindBlob,
    attached: dict[str, bytes],
) -> FileChange:
    """A file's change with the numbers in what it brings, and in the name of a new gap's file."""
    path = file.path
    if file.base is None and is_gap_file(path, settings) and gap_of(path) in numbers:
        path = path.replace(gap_of(path), numbers[gap_of(path)])
    if file.content is not None:
        new = Side(_in_words(file.content, numbers).encode("utf-8"), file.mode or "100644")
        return file_change(repo, Edited(path, None, new, why=_in_reason(file.why, numbers)), settings, attached)
    if file.base is None and file.blob is not None:
        data = find_attached(file.blob)
        if data is not None:  # too large to be shown whole, or no text
            new = Side(_in_bytes(data, numbers), file.mode or "100644")
            return file_change(repo, Edited(path, None, new, why=_in_reason(file.why, numbers)), settings, attached)
    if file.change is None or file.base is None:
        return replace(file, why=_in_reason(file.why, numbers))
    base = find_blob(file.base)
    if base is None:
        raise Refused(
            "the text that the proposal was made on is not in this clone",
            place=Place(file.path),
            hint="git fetch --unshallow",
        )
    before = base.decode("utf-8")
    after = patch(before, file.change)
    renamed = _in_new_lines(before, after, numbers)
    if renamed == after:
        return replace(file, why=_in_reason(file.why, numbers))
    edited = Edited(path, Side(base, "100644"), Side(renamed.encode("utf-8"), "100644"))
    made = file_change(repo, edited, settings, attached)
    return replace(made, moved_from=file.moved_from, mode=file.mode, why=_in_reason(file.why, numbers))


def _in_bytes(data: bytes, numbers: Mapping[str, str]) -> bytes:
    try:
        return _in_words(data.decode("utf-8"), numbers).encode("utf-8")
    except UnicodeDecodeError:
        return data


def _in_new_lines(before: str, after: str, numbers: Mapping[str, str]) -> str:
    old, new = split_lines(before), split_lines(after)
    for hunk in hunks(old, new):
        for number in range(hunk.b_start, hunk.b_end):
            new[number] = _in_words(new[number], numbers)
    return "".join(new)


def _in_reason(text: str | None, numbers: Mapping[str, str]) -> str | None:
    return None if text is None else _in_words(text, numbers)


def _in_words(text: str, numbers: Mapping[str, str]) -> str:
    """The text with the gaps under their new numbers, as whole words."""
    pattern = "|".join(map(re.escape, numbers))
    return re.sub(rf"(?<![A-Za-z0-9-])(?:{pattern})(?![A-Za-z0-9_]|-[A-Za-z0-9])", lambda m: numbers[m[0]], text)
