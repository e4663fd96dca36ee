"""log of an address: all values that a place had, newest first, through renames, moves and removals."""

from __future__ import annotations

from collections.abc import Iterator

from spine.actions.blame import History, NothingThere, Setter, node_at, nothing_there
from spine.actions.workspace import Workspace
from spine.address import Address
from spine.dataclass import dataclass
from spine.errors import Place
from spine.ledger.blame import Event, Question, Walk, What, where_of
from spine.repository import resolve


@dataclass(frozen=True, slots=True)
class ValueLogged:
    """What a commit did to a place, and what stood there after it (None: nothing).

    `path` and `address` are what the place was called then; of a removal, what it had been called.
    """

    what: What
    path: str
    address: Address
    source: str | None
    set_by: Setter


def log_values(work: Workspace, path: str, address: Address, *, revision: str = "HEAD") -> Iterator[ValueLogged]:
    """The values of a place, newest first. Raises `NothingThere`, or `Unparsable` with its place."""
    history = History(work.repo, resolve(work.repo, revision), path)
    where = where_of(history.document, address) if history.document is not None else None
    question = Question("all", where, address)
    walk: Walk | None = None
    told = 0
    for version in history.versions():
        if walk is None:
            walk = Walk(version, history.identity, [question])
            continue
        walk.back_to(version)
        for event in question.events[told:]:
            yield _logged(history, event)
        told = len(question.events)
        if walk.is_done:
            return
    if walk is None:
        raise nothing_there(history.tree, path)
    walk.end()
    for event in question.events[told:]:
        yield _logged(history, event)
    if not question.events:
        raise NothingThere("nothing stands here, nor ever did on this history", place=Place(f"{path}#{address}"))


def _logged(history: History, event: Event) -> ValueLogged:
    source = None
    if event.where is not None:
        document = history.at(event)
        source = document.source(node_at(document, event.where))
    return ValueLogged(event.what, event.path, history.address(event), source, history.setter(event, "value"))
