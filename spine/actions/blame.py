"""Who set a value: the latest commit on first-parent history that changed what stands at an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from spine.address import Address
from spine.change.places import Ambiguous, Places
from spine.ledger.reading import RECEIPT
from spine.repository import CommitId, MissingObject, PathChange, Range, Repository, changed_paths, read_commit
from spine.repository import changes_first_parent as steps_of
from spine.yamldoc.guard import Unparsable, parse

_FARTHEST = 2000


@dataclass(frozen=True, slots=True)
class Setter:
    """The commit that last changed a value; `proposal` if a receipt that it added says so."""

    commit: str
    proposal: str | None
    author: str
    date: datetime
    subject: str


def who_set(repo: Repository, tip: CommitId, path: str, address: Address) -> Setter | None:
    """The latest commit up to `tip` that changed the value at `address` of a file; None if it is not to be found.

    Limitations: looks back over 2,000 commits of that file, and does not follow an identity that was renamed.
    """
    for number, step in enumerate(steps_of(repo, Range(None, tip), [path])):
        if number >= _FARTHEST:
            return None
        for change in step.changes:
            if change.path == path and _value(repo, change.before, address) != _value(repo, change.after, address):
                return setter(repo, step.commit, step.parent, path)
    return None


def setter(repo: Repository, commit: CommitId, parent: CommitId | None, path: str) -> Setter:
    """What a commit says of itself, and which of the proposals that it landed touched the path."""
    found = read_commit(repo, commit)
    landed = [change for change in changed_paths(repo, parent, commit) if _is_new_receipt(change)]
    proposal = None
    for change in landed:
        text = repo.objects.read_blob(change.after.oid).decode("utf-8", "replace") if change.after else ""
        if len(landed) == 1 or path in text:
            proposal = change.path.rsplit("/", 2)[1]
            break
    return Setter(str(commit), proposal, str(found.author), found.author_date, found.subject)


def _is_new_receipt(change: PathChange) -> bool:
    return change.before is None and change.path.endswith(f"/{RECEIPT}")


def _value(repo: Repository, blob: object, address: Address) -> str | None:
    oid = getattr(blob, "oid", None)
    if oid is None:
        return None
    try:
        document = parse(repo.objects.read_blob(oid).decode("utf-8"))
        node = Places(document).node(address)
    except (Unparsable, UnicodeDecodeError, MissingObject, Ambiguous):
        return None
    return document.source(node) if node is not None else None
