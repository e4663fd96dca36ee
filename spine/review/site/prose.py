"""A loop's Markdown as HTML: no raw HTML, nothing loaded, headings below the page's, boxes as marks, ids as links.

A link that leads out is shown with where it leads; a relative one was meant for the repository and is only shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from spine.dataclass import dataclass
from spine.printable import printable
from spine.records.loop_front import blank_front
from spine.records.loop_outline import MARKS, Mark
from spine.review.site.book import Here

_BOX = re.compile(r"\[([ xX~])\](?=\s|$)")
_OUTSIDE = re.compile(r"https?://[^\s]+")
_DEEPEST = 6
MARK_WORDS: dict[Mark, str] = {"met": "met", "partly": "partly met", "open": "open"}


def prose(text: str, here: Here, *, below: int = 2) -> Markup:
    """Markdown as HTML; its top headings come `below` that level."""
    clean = printable(blank_front(text).replace("\r\n", "\n"), multiline=True)
    parser = _parser()
    tokens = parser.parse(clean)
    _settle(tokens, below)
    return Markup(parser.renderer.render(tokens, parser.options, {"here": here}))


def inline(text: str, here: Here) -> Markup:
    """One line of Markdown: code, emphasis and links, and ids as links."""
    parser = _parser()
    tokens = parser.parseInline(printable(" ".join(text.split())))
    return Markup(parser.renderer.render(tokens, parser.options, {"here": here}))


def mark(state: Mark | None) -> Markup:
    """A box as a mark that is read out."""
    if state is None:
        return Markup("")
    return Markup('<span class="mark {0}" role=img aria-label="{1}"></span>').format(state, MARK_WORDS[state])


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False}, renderer_cls=_Html)
    return parser.disable(["image"])


def _settle(tokens: Sequence[Token], below: int) -> None:
    """Levels of headings, boxes of items."""
    levels = [int(token.tag[1:]) for token in tokens if token.type == "heading_open"]
    shift = below + 1 - min(levels, default=1)
    for at, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(_DEEPEST, int(token.tag[1:]) + shift)}"
        if token.type == "inline" and at > 1 and tokens[at - 2].type == "list_item_open" and token.children:
            box = _BOX.match(token.children[0].content) if token.children[0].type == "text" else None
            if box is not None:
                token.children[0].content = token.children[0].content[box.end() :]
                token.children.insert(0, Token("box", "", 0, content=MARKS[box.group(1)]))


@dataclass(slots=True)
class _Link:
    """A link that is being written (they never hold each other), and its text so far."""

    href: str
    text: str = ""

    @property
    def leads_out(self) -> bool:
        return _OUTSIDE.fullmatch(self.href) is not None


class _Html(RendererHTML):
    """How the few tokens that are not plain look. Methods are named by the tokens' types, as markdown-it wants it."""

    def box(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        state: Any = tokens[idx].content
        return str(mark(state))

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        here: Here = env["here"]
        link: _Link | None = env.get("link")
        if link is None:
            return str(here.linked(tokens[idx].content))
        link.text += tokens[idx].content
        return str(escape(tokens[idx].content))

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        link = env["link"] = _Link(str(tokens[idx].attrGet("href") or ""))
        if link.leads_out:
            return str(Markup('<a class=out rel="noreferrer noopener" href="{}">').format(link.href))
        return "<span class=path>"

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        link: _Link = env.pop("link")
        told = Markup("") if link.text in link.href else Markup(" <span class=url>({})</span>").format(link.href)
        return str(told + Markup("</a>" if link.leads_out else "</span>"))

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return str(Markup("<pre><code>{}</code></pre>\n").format(tokens[idx].content))

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class=scroll role=region aria-label="Table" tabindex=0><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<th scope=col{_side(tokens[idx])}>"

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<td{_side(tokens[idx])}>"


def _side(token: Token) -> str:
    """Alignment as a class, as the policy of the pages allows no style on an element."""
    return " class=right" if "right" in str(token.attrGet("style") or "") else ""
