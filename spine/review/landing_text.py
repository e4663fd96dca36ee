"""What `apply` did, for people: a line for the landing, and one for each thing worth knowing about it."""

from __future__ import annotations

from spine.actions.apply import AlreadyApplied, Applied
from spine.printable import printable
from spine.review.notes import note_text


def landing_lines(done: Applied | AlreadyApplied) -> list[str]:
    """What `apply` did, in one line, and a line for each file that it left alone."""
    if isinstance(done, AlreadyApplied):
        return [already_line(done)]
    counts = done.plan.counts
    branch = printable(done.branch.removeprefix("refs/heads/"))
    where = f"{branch} of {printable(done.remote)}" if done.remote is not None else branch
    what = f"{counts.add} added, {counts.change} changed, {counts.remove} removed"
    out = [f"{done.plan.proposal.id} landed on {where} as {done.commit.id[:7]}: {what}"]
    out += [
        f"note: {printable(file.path)}: {note_text(n.message, str(n.at))}"
        for file in done.plan.files
        for n in file.notes
    ]
    out += [f"left alone, as you changed it meanwhile: {printable(path)}" for path in done.left_alone]
    return out + behind_lines(done.branch, done.remote, done.behind)


def already_line(done: AlreadyApplied) -> str:
    """Why there was nothing to do, and who did it."""
    where = f" in {done.commit[:7]}" if done.commit else ""
    by = f", by run {printable(done.run)}" if done.run else ""
    return f"{done.proposal}: nothing to do, {done.reason}{where}{by}"


def behind_lines(branch: str, remote: str | None, behind: str | None) -> list[str]:
    """That the local branch did not follow what was pushed, why, and what brings it there."""
    if behind is None:
        return []
    name = printable(branch.removeprefix("refs/heads/"))
    return [
        f"{name} here stays behind {printable(remote or '')}: {printable(behind)}",
        f"hint: git pull --ff-only {printable(remote or '')} {name}",
    ]
