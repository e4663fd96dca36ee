"""The explanation of a code: what it means, why it is a rule, an example of each kind, and what mends it.

    group: Values
    codes:
      SP332:
        title: A value is none of those that are allowed
        means: >
          ...
        why: >
          ...
        bad:
          spine.yaml: |
            ...
        good:
          bindings/vm.yaml: |
            ...
        mend: spine propose --set FILE#ADDRESS=VALUE

An example is a tree of files (`good` has those that differ from `bad`; one without text is gone), a list of command
lines, or a text that only illustrates. Trees and commands are run by the tests: the bad one gives the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from spine.dataclass import dataclass
from spine.yamldoc.fields import BadField, Fields, fields_of, open_record
from spine.yamldoc.nodes import Document, Node

_CODE = re.compile(r"SP[0-9]{3}")
_PARTS = ("title", "means", "why", "bad", "good", "mend")


@dataclass(frozen=True, slots=True)
class TreeExample:
    """The files of a governed repository, by path."""

    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CommandExample:
    """Lines for a shell, one after the other."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextExample:
    """A text that shows what is meant; nobody can run it."""

    text: str


Example = TreeExample | CommandExample | TextExample


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is to be known of one code; `mend` is the command, or what to do where no command does it."""

    code: str
    group: str
    title: str
    means: str
    why: str
    bad: Example
    good: Example
    mend: str


def read_explanations(text: str, *, file: str = "") -> tuple[Explanation, ...]:
    """The explanations of one group, in the order of the file. Raises `BadField` with a place."""
    document = open_record(text, file=file, what="catalogue")
    assert document.root is not None
    whole = fields_of(document, document.root, "catalogue", required=("group", "codes"))
    return tuple(_explanations(document, whole))


def _explanations(document: Document, whole: Fields) -> Iterator[Explanation]:
    group = whole.line("group", limit=60)
    codes = whole.entries["codes"].value
    names = [entry.key.text for entry in codes.entries if entry.key is not None]
    for code, entry in fields_of(document, codes, "catalogue's codes", optional=names).entries.items():
        if not _CODE.fullmatch(code):
            assert entry.key is not None
            raise BadField(f"{code[:20]} is not a code like SP114", place=document.place(entry.key.start))
        fields = fields_of(document, entry.value, code, required=_PARTS)
        bad, good = (_example(document, fields, name) for name in ("bad", "good"))
        yield Explanation(
            code,
            group,
            fields.line("title", limit=90),
            fields.text("means").strip(),
            fields.text("why").strip(),
            bad,
            good,
            fields.text("mend").strip(),
        )


def _example(document: Document, fields: Fields, name: str) -> Example:
    node: Node = fields.entries[name].value
    if node.kind == "sequence":
        return CommandExample(fields.texts(name))
    if node.kind == "mapping":
        paths = [entry.key.text for entry in node.entries if entry.key is not None]
        files = fields.inside(name, "example", required=paths)
        return TreeExample(MappingProxyType({path: files.text(path) for path in paths}))
    return TextExample(fields.text(name).rstrip("\n"))
