"""Histories of one file as a strategy, and every address that such a history ever had."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from spine.address import Address
from spine.identity import Identity
from spine.ledger.blame import Question, Version, answer, leaves_of, where_of
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document
from tests.bindings_strategy import bindings, edits, render

BROKEN = "a: [\n"


@st.composite
def histories(draw: st.DrawFn) -> list[Version]:
    """Versions, newest first, some of them unreadable or without the file; the newest can be read."""
    doc = draw(bindings())
    older = doc
    texts: list[str | None] = [render(doc)]
    for _ in range(draw(st.integers(2, 5))):
        what = draw(st.integers(0, 12))
        if what == 0:
            texts.append(BROKEN)
        elif what == 1:
            texts.append(None)
        if what in (2, 3):
            doc = older  # back to a state that was there: what was removed comes back
        else:
            older, doc = doc, draw(edits(doc))
        texts.append(render(doc))
    return [version(number, text) for number, text in reversed(list(enumerate(texts)))]


def version(number: int, text: str | None) -> Version:
    return Version(f"commit-{number}", "b.yaml", text.encode() if text is not None else None)


def plain(versions: Sequence[Version]) -> list[tuple[str, str | None]]:
    """The same for the reference."""
    return [(one.commit, one.data.decode("utf-8") if one.data is not None else None) for one in versions]


def documents(versions: Sequence[Version]) -> Iterator[Document]:
    """The versions that can be read."""
    for one in versions:
        try:
            yield parse((one.data or b"").decode("utf-8"))
        except Unparsable:
            continue


def addresses(document: Document) -> list[Address]:
    """The addresses of all values of a version."""
    return [leaf.address for leaf in leaves_of([root.node for root in document.roots], Identity())]


def answered(versions: Sequence[Version], asked: Sequence[Address]) -> list[tuple[str, bool] | None]:
    """Who set, or removed, what stood at each address: commit, and whether unreadable versions stand between."""
    newest = next(documents(versions[:1]))
    questions = [Question("value", where_of(newest, at), at) for at in asked]
    answer(questions, versions, Identity())
    events = [question.set_by for question in questions]
    return [(event.commit, bool(event.beyond)) if event is not None else None for event in events]


def sample(versions: Sequence[Version], count: int, seed: int) -> tuple[list[Address], dict[str, int]]:
    """Random addresses of a history: half of them in the newest version, the others removed since or removed and back.

    Looks into twenty versions spread over the history; also gives how many of each there are.
    """
    chance = random.Random(seed)
    step = max(1, len(versions) // 20)
    looked = [set(addresses(document)) for document in documents(versions[::step])]
    newest = sorted(looked[0], key=str)
    back = {at for number, there in enumerate(looked) for gone in looked[1:number] for at in looked[0] & there - gone}
    removed = set().union(*looked) - looked[0]
    groups = {
        "removed and back": chance.sample(sorted(back, key=str), min(len(back), count // 5)),
        "removed": chance.sample(sorted(removed, key=str), min(len(removed), count // 4)),
    }
    rest = [at for at in newest if at not in set(groups["removed and back"])]
    taken = sum(map(len, groups.values()))
    groups["there"] = chance.sample(rest, min(len(rest), count - taken))
    return [at for group in groups.values() for at in group], {name: len(group) for name, group in groups.items()}
