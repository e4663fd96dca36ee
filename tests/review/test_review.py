"""A review as Markdown and HTML: nothing from outside becomes an element, a link or a mention, and totals are exact."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markupsafe import escape

from spine.actions.bringing import Counts
from spine.address import parse
from spine.change.operations import Add, SetValue
from spine.errors import Finding, Place
from spine.printable import printable
from spine.review.blocks import signed
from spine.review.conflict_view import ConflictView, SideView
from spine.review.file_view import ChangeView, FileView, entries_of
from spine.review.html import Most, change_fragment, proposal_page, style
from spine.review.markdown import LONGEST, MARKER, proposal_markdown, review_markdown
from spine.review.proposal_text import proposal_lines
from spine.review.proposal_view import Fact, PlanView, ProposalView
from spine.review.range_view import RangeView
from spine.review.style import PLAIN

NASTY = [
    "<script>alert(1)</script>",
    "</details>",
    "</code></pre>",
    "@team",
    "#123",
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "http://evil.example",
    "-->",
    "<!-- spine:review -->",
    "`",
    "```",
    "````",
    "~~~",
    "| a | b |",
    "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07",
    "\u202egnp.exe",
    "a\u200bb",
    "&lt;script&gt;",
    "&commat;team",
    "# head",
    "- item",
    "> quote",
    "\n\n<b>",
    "\r",
    "**bold**",
    "<img src=x onerror=alert(1)>",
    "\\",
    "\ttab",
    " ",
]
TEXT = st.lists(st.sampled_from(NASTY) | st.text(max_size=5), min_size=1, max_size=4).map("".join)
SAFE = {
    "details",
    "summary",
    "code",
    "pre",
    "p",
    "strong",
    "em",
    "ul",
    "li",
    "h2",
    "h3",
    "h4",
    "hr",
    "blockquote",
    "ol",
    "br",
}


def view(text: str, ops: int = 1) -> ProposalView:
    """A proposal that says the text wherever it can."""
    at = "vms[name=x].status"
    changes = [
        SetValue(parse(at), "old", text.replace("\n", " "), text),
        Add(parse("vms[name=y]"), f"- name: {text}\n"),
    ]
    changes += [SetValue(parse(f"vms[vmid={n}].cores"), "1", str(n)) for n in range(ops)]
    conflict = ConflictView(
        printable(text),
        tuple(
            SideView(side, printable(text), signed(" ", text), printable(text))
            for side in ("base", "target", "proposed")
        ),
        printable(text),
    )
    file = FileView(
        path=text,
        becomes="change",
        counts=Counts(1, 1 + ops, 0),
        state="conflict",
        why=text,
        moved_from=text,
        mode=text,
        change=ChangeView(entries_of(changes), residual=f"@@ -1 +1 @@\n-{text}\n+{text}\n", patch="", reason=text),
        conflicts=(conflict,),
        notes=(printable(text),),
        size=printable(text),
        text=text,
    )
    return ProposalView(
        id="CP-20260212-080601__x",
        title=text,
        status="pending",
        is_draft=False,
        why=text,
        withdrawn=text,
        facts=(Fact("author", (text,)), Fact("loop", (text,), "loop")),
        files=(file,),
        counts=file.counts,
        summary="Plan: 1 to add",
        plan=PlanView("conflicts", "0" * 40, (printable(text),), (("keep", "spine resolve"),)),
        warnings=(printable(text),),
        notes=(printable(text),),
        problem=text,
        about={text: text},
    )


class Elements(HTMLParser):
    """The elements of a page, their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.comments: list[str] = []
        self.depth: dict[str, int] = {}
        self.outside = ""
        self._in_code = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.depth[tag] = self.depth.get(tag, 0) + 1
        self._in_code += tag in ("code", "style")

    def handle_endtag(self, tag: str) -> None:
        self.depth[tag] = self.depth.get(tag, 0) - 1
        self._in_code -= tag in ("code", "style")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if not self._in_code:
            self.outside += data


@given(TEXT)
def test_nothing_becomes_anything_in_markdown(text: str) -> None:
    made = proposal_markdown(view(text))
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(made)
    seen = Elements(rendered)
    assert seen.names <= SAFE
    assert {name for _, name, _ in seen.attributes} <= {"open", "class"}
    assert seen.comments == [" spine:review "]
    assert not any(seen.depth[tag] for tag in ("details", "summary", "code", "pre"))
    for word in ("@team", "#123", "http://evil", "<script", "gnp.exe"):
        assert word not in seen.outside, "outside of code a forge would make something of it"
    assert made == printable(made, multiline=True)


