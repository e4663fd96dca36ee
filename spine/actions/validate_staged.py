"""validate, as a hook: what would the next commit bring that is wrong? Old findings are no reason to refuse it."""

from __future__ import annotations

from spine.actions.workspace import Workspace
from spine.errors import Finding, Refused
from spine.ledger.glimpse import glimpse_findings
from spine.ledger.reading import SETTINGS, settings_of
from spine.records.scope import BASELINE_FILE, scope_of
from spine.repository import (
    PathChange,
    Repository,
    StagedSnapshot,
    TreeSnapshot,
    Unborn,
    commits_named,
    head,
    snapshot_of,
    staged_changes,
)


def validate_staged(work: Workspace) -> tuple[Finding, ...]:
    """The findings of the staged files that neither HEAD's files nor the baseline have.

    Nothing if what is staged is none of spine's business, or the repository has no `spine.yaml`.
    """
    repo = work.repo
    here = head(repo)
    base = TreeSnapshot(repo, repo.objects.empty_tree) if isinstance(here, Unborn) else snapshot_of(repo, here.commit)
    changes = staged_changes(repo, base.tree)
    files = StagedSnapshot.of(repo, base, changes)
    if files.blob(SETTINGS) is None:
        return ()
    concerns = _concerns(files, changes)
    if not concerns:
        return ()
    paths = [one.path for one in concerns]
    # A glimpse is no judge of settings, which speak of all files, or of what is gone, which any file may name.
    if base.blob(SETTINGS) is None or {SETTINGS, BASELINE_FILE}.intersection(paths):
        return _whole(repo, base, files)
    if any(one.after is None for one in concerns):
        return _whole(repo, base, files)
    if glimpse_findings(files, paths, lambda texts: commits_named(repo, texts)):
        return _whole(repo, base, files)
    return _values(base, files, [one.path for one in changes])


def _concerns(files: StagedSnapshot, changes: tuple[PathChange, ...]) -> list[PathChange]:
    """The changes that spine has a say in."""
    try:
        scope = scope_of(settings_of(files))
    except Refused:  # which is what the check of the settings will say
        return list(changes)
    return [one for one in changes if scope.holds(one.path, is_gone=one.after is None)]


def _values(base: TreeSnapshot, files: StagedSnapshot, touched: list[str]) -> tuple[Finding, ...]:
    """What the changes bring against declared references, rules and schemas."""
    settings = settings_of(files)
    if not (settings.refs or settings.rules or settings.schemas):
        return ()
    from spine.actions.validate import baseline_in
    from spine.ledger.sheets import Sheets
    from spine.ledger.value_checks import brought

    before = Sheets(base, settings)
    return tuple(brought(before, Sheets(files, settings, parsed=before.parsed), touched, baseline_in(files)[0]))


def _whole(repo: Repository, base: TreeSnapshot, files: StagedSnapshot) -> tuple[Finding, ...]:
    from spine.actions.validate import baseline_in, findings_of
    from spine.records.baseline import fingerprint, subtract

    known, flaw = baseline_in(files)
    fresh, _ = subtract(findings_of(repo, files), known)
    if fresh and base.blob(SETTINGS) is not None:
        before = {fingerprint(one) for one in findings_of(repo, base)}
        fresh = [one for one in fresh if fingerprint(one) not in before]
    return (*flaw, *fresh)
