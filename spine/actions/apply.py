"""apply: land a proposal as one commit with its receipt, planned on the branch's tip; whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping

from spine.actions.locate import locate
from spine.actions.message import landing_message, landing_trailers
from spine.actions.plan import Plan, check_paths, check_policy, paths_of, plan_on
from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Exit, Place, Refused, SpineError
from spine.ids import near
from spine.ledger.reading import PROPOSAL, RECEIPT, SETTINGS, Ledger, Stored, read_ledger
from spine.printable import printable
from spine.records.proposal import Proposal
from spine.records.receipt import Glass, Receipt, write_receipt
from spine.records.receipt import Landed as LandedFile
from spine.records.settings import Settings
from spine.repository import (
    Commit,
    CommitId,
    Decision,
    Landed,
    NoBranch,
    Person,
    TreeSnapshot,
    Unborn,
    added_by,
    branch_tip,
    current_branch,
    land,
    refs,
)
from spine.repository.obstacles import is_checked_out_here

BRANCHES = "refs/heads/"


class PlanConflicts(SpineError):
    """The proposal does not fit the branch's tip; nothing was written. `plan` says where and why."""

    exit_code = Exit.CONFLICT
    code = "SP061"

    def __init__(self, plan: Plan) -> None:
        count = sum(len(file.conflicts) for file in plan.files)
        super().__init__(
            f"{plan.proposal.id} conflicts with the branch in {count} place{'s' * (count != 1)}; nothing was written"
        )
        self.plan = plan


class Breaks(SpineError):
    """Values would not agree any more as `spine.yaml` says they do; all findings are in `plan`."""

    code = "SP339"
    is_there = False

    def __init__(self, plan: Plan) -> None:
        first, count = plan.breaks[0], len(plan.breaks)
        rest = f" and {count - 1} more" if count > 1 else ""
        id_ = plan.proposal.id
        better = (
            f"propose --undo {id_} takes the draft back" if plan.is_draft else f"supersede {id_} makes a better one"
        )
        hint = f"spine plan {id_} shows all; spine {better}"
        if any(file.path == SETTINGS for file in plan.files):
            hint += "; a rule with severity: warning stops nothing until all is mended"
        message = f"{id_} would bring {first.code}{rest}: {first.message}"
        super().__init__(message, place=first.place, hint=hint)
        self.plan = plan


class Blocked(SpineError):
    """The proposal cannot land now, whatever its content."""

    exit_code = Exit.CONFLICT
    code = "SP062"


class Changed(Refused):
    """The proposal in hand is not the one that the branch has: proposals are written once."""

    code = "SP063"


@dataclass(frozen=True, slots=True)
class Applied:
    """The proposal is on the branch. `left_alone` are files that the user changed meanwhile, and that were kept.

    After a push `remote` has the branch, and `behind` says why the local one did not follow, if it did not.
    """

    plan: Plan
    commit: Commit
    branch: str
    left_alone: tuple[str, ...]
    remote: str | None = None
    behind: str | None = None


@dataclass(frozen=True, slots=True)
class AlreadyApplied:
    """Nothing was to be done: it has its receipt (`commit` added it, `run` made it), or all its effect is there."""

    proposal: str
    commit: str | None
    reason: str
    run: str | None = None


def apply(
    work: Workspace, text: str, *, branch: str | None = None, glass: str | None = None
) -> Applied | AlreadyApplied:
    """Land the proposal that `text` means on a branch (default: the one that is checked out).

    `glass` is a reason to land it against the target's rules of who may. Raises `PlanConflicts`, `Blocked`, `Breaks`,
    `PolicyUnmet`, `NotAllowed`, `NoGlass` or `Refused`; after any of them nothing is changed.
    """
    ref = branch_ref(work, branch)
    applying = Applying(work, text, glass=glass)
    landed = land(work.repo, ref, applying.decide, reason=f"spine: apply {text[:80]}", wait=work.wait)
    if isinstance(landed, Landed):
        assert applying.plan is not None
        return Applied(applying.plan, landed.commit, ref, landed.left_alone)
    assert applying.done is not None
    return applying.done


