"""A proposal's gaps: `--registers` and `--closes` become ordinary operations, and the operations become links.

A gap that is closed by a proposal names that proposal as its evidence; so the end of a gap lands with what ends it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from spine.actions.sources import Edited, Gathered, Side
from spine.errors import Place, Refused
from spine.ids import ProposalId, near
from spine.ledger.gap_links import gap_links, gap_of, is_gap_file
from spine.ledger.gaps import Gaps, StoredGap, read_gaps
from spine.ledger.reading import Ledger
from spine.records.gap import Closed, read_gap
from spine.records.gap_text import GapText
from spine.records.proposal import FileChange
from spine.repository import File, Repository, TreeSnapshot, work_tree_of

MakeChanges = Callable[[Gathered], tuple[FileChange, ...]]


class GapUnsaid(Refused):
    """The links of a proposal name a gap, and its files do not do what the links say."""

    code = "SP074"


def with_gaps(
    repo: Repository,
    tree: TreeSnapshot,
    ledger: Ledger,
    gathered: Gathered,
    make: MakeChanges,
    *,
    id_: ProposalId,
    by: str,
    at: datetime,
    registers: tuple[str, ...],
    closes: tuple[str, ...],
    may_add: bool,
    is_undo: bool,
) -> tuple[Gathered, tuple[FileChange, ...], tuple[str, ...], tuple[str, ...]]:
    """The files with the operations that the links ask for, their changes, and the links with what the files do.

    `may_add` is false where the content is what it is (commits recorded afterwards); with `is_undo` files become again
    what they were, evidence too. Raises `GapUnsaid`.
    """
    settings = ledger.settings
    if not is_undo:
        gathered = _own_evidence(gathered, ledger, id_)
    files = make(gathered)
    done = gap_links(files, settings)
    there = {gap_of(one.path) for one in gathered.files if one.after is not None and is_gap_file(one.path, settings)}
    opening = [gap for gap in registers if gap not in done.registers and gap not in there]
    ending = [gap for gap in closes if gap not in done.closes]
    if may_add and (opening or ending):
        known = read_gaps(tree, settings)
        edits = {one.path: one for one in gathered.files}
        put_back = list(gathered.put_back)
        for gap in opening:
            edited = _brought(repo, known, settings.folders.gaps, settings.gaps.register, gap)
            edits[edited.path] = edited
            put_back.append(edited.path)
        for gap in ending:
            edited = _ended(tree, ledger, known, edits, gap, Closed(at, by, (id_,)))
            edits[edited.path] = edited
        gathered = replace(gathered, files=tuple(edits.values()), put_back=tuple(dict.fromkeys(put_back)))
        files = make(gathered)
        done = gap_links(files, settings)
    for word, wanted, made in (("registers", registers, done.registers), ("closes", closes, done.closes)):
        for gap in wanted:
            if gap not in made and done.is_whole:
                raise GapUnsaid(f"nothing in these files {word} it", place=Place(gap), hint=f"leave --{word} out")
    return (
        gathered,
        files,
        tuple(dict.fromkeys((*registers, *done.registers))),
        tuple(dict.fromkeys((*closes, *done.closes))),
    )


def _brought(repo: Repository, known: Gaps, folder: str, register: str | None, gap: str) -> Edited:
    """The file of a gap that `spine gap new` wrote into the work tree."""
    if gap in known.by_id():
        raise GapUnsaid(
            "this gap is there already; --registers names one that the proposal opens",
            place=Place(gap),
            hint=f"leave --registers out, or: spine gap link {gap}",
        )
    path = f"{folder}/{gap}.yaml"
    here = work_tree_of(repo).on_disk(path) if repo.work_tree is not None else None
    if not isinstance(here, File):
        hint = f'spine gap new "TITLE" --id {gap} …' if register is None else f"propose the entry: -- {register}"
        raise GapUnsaid("no file in the work tree opens this gap", place=Place(path), hint=hint)
    return Edited(path, None, Side(here.data, here.mode))


def _ended(tree: TreeSnapshot, ledger: Ledger, known: Gaps, edits: dict[str, Edited], gap: str, end: Closed) -> Edited:
    """The gap's file, as it is or as this proposal leaves it, with the gap closed."""
    stored = known.by_id().get(gap)
    if stored is None:
        close = near(gap, known.by_id(), most=1)
        raise GapUnsaid(
            "no gap has this id in the base commit",
            place=Place(gap),
            hint=f"did you mean {close[0]}?" if close else "register it first: spine gap new TITLE --propose",
        )
    if stored.status == "closed":
        raise GapUnsaid(f"{gap} is closed already", place=stored.place, hint="leave --closes out")
    before = edits.get(stored.path)
    side = before.after if before is not None else _side(tree, stored)
    if side is None:
        raise GapUnsaid("this proposal deletes the file of a gap that it is to close", place=stored.place)
    entry = None if stored.entry is None else gap
    text = GapText(side.data.decode("utf-8"), entry, ledger.settings.rules_for(stored.path).identity).closed(end).text
    after = Side(text.encode("utf-8"), side.mode)
    return Edited(stored.path, before.before if before is not None else side, after)


def _side(tree: TreeSnapshot, stored: StoredGap) -> Side | None:
    blob, data = tree.blob(stored.path), tree.read(stored.path)
    return None if blob is None or data is None else Side(data, blob.mode)


def _own_evidence(gathered: Gathered, ledger: Ledger, id_: ProposalId) -> Gathered:
    """A gap that the forerunner of this proposal was to close is closed by this one.

    The forerunner is pending, superseded, undone or gone: in no case is it evidence.
    """
    files = []
    for one in gathered.files:
        if is_gap_file(one.path, ledger.settings) and one.after is not None and one.ops is None:
            one = _with_evidence(one, one.after, ledger, id_)
        files.append(one)
    return replace(gathered, files=tuple(files))


def _with_evidence(one: Edited, after: Side, ledger: Ledger, id_: ProposalId) -> Edited:
    try:
        gap = read_gap(after.data.decode("utf-8"), file=one.path)
        was = read_gap(one.before.data.decode("utf-8")) if one.before is not None else None
    except (Refused, UnicodeDecodeError):
        return one
    if gap.closed is None or (was is not None and was.closed is not None) or gap.id != gap_of(one.path):
        return one
    landed = {name for name, stored in ledger.proposals.items() if stored.has_receipt}
    stale = [text for text in gap.closed.evidence if _is_forerunner(text, landed, gap.id, ledger)]
    if not stale:
        return one
    evidence = tuple(dict.fromkeys(id_ if text in stale else text for text in gap.closed.evidence))
    text = GapText(after.data.decode("utf-8")).with_evidence(evidence).text
    return replace(one, after=Side(text.encode("utf-8"), after.mode))


def _is_forerunner(text: str, landed: set[str], gap: str, ledger: Ledger) -> bool:
    if not text.startswith("CP-"):
        return False
    stored = ledger.proposals.get(text)
    if stored is None or stored.proposal is None:
        return text not in landed
    return gap in stored.proposal.closes
