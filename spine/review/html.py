"""A review as HTML: a page that stands alone, or the fragment of one proposal for a page of somebody else's.

Everything is escaped, and made printable before that. The page loads nothing, runs nothing and links nowhere; its
policy allows only its own style sheet, by hash. `style()` is that sheet, for whoever embeds a fragment.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spine.printable import printable
from spine.review.proposal_view import ProposalView
from spine.review.range_view import RangeView
from spine.review.spans import Role, Span


def review_page(view: RangeView) -> str:
    """The page of a range."""
    return _page("review.html", title=view.title, view=view)


def proposal_page(view: ProposalView) -> str:
    """The page of one proposal."""
    return _page("one.html", title=f"{view.id}: {view.title}", view=view)


def proposal_fragment(view: ProposalView, *, level: int = 2) -> Markup:
    """One proposal, its title as a heading of that level; its classes all stand below `.spine-proposal`."""
    return Markup(_environment().get_template("fragment.html").render(view=view, level=level))


@cache
def style() -> str:
    """The style sheet; it has no `<` in it."""
    return files("spine.review").joinpath("templates", "review.css").read_text(encoding="utf-8")


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
    environment.filters |= {"by_role": by_role, "short": lambda commit: commit[:7]}
    return environment


def by_role(spans: Iterable[Span]) -> list[tuple[Role, list[Span]]]:
    """The spans of a line in runs of one role."""
    return [(role, list(run)) for role, run in groupby(spans, key=lambda span: span.role)]


def _shown(value: object) -> object:
    """What a template prints: text made printable, unless it is markup, which whoever made it has done."""
    return value if isinstance(value, (Markup, int)) else printable(str(value), multiline=True)
