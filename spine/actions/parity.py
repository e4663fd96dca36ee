"""parity: the audits of a tree, each computed at one revision, or beside an older one."""

from __future__ import annotations

from spine.actions.loop_views import books_of
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Exit, Place, Refused, worst
from spine.ids import find_matching, near
from spine.ledger.loops import LoopLedger
from spine.ledger.parity import Cell, Failure, Table
from spine.records.audits import Audit
from spine.repository import resolve, snapshot_of


class NoSuchAudit(Refused):
    """No audit of the settings, or more than one, is what the text means."""

    code = "SP231"


@dataclass(frozen=True, slots=True)
class CellChange:
    """What became of a cell: who came, who went."""

    row: str
    column: str
    before: Cell | None
    after: Cell | None

    @property
    def added(self) -> tuple[str, ...]:
        return _without(self.after, self.before)

    @property
    def removed(self) -> tuple[str, ...]:
        return _without(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Parity:
    """An audit, computed at `at` (None: the work tree) and, if it was asked for, at `since`, an older revision."""

    table: Table
    at: str | None
    before: Table | None = None
    since: str | None = None

    @property
    def changes(self) -> tuple[CellChange, ...]:
        """The cells that differ from the older revision."""
        if self.before is None:
            return ()
        found = []
        for row in self.table.rows:
            for column in self.table.columns:
                change = CellChange(
                    row.title, column, self.before.cell(row.title, column), self.table.cell(row.title, column)
                )
                if change.before != change.after:
                    found.append(change)
        return tuple(found)

    @property
    def exit_code(self) -> Exit:
        """1 if a rule fails, else 6 if a row cannot be told."""
        codes = [Exit.FAILED] if self.table.failures else []
        return worst(codes + ([Exit.UNKNOWN] if self.table.flaws else []))


@dataclass(frozen=True, slots=True)
class ListedAudit:
    """An audit in a list: how many of its rows cannot be told, and which rules fail."""

    audit: Audit
    failures: tuple[Failure, ...]
    flaws: int


def parity(work: Workspace, name: str, *, revision: str | None = None, since: str | None = None) -> Parity:
    """Compute an audit of a revision (else of the work tree). Raises `NoSuchAudit`."""
    books, _ = books_of(work, revision)
    audit = find_audit(books, name)
    at = str(resolve(work.repo, revision)) if revision is not None else None
    before, older = None, None
    if since is not None:
        older = str(resolve(work.repo, since))
        before = books.ground.table(audit.name, older, snapshot_of(work.repo, resolve(work.repo, since)))
    return Parity(books.ground.table(audit.name), at, before, older)


def list_audits(work: Workspace, *, revision: str | None = None) -> tuple[ListedAudit, ...]:
    """The audits that the settings declare, computed."""
    books, _ = books_of(work, revision)
    tables = [books.ground.table(audit.name) for audit in books.settings.audits]
    return tuple(ListedAudit(one.audit, one.failures, len(one.flaws)) for one in tables)


def find_audit(books: LoopLedger, text: str) -> Audit:
    """The audit that a name, or a part of it, means. Raises `NoSuchAudit`."""
    names = [one.name for one in books.settings.audits]
    found = [text] if text in names else find_matching(text, names)
    if len(found) == 1:
        audit = books.settings.audit(found[0])
        assert audit is not None
        return audit
    if found:
        raise NoSuchAudit(
            f"several audits fit: {', '.join(found[:5])}", place=Place(text), hint="give more of the name"
        )
    close = near(text, names, most=1)
    hint = f"did you mean {close[0]}?" if close else "audits: in spine.yaml declares them, see spine help audits"
    raise NoSuchAudit("spine.yaml declares no audit of this name", place=Place(text), hint=hint)


def _without(one: Cell | None, other: Cell | None) -> tuple[str, ...]:
    known = set(other.there) if other is not None else set()
    return tuple(name for name in one.there if name not in known) if one is not None else ()
