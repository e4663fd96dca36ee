"""What the loop, the gaps and the other proposals are that a proposal names: state and title, in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spine.errors import Refused
from spine.ledger.gaps import StoredGap, of_file, read_gaps
from spine.ledger.loops import state_of
from spine.ledger.reading import Files, Ledger
from spine.ledger.status import statuses
from spine.records.gap import read_gap
from spine.records.loop import SUFFIX, Loop, id_of_path, read_loop
from spine.records.proposal import Proposal


def about(proposal: Proposal, tree: Files, ledger: Ledger) -> dict[str, str]:
    """The ids that the tree has, and what they are."""
    return dict(_about(proposal, tree, ledger))


def _about(proposal: Proposal, tree: Files, ledger: Ledger) -> Iterator[tuple[str, str]]:
    if proposal.loop is not None:
        loop = _find_loop(tree, ledger, proposal.loop)
        if loop is not None:
            yield proposal.loop, loop_text(loop)
    gaps = (*proposal.registers, *proposal.closes)
    if gaps:
        known = _find_gaps(tree, ledger, gaps)
        yield from ((id_, f"{known[id_].status}: {known[id_].title}") for id_ in gaps if id_ in known)
    others = [one for one in (*proposal.requires, *proposal.supersedes, proposal.undoes) if one in ledger.proposals]
    status = statuses(ledger) if others else {}
    for other in others:
        named = ledger.proposals[other or ""].proposal
        if named is not None:
            yield named.id, f"{status[named.id]}: {named.title}"


def loop_text(loop: Loop) -> str:
    """A loop in a few words: `open, 2 of 5 criteria met: the goal`."""
    done = loop.progress
    met = f", {done.met} of {done.total} criteria met" if done.total else ""
    goal = " ".join(loop.goal.split())
    return f"{state_of(loop)}{met}" + (f": {goal}" if goal else "")


def _find_loop(tree: Files, ledger: Ledger, id_: str) -> Loop | None:
    for path in tree.paths(ledger.settings.folders.loops):
        if path.endswith(SUFFIX) and id_of_path(path) == id_:
            return loop_at(tree, path)
    return None


def loop_at(tree: Files, path: str) -> Loop:
    """The loop in a file; reading one never fails."""
    return read_loop((tree.read(path) or b"").decode("utf-8", "replace"), file=path)


def _find_gaps(tree: Files, ledger: Ledger, ids: Iterable[str]) -> dict[str, StoredGap]:
    """The gaps with these ids; the register, which can be long, is only read if some have no file of their own."""
    found = {}
    for id_ in ids:
        one = gap_at(tree, f"{ledger.settings.folders.gaps}/{id_}.yaml")
        if one is None:
            return read_gaps(tree, ledger.settings).by_id()
        found[id_] = one
    return found


def gap_at(tree: Files, path: str) -> StoredGap | None:
    """The gap in a file, None if there is none that can be read."""
    try:
        return of_file(read_gap((tree.read(path) or b"").decode("utf-8"), file=path), path)
    except (Refused, UnicodeDecodeError):
        return None
