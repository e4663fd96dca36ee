"""gap close, accept, reopen and link: decisions about a gap, written where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spine.actions.gap_desk import Desk, GapWritten
from spine.actions.locate import locate
from spine.actions.propose import Wanted
from spine.actions.workspace import Workspace
from spine.errors import Place, Refused
from spine.ledger.checks import Tree
from spine.ledger.evidence import ByCommit, ByCriterion, ByProposal, ByValue, NoEvidence, flaw_of, read_evidence
from spine.ledger.gaps import StoredGap
from spine.ledger.reading import read_ledger
from spine.ledger.status import statuses
from spine.records.gap import Accepted, Closed, criterion_reference
from spine.records.loop import Criterion, read_loop
from spine.repository import resolve, snapshot_of
from spine.yamldoc.nodes import Document


def close_gap(
    work: Workspace, text: str, evidence: Iterable[str], *, propose: bool = False, why: str | None = None
) -> GapWritten:
    """Close a gap with evidence; of one that is closed with the same, nothing is written.

    Raises `NoEvidence` for what does not resolve or hold, `Refused` if it is closed with other evidence.
    """
    desk = Desk.open(work, for_proposal=propose)
    gap = desk.find(text)
    shown = tuple(dict.fromkeys(proved(work, desk.tree, one) for one in evidence))
    if gap.status == "closed":
        if shown and gap.evidence in (shown, (", ".join(shown),)):
            return GapWritten("close", gap, gap.status, is_new=False)
        said = f" with {', '.join(gap.evidence)}" if gap.evidence else ""
        raise Refused(f"{gap.id} is closed already{said}", place=gap.place, hint=f"spine gap reopen {gap.id}")
    if not shown:
        raise NoEvidence(
            "a gap is closed with evidence",
            place=Place(gap.id),
            hint=f"spine gap close {gap.id} --evidence CP-… (or a commit, LOOP-…#4, FILE#ADDRESS=VALUE)",
        )
    end = Closed(work.now().replace(microsecond=0), work.person, shown)
    wanted = Wanted(title=_title("Close", gap), why=why, loop=gap.loop, closes=(gap.id,))
    made = desk.gap_text(gap).closed(end)
    return desk.write("close", gap.path, gap.id, made.text, wanted, before=gap.status)


def accept_gap(work: Workspace, text: str, reason: str, *, propose: bool = False) -> GapWritten:
    """Accept an open gap: it is known and stays; of one that is accepted for the same reason, nothing is written.

    Raises `Refused` for one that is not open.
    """
    desk = Desk.open(work, for_proposal=propose)
    gap = desk.find(text)
    accepted = gap.gap.accepted if gap.gap is not None else None
    if gap.status == "accepted" and accepted is not None and accepted.why == reason.strip():
        return GapWritten("accept", gap, gap.status, is_new=False)
    if gap.status in ("accepted", "closed"):
        raise Refused(f"{gap.id} is {gap.status}", place=gap.place, hint=f"spine gap reopen {gap.id}")
    if not reason.strip() or "\n" in reason.strip():
        raise Refused("who accepts a gap says why, on one line", place=Place("--why"))
    end = Accepted(work.now().replace(microsecond=0), work.person, reason.strip())
    wanted = Wanted(title=_title("Accept", gap), why=reason.strip(), loop=gap.loop)
    made = desk.gap_text(gap).accepted(end)
    return desk.write("accept", gap.path, gap.id, made.text, wanted, before=gap.status)


def reopen_gap(work: Workspace, text: str, *, propose: bool = False, why: str | None = None) -> GapWritten:
    """Open a closed or accepted gap again; of one that is open, nothing is written."""
    desk = Desk.open(work, for_proposal=propose)
    gap = desk.find(text)
    if gap.status == "open":
        return GapWritten("reopen", gap, gap.status, is_new=False)
    wanted = Wanted(title=_title("Reopen", gap), why=why, loop=gap.loop)
    return desk.write("reopen", gap.path, gap.id, desk.gap_text(gap).reopened().text, wanted, before=gap.status)


def link_gap(
    work: Workspace,
    text: str,
    *,
    loop: str | None = None,
    blocks: tuple[str, ...] = (),
    unblocks: tuple[str, ...] = (),
    propose: bool = False,
    why: str | None = None,
) -> GapWritten:
    """Say in which loop a gap was found and which criteria it blocks; if it says so already, nothing is written.

    Raises `Refused` for a loop or criterion that is not there.
    """
    desk = Desk.open(work, for_proposal=propose)
    gap = desk.find(text)
    made = desk.gap_text(gap)
    loop = desk.loop(loop) if loop is not None and loop != gap.loop else None
    if loop is not None and loop != gap.loop:
        made = made.linked(loop)
    for criterion in blocks:
        desk.check_criterion(criterion)
        if criterion not in made.blocks():
            made = made.blocking(criterion)
    for criterion in unblocks:
        criterion_reference(criterion)
        if criterion in made.blocks():
            made = made.not_blocking(criterion)
    if made.text == desk.text(gap.path):
        return GapWritten("link", gap, gap.status, is_new=False)
    wanted = Wanted(title=_title("Link", gap), why=why, loop=loop or gap.loop)
    return desk.write("link", gap.path, gap.id, made.text, wanted, before=gap.status)


def proved(work: Workspace, tree: Tree, text: str) -> str:
    """Evidence as it is written down: whole ids, and it holds. What has landed is asked of HEAD, files of the tree.

    Raises `NoEvidence`, `NoSuchProposal` or `BadRevision`.
    """
    repo = work.repo
    ledger = read_ledger(snapshot_of(repo, resolve(repo, "HEAD")), settings=tree.settings)
    imported = frozenset(one.id for one in tree.imported)
    if text.startswith("CP-") and text not in imported:
        text = locate(repo, text, ledger).stored.id
    elif not text.startswith(("CP-", "LOOP-")) and "#" not in text:
        return str(resolve(repo, text))
    evidence = read_evidence(text)
    criteria: Mapping[str, tuple[Criterion, ...]] = {}
    document: Document | None = None
    if isinstance(evidence, ByCriterion) and evidence.loop in tree.loops:
        path = tree.loops[evidence.loop]
        criteria = {evidence.loop: read_loop(tree.text(path) or "", file=path).criteria}
    if isinstance(evidence, ByValue) and evidence.path in tree.paths:
        found = tree.document(evidence.path)
        document = found if isinstance(found, Document) else None
    flaw = flaw_of(
        evidence, statuses=statuses(ledger), imported=imported, commits=None, criteria=criteria, document=document
    )
    if flaw is not None:
        hints = {ByProposal: "apply it first: spine apply", ByCommit: None, ByCriterion: "tick it when it is met"}
        raise NoEvidence(f"this shows nothing: {flaw}", place=Place(text), hint=hints.get(type(evidence)))
    return text


def _title(verb: str, gap: StoredGap) -> str:
    return f"{verb} {gap.id}: {gap.title}"[:200]
