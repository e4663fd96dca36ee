"""What a reviewer sees of one file: its entries with what happens to each, apart from what only looks different.

A view is data: terminal, Markdown, HTML and the site show the same one. Sentences are made when they are asked for, so
that a page that has room for a hundred entries of a change of five thousand does not make the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from spine.actions.bringing import Counts, FilePlan, counted
from spine.address import Address, Item, Key
from spine.change.operations import Change, Comment, Expect, Operation, SetValue
from spine.change.sources import BadChange, token_node
from spine.dataclass import dataclass
from spine.printable import printable
from spine.records.proposal import FileChange
from spine.review.blocks import Line, hunk_lines, signed
from spine.review.conflict_view import ConflictView, conflict_view
from spine.review.notes import note_text
from spine.review.sentences import Sentence, place_span, sentence
from spine.yamldoc.scalars import same_value

if TYPE_CHECKING:
    from spine.actions.blame import Setter
    from spine.actions.diff import FileDiff
    from spine.actions.plan import Plan

Becomes = Literal["create", "change", "delete", "look"]
State = Literal["clean", "already there", "conflict"]
_NOBODY: Mapping[tuple[str, Address], Setter] = MappingProxyType({})
_MODES = {"100755": "executable", "100644": "not executable any more"}


@dataclass(frozen=True)
class EntryView:
    """An entry (or a key by itself) and the operations in it; `name` is a headline if there are several."""

    head: Address
    ops: tuple[Operation, ...]

    @property
    def name(self) -> str | None:
        """The entry that the sentences speak of, None where a single sentence names its own place."""
        return place_span(self.head).text if len(self.ops) > 1 else None

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """A sentence for each operation."""
        if len(self.ops) == 1:
            return (sentence(self.ops[0]),)
        return tuple(sentence(op, self.head) for op in self.ops)


@dataclass(frozen=True)
class ChangeView:
    """What happens inside a file, parted by what it means.

    `entries` change values, order or names, and with them their comments; of `comments` only those change; `spelled`
    are values written in another way, `residual` hunks that only format; `expects` are looked at. `patch` stands for
    all of these where the file changes as text, because of `reason`.
    """

    entries: tuple[EntryView, ...] = ()
    comments: tuple[EntryView, ...] = ()
    spelled: tuple[EntryView, ...] = ()
    expects: tuple[EntryView, ...] = ()
    residual: str = ""
    patch: str = ""
    reason: str = ""

    @cached_property
    def formatting(self) -> tuple[Line, ...]:
        """The lines that change without a value or a comment."""
        return hunk_lines(self.residual)

    @cached_property
    def patched(self) -> tuple[Line, ...]:
        """The lines that change as text."""
        return hunk_lines(self.patch)


@dataclass(frozen=True)
class FileView:
    """One file. `state` is what a plan says of it, None where nobody planned; `counts` is what its summary counts.

    `text` is the content of a new file, `size` a word about bytes that are no text.
    """

    path: str
    becomes: Becomes
    counts: Counts
    change: ChangeView
    state: State | None = None
    moved_from: str | None = None
    mode: str | None = None
    why: str | None = None
    text: str | None = None
    size: str | None = None
    conflicts: tuple[ConflictView, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What is worth knowing of the file as a whole: `new file`, `moved from …`."""
        found = {"create": ["new file"], "delete": ["deleted"], "look": ["only looked at"]}.get(self.becomes, [])
        if self.state is not None and self.state != "clean":
            found = [self.state]
        if self.moved_from is not None:
            found.append(f"moved from {printable(self.moved_from)}")
        if self.mode is not None and self.state != "already there":
            found.append(_MODES.get(self.mode, printable(self.mode)))
        return tuple(found)

    @cached_property
    def content(self) -> tuple[Line, ...]:
        """The lines of a new file."""
        return signed("+", self.text or "")


def planned_file(plan: FilePlan, told: FileChange, set_by: Mapping[tuple[str, Address], Setter]) -> FileView:
    """What a file becomes on the commit of a plan; of what is there already nothing is told."""
    state = _state(plan)
    is_there = state == "already there"
    size = None
    text = told.content
    if plan.outcome == "create" and text is None:
        text, size = _content(plan.after)
    elif plan.outcome == "change" and plan.change is None and plan.before != plan.after:
        size = f"{_size(plan.before)} become {_size(plan.after)}"
    return FileView(
        path=plan.path,
        becomes=_becomes(told),
        state=state,
        moved_from=plan.moved_from,
        mode=told.mode,
        why=told.why,
        counts=plan.counts,
        change=_parts(None if is_there else plan.change),
        text=None if is_there else text,
        size=size,
        conflicts=_conflicts(plan, set_by),
        notes=_notes(plan),
    )


def planned_files(plan: Plan) -> tuple[FileView, ...]:
    """All files of a plan; what has landed has none."""
    return tuple(
        planned_file(file, told, plan.set_by) for file, told in zip(plan.files, plan.proposal.files, strict=False)
    )


