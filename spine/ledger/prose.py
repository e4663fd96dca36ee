"""References in prose: every id that loops, gaps, documents and proposals name has to be one that is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from spine.dataclass import dataclass
from spine.errors import Finding, Place
from spine.ledger.references import Known, Reference, find_references
from spine.records.register import LOOP
from spine.yamldoc.nodes import Document, Node

if TYPE_CHECKING:
    from spine.ledger.checks import Tree

CODES = {"proposal": "SP301", "loop": "SP302", "gap": "SP303", "commit": "SP304"}
NOT_PROSE = frozenset({"id", *LOOP})  # of a register's entry: these have checks of their own
_HEAD = 64 * 1024  # front matter is no longer
_ORIGIN = "origin:"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of prose, and where it begins in a document; a field of a record has a file only."""

    text: str
    file: str
    document: Document | None = None
    start: int = 0

    def place(self, at: int) -> Place:
        """Where an offset of the text stands in its file."""
        return Place(self.file) if self.document is None else self.document.place(self.start + at)


def references_hold(tree: Tree) -> Iterator[Finding]:
    """Every id that prose names is there. Commits are only judged where somebody can tell which there are."""
    known = Known(
        frozenset(tree.ledger.proposals) | frozenset(one.id for one in tree.imported),
        frozenset(tree.loops) | frozenset(tree.coming_loops()),
        frozenset(tree.gaps.by_id()) | frozenset(tree.coming_gaps()),
        tree.commits or {},
    )
    for passage, reference in tree.references:
        if reference.kind == "commit" and tree.commits is None:
            continue
        if not known.has(reference):
            yield _finding(passage, reference, known)


def _finding(passage: Passage, reference: Reference, known: Known) -> Finding:
    meant = known.nearest(reference)
    what = "is no commit of this repository" if reference.kind == "commit" else "is not there"
    elsewhere = f"of another repository it is REPOSITORY@{reference.id}"
    hint = f"did you mean {meant}?" if meant is not None else elsewhere
    return Finding(CODES[reference.kind], passage.place(reference.at), f"{reference.id} {what}", hint)


def references_of(tree: Tree) -> Iterator[tuple[Passage, Reference]]:
    """All references of a tree with the passages that they stand in."""
    for passage in passages(tree):
        for reference in find_references(passage.text):
            yield passage, reference


def passages(tree: Tree) -> Iterator[Passage]:
    """All prose of a tree: loops, what gaps say, titles and reasons of proposals, and the files that settings name.

    A loop whose front matter has an `origin` speaks of that repository, and is left out.
    """
    loops = set(tree.loops.values())
    for path in tree.loops.values():
        text = tree.text(path) if not tree.is_known(path) else None
        if text is not None and not has_origin(text):
            yield _whole(text, path)
    for path in tree.paths:
        if path not in loops and not tree.is_known(path) and any(glob.matches(path) for glob in tree.settings.prose):
            text = tree.text(path)
            if text is not None:
                yield _whole(text, path)
    for stored in tree.ledger.proposals.values():
        if stored.proposal is not None:
            for said in (stored.proposal.title, stored.proposal.why or ""):
                yield Passage(said, f"{stored.folder}/proposal.yaml")
    yield from _gap_passages(tree)


def _whole(text: str, path: str) -> Passage:
    """A file as one passage; a document without nodes, as only its lines are needed."""
    return Passage(text, path, Document(text, False, [], path))


def _gap_passages(tree: Tree) -> Iterator[Passage]:
    for one in tree.gaps.stored:
        if one.gap is not None:
            document = tree.document(one.path)
            if isinstance(document, Document) and document.root is not None:
                # The title of an imported gap is the beginning of its description, so it says nothing more.
                title = () if one.gap.imported is not None else ("title",)
                for name in (*title, "description", "accepted", "imported"):
                    yield from _below(document, _child(document.root, name))
        elif one.entry is not None and tree.gaps.register is not None:
            for name, node in one.entry.nodes.items():
                if name not in NOT_PROSE:
                    yield from _below(tree.gaps.register.document, node)


def _below(document: Document, node: Node | None) -> Iterator[Passage]:
    """The scalars at and below a node, by their source, so that offsets are those of the file."""
    todo = [node] if node is not None else []
    while todo:
        one = todo.pop()
        if one.kind == "scalar":
            yield Passage(document.source(one), document.file, document, one.start)
        todo += [entry.value for entry in reversed(one.entries)]


def _child(node: Node, name: str) -> Node | None:
    entries = node.entries if node.kind == "mapping" else []
    return next((entry.value for entry in entries if entry.key is not None and entry.key.text == name), None)


def has_origin(text: str) -> bool:
    """Whether a loop's front matter says that it comes from elsewhere: `origin: REPOSITORY`. Read by the line, as front
    matter need not be YAML to say so."""
    lines = text[:_HEAD].split("\n")
    if lines[0].rstrip() != "---":
        return False
    for line in lines[1:]:
        if line.rstrip() == "---":
            return False
        if line.startswith(_ORIGIN):
            return line.removeprefix(_ORIGIN).split("#")[0].strip(" \t\r\"'") not in ("", "null", "~")
    return False
