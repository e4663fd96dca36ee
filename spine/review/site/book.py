"""Where each thing of a ledger has its page, and how text that names it becomes a link.

A page is named by an id that spine could have made, else (a path, an id from somewhere else) by what is plain in it and
the beginning of a digest: no outside text becomes a file name, and no two names differ in case only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from posixpath import relpath
from urllib.parse import quote

from markupsafe import Markup, escape

from spine.address import Address
from spine.dataclass import dataclass
from spine.printable import printable

_OWN = re.compile(r"(?:CP-[0-9]{8}-[0-9]{6}__[a-z0-9-]{1,60}|(?:LOOP|GAP)-[A-Z0-9-]{1,80})")
_ID = re.compile(r"(?<![A-Za-z0-9_-])(?:CP|LOOP|GAP)-[A-Za-z0-9_-]*[A-Za-z0-9]")
_SLUG = 48


@dataclass(slots=True)
class Book:
    """All pages by what they are about. Kinds are `loop`, `gap`, `proposal` and `binding` (by path)."""

    pages: dict[tuple[str, str], str] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    _heads: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, id_: str, title: str = "") -> str:
        """Give a thing its page."""
        page = f"{kind}s/{page_name(id_)}.html"
        self.pages[kind, id_] = page
        self.titles[kind, id_] = title
        if kind == "proposal":
            self._heads.setdefault(id_.partition("__")[0], []).append(id_)
        return page

    def page(self, kind: str, id_: str) -> str | None:
        """The page of a thing, None if it has none."""
        return self.pages.get((kind, id_))

    def meant(self, text: str) -> tuple[str, str] | None:
        """The thing that an id in a text means; `CP-20260212-080601` the only proposal of that second."""
        kind = {"CP": "proposal", "LO": "loop", "GA": "gap"}.get(text[:2], "")
        if (kind, text) in self.pages:
            return kind, text
        heads = self._heads.get(text, ())
        return ("proposal", heads[0]) if len(heads) == 1 else None


@dataclass(frozen=True, slots=True)
class Here:
    """A page, from which all links are relative."""

    book: Book
    page: str

    def to(self, page: str, anchor: str = "") -> str:
        """The way to a page of the site."""
        path = "" if page == self.page and anchor else relpath(page, self.page.rpartition("/")[0] or ".")
        return f"{path}#{anchor}" if anchor else path

    def href(self, kind: str, id_: str) -> str | None:
        """The way to the page of a thing, None if it has none."""
        page = self.book.page(kind, id_)
        return self.to(page) if page is not None else None

    def link(self, kind: str, id_: str, text: str | None = None) -> Markup:
        """A link to a thing, its text where it has no page."""
        shown = printable(text if text is not None else id_)
        page = self.book.page(kind, id_)
        if page is None or page == self.page:
            return Markup("<span class=id>{}</span>").format(shown)
        return Markup('<a class=id href="{}">{}</a>').format(self.to(page), shown)

    def linked(self, text: str) -> Markup:
        """Plain text in which every id that has a page is a link."""
        return Markup("").join(self._pieces(text))

    def _pieces(self, text: str) -> Iterator[Markup]:
        at = 0
        for match in _ID.finditer(text):
            thing = self.book.meant(match.group())
            if thing is not None and self.book.page(*thing) != self.page:
                yield escape(printable(text[at : match.start()], multiline=True))
                href = self.href(*thing)
                yield Markup('<a href="{}">{}</a>').format(href, match.group())
                at = match.end()
        yield escape(printable(text[at:], multiline=True))


def named_in(book: Book, text: str) -> Iterator[tuple[str, str]]:
    """The things with a page that a text names, each as often as it does."""
    for match in _ID.finditer(text):
        thing = book.meant(match.group())
        if thing is not None:
            yield thing


def page_name(text: str) -> str:
    """A file name, without its ending, that is safe on every system."""
    if _OWN.fullmatch(text):
        return text
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[-_SLUG:].strip("-")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else digest


def anchor_of(address: Address) -> str:
    """The id of an element for an address: what has a meaning in URLs, HTML or to `printable` is percent-encoded, so
    that it can stand behind `#` as it is."""
    return "at:" + quote(str(address), safe="[]=.:,+@/!*()", errors="surrogatepass")


def first(items: Iterable[str]) -> str:
    """The first, or nothing."""
    return next(iter(items), "")
