"""All gaps of one tree: those with a file of their own, and the entries of the register, if the settings name one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import date

from spine.dataclass import dataclass
from spine.errors import Finding, Place, Refused
from spine.ledger.reading import Files
from spine.records.gap import Gap, criterion_reference, read_gap
from spine.records.register import Register, Registered, read_register
from spine.records.settings import Settings


@dataclass(frozen=True, slots=True)
class StoredGap:
    """A gap where it lies. `gap` is there if it has a file, `entry` if it is one of a register.

    `status` is None where a register has a word that spine does not know; type and severity are as written.
    """

    id: str
    place: Place
    title: str
    type: str
    severity: str
    status: str | None
    loop: str | None
    found: date | None
    blocks: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    gap: Gap | None = None
    entry: Registered | None = None

    @property
    def path(self) -> str:
        """The file that it lies in."""
        return self.place.file


@dataclass(slots=True)
class Gaps:
    """The gaps of a tree, those with files first; of an id that stands twice the first one counts.

    `findings` say what could not be read, `register` is what the settings name, if it could be.
    """

    stored: list[StoredGap] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    register: Register | None = None

    def by_id(self) -> dict[str, StoredGap]:
        """Each gap by its id."""
        found: dict[str, StoredGap] = {}
        for one in self.stored:
            if one.id:
                found.setdefault(one.id, one)
        return found


def read_gaps(files: Files, settings: Settings) -> Gaps:
    """Read the gaps of a tree; nothing is raised."""
    gaps = Gaps()
    for path in sorted(files.paths(settings.folders.gaps)):
        if not path.endswith(".yaml") or path == settings.gaps.register:
            continue
        try:
            gap = read_gap(_text(files, path), file=path)
        except Refused as error:
            gaps.findings.append(Finding(error.code, error.place or Place(path), error.message, error.hint))
            continue
        gaps.stored.append(of_file(gap, path))
    register = settings.gaps.register
    if register is not None:
        try:
            gaps.register = read_register(_text(files, register), file=register)
        except Refused as error:
            gaps.findings.append(Finding(error.code, error.place or Place(register), error.message, error.hint))
        else:
            gaps.stored += [_of_register(gaps.register, entry) for entry in gaps.register.entries]
    return gaps


def of_file(gap: Gap, path: str) -> StoredGap:
    """A gap in its own file."""
    evidence = gap.closed.evidence if gap.closed is not None else ()
    return StoredGap(
        gap.id,
        Place(path),
        gap.title,
        gap.type,
        gap.severity,
        gap.status,
        gap.loop,
        gap.found,
        gap.blocks,
        evidence,
        gap,
    )


def _of_register(register: Register, entry: Registered) -> StoredGap:
    said = entry.fields
    evidence = (said["fixed_in"],) if entry.status == "closed" and said.get("fixed_in") else ()
    return StoredGap(
        entry.id,
        register.place(entry),
        entry.title,
        said.get("type", ""),
        said.get("severity", ""),
        entry.status,
        entry.loop,
        entry.found,
        tuple(_blocked(entry)),
        evidence,
        entry=entry,
    )


def _blocked(entry: Registered) -> Iterator[str]:
    """The criteria that an entry says it blocks, of those that are written as criteria are."""
    node = entry.nodes.get("blocks")
    for item in node.entries if node is not None and node.kind == "sequence" else []:
        try:
            yield criterion_reference(item.value.text)
        except Refused:
            continue


def _text(files: Files, path: str) -> str:
    data = files.read(path)
    if data is None:
        raise Refused("the register that the settings name is not there", place=Place(path))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place(path)) from error
