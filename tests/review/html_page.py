"""A page as a browser's parser would see it: elements, ids, links, text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import urlsplit


@dataclass
class Page(HTMLParser):
    """One page. `elements` are (tag, attributes) in their order."""

    path: str
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __init__(self, path: str, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.path, self.elements, self.words = path, [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.elements if "id" in attrs]

    def links(self) -> list[tuple[str, str]]:
        """Where links within the site lead: page and anchor, as a browser finds them."""
        found = []
        for attrs in (*self.named("a"), *self.named("link")):
            href = attrs.get("href")
            if href is None or href.startswith(("https://", "http://", "data:")):
                continue
            parts = urlsplit(href)
            assert (parts.scheme, parts.netloc, parts.path[:1] == "/") == ("", "", False), href
            page = normpath(join(dirname(self.path), parts.path)) if parts.path else self.path
            found.append((page, parts.fragment))
        return found