def branch_ref(work: Workspace, branch: str | None) -> str:
    """The full name of the branch to land on. Raises `NoBranch` if there is none, or it has no commit yet."""
    if branch is None:
        here = current_branch(work.repo)
        if isinstance(here, Unborn):
            name = here.ref.removeprefix(BRANCHES)
            raise NoBranch(f"there is no commit yet on {printable(name)}", hint="git add . && git commit")
        return here.ref
    ref = branch if branch.startswith(BRANCHES) else BRANCHES + branch
    if branch_tip(work.repo, ref) is None:
        close = near(branch, [one.name.removeprefix(BRANCHES) for one in refs(work.repo, BRANCHES)], most=1)
        hint = f"did you mean {printable(close[0])}?" if close else "git branch --list"
        raise NoBranch("there is no such branch", place=Place(branch), hint=hint)
    return ref


def check_landing(work: Workspace, branch: str | None) -> None:
    """Raise what would keep every proposal from landing there: for who would write something else before."""
    is_checked_out_here(work.repo, branch_ref(work, branch))


@dataclass(slots=True)
class Applying:
    """One application, asked again whenever the branch moves; the proposal's bytes are read once."""

    work: Workspace
    text: str
    source: dict[str, bytes] | None = None
    id: str = ""
    plan: Plan | None = None
    done: AlreadyApplied | None = None
    glass: str | None = None
    broken: Glass | None = None
    read: Callable[[TreeSnapshot], Ledger] = read_ledger

    def decide(self, tree: TreeSnapshot, tip: CommitId | None) -> Decision | None:
        """What to land on that tip; None if nothing, and then `done` says why. Raises what `apply` raises."""
        if tip is None:
            raise NoBranch("the branch has gone meanwhile", hint="git branch --list")
        ledger = self.read(tree)
        if self.source is None:
            found = locate(self.work.repo, self.text, ledger)
            self.id = found.stored.id
            self.source = _read_once(found.stored)
            _check_month(found.stored, _folder(ledger.settings.folders.proposals, self.id))
        folder = _folder(ledger.settings.folders.proposals, self.id)
        stored = Stored(self.id, folder, tuple(self.source), _InHand(folder, self.source))
        proposal = stored.read_or_raise()
        on_branch = ledger.proposals.get(self.id)
        if on_branch is not None and on_branch.data is not None and on_branch.data != self.source[PROPOSAL]:
            raise Changed(
                f"{self.id} on the branch is not the one in hand: proposals are written once",
                place=Place(f"{folder}/{PROPOSAL}"),
                hint=f"git checkout -- {folder}/{PROPOSAL}",
            )
        if proposal.id != self.id:
            raise Changed(f"the folder is called {self.id}, the proposal in it {proposal.id}", place=Place(folder))
        check_paths(paths_of(proposal), ledger.settings, tree)
        check_policy(proposal, ledger, f"{folder}/{PROPOSAL}")
        self.plan = plan = plan_on(self.work.repo, tip, tree, ledger, stored, is_draft=on_branch is None)
        if plan.outcome == "applied":
            receipt = added_by(self.work.repo, f"{folder}/{RECEIPT}", tip)
            landed = on_branch.receipt if on_branch is not None else None
            run = landed.run if landed is not None else None
            self.done = AlreadyApplied(self.id, receipt, "it has its receipt already", run)
            return None
        if plan.outcome == "blocked":
            if plan.breaks and not plan.blockers:
                raise Breaks(plan)
            raise Blocked(f"{self.id} cannot land: {'; '.join(plan.blockers)}", hint=f"spine show {self.id}")
        if plan.outcome == "conflicts":
            raise PlanConflicts(plan)
        if plan.outcome == "already there":
            self.done = AlreadyApplied(self.id, None, "all that it changes is there already")
            return None
        if self._is_asked(ledger.settings):
            from spine.actions.authority import let_in

            self.broken = let_in(self.work, tree, ledger.settings, on_branch or stored, self.glass)
        return self._decision(proposal, plan, tree, tip, ledger.settings, is_new=on_branch is None)

    def _is_asked(self, settings: Settings) -> bool:
        """Whether the target's policy has a word to say about who lands what."""
        return self.glass is not None or bool(settings.policy.authority.rules)

    def _decision(
        self, proposal: Proposal, plan: Plan, tree: TreeSnapshot, tip: CommitId, settings: Settings, *, is_new: bool
    ) -> Decision:
        folder = _folder(settings.folders.proposals, self.id)
        changes: dict[str, bytes | None] = {}
        modes: dict[str, str] = {}
        landed: list[LandedFile] = []
        hash_blob = self.work.repo.objects.hash_blob
        for file in plan.files:
            if file.outcome == "already there":
                continue
            if file.moved_from is not None:
                changes[file.moved_from] = None
                source = tree.blob(file.moved_from)
                landed.append(LandedFile(file.moved_from, source.oid if source else None, None))
            changes[file.path] = file.after
            modes[file.path] = file.mode
            there = tree.blob(file.path)
            after = None if file.after is None else hash_blob(file.after)
            landed.append(LandedFile(file.path, there.oid if there else None, after))
        receipt = Receipt(
            proposal=proposal.id,
            digest=plan.digest,
            onto=str(tip),
            run=self.work.run,
            landed=self.work.now().replace(microsecond=0),
            by=self.work.person,
            files=tuple(sorted(landed, key=lambda one: one.path)),
            notes=tuple(f"{file.path}: {note.message}" for file in plan.files for note in file.notes),
            glass=self.broken,
        )
        changes[f"{folder}/{RECEIPT}"] = write_receipt(receipt).encode("utf-8")
        if is_new:
            assert self.source is not None
            changes |= {f"{folder}/{name}": data for name, data in self.source.items()}
        trailers = landing_trailers(proposal, plan.digest)
        name, _, mail = proposal.author.rpartition(" <")
        author = Person(name, mail.removesuffix(">"))
        allow = settings.policy.allow
        prove = None
        if self._is_asked(settings):
            from spine.actions.authority import prover

            prove = prover(self.work, tree, settings, self.broken)
        return Decision(changes, landing_message(proposal, trailers), modes, trailers, author, allow, prove)


