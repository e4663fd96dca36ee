"""The ledger of one tree, linked: loops, criteria, gaps, proposals, commits, files and addresses, and what joins them.

A link is a fact that a record states or that the tree shows; nothing is guessed. Which commit landed a proposal only
history knows, so the landings are given. A gap that cannot be read is not there.

The entries that a gap is about are addresses whose operation, in a proposal, says in its `why` that it is the gap's
business, and those whose text in a binding names the gap (`named_at`): DESIGN's gap record blocks criteria, and the
binding is where people write down why an entry is as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date
from typing import Literal, NamedTuple

from spine.address import ROOT, Address
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.identity import Identity, steps_of
from spine.ledger.gaps import StoredGap, read_gaps
from spine.ledger.reading import Files, Ledger
from spine.ledger.status import statuses
from spine.records.imported import INDEX, ImportedProposal, read_imported
from spine.records.loop import SUFFIX, Loop, read_loop
from spine.records.proposal import Proposal
from spine.records.settings import Settings
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document, Entry, Node

Kind = Literal["loop", "criterion", "gap", "proposal", "commit", "file", "address"]

# From source to target, and from target to source.
RELATIONS: dict[str, tuple[str, str]] = {
    "for": ("is for", "has"),
    "follows": ("follows up, after closing,", "is followed up by"),
    "registers": ("registers", "is registered by"),
    "closes": ("closes", "is closed by"),
    "mentions": ("mentions", "is mentioned by"),
    "requires": ("requires", "is required by"),
    "supersedes": ("supersedes", "is superseded by"),
    "undoes": ("undoes", "is undone by"),
    "landed": ("landed in", "landed"),
    "covers": ("records afterwards", "is recorded afterwards by"),
    "changes": ("changes", "is changed by"),
    "within": ("stands in", "has"),
    "found": ("was found in", "found"),
    "blocks": ("blocks", "is blocked by"),
    "of": ("is a criterion of", "has"),
    "names": ("names", "is named by"),
    "evidence": ("is closed with", "is evidence for closing"),
    "touches": ("is about", "is the business of"),
}

_ID = re.compile(
    r"\b(?:GAP-[A-Z][A-Z0-9]*-[0-9]{3,12}|CP-[0-9]{8}-[0-9]{6}(?:__[a-z0-9-]+)?|LOOP-[A-Z0-9-]+-[0-9]{8})\b"
)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_MARKS = {"open": "[ ]", "met": "[x]", "partly": "[~]"}


class Thing(NamedTuple):
    """Something that can be traced. An address is `FILE#ADDRESS`, a criterion `LOOP-…#4`."""

    kind: Kind
    id: str


class Link(NamedTuple):
    """`source` does `relation` to `target`."""

    source: Thing
    relation: str
    target: Thing


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a thing: a title, a state in a few words, its file. Not `is_there`: it is only spoken of."""

    title: str = ""
    state: str = ""
    path: str | None = None
    is_there: bool = True


@dataclass(frozen=True, slots=True)
class Landing:
    """The commit that landed a proposal."""

    commit: str
    subject: str
    day: date


@dataclass(slots=True)
class Links:
    """All things and links, each link once, in the order of the records."""

    facts: dict[Thing, Facts] = field(default_factory=dict)
    outward: dict[Thing, list[Link]] = field(default_factory=dict)
    inward: dict[Thing, list[Link]] = field(default_factory=dict)
    _known: set[Link] = field(default_factory=set)

    def add(self, source: Thing, relation: str, target: Thing) -> None:
        """Add a link; what was never said of its ends is that they are not there."""
        link = Link(source, relation, target)
        if link in self._known or source == target:
            return
        self._known.add(link)
        for thing in (source, target):
            self.facts.setdefault(thing, Facts(is_there=thing.kind in ("commit", "file", "address")))
        self.outward.setdefault(source, []).append(link)
        self.inward.setdefault(target, []).append(link)

    def meant(self, id_: str) -> Thing:
        """The loop, gap, proposal or (else) commit that an id means; an abbreviated one the only one that fits."""
        kinds: dict[str, Kind] = {"LOOP-": "loop", "GAP-": "gap", "CP-": "proposal"}
        thing = Thing(next((kind for head, kind in kinds.items() if id_.startswith(head)), "commit"), id_)
        if thing in self.facts or thing.kind in ("loop", "gap"):
            return thing
        found = [one for one in self.facts if one.kind == thing.kind and one.id.startswith(id_)]
        return found[0] if len(found) == 1 else thing

    def ids(self, *kinds: Kind) -> list[str]:
        """The ids of all things of these kinds."""
        return [thing.id for thing in self.facts if thing.kind in kinds]


