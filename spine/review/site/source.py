"""A binding line by line, with who set what beside it: runs of lines with one setter, folded by entry where it is long.

A line belongs to whoever set the values that begin on it or run through it. Lines without a value (comments, blank
lines, the keys of collections) go with the run around them if one setter set what stands above and below, else they
are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup

from spine.actions.blame import Setter
from spine.actions.report import Binding
from spine.address import Address
from spine.dataclass import dataclass
from spine.identity import Keyed, ListKind, steps_of
from spine.ledger.blame import leaves_of
from spine.printable import printable
from spine.review.site.book import Here, anchor_of
from spine.yamldoc.nodes import Document, Entry, Node

LONG = 800  # lines from which on the entries of a binding are folded at first
_SPLIT = 40  # lines of an entry of a long binding from which on its own entries are folded, each by itself
_FEW = 3  # lines that are never folded
_CALLED = ("title", "name", "summary", "description", "purpose")
_LONGEST = 64
_COMMENT = re.compile(r"(?:^|\s)#.*")


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive lines that the same commits set; without setters they are nobody's. `first` counts from 1."""

    setters: tuple[Setter, ...]
    first: int
    lines: Markup
    count: int


@dataclass(frozen=True, slots=True)
class Fold:
    """A part of a binding: an entry with all below it, or (no label) what is not folded; `about` is what it is called.

    It holds either runs or further folds.
    """

    label: str
    first: int
    last: int
    runs: tuple[Run, ...]
    folds: tuple[Fold, ...] = ()
    latest: Setter | None = None
    is_open: bool = True
    about: str = ""


def folds_of(binding: Binding, here: Here) -> tuple[Fold, ...]:
    """A whole binding, which has a document."""
    assert binding.document is not None
    return _Source(binding, binding.document, here).folds()


def plain_fold(text: str, here: Here) -> Fold:
    """A file of which nobody can say who set what."""
    lines = _split(text)
    shown = Markup("").join(_item(n, here.linked(line)) for n, line in enumerate(lines, 1))
    return Fold("", 1, len(lines), (Run((), 1, shown, len(lines)),))


