"""Finding a proposal by whatever a person typed: in a revision, or as a draft in the work tree."""

from __future__ import annotations

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import find_matching, near
from spine.ledger.reading import Files, Ledger, Stored, read_ledger
from spine.repository import Repository, work_tree_of


class NoSuchProposal(Refused):
    """No proposal has this id, or several could be meant."""

    code = "SP055"


@dataclass(frozen=True, slots=True)
class Located:
    """A proposal, and whether it lies in the work tree alone."""

    stored: Stored
    is_draft: bool


def locate(repo: Repository, text: str, tree: Ledger) -> Located:
    """The proposal that `text` (an id, its beginning, or part of its slug) means.

    What the tree has counts; what only the work tree has is a draft. Raises `NoSuchProposal` with the candidates.
    """
    if not text.strip():
        raise NoSuchProposal("the id of a proposal is needed", place=Place("PROPOSAL"), hint="spine list")
    if text in tree.proposals:
        return Located(tree.proposals[text], is_draft=False)  # a whole id: no need to look at the work tree
    drafts = drafts_of(repo, tree)
    known = {**drafts.proposals, **tree.proposals}
    if text in known:
        return Located(known[text], text not in tree.proposals)
    found = find_matching(text, list(known))
    if len(found) == 1:
        return Located(known[found[0]], found[0] not in tree.proposals)
    if found:
        listed = ", ".join(found[:5]) + (", …" if len(found) > 5 else "")
        raise NoSuchProposal(
            f"several proposals fit: {listed}",
            place=Place(text),
            hint="give more of the id; spine list says how each stands",
        )
    close = near(text, list(known))
    hint = f"did you mean {close[0]}?" if close else "spine list"
    raise NoSuchProposal("no proposal has this id", place=Place(text), hint=hint)


def drafts_of(repo: Repository, tree: Ledger) -> Ledger:
    """The proposals that the work tree has and the tree has not; none in a bare repository."""
    if repo.work_tree is None:
        return Ledger(tree.settings, {})
    files: Files = work_tree_of(repo)
    here = read_ledger(files, settings=tree.settings)
    return Ledger(tree.settings, {id_: one for id_, one in here.proposals.items() if id_ not in tree.proposals})
