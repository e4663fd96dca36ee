"""Checks of gaps: are they whole, does their evidence hold, and do proposals say which gaps they register and close?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from spine.errors import Finding, Place, Refused
from spine.ids import near
from spine.ledger.evidence import ByValue, flaw_of, read_evidence
from spine.ledger.gap_links import disagreements, gap_of
from spine.ledger.gaps import StoredGap
from spine.ledger.status import statuses
from spine.records.register import LOOP, register_findings
from spine.yamldoc.nodes import Document

if TYPE_CHECKING:
    from spine.ledger.checks import Tree


def gaps_are_whole(tree: Tree) -> Iterator[Finding]:
    """Every gap is readable, called what its file says, there once, and names a loop and criteria that are there."""
    yield from tree.gaps.findings
    first: dict[str, StoredGap] = {}
    for one in tree.gaps.stored:
        if one.gap is not None and gap_of(one.path) != one.id:
            yield Finding("SP112", one.place, f"the gap in it is called {one.id}")
        if one.loop is not None and one.loop not in tree.loops:
            message = f"the loop {one.loop} of {one.id} is not there"
            yield Finding("SP113", _loop_place(tree, one), message, _meant(tree, one.loop))
        if one.id and one.entry is None:
            other = first.setdefault(one.id, one)
            if other is not one:
                yield Finding("SP311", one.place, f"{one.id} is in {other.path} too")
        elif one.id in first and first[one.id].entry is None:
            yield Finding("SP311", one.place, f"{one.id} is in {first[one.id].path} too")
        for criterion in one.blocks:
            loop, _, number = criterion.rpartition("#")
            lines = tree.criteria.get(loop)
            if loop not in tree.loops:
                yield Finding("SP323", one.place, f"{one.id} blocks {criterion}, and that loop is not there")
            elif lines is not None and not any(line.number == int(number) for line in lines):
                yield Finding("SP323", one.place, f"{one.id} blocks {criterion}, and {loop} has {len(lines)} criteria")
    if tree.gaps.register is not None:
        yield from register_findings(tree.gaps.register)


def evidence_holds(tree: Tree) -> Iterator[Finding]:
    """What closed gaps give as evidence is so in this tree. (What a register says is prose, see `references_hold`.)"""
    known = statuses(tree.ledger)
    imported = frozenset(one.id for one in tree.imported)
    for one in tree.gaps.stored:
        if one.gap is None or one.gap.closed is None:
            continue
        for text in one.evidence:
            try:
                evidence = read_evidence(text)
                document: Document | None = None
                if isinstance(evidence, ByValue):
                    found = tree.document(evidence.path) if evidence.path in tree.paths else None
                    document = found if isinstance(found, Document) else None
                flaw = flaw_of(
                    evidence,
                    statuses=known,
                    imported=imported,
                    commits=tree.commits,
                    criteria=tree.criteria,
                    document=document,
                )
            except Refused as error:
                flaw = error.message
            if flaw is not None:
                yield Finding("SP322", one.place, f"{one.id} is closed, but {flaw}", f"spine gap reopen {one.id}")


def links_agree(tree: Tree) -> Iterator[Finding]:
    """What a proposal says of gaps is what its operations do."""
    for stored in tree.ledger.proposals.values():
        if stored.proposal is not None:
            for flaw in disagreements(stored.proposal, tree.settings):
                yield Finding("SP321", Place(f"{stored.folder}/proposal.yaml"), flaw)


def numbers_are_free(tree: Tree) -> Iterator[Finding]:
    """No pending proposal registers a number that another gap has, or that another pending proposal registers too.

    Branches that give out one number at a time meet so after a merge; the very same gap twice is no collision.
    """
    known = statuses(tree.ledger)
    there = {one.id: one for one in tree.gaps.stored if one.id}
    first: dict[str, tuple[str, str | None]] = {}
    for id_, stored in tree.ledger.proposals.items():
        if stored.proposal is None or known[id_] != "pending":
            continue
        place = Place(f"{stored.folder}/proposal.yaml")
        hint = f"spine resolve {id_} --renumber"
        for gap in stored.proposal.registers:
            text = next((file.content for file in stored.proposal.files if gap_of(file.path) == gap), None)
            if gap in there:
                path = there[gap].path
                data = tree.files.read(path)
                if text is None or data is None or data != text.encode("utf-8"):
                    yield Finding("SP165", place, f"{id_} registers {gap}, which {path} has already", hint)
                continue
            other, its = first.setdefault(gap, (id_, text))
            if other != id_ and (text is None or text != its):
                yield Finding("SP165", place, f"{id_} registers {gap}, and so does {other}, which is pending too", hint)


def _loop_place(tree: Tree, one: StoredGap) -> Place:
    if one.entry is None or tree.gaps.register is None:
        return one.place
    return tree.gaps.register.place(one.entry, next((key for key in LOOP if one.entry.fields.get(key)), None))


def _meant(tree: Tree, loop: str) -> str | None:
    close = near(loop, tree.loops, most=1)
    return f"did you mean {close[0]}?" if close else None
