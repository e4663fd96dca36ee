"""Who owns which comment (DESIGN §4): each comment line of a text is somebody's, exactly once.

The texts below have their owner's name in the comment, as `slot path`; the names of a path are keys, values or numbers.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter

import pytest
from bindings_strategy import pairs
from hypothesis import given, settings

from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document, Entry, Node
from spine.yamldoc.pieces import is_block
from spine.yamldoc.trivia import comments_of, eol_comment, is_trivia, layout, lines_text, prolog


def name(entry: Entry) -> str:
    if entry.key is not None:
        return entry.key.text
    return entry.value.text if entry.value.kind == "scalar" else str(entry.index + 1)


def owners(document: Document) -> list[tuple[int, str]]:
    """Each comment's line and its owner."""
    found: list[tuple[int, str]] = []

    def own(lines: tuple[int, int] | None, owner: str) -> None:
        if lines is not None:
            numbers = range(lines[0], lines[1] + 1)
            found.extend((number, owner) for number in numbers if lines_text(document, number, number).strip())

    def look(node: Node, path: str) -> None:
        if not is_block(node):
            return
        trivia = layout(document, node)
        for entry, mine in zip(node.entries, trivia.entries, strict=True):
            here = f"{path}.{name(entry)}".removeprefix(".")
            for run in mine.above:
                own((run.first, run.last), f"above {here}")
            own(mine.lead, f"lead {here}")
            span = eol_comment(document, entry)
            if span is not None:
                found.append((document.line_of(span[1]), f"eol {here}"))
            look(entry.value, here)
            own(mine.foot, f"foot {here}")
        for run in trivia.end:
            own((run.first, run.last), f"end {path or '$'}")

    for root in document.roots:
        if root.node is not None:
            look(root.node, "")
    return found


@pytest.mark.parametrize(
    "text",
    [
        # above the file's first entry a comment is always free-standing
        """
        # above a
        a: 1
        # lead b
        # lead b
        b: 2
        """,
        """
        # above a

        # above a
        a: 1  # eol a

        # above b

        # lead b
        b: 2  # eol b
        # foot b

        # end $
        """,
        # the lead is the outermost entry's that starts there
        """
        a:  # eol a
          # lead a.b
          b: 1  # eol a.b
          # lead a.c
          c:
            # lead a.c.x
            - x  # eol a.c.x
            # lead a.c.y
            - y
        # lead z
        z: 1
        """,
        """
        # above 1
        - # eol 1
          a: 1
        # lead 2
        - b: 1
          # lead 2.c
          c: 2
          # foot 2.c
        # lead 3
        - d: 1
        """,
        # a foot is the deepest ended entry's at a column not beyond it; a block may go outwards line by line
        """
        a:
          b:
            c: 1
            # foot a.b.c
          # foot a.b
        # lead z
        z: 1
        """,
        """
        a:
          b:
            c: 1
              # foot a.b.c
           # foot a.b
          # foot a.b
         # foot a
        z: 1
        """,
        # once outwards, never in again: what is deeper again belongs to whom the line above does
        """
        a:
          b: 1
         # foot a
            # foot a
        z: 1
        """,
        # below a blank line a block is free-standing: in the deepest container that its column allows
        """
        a:
          b:
            c: 1

            # end a.b

          # end a

        # above z

        z: 1

        # end $
        """,
        """
        a:
          - x

          # end a
          - y
        z: 1
        """.replace("# end a\n", "# lead a.y\n"),
        """
        a:
          - x

          # above a.y

          - y

        # above a.w

          - w
        """,
        # a list at its key's column: what stands there after a blank line is its mapping's
        """
        a:
        - x
        # foot a.x

        # above z

        z: 1
        """,
        # a comment that touches both sides at the lower one's column is the lower one's
        """
        a:
          b: 1
        # lead z
        z: 1
        """,
        # two documents
        """
        a: 1
        # foot a
        ---
        # lead b
        b: 1
        ...
        """,
        # explicit keys, flow collections, block scalars
        """
        ? a
        : 1
        # lead b
        ? b
        # lead m
        m: [x,
          y]  # eol m
        # lead t
        t: |
          # text
        # lead z
        z: "
          # text"
        """,
    ],
)
def test_owners(text: str) -> None:
    document = parse(textwrap.dedent(text).removeprefix("\n"))
    told = {}
    for number, line in enumerate(document.text.split("\n")):
        comment = re.search(r"# (\w+ \S+)$", line)
        if comment is not None:
            told[number] = comment.group(1)
    assert dict(sorted(owners(document))) == told


