"""Receipts of commits that were made by hand first and recorded afterwards (`covers`): what do they explain?

The blobs decide, the commit ids in the receipt are hints: a covering receipt explains the first-parent commits whose
changes of a file lead, one after the other, from its `before` to its `after`.
"""

from __future__ import annotations

from dataclasses import field

from spine.dataclass import dataclass
from spine.ledger.reading import Ledger
from spine.repository import CommitId, Range, Repository, changes_first_parent


@dataclass(slots=True)
class Coverage:
    """All covering receipts of one tree; the history of a file is read when it is first asked about."""

    repo: Repository
    until: CommitId
    hops: dict[str, list[tuple[str, str | None, str | None]]] = field(default_factory=dict)
    _covered: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, repo: Repository, until: CommitId, ledger: Ledger) -> Coverage:
        """The coverage that the receipts of a ledger give."""
        found = cls(repo, until)
        for id_, stored in ledger.proposals.items():
            if stored.has_receipt and stored.receipt is not None and stored.receipt.covers:
                for one in stored.receipt.files:
                    found.hops.setdefault(one.path, []).append((id_, one.before, one.after))
        return found

    def explains(self, commit: str, path: str) -> str | None:
        """The proposal whose covering receipt explains what this commit did to the path, None if none does."""
        if path not in self.hops:
            return None
        if path not in self._covered:
            self._covered[path] = self._walk(path)
        return self._covered[path].get(commit)

    def claims(self, id_: str, path: str) -> bool:
        """Whether a covering receipt's claim about a path is true of some stretch of history."""
        if path not in self._covered:
            self._covered[path] = self._walk(path)
        return id_ in self._covered[path].values()

    def _walk(self, path: str) -> dict[str, str]:
        steps: list[tuple[str, str | None, str | None]] = []
        for step in changes_first_parent(self.repo, Range(None, self.until), [path]):
            for change in step.changes:
                if change.path == path:
                    before = change.before.oid if change.before is not None else None
                    after = change.after.oid if change.after is not None else None
                    steps.append((step.commit, before, after))
        steps.reverse()
        covered: dict[str, str] = {}
        for id_, start, end in self.hops.get(path, []):
            for first, (_, before, _) in enumerate(steps):
                if before != start:
                    continue
                last = next((n for n in range(first, len(steps)) if steps[n][2] == end), None)
                if last is not None:
                    covered.update({commit: id_ for commit, _, _ in steps[first : last + 1]})
                    break
        return covered
