"""Where a proposal's content comes from: the work tree, the index, commits, single edits, or a program's JSON.

Each source becomes the same thing: for every file its bytes and mode before and after, and the commit it started from.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from dataclasses import field

from spine.actions.placing import placed_in
from spine.actions.workspace import Workspace
from spine.address import Address
from spine.change.complete import complete
from spine.change.editing import add_entry, remove_entry, set_value
from spine.change.json_form import operations_from_json
from spine.change.operations import Expect, Operation
from spine.change.patch import patch_document
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.identity import Identity
from spine.ids import near
from spine.ledger.reading import SETTINGS, settings_of
from spine.paths import check_path
from spine.records.settings import Settings
from spine.repository import (
    Blob,
    CommitId,
    DirtyPath,
    Repository,
    Snapshot,
    TreeSnapshot,
    WorkTreeSnapshot,
    changed_paths,
    merge_base,
    resolve,
    resolve_range,
    snapshot_of,
    work_tree_of,
)
from spine.yamldoc.guard import parse
from spine.yamldoc.pieces import whole_lines


class NothingChanged(Refused):
    """There is nothing to propose."""

    code = "SP070"


class BadInput(Refused):
    """A program's JSON is not what the door takes."""

    code = "SP071"


@dataclass(frozen=True, slots=True)
class WorkTree:
    """Edits in the work tree, against HEAD; only these paths if any are named."""

    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Staged:
    """What is staged, against HEAD."""

    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FromRange:
    """What changed from one commit to another, `A..B`."""

    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit by address; `verb` is `set`, `add` or `remove`, `token` the value's source."""

    verb: str
    path: str
    at: Address
    token: str | None


@dataclass(frozen=True, slots=True)
class Edits:
    """Edits of files of HEAD, made in the order in which they were given."""

    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class FromJson:
    """What a program sent, as `parse_json` read it."""

    value: object


Source = WorkTree | Staged | FromRange | Edits | FromJson


@dataclass(frozen=True, slots=True)
class Side:
    """A file's bytes and mode on one side."""

    data: bytes
    mode: str


@dataclass(frozen=True, slots=True)
class Edited:
    """One file before and after; `ops` where the source said the operations itself."""

    path: str
    before: Side | None
    after: Side | None
    ops: tuple[Operation, ...] | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """All edited files, the commit they started from, and which of them are to be put back in the work tree."""

    base: CommitId
    files: tuple[Edited, ...]
    put_back: tuple[str, ...] = ()
    said: dict[str, str] = field(default_factory=dict)  # title, why, loop, if the source says them


def gather(work: Workspace, source: Source) -> Gathered:
    """The edited files of a source. Raises `NothingChanged`, `DirtyPath` for a file half staged, or `Refused`."""
    if isinstance(source, FromRange):
        found = _from_range(work.repo, source)
    elif isinstance(source, Edits):
        found = _from_edits(work.repo, source)
    elif isinstance(source, FromJson):
        found = _from_json(work.repo, source.value)
    else:
        found = _from_work_tree(work.repo, source)
    if not found.files:
        raise NothingChanged(_nothing(source), hint="spine propose --help lists the sources of a proposal")
    return found


def _nothing(source: Source) -> str:
    if isinstance(source, Staged):
        return "nothing is staged"
    if isinstance(source, FromRange):
        return f"nothing changed in {source.text}"
    if not isinstance(source, WorkTree):
        return "the edits change nothing"
    return "nothing that was named differs from HEAD" if source.paths else "no governed file differs from HEAD"


def _from_work_tree(repo: Repository, source: WorkTree | Staged) -> Gathered:
    repo.tree_root()
    base = resolve(repo, "HEAD")
    tree = snapshot_of(repo, base)
    settings = settings_of(tree)
    here = work_tree_of(repo)
    named = [repo.named(path) for path in source.paths]
    staged = isinstance(source, Staged)
    files: list[Edited] = []
    found = _changed(tree, here, only_staged=staged)
    for path in _candidates(tree, found, settings, named):
        if path.startswith(f"{settings.folders.proposals}/"):
            continue
        before = _side(tree, path)
        in_index = _side(here.index, path)
        on_disk = _side(here, path)
        after = in_index if staged else on_disk
        if in_index not in (before, on_disk):
            raise DirtyPath(
                f"{path} is half staged: its index, its file and HEAD all differ",
                place=Place(path),
                hint=f"git add -- {path}   or   git restore --staged -- {path}",
            )
        if after != before:
            files.append(Edited(path, before, after))
    if not files and not named:
        _say_why_not(tree, here, found, settings)
    return Gathered(base, tuple(files), tuple(file.path for file in files))