class _Source:
    """The lines of a binding, with what is known of each."""

    def __init__(self, binding: Binding, document: Document, here: Here) -> None:
        self.binding, self.document, self.here = binding, document, here
        self.lines = _split(document.text)
        self.setters: list[tuple[Setter, ...]] = [()] * len(self.lines)
        self.spans: dict[int, list[tuple[int, int]]] = {}  # by line: where values stand in it
        self.anchors: dict[int, list[str]] = {}  # by line: the addresses of the entries that begin on it
        self._spread_values()
        self._join()

    def _spread_values(self) -> None:
        starts = self.document.line_starts
        leaves = leaves_of([root.node for root in self.document.roots], self.binding.identity)
        for value, leaf in zip(self.binding.values, leaves, strict=True):
            first, last = value.line - 1, value.line - 1 + value.source.count("\n")
            for line in range(first, min(last + 1, len(self.lines))):
                if value.set_by not in self.setters[line]:
                    self.setters[line] = (*self.setters[line], value.set_by)
                start = max(0, leaf.node.start - starts[line])
                self.spans.setdefault(line, []).append(
                    (start, min(len(self.lines[line]), leaf.node.end - starts[line]))
                )

    def _join(self) -> None:
        """Lines without a value between two of one setter are part of that run."""
        above: tuple[Setter, ...] = ()
        since = 0
        for line, setters in enumerate(self.setters):
            if setters:
                if setters == above:
                    self.setters[since:line] = [above] * (line - since)
                above, since = setters, line + 1

    # -- folds --------------------------------------------------------------------------------------------------------

    def folds(self) -> tuple[Fold, ...]:
        """The entries of the roots, and what stands between."""
        found: list[Fold] = []
        reached = 0
        for number, root in enumerate(self.document.roots, 1):
            if root.node is not None and root.node.style == "block":
                found += self._parts(Address((), number), root.node, reached, len(self.lines), deep=True)
                reached = found[-1].last if found else reached
        if reached < len(self.lines):
            found.append(self._loose(reached, len(self.lines)))
        return tuple(_merged(found))

    def _parts(self, at: Address, node: Node, first: int, last: int, *, deep: bool) -> Iterator[Fold]:
        """The entries of a collection from one line to before another; a comment above an entry goes with it."""
        reached = first
        kind = self._kind(at, node)
        for entry, step in zip(node.entries, steps_of(node, kind), strict=True):
            start = self.document.line_of(entry.start)
            end = self.document.line_of(max(entry.start, entry.end - 1)) + 1
            if start < reached or end > last:
                continue  # several on one line
            if entry.index == 0 and start > reached:
                yield self._loose(reached, start)
                reached = start
            yield self._entry(at / step, entry, reached, end, deep=deep)
            reached = end
        if not deep and reached < last:
            yield self._loose(reached, last)

    def _entry(self, at: Address, entry: Entry, first: int, last: int, *, deep: bool) -> Fold:
        below = entry.value
        is_long = len(self.lines) >= LONG
        self._anchor(at, entry)
        if deep and below.entries and below.style == "block":
            for item, step in zip(below.entries, steps_of(below, self._kind(at, below)), strict=True):
                self._anchor(at / step, item)
        label = printable(str(Address((at.last,))))
        latest = max(
            (setter for line in range(first, last) for setter in self.setters[line]),
            key=lambda one: (one.date, one.commit),
            default=None,
        )
        if deep and is_long and last - first > _SPLIT and below.entries and below.style == "block":
            inside = tuple(_merged(list(self._parts(at, below, first, last, deep=False))))
            return Fold(label, first + 1, last, (), inside, latest)
        if last - first < _FEW:
            return self._loose(first, last)
        return Fold(label, first + 1, last, tuple(self._runs(first, last)), (), latest, not is_long, _about(below))

    def _loose(self, first: int, last: int) -> Fold:
        return Fold("", first + 1, last, tuple(self._runs(first, last)))

    def _kind(self, at: Address, node: Node) -> ListKind | None:
        return self.binding.identity.kind_of(at, (node,)) if node.kind == "sequence" else None

    def _anchor(self, at: Address, entry: Entry) -> None:
        if entry.key is not None or isinstance(self._kind(at.parent, entry.container), Keyed):
            names = self.anchors.setdefault(self.document.line_of(entry.start), [])
            if anchor_of(at) not in names:
                names.append(anchor_of(at))

    # -- lines --------------------------------------------------------------------------------------------------------

    def _runs(self, first: int, last: int) -> Iterator[Run]:
        start = first
        for line in range(first + 1, last + 1):
            if line == last or self.setters[line] != self.setters[start]:
                shown = Markup("").join(_item(one + 1, self._line(one)) for one in range(start, line))
                yield Run(self.setters[start], start + 1, shown, line - start)
                start = line

    def _line(self, line: int) -> Markup:
        """One line: values stand out, comments stand back, ids are links, addresses can be linked to."""
        text, at = self.lines[line], 0
        out = [Markup('<a id="{}"></a>').format(name) for name in self.anchors.get(line, ())]
        for start, end in sorted(self.spans.get(line, ())):
            if end > start >= at:
                out += [self._rest(text[at:start]), Markup("<b>{}</b>").format(self.here.linked(text[start:end]))]
                at = end
        out.append(self._rest(text[at:]))
        return Markup("").join(out)

    def _rest(self, text: str) -> Markup:
        comment = _COMMENT.search(text)
        if comment is None:
            return self.here.linked(text)
        before, said = text[: comment.start()], comment.group()
        return self.here.linked(before) + Markup("<i>{}</i>").format(self.here.linked(said))


def _about(node: Node) -> str:
    """What an entry calls itself, so that one can find it folded."""
    pairs = node.entries if node.kind == "mapping" else []
    told = {entry.key.text: entry.value.text for entry in pairs if entry.key is not None and entry.value.text}
    text = next((" ".join(told[name].split()) for name in _CALLED if name in told), "")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _merged(folds: list[Fold]) -> Iterator[Fold]:
    """Neighbours that are not folded, as one: a run is not cut where an entry of a line or two ends."""
    loose: list[Fold] = []
    for fold in folds:
        if fold.label:
            if loose:
                yield _one(loose)
                loose = []
            yield fold
        else:
            loose.append(fold)
    if loose:
        yield _one(loose)


def _one(loose: list[Fold]) -> Fold:
    runs: list[Run] = []
    for run in (run for fold in loose for run in fold.runs):
        if runs and runs[-1].setters == run.setters:
            last = runs.pop()
            run = Run(run.setters, last.first, last.lines + run.lines, last.count + run.count)
        runs.append(run)
    return Fold("", loose[0].first, loose[-1].last, tuple(runs))


def _item(number: int, line: Markup) -> Markup:
    return Markup("<li id=L{}>{}</li>\n").format(number, line)


def _split(text: str) -> list[str]:
    """The lines without their ends."""
    lines = text.split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]
