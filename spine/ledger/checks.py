"""Checks of one tree: functions that look at it and return findings; nothing is raised, nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from spine.address import ROOT, Address, Key, Position, Step
from spine.change.aliases import lost_alias
from spine.errors import Finding, Place, Refused
from spine.identity import Keyed, ListKind, ScalarSet, steps_of
from spine.ledger.bindings import Documents
from spine.ledger.gap_checks import evidence_holds, gaps_are_whole, links_agree, numbers_are_free
from spine.ledger.gaps import Gaps, read_gaps
from spine.ledger.prose import Passage, references_hold, references_of
from spine.ledger.reading import SETTINGS, Files, Ledger, read_ledger, settings_of
from spine.ledger.references import Reference, commits_asked
from spine.paths import check_path
from spine.printable import printable
from spine.records.imported import INDEX, ImportedProposal, read_imported
from spine.records.loop import Criterion, read_loop
from spine.records.settings import Settings
from spine.yamldoc.nodes import Document, Node

if TYPE_CHECKING:
    from spine.ledger.loops import History
SCOPE = ".scope.md"
LINK = "120000"
HEX = frozenset("0123456789abcdef")

Check = Callable[["Tree"], Iterator[Finding]]
FindCommits = Callable[[Collection[str]], Mapping[str, str]]
"""Gives for texts that name commits (whole ids or beginnings) the full ids of those that there are."""


class Item(Protocol):
    """What stands at a path."""

    @property
    def mode(self) -> str:
        """The mode as git writes it."""


class Tracked(Files, Protocol):
    """Files whose modes are known too."""

    def blob(self, path: str) -> Item | None:
        """What stands at a path, None if nothing does."""


class Tree:
    """One tree with its ledger, and the history it stands on where that is known; each binding is parsed once.

    Without `find_commits` nobody can tell which commits there are.
    """

    def __init__(self, files: Tracked, history: History | None = None, find_commits: FindCommits | None = None) -> None:
        self.files = files
        self.history = history
        self._find_commits = find_commits
        self.findings: list[Finding] = []
        try:
            self.settings = settings_of(files)
        except Refused as error:
            self.settings = Settings()
            self.findings.append(Finding(error.code, error.place or Place(SETTINGS), error.message, error.hint))
        self.ledger: Ledger = read_ledger(files, settings=self.settings)
        self.paths = tuple(files.paths())
        self.documents = Documents(files)

    def document(self, path: str) -> Document | Finding:
        """A binding, parsed; or the finding that says why it is not."""
        return self.documents.get(path)

    def is_known(self, path: str) -> bool:
        """Whether nobody asks about that file any more."""
        return False

    def text(self, path: str) -> str | None:
        """A text file, or None if it is not there or not UTF-8."""
        data = self.files.read(path)
        try:
            return data.decode("utf-8") if data is not None else None
        except UnicodeDecodeError:
            return None

    @cached_property
    def loops(self) -> dict[str, str]:
        """The scope files of loops by the ids that they are called by."""
        folder = f"{self.settings.folders.loops}/"
        files = [path for path in self.paths if path.startswith(folder) and path.endswith(SCOPE)]
        return {path.rsplit("/", 1)[1].removesuffix(SCOPE): path for path in files}

    @cached_property
    def criteria(self) -> dict[str, tuple[Criterion, ...]]:
        """The success criteria of the loops that gaps and evidence speak of, of those that can be read."""
        named = {text.rpartition("#")[0] for one in self.gaps.stored for text in (*one.blocks, *one.evidence)}
        found = {}
        for id_ in named & self.loops.keys():
            try:
                found[id_] = read_loop(self.text(self.loops[id_]) or "", file=self.loops[id_]).criteria
            except Refused:
                continue
        return found

    @cached_property
    def gaps(self) -> Gaps:
        """The gaps, in files and in a register."""
        return read_gaps(self.files, self.settings)

    @cached_property
    def _imported(self) -> tuple[ImportedProposal, ...] | Refused:
        path = f"{self.settings.folders.proposals}/{INDEX}"
        text = self.text(path)
        try:
            return read_imported(text, file=path) if text is not None else ()
        except Refused as error:
            return error

    @property
    def imported(self) -> tuple[ImportedProposal, ...]:
        """The proposals that were landed before spine; none if their index cannot be read."""
        return self._imported if isinstance(self._imported, tuple) else ()

    def import_flaw(self) -> Refused | None:
        """What is wrong with the index of imported proposals."""
        return self._imported if isinstance(self._imported, Refused) else None

    @cached_property
    def references(self) -> tuple[tuple[Passage, Reference], ...]:
        """All references in prose."""
        return tuple(references_of(self))

    @cached_property
    def commits(self) -> Mapping[str, str] | None:
        """The full ids of all commits that are named anywhere, by what they are called there; asked for in one go."""
        if self._find_commits is None:
            return None
        asked = commits_asked(reference for _, reference in self.references)
        evidence = (text for one in self.gaps.stored if one.gap is not None for text in one.evidence)
        asked |= {text for text in evidence if HEX.issuperset(text)}
        asked |= {commit for one in self.imported for commit in one.covers}
        return self._find_commits(asked)

    def coming_gaps(self) -> Iterator[str]:
        """The gaps that proposals register."""
        for stored in self.ledger.proposals.values():
            yield from stored.proposal.registers if stored.proposal is not None else ()

    def coming_loops(self) -> Iterator[str]:
        """The loops that proposals create."""
        for stored in self.ledger.proposals.values():
            for file in stored.proposal.files if stored.proposal is not None else ():
                if file.path.endswith(SCOPE) and file.result is not None:
                    yield file.path.rsplit("/", 1)[-1].removesuffix(SCOPE)

    def is_link(self, path: str) -> bool:
        """Whether a symbolic link stands at that path."""
        item = self.files.blob(path)
        return item is not None and item.mode == LINK

    def governed(self) -> list[str]:
        """The governed YAML files that are there."""
        return [path for path in self.paths if path.endswith((".yaml", ".yml")) and self.settings.is_governed(path)]


def check_tree(
    files: Tracked,
    paths: tuple[str, ...] = (),
    history: History | None = None,
    find_commits: FindCommits | None = None,
) -> list[Finding]:
    """All findings of a tree, by place; with `paths` only those about these files and folders."""
    return findings_in(Tree(files, history, find_commits), paths)


def findings_in(tree: Tree, paths: tuple[str, ...] = ()) -> list[Finding]:
    """The same for a tree that is at hand."""
    found = [*tree.findings, *(finding for check in CHECKS for finding in check(tree))]
    if paths:
        found = [one for one in found if any(_is_below(one.place.file, path) for path in paths)]
    return sorted(found, key=lambda one: (one.place.file, one.place.line or 0, one.place.column or 0, one.code))


def _is_below(file: str, path: str) -> bool:
    clean = path.removeprefix("./").rstrip("/")
    return clean in ("", ".") or file == clean or file.startswith(f"{clean}/")


def proposals_are_whole(tree: Tree) -> Iterator[Finding]:
    """Every proposal's folder holds readable records that agree with each other, and links to what is there."""
    known = tree.ledger.proposals
    for stored in known.values():
        yield from stored.findings()
        proposal = stored.proposal
        if proposal is None:
            continue
        place = Place(f"{stored.folder}/proposal.yaml")
        links = [*proposal.requires, *proposal.supersedes, *([proposal.undoes] if proposal.undoes else [])]
        for other in links:
            if other not in known:
                yield Finding("SP111", place, f"it names {other}, which is not there")
        if stored.receipt is not None and stored.receipt.digest != stored.digest:
            yield Finding("SP102", Place(f"{stored.folder}/receipt.yaml"), "its digest is not that of the proposal")