@settings(max_examples=20)
@given(pairs())
def test_every_comment_has_one_owner(pair: tuple[str, str]) -> None:
    for text in pair:
        document = parse(text)
        found = Counter(owners(document))
        assert set(found.values()) <= {1}
        lines = [number for number, _ in found]
        assert len(set(lines)) == len(lines)
        if "{" not in text and "[" not in text and not re.search(r"[|>][-+\d]* +#", text):
            assert len(lines) == len(comments_of(document))


def test_layout() -> None:
    document = parse("# h\n\n\n# i\n\na: 1\n\n# j\n\n\nb:\n  c: 2\n  # f\n\n\n# e\n")
    assert document.root is not None
    found = layout(document, document.root)
    first, second = found.entries
    assert (found.column, first.blank, first.first, first.last, first.compact) == (0, 1, 5, 5, False)
    assert [(run.blanks, run.first, run.last) for run in first.above] == [(0, 0, 0), (2, 3, 3)]
    assert [(run.blanks, run.first, run.last) for run in second.above] == [(1, 7, 7)]
    assert (second.blank, second.own_first, second.first, second.content_last, second.last) == (2, 10, 10, 11, 12)
    assert [(run.blanks, run.first, run.last) for run in found.end] == [(2, 15, 15)]
    assert layout(document, document.root) is found
    inner = layout(document, document.root.entries[1].value)
    assert (inner.column, inner.entries[0].foot, inner.end) == (2, (12, 12), [])


def test_compact_entries_have_nothing_above() -> None:
    document = parse("- # c\n  # d\n  a: 1\n- b: 1\n  c: 2\n- - x\n")
    assert document.root is not None
    first, second, third = (layout(document, entry.value) for entry in document.root.entries)
    assert not first.entries[0].compact
    assert [trivia.compact for trivia in second.entries] == [True, False]
    assert third.entries[0].compact


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("a: 1  # c\n", "  # c"),
        ("a: 1\t# c\r\n", "\t# c"),
        ("a: 1  # c", "  # c"),
        ("a:  # c\n", "  # c"),
        ("a: # c\n  b: 1\n", " # c"),
        ("a:  # c\n  - x\n", "  # c"),
        ("a: [1] # c\n", " # c"),
        ("a: 'x' # c # d\n", " # c # d"),
        ("a: x#y\n", None),
        ('a: "x # y"\n', None),
        ("a: 1\n# c\n", None),
        ("a: |  # c\n  x\n", None),
        ("a: 1 #\n", " #"),
    ],
)
def test_eol_comments(text: str, comment: str | None) -> None:
    document = parse(text)
    assert document.root is not None
    span = eol_comment(document, document.root.entries[0])
    assert (None if span is None else text[span[0] : span[2]]) == comment


def test_eol_comments_of_compact_entries() -> None:
    document = parse("- a: 1  # c\n- # d\n  a: 1  # e\n")
    assert document.root is not None
    first, second = document.root.entries
    assert eol_comment(document, first) is None
    assert eol_comment(document, first.value.entries[0]) == (6, 8, 11)
    assert eol_comment(document, second) == (13, 14, 17)
    assert eol_comment(document, second.value.entries[0]) == (24, 26, 29)


@pytest.mark.parametrize(
    ("text", "number", "found"),
    [
        ("# h\n\n---\na: 1\n", 1, "# h\n\n"),
        ("---\na: 1\n", 1, ""),
        ("a: 1\n", 1, None),
        ("a: 1\n...\n# m\n---\nb: 1\n", 2, "# m\n"),
        ("a: 1\n# m\n---\nb: 1\n", 2, ""),
    ],
)
def test_what_stands_above_a_document(text: str, number: int, found: str | None) -> None:
    document = parse(text)
    span = prolog(document, number)
    assert (None if span is None else text[slice(*span)]) == found


def test_comments_of() -> None:
    document = parse("# a\nb: 'c # d'  # e\nf: |\n  # h\n\"# i\": # j\n# k\nl: m#n\n")
    assert comments_of(document) == ["# a", "# e", "# j", "# k"]


@pytest.mark.parametrize(
    ("line", "yes"), [("", True), ("  \t", True), ("# c", True), ("  # c\n", True), ("a", False), ("- # c", False)]
)
def test_is_trivia(line: str, yes: bool) -> None:
    assert is_trivia(line) is yes
