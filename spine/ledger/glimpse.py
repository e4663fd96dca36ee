"""A tree seen only where a change touches it: what did not change, and is settled, is known by its name and not read.

A check of a glimpse may miss what reaches beyond the changed files, and may find what the whole tree would not: it is
for a hook, which asks the whole tree as soon as a glimpse finds anything. What is left to `check` in CI is little.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

from spine.errors import Finding, Place
from spine.ledger.checks import CHECKS, FindCommits, Item, Tracked, Tree, values_keep_the_rules
from spine.ledger.gap_links import gap_of
from spine.ledger.gaps import Gaps, StoredGap, read_gaps
from spine.ledger.reading import Files, Ledger, Stored
from spine.records.settings import Folders, Settings


class Glimpse(Tree):
    """The tree `files`, of which the paths in `changed` differ from a tree that is known."""

    def __init__(self, files: Tracked, changed: Collection[str], find_commits: FindCommits | None = None) -> None:
        self.changed = frozenset(changed)
        self._narrow = _Narrow(files, self.changed)
        super().__init__(self._narrow, find_commits=find_commits)
        self._narrow.folders = self.settings.folders
        touched = {path.rsplit("/", 1)[0] for path in self.changed}
        known = {
            id_: Stored(id_, one.folder, one.names, _UNREAD) if one.has_receipt and one.folder not in touched else one
            for id_, one in self.ledger.proposals.items()
        }
        self.ledger = Ledger(self.settings, known)

    @cached_property
    def gaps(self) -> Gaps:
        """The changed gaps; of the others their ids, and of an unchanged register nothing."""
        settings = self.settings
        if settings.gaps.register is not None and settings.gaps.register not in self.changed:
            settings = Settings(folders=settings.folders)
        gaps = read_gaps(self.files, settings)
        known = {one.path for one in gaps.stored} | {one.place.file for one in gaps.findings}
        folder = f"{settings.folders.gaps}/"
        for path in self.paths:
            if path.startswith(folder) and path.endswith(".yaml") and path not in known:
                gaps.stored.append(StoredGap(gap_of(path), Place(path), "", "", "", None, None, None))
        return gaps

    def is_known(self, path: str) -> bool:
        """Whether that file is as it was."""
        return path not in self.changed

    def is_link(self, path: str) -> bool:
        """Whether a link stands there; what has not changed in the ledger's folders was asked when it came."""
        folders = self.settings.folders
        ledger = tuple(f"{folder}/" for folder in (folders.proposals, folders.loops, folders.gaps))
        return (path in self.changed or not path.startswith(ledger)) and super().is_link(path)

    def governed(self) -> list[str]:
        """The changed governed files."""
        return self._governed

    @cached_property
    def _governed(self) -> list[str]:
        yaml = (path for path in self.changed if path.endswith((".yaml", ".yml")) and self.settings.is_governed(path))
        return sorted(set(yaml).intersection(self.paths))


def glimpse_findings(files: Tracked, changed: Collection[str], find_commits: FindCommits) -> list[Finding]:
    """What a glimpse finds; of values `value_checks.brought` speaks, which knows itself what a change can affect."""
    glimpse = Glimpse(files, changed, find_commits)
    checks = (check for check in CHECKS if check is not values_keep_the_rules)
    return [*glimpse.findings, *(finding for check in checks for finding in check(glimpse))]


class _Narrow:
    """Files of which a folder of loops or gaps shows only what changed in it."""

    def __init__(self, files: Tracked, changed: frozenset[str]) -> None:
        self.of = files
        self.changed = changed
        self.folders: Folders | None = None

    def read(self, path: str) -> bytes | None:
        return self.of.read(path)

    def blob(self, path: str) -> Item | None:
        return self.of.blob(path)

    def paths(self, prefix: str = "") -> Iterator[str]:
        found = self.of.paths(prefix)
        if self.folders is None or prefix not in (self.folders.loops, self.folders.gaps):
            return found
        return (path for path in found if path in self.changed)


class _Unread:
    """The files of a proposal that is settled: nobody reads them."""

    def read(self, path: str) -> bytes | None:
        return None

    def paths(self, prefix: str = "") -> Iterator[str]:
        return iter(())


_UNREAD: Files = _Unread()