def loops_are_true(tree: Tree) -> Iterator[Finding]:
    """The loops say what can be true, see `ledger.loop_checks`."""
    from spine.ledger.loop_checks import check_loops
    from spine.ledger.loops import LoopLedger

    books = LoopLedger(tree.files, tree.settings, tree.ledger, tree.documents, tree.gaps)
    for path in tree.loops.values():
        if not tree.is_known(path) and tree.text(path) is None and not tree.is_link(path):
            yield Finding("SP110", Place(path), "not UTF-8 text")
    yield from check_loops(books, tree.history)


def proposals_keep_to_their_paths(tree: Tree) -> Iterator[Finding]:
    """What has not landed writes only where this tree's policy lets it; what has landed was asked then."""
    folder = tree.settings.folders.proposals
    for stored in tree.ledger.proposals.values():
        proposal = None if stored.has_receipt else stored.proposal
        for file in proposal.files if proposal is not None else ():
            for path in filter(None, (file.path, file.moved_from)):
                place = Place(f"{stored.folder}/proposal.yaml")
                try:
                    check_path(path, allow=tree.settings.policy.allow, place=place)
                except Refused as error:
                    yield Finding(error.code, place, error.message, error.hint)
                    continue
                if path == folder or path.startswith(f"{folder}/"):
                    yield Finding("SP057", place, f"it changes {path}, and a proposal never changes proposals")
                elif tree.is_link(path) or any(tree.is_link(above) for above in _folders_above(path)):
                    yield Finding(
                        "SP058", place, f"{path} is a symbolic link or lies behind one; only files are changed"
                    )


