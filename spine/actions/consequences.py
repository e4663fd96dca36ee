"""What a landing would do to the agreement of values: findings that it would bring, found before there is a commit."""

from __future__ import annotations

from collections.abc import Sequence

from spine.actions.bringing import FilePlan
from spine.actions.overlay import Overlay
from spine.errors import Finding, Refused
from spine.ledger.reading import SETTINGS, settings_of
from spine.records.settings import Settings
from spine.repository import Repository, Snapshot


def consequences(
    repo: Repository, tree: Snapshot, settings: Settings, files: Sequence[FilePlan]
) -> tuple[Finding, ...]:
    """The findings that planned files would bring to a tree, of the rules that will hold then; old debt is none of it.

    Debt is known by the baseline of the tree as it is: no change brings its own excuse. Where no rules hold
    then nothing is read. What is wrong with the new settings themselves is a finding too.
    """
    overlay = Overlay(repo, tree)
    for file in files:
        if file.moved_from is not None:
            overlay.files[file.moved_from] = (None, file.mode)
        overlay.files[file.path] = (file.after, file.mode)
    then = settings
    if SETTINGS in overlay.files and overlay.read(SETTINGS) is not None:
        try:
            then = settings_of(overlay)
        except Refused as error:
            return (Finding(error.code, error.place, error.message, error.hint),) if error.place else ()
    if not (then.refs or then.rules or then.schemas):
        return ()
    from spine.actions.validate import baseline_in
    from spine.ledger.sheets import Sheets
    from spine.ledger.value_checks import brought

    before = Sheets(tree, settings)
    after = Sheets(overlay, then, parsed=before.parsed)
    return tuple(brought(before, after, overlay.files.keys(), baseline_in(tree)[0]))
