"""Who may land a proposal: what the target's own policy asks for, and how far names are proved.

The policy is read from the target's tip (of `check`: from the parent), never from what the proposal brings along: a
change of the policy is judged by the policy that it changes. Approvals are read beside the proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Exit, Finding, Place, SpineError
from spine.ledger.authority import BrokenGlass, Proof, Seen, Unmet, unmet
from spine.ledger.reading import RECEIPT, Files, Ledger, Stored
from spine.printable import printable
from spine.records.approval import SIGNATURE, Approval
from spine.records.authority import Authority, mail_of
from spine.records.receipt import Glass, Receipt
from spine.records.settings import Settings
from spine.repository import CommitId, Repository, added_by, read_commit
from spine.repository.signatures import CannotVerify, is_signed_by, who_signed

FORGE = "names are not proved here: that is left to the forge"
SIGNED = "names are proved by ssh signatures"


class NotAllowed(SpineError):
    """The target's policy does not let this land: who lands it may not, or approvals are missing."""

    exit_code = Exit.POLICY
    code = "SP145"

    def __init__(self, proposal: str, missing: tuple[Unmet, ...], authority: Authority) -> None:
        first = missing[0]
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        super().__init__(
            f"the policy of the target does not let {proposal} land: {first.message} ({first.rule}){more}; "
            f"{SIGNED if authority.signers else FORGE}",
            place=first.place,
            hint=first.hint,
        )
        self.missing = missing


class NotProved(SpineError):
    """The landing commit is not signed by whom the receipt names."""

    exit_code = Exit.POLICY
    code = "SP151"


