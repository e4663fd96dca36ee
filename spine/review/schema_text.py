"""The schemas that spine ships, as a list for people and as documents for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spine.actions.published_schemas import PublishedSchema
from spine.errors import Exit
from spine.review.json_parts import Json, document
from spine.review.list_text import columns
from spine.review.style import Style


def schema_list_lines(listed: Sequence[PublishedSchema], style: Style) -> Iterator[str]:
    """A line a schema."""
    yield from columns([(one.kind, one.name, one.about) for one in listed], style)


def schema_list_document(listed: Sequence[PublishedSchema]) -> Json:
    """The same for programs."""
    return document(
        "schema-list",
        Exit.DONE,
        schemas=[{"name": one.name, "kind": one.kind, "about": one.about} for one in listed],
    )


def schema_document(one: PublishedSchema) -> Json:
    """A schema within a document; without `--json` it stands alone."""
    return document("schema-show", Exit.DONE, name=one.name, kind=one.kind, schema=one.content)
