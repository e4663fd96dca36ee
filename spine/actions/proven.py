"""Who made it so: for each place that decided a criterion, the commit and the proposal that set it, by blame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spine.actions.blame import History, Setter, node_at
from spine.change.places import Ambiguous
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ledger.blame import Event, Question, answer, where_of
from spine.ledger.criteria import Evidence
from spine.repository import CommitId, MissingObject, Range, Repository, commits_in

MOST = 60  # places of one criterion whose setter is looked up


@dataclass(frozen=True, slots=True)
class Proven:
    """Evidence, and who set it: None if no commit did (it is in the work tree alone), or it cannot be told."""

    evidence: Evidence
    set_by: Setter | None


def setters(repo: Repository, tip: CommitId, evidence: Iterable[Evidence]) -> Mapping[Evidence, Setter]:
    """Who set what, as far as the history up to `tip` knows. Each file's history is walked once."""
    by_path: dict[str, list[Evidence]] = {}
    for one in dict.fromkeys(evidence):
        if one.gap is None:
            by_path.setdefault(one.path, []).append(one)
    found: dict[Evidence, Setter] = {}
    for path, some in by_path.items():
        try:
            found.update(_setters(History(repo, tip, path), some))
        except (Refused, MissingObject):  # a file that HEAD does not have, or cannot be read there: nobody is named
            continue
    return found


def _setters(history: History, evidence: list[Evidence]) -> Mapping[Evidence, Setter]:
    found: dict[Evidence, Setter] = {}
    for one in evidence:
        if one.address is None and (setter := _who_brought(history)) is not None:
            found[one] = setter
    document = history.document
    if document is None:
        return found
    asked: list[tuple[Evidence, Question, bool]] = []
    for one in evidence:
        try:
            where = where_of(document, one.address) if one.address is not None else None
        except Ambiguous:
            continue
        if where is None:
            continue
        node = node_at(document, where)
        is_entry = bool(node.entries)
        if not is_entry and one.value is not None and document.source(node) != one.value:
            continue  # edited since, and not committed
        asked.append((one, Question("entry" if is_entry else "value", where), is_entry))
    answer([question for _, question, _ in asked], history.versions(), history.identity)
    for one, question, is_entry in asked:
        event = question.added_by if is_entry else question.set_by
        if event is not None:
            found[one] = history.setter(event, "entry" if is_entry else "value")
    return found


def _who_brought(history: History) -> Setter | None:
    """Who brought a file that is there as a whole."""
    first = None
    for version in history.versions():
        if version.data is None:
            break
        first = version
    return history.setter(Event("added", first.commit, first.path, None), "value") if first is not None else None


def made_so_by(proven: Iterable[Proven], ages: Mapping[str, int]) -> Setter | None:
    """The last of those who made a thing so: with that one it became true. None while a part of it is not committed."""
    speaking = [one for one in proven if one.evidence.speaks_for and one.evidence.gap is None]
    known = [one.set_by for one in speaking if one.set_by is not None]
    if not known or len(known) < len(speaking):
        return None
    return min(known, key=lambda one: ages.get(one.merged_by or one.commit, len(ages)))


def ages(repo: Repository, tip: CommitId, setters: Iterable[Setter]) -> Mapping[str, int]:
    """How many commits ago on first-parent history each of them came in; clocks are not asked."""
    asked = {one.merged_by or one.commit for one in setters}
    found: dict[str, int] = {}
    if asked:
        for age, commit in enumerate(commits_in(repo, Range(None, tip), first_parent=True)):
            if commit.id in asked:
                found[str(commit.id)] = age
                if len(found) == len(asked):
                    break
    return found