class NoGlass(SpineError):
    """The glass cannot be broken: the policy does not say that there is one, or not for this person."""

    exit_code = Exit.POLICY
    code = "SP146"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a proposal stands before the policy of the target: who has approved, what is missing, and whether names are
    proved by signatures."""

    seen: tuple[Seen, ...]
    unmet: tuple[Unmet, ...]
    is_signed: bool


@dataclass(frozen=True, slots=True)
class Court:
    """The policy of one tree, with the keys that it trusts."""

    repo: Repository
    settings: Settings
    signers: bytes | None

    @classmethod
    def of(cls, repo: Repository, tree: Files, settings: Settings) -> Court:
        """The policy of the tree that is landed on."""
        name = settings.policy.authority.signers
        return cls(repo, settings, (tree.read(name) or b"") if name is not None else None)

    @property
    def authority(self) -> Authority:
        """What the policy says of who may what."""
        return self.settings.policy.authority

    def seen(self, stored: Stored) -> tuple[Seen, ...]:
        """The approvals beside a proposal, each with what is known of who gave it."""
        return tuple(
            Seen(one, f"{stored.folder}/{name}", self._proof(stored, name, one)) for name, one in stored.approvals
        )

    def _proof(self, stored: Stored, name: str, approval: Approval) -> Proof:
        if self.signers is None:
            return "left to the forge"
        path = f"{stored.folder}/{name}"
        data, signature = stored.files.read(path), stored.files.read(path + SIGNATURE)
        if data is None or signature is None:
            return "not signed"
        try:
            good = is_signed_by(self.repo, data, signature, mail_of(approval.by), self.signers, approval.at)
        except CannotVerify:
            return "cannot tell"
        return "signed" if good else "wrong signature"

    def unmet(self, stored: Stored, lander: str | None, at: datetime, seen: tuple[Seen, ...]) -> tuple[Unmet, ...]:
        """What is missing for this proposal to be landed by that person at that time."""
        proposal = stored.proposal
        if proposal is None or not self.authority.rules:
            return ()
        paths = {file.path for file in proposal.files} | {f.moved_from for f in proposal.files if f.moved_from}
        governed = [path for path in paths if self.settings.is_governed(path)]
        return unmet(self.authority, proposal, stored.digest or "", governed, lander, seen, at)


def let_in(work: Workspace, tree: Files, settings: Settings, stored: Stored, glass: str | None) -> Glass | None:
    """Raise `NotAllowed` unless this run may land the proposal there; `glass` is a reason to land it all the same.

    Gives what the receipt has to say of that; None where nothing had to be broken.
    """
    court = Court.of(work.repo, tree, settings)
    if glass is not None:
        _may_break(court, work.person)
    missing = court.unmet(stored, work.person, work.now(), court.seen(stored)) if court.authority.rules else ()
    if not missing:
        return None
    rule = court.authority.glass
    if glass is None:
        raise NotAllowed(stored.id, missing, court.authority)
    assert rule is not None
    return Glass(glass, (work.now() + timedelta(days=rule.days)).replace(microsecond=0))


def prover(work: Workspace, tree: Files, settings: Settings, glass: Glass | None) -> Callable[[CommitId], None] | None:
    """What the landing commit is asked before the branch moves: whether the lander's own key signed it, where the
    policy says who may land and names signers. None where nothing is to be proved."""
    court = Court.of(work.repo, tree, settings)
    signers = court.signers
    if signers is None or glass is not None or not any(rule.apply for rule in court.authority.rules):
        return None

    def prove(commit: CommitId) -> None:
        who = who_signed(work.repo, commit, signers, work.now())
        if who is None or mail_of(who) != mail_of(work.person):
            by = f"{printable(who)} signed it" if who is not None else "no allowed signer did"
            raise NotProved(
                f"the policy proves who lands by signatures: {work.person} would have to sign the commit, and {by}",
                place=Place(settings.policy.authority.signers or ""),
                hint="git config commit.gpgSign true; git config gpg.format ssh; git config user.signingKey KEY",
            )

    return prove


def _may_break(court: Court, person: str) -> None:
    rule = court.authority.glass
    place = Place("--break-glass")
    if rule is None:
        raise NoGlass(
            "the policy of the target has no “break_glass”", place=place, hint="spine plan tells what is missing"
        )
    if mail_of(person) not in court.authority.people(rule.by):
        raise NoGlass(f"{', '.join(rule.by)} may break the glass, and not {person}", place=place)


def standing(work: Workspace, tree: Files, settings: Settings, stored: Stored) -> Standing | None:
    """How a proposal stands, whoever lands it; None where the policy says nothing of who."""
    court = Court.of(work.repo, tree, settings)
    if not court.authority.rules:
        return None
    seen = court.seen(stored)
    return Standing(seen, court.unmet(stored, work.person or None, work.now(), seen), court.signers is not None)


# ---- afterwards ---------------------------------------------------------------------------------------------------


def broken_glass(repo: Repository, tree: Files, ledger: Ledger, now: datetime) -> tuple[BrokenGlass, ...]:
    """The landings against the policy that nobody else has reviewed, oldest first."""
    court: Court | None = None
    found = []
    for stored in ledger.proposals.values():
        receipt = stored.receipt
        if receipt is None or receipt.glass is None:
            continue
        court = court or Court.of(repo, tree, ledger.settings)
        if not any(is_review(one, stored, receipt) for one in court.seen(stored)):
            found.append(
                BrokenGlass(
                    stored.id, f"{stored.folder}/{RECEIPT}", receipt.glass.why, receipt.by, receipt.glass.review_by,
                    receipt.glass.review_by <= now,
                )
            )  # fmt: skip
    return tuple(found)


def is_review(one: Seen, stored: Stored, receipt: Receipt) -> bool:
    """Whether somebody else than who broke the glass, and than the author, has looked at it since."""
    proposal, approval = stored.proposal, one.approval
    own = {mail_of(receipt.by)} | ({mail_of(proposal.author)} if proposal is not None else set())
    return (
        approval.verdict == "reviewed"
        and one.proof in ("signed", "left to the forge")
        and approval.digest == receipt.digest
        and mail_of(approval.by) not in own
        and approval.at >= receipt.landed
    )


def landing_findings(
    repo: Repository, before: Files, settings: Settings, stored: Stored, commit: CommitId, parents: int
) -> Iterator[Finding]:
    """What of a landing broke the policy of the commit's parent. The place is the receipt's path."""
    court = Court.of(repo, before, settings)
    receipt = stored.receipt
    if receipt is None or not court.authority.rules:
        return
    path = f"{stored.folder}/{RECEIPT}"
    at = receipt.landed.astimezone(UTC)
    # What was added later is of later; an approval that came with the landing itself counts if it is older.
    missing = court.unmet(stored, receipt.by, at, court.seen(stored))
    if missing and receipt.glass is not None:
        rule = court.authority.glass
        if rule is None or mail_of(receipt.by) not in court.authority.people(rule.by):
            yield Finding("SP147", Place(path), f"the glass was broken by {receipt.by}, whom the policy does not let")
        return
    for one in missing:
        code = "SP149" if one.is_approval else "SP148"
        yield Finding(code, Place(path), f"landed against the policy of then ({one.rule}): {one.place}: {one.message}")
    if court.signers is not None:
        yield from _hand(court, receipt, path, commit, parents, stored)


def _hand(
    court: Court, receipt: Receipt, path: str, commit: CommitId, parents: int, stored: Stored
) -> Iterator[Finding]:
    """Whether the commit that landed it is signed by whom the receipt names."""
    if not any(rule.apply for rule in court.authority.rules):
        return
    landing: CommitId | None = commit
    if parents > 1:
        landing = added_by(court.repo, path, read_commit(court.repo, commit).parents[1])
    assert court.signers is not None
    try:
        who = who_signed(court.repo, landing or commit, court.signers, receipt.landed)
    except CannotVerify as error:
        yield Finding("SP144", Place(path), f"cannot tell who landed it: {error.message}", error.hint, "warning")
        return
    if who is None:
        message = f"the landing is not signed by an allowed signer, so that nothing proves it was {receipt.by}"
        yield Finding("SP150", Place(path), message, "git config commit.gpgSign true")
    elif mail_of(who) != mail_of(receipt.by):
        yield Finding("SP150", Place(path), f"the receipt names {receipt.by}, and {printable(who)} signed the commit")
