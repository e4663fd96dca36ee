"""The JSON Schemas of a tree: read from its files, each reference followed within the tree and nowhere else.

A schema is known by `file:///PATH`, the path counted from the root of the repository. A reference to its `$id` folder
means the folder of the file, so that schemas that are published somewhere refer to each other here too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from spine.dataclass import dataclass
from spine.errors import Finding, Place, Refused
from spine.ledger.bounded import FORMATS, MOST_STEPS, MOST_STEPS_AT_ALL, STEPS_A_VALUE, Bounds
from spine.ledger.schema_values import Exact, Members, Plain, TooMuch, Ways, number
from spine.ledger.sheet import Sheet
from spine.ledger.sheets import Sheets
from spine.paths import check_path
from spine.printable import printable
from spine.yamldoc.nodes import Document

BAD_SCHEMA = "SP336"
_ROOT = "file:///"
_REFERENCE = re.compile(rb"""["']?\$(?:ref|dynamicRef|recursiveRef)["']?\s*:\s*["']?([^"'#\s,}]+)""")
_SAFE = re.compile(rb"[^A-Za-z0-9._~/-]")
_CODED = re.compile(rb"%([0-9a-fA-F]{2})")


class NoSchema(Exception):
    """A schema cannot be used; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Loaded:
    """A schema of the tree: its content, and the draft's own validator class."""

    path: str
    content: Any
    draft: Any


class SchemaFiles:
    """The schemas of one tree, each read once."""

    def __init__(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self.bounds = Bounds()
        self._loaded: dict[str, Loaded | Finding] = {}
        self._folders: dict[str, str] = {}  # of `$id`s, to those of files
        self.registry = self._registry()
        self.flaw: Finding | None = None  # of what a reference led to

    def get(self, path: str, asked: Place | None = None) -> Loaded:
        """The schema in a file. Raises `NoSchema`, with the place of who asked if there is no file."""
        if path not in self._loaded:
            try:
                self._loaded[path] = self._load(path, asked)
            except NoSchema as error:
                self._loaded[path] = error.finding
        found = self._loaded[path]
        if isinstance(found, Finding):
            raise NoSchema(found)
        return found

    def validator(self, loaded: Loaded, values: int) -> Any:
        """What validates so many values with a schema, within bounds that are set anew."""
        from jsonschema import FormatChecker

        self.bounds.left = min(MOST_STEPS + STEPS_A_VALUE * values, MOST_STEPS_AT_ALL)
        made = self.bounds.validator(loaded.draft)
        return made({"$ref": uri_of(loaded.path)}, registry=self.registry, format_checker=FormatChecker(FORMATS))

    def _load(self, path: str, asked: Place | None) -> Loaded:
        from jsonschema import Draft202012Validator
        from jsonschema.validators import validator_for

        content, sheet = self._content(path, asked)
        said = content.get("$schema") if isinstance(content, dict) else None
        find: Any = validator_for  # its types say that there is always a default
        draft = find(content, default=None) if isinstance(said, str) else Draft202012Validator
        if draft is None:
            raise NoSchema(
                _flaw(sheet, path, ("$schema",), f"no draft of JSON Schema is called {printable(str(said)[:80])}")
            )
        self._note(path, content)
        self._check(path, content, draft, sheet)
        return Loaded(path, content, draft)

    def _content(self, path: str, asked: Place | None) -> tuple[Any, Sheet | None]:
        data = self.sheets.data(path)
        if data is None:
            raise NoSchema(Finding(BAD_SCHEMA, asked or Place(path), f"the schema {printable(path)} is not there"))
        document = self.sheets.document(path)
        if isinstance(document, Document):
            sheet = Sheet(document)
            try:
                root = document.root
                return (Members() if root is None else Plain(sheet).of(root)), sheet
            except TooMuch as error:
                raise NoSchema(Finding(BAD_SCHEMA, Place(path), f"the schema has {error}")) from error
        try:  # JSON that is no YAML: surrogates as escapes
            return json.loads(data, parse_int=number, parse_float=Exact, object_pairs_hook=Members), None
        except (ValueError, RecursionError, ArithmeticError, TooMuch) as error:
            place, message = document.place, f"the schema cannot be read: {document.message}"
            raise NoSchema(Finding(BAD_SCHEMA, place, message)) from error

    def _note(self, path: str, content: Any) -> None:
        """Remember what the content says of itself: its `$id`, and the patterns of names in it."""
        named = content.get("$id", content.get("id")) if isinstance(content, dict) else None
        if isinstance(named, str) and named.rpartition("/")[2].partition("#")[0] == path.rpartition("/")[2]:
            self._folders[named.rpartition("/")[0]] = path.rpartition("/")[0]
        todo = [content]
        while todo:
            one = todo.pop()
            if isinstance(one, dict):
                patterns = one.get("patternProperties")
                if isinstance(patterns, dict):
                    self.bounds.name_patterns.update(patterns)
                todo += one.values()
            elif isinstance(one, list):
                todo += one

    def _check(self, path: str, content: Any, draft: Any, sheet: Sheet | None) -> None:
        """Raise `NoSchema` unless the content is what the draft calls a schema."""
        checking = Bounds()
        meta = checking.validator(draft)(draft.META_SCHEMA, registry=self.registry)
        try:
            error = next(iter(meta.iter_errors(content)), None)
        except TooMuch as much:
            raise NoSchema(Finding(BAD_SCHEMA, Place(path), f"the schema is too much to check: {much}")) from much
        if error is not None:
            what = printable(error.message[:200])
            raise NoSchema(_flaw(sheet, path, tuple(error.absolute_path), f"no valid schema: {what}"))

    # -- references -------------------------------------------------------------------------------------------------

    def _registry(self) -> Any:
        from jsonschema_specifications import REGISTRY
        from referencing import Registry

        empty: Any = Registry
        return REGISTRY.combine(empty(retrieve=self._retrieve))

    def _retrieve(self, uri: str) -> Any:
        """A resource of the registry. Raises what `referencing` expects for one that is not in the tree."""
        from referencing import Resource, exceptions
        from referencing.jsonschema import specification_with

        missing: Any = exceptions.NoSuchResource
        path = self._path(uri)
        if path is None:
            raise missing(ref=uri)
        try:
            loaded = self.get(path)
        except NoSchema as error:
            if self.sheets.data(path) is not None:
                self.flaw = error.finding
            raise missing(ref=uri) from error
        default = specification_with(loaded.draft.META_SCHEMA["$schema"])
        return Resource.from_contents(loaded.content, default_specification=default)

    def _path(self, uri: str) -> str | None:
        """The path in the tree that a URI means; None for elsewhere."""
        folder, _, name = uri.partition("#")[0].rpartition("/")
        if folder in self._folders:
            above = self._folders[folder]
            text = f"{above}/{name}" if above else name
        elif uri.startswith(_ROOT):
            text = uri.partition("#")[0].removeprefix(_ROOT)
        else:
            return None
        try:
            path = _CODED.sub(lambda found: bytes([int(found[1], 16)]), text.encode()).decode("utf-8")
            check_path(path, allow=(path,))
        except (UnicodeError, Refused):
            return None
        return path


def uri_of(path: str) -> str:
    """The URI that a file of the tree is known by."""
    return _ROOT + _SAFE.sub(lambda found: b"%%%02X" % found[0][0], path.encode("utf-8", "replace")).decode()


def reached(sheets: Sheets, schemas: Iterable[str]) -> tuple[set[str], set[str]]:
    """The files that schemas may lead to, and the names of files of references to elsewhere; read from the text, and
    rather too many than too few."""
    paths, names = set(schemas), set()
    todo = list(paths)
    while todo:
        one = todo.pop()
        for reference in _REFERENCE.findall(sheets.data(one) or b""):
            text = reference.decode("utf-8", "replace")
            names.add(text.rpartition("/")[2])
            path = _joined(one, text)
            if path not in paths:
                paths.add(path)
                todo.append(path)
    return paths, names


def _joined(path: str, reference: str) -> str:
    parts = [] if reference.startswith("/") else path.split("/")[:-1]
    for part in reference.strip("/").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _flaw(sheet: Sheet | None, path: str, at: tuple[str | int, ...], message: str) -> Finding:
    place = Place(path)
    if sheet is not None and sheet.document.root is not None:
        place = Ways(sheet).to(sheet.document.root, at).place
    return Finding(BAD_SCHEMA, place, message)
