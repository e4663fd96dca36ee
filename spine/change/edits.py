"""From resolved operations to splices of the text: only the lines of what an operation names are ever rewritten."""

from __future__ import annotations

import itertools

from spine.address import Item, Key
from spine.change.operations import Comment, SpliceItems
from spine.change.targets import Arrival, Container, Inside, Mismatch, Targets, taken_blocks
from spine.identity import field_node
from spine.yamldoc import pieces
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.source import shift, shift_behind_first, string_token
from spine.yamldoc.splice import Splice, splice
from spine.yamldoc.trivia import Layout, NotEditable, behind_indicator, eol_anchor, eol_comment, layout, lines_text

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
                return [Splice(node.start, node.end, self.flow(container), depth)]
            return self.entries(node, depth, skip=set())
        if container is None:
            return self.entries(node, depth, skip=set())
        if container.splices:
            if container.is_restructured or container.end is not None:
                raise NotEditable("a list is both spliced and changed by entry", place=self.document.place(node.start))
            return self.items(container, depth)
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
                return [*self.outside(inside, depth), *self.set_value(entry, inside.value.new, depth)]
            found += self.outside(inside, depth)
        return found + self.node(entry.value, entry, depth + 1)

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
                    found.append(Splice(node.start, node.end, string_token(value, flow=in_flow, like=node.style)))
            return found
        key = entry.key
        if key is None or key.style in ("|", ">") or not isinstance(to, Key):
            raise NotEditable("this entry has no key to rename", place=self.document.place(entry.start))
        in_flow = entry.container.style == "flow"
        return [Splice(key.start, key.end, string_token(to.name, flow=in_flow, like=key.style))]

    def eol(self, entry: Entry, new: str | None) -> list[Splice]:
        known = eol_comment(self.document, entry)
        if new is not None and ("\n" in new or not new.strip().startswith("#")):
            raise Mismatch("an eol comment is one line that starts with #")
        put = "" if new is None else (new if new[:1] in " \t" else "  " + new)
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
        return Splice(at, at, put, 3 * depth + 1)

    # -- a new value ----------------------------------------------------------------------------------------------

    def set_value(self, entry: Entry, token: str, depth: int) -> list[Splice]:
        if entry.container.style == "flow":
            return [self.set_flow(entry, token)]
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
        return [Splice(start, end, shift_behind_first(token, column))]

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
            region = _Region(self, container, trivia, before, who, arrived, depth)
            if region.is_touched:
                found.append(region.splice())
            before = who
            arrived = []
        return found

    def empty(self, container: Container, holder: Entry | None, trivia: Layout) -> list[Splice]:
        """All entries go: the collection becomes the token that the last removal leaves."""
        node = container.node
        token = container.leaves
        region = _Region(self, container, trivia, -1, len(node.entries), [], 0)
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
        column = self.document.column_of(holder.start) + self.step(is_pair, holder)
        text = ""
        for number, arrival in enumerate(arrivals):
            if number:
                text += self.newline * arrival.op.blank
            text += self.arrival_lines(arrival, column)
        at = self.document.column_of(holder.start)
        return self.set_value(holder, "\n" + shift(text, -at).removesuffix("\n"), 0)

    def step(self, is_pair: bool, holder: Entry) -> int:
        """How far a new collection is indented, as its neighbours in the text are."""
        if is_pair or holder.key is None:
            return 2
        todo = [root.node for root in self.document.roots if root.node is not None]
        while todo:
            node = todo.pop(0)
            for entry in node.entries:
                value = entry.value
                if value.kind == "sequence" and pieces.is_block(value) and entry.key is not None:
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

    # -- lists without identity -----------------------------------------------------------------------------------

    def items(self, container: Container, depth: int) -> list[Splice]:
        """Splices of a block list: its items are dropped and put as whole lines."""
        node = container.node
        trivia = layout(self.document, node)
        found = []
        total = len(node.entries)
        dropped_all = 0
        for op in container.splices:
            begin, end, _ = self.item_range(container, op)
            dropped_all += end - begin
            put = self.item_lines(op.put, trivia.column)
            if begin == end:
                line = trivia.entries[begin].own_first if begin < total else trivia.entries[-1].last + 1
                if begin:
                    line = trivia.entries[begin - 1].last + 1
                start = stop = self.document.line_span(line)[0]
            else:
                start = self.document.line_span(trivia.entries[begin].own_first)[0]
                stop = self.document.line_span(trivia.entries[end - 1].last)[1]
            if begin == 0 and trivia.entries[0].compact:
                start = node.entries[0].start
                if begin == end:
                    put = put[trivia.column :] + " " * trivia.column
                    stop = start
                elif put:
                    put = put[trivia.column :]
                elif end < total:
                    stop = node.entries[end].start
            found.append(Splice(start, stop, put, 3 * depth))
        if dropped_all == total and not any(op.put for op in container.splices):
            raise NotEditable("a list without identity is emptied", place=self.document.place(node.start))
        return found

    def item_range(self, container: Container, op: SpliceItems) -> tuple[int, int, list[Entry]]:
        """The dropped items' range and the put items. Raises `Mismatch` if the list is not what the splice saw."""
        node = container.node
        begin = op.position - 1
        count = len(item_entries(op.drop, node)) if op.drop else 0
        end = begin + count
        if begin < 0 or end > len(node.entries):
            raise Mismatch(f"{container.at} has {len(node.entries)} items, the splice speaks of {end}")
        found = pieces.items_text(self.document, node.entries[begin:end])
        if found != op.drop and _bare(found) != _bare(op.drop):
            raise Mismatch(f"{container.at}: the items from {op.position} on are not what the splice saw")
        return begin, end, item_entries(op.put, node) if op.put else []

    def item_lines(self, text: str, column: int) -> str:
        if not text:
            return ""
        document = parse(text)
        if document.root is None or document.root.kind != "sequence" or document.root.style != "block":
            raise Mismatch("what a splice puts is not items of a block list")
        return shift(pieces.whole_lines(text), column - document.column_of(document.root.entries[0].start))

    # -- flow collections -----------------------------------------------------------------------------------------

    def flow(self, container: Container) -> str:
        """A flow collection's new source: its own separators between what stays, the usual one around what comes."""
        node = container.node
        entries = node.entries
        usual = ", "
        if len(entries) > 1:
            usual = self.text[entries[0].value.end : entries[1].start]
        if "#" in self.text[node.start : node.end] and "#" in usual:
            raise NotEditable("a comment between the items of a flow collection", place=self.document.place(node.start))
        indent = pieces.line_indent(self.document, entries[0].start)
        members: list[tuple[int, str]] = []  # base index or -1, source
        if container.splices:
            texts = {entry.index: self.flow_entry(entry) for entry in entries}
            at = 0
            for op in sorted(container.splices, key=lambda one: one.position):
                begin, end, _ = self.item_range(container, op)
                members += [(index, texts[index]) for index in range(at, begin)]
                if op.put:
                    members.append((-1, shift_behind_first(op.put, indent)))
                at = end
            members += [(index, texts[index]) for index in range(at, len(entries))]
        else:
            for who in container.order:
                if isinstance(who, Arrival):
                    if " #" in who.op.text:
                        raise NotEditable("a comment inside a flow collection", place=self.document.place(node.start))
                    members.append((-1, shift_behind_first(who.op.text, indent)))
                else:
                    members.append((who, self.flow_entry(entries[who])))
        if not members:
            return container.leaves
        out = self.text[node.start : entries[0].start] + members[0][1]
        for (left, _), (right, source) in itertools.pairwise(members):
            if left >= 0 and right == left + 1:
                out += self.text[entries[left].value.end : entries[right].start]
            else:
                out += usual
            out += source
        return out + self.text[entries[-1].value.end : node.end]

    def flow_entry(self, entry: Entry) -> str:
        start, end = entry.start, entry.value.end
        if id(entry) not in self.targets.touched:
            return self.text[start:end]
        edits = [Splice(e.start - start, e.end - start, e.put, e.depth) for e in self.entry(entry, 0)]
        return splice(self.text[start:end], edits)