def _say_why_not(tree: TreeSnapshot, here: WorkTreeSnapshot, found: Collection[str], settings: Settings) -> None:
    """Raise `NothingChanged` with the cause, where edits that are not governed can be what was meant."""
    if tree.blob(SETTINGS) is None:
        hint = f"git add {SETTINGS} && git commit" if here.blob(SETTINGS) is not None else "spine init --bindings DIR"
        raise NothingChanged(
            f"no governed file differs from HEAD, which has no {SETTINGS} to say what is governed", hint=hint
        )
    folder = f"{settings.folders.proposals}/"
    others = [path for path in sorted(found) if path.endswith((".yaml", ".yml")) and not path.startswith(folder)]
    if others:
        also = f", nor are {len(others) - 1} others that differ" if len(others) > 1 else ""
        raise NothingChanged(
            f"it differs from HEAD, and is not governed{also}", place=Place(others[0]),
            hint=f'spine propose "title" -- {shlex.quote(others[0])}   or   add it to governed: in {SETTINGS}',
        )  # fmt: skip


def _changed(tree: TreeSnapshot, here: WorkTreeSnapshot, *, only_staged: bool) -> set[str]:
    """All paths that may have changed."""
    staged = {entry.path: Blob(entry.oid, entry.mode) for entry in here.index.entries()}
    committed = {entry.path: Blob(entry.oid, entry.mode) for entry in tree.entries()}
    found = {path for path in {*staged, *committed} if staged.get(path) != committed.get(path)}
    if not only_staged:
        found |= {*here.modified(), *here.untracked()}
    return found


def _candidates(tree: TreeSnapshot, found: Collection[str], settings: Settings, named: Sequence[str]) -> list[str]:
    """Of the paths that may have changed the governed ones, or whatever was named."""
    chosen = []
    for path in sorted(found):
        inside = any(_is_in(path, one) for one in named)
        if inside if named else settings.is_governed(path):
            chosen.append(path)
    for one in named:
        if not any(_is_in(path, one) for path in [*chosen, *tree.paths(one)]):
            close = near(one, {*found, *tree.paths()}, most=1)
            raise NothingChanged(
                "no such file here, or nothing changed in it",
                place=Place(one),
                hint=f"did you mean {close[0]}?" if close else None,
            )
    return chosen


def _is_in(path: str, named: str) -> bool:
    return named in ("", path) or path.startswith(f"{named}/")


def _side(files: Snapshot, path: str) -> Side | None:
    blob = files.blob(path)
    if blob is None:
        return None
    if blob.mode not in ("100644", "100755"):
        raise Refused("only regular files can be proposed", place=Place(path))
    data = files.read(path)
    return None if data is None else Side(data, blob.mode)


def _from_range(repo: Repository, source: FromRange) -> Gathered:
    which = resolve_range(repo, source.text)
    if which.since is None:
        raise Refused("a range has two ends, A..B", place=Place(source.text))
    if merge_base(repo, which.since, which.until) != which.since:
        raise Refused("the first end of the range is not an ancestor of the second", place=Place(source.text))
    before, after = snapshot_of(repo, which.since), snapshot_of(repo, which.until)
    folder = settings_of(before).folders.proposals
    files = []
    for change in changed_paths(repo, which.since, which.until):
        if not change.path.startswith(f"{folder}/"):
            files.append(Edited(change.path, _side(before, change.path), _side(after, change.path)))
    return Gathered(which.since, tuple(files))


def _from_edits(repo: Repository, source: Edits) -> Gathered:
    base = resolve(repo, "HEAD")
    tree = snapshot_of(repo, base)
    settings = settings_of(tree)
    texts: dict[str, str] = {}
    sides: dict[str, Side] = {}
    for edit in source.edits:
        if edit.path not in texts:
            side = _existing(tree, edit.path)
            sides[edit.path] = side
            texts[edit.path] = _text(side.data, edit.path)
        with placed_in(edit.path):
            texts[edit.path] = _edited(texts[edit.path], edit, settings.rules_for(edit.path).identity)
    files = [
        Edited(path, sides[path], Side(text.encode("utf-8"), sides[path].mode))
        for path, text in texts.items()
        if text.encode("utf-8") != sides[path].data
    ]
    return Gathered(base, tuple(files))


def _edited(text: str, edit: Edit, identity: Identity) -> str:
    if edit.verb == "set":
        return set_value(text, edit.at, edit.token if edit.token is not None else "", identity)
    if edit.verb == "add":
        return add_entry(text, edit.at, edit.token, identity)
    return remove_entry(text, edit.at, identity)


