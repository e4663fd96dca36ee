"""A review as HTML: a page that stands alone, or what a proposal does as a fragment of another page.

Everything is escaped, and made printable before that. The page loads nothing, runs nothing and links nowhere; its
policy allows only its own style sheet, by hash. A fragment's style is `change_style()`, its links are its page's.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spine.dataclass import dataclass
from spine.printable import printable
from spine.review.blocks import limited
from spine.review.proposal_view import ProposalView
from spine.review.range_view import RangeView
from spine.review.spans import Role, Span


@dataclass(frozen=True, slots=True)
class Most:
    """Where a fragment is cut: entries of a file, operations of an entry, and lines of a block."""

    entries: int
    lines: int


def review_page(view: RangeView) -> str:
    """The page of a range."""
    return _page("review.html", title=view.title, view=view)


def proposal_page(view: ProposalView) -> str:
    """The page of one proposal."""
    return _page("one.html", title=f"{view.id}: {view.title}", view=view)


def change_fragment(
    view: ProposalView, *, level: int, linked: Callable[[str], Markup], bound: Callable[[str], Markup], most: Most
) -> Markup:
    """What a proposal does, or would do, without its name and facts; files are headings of that level.

    `linked` makes links in a text, `bound` one of a file's path. All classes stand below `.spine-proposal`.
    """
    template = _environment().get_template("fragment.html")
    parts = {"most_entries": most.entries, "most_lines": most.lines, "whole": f"spine show {view.id}"}
    return Markup(template.render(view=view, level=level, linked=linked, bound=bound, **parts))


def style() -> str:
    """The style sheet of a page; it has no `<` in it."""
    return _sheet("review.css") + change_style()


def change_style() -> str:
    """The style sheet of a fragment."""
    return _sheet("change.css")


@cache
def _sheet(name: str) -> str:
    return files("spine.review").joinpath("templates", name).read_text(encoding="utf-8")


def _page(template: str, **parts: object) -> str:
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return _environment().get_template(template).render(style=Markup(style()), policy=Markup(policy), **parts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("spine.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        keep_trailing_newline=True,
    )
    environment.filters |= {"by_role": by_role, "short": lambda commit: commit[:7], "limited": limited}
    environment.globals |= {"linked": str, "bound": _code, "most_entries": None, "most_lines": None, "whole": ""}
    return environment


def _code(path: str) -> Markup:
    return Markup("<code>{}</code>").format(printable(path))


def by_role(spans: Iterable[Span]) -> list[tuple[Role, list[Span]]]:
    """The spans of a line in runs of one role."""
    return [(role, list(run)) for role, run in groupby(spans, key=lambda span: span.role)]


def _shown(value: object) -> object:
    """What a template prints: text made printable, unless it is markup, which whoever made it has done."""
    return value if isinstance(value, (Markup, int)) else printable(str(value), multiline=True)
