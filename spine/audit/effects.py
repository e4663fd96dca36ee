"""What a proposal does to one file, proved on the bytes before and after: hashes, values, lines, comments.

`prove` takes one receipt's step. `prove_all` takes what several did between two commits, where the steps between
are not at hand: after a squash, a merge, a rebase or a cherry-pick.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from spine.audit.compare import differences, same, same_but_places
from spine.audit.following import followed
from spine.audit.lines import apply_hunks, merge, told
from spine.audit.locality import Text, comments, stray_comments, strays
from spine.audit.objects import Missing, Objects, hash_of
from spine.audit.places import Place
from spine.audit.records import FileChange, Operation
from spine.audit.replay import Replay
from spine.audit.settling import Rule
from spine.audit.trees import Node, Unreadable, copy, documents

_SHOWN = 5
_KEPT = 64  # texts whose trees are remembered


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is not as it was claimed: code, address or "" for the whole file, message."""

    code: str
    address: str
    message: str


@dataclass(slots=True)
class Proof:
    """What was found out: nothing in `flaws` and `doubts` is a yes."""

    flaws: list[Flaw] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def flaw(self, code: str, address: str, message: str) -> None:
        self.flaws.append(Flaw(code, address, message))

    def add(self, other: Proof) -> None:
        self.flaws += other.flaws
        self.doubts += other.doubts


@dataclass(slots=True)
class Work:
    """One file's change with all that has to be known to prove it; `attached` gives a file of the proposal's folder."""

    proposal: str
    change: FileChange
    attached: Callable[[str], bytes | None]
    rule: Callable[[Place], Rule | None]
    is_counted: bool = False  # a declared counter stands in the file, which no merge by line gets right