def _existing(tree: TreeSnapshot, path: str) -> Side:
    side = _side(tree, path)
    if side is None:
        close = near(path, tree.paths())
        hint = f"did you mean {close[0]}?" if close else None
        raise Refused("no such file in the base commit", place=Place(path), hint=hint)
    return side


def _text(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place(path)) from error


_TOP = ("title", "why", "loop", "base", "files")
_FILE = ("path", "why", "ops", "content", "delete")


def _from_json(repo: Repository, value: object) -> Gathered:
    top = _object(value, "<stdin>", _TOP)
    base = resolve(repo, _string(top.get("base", "HEAD"), "base"))
    tree = snapshot_of(repo, base)
    settings = settings_of(tree)
    files = top.get("files")
    if not isinstance(files, list) or not files:
        raise BadInput("“files” is a list of at least one file", place=Place("files"))
    edited: list[Edited] = []
    for index, one in enumerate(files):
        found = _json_file(one, f"files[{index}]", tree, settings)
        if any(found.path == other.path for other in edited):
            raise BadInput(
                f"“{found.path}” stands twice", place=Place(f"files[{index}].path"), hint="one file, one entry"
            )
        if found.after != found.before or _only_looks(found.ops):
            edited.append(found)
    said = {key: _string(top[key], key) for key in ("title", "why", "loop") if top.get(key) is not None}
    return Gathered(base, tuple(edited), said=said)


def _json_file(value: object, where: str, tree: TreeSnapshot, settings: Settings) -> Edited:
    file = _object(value, where, _FILE)
    path = _string(file.get("path"), f"{where}.path")
    why = _string(file["why"], f"{where}.why") if file.get("why") is not None else None
    check_path(path, allow=settings.policy.allow, place=Place(f"{where}.path"))
    if file.get("delete") not in (None, True, False):
        raise BadInput("“delete” is true or left out", place=Place(f"{where}.delete"))
    ways = [key for key in ("ops", "content", "delete") if file.get(key) not in (None, False)]
    if len(ways) != 1:
        raise BadInput("a file has exactly one of “ops”, “content” and “delete”", place=Place(where))
    if ways == ["content"]:
        content = _string(file["content"], f"{where}.content")
        before = _side(tree, path)
        if before is None:
            _check_free(tree, path, Place(f"{where}.path"))
        if is_yaml(path) and settings.is_governed(path):
            parse(content, file=f"{where}.content")
        return Edited(path, before, Side(content.encode("utf-8"), before.mode if before else "100644"), None, why)
    side = _existing(tree, path)
    if ways == ["delete"]:
        return Edited(path, side, None, None, why)
    text = _text(side.data, path)
    document = parse(whole_lines(text), file=path)
    drafts = operations_from_json(file["ops"], where=f"{where}.ops")
    if not drafts:
        raise BadInput("at least one operation is needed", place=Place(f"{where}.ops"))
    with placed_in(path):
        ops = complete(drafts, document, settings.rules_for(path).identity)
        result = patch_document(text, document, ops)
    return Edited(path, side, Side(result.encode("utf-8"), side.mode), ops, why)


def _only_looks(ops: tuple[Operation, ...] | None) -> bool:
    """Whether a file is not changed but only looked at: preconditions for what happens to others."""
    return ops is not None and all(isinstance(op, Expect) for op in ops)


def _check_free(tree: TreeSnapshot, path: str, place: Place) -> None:
    """Raise `BadInput` if no file can be made at the path: there is a folder, or a file or link on the way to it."""
    if tree.item(path) is not None:
        raise BadInput(f"“{path}” is a folder", place=place)
    parts = path.split("/")
    for depth in range(1, len(parts)):
        above = "/".join(parts[:depth])
        if tree.blob(above) is not None:
            raise BadInput(f"“{above}” is no folder", place=place)


def is_yaml(path: str) -> bool:
    """Whether a file is YAML, by its name."""
    return path.endswith((".yaml", ".yml"))


def _object(value: object, where: str, known: Sequence[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadInput("an object is needed here", place=Place(where))
    for key in value:
        if key not in known:
            close = near(str(key), known, most=1)
            hint = f"did you mean “{close[0]}”?" if close else f"its keys are {', '.join(known)}"
            raise BadInput(f"unknown key “{str(key)[:60]}”", place=Place(where), hint=hint)
    return value


def _string(value: object, where: str) -> str:
    if type(value) is not str:
        raise BadInput("a string is needed here", place=Place(where))
    return value
