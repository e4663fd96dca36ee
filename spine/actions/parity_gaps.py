"""parity --propose: the gaps for what an audit misses, as one proposal.

Each missing member of a rule that fails is a gap; where no members are known, the row is. A gap says in its last line
which audit, row, column and member it is about, so that the same is never filed twice: not while such a gap is open or
accepted, nor while a proposal that registers it waits. A gap that names the member in its own words counts too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spine.actions.gap_desk import Desk
from spine.actions.gap_numbers import next_gap
from spine.actions.locate import drafts_of
from spine.actions.parity import Parity
from spine.actions.propose import Proposed, Wanted, write_gathered
from spine.actions.sources import Edited, Gathered, Side
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ids import GapId
from spine.ledger.gaps import StoredGap
from spine.printable import printable
from spine.records.gap import Gap, read_gap, write_gap
from spine.records.gap_text import registered

_SPEAKING = re.compile(r"[\w.-]*[-_.0-9][\w.-]*")  # a name that is none of the words people use anyway
_MOST = 200


@dataclass(frozen=True, slots=True)
class Wanting:
    """What is missing: a member (None: the whole row) of a row in a column, by a rule."""

    audit: str
    row: str
    column: str
    member: str | None
    rule: str

    @property
    def mark(self) -> str:
        """The line by which a gap says that it is about this."""
        who = f" / {self.member}" if self.member is not None else ""
        return printable(f"Audit {self.audit}: {self.row} / {self.column}{who}")

    @property
    def title(self) -> str:
        """The title of its gap."""
        who = self.member if self.member is not None else self.column
        return " ".join(printable(f"{who} is missing from “{self.row}” ({self.column})").split())[:200]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A gap that was drafted for something that is missing."""

    wanting: Wanting
    gap: Gap


@dataclass(frozen=True, slots=True)
class Known:
    """Something that is missing and has a gap, or a proposal of one, already."""

    wanting: Wanting
    by: str


@dataclass(frozen=True, slots=True)
class GapsProposed:
    """What `parity --propose` did; `proposed` is None if there was nothing to draft."""

    parity: Parity
    drafted: tuple[Drafted, ...]
    known: tuple[Known, ...]
    proposed: Proposed | None


def propose_gaps(work: Workspace, found: Parity, *, why: str | None = None) -> GapsProposed:
    """Propose a gap for everything that is missing and has none."""
    desk = Desk.open(work, for_proposal=True)
    audit = found.table.audit
    known: list[Known] = []
    new: list[Wanting] = []
    said = list(_said(work, desk))
    for wanting in wantings(found):
        by = next((id_ for id_, text in said if _is_about(text, wanting)), None)
        if by is not None:
            known.append(Known(wanting, by))
        else:
            new.append(wanting)
    if len(new) > _MOST:
        raise Refused(
            f"{len(new)} gaps would be drafted, the limit is {_MOST}", hint="narrow the rules of the audit to some rows"
        )
    if not new:
        return GapsProposed(found, (), tuple(known), None)
    settings = desk.tree.settings
    loop = audit.loop if audit.loop in desk.tree.loops else None
    first = next_gap(work.repo, settings, settings.gaps.prefix)
    drafted = []
    for number, wanting in enumerate(new, first.number):
        gap = Gap(
            id=GapId.make(first.prefix, number),
            title=wanting.title,
            type="missing-entry",
            severity=audit.severity,
            status="open",
            found=work.now().date(),
            loop=loop,
            description=f"The rule “{printable(wanting.rule)}” does not hold.\n{wanting.mark}\n",
        )
        read_gap(write_gap(gap), file="gap")
        drafted.append(Drafted(wanting, gap))
    assert desk.base is not None
    count = len(drafted)
    title = f"Register what audit {audit.name} misses: {count} gap{'' if count == 1 else 's'}"
    reason = why or f"The rules of audit {audit.name} fail; each gap names the row and the member."
    wanted = Wanted(title=title, why=reason, loop=loop, registers=tuple(one.gap.id for one in drafted))
    proposed = write_gathered(work, Gathered(desk.base, tuple(_edits(desk, drafted))), wanted, keep=True)
    return GapsProposed(found, tuple(drafted), tuple(known), proposed)


def wantings(found: Parity) -> Iterator[Wanting]:
    """All that is missing by rules that fail, once each."""
    seen: set[tuple[str, str, str | None]] = set()
    for failure in found.table.failures:
        for member in failure.missing or (None,):
            key = failure.row, failure.column, member
            if key not in seen:
                seen.add(key)
                yield Wanting(found.table.audit.name, failure.row, failure.column, member, failure.rule)


def _edits(desk: Desk, drafted: list[Drafted]) -> Iterator[Edited]:
    """A file for each gap; where a register holds the gaps, entries behind its last."""
    settings = desk.tree.settings
    path = settings.gaps.register
    if path is None or any(one.gap is not None for one in desk.tree.gaps.stored):
        for one in drafted:
            file = f"{settings.folders.gaps}/{one.gap.id}.yaml"
            yield Edited(file, None, Side(write_gap(one.gap).encode("utf-8"), "100644"))
        return
    before = desk.text(path)
    text = before
    for one in drafted:
        text = registered(text, one.gap, settings.rules_for(path).identity)
    blob = desk.files.blob(path)
    mode = blob.mode if blob is not None else "100644"
    yield Edited(path, Side(before.encode("utf-8"), mode), Side(text.encode("utf-8"), mode))


def _said(work: Workspace, desk: Desk) -> Iterator[tuple[str, str]]:
    """What each open or accepted gap says, and each gap of a proposal that has not landed, with who says it."""
    for one in desk.tree.gaps.stored:
        if one.status in ("open", "accepted"):
            yield one.id, _words(one)
    ledger = desk.tree.ledger
    waiting = {**drafts_of(work.repo, ledger).proposals, **ledger.proposals}
    for stored in waiting.values():
        if stored.has_receipt or stored.has_withdrawal or stored.proposal is None or not stored.proposal.registers:
            continue
        for file in stored.proposal.files:
            if file.content is not None:
                yield stored.id, _of_file(file.content)
            elif file.change is not None:
                yield stored.id, "\n".join(str(getattr(op, "text", "")) for op in file.change.ops)


def _of_file(text: str) -> str:
    try:
        gap = read_gap(text)
    except Refused:
        return ""
    return f"{gap.title}\n{gap.description or ''}"


def _words(one: StoredGap) -> str:
    if one.gap is not None:
        return f"{one.title}\n{one.gap.description or ''}"
    said = one.entry.fields.get("description", "") if one.entry is not None else ""
    return f"{one.title}\n{said}"


def _is_about(text: str, wanting: Wanting) -> bool:
    lines = {line.strip() for line in text.split("\n")}
    if wanting.mark in lines:
        return True
    member = wanting.member
    if member is None or len(member) < 6 or not _SPEAKING.fullmatch(member):
        return False
    return re.search(rf"(?<![\w.-]){re.escape(member)}(?![\w-])", text) is not None