def links_of(files: Files, ledger: Ledger, landings: Mapping[str, Landing]) -> Links:
    """The linked ledger of a tree; `landings` by proposal."""
    links = Links()
    paths = list(files.paths())
    loops = list(_loops(files, paths, ledger.settings.folders.loops))
    gaps = read_gaps(files, ledger.settings).stored
    known = statuses(ledger)
    for loop, _ in loops:
        links.facts[Thing("loop", loop.id)] = Facts("", loop.status or "no status", loop.file)
        for one in loop.criteria:
            criterion = Thing("criterion", f"{loop.id}#{one.number}")
            links.facts[criterion] = Facts(one.item.text, _MARKS.get(one.mark or "", ""), loop.file)
    for gap in gaps:
        links.facts[Thing("gap", gap.id)] = Facts(gap.title, f"{gap.status or 'no status'}, {gap.severity}", gap.path)
    for id_, stored in ledger.proposals.items():
        title = stored.proposal.title if stored.proposal is not None else ""
        links.facts[Thing("proposal", id_)] = Facts(title, known[id_], stored.folder)
    closed = {loop.id: loop.closed for loop, _ in loops}
    for id_, stored in ledger.proposals.items():
        if stored.proposal is not None:
            _link_proposal(links, stored.proposal, landings.get(id_), closed)
        if stored.receipt is not None:
            for commit in stored.receipt.covers:
                links.add(Thing("proposal", id_), "covers", Thing("commit", commit))
        landing = landings.get(id_)
        if landing is not None:
            add_landing(links, id_, landing)
    for imported in imported_of(files, ledger.settings):
        _link_imported(links, imported)
    for gap in gaps:
        _link_gap(links, Thing("gap", gap.id), gap)
    for loop, text in loops:
        _link_loop(links, Thing("loop", loop.id), loop, text)
    return links


def add_landing(links: Links, proposal: str, landing: Landing) -> None:
    """Say which commit landed a proposal."""
    commit = Thing("commit", landing.commit)
    links.facts[commit] = Facts(landing.subject, landing.day.isoformat())
    links.add(Thing("proposal", proposal), "landed", commit)


def _loops(files: Files, paths: Iterable[str], folder: str) -> Iterator[tuple[Loop, str]]:
    for path in paths:
        if path.startswith(f"{folder}/") and path.endswith(SUFFIX):
            text = (files.read(path) or b"").decode("utf-8", "replace")
            yield read_loop(text, file=path), text


def _link_proposal(
    links: Links, proposal: Proposal, landing: Landing | None, closed: Mapping[str, date | None]
) -> None:
    me = Thing("proposal", proposal.id)
    if proposal.loop is not None:
        end = closed.get(proposal.loop)
        is_late = landing is not None and end is not None and landing.day > end
        links.add(me, "follows" if is_late else "for", Thing("loop", proposal.loop))
    for relation in ("registers", "closes"):
        for gap in getattr(proposal, relation):
            links.add(me, relation, Thing("gap", gap))
    for relation in ("requires", "supersedes"):
        for other in getattr(proposal, relation):
            links.add(me, relation, Thing("proposal", other))
    if proposal.undoes is not None:
        links.add(me, "undoes", Thing("proposal", proposal.undoes))
    said = {link.target for link in links.outward.get(me, ())}
    for id_ in _ID.findall(f"{proposal.title}\n{proposal.why or ''}"):
        if links.meant(id_) not in said:
            links.add(me, "mentions", links.meant(id_))
    for file in proposal.files:
        links.add(me, "changes", Thing("file", file.path))
        for id_ in _ID.findall(file.why or ""):
            links.add(me, "mentions", links.meant(id_))
        if file.moved_from is not None:
            links.add(me, "changes", Thing("file", file.moved_from))
        for op in file.change.ops if file.change is not None else ():
            place = Thing("address", f"{file.path}#{op.at}") if op.at != ROOT else Thing("file", file.path)
            links.add(me, "changes", place)
            if place.kind == "address":
                links.add(place, "within", Thing("file", file.path))
            for id_ in _ID.findall(op.why or ""):
                if id_.startswith("GAP-"):
                    links.add(Thing("gap", id_), "touches", place)


