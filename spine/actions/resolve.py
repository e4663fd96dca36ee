"""resolve: a successor of a proposal that conflicts, made for HEAD, with each conflict settled as somebody said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from spine.actions.apply import Blocked
from spine.actions.bringing import FilePlan, FindBlob, attached_finder, blob_finder, bring
from spine.actions.locate import Located, locate
from spine.actions.plan import Plan, plan_on
from spine.actions.propose import Proposed, Wanted, write_gathered
from spine.actions.renumber import renumber
from spine.actions.sources import Gathered
from spine.actions.supersede import edited_by, succession
from spine.actions.workspace import Workspace
from spine.address import ROOT, Address, parse
from spine.change.merge import Conflict
from spine.change.patch import patch
from spine.change.rules import FileRules
from spine.change.settle import Settled, Take, Unsettled, settle, sides_of
from spine.change.taking import Side
from spine.dataclass import dataclass
from spine.errors import Exit, Place, Refused, SpineError
from spine.ids import near
from spine.ledger.reading import Ledger, read_ledger
from spine.records.proposal import FileChange, Proposal
from spine.records.settings import Settings
from spine.repository import CommitId, TreeSnapshot, snapshot_of
from spine.repository import resolve as commit_of


class NotAConflict(Refused):
    """What is to be settled does not conflict, or it is not clear which conflict is meant."""

    code = "SP067"


class Unresolved(SpineError):
    """Conflicts are left that nobody has settled; nothing was written."""

    exit_code = Exit.CONFLICT
    code = "SP068"

    def __init__(self, plan: Plan, remaining: tuple[tuple[str, Conflict], ...]) -> None:
        count = len(remaining)
        super().__init__(
            f"{count} conflict{'s are' if count != 1 else ' is'} left to settle; nothing was written",
            hint=f"settle all in one call, or the rest alike with spine resolve {plan.proposal.id} --all --take target",
        )
        self.plan = plan
        self.remaining = remaining


@dataclass(frozen=True, slots=True)
class Choice:
    """What to take in the conflicts at or below a place: `FILE#ADDRESS`, `ADDRESS`, or `FILE` for all of a file."""

    place: str
    take: Take


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A choice whose place was read; `path` None: in whichever file has a conflict there."""

    path: str | None
    at: Address
    take: Take

    def __str__(self) -> str:
        return f"{self.path}#{self.at}" if self.path is not None else str(self.at)


@dataclass(frozen=True, slots=True)
class Decision:
    """One conflict and what was taken."""

    path: str
    conflict: Conflict
    take: Take


@dataclass(frozen=True, slots=True)
class Resolved:
    """The successor, how each conflict of the old proposal was settled, where that lies, and which of its gaps got
    which numbers."""

    made: Proposed
    old: str
    folder: str
    is_draft: bool
    decided: tuple[Decision, ...]
    numbers: Mapping[str, str] = field(default_factory=dict)


def resolve(
    work: Workspace,
    text: str,
    choices: Sequence[Choice],
    others: Side | None = None,
    wanted: Wanted | None = None,
    *,
    renumbers: bool = False,
) -> Resolved:
    """Write the successor of the conflicting proposal that `text` means. `others` settles what no choice names;
    `renumbers` gives its new gaps free numbers first, where theirs are other gaps'.

    Raises `Unresolved` with what is left, `NotAConflict`, `NoCollision`, `CannotSettle` with the way out, or `Refused`;
    then nothing is written. The successor is proved to give the settled bytes on HEAD before it is.
    """
    base = commit_of(work.repo, "HEAD")
    tree = snapshot_of(work.repo, base)
    ledger = read_ledger(tree)
    located = locate(work.repo, text, ledger)
    made = settled_successor(work, base, tree, ledger, located, choices, others, wanted, renumbers=renumbers)
    written = write_gathered(work, made.gathered, made.wanted, keep=True)
    id_ = located.stored.read_or_raise().id
    return Resolved(written, str(id_), located.stored.folder, located.is_draft, made.decided, made.numbers)


@dataclass(frozen=True, slots=True)
class Successor:
    """What a successor is to be made of, how conflicts were decided, and which gaps got which numbers."""

    gathered: Gathered
    wanted: Wanted
    decided: tuple[Decision, ...]
    numbers: Mapping[str, str]


