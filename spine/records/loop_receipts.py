"""The receipts of a loop: what each line cites, and the two kinds of lines that spine writes itself.

    - Gap: GAP-OP-117 (registered), GAP-OP-118 (closed)
    - Proposal 1: CP-20260212-080601__home-infra-p1 (P1 bindings — applied 06c673b)

A line of one of these forms is spine's; every other line of the section is a person's and stays as it is. The words
before the dash (`P1 bindings`) may be a person's too: they are kept, what follows is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ids import ProposalId

_PROPOSAL = re.compile(r"Proposal[ ]+[0-9]{1,4}:[ ]+(CP-[\w-]+)(?:[ ]+\((.*)\))?[ ]*")
_GAPS = re.compile(r"Gaps?:[ ]+(GAP-[\w-]+(?:[ ]+\([^()]*\))?(?:,[ ]*GAP-[\w-]+(?:[ ]+\([^()]*\))?)*)[ ]*")
_GAP = re.compile(r"(GAP-[\w-]+)(?:[ ]+\(([^()]*)\))?")
LONGEST = 4000  # characters of a line that can be spine's own

_CITED = re.compile(r"(?<![\w-])(CP-[0-9A-Z][\w-]*\w|GAP-[A-Z][A-Z0-9]*-[0-9]+\b)")
_STATED = re.compile(r"\b(?:applied|landed)(?:[ ]+(?:in|as))?(?:[ ]+commit)?[ ]+`?([0-9a-f]{7,64})\b")
_STATE = re.compile(r"(?:^|[ ]+—[ ]+)((?:applied|pending|undone|withdrawn|superseded)\b.*)$")


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line of the receipts: `text` without its bullet, the proposals and gaps that it cites, and what it says of a
    landing: `stated` is the commit in “applied ffa1716”, `state` the word in a line of spine's own."""

    line: int
    text: str
    proposals: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    stated: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class ProposalReceipt:
    """`Proposal N: ID (scope — state)`; `scope` is empty, `state` None if the line does not say them."""

    id: str
    scope: str = ""
    state: str | None = None


@dataclass(frozen=True, slots=True)
class GapReceipt:
    """`ID (state)` in the line of gaps."""

    id: str
    state: str | None = None


def receipt_line(text: str, line: int) -> ReceiptLine:
    """What a line of the receipts cites."""
    stated = _STATED.search(text)
    cited = dict.fromkeys(match[1] for match in _CITED.finditer(text))
    own = _PROPOSAL.fullmatch(text) if len(text) <= LONGEST else None
    state = _STATE.search(own[2] or "") if own else None
    return ReceiptLine(
        line,
        text,
        tuple(id_ for id_ in cited if id_.startswith("CP-")),
        tuple(id_ for id_ in cited if id_.startswith("GAP-")),
        stated[1] if stated else None,
        state[1].split()[0].rstrip(",") if state else None,
    )


def own_line(text: str) -> ProposalReceipt | tuple[GapReceipt, ...] | None:
    """What a line of spine's own says; None for a person's."""
    text = text.rstrip("\r\n")
    bare = re.sub(r"^[-*+] +", "", text)
    if bare == text or len(text) > LONGEST:
        return None
    if proposal := _PROPOSAL.fullmatch(bare):
        inside = proposal[2] or ""
        state = _STATE.search(inside)
        return ProposalReceipt(proposal[1], inside[: state.start()] if state else inside, state[1] if state else None)
    if gaps := _GAPS.fullmatch(bare):
        return tuple(GapReceipt(one[1], one[2]) for one in _GAP.finditer(gaps[1]))
    return None


def receipt_lines(gaps: Iterable[GapReceipt], proposals: Iterable[ProposalReceipt]) -> Iterator[str]:
    """The lines of spine's own, in the form of the loop that the project started from, without line ends."""
    told = ", ".join(f"{gap.id} ({gap.state})" if gap.state else gap.id for gap in gaps)
    if told:
        yield f"- Gap: {told}"
    for number, one in enumerate(proposals, 1):
        inside = " — ".join(part for part in (one.scope, one.state) if part)
        yield f"- Proposal {number}: {one.id}" + (f" ({inside})" if inside else "")


def gap_order(id_: str) -> tuple[str, int, str]:
    """Gaps by prefix and number, whoever made the id."""
    stem, _, digits = id_.rpartition("-")
    return stem, int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 13 else 0, id_


def proposal_order(id_: str) -> tuple[str, str]:
    """Proposals by the moment they were made."""
    try:
        return ProposalId(id_).moment.isoformat(), id_
    except Refused:
        return f"{id_[3:7]}-{id_[7:9]}-{id_[9:11]}", id_