def imported_of(files: Files, settings: Settings) -> tuple[ImportedProposal, ...]:
    """The proposals that landed before spine, as `adopt` recorded them; none where their index cannot be read."""
    path = f"{settings.folders.proposals}/{INDEX}"
    data = files.read(path)
    try:
        return read_imported(data.decode("utf-8", "replace"), file=path) if data is not None else ()
    except Refused:
        return ()


def _link_imported(links: Links, imported: ImportedProposal) -> None:
    me = Thing("proposal", imported.id)
    if me in links.facts:
        return
    links.facts[me] = Facts(imported.title, "imported", None)
    if imported.loop is not None:
        links.add(me, "for", Thing("loop", imported.loop))
    for gap in imported.gaps:
        links.add(me, "mentions", Thing("gap", gap))
    for commit in imported.covers:
        links.add(me, "landed", Thing("commit", commit))
    for path in imported.paths:
        links.add(me, "changes", Thing("file", path))


def _link_gap(links: Links, me: Thing, gap: StoredGap) -> None:
    if gap.loop is not None:
        links.add(me, "found", Thing("loop", gap.loop))
    for criterion in gap.blocks:
        links.add(me, "blocks", Thing("criterion", criterion))
    for evidence in gap.evidence:
        if _ID.fullmatch(evidence) or _COMMIT.fullmatch(evidence):
            links.add(me, "evidence", links.meant(evidence))


def _link_loop(links: Links, me: Thing, loop: Loop, text: str) -> None:
    for one in loop.criteria:
        links.add(Thing("criterion", f"{me.id}#{one.number}"), "of", me)
        criterion = Thing("criterion", f"{me.id}#{one.number}")
        blocking = {link.source for link in links.inward.get(criterion, ())}
        for id_ in _ID.findall(one.item.text):
            if links.meant(id_) not in blocking:
                links.add(criterion, "names", links.meant(id_))
    said = {link.source for link in links.inward.get(me, ())}
    for id_ in _ID.findall(text):
        if links.meant(id_) not in said:
            links.add(me, "names", links.meant(id_))


def named_at(files: Files, paths: Iterable[str], identity_of: Mapping[str, Identity], id_: str) -> list[Thing]:
    """The places of bindings whose own value or comment names an id: the innermost entries around it."""
    found: list[Thing] = []
    word = re.compile(rf"\b{re.escape(id_)}\b")
    for path in paths:
        data = files.read(path) or b""
        if id_.encode() not in data:
            continue
        try:
            document = parse(data.decode("utf-8"))
        except (Refused, UnicodeDecodeError):
            continue
        for match in word.finditer(document.text):
            at = _place_of(document, match.start(), identity_of[path])
            thing = Thing("address", f"{path}#{at}") if at != ROOT else Thing("file", path)
            if thing not in found:
                found.append(thing)
    return found


def _place_of(document: Document, offset: int, identity: Identity) -> Address:
    """The innermost entry that holds an offset, or on whose last line it stands, or that a comment above leads to."""
    number = next((n for n, root in enumerate(document.roots) if root.start <= offset <= root.end), 0)
    at = Address((), number + 1)
    node: Node | None = document.roots[number].node if document.roots else None
    line = document.line_of(offset)
    while node is not None and node.entries:
        steps = steps_of(node, identity.kind_of(at, (node,)) if node.kind == "sequence" else None)
        inside: Entry | None = None
        for entry in node.entries:
            if entry.start <= offset <= document.line_span(document.line_of(entry.value.end))[1]:
                inside = entry
            elif entry.start > offset:
                if inside is None and _leads(document, line, document.line_of(entry.start)):
                    return at / steps[entry.index]  # a lead comment is that of the outermost entry that starts there
                break
        if inside is None:
            break
        at, node = at / steps[inside.index], inside.value
    return at


def _leads(document: Document, line: int, entry: int) -> bool:
    """Whether the lines from one to an entry's are comments without a gap."""
    spans = (document.line_span(number) for number in range(line, entry))
    return all(document.text[start:end].lstrip().startswith("#") for start, end in spans)
