"""A proposal for people, whole: who, when, why, its links, and every operation with all its lines."""

from __future__ import annotations

from spine.ledger.reading import Stored
from spine.ledger.status import Status
from spine.printable import printable
from spine.records.proposal import FileChange, Proposal
from spine.review.change_text import change_lines, new_file_lines, reason_lines
from spine.review.style import Style
from spine.yamldoc.fields import moment_text


def proposal_lines(
    stored: Stored, proposal: Proposal, status: Status, style: Style, *, is_draft: bool, commit: str | None = None
) -> list[str]:
    """Everything that a proposal says. `commit` is the one that landed it."""
    facts = [
        ("status", f"{status}, a draft: not committed" if is_draft else status),
        ("author", proposal.author),
        ("created", moment_text(proposal.created)),
        ("base", proposal.base),
        ("digest", stored.digest or ""),
        ("loop", proposal.loop or ""),
        ("registers", ", ".join(proposal.registers)),
        ("closes", ", ".join(proposal.closes)),
        ("requires", ", ".join(proposal.requires)),
        ("supersedes", ", ".join(proposal.supersedes)),
        ("undoes", proposal.undoes or ""),
    ]
    if stored.receipt is not None:
        facts += [
            ("landed", f"{moment_text(stored.receipt.landed)} by {stored.receipt.by}"),
            ("commit", commit or ""),
            ("onto", stored.receipt.onto),
        ]
    if stored.withdrawal is not None:
        facts.append(("withdrawn", f"{moment_text(stored.withdrawal.at)} by {stored.withdrawal.by}"))
    out = [style("strong", str(proposal.id)), printable(proposal.title), ""]
    out += [f"  {name:<10}  {printable(text)}" for name, text in facts if text]
    if proposal.why:
        out += ["", *(f"  {line}" for line in reason_lines(proposal.why))]
    if stored.withdrawal is not None:
        out += ["", *(f"  withdrawn, {line}" for line in reason_lines(stored.withdrawal.why))]
    for file in proposal.files:
        out += ["", *_file_lines(file, style)]
    if stored.receipt is not None and stored.receipt.notes:
        out += ["", *(f"  note: {printable(note)}" for note in stored.receipt.notes)]
    return out


def _file_lines(file: FileChange, style: Style) -> list[str]:
    words = ["new file"] if file.base is None else ["deleted"] if file.result is None else []
    if file.moved_from is not None:
        words.append(f"moved from {printable(file.moved_from)}")
    if file.mode is not None:
        words.append(f"mode {file.mode}")
    name = style("strong", printable(file.path))
    out = [f"{name}  ({', '.join(words)})" if words else name]
    if file.why:
        out += [f"  {style('quiet', line)}" for line in reason_lines(file.why)]
    if file.change is not None:
        out += change_lines(file.change, style)
    if file.content is not None:
        out += new_file_lines(file.content, style) if file.content else ["    (empty)"]
    if file.blob is not None:
        out.append(f"    its bytes: blobs/{file.blob}")
    return out