class _Region:
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
        editor, trivia = self.editor, self.trivia
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
        del editor
        return Splice(start, self.entries[self.behind].start, "", depth)

    def lines(self) -> str:
        """The region's new lines."""
        blocks, header = self.blocks()
        newline = self.editor.newline
        elements: list[tuple[int, str]] = []
        first_entry: int | None = None
        top = self.before < 0
        natural = self.trivia.entries[0].blank if top else 0
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
            final = self.trivia.entries[self.behind].blank
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
        final = max(final, self.least_final())
        out = ""
        above = lines_text(self.document, self.first_line - 1, self.first_line - 1) if self.before >= 0 else ""
        for blank, text in elements:
            out += newline * (blank or self.parting(above, text)) + text
            above = text
        if self.at_end:
            return out
        if self.before < 0 and self.trivia.entries[0].compact and not elements:
            return ""
        if not final and elements:
            first = self.trivia.entries[self.behind].own_first
            final = self.parting(above, lines_text(self.document, first, first))
        return out + newline * final

    def parting(self, above: str, text: str) -> int:
        """One blank line where a comment would else join the comment or entry below it and change its owner."""
        last = above.rstrip("\r\n").rsplit("\n", 1)[-1]
        if not last.lstrip(" \t").startswith("#"):
            return 0
        indent = len(last) - len(last.lstrip(" \t"))
        return 1 if indent == self.trivia.column or text.lstrip(" \t").startswith("#") else 0

    def least_final(self) -> int:
        """A blank line has to part a new free-standing block from the entry below it."""
        comment = self.above_comment()
        return 1 if comment is not None and comment.new and not comment.old and not self.at_end else 0

    def arrival(self, who: int | Arrival) -> tuple[int, int, str]:
        """Blank lines, blocks to pass and lines of an entry that comes here."""
        if isinstance(who, Arrival):
            return who.op.blank, who.op.past, self.editor.arrival_lines(who, self.trivia.column)
        move = self.container.moved[who]
        return self.blank_of(who), move.past, self.editor.moved_lines(self.entries[who], self.depth)

    def blank_of(self, index: int) -> int:
        if index:
            return self.trivia.entries[index].blank
        if len(self.entries) > 1:
            following = self.trivia.entries[1]
            return following.above[0].blanks if following.above else following.blank
        return self.trivia.end[0].blanks if self.trivia.end else 0

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
        if _bare(found or "") != _bare(comment.old or ""):
            raise Mismatch(f"{comment.at}: the comment {comment.slot} it is not what the change saw")
        if not comment.new:
            return []
        blanks = runs[0].blanks if runs else (1 if at_end else max(1, self.trivia.entries[index].blank))
        if not runs and index == 0:
            blanks = 0
        return [(blanks, pieces.whole_lines(comment.new))]


def item_entries(text: str, node: Node) -> list[Entry]:
    """The items that a splice's text holds."""
    if node.style == "flow":
        text = "[" + text + "]"
    document = parse(text)
    if document.root is None or document.root.kind != "sequence":
        raise Mismatch("a splice's text is not items of a list")
    return document.root.entries


def _bare(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().split("\n"))
