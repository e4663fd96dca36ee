"""gap new: a shortfall gets an id and a file (or an entry in the register), in the work tree or as a proposal."""

from __future__ import annotations

from datetime import date

from spine.actions.gap_desk import Desk, GapWritten
from spine.actions.gap_numbers import next_gap, used_gaps
from spine.actions.propose import Wanted
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import GapId
from spine.records.gap import Gap, read_gap, write_gap
from spine.records.gap_text import registered
from spine.records.settings import gap_prefix
from spine.repository import NameTaken

_TRIES = 100


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a person says about a gap; `id` forces one, `prefix` and `found` stand for those of settings and today."""

    title: str
    type: str
    severity: str
    loop: str | None = None
    blocks: tuple[str, ...] = ()
    description: str | None = None
    found: date | None = None
    id: str | None = None
    prefix: str | None = None


def new_gap(work: Workspace, said: Shortfall, *, propose: bool = False, why: str | None = None) -> GapWritten:
    """Write a new, open gap: into the register, if there is one and no gap has a file yet, else into its own file.

    Raises `Refused` for an id that is or was in use, or a loop or criterion that is none.
    """
    desk = Desk.open(work, for_proposal=propose)
    settings = desk.tree.settings
    loop = desk.loop(said.loop) if said.loop is not None else None
    for criterion in said.blocks:
        desk.check_criterion(criterion)
    prefix = gap_prefix(said.prefix) if said.prefix is not None else settings.gaps.prefix
    id_ = _forced(work, desk, said.id) if said.id is not None else next_gap(work.repo, settings, prefix)
    for _ in range(_TRIES):
        gap = Gap(
            id=id_,
            title=said.title.strip(),
            type=said.type,
            severity=said.severity,
            status="open",
            found=said.found or work.now().date(),
            loop=loop,
            blocks=said.blocks,
            description=_paragraph(said.description),
        )
        read_gap(write_gap(gap), file="gap")  # what a person said is held against the format before anything is written
        wanted = Wanted(title=f"Register {id_}: {gap.title}"[:200], why=why, loop=loop, registers=(id_,))
        path = settings.gaps.register
        try:
            if path is None or any(one.gap is not None for one in desk.tree.gaps.stored):
                path = f"{settings.folders.gaps}/{id_}.yaml"
                return desk.write("new", path, id_, write_gap(gap), wanted, before=None, is_new=True)
            text = registered(desk.text(path), gap, settings.rules_for(path).identity)
            return desk.write("new", path, id_, text, wanted, before=None)
        except NameTaken:
            if said.id is not None:
                raise
            id_ = GapId.make(id_.prefix, id_.number + 1)
    raise Refused("no free number was found", place=Place(id_), hint="try again")


def _forced(work: Workspace, desk: Desk, text: str) -> GapId:
    id_ = GapId.parse(text, place=Place("--id"))
    if id_ in used_gaps(work.repo, desk.tree.settings):
        raise Refused(
            "this id is in use, or was once, in some branch or open proposal of this clone",
            place=Place(text),
            hint="leave --id out, then the next free number is taken",
        )
    return id_


def _paragraph(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    return text.strip() + ("\n" if "\n" in text.strip() else "")
