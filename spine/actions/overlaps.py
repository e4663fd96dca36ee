"""overlaps: which open proposals touch the same, which pairs conflict, and an order in which all that can land do.

Nothing is judged by addresses alone: they only say which pairs are worth trying. A pair conflicts if, on the tree, it
can be landed in neither order; the order is what a rehearsal of all landings proved.
"""

from __future__ import annotations

from spine.actions.landing_order import Ordering, Stuck
from spine.actions.listing import Listed, list_proposals
from spine.actions.pairs import Pair, try_pair
from spine.actions.rehearsal import Candidate, Rehearsal
from spine.actions.touching import Index, Shared, places_finder, touches_of
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.ledger.reading import read_ledger
from spine.repository import resolve, snapshot_of

MOST_PAIRS = 400


@dataclass(frozen=True, slots=True)
class Overlaps:
    """All open proposals of a commit, and what became of them in the rehearsal.

    `order` lands one by one; of `there` nothing is left to land. `is_most` says that no other order lands more.
    `untried` pairs are related, and were too many to try.
    """

    onto: str
    open: tuple[Listed, ...]
    shared: tuple[Shared, ...]
    pairs: tuple[Pair, ...]
    order: tuple[str, ...]
    there: tuple[str, ...]
    stuck: tuple[Stuck, ...]
    is_most: bool
    untried: int


def overlaps(work: Workspace, *, onto: str = "HEAD") -> Overlaps:
    """The open proposals of a revision and the drafts of the work tree, held against each other. Reads only."""
    commit = resolve(work.repo, onto)
    tree = snapshot_of(work.repo, commit)
    ledger = read_ledger(tree)
    listed = tuple(one for one in list_proposals(work, revision=onto) if one.status == "pending")
    candidates: dict[str, Candidate] = {}
    stuck: list[Stuck] = []
    for one in listed:
        if one.stored.proposal is None:
            stuck.append(Stuck(one.stored.id, next((found.message for found in one.stored.findings()), "unreadable")))
        else:
            candidates[one.stored.id] = Candidate(one.stored, one.stored.proposal, one.is_draft)
    stage = Rehearsal(work.repo, tree, ledger, candidates)
    places = places_finder(tree)
    index = Index({id_: list(touches_of(one.proposal, ledger.settings, places)) for id_, one in candidates.items()})
    related = sorted(index.related())
    pairs = tuple(filter(None, (try_pair(stage, first, second) for first, second in related[:MOST_PAIRS])))
    refused = {id_: reason for id_ in candidates if (reason := stage.refusal(id_)) is not None}
    stuck += [Stuck(id_, reason) for id_, reason in refused.items()]
    found = Ordering(stage, [id_ for id_ in sorted(candidates) if id_ not in refused], related, pairs).run()
    return Overlaps(
        str(commit), listed, tuple(index.shared()), pairs, found.order, found.there,
        tuple(sorted((*stuck, *found.stuck), key=lambda one: one.id)), found.is_most, len(related[MOST_PAIRS:]),
    )  # fmt: skip
