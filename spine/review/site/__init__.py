"""The ledger as a site: static pages that read well without a script, on a screen, on paper and to a screen reader."""

from __future__ import annotations

from collections.abc import Iterator

from spine.actions.report import Site
from spine.review.site.book import Book, Here
from spine.review.site.desk import Desk
from spine.review.site.frame import STYLE, style
from spine.review.site.pages import Pages

__all__ = ["site_files"]


def site_files(site: Site, *, title: str) -> dict[str, bytes]:
    """All files of the site by their paths: a function of the ledger and the title."""
    book = Book()
    for checked in site.loops:
        book.add("loop", checked.loop.id, checked.loop.title)
    for gap in site.gaps.by_id().values():
        book.add("gap", gap.id, gap.title)
    for id_, stored in site.ledger.proposals.items():
        book.add("proposal", id_, stored.proposal.title if stored.proposal is not None else "")
    for imported in site.imported:
        if book.page("proposal", imported.id) is None:
            book.add("proposal", imported.id, imported.title)
    for binding in site.bindings:
        book.add("binding", binding.path)
    return {STYLE: style(), **dict(_pages(Desk(site, book), title))}


def _pages(desk: Desk, title: str) -> Iterator[tuple[str, bytes]]:
    pages = Pages(desk, title)
    yield "index.html", pages.overview(Here(desk.book, "index.html"))
    yield "timeline.html", pages.timeline(Here(desk.book, "timeline.html"))
    for kind in ("loop", "gap", "proposal", "binding"):
        index = Here(desk.book, f"{kind}s/index.html")
        yield index.page, pages.index(kind, index)
    for (kind, id_), page in desk.book.pages.items():
        yield page, pages.about(kind, id_, Here(desk.book, page))
