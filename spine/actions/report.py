"""report: all that the ledger of one commit says, gathered once for the pages of a site. Reads only.

One commit decides everything, so that the same ledger gives the same pages everywhere: drafts, the index and the work
tree are not looked at, and what has grown old has done so by the date of the commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

from spine.actions.blame import Blamed, History
from spine.actions.covering import Coverage
from spine.actions.explained import CheckedCommit, Explainer
from spine.actions.landings import Landings
from spine.actions.listing import Attention, Listed, Logged, attention_at, log
from spine.actions.loop_views import CheckedLoop, check_claims
from spine.actions.trace import bindings_at, landings_at
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.identity import Identity
from spine.ledger.gaps import Gaps, read_gaps
from spine.ledger.links import Links, imported_of, links_of
from spine.ledger.loops import LoopLedger
from spine.ledger.reading import SETTINGS, Ledger, read_ledger
from spine.ledger.status import Status, statuses
from spine.records.imported import ImportedProposal
from spine.repository import (
    Commit,
    CommitId,
    Range,
    Repository,
    TreeSnapshot,
    changes_first_parent,
    commits_in,
    read_commit,
    resolve,
    snapshot_of,
)
from spine.yamldoc.nodes import Document


@dataclass(frozen=True, slots=True)
class Binding:
    """A governed file: its values with who set each, in document order; `problem` says why there are none."""

    path: str
    size: int
    identity: Identity
    document: Document | None
    values: tuple[Blamed, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """The ledger of a commit.

    `landings` are newest first; `unexplained` are commits since governance began that changed something governed
    without a receipt, newest first; `governed` are all first-parent commits since then.
    """

    commit: Commit
    tree: TreeSnapshot
    ledger: Ledger
    statuses: dict[str, Status]
    attention: Attention
    landings: tuple[Logged, ...]
    unexplained: tuple[CheckedCommit, ...]
    governed: dict[str, Commit]
    books: LoopLedger
    loops: tuple[CheckedLoop, ...]
    gaps: Gaps
    imported: tuple[ImportedProposal, ...]
    links: Links
    bindings: tuple[Binding, ...]


def report(work: Workspace, *, revision: str = "HEAD") -> Site:
    """The ledger of a revision. Raises `Refused` with the place if its settings cannot be read."""
    repo = work.repo
    tip = resolve(repo, revision)
    commit = read_commit(repo, tip)
    work = replace(work, now=lambda: commit.date.astimezone(UTC))
    tree = snapshot_of(repo, tip)
    ledger = read_ledger(tree)
    known = statuses(ledger)
    listed = [Listed(stored, known[id_], False) for id_, stored in ledger.proposals.items()]
    begins = _beginning(repo, tip)
    since = {str(one.id): one for one in commits_in(repo, Range(begins, tip), first_parent=True)} if begins else {}
    return Site(
        commit=commit,
        tree=tree,
        ledger=ledger,
        statuses=known,
        attention=attention_at(work, tip, tree, ledger, listed),
        landings=tuple(log(work, revision=str(tip))),
        unexplained=tuple(_unexplained(repo, begins, tip, ledger)) if begins is not None else (),
        governed=since,
        books=LoopLedger(tree, ledger.settings, ledger),
        loops=check_claims(work, revision=str(tip)).loops,
        gaps=read_gaps(tree, ledger.settings),
        imported=imported_of(tree, ledger.settings),
        links=links_of(tree, ledger, landings_at(repo, tip, tree, ledger)),
        bindings=tuple(_bindings(repo, tip, tree, ledger)),
    )


def _beginning(repo: Repository, tip: CommitId) -> CommitId | None:
    """The first commit that has settings: behind it every governed change needs a receipt."""
    added = [
        step.commit
        for step in changes_first_parent(repo, Range(None, tip), [SETTINGS])
        for change in step.changes
        if change.path == SETTINGS and change.before is None
    ]
    return added[-1] if added else None


def _unexplained(repo: Repository, begins: CommitId, tip: CommitId, ledger: Ledger) -> Iterator[CheckedCommit]:
    coverage = Coverage.of(repo, tip, ledger)
    for step in changes_first_parent(repo, Range(begins, tip)):
        if step.parent is None:
            continue
        before, after = snapshot_of(repo, step.parent), snapshot_of(repo, step.commit)
        checked = Explainer(repo, step, before, after, coverage).run()
        if checked is not None and checked.findings:
            yield checked


def _bindings(repo: Repository, tip: CommitId, tree: TreeSnapshot, ledger: Ledger) -> Iterator[Binding]:
    landings = Landings(repo, tip)
    landings.scan(Range(None, tip))
    for path in bindings_at(tree, ledger.settings):
        data = tree.read(path)
        if data is None:
            continue
        identity = ledger.settings.rules_for(path).identity
        try:
            history = History(repo, tip, path, landings=landings)
            document, values = history.document, history.values(())
        except Refused as error:
            yield Binding(path, len(data), identity, None, (), str(error))
            continue
        yield Binding(path, len(data), identity, document, values)
