"""propose: edits become a proposal that is proved to reproduce them, and only then are they put back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from spine.actions.bringing import attached_finder, bring
from spine.actions.cautions import cautions
from spine.actions.gap_links import with_gaps
from spine.actions.plan import Plan, check_paths, check_policy, plan_on
from spine.actions.put_aside import PutBack, put_back
from spine.actions.sources import Edited, Gathered, NothingChanged, Side, Source, WorkTree, gather, is_yaml
from spine.actions.workspace import Workspace, settled
from spine.change.diff import diff
from spine.change.operations import Change
from spine.change.textpatch import make_patch
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import ProposalId, near
from spine.ledger.reading import PROPOSAL, Ledger, Stored, read_ledger, settings_of
from spine.printable import has_unsafe
from spine.records.proposal import MAX_TITLE, FileChange, Proposal, digest, effect, read_proposal, write_proposal
from spine.records.settings import Settings
from spine.records.values import gap_reference, loop_reference
from spine.repository import (
    FolderTaken,
    Repository,
    TreeSnapshot,
    folder_names,
    naming_lock,
    new_folder,
    other_worktrees,
    refs,
    resolve,
    snapshot_of,
    work_tree_of,
)
from spine.repository.backup import REFS as BACKUPS
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.write import is_visible

MAX_CONTENT = 64 * 1024
_TRIES = 100


class NotReproduced(Refused):
    """The proposal does not give back the edits that it was made of; nothing was written."""

    code = "SP072"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person says about a proposal beside its content."""

    title: str | None = None
    why: str | None = None
    loop: str | None = None
    registers: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal in its folder. `restored` are the files put back to HEAD.

    Two references: `backup` keeps the edits, `replaced` the draft that it takes the place of.
    """

    proposal: Proposal
    folder: str
    digest: str
    effect: str
    plan: Plan
    restored: tuple[str, ...]
    backup: str | None
    warnings: tuple[str, ...]
    replaced: str | None = None


def propose(work: Workspace, source: Source, wanted: Wanted, *, keep: bool = False) -> Proposed:
    """Write a proposal of what `source` has, prove that it reproduces it, then put the work tree back.

    Stages nothing, commits nothing. The edits stay in `refs/spine/backup/`; `keep` leaves them in the work tree too.
    Raises `NothingChanged`, `DirtyPath`, `PolicyUnmet`, `NotReproduced` or `Refused`; then nothing is written.
    """
    with settled(work):
        try:
            gathered = gather(work, source)
        except NothingChanged:
            if source != WorkTree() or not (wanted.registers or wanted.closes):
                raise
            gathered = Gathered(resolve(work.repo, "HEAD"), ())  # the gaps alone
        return write_gathered(work, gathered, wanted, keep=keep)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A proposal that is proved and not written: its folder and what goes into it, the tree and ledger of its base, and
    the files that it was made of."""

    proposal: Proposal
    folder: str
    contents: dict[str, bytes]
    tree: TreeSnapshot
    ledger: Ledger
    gathered: Gathered

    @property
    def digest(self) -> str:
        """The digest of its `proposal.yaml`."""
        return digest(self.contents[PROPOSAL])

    @property
    def stored(self) -> Stored:
        """Its folder as if it were written."""
        return Stored(self.proposal.id, self.folder, tuple(self.contents), _Memory(self.folder, self.contents))


def prepare(
    work: Workspace, gathered: Gathered, wanted: Wanted, *, after: ProposalId | None = None, may_add: bool = True
) -> Prepared:
    """Make and prove a proposal of gathered files; its id is later than `after`, if that is given.

    What it registers and closes is written into its files, unless they may not be added to; see `gap_links`.
    """
    tree = snapshot_of(work.repo, gathered.base)
    ledger = read_ledger(tree)
    title = wanted.title or gathered.said.get("title")
    _check_words(title, wanted.why or gathered.said.get("why"), wanted, gathered.said)
    assert title is not None
    attached: dict[str, bytes] = {}
    check_paths([one.path for one in gathered.files], ledger.settings, tree)
    moment = work.now().replace(microsecond=0)
    id_ = _free_id(work.repo, after.next_second() if after else ProposalId.make(moment, title), ledger)

    def make(gathered: Gathered) -> tuple[FileChange, ...]:
        attached.clear()
        return tuple(file_change(work.repo, one, ledger.settings, attached) for one in _with_moves(gathered.files))

    gathered, files, registers, closes = with_gaps(
        work.repo, tree, ledger, gathered, make, id_=id_, by=work.person, at=id_.moment,
        registers=wanted.registers, closes=wanted.closes, may_add=may_add, is_undo=wanted.undoes is not None,
    )  # fmt: skip
    proposal = Proposal(
        id=id_,
        title=title.strip(),
        author=work.person,
        created=id_.moment,
        files=files,
        base=str(gathered.base),
        why=_paragraph(wanted.why or gathered.said.get("why")),
        loop=wanted.loop or gathered.said.get("loop"),
        registers=registers,
        closes=closes,
        requires=_ids(wanted.requires, ledger),
        supersedes=_ids(wanted.supersedes, ledger),
        undoes=wanted.undoes,
    )
    data = write_proposal(proposal).encode("utf-8")
    folder = f"{ledger.settings.folders.proposals}/{id_.month}/{id_}"
    contents = {PROPOSAL: data, **{f"blobs/{name}": blob for name, blob in attached.items()}}
    prepared = Prepared(proposal, folder, contents, tree, ledger, gathered)
    check_policy(proposal, ledger)
    _prove(work.repo, tree, ledger, prepared.stored, proposal, gathered)
    return prepared