def _folders_above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def links_are_not_governed(tree: Tree) -> Iterator[Finding]:
    """Settings, bindings and the ledger are files: a link would have others decide what they say."""
    folders = tree.settings.folders
    ledger = tuple(f"{folder}/" for folder in (folders.proposals, folders.loops, folders.gaps))
    for path in tree.paths:
        if (path.startswith(ledger) or path == SETTINGS or tree.settings.is_governed(path)) and tree.is_link(path):
            yield Finding(
                "SP059", Place(path), "a symbolic link; only regular files are read here", "put the file there"
            )


def bindings_are_readable(tree: Tree) -> Iterator[Finding]:
    """Governed YAML parses, and no key stands twice in a mapping."""
    for path in tree.governed():
        document = tree.document(path)
        if isinstance(document, Finding):
            yield document
            continue
        lost = lost_alias(document) if document.aliased else None
        if lost is not None:
            message = (
                f"an alias of “{printable(lost.text[:60])}”, which no anchor before it is called: no reader takes it"
            )
            yield Finding("SP140", document.place(lost.start), message, "write the value, or the anchor")
        for at, node in containers(document):
            if node.kind != "mapping":
                continue
            seen: set[str] = set()
            for entry in node.entries:
                assert entry.key is not None
                if entry.key.text in seen:
                    place = document.place(entry.start)
                    message = f"the key {at / Key(entry.key.text)} stands twice; readers take the last, or none"
                    yield Finding("SP114", place, message, "remove one of them", "warning")
                seen.add(entry.key.text)


def identities_are_unique(tree: Tree) -> Iterator[Finding]:
    """What `spine.yaml` declares of lists is true: fields are there, no identity stands twice."""
    for path in tree.governed():
        document = tree.document(path)
        if isinstance(document, Finding):
            continue
        identity = tree.settings.rules_for(path).identity
        for at, node in containers(document):
            kind = identity.declared_for(at) if node.kind == "sequence" else None
            if isinstance(kind, (Keyed, ScalarSet)):
                yield from _doubles(document, at, node, kind)


def _doubles(document: Document, at: Address, node: Node, kind: ListKind) -> Iterator[Finding]:
    for step, entry in zip(steps_of(node, kind), node.entries, strict=True):
        if getattr(step, "dup", 0) > 1:
            yield Finding("SP115", document.place(entry.start), f"{at / step} has the identity of another item")


def values_keep_the_rules(tree: Tree) -> Iterator[Finding]:
    """What `spine.yaml` declares of values is true: references, rules, schemas."""
    settings = tree.settings
    if settings.refs or settings.rules or settings.schemas:
        from spine.ledger.sheets import Sheets
        from spine.ledger.value_checks import idle_declarations, value_findings

        sheets = Sheets(tree.files, settings, listed=tree.paths, documents=tree.documents)
        yield from value_findings(sheets)
        yield from idle_declarations(sheets)


def containers(document: Document) -> Iterator[tuple[Address, Node]]:
    """Every collection with entries, with its address (items by position)."""
    for at, node in _values(document):
        if node.entries:
            yield at, node


def _values(document: Document) -> Iterator[tuple[Address, Node]]:
    todo = [(Address((), number), root.node) for number, root in enumerate(document.roots, 1) if root.node is not None]
    while todo:
        at, node = todo.pop()
        yield (at if at != ROOT else ROOT), node
        for entry in reversed(node.entries):
            step: Step = Key(entry.key.text) if entry.key is not None else Position(entry.index + 1)
            todo.append((at / step, entry.value))


def imports_are_whole(tree: Tree) -> Iterator[Finding]:
    """The index of imported proposals is readable, and the commits in it are there."""
    path = f"{tree.settings.folders.proposals}/{INDEX}"
    if (flaw := tree.import_flaw()) is not None:
        yield Finding(flaw.code, flaw.place or Place(path), flaw.message, flaw.hint)
    for one in tree.imported:
        for commit in one.covers:
            if tree.commits is not None and commit not in tree.commits:
                yield Finding("SP304", Place(path), f"{one.id} covers {commit}, which is no commit of this repository")


CHECKS: tuple[Check, ...] = (
    proposals_are_whole,
    imports_are_whole,
    proposals_keep_to_their_paths,
    links_are_not_governed,
    gaps_are_whole,
    evidence_holds,
    links_agree,
    numbers_are_free,
    loops_are_true,
    bindings_are_readable,
    identities_are_unique,
    values_keep_the_rules,
    references_hold,
)
