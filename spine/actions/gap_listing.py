"""gap list and show: the gaps of a tree, and one of them with all that the ledger says about it. Reads only."""

from __future__ import annotations

from spine.actions.gap_desk import Desk
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Finding
from spine.ledger.gap_checks import evidence_holds, gaps_are_whole
from spine.ledger.gaps import StoredGap
from spine.ledger.status import Status, statuses
from spine.records.gap import SEVERITIES


@dataclass(frozen=True, slots=True)
class GapList:
    """The chosen gaps, the gravest first, then by id; and how many there are of each state."""

    gaps: tuple[StoredGap, ...]
    counts: dict[str, int]
    unread: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class GapView:
    """A gap, the proposals that register and close it with their states, and what is wrong with it."""

    gap: StoredGap
    registered_by: tuple[tuple[str, Status], ...]
    closed_by: tuple[tuple[str, Status], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which gaps to list; an empty choice is every one."""

    statuses: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    loop: str | None = None

    def holds(self, gap: StoredGap) -> bool:
        """Whether the gap is one of those."""
        return (
            (not self.statuses or (gap.status or "unknown") in self.statuses)
            and (not self.severities or gap.severity in self.severities)
            and (not self.types or gap.type in self.types)
            and (self.loop is None or gap.loop == self.loop)
        )


def list_gaps(work: Workspace, chosen: Chosen, *, revision: str | None = None) -> GapList:
    """The gaps of the work tree, or of a revision."""
    tree = Desk.open(work, revision=revision).tree
    counts: dict[str, int] = {}
    for gap in tree.gaps.stored:
        state = gap.status or "unknown"
        counts[state] = counts.get(state, 0) + 1
    found = sorted(filter(chosen.holds, tree.gaps.stored), key=_order)
    return GapList(tuple(found), counts, tuple(tree.gaps.findings))


def show_gap(work: Workspace, text: str, *, revision: str | None = None) -> GapView:
    """One gap. Raises `NoSuchGap`."""
    desk = Desk.open(work, revision=revision)
    gap, tree = desk.find(text), desk.tree
    known = statuses(tree.ledger)
    proposals = [stored.proposal for stored in tree.ledger.proposals.values() if stored.proposal is not None]
    findings = [*gaps_are_whole(tree), *evidence_holds(tree)]
    return GapView(
        gap,
        tuple((one.id, known[one.id]) for one in proposals if gap.id in one.registers),
        tuple((one.id, known[one.id]) for one in proposals if gap.id in one.closes),
        tuple(one for one in findings if one.place == gap.place or gap.id in one.message.split()),
    )


def _order(gap: StoredGap) -> tuple[int, int, str, int]:
    open_first = ("open", "accepted", None, "closed").index(gap.status)
    grave = SEVERITIES.index(gap.severity) if gap.severity in SEVERITIES else -1
    prefix, _, digits = gap.id.rpartition("-")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 13 else 0
    return open_first, -grave, prefix, number
