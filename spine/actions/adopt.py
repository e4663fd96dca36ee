"""adopt: a repository that spine did not create becomes a governed one, with what it has, and its debt known.

Written into the work tree, never committed: `spine.yaml`, the attributes, the index of proposals that landed before,
and a baseline of what is wrong now. Done again it drops from the baseline what is gone, and adds nothing to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from itertools import takewhile

from spine.actions.infer import Inferred, infer_with
from spine.actions.init import ATTRIBUTES, exact_attributes, growing_stamps
from spine.actions.overlay import Overlay
from spine.actions.split_gaps import Split, split_register
from spine.actions.validate import baseline_in, findings_of
from spine.actions.workspace import Workspace
from spine.change.rules import Rule
from spine.dataclass import dataclass
from spine.errors import Finding, Place, Refused
from spine.globs import parse_glob
from spine.ledger.checks import SCOPE, Tree
from spine.ledger.imports import LANDINGS, Imports, Told, imports_of, landed_by
from spine.ledger.reading import SETTINGS, read_ledger, settings_of
from spine.patterns import parse_place_pattern
from spine.records.baseline import BASELINE, baseline_of, subtract, write_baseline
from spine.records.imported import INDEX, ImportedProposal, read_imported, write_imported
from spine.records.register import read_register
from spine.records.settings import Folders, GapRules, Settings, landing_form, write_settings
from spine.repository import (
    Commit,
    File,
    Range,
    Repository,
    WorkTreeSnapshot,
    changed_paths,
    commits_in,
    look,
    replace_files,
    resolve,
    whole_work_tree,
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person says about the repository; what is left out is found, or spine's own name for it."""

    bindings: str | None = None
    proposals: str | None = None
    loops: str | None = None
    gaps: str | None = None
    register: str | None = None
    landings: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    split_gaps: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Holes:
    """What the ledger names and does not have: loops and gaps of imported proposals, and ids that never landed."""

    loops: tuple[str, ...]
    gaps: tuple[str, ...]
    unlanded: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was recognised, what is written (None in `changes` stands for a file that goes), and the debt.

    `findings` are all that the repository has now; `fresh` those that its baseline, if there was one before, does not
    know; `dropped` how many of the baseline are gone. `inferred` is what HEAD and its history show about lists and
    references, for review: nothing of it is written.
    """

    settings: Settings
    changes: dict[str, bytes | None]
    imports: Imports
    imported: tuple[ImportedProposal, ...]
    holes: Holes
    counts: dict[str, int]
    split: Split | None
    findings: tuple[Finding, ...]
    fresh: tuple[Finding, ...]
    dropped: int
    inferred: Inferred
    is_dry: bool


def adopt(work: Workspace, wishes: Wishes) -> Adopted:
    """Recognise, report and write. Raises `Refused` for wishes that an existing `spine.yaml` contradicts."""
    repo = work.repo
    repo.tree_root()
    here = whole_work_tree(repo)
    settings, is_new = _settings(repo, here, wishes)
    forms = settings.landings or tuple(wishes.landings) or LANDINGS
    overlay = Overlay(repo, here)
    ledger = read_ledger(here, settings=settings)
    imports = imports_of(_history(repo, forms), forms, ledger.proposals)
    if is_new:
        used = wishes.landings or tuple(form for form in forms if imports.forms.get(form))
        settings = replace(settings, landings=used)
    index = f"{settings.folders.proposals}/{INDEX}"
    imported = _with_old(here, index, imports.landed)
    changes: dict[str, bytes | None] = {}
    split = None
    if wishes.split_gaps and settings.gaps.register is not None:
        split = split_register(here, settings, settings.gaps.register)
        changes |= split.changes
        if not split.left:
            settings = replace(settings, gaps=replace(settings.gaps, register=None))
            if not is_new:
                changes[SETTINGS] = split.settings_without_register((here.read(SETTINGS) or b"").decode("utf-8"))
    if is_new:
        changes[SETTINGS] = write_settings(settings).encode("utf-8")
    changes[ATTRIBUTES] = exact_attributes(here.read(ATTRIBUTES) or b"", settings)
    if imported or here.read(index) is not None:
        changes[index] = write_imported(imported).encode("utf-8")
    overlay.files.update({path: (data, "100644") for path, data in changes.items()})
    findings = findings_of(repo, overlay)
    known, flaw = baseline_in(here)
    if flaw:
        raise Refused(flaw[0].message, place=flaw[0].place, hint=flaw[0].hint)
    is_first = here.read(BASELINE) is None
    fresh, gone = subtract(findings, baseline_of(findings) if is_first else known)
    kept = baseline_of(findings) if is_first else known - gone
    changes[BASELINE] = write_baseline(kept).encode("utf-8")
    changes = {path: data for path, data in changes.items() if here.read(path) != data}
    if not wishes.dry_run:
        _write(repo, here, changes)
    tree = Tree(overlay)
    return Adopted(
        settings=settings,
        changes=changes,
        imports=imports,
        imported=imported,
        holes=_holes(tree, imported, imports),
        counts=_counts(tree),
        split=split,
        findings=findings,
        fresh=tuple(fresh),
        dropped=gone.total(),
        inferred=infer_with(work, settings),
        is_dry=wishes.dry_run,
    )


# ---- what is there ------------------------------------------------------------------------------------------------


def _settings(repo: Repository, here: WorkTreeSnapshot, wishes: Wishes) -> tuple[Settings, bool]:
    """The settings that are there, or those that the repository and the wishes make."""
    if here.read(SETTINGS) is not None:
        found = settings_of(here)
        _agree(found, wishes)
        return found, False
    paths = list(here.paths())
    own = Folders()
    folders = Folders(
        bindings=_folder(wishes.bindings) or own.bindings,
        proposals=_folder(wishes.proposals) or own.proposals,
        loops=_folder(wishes.loops) or _loops_of(paths) or own.loops,
        gaps=_folder(wishes.gaps) or own.gaps,
    )
    governed = (parse_glob(f"{folders.bindings}/**/*.yaml"), parse_glob(SETTINGS))
    if not any(governed[0].matches(path) for path in paths):
        raise Refused(
            "no YAML file lies below this folder", place=Place(folders.bindings), hint="spine adopt --bindings DIR"
        )
    stamps = growing_stamps(repo, folders.bindings)
    register = wishes.register or _register_of(here, [path for path in paths if governed[0].matches(path)])
    if register is not None:
        read_register((here.read(register) or b"").decode("utf-8", "replace"), file=register)
    return (
        Settings(
            folders=folders,
            governed=governed,
            merge=tuple((parse_place_pattern(f"*#{name}"), Rule("newest")) for name in stamps),
            gaps=GapRules(register=register),
            prose=tuple(parse_glob(text, place=Place("--prose")) for text in wishes.prose),
            landings=tuple(landing_form(text) for text in wishes.landings),
        ),
        True,
    )


def _agree(found: Settings, wishes: Wishes) -> None:
    """Raise `Refused` if a wish is not what the settings say: they change by a proposal, like any governed file."""
    said: dict[str, tuple[object, object]] = {
        f"--{name}": (_folder(getattr(wishes, name)), getattr(found.folders, name))
        for name in ("bindings", "proposals", "loops", "gaps")
    }
    said["--register"] = (wishes.register, found.gaps.register)
    said["--landing"] = (wishes.landings or None, found.landings)
    said["--prose"] = (wishes.prose or None, tuple(map(str, found.prose)))
    for option, (wish, there) in said.items():
        if wish is not None and wish != there:
            raise Refused(
                f"{SETTINGS} is there already, and says otherwise",
                place=Place(option),
                hint=f"edit {SETTINGS}, then spine propose -- {SETTINGS}; adopt goes by what it says",
            )


def _folder(text: str | None) -> str | None:
    return text.removeprefix("./").rstrip("/") if text is not None else None


def _loops_of(paths: list[str]) -> str | None:
    """The folder that all scope files lie below."""
    folders = [path.split("/")[:-1] for path in paths if path.endswith(SCOPE)]
    if not folders:
        return None
    same = folders[0]
    for other in folders:
        pairs = zip(same, other, strict=False)
        same = [one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    return "/".join(same) or None


def _register_of(here: WorkTreeSnapshot, paths: list[str]) -> str | None:
    """The governed file that is a register: most entries of its list `gaps` have the id of a gap."""
    for path in paths:
        data = here.read(path) or b""
        if b"gaps:" not in data or b"GAP-" not in data:
            continue
        try:
            entries = read_register(data.decode("utf-8", "replace"), file=path).entries
        except Refused:
            continue
        if entries and 2 * sum(entry.id.startswith("GAP-") for entry in entries) > len(entries):
            return path
    return None


def _history(repo: Repository, forms: tuple[str, ...]) -> Iterator[Told]:
    """All commits of HEAD, oldest first; files only of those that say that they land something."""
    for commit in reversed(list(commits_in(repo, Range(None, resolve(repo, "HEAD"))))):
        paths = tuple(_paths(repo, commit)) if landed_by(commit.message, forms) else ()
        yield Told(commit.id, commit.message, str(commit.author), commit.author_date.astimezone(UTC), paths)


def _paths(repo: Repository, commit: Commit) -> Iterator[str]:
    for change in changed_paths(repo, commit.parents[0] if commit.parents else None, commit.id):
        yield change.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _with_old(here: WorkTreeSnapshot, index: str, landed: tuple[ImportedProposal, ...]) -> tuple[ImportedProposal, ...]:
    """What is recognised now, and what the index has from before and this history does not say any more."""
    data = here.read(index)
    old = read_imported(data.decode("utf-8", "replace"), file=index) if data is not None else ()
    known = {one.id for one in landed}
    return (*(one for one in old if one.id not in known), *landed)


# ---- what follows -------------------------------------------------------------------------------------------------


def _holes(tree: Tree, imported: tuple[ImportedProposal, ...], imports: Imports) -> Holes:
    gaps = tree.gaps.by_id()
    return Holes(
        tuple(sorted({one.loop for one in imported if one.loop is not None and one.loop not in tree.loops})),
        tuple(sorted({gap for one in imported for gap in one.gaps if gap not in gaps})),
        imports.unlanded,
    )


def _counts(tree: Tree) -> dict[str, int]:
    register = tree.gaps.register
    return {
        "governed files": len(tree.governed()),
        "loops": len(tree.loops),
        "gaps with a file": sum(one.gap is not None for one in tree.gaps.stored),
        "gaps in the register": len(register.entries) if register is not None else 0,
        "proposals of spine": len(tree.ledger.proposals),
    }


def _write(repo: Repository, here: WorkTreeSnapshot, changes: dict[str, bytes | None]) -> None:
    root = repo.tree_root()
    wanted: dict[str, tuple[File | None, File | None]] = {}
    for path, data in changes.items():
        now = look(root, path)
        if now is not None and not isinstance(now, File):
            raise Refused("there is a link or a folder where a file is to be", place=Place(path))
        mode = now.mode if now is not None else "100644"
        wanted[path] = (now, File(data, mode) if data is not None else None)
    replace_files(repo, wanted)
