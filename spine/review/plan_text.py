"""A plan for people: what would happen, by file and entry; then what stands against it; the summary comes last."""

from __future__ import annotations

from spine.actions.apply import AlreadyApplied, Applied
from spine.actions.bringing import FilePlan
from spine.actions.plan import Plan
from spine.printable import printable
from spine.review.authority_text import authority_lines
from spine.review.change_text import change_lines, new_file_lines, reason_lines
from spine.review.conflict_text import conflict_lines, ways_out
from spine.review.findings_text import finding_lines
from spine.review.style import Style, Tone

_MOST = 40  # lines of one text; `spine show` has them all
_TONES: dict[str, Tone] = {
    "create": "add",
    "delete": "remove",
    "conflict": "conflict",
    "already there": "quiet",
    "change": "strong",
}
_WORDS = {"create": "new file", "delete": "deleted", "conflict": "conflict", "already there": "already there"}


def plan_lines(plan: Plan, style: Style, *, most: int | None = _MOST) -> list[str]:
    """The whole plan; its last line is the summary."""
    out = [*headline(plan, style), ""]
    for file, told in zip(plan.files, plan.proposal.files, strict=False):  # what has landed has no plan of its files
        out += [*file_lines(file, style, most, mode=told.mode), ""]
    conflicts = [(file.path, conflict) for file in plan.files for conflict in file.conflicts]
    if conflicts:
        out.append(style("conflict", f"{_counted(len(conflicts), 'conflict')}:"))
        for path, conflict in conflicts:
            out += conflict_lines(path, conflict, plan.set_by.get((path, conflict.at)), style)
        ways = ways_out(plan)
        width = max(len(what) for what, _ in ways)
        out += ["", *(f"  {what + ':':<{width + 1}}  {command}" for what, command in ways), ""]
    if plan.status != "applied":
        out += [style("conflict", f"blocked: {printable(reason)}") for reason in plan.blockers]
    if plan.findings:
        out.append("afterwards it would be found that:")
        out += [f"  {line}" for one in plan.findings[:_MOST] for line in finding_lines(one, style)]
        out += [f"  and {len(plan.findings) - _MOST} more"] if len(plan.findings) > _MOST else []
    out += authority_lines(plan, style)
    out.append(style("strong", summary(plan)))
    return out


def headline(plan: Plan, style: Style) -> list[str]:
    """Which proposal it is, and why it is made."""
    proposal = plan.proposal
    state = f"{plan.status}, a draft" if plan.is_draft else plan.status
    out = [style("strong", str(proposal.id)), f"{printable(proposal.title)} ({state})"]
    if proposal.why:
        out += [style("quiet", line) for line in reason_lines(proposal.why)]
    return out


def summary(plan: Plan) -> str:
    """`Plan: 3 to add, 1 to change, 0 to remove in 2 files (base 06c673b)`, or why nothing lands.

    The commit that the plan is made on stands there too if it is another.
    """
    made_on = f"base {plan.proposal.base[:7]}"
    if plan.onto != plan.proposal.base:
        made_on += f", on {plan.onto[:7]}"
    return f"Plan: {_verdict(plan)} ({made_on})"


def _verdict(plan: Plan) -> str:
    if plan.outcome == "applied":
        return "nothing to do, it has landed"
    if plan.outcome == "already there":
        return "nothing to do, all of it is there already"
    if plan.outcome == "blocked":
        return "blocked, nothing of it can land"
    if plan.outcome == "conflicts":
        count = sum(len(file.conflicts) for file in plan.files)
        files = sum(1 for file in plan.files if file.conflicts)
        return f"{_counted(count, 'conflict')} in {_counted(files, 'file')}, nothing of it can land"
    counts = plan.counts
    files = sum(1 for file in plan.files if file.outcome in ("create", "change", "delete"))
    what = f"{counts.add} to add, {counts.change} to change, {counts.remove} to remove"
    return f"{what} in {_counted(files, 'file')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


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
        f"note: {printable(file.path)}: {_note(n.message, str(n.at))}" for file in done.plan.files for n in file.notes
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


def file_lines(file: FilePlan, style: Style, most: int | None, *, mode: str | None) -> list[str]:
    """One file: what becomes of it, its operations, and what is worth knowing. `mode` is the one that it gets."""
    words = [_WORDS[file.outcome]] if file.outcome in _WORDS else []
    if file.moved_from is not None:
        words.append(f"moved from {printable(file.moved_from)}")
    if mode is not None and file.outcome != "already there":
        words.append("executable" if mode == "100755" else "not executable any more")
    name = style(_TONES[file.outcome], printable(file.path))
    out = [f"{name}  ({', '.join(words)})" if words else name]
    if file.change is not None and file.outcome != "already there":
        out += change_lines(file.change, style, most=most)
    elif file.outcome == "create":
        out += _content_lines(file.after, style, most)
    elif file.outcome == "change" and file.before != file.after:
        out.append(f"    {_size(file.before)} become {_size(file.after)}")
    out += [f"  {style('comment', 'note: ' + _note(note.message, str(note.at)))}" for note in file.notes]
    return out


def _content_lines(data: bytes | None, style: Style, most: int | None) -> list[str]:
    try:
        text = (data or b"").decode("utf-8")
    except UnicodeDecodeError:
        return [f"    {_size(data)}, not text"]
    return new_file_lines(text, style, most=most) if text else ["    (empty)"]


def _size(data: bytes | None) -> str:
    return f"{len(data or b''):,} bytes"


def _note(message: str, at: str) -> str:
    shown = printable(message)
    return shown if at == "$" or at in message else f"{printable(at)}: {shown}"
