"""What a reviewer sees of a range: its proposals by what becomes of them, and what came without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spine.actions.bringing import Counts
from spine.dataclass import dataclass
from spine.errors import Finding
from spine.printable import printable
from spine.review.check_text import verdict
from spine.review.plan_text import counted
from spine.review.proposal_view import ProposalView, proposal_view

if TYPE_CHECKING:
    from spine.actions.moved import Moved
    from spine.actions.review import RangeReview, Reviewed


@dataclass(frozen=True, slots=True)
class Group:
    """Proposals that have the same thing become of them."""

    title: str
    proposals: tuple[ProposalView, ...]


@dataclass(frozen=True)
class RangeView:
    """A range, `since` (None: the beginning) to `until`, with plans on `onto`.

    `groups` has no empty one; `counts` are the totals of what would land, `summary` says all in a line; `by_hand` are
    findings of governed changes that no receipt explains, `fresh` of what the files say at the end, `unknown` of what
    this clone cannot tell; `verdict` is the check in a line.
    """

    since: str | None
    until: str
    onto: str
    groups: tuple[Group, ...]
    counts: Counts
    summary: str
    verdict: str
    by_hand: tuple[Finding, ...]
    fresh: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    unreadable: tuple[tuple[str, str], ...]
    moved: tuple[Moved, ...]

    @property
    def proposals(self) -> tuple[ProposalView, ...]:
        """All proposals, in the order in which they are shown."""
        return tuple(one for group in self.groups for one in group.proposals)

    @property
    def findings(self) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
        """All findings under what they are about."""
        parts = (
            ("Governed changes without a receipt", self.by_hand),
            ("New findings in the files", self.fresh),
            ("What this clone cannot tell", self.unknown),
        )
        return tuple((title, findings) for title, findings in parts if findings)

    @property
    def range(self) -> str:
        """The range as an argument for spine and git."""
        return f"{self.since[:12]}..{self.until[:12]}" if self.since is not None else self.until[:12]

    @property
    def command(self) -> str:
        """What shows all of it in a terminal."""
        onto = f" --onto {self.onto[:12]}" if self.onto != self.until else ""
        return f"spine review {self.range}{onto}"

    @property
    def title(self) -> str:
        """A name for the whole."""
        return f"Review of {self.range}"


def range_view(found: RangeReview) -> RangeView:
    """The view of a range that was looked at."""
    parts = (("To land", found.pending), ("Landed", found.landed), ("Given up, replaced or taken back", found.closed))
    groups = tuple(Group(title, tuple(map(proposal_view, ones))) for title, ones in parts if ones)
    to_land = groups[0].proposals if found.pending else ()
    clean = [one for one in to_land if one.plan is not None and one.plan.outcome == "clean"]
    by_hand = tuple(finding for commit in found.report.commits for finding in commit.findings)
    return RangeView(
        since=found.since,
        until=found.until,
        onto=found.onto,
        groups=groups,
        counts=sum((one.counts for one in clean), Counts()),
        summary=_summary(found, to_land, len(by_hand)),
        verdict=verdict(found.report),
        by_hand=by_hand,
        fresh=found.report.fresh,
        unknown=found.report.unknown,
        unreadable=found.unreadable,
        moved=found.moved,
    )


def moved_text(one: Moved) -> str:
    """`open, high → closed, high: its title`, made printable."""
    before = "new" if one.before is None else one.before
    after = "gone" if one.after is None else one.after
    states = before if before == after else f"{before} → {after}"
    return printable(f"{states}: {one.title}" if one.title else states)


def _summary(found: RangeReview, to_land: tuple[ProposalView, ...], by_hand: int) -> str:
    """`Review: 3 proposals to land (2 ready to land, 1 conflicts), 1 landed`."""
    states: dict[str, int] = {}
    for one in to_land:
        states[one.state] = states.get(one.state, 0) + 1
    parts = []
    if to_land:
        told = ", ".join(f"{count} {state}" for state, count in states.items())
        parts.append(f"{counted(len(to_land), 'proposal')} to land ({told})")
    parts += [f"{len(found.landed)} landed"] * bool(found.landed)
    parts += [f"{number} {state}" for state, number in _states(found.closed)]
    parts += [f"{len(found.unreadable)} unreadable"] * bool(found.unreadable)
    parts += [f"{counted(by_hand, 'finding')} about changes without a receipt"] * bool(by_hand)
    parts += [counted(len(found.report.fresh), "new finding")] * bool(found.report.fresh)
    return f"Review: {', '.join(parts) or 'no proposal and nothing that needs one'}"


def _states(ones: tuple[Reviewed, ...]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for one in ones:
        found[one.status] = found.get(one.status, 0) + 1
    return list(found.items())
