"""What records share: how each file begins, and small values such as object ids, people and references."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from spine.errors import Refused
from spine.ids import GapId, LoopId, ProposalId, is_foreign
from spine.paths import check_path
from spine.printable import printable
from spine.yamldoc.fields import BadField, Fields, fields_of, open_record
from spine.yamldoc.scalars import value_of
from spine.yamldoc.write import string

_HEX = frozenset("0123456789abcdef")
_PERSON = re.compile(r"[^<>\s](?:[^<>\n]*[^<>\s])? <[^<>\s]*>")
_RUN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def record(
    text: str, *, file: str, kind: str, required: Iterable[str], optional: Iterable[str] = (), error: type[Refused]
) -> Fields:
    """The fields of a record, its first line `spine: KIND/1` checked before anything else."""
    document = open_record(text, file=file, what=kind, error=error)
    root = document.root
    assert root is not None
    heads = [entry.value for entry in root.entries if entry.key is not None and entry.key.text == "spine"]
    if heads and (heads[0].kind != "scalar" or value_of(heads[0]) != ("str", f"{kind}/1")):
        found = printable(document.source(heads[0])[:60])
        newer = found.startswith(f"{kind}/")
        hint = "a newer spine wrote this; update yours" if newer else f"write spine: {kind}/1"
        raise error(f"this is “{found}”, not {kind}/1", place=document.place(heads[0].start), hint=hint)
    return fields_of(document, root, kind, required=("spine", *required), optional=optional, error=error)


def object_id(text: str) -> str:
    """A full git object id, SHA-1 or SHA-256."""
    if len(text) not in (40, 64) or not _HEX.issuperset(text):
        raise BadField(f"“{_shown(text)}” is not a full object id: 40 or 64 hexadecimal digits")
    return text


def sha256(text: str) -> str:
    """A SHA-256 as 64 hexadecimal digits."""
    if len(text) != 64 or not _HEX.issuperset(text):
        raise BadField(f"“{_shown(text)}” is not a SHA-256: 64 hexadecimal digits")
    return text


def digest_text(text: str) -> str:
    """`sha256:` and 64 hexadecimal digits."""
    prefix, _, digits = text.partition(":")
    if prefix != "sha256" or len(digits) != 64 or not _HEX.issuperset(digits):
        raise BadField(f"“{_shown(text)}” is not a digest: sha256: and 64 hexadecimal digits")
    return text


def person(text: str) -> str:
    """`Name <mail>`."""
    if len(text) > 400 or not _PERSON.fullmatch(text) or printable(text) != text:
        raise BadField(f"“{_shown(text)}” is not a person, like Ada Author <ada@example.org>")
    return text


def run_id(text: str) -> str:
    """What tells one run of `apply` from another."""
    if not _RUN.fullmatch(text):
        raise BadField(f"“{_shown(text)}” is not a run id: up to 64 letters, digits, - and _")
    return text


def proposal_reference(text: str) -> str:
    """The id of a proposal; one that another tool made is a reference too."""
    return _reference(text, "CP-", ProposalId)


def loop_reference(text: str) -> str:
    return _reference(text, "LOOP-", LoopId)


def gap_reference(text: str) -> str:
    return _reference(text, "GAP-", GapId)


def safe_path(text: str) -> str:
    """A path that means the same file on every system; whether policy lets a change touch it is not asked here."""
    check_path(text, allow=(text,))
    return text


def nullable(fields: Fields, key: str, parse: Callable[[str], str]) -> str | None:
    """A required field that may be null."""
    return fields.read(key, parse) if key in fields else None


def flow_list(items: Iterable[str]) -> str:
    """Strings as a list on one line."""
    return "[" + ", ".join(string(item, flow=True) for item in items) + "]"


def _reference(text: str, prefix: str, kind: type[ProposalId | LoopId | GapId]) -> str:
    return text if text.startswith(prefix) and is_foreign(text) else kind(text)


def _shown(text: str) -> str:
    return printable(text if len(text) <= 60 else text[:57] + "...")
