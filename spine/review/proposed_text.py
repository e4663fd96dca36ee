"""What `propose` did, for people: the proposal, its plan, what was put back, and what to be careful about."""

from __future__ import annotations

from spine.actions.propose import Proposed
from spine.printable import printable
from spine.review.plan_text import plan_lines
from spine.review.style import Style


def proposed_lines(made: Proposed, style: Style) -> list[str]:
    """The lines; the last is the plan's summary."""
    body = plan_lines(made.plan, style)
    out = [*body[:-1], f"wrote {printable(made.folder)}/"]
    out += [f"put back {printable(path)}" for path in made.restored]
    if made.backup is not None:
        out.append(f"your edits are kept in {printable(made.backup)}; spine propose --undo restores them")
    if made.replaced is not None:
        out.append(f"it takes the place of a draft, which is kept in {printable(made.replaced)}")
    out += [style("conflict", "warning: ") + printable(text) for text in made.warnings]
    return [*out, body[-1]]
