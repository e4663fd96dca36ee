"""Ledgers of trees that follow each other: what a tree has in common with those before it is not read again."""

from __future__ import annotations

from dataclasses import field

from spine.dataclass import dataclass
from spine.ledger.reading import Ledger, Stored, read_ledger, settings_of
from spine.repository import TreeSnapshot
from spine.repository.objects import FOLDER


@dataclass(slots=True)
class LedgerMemory:
    """Proposals by their folder and the id of its tree, which holds all that they say."""

    _known: dict[tuple[str, str], Stored] = field(default_factory=dict)

    def read(self, tree: TreeSnapshot) -> Ledger:
        """The ledger of a tree, as `read_ledger` gives it."""
        settings = settings_of(tree)
        root = settings.folders.proposals
        if not self._known:
            ledger = read_ledger(tree, settings=settings)
            for stored in ledger.proposals.values():
                self._known[stored.folder, _tree_at(tree, stored.folder)] = stored
            return ledger
        found = []
        for month, there in (tree.folder(root) or {}).items():
            for id_, inner in (tree.folder(f"{root}/{month}") or {}).items() if there.mode == FOLDER else ():
                if inner.mode == FOLDER and id_.startswith("CP-"):
                    found.append((id_, month, inner.oid))
        proposals: dict[str, Stored] = {}
        for id_, month, oid in sorted(found):
            folder = f"{root}/{month}/{id_}"
            if (folder, oid) not in self._known:
                names = tuple(path[len(folder) + 1 :] for path in tree.paths(folder))
                self._known[folder, oid] = Stored(id_, folder, names, tree)
            proposals[id_] = self._known[folder, oid]
        return Ledger(settings, proposals)


def _tree_at(tree: TreeSnapshot, folder: str) -> str:
    found = tree.item(folder)
    assert found is not None
    return found.oid
