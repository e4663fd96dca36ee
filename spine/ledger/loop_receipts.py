"""What the receipts of a loop have to say: its gaps, its proposals as they were made, and what became of each.

Computed from one tree and its history; `spine loop sync` and `close` write it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from spine.ledger.loops import History, LoopLedger
from spine.records.loop import SUFFIX, Loop
from spine.records.loop_phases import key_of
from spine.records.loop_receipts import (
    GapReceipt,
    ProposalReceipt,
    gap_order,
    own_line,
    proposal_order,
    receipt_lines,
)
from spine.records.proposal import Proposal
from spine.records.settings import Settings

SHORT = 7
MOST_KINDS = 4
_GAP_STATES = {"open": "registered", "accepted": "accepted", "closed": "closed"}
_WORD = re.compile(r"[A-Za-z]+[ -]?[0-9]{1,2}[a-z]?(?![A-Za-z0-9])")
_RANGE = re.compile(r"\b([A-Za-z]{1,2}[0-9]{1,2})[-–]([A-Za-z]{1,2}[0-9]{1,2})\b")


def computed_lines(loop: Loop, books: LoopLedger, history: History | None) -> tuple[str, ...]:
    """The lines of the receipts that are spine's own.

    What stands there already is never lost: a gap or proposal that the tree does not know keeps its words, and so does
    what a person wrote of a proposal in front of its state. Proposals that came to nothing are not brought in.
    """
    follow_ups = history.follow_ups(loop.file) if history is not None and loop.is_closed else ()
    gaps: dict[str, GapReceipt] = {}
    proposals: dict[str, ProposalReceipt] = {}
    for line in loop.receipts:
        own = own_line(f"- {line.text}")
        if isinstance(own, ProposalReceipt):
            proposals.setdefault(own.id, own)
        else:
            gaps |= {one.id: one for one in own or () if one.id not in gaps}
    for gap in books.gaps.values():
        if gap.loop == loop.id or gap.id in gaps:
            gaps[gap.id] = GapReceipt(gap.id, _GAP_STATES[gap.status])
    for stored in books.ledger.proposals.values():
        proposal = stored.proposal
        if proposal is None or (stored.id not in proposals and proposal.loop != loop.id):
            continue
        if stored.id not in proposals and books.statuses[stored.id] in ("withdrawn", "superseded"):
            continue
        there = proposals.get(stored.id)
        scope = there.scope if there is not None and there.scope else scope_words(proposal, loop, books.settings)
        state = state_words(stored.id, books, history, is_follow_up=stored.id in follow_ups)
        proposals[stored.id] = ProposalReceipt(stored.id, scope, state)
    return tuple(
        receipt_lines(
            sorted(gaps.values(), key=lambda one: gap_order(one.id)),
            sorted(proposals.values(), key=lambda one: proposal_order(one.id)),
        )
    )


def state_words(id_: str, books: LoopLedger, history: History | None, *, is_follow_up: bool = False) -> str:
    """What became of a proposal: `applied 06c673b`, `pending` …"""
    status = books.statuses[id_]
    if status not in ("applied", "undone"):
        return status
    landing = history.landing(id_) if history is not None else None
    parts = [f"applied {short(landing, history)}" if landing is not None and history is not None else "applied"]
    parts += ["undone"] if status == "undone" else []
    parts += ["follow-up"] if is_follow_up else []
    return ", ".join(parts)


def short(commit: str, history: History) -> str:
    """The shortest beginning of at least seven digits that means this commit alone."""
    return next((commit[:n] for n in range(SHORT, len(commit)) if history.commit(commit[:n]) == commit), commit)


def scope_words(proposal: Proposal, loop: Loop, settings: Settings) -> str:
    """What a proposal is about in two or three words: the phases that its title names, and the kinds of its files."""
    kinds = list(dict.fromkeys(_kind(file.path, settings) for file in sorted(proposal.files, key=lambda one: one.path)))
    first = [kind for kind in ("scope", "gap", "bindings") if kind in kinds]
    kinds = [*first, *(kind for kind in kinds if kind not in first)]
    if len(kinds) > MOST_KINDS:
        kinds = [*kinds[: MOST_KINDS - 1], f"{len(kinds) - MOST_KINDS + 1} more"]
    return " ".join(part for part in (_phases(proposal.title, loop), " + ".join(kinds)) if part)


def _kind(path: str, settings: Settings) -> str:
    """The folder that a file lies in, or what the settings call it."""
    folders = settings.folders
    for folder, kind in ((folders.loops, "scope"), (folders.gaps, "gap"), (folders.bindings, "bindings")):
        if path.startswith(f"{folder}/"):
            return kind
    if path.endswith(SUFFIX):
        return "scope"
    above = path.split("/")[:-1]
    return above[-1] if above else path


def _phases(title: str, loop: Loop) -> str:
    """`P2-P4` for a title with `P2 P3 P4`, of phases that the loop has."""
    keys = [key_of(one.key) for one in loop.phases]
    named = {key_of(word) for word in _WORD.findall(title)}
    for first, last in _RANGE.findall(title):
        if key_of(first) in keys and key_of(last) in keys:
            named |= set(keys[keys.index(key_of(first)) : keys.index(key_of(last)) + 1])
    runs: list[list[int]] = []
    for at, key in enumerate(keys):
        if key in named:
            if runs and runs[-1][-1] == at - 1:
                runs[-1].append(at)
            else:
                runs.append([at])
    return ", ".join(_run([loop.phases[at].key for at in run]) for run in runs)


def _run(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{keys[0]}-{keys[-1]}"
