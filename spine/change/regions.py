"""What stands between two entries of a block collection, before and after: entries, comment blocks, blank lines."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from spine.change.operations import Comment
from spine.change.sources import Mismatch, taken_blocks
from spine.change.targets import Arrival, Container
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Document
from spine.yamldoc.splice import Splice
from spine.yamldoc.trivia import Layout, NotEditable, blank_above, lines_text

if TYPE_CHECKING:
    from spine.change.edits import Editor


class Region:
    """What stands between two entries that stay (or an end of their collection), before and after.

    Elements are free-standing blocks and entries; each has the blank lines above it. A first entry owns those below it
    instead, so that an entry that becomes the first takes over the place of the one that was.
    """

    def __init__(
        self,
        editor: Editor,
        container: Container,
        trivia: Layout,
        before: int,
        behind: int,
        arrived: list[int | Arrival],
        depth: int,
    ) -> None:
        self.editor = editor
        self.document: Document = editor.document
        self.container = container
        self.entries = container.node.entries
        self.trivia = trivia
        self.before, self.behind = before, behind
        self.arrived = arrived
        self.depth = depth
        self.at_end = behind == len(self.entries)

    @property
    def is_touched(self) -> bool:
        """Whether anything is to be done here."""
        return self.behind > self.before + 1 or bool(self.arrived) or self.above_comment() is not None

    def above_comment(self) -> Comment | None:
        if self.at_end:
            return self.container.end
        return self.comment_of(self.behind)

    def comment_of(self, index: int) -> Comment | None:
        inside = self.editor.targets.inside.get(id(self.entries[index]))
        return inside.comments.get("above") if inside is not None else None

    @property
    def first_line(self) -> int:
        """The first line of the region."""
        if self.before >= 0:
            return self.trivia.entries[self.before].last + 1
        first = self.trivia.entries[0]
        if first.above:
            return first.above[0].first - first.above[0].blanks
        return first.own_first - first.blank

    def splice(self) -> Splice:
        """The one splice of this region."""
        trivia = self.trivia
        if self.at_end:
            last = trivia.end[-1].last if trivia.end else trivia.entries[-1].last
            end = self.document.line_span(last)[1]
        else:
            end = self.document.line_span(trivia.entries[self.behind].own_first)[0]
        depth = 3 * self.depth
        lines = self.lines()
        if self.before >= 0 or not trivia.entries[0].compact:
            return Splice(self.document.line_span(self.first_line)[0], end, lines, depth)
        start = self.entries[0].start
        if lines:
            if lines[: trivia.column].strip():
                raise NotEditable("a comment would stand behind the dash", place=self.document.place(start))
            if self.behind == 0:
                return Splice(start, start, lines[trivia.column :] + " " * trivia.column, depth)
            return Splice(start, end, lines[trivia.column :], depth)
        if self.at_end:
            return Splice(start, end, lines, depth)
        if trivia.entries[self.behind].lead is not None:
            raise NotEditable("a comment would stand behind the dash", place=self.document.place(start))
        return Splice(start, self.entries[self.behind].start, "", depth)

    def lines(self) -> str:
        """The region's new lines."""
        blocks, header = self.blocks()
        newline = self.editor.newline
        elements: list[tuple[int, str]] = []
        first_entry: int | None = None
        top = self.before < 0
        natural = self.leading(header) if top else 0
        for who in self.arrived:
            blank, past, text = self.arrival(who)
            elements += blocks[:past]
            del blocks[:past]
            if top and first_entry is None:
                first_entry = len(elements)
                if (blocks and len(elements) < header) or (len(elements) > header and blocks):
                    own = blocks[0][0]
                else:
                    own = natural
                elements.append((own, text))
                after_first = blank
            else:
                elements.append((blank, text))
        elements += blocks
        final = 0
        if not self.at_end:
            final = natural if top and not self.behind else self.trivia.entries[self.behind].blank
        if top and not (first_entry is not None and first_entry < header):
            at = header
            if first_entry != at:
                if at < len(elements):
                    elements[at] = (natural, elements[at][1])
                elif not self.at_end:
                    final = natural
        if first_entry is not None:
            if first_entry + 1 < len(elements):
                elements[first_entry + 1] = (after_first, elements[first_entry + 1][1])
            elif not self.at_end:
                final = after_first
        final = self.below(elements, final)
        out = ""
        above = self.editor.line_before(self.first_line) if self.before >= 0 else ""
        first_at = -1 if not self.is_top else len(elements) if first_entry is None else first_entry
        for number, (blank, text) in enumerate(elements):
            parting = 0 if number <= first_at else self.parting(above, text)
            out += newline * (blank or parting) + text
            above = text
        if self.at_end:
            return out
        if self.before < 0 and self.trivia.entries[0].compact and not elements:
            return ""
        if not final and elements and len(elements) > first_at:
            stays = self.trivia.entries[self.behind]
            final = self.parting(above, lines_text(self.document, stays.own_first, stays.first))
        return out + newline * final

    def leading(self, header: int) -> int:
        """Blank lines above the first entry; if the comments above it all go, those above the comments."""
        first = self.trivia.entries[0]
        return first.above[0].blanks if first.above and not header else first.blank

    def parting(self, above: str, text: str) -> int:
        """One blank line where a comment would else join the comment or entry below it and change its owner."""
        last = above.rstrip("\r\n").rsplit("\n", 1)[-1]
        if not last.lstrip(" \t").startswith("#"):
            return 0
        column = self.trivia.column
        return 1 if _indent(last) == column or _begins_with_block(text, column) else 0

    def below(self, elements: list[tuple[int, str]], usual: int) -> int:
        """How many blank lines stand above the entry that stays: as its comment says, or as there are now.

        A new free-standing block needs one to stay so; above the first entry of the text every block is.
        """
        comment = self.above_comment()
        if comment is None or not comment.new or self.at_end:
            return usual
        said = said_blanks(comment)[1]
        if said is not None and elements and elements[-1][1].endswith(pieces.blanks_around(comment.new)[1]):
            return said
        return max(usual, 0 if comment.old or (self.is_top and self.behind == 0) else 1)

    @property
    def is_top(self) -> bool:
        """Whether this is the top of the text: above its first entry every comment is free-standing."""
        return self.before < 0 and self.document.roots[0].node is self.container.node

    def arrival(self, who: int | Arrival) -> tuple[int, int, str]:
        """Blank lines, blocks to pass and lines of an entry that comes here."""
        if isinstance(who, Arrival):
            return who.op.blank, who.op.past, self.editor.arrival_lines(who, self.trivia.column)
        move = self.container.moved[who]
        return blank_above(self.trivia, who), move.past, self.editor.moved_lines(self.entries[who], self.depth)

    def blocks(self) -> tuple[list[tuple[int, str]], int]:
        """The free-standing blocks that stay, with blank lines above each; how many of them are the first entry's."""
        found: list[tuple[int, str]] = []
        header = 0
        for index in range(self.before + 1, self.behind):
            above = self.trivia.entries[index].above
            gone = self.container.removed.get(index)
            if gone is not None:
                above = above[: len(above) - min(taken_blocks(gone.was), len(above))]
                mine = [(run.blanks, pieces.runs(self.document, [run]) or "") for run in above]
            else:
                mine = self.commented(self.comment_of(index), index)
            found += mine
            if index == 0:
                header = len(mine)
        found += self.commented(self.above_comment(), self.behind)
        if self.behind == 0 and self.before < 0:
            header = len(found)
        return found, header

    def commented(self, comment: Comment | None, index: int) -> list[tuple[int, str]]:
        """The blocks above an entry (or at the end), as its comment operation leaves them."""
        at_end = index == len(self.entries)
        runs = self.trivia.end if at_end else self.trivia.entries[index].above
        if comment is None:
            return [(run.blanks, pieces.runs(self.document, [run]) or "") for run in runs]
        found = pieces.runs(self.document, runs)
        if pieces.stripped(found) != pieces.stripped(comment.old):
            raise Mismatch(f"{comment.at}: the comment {comment.slot} it is not what the change saw")
        if not comment.new:
            return []
        body = pieces.blanks_around(comment.new)[1]
        if not body:
            return []
        said = said_blanks(comment)[0]
        return [(usual_blanks(self.trivia, index) if said is None else said, body)]


