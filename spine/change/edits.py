"""From resolved operations to splices of the text: only the lines of what an operation names are ever rewritten."""

from __future__ import annotations

from spine.address import Item, Key
from spine.change.flow import flow_source
from spine.change.items import item_splices
from spine.change.operations import Comment
from spine.change.regions import Region
from spine.change.sources import Mismatch
from spine.change.targets import Arrival, Container, Inside, Targets
from spine.identity import field_node
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Entry, Node
from spine.yamldoc.scalars import resolve, value_of
from spine.yamldoc.source import shift, shift_behind_first, string_token
from spine.yamldoc.splice import Splice, splice
from spine.yamldoc.trivia import (
    Layout,
    NotEditable,
    behind_indicator,
    colon_of,
    eol_anchor,
    eol_comment,
    layout,
    lines_text,
    tail,
)

_BEHIND_ALL = -1_000_000  # what is appended to a line stands behind a value put at the same place


class Editor:
    """The splices of a change on one document."""

    def __init__(self, targets: Targets) -> None:
        self.targets = targets
        self.document = targets.document
        self.text = targets.document.text
        self.newline = targets.document.newline

    def splices(self) -> list[Splice]:
        """All splices of all documents of the text."""
        found = [Splice(start, end, put) for start, end, put in self.targets.prologs]
        for root in self.document.roots:
            if root.node is not None:
                found += self.node(root.node, None, 0)
        return found + self.tail()

    def tail(self) -> list[Splice]:
        """Blank lines at the end of the text, where a comment at the end of the last document says how many."""
        last = self.document.roots[-1].node if self.document.roots else None
        container = self.targets.containers.get(id(last))
        comment = container.end if container is not None else None
        if comment is None:
            return []
        old, new = (pieces.blanks_around(text or "")[2] for text in (comment.old, comment.new))
        start, there = tail(self.document)
        if old == new:
            return []
        if old != there:
            raise Mismatch(f"{comment.at}: the text ends with {there} blank lines, the change saw {old}")
        return [Splice(start, len(self.text), self.newline * new, _BEHIND_ALL)]

    def line_before(self, line: int) -> str:
        """The line in front of one, as it will be: a foot comment that ends there may be on its way."""
        found = lines_text(self.document, line - 1, line - 1)
        if not found.lstrip(" \t").startswith("#"):
            return found
        for inside in self.targets.inside.values():
            comment = inside.comments.get("foot")
            if comment is None or inside.entry.container.style == "flow":
                continue
            foot = layout(self.document, inside.entry.container).entries[inside.entry.index].foot
            if foot is not None and foot[1] == line - 1:
                return shift(comment.new, self.document.column_of(inside.entry.start)) if comment.new else ""
        return found

    # -- one entry ------------------------------------------------------------------------------------------------

    def node(self, node: Node, holder: Entry | None, depth: int) -> list[Splice]:
        """The splices inside a value."""
        container = self.targets.containers.get(id(node))
        if container is not None and container.is_restructured and not node.entries:
            return self.fill(container, holder)
        if not node.entries:
            return []
        if node.style == "flow":
            if container is not None and (container.is_restructured or container.splices):
                return [Splice(node.start, node.end, flow_source(self, container), depth)]
            return self.entries(node, depth, skip=set())
        if container is None:
            return self.entries(node, depth, skip=set())
        if container.splices:
            if container.is_restructured or container.end is not None:
                raise NotEditable("a list is both spliced and changed by entry", place=self.document.place(node.start))
            return item_splices(self, container, depth)
        return self.block(container, holder, depth)

    def entries(self, node: Node, depth: int, skip: set[int]) -> list[Splice]:
        found: list[Splice] = []
        for entry in node.entries:
            if id(entry) in self.targets.touched and entry.index not in skip:
                found += self.entry(entry, depth)
        return found

    def entry(self, entry: Entry, depth: int) -> list[Splice]:
        """The splices of one entry's own change and of all below it."""
        inside = self.targets.inside.get(id(entry))
        found: list[Splice] = []
        if inside is not None:
            if inside.value is not None:
                return self.replaced(inside, inside.value.new, depth)
            found += self.outside(inside, depth)
        return found + self.node(entry.value, entry, depth + 1)

    def replaced(self, inside: Inside, token: str, depth: int) -> list[Splice]:
        """A new value, with the comments around it. Behind a block scalar no comment can stand, behind what takes its
        place it can."""
        entry, eol = inside.entry, inside.comments.get("eol")
        takes_eol = eol is not None and eol.new is not None and not eol.old and eol_anchor(self.document, entry) is None
        if not takes_eol or entry.container.style == "flow":
            return [*self.outside(inside, depth), *self.set_value(entry, token, depth)]
        assert eol is not None
        if "\n" in token:
            raise NotEditable("no comment can stand behind this value", place=self.document.place(entry.start))
        del inside.comments["eol"]
        return [*self.outside(inside, depth), *self.set_value(entry, token + eol_source(eol.new or ""), depth)]

    def outside(self, inside: Inside, depth: int) -> list[Splice]:
        """Name and comments of an entry."""
        found: list[Splice] = []
        if inside.rename is not None:
            found += self.rename(inside)
        for slot, comment in inside.comments.items():
            if slot == "eol":
                found += self.eol(inside.entry, comment.new)
            elif slot in ("lead", "foot"):
                found.append(self.beside(inside.entry, comment, depth))
        return found

    def rename(self, inside: Inside) -> list[Splice]:
        assert inside.rename is not None
        entry, to = inside.entry, inside.rename.to
        if isinstance(to, Item):
            found = []
            for path, value in to.fields:
                node = field_node(entry.value, path)
                if node is None:
                    raise NotEditable("the identity field is not there", place=self.document.place(entry.start))
                if node.text != value:
                    in_flow = entry.value.style == "flow"
                    found.append(Splice(node.start, node.end, renamed_source(node, value, flow=in_flow)))
            return found
        key = entry.key
        if key is None or key.style in ("|", ">") or not isinstance(to, Key):
            raise NotEditable("this entry has no key to rename", place=self.document.place(entry.start))
        in_flow = entry.container.style == "flow"
        return [Splice(key.start, key.end, renamed_source(key, to.name, flow=in_flow))]

    def eol(self, entry: Entry, new: str | None) -> list[Splice]:
        known = eol_comment(self.document, entry)
        put = "" if new is None else eol_source(new)
        if known is not None:
            space, start, end = known
            if new is not None and new[:1] not in " \t" and self.text[space:start]:
                put = (self.text[space:start] if new[:1] == "#" and self.text[space:start] == "  " else "  ") + new
            return [Splice(space, end, put)]
        at = eol_anchor(self.document, entry)
        if at is None:
            raise NotEditable("no comment can stand behind this entry", place=self.document.place(entry.start))
        line_end = self.text.find("\n", at)
        line_end = len(self.text) if line_end < 0 else line_end
        if self.text[line_end - 1 : line_end] == "\r":
            line_end -= 1
        return [Splice(line_end, line_end, put, _BEHIND_ALL)]

    def beside(self, entry: Entry, comment: Comment, depth: int) -> Splice:
        """A lead or foot comment: lines above or below the entry's content."""
        trivia = layout(self.document, entry.container).entries[entry.index]
        if trivia.compact and comment.slot == "lead":
            raise NotEditable("nothing can stand above this entry", place=self.document.place(entry.start))
        lines = trivia.lead if comment.slot == "lead" else trivia.foot
        column = self.document.column_of(entry.start)
        put = shift(pieces.whole_lines(comment.new or ""), column)
        if lines is not None:
            return Splice(self.document.line_span(lines[0])[0], self.document.line_span(lines[1])[1], put)
        if comment.slot == "lead":
            at = self.document.line_span(trivia.first)[0]
            return Splice(at, at, put, 3 * depth - 1)
        at = self.document.line_span(trivia.last)[1]
        return Splice(at, at, put + self.parted_from(trivia.last + 1, put), 3 * depth + 1)

    def parted_from(self, line: int, foot: str) -> str:
        """The blank line without which a new foot would be the lead of what follows, or part of its comment."""
        line = self.stays_below(line)
        following = lines_text(self.document, line, line)
        bare = following.lstrip(" ")
        last = foot.rstrip("\r\n").rsplit("\n", 1)[-1]
        is_one = bare.strip() and len(following) - len(bare) == len(last) - len(last.lstrip(" "))
        return self.newline if is_one or bare.startswith("#") else ""

    def stays_below(self, line: int) -> int:
        """The first line from here on that goes with no removed entry, where none comes in the place of one."""
        gone = {
            trivia.own_first: trivia.last
            for container in self.targets.containers.values()
            if container.removed and not (container.arrivals or container.moved) and pieces.is_block(container.node)
            for trivia in (layout(self.document, container.node).entries[index] for index in container.removed)
        }
        while line in gone:
            line = gone[line] + 1
        return line

    # -- a new value ----------------------------------------------------------------------------------------------

    def set_value(self, entry: Entry, token: str, depth: int) -> list[Splice]:
        if entry.container.style == "flow":
            return [self.set_flow(entry, token)]
        if entry.key is not None and colon_of(self.document, entry) is None:
            raise NotEditable("a key without a colon", place=self.document.place(entry.start))
        column = self.document.column_of(entry.start)
        behind = behind_indicator(self.document, entry)
        if pieces.stands_below(self.document, entry):
            first, last = pieces.value_lines(self.document, entry)
            start, end = self.document.line_span(first)[0], self.document.line_span(last)[1]
            if token.startswith("\n"):
                return [Splice(start, end, pieces.whole_lines(shift(token[1:], column)))]
            found = [Splice(start, end, "")]
            if token:
                lines = shift_behind_first(token, column)
                line_end = self.line_end(behind)
                if "\n" in lines and self.text[behind:line_end].strip():
                    raise NotEditable("a comment stands where the value would start", place=self.document.place(behind))
                found.append(Splice(behind, behind if "\n" not in lines else line_end, " " + lines))
            return found
        start, end = entry.value.start, entry.value.end
        space = start
        while space > behind and self.text[space - 1] in " \t":
            space -= 1
        if token.startswith("\n"):
            lines = pieces.whole_lines(shift(token[1:], column))
            line_end = self.line_end(end)
            at = min(line_end + (2 if self.text[line_end : line_end + 1] == "\r" else 1), len(self.text))
            return [Splice(space, end, ""), Splice(at, at, lines, 3 * depth + 3)]
        if not token:
            return [Splice(space, end, "")]
        if start == end:
            return [Splice(behind, behind, " " + shift_behind_first(token, column))]
        lines = shift_behind_first(token, column)
        line_end = self.line_end(end)
        if token[0] in "|>" and self.text[end:line_end].strip():  # a comment behind the value goes behind the header
            header, _, rest = lines.partition("\n")
            at = min(line_end + (2 if self.text[line_end : line_end + 1] == "\r" else 1), len(self.text))
            return [Splice(start, end, header.removesuffix("\r")), Splice(at, at, rest + self.newline, 3 * depth + 3)]
        return [Splice(start, end, lines)]

    def set_flow(self, entry: Entry, token: str) -> Splice:
        start, end = entry.value.start, entry.value.end
        if entry.key is not None and ":" not in self.text[entry.key.end : max(start, entry.key.end)]:
            raise NotEditable("a key without a value inside braces", place=self.document.place(entry.start))
        pad = " " if start == end and self.text[start - 1 : start] == ":" else ""
        indent = pieces.line_indent(self.document, entry.start)
        return Splice(start, end, pad + shift_behind_first(token, indent))

    def line_end(self, offset: int) -> int:
        at = self.text.find("\n", offset)
        at = len(self.text) if at < 0 else at
        return at - 1 if at > offset and self.text[at - 1] == "\r" else at

    # -- block collections ----------------------------------------------------------------------------------------

    def block(self, container: Container, holder: Entry | None, depth: int) -> list[Splice]:
        node = container.node
        trivia = layout(self.document, node)
        found = self.entries(node, depth, skip=set(container.moved))
        if not container.is_restructured:
            order: list[int | Arrival] = list(range(len(node.entries)))
        else:
            order = container.order
        if not order:
            return self.empty(container, holder, trivia)
        arrived: list[int | Arrival] = []
        before = -1
        for who in [*order, len(node.entries)]:
            if isinstance(who, Arrival) or who in container.moved:
                arrived.append(who)
                continue
            region = Region(self, container, trivia, before, who, arrived, depth)
            if region.is_touched:
                found.append(region.splice())
            before = who
            arrived = []
        return found

    def empty(self, container: Container, holder: Entry | None, trivia: Layout) -> list[Splice]:
        """All entries go: the collection becomes the token that the last removal leaves."""
        node = container.node
        token = container.leaves
        region = Region(self, container, trivia, -1, len(node.entries), [], 0)
        rest = region.lines()
        last = trivia.end[-1].last if trivia.end else trivia.entries[-1].last
        end = self.document.line_span(last)[1]
        if holder is None:
            start = self.document.line_span(region.first_line)[0]
            return [Splice(start, end, rest + token + self.newline)]
        if trivia.entries[0].compact:
            return [Splice(node.entries[0].start, end, token + self.newline + rest)]
        start = self.document.line_span(region.first_line)[0]
        behind = behind_indicator(self.document, holder)
        return [Splice(behind, behind, " " + token if token else ""), Splice(start, end, rest)]

    def fill(self, container: Container, holder: Entry | None) -> list[Splice]:
        """Entries come into an empty collection or an empty value."""
        node = container.node
        arrivals = [who for who in container.order if isinstance(who, Arrival)]
        is_pair = arrivals[0].entry.key is not None
        if not arrivals[0].op.text.endswith("\n"):
            inside = ", ".join(arrival.op.text for arrival in arrivals)
            token = "{" + inside + "}" if is_pair else "[" + inside + "]"
            if holder is None:
                return [Splice(node.start, node.end, token)]
            return self.set_value(holder, token, 0)
        if holder is None or holder.container.style == "flow":
            if holder is None:
                lines = "".join(shift(arrival.op.text, 0) for arrival in arrivals)
                return [Splice(node.start, node.end, lines.rstrip("\n"))]
            raise NotEditable(
                "block entries cannot stand inside a flow collection", place=self.document.place(node.start)
            )
        column = self.document.column_of(holder.start) + self.step("mapping" if is_pair else "sequence", holder)
        text = ""
        for number, arrival in enumerate(arrivals):
            if number:
                text += self.newline * arrival.op.blank
            text += self.arrival_lines(arrival, column)
        at = self.document.column_of(holder.start)
        return self.set_value(holder, "\n" + shift(text, -at).removesuffix("\n"), 0)

    def step(self, kind: str, holder: Entry) -> int:
        """How far a new collection is indented, as others of its kind in the text are."""
        if holder.key is None:
            return 2
        todo = [root.node for root in self.document.roots if root.node is not None]
        while todo:
            node = todo.pop(0)
            for entry in node.entries:
                value = entry.value
                if value.kind == kind and pieces.is_block(value) and entry.key is not None:
                    return self.document.column_of(value.entries[0].start) - self.document.column_of(entry.start)
                if value.entries:
                    todo.append(value)
        return 2

    def arrival_lines(self, arrival: Arrival, column: int) -> str:
        """An added entry's lines at a column."""
        text = pieces.whole_lines(arrival.op.text)
        return shift(text, column - arrival.document.column_of(arrival.entry.start))

    def moved_lines(self, entry: Entry, depth: int) -> str:
        """A moved entry's own lines, with the changes inside it made."""
        trivia = layout(self.document, entry.container).entries[entry.index]
        start = entry.start if trivia.compact else self.document.line_span(trivia.own_first)[0]
        end = self.document.line_span(trivia.last)[1]
        edits = self.entry(entry, depth) if id(entry) in self.targets.touched else []
        moved = [Splice(edit.start - start, edit.end - start, edit.put, edit.depth) for edit in edits]
        pad = " " * self.document.column_of(entry.start) if trivia.compact else ""
        return pieces.whole_lines(pad + splice(self.text[start:end], moved))


def renamed_source(node: Node, text: str, *, flow: bool) -> str:
    """Another text for a key or identity, of the same kind where the text can be: a number stays one."""
    kind = value_of(node)[0]
    if not node.style and kind != "str" and resolve(text, "", None)[0] == kind:
        return text
    return string_token(text, flow=flow, like=node.style)


def eol_source(comment: str) -> str:
    """An eol comment as it stands behind a value, with the white space that parts them."""
    if "\n" in comment or not comment.strip().startswith("#"):
        raise Mismatch("an eol comment is one line that starts with #")
    return comment if comment[:1] in " \t" else "  " + comment
