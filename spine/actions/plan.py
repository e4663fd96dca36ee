"""plan: what a proposal would do on a commit right now; reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from spine.actions.bringing import Counts, FilePlan, attached_finder, blob_finder, bring
from spine.actions.consequences import consequences
from spine.actions.locate import locate
from spine.actions.workspace import Workspace
from spine.address import Address
from spine.dataclass import dataclass
from spine.errors import Exit, Finding, Place, Refused, SpineError
from spine.ledger.reading import Ledger, Stored, read_ledger
from spine.ledger.status import Status, statuses
from spine.paths import check_path
from spine.printable import printable
from spine.records.proposal import Proposal
from spine.records.settings import Settings
from spine.repository import BlockedPath, CommitId, Repository, TreeSnapshot, resolve, snapshot_of
from spine.repository.changes import above
from spine.repository.objects import FOLDER, LINK, SUBMODULE

if TYPE_CHECKING:
    from spine.actions.authority import Standing
    from spine.actions.blame import Setter

PlanOutcome = Literal["clean", "already there", "conflicts", "blocked", "applied"]


class PolicyUnmet(SpineError):
    """The repository's policy asks for something that the proposal lacks."""

    exit_code = Exit.POLICY
    code = "SP060"


class Linked(Refused):
    """A symbolic link or a submodule stands where a proposal changes a file, or on the way to it."""

    code = "SP058"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a proposal would do on the commit `onto`. `set_by` tells who set the target's value in each conflict.

    `blockers` are reasons that have nothing to do with content: withdrawn, superseded, something required is missing.
    `findings` are what the files would be found to break afterwards and do not break now; an error among them blocks.
    `standing` is there if it was planned by itself and the policy of the target says who may land what.
    """

    proposal: Proposal
    folder: str
    digest: str
    onto: str
    status: Status
    is_draft: bool
    files: tuple[FilePlan, ...]
    blockers: tuple[str, ...]
    set_by: dict[tuple[str, Address], Setter]
    findings: tuple[Finding, ...] = ()
    standing: Standing | None = None

    @property
    def outcome(self) -> PlanOutcome:
        """The plan in one word."""
        if self.status == "applied":
            return "applied"
        if self.blockers:
            return "blocked"
        if any(file.outcome == "conflict" for file in self.files):
            return "conflicts"
        if all(file.outcome == "already there" for file in self.files):
            return "already there"
        return "blocked" if self.breaks else "clean"

    @property
    def breaks(self) -> tuple[Finding, ...]:
        """The rules that it would break: those findings that are errors."""
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def counts(self) -> Counts:
        """All files' counts together."""
        return sum((file.counts for file in self.files), Counts())


def plan(work: Workspace, text: str, *, onto: str = "HEAD") -> Plan:
    """The plan of the proposal that `text` means, on a revision. Raises `NoSuchProposal`, or what is wrong with it."""
    from spine.actions.authority import standing

    commit = resolve(work.repo, onto)
    tree = snapshot_of(work.repo, commit)
    ledger = read_ledger(tree)
    found = locate(work.repo, text, ledger)
    check_paths(paths_of(found.stored.read_or_raise()), ledger.settings, tree)
    made = plan_on(work.repo, commit, tree, ledger, found.stored, is_draft=found.is_draft)
    if made.outcome not in ("clean", "conflicts"):
        return made
    return replace(
        made, standing=standing(work, tree, ledger.settings, ledger.proposals.get(found.stored.id, found.stored))
    )


def plan_on(
    repo: Repository, commit: CommitId, tree: TreeSnapshot, ledger: Ledger, stored: Stored, *, is_draft: bool
) -> Plan:
    """The plan of one proposal on one commit, whose tree and ledger are at hand."""
    proposal = stored.read_or_raise()
    known = statuses(ledger)
    status = known.get(proposal.id, "pending")
    files: tuple[FilePlan, ...] = ()
    if status not in ("applied", "undone"):
        files = bring(
            proposal, tree, ledger.settings, blob_finder(tree), repo.objects.hash_blob, attached_finder(stored)
        )
    is_whole = not any(file.outcome == "conflict" for file in files)
    findings = consequences(repo, tree, ledger.settings, files) if files and is_whole else ()
    set_by = _setters(repo, commit, files) if not is_whole else {}
    return Plan(
        proposal, stored.folder, stored.digest or "", str(commit), status, is_draft, files,
        tuple(_blockers(proposal, status, known, ledger)), set_by, findings,
    )  # fmt: skip