def _folder(root: str, id_: str) -> str:
    return f"{root}/{id_[3:7]}-{id_[7:9]}/{id_}"


def _check_month(stored: Stored, folder: str) -> None:
    if stored.folder != folder:
        raise Changed(
            f"{stored.id} does not belong under {stored.folder.rsplit('/', 1)[0]}",
            place=Place(stored.folder),
            hint=f"git mv {stored.folder} {folder}",
        )


def _read_once(stored: Stored) -> dict[str, bytes]:
    """The proposal's own files, whose blobs are proved by their names."""
    found: dict[str, bytes] = {}
    for name in stored.names:
        if name == PROPOSAL or name.startswith("blobs/"):
            data = stored.files.read(f"{stored.folder}/{name}")
            if data is None:
                continue
            if name.startswith("blobs/") and hashlib.sha256(data).hexdigest() != name.removeprefix("blobs/"):
                raise Refused("a blob is not the file that its name says", place=Place(f"{stored.folder}/{name}"))
            found[name] = data
    if PROPOSAL not in found:
        raise Refused(f"{stored.folder} has no {PROPOSAL}", place=Place(stored.folder))
    return found


@dataclass(frozen=True, slots=True)
class _InHand:
    """A proposal's folder as it was read, whatever happens to it meanwhile."""

    folder: str
    files: Mapping[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path[len(self.folder) + 1 :])

    def paths(self, prefix: str = "") -> Iterator[str]:
        return iter([f"{self.folder}/{name}" for name in self.files])