def write_gathered(work: Workspace, gathered: Gathered, wanted: Wanted, *, keep: bool) -> Proposed:
    """`propose` for files that are gathered already."""
    repo = work.repo
    root = repo.tree_root()
    head = resolve(repo, "HEAD")
    onto = snapshot_of(repo, head)
    settings_of(onto)  # what cannot be read there stops the plan, and nothing may be written before
    with naming_lock(repo, work.wait):
        prepared = prepare(work, gathered, wanted)
        for _ in range(_TRIES):
            try:
                new_folder(root, prepared.folder, prepared.contents)
                break
            except FolderTaken:
                prepared = prepare(work, gathered, wanted, after=prepared.proposal.id)
        else:
            raise Refused("no free id was found", place=Place(prepared.proposal.id), hint="try again in a minute")
    proposal, tree, gathered = prepared.proposal, prepared.tree, prepared.gathered
    back = PutBack() if keep or not gathered.put_back else put_back(repo, tree, gathered, str(proposal.id))
    onto = tree if head == gathered.base else onto
    ledger = prepared.ledger if head == gathered.base else read_ledger(onto)
    plan = plan_on(repo, head, onto, ledger, prepared.stored, is_draft=True)
    effect_ = _effect(gathered, proposal)
    warnings = (*cautions(proposal), *back.left)
    return Proposed(proposal, prepared.folder, prepared.digest, effect_, plan, back.restored, back.backup, warnings)


# ---- the parts ----------------------------------------------------------------------------------------------------


def _check_words(title: str | None, why: str | None, wanted: Wanted, said: dict[str, str]) -> None:
    """Raise `Refused` at the argument, or at the key of a program's JSON, that no proposal can hold."""
    place = Place("TITLE" if wanted.title or "title" not in said else "title")
    if not title or not title.strip():
        raise Refused("a proposal has a title", place=place, hint='spine propose "what changes"')
    if len(title.strip()) > MAX_TITLE:
        raise Refused(f"a title of {len(title.strip())} characters, the limit is {MAX_TITLE}", place=place)
    if has_unsafe(title.strip()):
        raise Refused("a title is one line without invisible characters", place=place)
    if "\0" in (why or ""):
        raise Refused("a reason is text", place=Place("--why" if wanted.why else "why"))
    links: list[tuple[str, Callable[[str], str], tuple[str, ...]]] = [
        ("--loop" if wanted.loop else "loop", loop_reference, tuple(filter(None, [wanted.loop or said.get("loop")]))),
        ("--registers", gap_reference, wanted.registers),
        ("--closes", gap_reference, wanted.closes),
    ]
    for name, read, given in links:
        for one in given:
            try:
                read(one)
            except Refused as error:
                raise type(error)(error.message, place=Place(name), hint=error.hint) from error


def _with_moves(files: tuple[Edited, ...]) -> list[Edited | tuple[Edited, Edited]]:
    """A file that went and one that came with the same bytes are one file that moved."""
    gone = [one for one in files if one.after is None]
    found: list[Edited | tuple[Edited, Edited]] = []
    used: set[str] = set()
    for one in files:
        if one.before is None and one.after is not None:
            twin = next(
                (old for old in gone if old.path not in used and old.before and old.before.data == one.after.data), None
            )
            if twin is not None and one.after.data:
                used.add(twin.path)
                found.append((twin, one))
                continue
        found.append(one)
    return [one for one in found if isinstance(one, tuple) or one.path not in used]


def file_change(
    repo: Repository, one: Edited | tuple[Edited, Edited], settings: Settings, attached: dict[str, bytes]
) -> FileChange:
    """An edited file (or one that went and one that came: a move) as a proposal tells it; what can only be attached
    goes into `attached`, by its SHA-256."""
    hash_blob = repo.objects.hash_blob
    if isinstance(one, tuple):
        old, new = one
        assert old.before is not None
        assert new.after is not None
        oid = hash_blob(new.after.data)
        mode = new.after.mode if new.after.mode != old.before.mode else None
        return FileChange(new.path, oid, oid, moved_from=old.path, mode=mode)
    base = hash_blob(one.before.data) if one.before is not None else None
    if one.after is None:
        return FileChange(one.path, base, None, why=one.why)
    result = hash_blob(one.after.data)
    mode = one.after.mode if one.after.mode != (one.before.mode if one.before else "100644") else None
    change, content, blob = None, None, None
    if one.before is None:
        _check_readable(one.path, one.after.data, settings)
        content = _content(one.after.data)
    elif one.before.data != one.after.data:
        change = _change(one, one.before, one.after, settings)
    is_told = content is not None or change is not None or (one.before is not None and base == result)
    if not is_told:
        blob = hashlib.sha256(one.after.data).hexdigest()
        attached[blob] = one.after.data
    return FileChange(one.path, base, result, change, content, blob, mode=mode, why=one.why)


