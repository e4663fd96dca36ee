"""What a policy still asks for before a proposal may land: a function of rules, proposal, lander and approvals.

Whether a signature is good is not asked here: each approval comes with what was found out about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from spine.address import Address, Item, Key, Step
from spine.change.operations import Comment, Expect, Rename, SetValue
from spine.dataclass import dataclass
from spine.errors import Place
from spine.globs import fits_all
from spine.patterns import AddressPattern, Any, Part
from spine.records.approval import Approval
from spine.records.authority import Authority, Ground, Rule, mail_of
from spine.records.proposal import FileChange, Proposal

Proof = Literal["signed", "left to the forge", "not signed", "wrong signature", "cannot tell"]
_HOLDING = frozenset("[{*&!\n")  # without any of these a value holds no other
GOOD: frozenset[Proof] = frozenset({"signed", "left to the forge"})


@dataclass(frozen=True, slots=True)
class Seen:
    """An approval, where it lies, and how far its author's name is proved."""

    approval: Approval
    path: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class Touch:
    """A place that a proposal writes; no address: the whole file. `is_leaf`: nothing lies below it."""

    path: str
    address: Address | None = None
    is_leaf: bool = False

    def __str__(self) -> str:
        return self.path if self.address is None else f"{self.path}#{self.address}"


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing that a rule asks for and that is not there. `place` is in the proposal's words: file and address."""

    rule: str
    place: Place
    message: str
    hint: str
    is_approval: bool


def touches(proposal: Proposal) -> Iterator[Touch]:
    """All places that a proposal writes."""
    for file in proposal.files:
        if file.moved_from is not None:
            yield Touch(file.moved_from)
        yield from _written(file)


def _written(file: FileChange) -> Iterator[Touch]:
    change = file.change
    if change is None or change.patch or not change.ops or file.mode is not None or file.moved_from is not None:
        yield Touch(file.path)
        return
    for op in change.ops:
        if isinstance(op, Expect):
            continue
        is_leaf = isinstance(op, Comment) or (isinstance(op, SetValue) and _HOLDING.isdisjoint(op.old + op.new))
        yield Touch(file.path, op.at, is_leaf)
        if isinstance(op, Rename):
            yield Touch(file.path, op.at.parent / op.to)


def speaks_of(ground: Ground, touch: Touch, *, is_governed: bool) -> bool:
    """Whether a rule's ground has the touched place, something above it, or something below it."""
    if not (is_governed if ground.files is None else ground.files.matches(touch.path)):
        return False
    if ground.address is None or touch.address is None:
        return True
    return _meet(ground.address, touch.address, is_leaf=touch.is_leaf)


def _meet(pattern: AddressPattern, address: Address, *, is_leaf: bool) -> bool:
    if pattern.document is not None and pattern.document != address.document:
        return False
    steps = address.steps
    if any(fits_all(pattern.parts, steps[:end], Any.STEPS, _may_be) for end in range(len(steps) + 1)):
        return True
    # Something below the address, which the pattern's first parts then lead to.
    return not is_leaf and any(
        fits_all(pattern.parts[:end], steps, Any.STEPS, _may_be) for end in range(len(pattern.parts) + 1)
    )


def _may_be(part: Part, step: Step) -> bool:
    """Whether a part of a pattern may mean the step. An item by one field may be the item by another, so that nobody
    gets around a rule by another name of the same thing."""
    if part is Any.KEY or isinstance(part, Key):
        return isinstance(step, Key) and (part is Any.KEY or part.name == step.name)
    if part is Any.ITEM or isinstance(step, Key):
        return not isinstance(step, Key)
    if isinstance(part, Item) and isinstance(step, Item):
        theirs = dict(step.fields)
        return all(theirs.get(name, value) == value for name, value in part.fields)
    return True


@dataclass(frozen=True, slots=True)
class Concern:
    """A rule that speaks of something which the proposal writes; the first such place."""

    rule: Rule
    touch: Touch


