"""absorb: commits made by hand get a proposal and a receipt afterwards (`propose --from A..B --landed`)."""

from __future__ import annotations

from spine.actions.apply import branch_ref
from spine.actions.message import landing_message, landing_trailers
from spine.actions.propose import Wanted, prepare
from spine.actions.sources import FromRange, gather
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ledger.reading import RECEIPT, SETTINGS, settings_of
from spine.records.proposal import Proposal
from spine.records.receipt import Landed as LandedFile
from spine.records.receipt import Receipt, write_receipt
from spine.repository import (
    Commit,
    CommitId,
    Decision,
    Landed,
    TreeSnapshot,
    changes_first_parent,
    is_ancestor,
    land,
    resolve_range,
    snapshot_of,
)


@dataclass(frozen=True, slots=True)
class Absorbed:
    """The commits `covers` are recorded by `proposal`, in a commit that changes nothing else."""

    proposal: Proposal
    covers: tuple[str, ...]
    commit: Commit


def absorb(work: Workspace, text: str, wanted: Wanted, *, branch: str | None = None) -> Absorbed:
    """Record the governed changes of the commits `A..B`, which the branch has already, as one landed proposal.

    Raises `Refused` if the branch does not have them.
    """
    repo = work.repo
    which = resolve_range(repo, text)
    if which.since is None:
        raise Refused("a range has two ends, A..B", place=Place(text))
    settings = settings_of(snapshot_of(repo, which.until))
    gathered = gather(work, FromRange(text))
    files = tuple(one for one in gathered.files if one.path == SETTINGS or settings.is_governed(one.path))
    if not files:
        raise Refused("no governed file changed in this range", place=Place(text))
    paths = [one.path for one in files]
    covers = tuple(str(step.commit) for step in changes_first_parent(repo, which, paths))[::-1]
    prepared = prepare(work, type(gathered)(gathered.base, files, (), gathered.said), wanted, may_add=False)
    proposal = prepared.proposal
    trailers = landing_trailers(proposal, prepared.digest)

    def decide(tree: TreeSnapshot, tip: CommitId | None) -> Decision:
        if tip is None or not is_ancestor(repo, which.until, tip):
            raise Refused(
                "the branch does not have these commits", place=Place(text), hint="name the branch they are on"
            )
        hash_blob = repo.objects.hash_blob
        landed = [
            LandedFile(
                one.path,
                hash_blob(one.before.data) if one.before is not None else None,
                hash_blob(one.after.data) if one.after is not None else None,
            )
            for one in files
        ]
        receipt = Receipt(
            proposal=proposal.id,
            digest=prepared.digest,
            onto=str(tip),
            run=work.run,
            landed=work.now().replace(microsecond=0),
            by=work.person,
            files=tuple(sorted(landed, key=lambda one: one.path)),
            notes=("recorded afterwards",),
            covers=covers,
        )
        changes: dict[str, bytes | None] = {
            f"{prepared.folder}/{name}": data for name, data in prepared.contents.items()
        }
        changes[f"{prepared.folder}/{RECEIPT}"] = write_receipt(receipt).encode("utf-8")
        return Decision(changes, landing_message(proposal, trailers), trailers=trailers)

    landed = land(repo, branch_ref(work, branch), decide, reason=f"spine: record {text[:80]}", wait=work.wait)
    assert isinstance(landed, Landed)
    return Absorbed(proposal, covers, landed.commit)
