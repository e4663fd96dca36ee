"""What doctor found or did, for people and for programs."""

from __future__ import annotations

from spine.actions.doctor import Health
from spine.errors import Exit
from spine.printable import printable
from spine.repository import Recovery
from spine.review.json_parts import Json, document


def health_lines(health: Health) -> list[str]:
    """The state of the clone, and what was done or is to be done."""
    found = health.recovery
    if found is None:
        return ["no landing is left half done"]
    out = _journal_lines(found, is_fixed=health.is_fixed)
    verb = "removed, a killed run had left it" if health.is_fixed else "left behind by a run that was killed"
    return out + [f"  {verb}: {printable(path)}" for path in found.leftovers]


def _journal_lines(found: Recovery, *, is_fixed: bool) -> list[str]:
    if found.journal is None:
        return ["a run was killed here; nothing is half done, and its scratch files are in the way"]
    commit, branch = found.journal.new[:7], printable(found.journal.branch.removeprefix("refs/heads/"))
    if found.what == "forget":
        state = f"a landing was interrupted before {branch} got its commit {commit}: nothing has landed"
        return [state, "its journal is closed" if is_fixed else "nothing is lost; its journal is to be closed"]
    out = [f"{commit} is on {branch}, and the landing was interrupted before the work tree followed"]
    verb = "follows" if is_fixed else "is to follow"
    out += [f"  {verb}: {printable(path)}" for path in found.follows if path not in found.left]
    return out + [f"  left alone, with your own edits: {printable(path)}" for path in found.left]


def health_document(health: Health) -> Json:
    """`state` is healthy, finish, forget or clear (nothing half done, only leftovers of a run that was killed)."""
    found = health.recovery
    journal = found.journal if found is not None else None
    return document(
        "doctor",
        exit_of(health),
        state=found.what if found is not None else "healthy",
        fixed=health.is_fixed and found is not None,
        branch=journal.branch if journal is not None else None,
        commit=journal.new if journal is not None else None,
        follows=list(found.follows) if found is not None else [],
        left=list(found.left) if found is not None else [],
        leftovers=list(found.leftovers) if found is not None else [],
    )


def exit_of(health: Health) -> Exit:
    """5 while something is to be done."""
    return Exit.DOCTOR if health.recovery is not None and not health.is_fixed else Exit.DONE
