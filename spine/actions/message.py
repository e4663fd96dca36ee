"""Commit messages of landings: the proposal's own words, and trailers that repeat the facts for `git log`."""

from __future__ import annotations

from spine.printable import printable
from spine.records.proposal import Proposal
from spine.repository import Trailer


def landing_trailers(proposal: Proposal, digest: str) -> tuple[Trailer, ...]:
    """What `git log --format=%(trailers)` is to find."""
    found: list[Trailer] = [("Spine-Proposal", str(proposal.id)), ("Spine-Digest", digest)]
    if proposal.loop is not None:
        found.append(("Spine-Loop", proposal.loop))
    found += [("Spine-Gap", gap) for gap in (*proposal.registers, *proposal.closes)]
    return tuple(found)


def landing_message(proposal: Proposal, trailers: tuple[Trailer, ...]) -> str:
    """Title, reason and trailers; a divider or a trailer in the reason is indented, so that it is none."""
    parts = [printable(proposal.title)]
    if proposal.why and proposal.why.strip():
        parts.append("\n".join(_tame(line) for line in printable(proposal.why, multiline=True).strip().split("\n")))
    parts.append("\n".join(f"{key}: {value}" for key, value in trailers))
    return "\n\n".join(parts) + "\n"


def _tame(line: str) -> str:
    line = line.rstrip()
    is_divider = line.startswith("---")
    key, colon, _ = line.partition(":")
    is_trailer = bool(colon) and key.replace("-", "").isalnum() and " " not in key
    return f"  {line}" if is_divider or is_trailer or line.startswith("#") else line
