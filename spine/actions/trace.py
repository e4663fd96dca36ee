"""trace: everything that hangs together with a loop, gap, proposal, commit, file or address. Reads only.

All links are made of one tree and of the history behind it, so that they are the same after a squash, a rebase or a
cherry-pick, and in every clone.
"""

from __future__ import annotations

from datetime import UTC

from spine.actions.landings import Landings
from spine.actions.workspace import Workspace
from spine.address import BadAddress, parse
from spine.errors import Place, Refused
from spine.ids import find_matching, near
from spine.ledger.links import Facts, Landing, Links, Thing, add_landing, links_of, named_at
from spine.ledger.reading import RECEIPT, Ledger, read_ledger
from spine.ledger.trace import Trace
from spine.ledger.trace import trace as trace_of
from spine.records.settings import Settings
from spine.repository import (
    BadRevision,
    CommitId,
    Range,
    Repository,
    TreeSnapshot,
    additions,
    read_commit,
    resolve,
    snapshot_of,
)

_RECORDS = ("loop", "gap", "proposal")


class NotTraceable(Refused):
    """Nothing has this name, or several things could be meant."""

    code = "SP076"


def trace(work: Workspace, text: str, *, revision: str = "HEAD") -> Trace:
    """What `text` means, and all that is linked with it at a revision. Raises `NotTraceable` with the candidates."""
    repo = work.repo
    tip = resolve(repo, revision)
    tree = snapshot_of(repo, tip)
    ledger = read_ledger(tree)
    links = links_of(tree, ledger, landings_at(repo, tip, tree, ledger))
    root = _meant(repo, links, tree, text)
    if root.kind == "gap":
        bindings = bindings_at(tree, ledger.settings)
        identities = {path: ledger.settings.rules_for(path).identity for path in bindings}
        for place in named_at(tree, bindings, identities, root.id):
            links.add(root, "touches", place)
    if root.kind == "commit":
        _add_commit(repo, links, CommitId(root.id), tip)
    return trace_of(links, root)


def landings_at(repo: Repository, tip: CommitId, tree: TreeSnapshot, ledger: Ledger) -> dict[str, Landing]:
    """By proposal: the latest commit that added its receipt, of those that the tree has."""
    return {
        path.split("/")[-2]: landing_of(repo, commit)
        for path, commit in additions(repo, tip, ledger.settings.folders.proposals).items()
        if path.endswith(f"/{RECEIPT}") and tree.blob(path) is not None
    }


def bindings_at(tree: TreeSnapshot, settings: Settings) -> list[str]:
    """The governed files of a tree that are neither loops nor gaps."""
    records = tuple(f"{folder}/" for folder in (settings.folders.loops, settings.folders.gaps))
    return [path for path in tree.paths() if settings.is_governed(path) and not path.startswith(records)]


def landing_of(repo: Repository, commit: CommitId) -> Landing:
    """What a commit says of itself, as the landing of something."""
    facts = read_commit(repo, commit)
    return Landing(str(commit), facts.subject, facts.author_date.astimezone(UTC).date())


def _add_commit(repo: Repository, links: Links, commit: CommitId, tip: CommitId) -> None:
    """What landed in a commit, also if it lies on the merged side of a merge."""
    landing = landing_of(repo, commit)
    links.facts[Thing("commit", commit)] = Facts(landing.subject, landing.day.isoformat())
    landings = Landings(repo, tip)
    parents = landings.commit(commit).parents
    landings.scan(Range(parents[0] if parents else None, commit))
    for stored in landings.landed(commit) if landings.has_landed(commit) else ():
        add_landing(links, stored.id, landing)


def _meant(repo: Repository, links: Links, tree: TreeSnapshot, text: str) -> Thing:
    """The thing that a text means."""
    exact = [thing for thing in links.facts if thing.id == text and thing.kind != "file"]
    if len(exact) == 1:
        return exact[0]
    if "#" in text:
        return _place(repo, links, tree, text)
    path = repo.prefix + text.removeprefix("./").rstrip("/")
    record = [thing for thing in links.facts if thing.kind in _RECORDS and links.facts[thing].path == path]
    if record:
        return record[0]
    if tree.blob(path) is not None or Thing("file", path) in links.facts:
        inside = [
            thing for thing, facts in links.facts.items() if thing.kind == "proposal" and _is_in(path, facts.path)
        ]
        return inside[0] if inside else Thing("file", path)
    found = [links.meant(id_) for id_ in find_matching(text, links.ids("loop", "gap", "proposal"))]
    commit = _commit(repo, text)
    if commit is not None:
        found = [thing for thing in found if thing.id.casefold().startswith(text.casefold())]
        found.append(Thing("commit", commit))
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{thing.kind} {thing.id}" for thing in found[:8]) + (", …" if len(found) > 8 else "")
        raise NotTraceable(f"several could be meant: {listed}", place=Place(text), hint="give more of the id")
    close = near(text, links.ids("loop", "gap", "proposal")) or near(text, [*links.ids("file"), *tree.paths()])
    hint = f"did you mean {' or '.join(close)}?" if close else "spine list; git log --oneline"
    raise NotTraceable("no loop, gap, proposal, commit or file has this name", place=Place(text), hint=hint)


def _place(repo: Repository, links: Links, tree: TreeSnapshot, text: str) -> Thing:
    """A criterion or an address."""
    before, _, behind = text.partition("#")
    if before.startswith("LOOP-"):
        close = near(text, links.ids("criterion"))
        hint = f"did you mean {' or '.join(close)}?" if close else None
        raise NotTraceable("no loop has this criterion", place=Place(text), hint=hint)
    path = repo.prefix + before.removeprefix("./")
    if tree.blob(path) is None and Thing("file", path) not in links.facts:
        close = near(path, [*links.ids("file"), *tree.paths()])
        hint = f"did you mean {' or '.join(close)}?" if close else None
        raise NotTraceable("there is no such file", place=Place(path), hint=hint)
    try:
        address = parse(behind)
    except BadAddress as error:
        raise NotTraceable(error.message, place=Place(text), hint=error.hint) from error
    place = Thing("address", f"{path}#{address}")
    links.add(place, "within", Thing("file", path))
    return place if address.steps else Thing("file", path)


def _commit(repo: Repository, text: str) -> CommitId | None:
    try:
        return resolve(repo, text)
    except BadRevision:
        return None


def _is_in(path: str, folder: str | None) -> bool:
    return folder is not None and path.startswith(f"{folder}/")
