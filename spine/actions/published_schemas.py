"""The JSON Schemas that spine ships: of the records in a repository, and of the documents that its verbs give."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Literal

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.ids import near
from spine.printable import printable

Kind = Literal["record", "document"]

_RECORD = "A file of the repository."


@dataclass(frozen=True, slots=True)
class PublishedSchema:
    """A schema by the name of what it describes (`plan/1`), as it is shipped."""

    name: str
    kind: Kind
    text: str

    @property
    def content(self) -> dict[str, Any]:
        """The schema as a value."""
        content: dict[str, Any] = json.loads(self.text)
        return content

    @property
    def about(self) -> str:
        """What it describes, in a sentence."""
        content = self.content
        first = content.get("description") or content.get("oneOf", [{}])[0].get("description") or _RECORD
        return str(first).partition("\n\n")[0].replace("\n", " ")


def published_schemas() -> tuple[PublishedSchema, ...]:
    """All of them, records first, by name."""
    folder = files("spine") / "schemas"
    records = [(f"{one.name.removesuffix('.json')}/1", one) for one in folder.iterdir() if one.name.endswith(".json")]
    documents = [
        ("/".join(one.name.removesuffix(".json").rsplit("-", 1)), one) for one in (folder / "documents").iterdir()
    ]
    return (
        *(PublishedSchema(name, "record", one.read_text("utf-8")) for name, one in sorted(records, key=_by_name)),
        *(PublishedSchema(name, "document", one.read_text("utf-8")) for name, one in sorted(documents, key=_by_name)),
    )


def _by_name(named: tuple[str, object]) -> str:
    return named[0]


def find_schema(name: str) -> PublishedSchema:
    """The schema of `NAME/1`, or of `NAME`. Raises `Refused` if there is none."""
    known = {one.name: one for one in published_schemas()}
    wanted = name if "/" in name else f"{name}/1"
    if wanted in known:
        return known[wanted]
    close = near(wanted, known)
    hint = f"did you mean {' or '.join(close)}?" if close else "spine schema list   names them all"
    raise Refused(f"no schema is called {printable(name[:80])}", place=Place("NAME"), hint=hint)