def settled_successor(
    work: Workspace,
    base: CommitId,
    tree: TreeSnapshot,
    ledger: Ledger,
    located: Located,
    choices: Sequence[Choice] = (),
    others: Side | None = None,
    wanted: Wanted | None = None,
    *,
    renumbers: bool = False,
    taken: Iterable[str] = (),
) -> Successor:
    """The same for any commit, with its tree and ledger at hand; nothing is written."""
    stored = located.stored
    old = stored.read_or_raise()
    find, hash_blob = blob_finder(tree), work.repo.objects.hash_blob
    plan = plan_on(work.repo, base, tree, ledger, stored, is_draft=located.is_draft)
    attached = attached_finder(stored)
    if plan.status == "undone" and not renumbers:  # what `propose --again` cannot make anew without a decision
        plan = replace(plan, files=bring(old, tree, ledger.settings, find, hash_blob, attached))
    _require_open(plan)
    numbers: Mapping[str, str] = {}
    if renumbers:
        renumbered = renumber(work.repo, tree, ledger, stored, find, taken)
        old, numbers, attached = renumbered.proposal, renumbered.numbers, renumbered.finder(stored)
        plan = replace(plan, proposal=old, files=bring(old, tree, ledger.settings, find, hash_blob, attached))
    else:
        _require_conflicts(plan)
    paths = [file.path for file in plan.files]
    chosen = tuple(_read(choice, paths) for choice in choices)
    settler = _Settler(old, plan, ledger.settings, chosen, others, find, attached)
    files = settler.files()
    edited = [one for one in edited_by(tree, files) if one.before != one.after]
    if not edited:
        hint = f"rm -r '{plan.folder}'" if plan.is_draft else f"spine withdraw {old.id}"
        raise Blocked(f"so settled, nothing is left of {old.id}", hint=hint)
    decided = tuple(settler.decided)
    reason = (wanted.why if wanted else None) or old.why
    if numbers:
        reason = renumbered_why(reason, old, numbers, is_draft=plan.is_draft)
    if decided:
        reason = settled_why(reason, old, str(base), decided, is_draft=plan.is_draft)
    said = replace(wanted or Wanted(), why=reason)
    successor = succession(old, said, is_draft=plan.is_draft)
    return Successor(Gathered(base, tuple(edited)), successor, decided, numbers)


def renumbered_why(why: str | None, old: Proposal, numbers: Mapping[str, str], *, is_draft: bool = False) -> str:
    """The old reason, and below it which gap is which."""
    lines = [f"Other gaps have numbers that {'the draft' if is_draft else old.id} gave out:"]
    lines += [f"- {gap} of that proposal is {number}" for gap, number in numbers.items()]
    note = "\n".join(lines)
    return f"{why.rstrip()}\n\n{note}" if why and why.strip() else note


def _read(choice: Choice, paths: Sequence[str]) -> _Chosen:
    """The place of a choice, read with the plan's files at hand, since both parts may hold a `#`."""
    for path in paths:
        if choice.place == path:
            return _Chosen(path, ROOT, choice.take)
        if choice.place.startswith(f"{path}#"):
            return _Chosen(path, parse(choice.place[len(path) + 1 :]), choice.take)
    return _Chosen(None, parse(choice.place), choice.take)


def _require_open(plan: Plan) -> None:
    id_ = plan.proposal.id
    if plan.status not in ("pending", "undone"):
        hint = f"spine undo {id_}" if plan.status == "applied" else "spine list"
        raise Refused(f"{id_} is {plan.status}; only a pending proposal is resolved", place=Place(id_), hint=hint)


def _require_conflicts(plan: Plan) -> None:
    id_ = plan.proposal.id
    if not any(file.conflicts for file in plan.files):
        raise NotAConflict(f"{id_} conflicts with nothing on HEAD", place=Place(id_), hint=f"spine plan {id_}")


def is_whole_file(conflict: Conflict) -> bool:
    """Whether a conflict is about a file as such; its values are blob ids then."""
    return conflict.at == ROOT and conflict.kind in ("value", "add", "removed")


def takes_of(conflict: Conflict) -> tuple[Side, ...]:
    """What can be taken in a conflict of a plan."""
    return ("target", "proposal") if is_whole_file(conflict) else sides_of(conflict)


def settled_why(
    why: str | None, old: Proposal, onto: str, decided: Sequence[Decision], *, is_draft: bool = False
) -> str:
    """The old reason, and below it what was decided where."""
    lines = [f"Settled for {onto[:7]}, where {'the draft' if is_draft else old.id} conflicted:"]
    for one in decided:
        where = one.path if one.conflict.at == ROOT else f"{one.path}#{one.conflict.at}"
        lines.append(f"- {where}: {_taken(one)}")
    note = "\n".join(lines)
    return f"{why.rstrip()}\n\n{note}" if why and why.strip() else note


def _taken(one: Decision) -> str:
    if one.take.side == "value":
        return f"{_shown(one.take.value)}, neither the target's {_shown(one.conflict.target)} nor the proposal's"
    kept, left = one.conflict.target, one.conflict.proposed
    if one.take.side == "proposal":
        kept, left = left, kept
    if is_whole_file(one.conflict) or one.conflict.kind in ("order", "ambiguous", "expect"):
        return f"the {one.take.side}'s"
    return f"the {one.take.side}'s {_shown(kept)} instead of {_shown(left)}"


def _shown(source: str | None) -> str:
    if source is None:
        return "nothing (it is not there)"
    line = " ".join(source.split())
    return f"“{line if len(line) <= 60 else line[:57] + '…'}”"


