"""Landings that nobody makes: proposals brought to a tree one after the other, in memory, as `apply` would.

What stands against a landing is asked as `plan` asks it: links to other proposals first, then content, three-way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Literal

from spine.actions.bringing import FilePlan, attached_finder, blob_finder, bring
from spine.actions.overlay import Overlay
from spine.actions.plan import check_paths, check_policy, paths_of, standing_against
from spine.change.merge import Conflict
from spine.dataclass import dataclass
from spine.errors import SpineError
from spine.ledger.reading import RECEIPT, SETTINGS, Ledger, Stored, settings_of
from spine.records.proposal import Proposal
from spine.records.settings import Settings
from spine.repository import Repository, TreeSnapshot


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal that is still to land."""

    stored: Stored
    proposal: Proposal
    is_draft: bool

    @property
    def id(self) -> str:
        """Its id."""
        return self.stored.id


@dataclass(frozen=True, slots=True)
class Stand:
    """The tree after some landings: files that differ from it, and who landed, in order."""

    files: Mapping[str, tuple[bytes | None, str]] = field(default_factory=dict)
    landed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fits:
    """The proposal lands, or there is nothing left of it to land."""

    stand: Stand
    outcome: Literal["lands", "already there"]


@dataclass(frozen=True, slots=True)
class Fails:
    """The proposal does not land here; conflicts with the file that each is in."""

    reason: str
    conflicts: tuple[tuple[str, Conflict], ...] = ()


class Rehearsal:
    """The stage: one tree, its ledger, and the proposals that may land there. What was brought once is remembered."""

    def __init__(
        self, repo: Repository, tree: TreeSnapshot, ledger: Ledger, candidates: Mapping[str, Candidate]
    ) -> None:
        self.repo = repo
        self.tree = tree
        self.ledger = ledger
        self.candidates = candidates
        self.tries = 0
        self._brought: dict[tuple[object, ...], tuple[FilePlan, ...] | Fails] = {}
        self._blobs: dict[str, bytes | None] = {}
        self._settings: dict[bytes | None, Settings] = {}
        self._landed: dict[str, Stored] = {}
        self.is_linked = any(
            one.proposal.requires or one.proposal.undoes or one.proposal.supersedes for one in candidates.values()
        )

    def land(self, stand: Stand, id_: str, *, content_only: bool = False) -> Fits | Fails:
        """Land one proposal on a stand; `content_only` without asking what it requires."""
        one = self.candidates[id_]
        if self.is_linked and not content_only:
            against = standing_against(one.proposal, self._ledger_of(stand))
            if against:
                return Fails("; ".join(against))
        files = self._bring(stand, one)
        if isinstance(files, Fails):
            return files
        conflicts = tuple((file.path, conflict) for file in files for conflict in file.conflicts)
        if conflicts:
            return Fails(f"it conflicts in {len(conflicts)} place{'s' * (len(conflicts) != 1)}", conflicts)
        if all(file.outcome == "already there" for file in files):
            return Fits(stand, "already there")
        changed = dict(stand.files)
        for file in files:
            if file.moved_from is not None:
                changed[file.moved_from] = (None, file.mode)
            changed[file.path] = (file.after, file.mode)
        return Fits(Stand(changed, (*stand.landed, id_)), "lands")

    def lands_all(self, ids: list[str]) -> bool:
        """Whether they all land in this order."""
        stand = Stand()
        for id_ in ids:
            landed = self.land(stand, id_)
            if isinstance(landed, Fails):
                return False
            stand = landed.stand
        return True

    def refusal(self, id_: str) -> str | None:
        """Why `apply` would refuse this proposal on every stand; None if nothing is wrong with it."""
        one = self.candidates[id_]
        try:
            check_paths(paths_of(one.proposal), self.ledger.settings, self.tree)
            check_policy(one.proposal, self.ledger, one.stored.folder)
        except SpineError as error:
            return str(error)
        return None

    def _bring(self, stand: Stand, one: Candidate) -> tuple[FilePlan, ...] | Fails:
        overlay = Overlay(self.repo, self.tree, dict(stand.files))
        settings = self._settings_of(overlay, stand)
        paths = paths_of(one.proposal)
        key = (one.id, id(settings), *map(overlay.blob, paths))
        if key not in self._brought:
            self.tries += 1
            try:
                self._brought[key] = bring(
                    one.proposal,
                    overlay,
                    settings,
                    self._blob,
                    self.repo.objects.hash_blob,
                    attached_finder(one.stored),
                )
            except SpineError as error:
                self._brought[key] = Fails(error.message)
        return self._brought[key]

    def _settings_of(self, overlay: Overlay, stand: Stand) -> Settings:
        """A landing may change the settings, and they hold for the next one."""
        if SETTINGS not in stand.files:
            return self.ledger.settings
        data = overlay.read(SETTINGS)
        if data not in self._settings:
            try:
                self._settings[data] = settings_of(overlay)
            except SpineError:  # nothing merges by settings that cannot be read; validate says what is wrong with them
                self._settings[data] = self.ledger.settings
        return self._settings[data]

    def _ledger_of(self, stand: Stand) -> Ledger:
        """The ledger with the receipts of those that landed."""
        for id_ in stand.landed:
            if id_ not in self._landed:
                stored = self.candidates[id_].stored
                self._landed[id_] = replace(stored, names=(*stored.names, RECEIPT))
        landed = {id_: self._landed[id_] for id_ in stand.landed}
        return Ledger(self.ledger.settings, {**self.ledger.proposals, **landed})

    def _blob(self, oid: str) -> bytes | None:
        if oid not in self._blobs:
            self._blobs[oid] = blob_finder(self.tree)(oid)
        return self._blobs[oid]
