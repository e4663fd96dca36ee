"""The text of `spine.yaml` with declarations added; every other byte stays."""

from __future__ import annotations

from collections.abc import Sequence

from spine.address import ROOT, Key
from spine.change.complete import complete
from spine.change.json_form import Draft
from spine.change.operations import Add
from spine.change.patch import patch_document
from spine.change.places import Places
from spine.identity import Identity, ListKind
from spine.patterns import PlacePattern
from spine.records.settings import kind_token
from spine.yamldoc.guard import parse
from spine.yamldoc.pieces import whole_lines
from spine.yamldoc.write import string


def with_lists(text: str, lists: Sequence[tuple[PlacePattern, ListKind]]) -> str:
    """The settings with these declarations behind the ones that they have, or in a section of their own."""
    document = parse(whole_lines(text), file="spine.yaml")
    section = ROOT / Key("lists")
    lines = [(str(pattern), f"{string(str(pattern), flow=True)}: {kind_token(kind)}\n") for pattern, kind in lists]
    if Places(document).entry(section) is None:
        drafts = [Draft(Add(section, "lists:\n" + "".join(f"  {line}" for _, line in lines)))]
    else:
        drafts = [Draft(Add(section / Key(name), line)) for name, line in lines]
    return patch_document(text, document, complete(drafts, document, Identity()))