@given(TEXT)
def test_nothing_becomes_anything_in_html(text: str) -> None:
    page = proposal_page(view(text))
    seen = Elements(page)
    assert not seen.names & {"script", "img", "iframe", "object", "a", "form", "base", "link"}
    assert not [name for _, name, _ in seen.attributes if name.startswith("on") or name in ("href", "src", "style")]
    assert page.count("</style>") == 1
    assert not any(ord(char) < 32 and char not in "\n\t" for char in page)
    assert "\u202e" not in page


@given(TEXT)
def test_a_terminal_gets_nothing_but_text(text: str) -> None:
    for line in proposal_lines(view(text), PLAIN):
        assert line == printable(line, multiline=True), line
        assert "\n" not in line


def test_five_thousand_operations_fit_with_exact_totals() -> None:
    made = proposal_markdown(view("x", 5000))
    assert len(made) <= LONGEST
    assert made.startswith(MARKER)
    assert " · +1 ~5001 −0" in made
    left = re.search(r"\*\*Left out of `[^`]*`:\*\* ([\d,]+) of ([\d,]+) parts in 1 file, in 1 file. All of it:", made)
    assert left is not None
    missing, total = (int(number.replace(",", "")) for number in left.groups())
    assert total == 5002 + 6  # entries, a reason, a conflict, a text, a size, formatting, a note
    assert total - missing == made.count("```diff\n") + made.count("```\nx\n```") - 2  # the proposal has reasons too
    assert made.count("<details") == made.count("</details>")


def test_texts_are_counted_too_and_no_file_is_opened_for_nothing() -> None:
    lines = "".join(f"+{'x' * 80} {n}\n" for n in range(28))
    files = tuple(
        FileView(f"docs/{n}.md", "change", Counts(0, 1, 0), ChangeView(patch=f"@@ -0,0 +1,28 @@\n{lines}"))
        for n in range(40)
    )
    made = proposal_markdown(replace(view("x"), files=files))
    opened = made.count("<details")
    assert 0 < opened < 40
    assert opened == made.count("```diff\n") == made.count("</details>")
    assert f"{40 - opened} of 40 parts in 40 files, in {40 - opened} files" in made
    assert len(made) <= LONGEST


def test_findings_that_do_not_fit_are_counted() -> None:
    many = tuple(Finding("SP107", Place(f"bindings/{n}.yaml", n), "m" * 300) for n in range(1, 61))
    made = review_markdown(
        RangeView(
            "1" * 40,
            "2" * 40,
            "2" * 40,
            (),
            Counts(),
            "Review: nothing",
            "Check: 180 findings",
            many,
            many,
            many,
            (),
            (),
        ),
        longest=20_000,
    )
    assert len(made) <= 20_000
    assert "… and 20 more" in made
    assert "**New findings in the files:** 60 left out, too long for a comment. All of it: `spine review 1" in made


def _large(entries: int, operations: int, lines: int) -> ProposalView:
    """A proposal of so many entries, the first with so many operations and then one of so many lines."""
    first = [SetValue(parse(f"vms[vmid=0].k{n}"), "1", str(n)) for n in range(operations - 1)]
    added = Add(parse("vms[vmid=0].text"), "".join(f"line{n}: 1\n" for n in range(lines)))
    rest = [SetValue(parse(f"vms[vmid={n}].cores"), "1", str(n)) for n in range(1, entries)]
    file = FileView("a.yaml", "change", Counts(), ChangeView(entries_of([added, *first, *rest])))
    return replace(view("x"), files=(file,), notes=())


def test_what_a_fragment_has_no_room_for_is_counted() -> None:
    most = Most(entries=400, lines=60)
    text = change_fragment(_large(1_001, 500, 70), level=3, linked=escape, bound=escape, most=most)
    assert "… and 601 more entries; all of them: <code>spine show CP-20260212-080601__x</code>" in text
    assert "… and 100 more operations; all of them: <code>spine show" in text
    assert "10 more lines" in text
    text = change_fragment(_large(400, 400, 60), level=3, linked=escape, bound=escape, most=most)
    assert "all of them" not in text
    assert "more lines" not in text


def test_nothing_is_loaded_or_run() -> None:
    page = proposal_page(view("x"))
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "url(" not in style()
    assert "@import" not in style()