def concerns(authority: Authority, proposal: Proposal, governed: Iterable[str]) -> tuple[Concern, ...]:
    """The rules that hold for a proposal. `governed` are its paths that are governed."""
    known = frozenset(governed)
    written = tuple(dict.fromkeys(touches(proposal)))
    found = []
    for rule in authority.rules:
        hit = next(
            (one for one in written if any(speaks_of(at, one, is_governed=one.path in known) for at in rule.where)),
            None,
        )
        if hit is not None:
            found.append(Concern(rule, hit))
    return tuple(found)


def counting(seen: Sequence[Seen], digest: str, at: datetime) -> dict[str, Seen]:
    """By mail address: the latest word of each person, if that approves of exactly this and counts at that time."""
    latest: dict[str, Seen] = {}
    for one in sorted(seen, key=lambda one: (one.approval.at, one.approval.verdict == "withdrawn", one.path)):
        if one.approval.verdict != "reviewed" and one.proof in GOOD and one.approval.at <= at:
            latest[mail_of(one.approval.by)] = one
    return {
        mail: one
        for mail, one in latest.items()
        if one.approval.verdict == "approved"
        and one.approval.digest == digest
        and (one.approval.expires is None or at < one.approval.expires)
    }


def unmet(
    authority: Authority,
    proposal: Proposal,
    digest: str,
    governed: Iterable[str],
    lander: str | None,
    seen: Sequence[Seen],
    at: datetime,
) -> tuple[Unmet, ...]:
    """What is missing. `lander` is `Name <mail>`, None where nobody is landing it yet; `at` the time of the landing."""
    found = []
    given = counting(seen, digest, at)
    for concern in concerns(authority, proposal, governed):
        rule, place = concern.rule, Place(str(concern.touch))
        if rule.apply and lander is not None and mail_of(lander) not in authority.people(rule.apply):
            message = f"{', '.join(rule.apply)} may land this, and not {lander}"
            found.append(Unmet(str(rule), place, message, f"ask one of them to run spine apply {proposal.id}", False))
        allowed = authority.people(rule.by)
        own = mail_of(proposal.author)
        counted = [mail for mail in given if (not allowed or mail in allowed) and (rule.may_approve_own or mail != own)]
        if len(counted) < rule.approvals:
            message = f"{len(counted)} of {rule.approvals} approvals" + (f" by {', '.join(rule.by)}" if rule.by else "")
            message += "".join(f"; {why}" for why in _not_counted(seen, given, counted, digest, own, at))
            found.append(Unmet(str(rule), place, message, f"spine approve {proposal.id}", True))
    return tuple(found)


def _not_counted(
    seen: Sequence[Seen], given: dict[str, Seen], counted: list[str], digest: str, own: str, at: datetime
) -> Iterator[str]:
    for one in seen:
        mail, approval = mail_of(one.approval.by), one.approval
        if approval.verdict != "approved" or mail in counted:
            continue
        if one.proof not in GOOD:
            why = "its signature cannot be checked" if one.proof == "cannot tell" else f"it is {_said(one.proof)}"
        elif approval.digest != digest:
            why = "it is of another digest"
        elif approval.expires is not None and approval.expires <= at:
            why = "it has expired"
        elif approval.at > at:
            why = "it is of a time to come"
        elif mail not in given:
            why = "it was withdrawn"
        else:
            why = "the author's own does not count" if mail == own else "not one of those who are asked"
        yield f"that of {approval.by}: {why}"


def _said(proof: Proof) -> str:
    return "signed wrongly" if proof == "wrong signature" else proof


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """A landing against the rules that nobody has reviewed yet."""

    id: str
    path: str
    why: str
    by: str
    review_by: datetime
    is_overdue: bool


__all__ = [
    "GOOD", "BrokenGlass", "Concern", "Proof", "Seen", "Touch", "Unmet", "concerns", "counting", "speaks_of",
    "touches", "unmet",
]  # fmt: skip