def _begins_with_block(text: str, column: int) -> bool:
    """Whether lines begin with a free-standing comment, and not with one that leads an entry at that column."""
    first, *_ = lines = text.split("\n")
    if not first.lstrip(" \t").startswith("#"):
        return False
    run = list(itertools.takewhile(lambda line: line.lstrip(" \t").startswith("#"), lines))
    behind = lines[len(run)] if len(run) < len(lines) else ""
    return not behind.strip() or any(_indent(line) != column for line in run)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def said_blanks(comment: Comment) -> tuple[int | None, int | None]:
    """How many blank lines stand above and below free-standing blocks, where either side of the comment says it."""
    old, new = (pieces.blanks_around(text or "") for text in (comment.old, comment.new))
    return (new[0] if old[0] or new[0] else None), (new[2] if old[2] or new[2] else None)


def usual_blanks(trivia: Layout, index: int) -> int:
    """How many blank lines part free-standing blocks from what stands above them, if a comment does not say it."""
    runs = trivia.entries[index].above if index < len(trivia.entries) else trivia.end
    if runs:
        return runs[0].blanks
    if index == len(trivia.entries):
        return 1
    return max(1, trivia.entries[index].blank) if index else 0


def usual_below(trivia: Layout, index: int, *, is_header: bool) -> int:
    """How many blank lines part free-standing blocks from the entry below them, if a comment does not say it."""
    entry = trivia.entries[index]
    return max(entry.blank, 0 if entry.above or is_header else 1)
