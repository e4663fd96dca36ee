"""The number of a new gap: one more than any that this clone knows of, so that no id is given out twice.

It counts what any reference (branches, remote-tracking branches, tags, the stash) has or once had, the index, the work
tree, and what open proposals and drafts would add. Two clones can still take one number at a time; then the files meet
in a merge as two additions of one path, which is a conflict and never a silent loss. Of two pending proposals `check`
says so (SP165), and `renumber` gives the later one's gaps free numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from spine.actions.locate import drafts_of
from spine.errors import Refused
from spine.ids import GapId
from spine.ledger.gap_links import gap_of
from spine.ledger.reading import PROPOSAL, Ledger, Stored, read_ledger
from spine.records.settings import Settings
from spine.repository import Repository, Snapshot, TreeSnapshot, names_ever, refs, snapshot_of, work_tree_of


def next_gap(repo: Repository, settings: Settings, prefix: str) -> GapId:
    """The first free id with this prefix."""
    numbers = [id_.number for id_ in used_gaps(repo, settings) if id_.prefix == prefix]
    return GapId.make(prefix, max(numbers, default=0) + 1)


def used_gaps(repo: Repository, settings: Settings) -> set[GapId]:
    """All ids of gaps that are or were in use somewhere in this clone."""
    found = {gap_of(path) for path in names_ever(repo, settings.folders.gaps)}
    registers: set[str] = set()
    folders: set[str] = set()
    for tree in _tips(repo):
        if settings.gaps.register is not None:
            found |= set(_in_register(tree, settings.gaps.register, registers))
        folder = tree.item(settings.folders.proposals)
        if folder is not None and folder.oid not in folders:
            folders.add(folder.oid)
            found |= set(_in_proposals(read_ledger(tree, settings=settings), settings))
    if repo.work_tree is not None:
        here = work_tree_of(repo)
        for files in (here, here.index):
            found |= {gap_of(path) for path in files.paths(settings.folders.gaps)}
            if settings.gaps.register is not None:
                found |= set(_in_register(files, settings.gaps.register, registers))
        found |= set(_in_proposals(drafts_of(repo, Ledger(settings, {})), settings))
    return set(_ids(found))


def _tips(repo: Repository) -> Iterator[TreeSnapshot]:
    for commit in dict.fromkeys(ref.commit for ref in refs(repo)):
        if commit is not None:
            yield snapshot_of(repo, commit)


def _in_register(files: Snapshot, path: str, seen: set[str]) -> Iterator[str]:
    """The ids in a register, found by line: it may be one that cannot be parsed, and it is read in every branch."""
    blob = files.blob(path)
    if blob is None or blob.oid in seen:
        return
    seen.add(blob.oid)
    for line in (files.read(path) or b"").decode("utf-8", "replace").split("\n"):
        key, mark, value = line.strip().removeprefix("-").partition(":")
        if mark and key.strip(" \"'") == "id":
            yield value.split("#")[0].strip(" \t\r\"'")


def _in_proposals(ledger: Ledger, settings: Settings) -> Iterator[str]:
    """What proposals that have not landed would add; what has landed is found in files."""
    for stored in ledger.proposals.values():
        if not stored.has_receipt:
            yield from _in_proposal(stored, settings)


def _in_proposal(stored: Stored, settings: Settings) -> Iterator[str]:
    if stored.proposal is None:
        text = (stored.files.read(f"{stored.folder}/{PROPOSAL}") or b"").decode("utf-8", "replace")
        yield from (word.strip(",[]{}\"'").rpartition("/")[2].removesuffix(".yaml") for word in text.split())
        return
    yield from stored.proposal.registers
    for file in stored.proposal.files:
        if file.path.startswith(f"{settings.folders.gaps}/"):
            yield gap_of(file.path)


def _ids(texts: set[str]) -> Iterator[GapId]:
    for text in texts:
        if text.startswith("GAP-"):
            try:
                yield GapId.parse(text)
            except Refused:
                continue
