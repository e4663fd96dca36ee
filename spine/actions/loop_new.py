"""loop new: a scope file in the form of the first of all loops, proved to say what was asked for."""

from __future__ import annotations

from dataclasses import field
from datetime import date

from spine.actions.loop_change import IN_THE_WORK_TREE, How, LoopChanged, make_loop
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import LoopId
from spine.records.gap import SEVERITIES
from spine.records.loop import read_loop
from spine.records.loop_edit import one_line
from spine.yamldoc.write import string


@dataclass(frozen=True, slots=True)
class NewLoop:
    """What a person says of a loop that begins."""

    title: str
    id: str | None = None
    goal: str | None = None
    problem: str | None = None
    severity: str = "medium"
    owner: str | None = None
    criteria: tuple[str, ...] = field(default=())
    phases: tuple[str, ...] = field(default=())


def new_loop(work: Workspace, wanted: NewLoop, how: How = IN_THE_WORK_TREE) -> LoopChanged:
    """Write the scope file of a new loop. Raises `Refused`, or `InvalidId` for an id that is none."""
    today = work.now().date()
    id_ = LoopId.parse(wanted.id, place=Place("--id")) if wanted.id else LoopId.make(today, one_line(wanted.title))
    if wanted.severity not in SEVERITIES:
        raise Refused(f"a severity is one of {', '.join(SEVERITIES)}", place=Place("--severity"))
    text = scope_text(wanted, id_, today, wanted.owner or work.person.partition(" <")[0])
    loop = read_loop(text, file=f"{id_}.scope.md")
    criteria = [(one.number, one.mark, one.text) for one in loop.criteria]
    wanted_criteria = [(number, "open", one_line(one)) for number, one in enumerate(wanted.criteria, 1)]
    if loop.front.problem is not None or criteria != wanted_criteria or len(loop.phases) != len(wanted.phases):
        raise Refused(
            "the words of this loop would be read as something else than words",
            place=Place("loop new"),
            hint="begin no criterion, phase or line of the goal with Markdown's own signs (#, -, >, [ ])",
        )
    return make_loop(work, id_, text, how)


def scope_text(wanted: NewLoop, id_: LoopId, today: date, owner: str) -> str:
    """The text: front matter and sections in the order of a scope file."""
    criteria = [f"{number}. [ ] {one_line(one)}" for number, one in enumerate(wanted.criteria, 1)]
    phases = [line for number, one in enumerate(wanted.phases, 1) for line in (f"### P{number}: {one_line(one)}", "")]
    sections = [
        ("Goal", [(wanted.goal or wanted.title).strip()]),
        ("Problem / Current State", [(wanted.problem or "").strip()]),
        ("Success Criteria", criteria),
        ("Phases", phases[:-1]),
        ("Remaining Work", []),
        ("Receipts", []),
    ]
    front = (
        "---\n"
        "status: open\n"
        f"owner: {string(one_line(owner))}\n"
        f"opened: {today.isoformat()}\n"
        f"last_verified: {today.isoformat()}\n"
        "scope: loop-scope\n"
        f"loop_id: {id_}\n"
        f"severity: {wanted.severity}\n"
        "---\n\n"
        f"# Loop Scope: {id_}\n"
    )
    body = "".join(
        f"\n## {title}\n" + "".join(f"\n{part}\n" for part in ["\n".join(lines)] if part) for title, lines in sections
    )
    return front + body
