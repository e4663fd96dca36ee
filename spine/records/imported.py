"""The index of proposals that were landed before spine: what commit messages say of them, and nothing more.

It lies beside the proposals as `imported.yaml`. An imported proposal has no digest, as nobody kept its content; the
commits that it covers are all there is of it.
"""

from __future__ import annotations

from datetime import datetime

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.records.values import (
    flow_list,
    gap_reference,
    loop_reference,
    object_id,
    person,
    proposal_reference,
    record,
)
from spine.yamldoc.fields import fields_of, moment_text
from spine.yamldoc.write import field

INDEX = "imported.yaml"


class BadImported(Refused):
    """The index of imported proposals is not as its format says."""

    code = "SP048"


@dataclass(frozen=True, slots=True)
class ImportedProposal:
    """A proposal known from the messages of the commits that landed it.

    `title`, `author` and `date` are those of the first of them, `covers` all of them, oldest first; `loop` and `gaps`
    are named in the messages; `paths` are the files that the commits touched.
    """

    id: str
    title: str
    author: str
    date: datetime
    covers: tuple[str, ...]
    loop: str | None = None
    gaps: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def read_imported(text: str, *, file: str = INDEX) -> tuple[ImportedProposal, ...]:
    """Read the index strictly. Every error has file, line and column."""
    fields = record(text, file=file, kind="imported", required=("proposals",), error=BadImported)
    found: dict[str, ImportedProposal] = {}
    required, optional = ("id", "title", "author", "date", "covers"), ("loop", "gaps", "paths")
    for node in fields.items("proposals"):
        part = fields_of(
            fields.document, node, "imported proposal", required=required, optional=optional, error=BadImported
        )
        one = ImportedProposal(
            id=part.read("id", proposal_reference),
            title=part.line("title"),
            author=part.read("author", person),
            date=part.moment("date"),
            covers=part.each("covers", object_id),
            loop=part.find("loop", loop_reference),
            gaps=part.each("gaps", gap_reference),
            paths=part.texts("paths"),
        )
        if not one.covers:
            raise part.wrong("covers", "an imported proposal covers at least one commit")
        if one.id in found:
            raise part.wrong("id", f"“{one.id}” stands twice")
        found[one.id] = one
    return tuple(found.values())


def write_imported(proposals: tuple[ImportedProposal, ...]) -> str:
    """The text of the index, a proposal after the other; law: `read_imported(write_imported(p)) == p`."""
    out = ["spine: imported/1\n", "proposals:\n" if proposals else "proposals: []\n"]
    for one in proposals:
        out.append("  - " + field("id", one.id, 0))
        out += [field("title", one.title, 4), field("author", one.author, 4), f"    date: {moment_text(one.date)}\n"]
        if one.loop is not None:
            out.append(field("loop", one.loop, 4))
        if one.gaps:
            out.append(f"    gaps: {flow_list(one.gaps)}\n")
        out.append(f"    covers: {flow_list(one.covers)}\n")
        if one.paths:
            out.append(f"    paths: {flow_list(one.paths)}\n")
    return "".join(out)
