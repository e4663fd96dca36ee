"""The templates of the site, filled: everything is escaped, and made printable before that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spine.printable import printable
from spine.review.html import change_style
from spine.review.site.book import Here

_ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M4 3h8M4 6.3h8M4 9.6h8M4 13h8' stroke='%23287a94' stroke-width='1.8' stroke-linecap='round'/%3E%3Cpath d='M8 1.5v13' stroke='%23287a94' stroke-width='1.8' stroke-linecap='round'/%3E%3C/svg%3E"  # noqa: E501
POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = "site.css"


def rendered(template: str, here: Here, site: Mapping[str, object], **parts: object) -> bytes:
    """A page. `site` is what every page shows."""
    text = _environment().get_template(template).render(here=here, site=site, **parts)
    return text.encode("utf-8")


def style() -> bytes:
    """The style sheet, with that of what proposals do."""
    own = files("spine.review.site").joinpath("templates", STYLE).read_bytes()
    return own + change_style().encode("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("spine.review.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals |= {"icon": Markup(_ICON), "policy": Markup(POLICY), "STYLE": STYLE}
    environment.filters |= {
        "day": lambda one: Markup('<time datetime="{0}">{0}</time>').format(day(one)),
        "moment": lambda one: Markup('<time datetime="{0:%Y-%m-%dT%H:%M:%SZ}">{0:%Y-%m-%d %H:%M} UTC</time>').format(
            one.astimezone(UTC)
        ),
        "iso": day,
        "short": lambda commit: commit[:7],
        "slug": lambda id_: id_.partition("__")[2] or id_,
        "person": lambda text: text.partition(" <")[0] or text,
        "count": count,
    }
    return environment


def _shown(value: object) -> object:
    """What a template prints: text made printable, unless it is markup, which whoever made it has done."""
    return value if isinstance(value, Markup) else printable(str(value), multiline=True)


def day(moment: datetime | date) -> str:
    """The date of a moment in UTC."""
    return (moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment).isoformat()


def count(number: int, one: str, many: str | None = None) -> str:
    """`3 gaps`, `1 gap`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}".replace(",", "\u202f")
