"""Proposals that landed before spine, told from commit messages; nothing is invented, and what is missing is named.

A *form* is a piece of a message with `{proposal}` in it. It holds where it begins a line, or stands in the subject
behind `: `, as in `fix(LOOP-X-20260212): apply CP-20260212-080601__x`. A revert lands nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ledger.references import Kind, Reference, find_references
from spine.printable import printable
from spine.records.imported import ImportedProposal
from spine.records.settings import LANDING
from spine.records.values import proposal_reference

LANDINGS = (f"apply {LANDING}", f"gov({LANDING}):", f"Proposal: {LANDING}")
"""The forms that are tried where nobody says others."""

_TOKEN = re.compile(r"(?<![A-Za-z0-9_-])CP-[A-Za-z0-9_-]+")
_REVERT = 'Revert "'
_LONGEST = 1000  # of a title


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a commit: its message, who made it and when, and the files that it touched."""

    commit: str
    message: str
    author: str
    date: datetime
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imports:
    """The proposals that landed, oldest first; the forms that recognised one, and how many commits each; and ids that
    messages name although nothing landed under them, with the commits that do."""

    landed: tuple[ImportedProposal, ...]
    forms: dict[str, int]
    unlanded: dict[str, tuple[str, ...]]


def landed_by(message: str, forms: Collection[str]) -> dict[str, list[str]]:
    """The ids that a message says it lands, each with the forms that say so."""
    found: dict[str, list[str]] = {}
    if message.lstrip().startswith(_REVERT):
        return found
    body = message.lstrip("\n")
    subject_end = body.find("\n") if "\n" in body else len(body)
    for match in _TOKEN.finditer(body):
        for form in forms:
            before, _, behind = form.partition(LANDING)
            start = match.start() - len(before)
            if start < 0 or not body.startswith(before, start) or not body.startswith(behind, match.end()):
                continue
            begins = start == 0 or body[start - 1] == "\n"
            in_subject = match.end() <= subject_end and body.startswith(": ", max(start - 2, 0))
            id_ = match.group().rstrip("-_")
            if (begins or in_subject) and _is_id(id_):
                found.setdefault(id_, []).append(form)
    return found


def imports_of(history: Iterable[Told], forms: Collection[str], own: Collection[str]) -> Imports:
    """What a history, oldest first, says of proposals; those that spine itself keeps (`own`) are left out."""
    landings: dict[str, list[Told]] = {}
    counts: dict[str, int] = {}
    named: dict[str, dict[str, None]] = {}
    for told in history:
        said = landed_by(told.message, forms)
        for id_, by in said.items():
            if id_ not in own:
                landings.setdefault(id_, []).append(told)
                for form in by:
                    counts[form] = counts.get(form, 0) + 1
        for reference in find_references(told.message):
            if reference.kind == "proposal" and reference.id not in said:
                named.setdefault(reference.id, {})[told.commit] = None
    landed = tuple(_imported(id_, commits) for id_, commits in landings.items())
    known = {*own, *landings}
    short = {id_.partition("__")[0] for id_ in known}
    unlanded = {id_: tuple(by) for id_, by in named.items() if id_ not in known and id_ not in short}
    return Imports(landed, counts, unlanded)


def _imported(id_: str, commits: list[Told]) -> ImportedProposal:
    first = commits[0]
    subject = printable(first.message.strip("\n").split("\n")[0].strip())
    loops = [one.id for told in commits for one in _named(told.message.split("\n\n")[0], "loop")]
    loops += [one.id for told in commits for one in _named(told.message, "loop")]
    return ImportedProposal(
        id=id_,
        title=subject[:_LONGEST] or id_,
        author=_person(first.author),
        date=first.date,
        covers=tuple(told.commit for told in commits),
        loop=loops[0] if loops else None,
        gaps=tuple(dict.fromkeys(one.id for told in commits for one in _named(told.message, "gap"))),
        paths=tuple(dict.fromkeys(path for told in commits for path in told.paths)),
    )


def _is_id(text: str) -> bool:
    try:
        proposal_reference(text)
    except Refused:
        return False
    return True


def _person(text: str) -> str:
    """The author as records write people; git takes names that no record would."""
    name, _, mail = text.partition("<")
    clean = [" ".join(printable(part).replace("<", "").replace(">", "").split()) for part in (name, mail)]
    return f"{clean[0][:200] or 'unknown'} <{clean[1].replace(' ', '')[:150]}>"


def _named(text: str, kind: Kind) -> Iterator[Reference]:
    return (one for one in find_references(text) if one.kind == kind)