def _check_readable(path: str, data: bytes, settings: Settings) -> None:
    """Raise `Refused` for a binding that nobody could read."""
    if not is_yaml(path) or not settings.is_governed(path):
        return
    try:
        parse(data.decode("utf-8"), file=path)
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place(path)) from error
    except Unparsable as error:
        raise Unparsable(error.message, place=error.place, hint="mend the YAML, then propose again") from error


def _content(data: bytes) -> str | None:
    """The text of a new file that a proposal shows whole; None for what is too large or not to be read."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if len(data) <= MAX_CONTENT and is_visible(text) else None


def _change(one: Edited, before: Side, after: Side, settings: Settings) -> Change | None:
    _check_readable(one.path, after.data, settings)
    try:
        old, new = before.data.decode("utf-8"), after.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if "\0" in old or "\0" in new:
        return None
    if one.ops is not None:
        return Change(one.ops)
    if not is_yaml(one.path):
        return Change(patch=make_patch(old, new))
    return diff(old, new, identity=settings.rules_for(one.path).identity)


def _free_id(repo: Repository, id_: ProposalId, ledger: Ledger) -> ProposalId:
    """The first id from this second on whose second no proposal has, in any branch of this clone or any work tree."""
    folder = ledger.settings.folders.proposals
    used = _ids_near(repo, folder, {id_.month, id_.next_second().month})
    for _ in range(_TRIES):
        if not any(other.startswith(id_[:18]) for other in used):
            return id_
        id_ = id_.next_second()
    return id_


def _ids_near(repo: Repository, folder: str, months: set[str]) -> set[str]:
    found: set[str] = set()
    all_refs = refs(repo)
    found |= {ref.name.rpartition("/")[2] for ref in all_refs if ref.name.startswith(BACKUPS)}
    tips = {ref.commit for ref in all_refs if ref.commit is not None and not ref.name.startswith("refs/spine/")}
    for commit in tips:
        tree = snapshot_of(repo, commit)
        for month in months:
            found |= set(tree.folder(f"{folder}/{month}") or {})
    for path in work_tree_of(repo).untracked() if repo.work_tree is not None else ():
        parts = path.removeprefix(f"{folder}/").split("/")
        if len(parts) > 2 and path.startswith(f"{folder}/"):
            found.add(parts[1])
    for tree_ in other_worktrees(repo):
        for month in months:
            found |= set(folder_names(tree_.folder, f"{folder}/{month}"))
    return found


def _ids(given: tuple[str, ...], ledger: Ledger) -> tuple[str, ...]:
    found = []
    for text in given:
        if text in ledger.proposals:
            found.append(text)
            continue
        fitting = [id_ for id_ in ledger.proposals if id_.startswith(text) or text in id_]
        if len(fitting) != 1:
            close = near(text, list(ledger.proposals))
            raise Refused(
                "no proposal has this id" if not fitting else "several proposals fit",
                place=Place(text),
                hint=f"did you mean {close[0]}?" if close else "spine list",
            )
        found.append(fitting[0])
    return tuple(found)


def _paragraph(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    return text.strip() + ("\n" if "\n" in text.strip() else "")


def _prove(
    repo: Repository, tree: TreeSnapshot, ledger: Ledger, stored: Stored, proposal: Proposal, gathered: Gathered
) -> None:
    """The written file, read again, must be the proposal, and must give the very bytes of every file."""
    assert stored.data is not None
    if read_proposal(stored.data.decode("utf-8"), file=stored.folder, allow=ledger.settings.policy.allow) != proposal:
        raise NotReproduced("the proposal does not read back as it was written", place=Place(stored.folder))
    plans = bring(proposal, tree, ledger.settings, lambda oid: None, repo.objects.hash_blob, attached_finder(stored))
    made = {plan.path: plan.after for plan in plans}
    for one in gathered.files:
        wanted = one.after.data if one.after is not None else None
        if wanted is not None and made.get(one.path) != wanted:
            raise NotReproduced(f"{one.path}: the proposal does not give the bytes of the edit", place=Place(one.path))


def _effect(gathered: Gathered, proposal: Proposal) -> str:
    parts: list[tuple[str, str, str | None, str | None]] = []
    for one in gathered.files:
        side = one.after or one.before
        assert side is not None
        file = next((file for file in proposal.files if file.path == one.path), None)
        moved = next((file for file in proposal.files if file.moved_from == one.path), None)
        if moved is not None:
            parts.append((one.path, side.mode, moved.base, None))
        elif file is not None:
            parts.append((one.path, side.mode, file.base if file.moved_from is None else None, file.result))
    return effect(parts)


@dataclass(frozen=True, slots=True)
class _Memory:
    """A proposal's folder that is not written yet."""

    folder: str
    files: dict[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path[len(self.folder) + 1 :])

    def paths(self, prefix: str = "") -> Iterator[str]:
        return iter([f"{self.folder}/{name}" for name in self.files])