def proposed_file(
    told: FileChange, plan: FilePlan | None = None, set_by: Mapping[tuple[str, Address], Setter] = _NOBODY
) -> FileView:
    """What a proposal says of a file, on its own base; if it is planned, with what became of it.

    Of a file that is there already nothing is counted, as nothing is left to do.
    """
    becomes = _becomes(told)
    size = None
    text = told.content
    if told.blob is not None:
        size = f"its bytes: blobs/{told.blob}"
        if becomes == "create" and plan is not None and plan.after is not None:
            text, size = _content(plan.after)
    return FileView(
        path=told.path,
        becomes=becomes,
        state=None if plan is None else _state(plan),
        moved_from=told.moved_from,
        mode=told.mode,
        why=told.why,
        counts=_counts(told.change, becomes) if plan is None or plan.outcome == "conflict" else plan.counts,
        change=_parts(told.change),
        text=text,
        size=size,
        conflicts=() if plan is None else _conflicts(plan, set_by),
        notes=() if plan is None else _notes(plan),
    )


def differing_file(diff: FileDiff) -> FileView:
    """How a file differs between two trees."""
    becomes: Becomes = "create" if diff.before is None else "delete" if diff.after is None else "change"
    text, size = None, None
    if becomes == "create":
        text, size = _content(diff.after)
    elif becomes == "change" and diff.change is None and diff.before != diff.after:
        size = f"{_size(diff.before)} become {_size(diff.after)}, not text"
    is_other_mode = becomes == "change" and diff.mode_before != diff.mode_after
    return FileView(
        path=diff.path,
        becomes=becomes,
        moved_from=diff.moved_from,
        mode=f"mode {diff.mode_before} → {diff.mode_after}" if is_other_mode else None,
        counts=_counts(diff.change, becomes),
        change=_parts(diff.change),
        text=text,
        size=size,
    )


def entries_of(ops: Iterable[Operation]) -> tuple[EntryView, ...]:
    """Operations by the entry that they are in, in the order in which the entries come."""
    found: dict[Address, list[Operation]] = {}
    for op in ops:
        found.setdefault(entry_of(op.at), []).append(op)
    return tuple(EntryView(head, tuple(inside)) for head, inside in found.items())


def entry_of(at: Address) -> Address:
    """The entry that an address belongs to: the outermost item of a list, or a key near the top.

    A place three keys deep belongs to the second (`services.web` of `services.web.image`), others to the first.
    """
    for count, step in enumerate(at.steps, 1):
        if isinstance(step, Item):
            return Address(at.steps[:count], at.document)
    if len(at.steps) >= 3 and isinstance(at.steps[1], Key):
        return Address(at.steps[:2], at.document)
    return Address(at.steps[:1], at.document)


def _state(plan: FilePlan) -> State:
    if plan.outcome == "already there" or plan.outcome == "conflict":
        return plan.outcome
    return "clean"


def _conflicts(plan: FilePlan, set_by: Mapping[tuple[str, Address], Setter]) -> tuple[ConflictView, ...]:
    return tuple(conflict_view(plan.path, one, set_by.get((plan.path, one.at))) for one in plan.conflicts)


def _notes(plan: FilePlan) -> tuple[str, ...]:
    return tuple(note_text(note.message, str(note.at)) for note in plan.notes)


def _becomes(told: FileChange) -> Becomes:
    if told.base is None:
        return "create"
    if told.result is None:
        return "delete"
    is_look = told.change is not None and told.base == told.result and told.moved_from is None and told.mode is None
    return "look" if is_look else "change"


def _counts(change: Change | None, becomes: Becomes) -> Counts:
    return Counts() if becomes == "look" else counted(change, becomes)


def _parts(change: Change | None) -> ChangeView:
    if change is None:
        return ChangeView()
    expects: list[Operation] = []
    spelled: list[Operation] = []
    rest: list[Operation] = []
    for op in change.ops:
        (expects if isinstance(op, Expect) else spelled if _is_spelling(op) else rest).append(op)
    mixed = entries_of(rest)
    with_values = [one for one in mixed if not _only_comments(one.ops)]
    return ChangeView(
        entries=tuple(EntryView(one.head, _comments_last(one.ops)) for one in with_values),
        comments=tuple(one for one in mixed if _only_comments(one.ops)),
        spelled=entries_of(spelled),
        expects=entries_of(expects),
        residual=change.residual_first + change.residual,
        patch=change.patch,
        reason=change.reason,
    )


def _only_comments(ops: Sequence[Operation]) -> bool:
    return all(isinstance(op, Comment) for op in ops)


def _comments_last(ops: Sequence[Operation]) -> tuple[Operation, ...]:
    return tuple(sorted(ops, key=lambda op: isinstance(op, Comment)))


def _is_spelling(op: Operation) -> bool:
    """Whether a value is only written in another way: other quotes, `~` for `null`."""
    if not isinstance(op, SetValue) or (_bare(op.old) != _bare(op.new) and not _may_be_alike(op.old, op.new)):
        return False
    try:
        return same_value(token_node(op.old), token_node(op.new))
    except BadChange:
        return False


def _bare(token: str) -> str:
    return token.strip().strip("\"'")


def _may_be_alike(old: str, new: str) -> bool:
    """Whether reading the two is worth it: plain words and numbers that differ mean something else.

    Numbers keep their spelling as values, so only nulls, booleans, escapes, blocks and collections are left.
    """
    return any(len(token) == 0 or token[0] in "~nNtTfF\"'[{|>\r\n!&*" or "\n" in token for token in (old, new))


def _content(data: bytes | None) -> tuple[str | None, str | None]:
    try:
        return (data or b"").decode("utf-8"), None
    except UnicodeDecodeError:
        return None, f"{_size(data)}, not text"


def _size(data: bytes | None) -> str:
    return f"{len(data or b''):,} bytes"