def _setters(repo: Repository, commit: CommitId, files: Iterable[FilePlan]) -> dict[tuple[str, Address], Setter]:
    """Who set the target's value in each conflict."""
    from spine.actions.blame import who_set

    found = {}
    for file in files:
        for conflict in file.conflicts:
            setter = who_set(repo, commit, file.path, conflict.at)
            if setter is not None:
                found[file.path, conflict.at] = setter
    return found


def standing_against(proposal: Proposal, ledger: Ledger) -> list[str]:
    """Why a proposal cannot land on a tree with this ledger, whatever its content; a draft counts as pending."""
    known = statuses(ledger)
    return _blockers(proposal, known.get(proposal.id, "pending"), known, ledger)


def _blockers(proposal: Proposal, status: Status, known: dict[str, Status], ledger: Ledger) -> list[str]:
    found = []
    if status == "undone":
        found.append(f"it was applied and undone; spine propose --again {proposal.id} makes a new proposal of it")
    if status == "withdrawn":
        found.append("it is withdrawn")
    if status == "superseded":
        others = [
            one.id for one in ledger.proposals.values() if one.proposal and proposal.id in one.proposal.supersedes
        ]
        found.append(f"it is superseded by {' and '.join(others)}")
    for other in proposal.requires:
        if known.get(other) != "applied":
            found.append(f"it requires {other}, which is {known.get(other, 'not there')}")
    if proposal.undoes is not None and known.get(proposal.undoes) not in ("applied", "undone"):
        found.append(f"it undoes {proposal.undoes}, which is {known.get(proposal.undoes, 'not there')}")
    return found


def check_paths(paths: Iterable[str], settings: Settings, tree: TreeSnapshot) -> None:
    """Raise `UnsafePath`, `Linked`, `BlockedPath` or `Refused` for a path that no proposal may write under these
    settings, or that leads through a link or a file of the tree."""
    folder = settings.folders.proposals
    for path in paths:
        check_path(path, allow=settings.policy.allow, place=Place(printable(path)))
        if path == folder or path.startswith(f"{folder}/"):
            raise Refused("a proposal never changes proposals", place=Place(path))
        for part in (*above(path), path):
            item = tree.item(part)
            if item is not None and item.mode in (LINK, SUBMODULE):
                what = "a symbolic link" if item.mode == LINK else "a submodule"
                raise Linked(f"{printable(part)} is {what}; only regular files are changed", place=Place(path))
            if item is not None and (item.mode == FOLDER) != (part != path):
                what = "a folder" if item.mode == FOLDER else "a file"
                raise BlockedPath(f"{printable(part)} is {what} in the tree", place=Place(path))


def paths_of(proposal: Proposal) -> Iterator[str]:
    """All paths that a proposal writes or removes."""
    for file in proposal.files:
        yield file.path
        if file.moved_from is not None:
            yield file.moved_from


def check_policy(proposal: Proposal, ledger: Ledger, place: str | None = None) -> None:
    """Raise `PolicyUnmet` unless the proposal has all that the settings of the target require.

    `place` is its file; without one it is still to be made, and the option is named.
    """
    lacks = {
        "why": not (proposal.why or "").strip(),
        "loop": proposal.loop is None,
        "gaps": not proposal.registers and not proposal.closes,
    }
    for one in ledger.settings.policy.require:
        if lacks.get(one):
            options = {"gaps": "--registers GAP or --closes GAP", "loop": "--loop LOOP"}.get(one, "--why TEXT")
            raise PolicyUnmet(
                f"the policy of this repository requires “{one}”",
                place=Place(place or options.split()[0]),
                hint=f"give {options}" if place is None else f"spine supersede {proposal.id} {options}",
            )
