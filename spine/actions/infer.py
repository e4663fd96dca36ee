"""schema infer: what the governed files and their history show about their lists, as declarations to propose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from spine.actions.propose import Proposed, Wanted, write_gathered
from spine.actions.recent import recent_versions
from spine.actions.sources import Edited, Gathered, NothingChanged, Side
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.identity import ListKind
from spine.ledger.reading import SETTINGS
from spine.patterns import AddressPattern, PlacePattern, place_pattern_of
from spine.records.declaring import with_lists
from spine.records.evidence import evidence
from spine.records.likely_references import Likely, likely_references
from spine.records.settings import Settings, kind_token, read_settings
from spine.repository import File, MissingObject, TooLarge, put, resolve, snapshot_of
from spine.repository.files import look
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document

COMMITS = 5_000  # of history that are looked at
VERSIONS = 30  # of one file
CHARACTERS = 4_000_000  # of one file's versions together; two versions are read whatever their size


@dataclass(frozen=True, slots=True)
class Found:
    """A declaration for `spine.yaml`, and why it is believed."""

    pattern: PlacePattern
    kind: ListKind
    evidence: str


@dataclass(frozen=True, slots=True)
class Question:
    """A list that a person has to decide about; `path` and `address` are where it is."""

    path: str
    address: AddressPattern
    reason: str


@dataclass(slots=True)
class Inferred:
    """All that was found. `files` were read, in `versions` versions; `unread` are no YAML or not in this clone.

    `references` are for a person to look at: nothing but the values of today says so.
    """

    found: list[Found] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    references: list[Likely] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    files: int = 0
    versions: int = 0


def infer(work: Workspace, paths: Sequence[str] = ()) -> Inferred:
    """What HEAD's governed files (all, or at or below `paths`) and recent history show about undeclared lists.

    What the work tree's `spine.yaml` declares counts as declared. Raises `Refused` if there is none. Limitations: looks
    at 5,000 commits, and at 30 versions or 4 million characters of a file.
    """
    return _infer(work, read_settings(_text_here(work)), paths)


def write_inferred(work: Workspace, paths: Sequence[str] = ()) -> Inferred:
    """The same, and the declarations written into the work tree's `spine.yaml`."""
    text = _text_here(work)
    done = _infer(work, read_settings(text), paths)
    if done.found:
        put(work.repo.tree_root(), SETTINGS, File(_declared(text, done).encode("utf-8")))
    return done


def propose_inferred(work: Workspace, wanted: Wanted, paths: Sequence[str] = ()) -> tuple[Inferred, Proposed]:
    """The same as a proposal that changes `spine.yaml`. Raises `NothingChanged` if there is nothing to declare."""
    base = resolve(work.repo, "HEAD")
    tree = snapshot_of(work.repo, base)
    blob, data = tree.blob(SETTINGS), tree.read(SETTINGS)
    if blob is None or data is None:
        raise _no_settings()
    text = data.decode("utf-8")
    done = _infer(work, read_settings(text), paths)
    if not done.found:
        raise NothingChanged("history shows nothing that is not declared already", place=Place(SETTINGS))
    after = _declared(text, done).encode("utf-8")
    edited = Edited(SETTINGS, Side(data, blob.mode), Side(after, blob.mode))
    if wanted.why is None:
        wanted = Wanted(title=wanted.title, why="\n".join(_reasons(done)), loop=wanted.loop)
    return done, write_gathered(work, Gathered(base, (edited,)), wanted, keep=True)


def _declared(text: str, done: Inferred) -> str:
    """The settings with the declarations, which must read back as what was found."""
    after = with_lists(text, [(one.pattern, one.kind) for one in done.found])
    lists = read_settings(after).lists
    assert lists == read_settings(text).lists + tuple((one.pattern, one.kind) for one in done.found)
    return after


def _reasons(done: Inferred) -> Iterator[str]:
    yield f"What {done.versions} versions of {done.files} files show about their lists; each held in all of them."
    yield ""
    for one in done.found:
        yield f"- {one.pattern} {kind_token(one.kind)}: {one.evidence}"


def _text_here(work: Workspace) -> str:
    repo = work.repo
    if repo.work_tree is None:
        data = snapshot_of(repo, resolve(repo, "HEAD")).read(SETTINGS)
    else:
        there = look(repo.tree_root(), SETTINGS)
        data = there.data if isinstance(there, File) else None
    if data is None:
        raise _no_settings()
    return data.decode("utf-8")


def _no_settings() -> Refused:
    return Refused(f"there is no {SETTINGS} to declare lists in", place=Place(SETTINGS), hint="spine init")


def _infer(work: Workspace, settings: Settings, paths: Sequence[str]) -> Inferred:
    repo = work.repo
    tip = resolve(repo, "HEAD")
    tree = snapshot_of(repo, tip)
    named = [repo.prefix + path.removeprefix("./").rstrip("/") for path in paths]
    chosen = [
        entry
        for entry in tree.entries()
        if settings.is_governed(entry.path) and entry.path != SETTINGS and _is_meant(entry.path, named)
    ]
    for name in named:
        if not any(_is_meant(entry.path, [name]) for entry in chosen):
            raise Refused("no governed file is there", place=Place(name), hint=f"{SETTINGS} says which are governed")
    history = recent_versions(repo, tip, named, most=COMMITS)
    done = Inferred()
    now: dict[str, Document] = {}
    for entry in chosen:
        blobs = list(dict.fromkeys([entry.oid, *history.get(entry.path, [])]))
        documents = list(_documents(work, entry.path, blobs))
        if not documents:
            done.unread.append(entry.path)
            continue
        done.files += 1
        done.versions += len(documents)
        now[entry.path] = documents[0]
        declared, asked = evidence(documents, settings.rules_for(entry.path).identity)
        done.questions += [Question(entry.path, one.pattern, one.reason) for one in asked]
        for found in declared:
            pattern = place_pattern_of(entry.path, found.pattern)
            if pattern is None:
                done.questions.append(Question(entry.path, found.pattern, "no path pattern can spell the file's name"))
            else:
                done.found.append(Found(pattern, found.kind, found.evidence))
    known = {str(one.source) for one in settings.refs}
    likely = likely_references(now, {path: settings.rules_for(path).identity for path in now})
    done.references = [one for one in likely if str(one.source) not in known]
    return done


def infer_with(work: Workspace, settings: Settings) -> Inferred:
    """The same for settings that are not written yet."""
    return _infer(work, settings, ())


def _is_meant(path: str, named: Sequence[str]) -> bool:
    return not named or any(path == name or path.startswith(f"{name}/") or name in ("", ".") for name in named)


def _documents(work: Workspace, path: str, blobs: Sequence[str]) -> Iterator[Document]:
    """The versions that can be read, newest first; the file as it is now must be among them."""
    size = 0
    for number, oid in enumerate(blobs[:VERSIONS]):
        try:
            text = work.repo.objects.read_blob(oid).decode("utf-8")
            size += len(text)
            if size > CHARACTERS and number > 1:
                return
            yield parse(text, file=path)
        except (Unparsable, UnicodeDecodeError, MissingObject, TooLarge):
            if number == 0:
                return