@dataclass(slots=True)
class Prover:
    """Proves effects on the blobs of one repository."""

    objects: Objects
    _texts: OrderedDict[str, Text] = field(default_factory=OrderedDict)

    def text(self, oid: str) -> Text:
        """A blob as text and trees. Raises `Unreadable`, `Missing`."""
        found = self._texts.get(oid)
        if found is None:
            found = self._texts[oid] = text_of(self.objects.blob(oid))
            if len(self._texts) > _KEPT:
                self._texts.popitem(last=False)
        else:
            self._texts.move_to_end(oid)
        return found

    def at_hand(self, oid: str | None) -> bytes | None:
        """The bytes of a blob; None if it is missing, or none is meant."""
        try:
            return self.objects.blob(oid) if oid is not None else None
        except Missing:
            return None

    # -- one step ---------------------------------------------------------------------------------------------------

    def prove(self, work: Work, before: str | None, after: str | None) -> Proof:
        """Whether the change, made on one blob, is the other. Raises `Missing`."""
        proof, change = Proof(), work.change
        is_own = before == change.base
        if is_own and after != change.result:
            proof.flaw("SP409", "", "on its own base the proposal promises another result than this")
        elif before is None or after is None or change.base is None or change.result is None:
            self._whole(work, before, after, proof)
        elif change.patch:
            self._patch(change, before, after, proof)
        elif change.blob is not None:
            self._new_bytes(work, after, proof)
            if not is_own:
                proof.flaw("SP408", "", "a binary file is replaced that the proposal did not see")
        elif change.ops is None and not change.residual and not change.residual_first:
            if before != after:
                proof.flaw("SP408", "", "its content changed, which the proposal does not touch")
        elif is_own:
            self._on_own_base(work, before, after, proof)
        else:
            self._on_moved_base(work, before, after, proof)
        return proof

    def _whole(self, work: Work, before: str | None, after: str | None, proof: Proof) -> None:
        """A file that is created or deleted."""
        change = work.change
        if change.result is None:
            if after is not None or (before is not None and before != change.base):
                proof.flaw("SP408", "", "the proposal deletes another file than this")
        elif change.base is None:
            self._new_bytes(work, after, proof)
            if before is not None and before != after:
                proof.flaw("SP408", "", "the proposal creates the file, and there was one")
        else:
            proof.flaw("SP408", "", "the proposal changes the file, and here it comes or goes")

    def _new_bytes(self, work: Work, after: str | None, proof: Proof) -> None:
        change = work.change
        data = change.content.encode() if change.content is not None else work.attached(f"blobs/{change.blob}")
        if data is None:
            proof.flaw(
                "SP403", "", f"the proposal's own file blobs/{(change.blob or '')[:12]} is not there, or another"
            )
        elif hash_of(data) != after:
            proof.flaw("SP408", "", "the new file is not the one that the proposal has")

    def _patch(self, change: FileChange, before: str, after: str, proof: Proof) -> None:
        """Text: its hunks to the byte, or merged by line where the file had moved on."""
        there = self.objects.blob(before).decode("utf-8", "surrogateescape")
        made = apply_hunks(there, change.patch) if before == change.base else None
        if before != change.base:
            base = self.at_hand(change.base)
            if base is None:
                proof.doubts.append(f"the base {(change.base or '')[:12]} of a text patch is not in this clone")
                return
            text = base.decode("utf-8", "surrogateescape")
            wanted = apply_hunks(text, change.patch)
            made = merge(text, there, wanted) if wanted is not None else None
        if made is None or hash_of(made.encode("utf-8", "surrogateescape")) != after:
            proof.flaw("SP408", "", "the patch gives another text than there is")

    def _on_own_base(self, work: Work, before: str, after: str, proof: Proof) -> None:
        """Everything must be exactly as the operations say, between the formatting hunks before and behind them."""
        change, ops = work.change, work.change.ops or ()
        try:
            start, end = self.text(before), self.text(after)
            old = self._formatted(start, change.residual_first, proof, back=False)
            new = self._formatted(end, change.residual, proof, back=True)
        except Unreadable as error:
            return proof.flaw("SP410", "", f"not YAML that can be read: {error}")
        if old is None or new is None:
            return proof.flaw("SP412", "", "its formatting hunks do not fit the text")
        replay = Replay([copy(root) if root is not None else None for root in old.roots])
        replay.run(ops)
        proof.flaws += [Flaw("SP410", address, message) for address, message in replay.flaws]
        if not _same(replay.roots, new.roots):
            proof.flaw("SP410", *_where(replay.roots, new.roots, "the values are not those that the operations give"))
        self._lines(old, new, ops, proof, moved=False)
        return None

    def _formatted(self, text: Text, hunks: str, proof: Proof, *, back: bool) -> Text | None:
        """A text without what its formatting hunks did, which may change neither a value nor a comment."""
        if not hunks:
            return text
        other = apply_hunks(text.text, hunks, back=back)
        if other is None:
            return None
        made = text_of(other.encode("utf-8", "surrogatepass"))
        if not _same(text.roots, made.roots):
            proof.flaw("SP412", *_where(text.roots, made.roots, "what is called formatting changes values"))
        if comments(text.text, text.roots) != comments(made.text, made.roots):
            proof.flaw("SP412", "", "what is called formatting changes comments")
        return made

    def _on_moved_base(self, work: Work, before: str, after: str, proof: Proof) -> None:
        try:
            old, new = self.text(before), self.text(after)
        except Unreadable as error:
            return proof.flaw("SP410", "", f"not YAML that can be read: {error}")
        work = self._followed(work, old)
        found = Proof()
        replay = self._replayed(work, [copy(root) if root is not None else None for root in old.roots], found)
        self._compare(replay.roots, old, new, [work], found)
        if (found.flaws or found.doubts) and self._by_line([work], before, after):
            return None
        return proof.add(found)

    def _followed(self, work: Work, there: Text) -> Work:
        """The change with its addresses as this text calls them, as far as the base is at hand."""
        ops, base = work.change.ops, work.change.base
        if not ops or base is None or self.at_hand(base) is None:
            return work
        try:
            return replace(work, change=replace(work.change, ops=followed(ops, self.text(base).roots, there.roots)))
        except Unreadable:
            return work

    def _replayed(self, work: Work, roots: list[Node | None], proof: Proof) -> Replay:
        base: list[Node | None] | None = None
        if self.at_hand(work.change.base) is not None:
            try:
                base = self.text(work.change.base or "").roots
            except Unreadable:
                base = None
        replay = Replay(roots, True, base, work.rule)
        replay.run(work.change.ops or ())
        proof.flaws += [Flaw("SP410", address, message) for address, message in replay.flaws]
        proof.doubts += [f"{address}: {message}" for address, message in replay.doubts]
        return replay

    def _compare(self, roots: list[Node | None], old: Text, new: Text, works: Sequence[Work], proof: Proof) -> None:
        """Values against what was replayed, lines and comments against what was there."""
        if not _same(roots, new.roots) and not _same_but_places(roots, new.roots):
            message = "the values are not those that the operations give here"
            proof.flaw("SP410", *_where(roots, new.roots, message))
        ops = [op for work in works for op in work.change.ops or ()]
        formatted = {line for work in works for line in told(work.change.residual + work.change.residual_first)}
        self._lines(old, new, ops, proof, moved=True, formatted=formatted)

    def _lines(self, old: Text, new: Text, ops: Sequence[Operation], proof: Proof, *, moved: bool,
               formatted: Collection[str] = ()) -> None:  # fmt: skip
        found = [one for one in strays(old, new, ops) if _line(old, new, *one) not in formatted]
        for side, line in found[:_SHOWN]:
            word = "line" if side == "after" else "line before it,"
            proof.flaw("SP411", "", f"{word} {line} changed, and no operation names it")
        counts = [comments(one.text, one.roots) if "#" in one.text else Counter[str]() for one in (old, new)]
        for text in stray_comments(counts[0], counts[1], ops, moved=moved)[:_SHOWN]:
            proof.flaw("SP413", "", f"the comment “{text[:60]}” came or went, and no operation says so")

    def _by_line(self, works: Sequence[Work], before: str, after: str) -> bool:
        """Whether a merge by line of base and result of each change, true in themselves, gives exactly this text."""
        there = self.objects.blob(before).decode("utf-8", "surrogateescape")
        for work in works:
            base, result = self.at_hand(work.change.base), self.at_hand(work.change.result)
            if base is None or result is None or work.is_counted:
                return False
            itself = self.prove(work, work.change.base, work.change.result)
            if itself.flaws or itself.doubts:
                return False
            texts = [data.decode("utf-8", "surrogateescape") for data in (base, result)]
            merged = merge(texts[0], there, texts[1])
            if merged is None:
                return False
            there = merged
        return hash_of(there.encode("utf-8", "surrogateescape")) == after

    # -- several ----------------------------------------------------------------------------------------------------

    def prove_all(self, works: Sequence[Work], before: str | None, after: str | None) -> Proof:
        """Whether the changes, one after the other, lead from one blob to the other. Raises `Missing`."""
        if len(works) == 1:
            return self.prove(works[0], before, after)
        proof = Proof()
        exact, roots, start = before, None, 0
        for number, work in enumerate(works):
            change = work.change
            is_step = roots is None and exact == change.base and (number < len(works) - 1 or exact is None)
            if is_step and (change.result is None or self.at_hand(change.result) is not None):
                proof.add(self.prove(work, exact, change.result))
                exact, start = change.result, number + 1
            elif change.ops is not None and change.base is not None and (roots is not None or exact is not None):
                try:
                    roots = roots or [copy(one) if one is not None else None for one in self.text(exact or "").roots]
                except Unreadable as error:
                    proof.flaw("SP410", "", f"not YAML that can be read: {error}")
                    return proof
                self._replayed(work, roots, proof)
            elif number == len(works) - 1 and roots is None:
                proof.add(self.prove(work, exact, after))
                return proof
            else:
                proof.doubts.append(f"{work.proposal} cannot be made on what the others leave")
        if roots is None:
            if exact != after:
                proof.flaw("SP408", "", "the proposals together give another file than there is")
            return proof
        if after is None or exact is None:
            proof.flaw("SP408", "", "the file comes or goes, and the proposals only change it")
            return proof
        try:
            self._compare(roots, self.text(exact), self.text(after), works[start:], proof)
        except Unreadable as error:
            proof.flaw("SP410", "", f"not YAML that can be read: {error}")
        if (proof.flaws or proof.doubts) and before is not None and self._by_line(works, before, after):
            return Proof()
        return proof


def _line(old: Text, new: Text, side: str, number: int) -> str:
    return (old if side == "before" else new).lines[number - 1]


def text_of(data: bytes) -> Text:
    """Bytes as text and trees. Raises `Unreadable`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8 text") from error
    return Text.of(text, documents(text))


def _same(one: Sequence[Node | None], other: Sequence[Node | None]) -> bool:
    return len(one) == len(other) and all(
        a is b or (a is not None and b is not None and same(a, b)) for a, b in zip(one, other, strict=True)
    )


def _same_but_places(one: Sequence[Node | None], other: Sequence[Node | None]) -> bool:
    return len(one) == len(other) and all(
        a is b or (a is not None and b is not None and same_but_places(a, b)) for a, b in zip(one, other, strict=True)
    )


def _where(expected: Sequence[Node | None], there: Sequence[Node | None], message: str) -> tuple[str, str]:
    """The first address that differs, and the message with some more of them."""
    found = differences(expected, there)
    if not found:
        return "", f"{message}: their order is another"
    more = f" and {len(found) - _SHOWN} more places" if len(found) > _SHOWN else ""
    return found[0], f"{message}, at {', '.join(found[:_SHOWN])}{more}"
