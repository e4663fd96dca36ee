"""check: is every governed change of a range explained by receipts, and does it bring new findings? (DESIGN §6)"""

from __future__ import annotations

from spine.actions.covering import Coverage
from spine.actions.explained import CheckedCommit, Explainer
from spine.actions.validate import baseline_in, findings_of
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Exit, Finding, Place, SpineError
from spine.ledger.reading import SETTINGS, read_ledger
from spine.records.baseline import Baseline, baseline_of, subtract
from spine.repository import (
    BadRevision,
    CommitId,
    Repository,
    changes_first_parent,
    read_commit,
    resolve_range,
    shallow,
    snapshot_of,
)

_FETCH = "git fetch --unshallow   (in CI: fetch-depth: 0, GIT_DEPTH: 0)"


class NotInClone(SpineError):
    """A shallow clone lacks an end of the range, or what lies behind it: nobody can tell here."""

    exit_code = Exit.UNKNOWN
    code = "SP125"


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
    cut = shallow(repo)
    try:
        which = resolve_range(repo, text)
    except BadRevision as error:
        if not cut:
            raise
        raise NotInClone(f"{error.message}, and this clone is shallow", place=error.place, hint=_FETCH) from error
    end = snapshot_of(repo, which.until)
    coverage = Coverage.of(repo, which.until, read_ledger(end))
    commits: list[CheckedCommit] = []
    seen = 0
    for step in reversed(list(changes_first_parent(repo, which))):
        seen += 1
        if step.parent is None:
            if step.commit in cut:
                commits.append(_cut_off(repo, step.commit))
            continue
        before, after = snapshot_of(repo, step.parent), snapshot_of(repo, step.commit)
        checked = Explainer(repo, step, before, after, coverage).run()
        if checked is not None:
            commits.append(checked)
    return Report(which.since, which.until, tuple(commits), _fresh(repo, which.since, which.until), seen)


def _cut_off(repo: Repository, commit: CommitId) -> CheckedCommit:
    """The verdict on a commit whose parents are not in a shallow clone."""
    unknown = Finding(
        NotInClone.code, Place(commit[:12]), "cannot tell: its parents are not in this clone", _FETCH, "warning"
    )
    return CheckedCommit(commit, read_commit(repo, commit).subject, (), (), (), (unknown,))


def _fresh(repo: Repository, since: CommitId | None, until: CommitId) -> tuple[Finding, ...]:
    """What `validate` finds at the end of the range and did not find at its beginning.

    Where governance begins within the range, the baseline that came with it counts; later nothing can be added to it.
    """
    end = snapshot_of(repo, until)
    if end.blob(SETTINGS) is None:
        return ()
    start = snapshot_of(repo, since) if since is not None else None
    known = baseline_of(findings_of(repo, start, tip=since)) if start is not None else Baseline()
    if start is None or start.blob(SETTINGS) is None:
        known |= baseline_in(end)[0]
    return tuple(subtract(findings_of(repo, end, tip=until), known)[0])