@dataclass(slots=True)
class _Settler:
    old: Proposal
    plan: Plan
    settings: Settings
    choices: tuple[_Chosen, ...]
    others: Side | None
    find_blob: FindBlob
    attached: FindBlob
    decided: list[Decision] = field(default_factory=list)
    remaining: list[tuple[str, Conflict]] = field(default_factory=list)
    used: dict[_Chosen, set[str]] = field(default_factory=dict)

    def files(self) -> tuple[FilePlan, ...]:
        """The files as they become. Raises `Unresolved` if something is left, `NotAConflict` for idle choices."""
        found = tuple(
            one
            for file, plan in zip(self.old.files, self.plan.files, strict=True)
            for one in ([plan] if plan.outcome != "conflict" else self._settled(file, plan))
        )
        self._require_used()
        if self.remaining:
            raise Unresolved(self.plan, tuple(self.remaining))
        return found

    def _settled(self, file: FileChange, plan: FilePlan) -> Iterator[FilePlan]:
        if is_whole_file(plan.conflicts[0]):
            yield from self._whole(file, plan, plan.conflicts[0])
            return
        assert plan.change is not None
        base = self.find_blob(file.base) if file.base is not None else None
        rules = self.settings.rules_for(file.path) if self.settings.is_governed(file.path) else FileRules()
        done = settle(
            None if base is None else base.decode("utf-8"),
            (plan.before or b"").decode("utf-8"),
            plan.change,
            lambda conflict: self._decide(file.path, conflict),
            rules=rules,
        )
        if isinstance(done, Unsettled):
            self.remaining += [(file.path, conflict) for conflict in done.conflicts]
            return
        assert isinstance(done, Settled)
        self.decided += [Decision(file.path, conflict, take) for conflict, take in done.decided]
        yield replace(plan, outcome="change", after=done.text.encode("utf-8"), conflicts=())

    def _whole(self, file: FileChange, plan: FilePlan, conflict: Conflict) -> Iterator[FilePlan]:
        take = self._decide(file.path, conflict)
        if take is None:
            self.remaining.append((file.path, conflict))
            return
        if take.side == "value":
            raise NotAConflict("a whole file has no value to give", place=Place(file.path),
                               hint=f"edit it, then: spine supersede {self.old.id} --edits")  # fmt: skip
        self.decided.append(Decision(file.path, conflict, take))
        if take.side == "proposal":
            yield replace(plan, outcome="change", after=self._result(file), conflicts=())

    def _result(self, file: FileChange) -> bytes | None:
        """The file's bytes as the proposal has them; None: deleted."""
        if file.result is None:
            return None
        if file.content is not None:
            return file.content.encode("utf-8")
        data = self.attached(file.blob) if file.blob is not None else None
        if data is None and file.base is not None:
            data = self.find_blob(file.base)
            if data is not None and file.change is not None:
                data = patch(data.decode("utf-8"), file.change).encode("utf-8")
        if data is None:
            raise NotAConflict("the file that the proposal changes is not in this clone", place=Place(file.path),
                               hint="git fetch --unshallow, or take the target's")  # fmt: skip
        return data

    # -- whose choice it is -----------------------------------------------------------------------------------------

    def _decide(self, path: str, conflict: Conflict) -> Take | None:
        fitting = [choice for choice in self.choices if choice.path in (None, path) and _covers(choice, conflict.at)]
        if fitting:
            choice = max(fitting, key=lambda one: (len(one.at.steps), one.path is not None))
            self.used.setdefault(choice, set()).add(path)
            return choice.take
        return Take(self.others) if self.others is not None else None

    def _require_used(self) -> None:
        places = [f"{file.path}#{one.at}" for file in self.plan.files for one in file.conflicts]
        for choice in self.choices:
            paths = self.used.get(choice, set())
            if not paths and not any(_covers(choice, one.at) for one in self._known(choice)):
                close = near(str(choice), places, most=1) or places[:1]
                raise NotAConflict(
                    "no conflict is there, or a choice nearer to it was given",
                    place=Place(str(choice)),
                    hint=f"did you mean {close[0]}? spine plan {self.old.id} lists them",
                )
            if len(paths) > 1:
                raise NotAConflict(
                    f"several files have a conflict there: {', '.join(sorted(paths))}",
                    place=Place(str(choice)),
                    hint=f"name one: --at {sorted(paths)[0]}#{choice.at}",
                )

    def _known(self, choice: _Chosen) -> Iterator[Conflict]:
        for path, conflict in self.remaining:
            if choice.path in (None, path):
                yield conflict


def _covers(choice: _Chosen, at: Address) -> bool:
    """A third value is for one place; a side is for all that conflicts at or below an address."""
    if choice.take.side == "value":
        return at == choice.at
    return choice.at == ROOT or at.within(choice.at)  # the root of a choice is all of the file, whichever document
