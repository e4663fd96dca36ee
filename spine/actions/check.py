"""check: is every governed change of a range explained by receipts, and does it bring new findings? (DESIGN §6)"""

from __future__ import annotations

from dataclasses import dataclass

from spine.actions.covering import Coverage
from spine.actions.explain import CheckedCommit, Explainer
from spine.actions.loop_history import history_of
from spine.actions.validate import findings_of
from spine.actions.workspace import Workspace
from spine.errors import Exit, Finding
from spine.ledger.reading import SETTINGS, read_ledger
from spine.repository import CommitId, Repository, changes_first_parent, resolve_range, snapshot_of


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on a range: every commit that touched something governed, oldest first.

    `fresh` are findings of the files at the end of the range that were not there at its beginning; `seen` counts the
    first-parent commits that were looked at.
    """

    since: str | None
    until: str
    commits: tuple[CheckedCommit, ...]
    fresh: tuple[Finding, ...]
    seen: int

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong."""
        return (*(finding for commit in self.commits for finding in commit.findings), *self.fresh)

    @property
    def unknown(self) -> tuple[Finding, ...]:
        """What could not be told: objects that this clone lacks."""
        return tuple(finding for commit in self.commits for finding in commit.unknown)

    @property
    def exit_code(self) -> Exit:
        """1 for findings, else 6 if something could not be told, else 0."""
        if any(finding.severity == "error" for finding in self.findings):
            return Exit.FAILED
        return Exit.UNKNOWN if self.unknown else Exit.DONE


def check(work: Workspace, text: str) -> Report:
    """Check the first-parent commits of `A..B` (or all that `B` reaches), each against its parent."""
    repo = work.repo
    which = resolve_range(repo, text)
    end = snapshot_of(repo, which.until)
    coverage = Coverage.of(repo, which.until, read_ledger(end))
    commits: list[CheckedCommit] = []
    seen = 0
    for step in reversed(list(changes_first_parent(repo, which))):
        seen += 1
        if step.parent is None:
            continue
        before, after = snapshot_of(repo, step.parent), snapshot_of(repo, step.commit)
        checked = Explainer(repo, step, before, after, coverage).run()
        if checked is not None:
            commits.append(checked)
    return Report(which.since, which.until, tuple(commits), _fresh(repo, which.since, which.until), seen)


def _fresh(repo: Repository, since: CommitId | None, until: CommitId) -> tuple[Finding, ...]:
    """What `validate` finds at the end of the range and did not find at its beginning."""
    end = snapshot_of(repo, until)
    if end.blob(SETTINGS) is None:
        return ()
    known: set[tuple[str, str, str]] = set()
    if since is not None:
        start = snapshot_of(repo, since)
        known = {_key(one) for one in findings_of(start, history=history_of(repo, since, start))}
    found = findings_of(end, history=history_of(repo, until, end))
    return tuple(one for one in found if _key(one) not in known)


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.place.file, finding.message
