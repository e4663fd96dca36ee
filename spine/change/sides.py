"""Both versions of one collection: what stands above each entry, what was before it, and in which words it is told."""

from __future__ import annotations

from spine.address import Address, Step
from spine.change.operations import After, First
from spine.change.regions import usual_below, usual_blanks
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.trivia import Layout, Run, blank_above, layout


class Sides:
    """Both versions of one collection, with the questions a region asks of them."""

    def __init__(
        self,
        old: Document,
        new: Document,
        a: Node,
        b: Node,
        at: Address,
        old_steps: list[Step],
        new_steps: list[Step],
        old_layout: Layout | None,
        new_layout: Layout | None,
    ) -> None:
        self.old, self.new = old, new
        self.a, self.b, self.at = a, b, at
        self.old_steps, self.new_steps = old_steps, new_steps
        self.old_layout, self.new_layout = old_layout, new_layout
        if old_layout is None and pieces.is_block(a):
            self.old_layout = layout(self.old, a)
        if new_layout is None and pieces.is_block(b):
            self.new_layout = layout(self.new, b)

    def same_up_to_next(self, i: int, j: int) -> bool:
        """Whether two entries and all between them and their successors are the same characters; then nothing of it
        has to be looked at."""
        olds, news = self.a.entries, self.b.entries
        if i + 1 >= len(olds) or j + 1 >= len(news) or self.old_steps[i] != self.new_steps[j]:
            return False
        return self.old.text[olds[i].start : olds[i + 1].start] == self.new.text[news[j].start : news[j + 1].start]

    def own_lines(self, document: Document, of: Layout, entry: Entry) -> tuple[int, str]:
        """The column and raw source of an entry with its own trivia, to see at once that nothing changed."""
        trivia = of.entries[entry.index]
        start = entry.start if trivia.compact else document.line_starts[trivia.own_first]
        return of.column, document.text[start : document.line_span(trivia.last)[1]]

    @property
    def leaves(self) -> str | None:
        """The token that an emptied collection leaves behind, if it is not the usual one."""
        if self.new_steps:
            return None
        token = self.new.source(self.b)
        return None if token == ("{}" if self.a.kind == "mapping" else "[]") else token

    @property
    def replaces(self) -> str | None:
        """The token of the empty container that is filled, if it is not the usual one."""
        token = self.old.source(self.a)
        return None if token == ("{}" if self.b.kind == "mapping" else "[]") else token

    def blocks_differ(self, s: int, t: int) -> bool:
        """Whether the free-standing blocks above two stable entries (or at the end) differ."""
        if self.old_layout is None or self.new_layout is None:
            return False
        old, new = self.old_above(s), self.new_above(t)
        if not old and not new:
            return False
        return pieces.runs(self.old, old) != pieces.runs(self.new, new)

    def old_above(self, i: int) -> list[Run]:
        return _above(self.old_layout, i)

    def new_above(self, j: int) -> list[Run]:
        return _above(self.new_layout, j)

    def old_blocks(self, olds: range, s: int) -> list[str | None]:
        return [pieces.runs(self.old, [run]) for i in (*olds, s) for run in self.old_above(i)]

    def new_blocks(self, news: range, t: int) -> list[str | None]:
        return [pieces.runs(self.new, [run]) for j in (*news, t) for run in self.new_above(j)]

    def free_comments(self, s: int, t: int) -> tuple[str | None, str | None]:
        """The blocks above two entries that stay (or at the end), with the blank lines around them where these are not
        what an editor expects, going from the one to the other or back."""
        texts = pieces.runs(self.old, self.old_above(s)), pieces.runs(self.new, self.new_above(t))
        if self.old_layout is None or self.new_layout is None:
            return texts
        sides = (self.old_layout, s), (self.new_layout, t)
        is_header = self.old.roots[0].node is self.a
        above = below = False
        for text, (of, i), (other, j) in zip(texts, sides, reversed(sides), strict=True):
            if text is not None:
                above = above or _above(of, i)[0].blanks != usual_blanks(other, j)
                if i < len(of.entries):
                    usual = usual_below(other, j, is_header=is_header and j == 0)
                    below = below or of.entries[i].blank != usual
        old, new = (
            _with_blanks(text, of, i, self.old.newline, above=above, below=below)
            for text, (of, i) in zip(texts, sides, strict=True)
        )
        return old, new

    def old_predecessor(self, i: int) -> After:
        return self.old_steps[i - 1] if i else First()

    def new_predecessor(self, j: int) -> After:
        return self.new_steps[j - 1] if j else First()

    def blank(self, of: Layout | None, index: int, blocks: int) -> int:
        """Blank lines above an entry with its `blocks` (of a first entry: those below it)."""
        return 0 if of is None else blank_above(of, index, blocks)

    def new_text(self, entry: Entry, brought: int) -> str:
        """An added entry's text in the style of the collection that takes it."""
        text = pieces.entry_text(self.new, entry, brought)
        is_flow = self.b.style == "flow"
        target = self.a.style if self.a.entries else self.b.style
        if is_flow and target == "block":
            return ("- " if entry.key is None else "") + text + "\n"
        if not is_flow and target == "flow":
            return text.removeprefix("- ").removesuffix("\n")
        return text


def _with_blanks(text: str | None, of: Layout, index: int, newline: str, *, above: bool, below: bool) -> str | None:
    """Free-standing blocks with the blank lines around them."""
    if text is None:
        return None
    if above:
        text = newline * _above(of, index)[0].blanks + text
    return text + newline * of.entries[index].blank if below and index < len(of.entries) else text


def _above(of: Layout | None, index: int) -> list[Run]:
    if of is None:
        return []
    return of.entries[index].above if index < len(of.entries) else of.end
