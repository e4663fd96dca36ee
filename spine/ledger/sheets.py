"""The YAML files of one tree as checks of values see them: found by pattern, each read and parsed once.

Two trees that are compared share what they parsed, as most of their files are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from spine.dataclass import dataclass
from spine.errors import Finding, Place, Refused
from spine.globs import Glob
from spine.ledger.sheet import Sheet, Spot
from spine.patterns import PlacePattern
from spine.records.loop import SUFFIX
from spine.records.settings import Settings
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document

if TYPE_CHECKING:
    from spine.ledger.bindings import Documents
    from spine.ledger.checks import Tracked

YAML = (".yaml", ".yml")
READABLE = (*YAML, ".json")
LINK = "120000"

Parsed = dict[tuple[str, bytes], Document | Finding]


@dataclass(eq=False)
class Sheets:
    """The files of one tree. `listed` are all its paths where they are known, else folders are listed when needed;
    `documents` are what others parsed of it already."""

    files: Tracked
    settings: Settings
    parsed: Parsed = field(default_factory=dict)
    listed: tuple[str, ...] | None = None
    documents: Documents | None = None
    _sheets: dict[str, Sheet | None] = field(default_factory=dict)
    _data: dict[str, bytes | None] = field(default_factory=dict)
    _below: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def data(self, path: str) -> bytes | None:
        """The bytes of a file; None for what is not there, or is a link."""
        if path not in self._data:
            item = self.files.blob(path)
            self._data[path] = self.files.read(path) if item is not None and item.mode != LINK else None
        return self._data[path]

    def document(self, path: str) -> Document | Finding:
        """A file, parsed; or the finding that says why it is not."""
        if self.documents is not None:
            return self.documents.get(path)
        data = self.data(path) or b""
        if (path, data) not in self.parsed:
            self.parsed[path, data] = _parse(path, data)
        return self.parsed[path, data]

    def sheet(self, path: str) -> Sheet | None:
        """A file to select from; None if it is not there or cannot be read."""
        if path not in self._sheets:
            document = self.document(path) if self.data(path) is not None else None
            identity = self.settings.rules_for(path).identity
            self._sheets[path] = Sheet(document, identity) if isinstance(document, Document) else None
        return self._sheets[path]

    def is_there(self, path: str) -> bool:
        """Whether a file or a folder stands at that path."""
        if self.listed is not None:
            return path in self._known or path in self._folders
        return self.files.blob(path) is not None or next(iter(self.files.paths(path)), None) is not None

    def below(self, folder: str) -> tuple[str, ...]:
        """The paths of all files below a folder."""
        if self.listed is not None:
            return tuple(path for path in self.listed if path.startswith(f"{folder}/") or not folder)
        if folder not in self._below:
            self._below[folder] = tuple(self.files.paths(folder))
        return self._below[folder]

    def governed(self) -> list[str]:
        """The governed YAML files."""
        return self._of("governed", lambda: self._matching(self.settings.governed_globs, YAML))

    def of(self, pattern: PlacePattern) -> list[str]:
        """The files that a pattern speaks of."""
        globs = pattern.files
        if globs is None:
            return self.governed()
        return self._of(str(globs), lambda: self._matching((globs,), READABLE))

    def speaks_of(self, pattern: PlacePattern, path: str) -> bool:
        """Whether a pattern would speak of this file, if it were there."""
        if pattern.files is None:
            return path.endswith(YAML) and self.settings.is_governed(path)
        return path.endswith(READABLE) and pattern.files.matches(path)

    def spots(self, pattern: PlacePattern, only: Iterable[str] | None = None) -> Iterator[Spot]:
        """All places that a pattern means, by file; with `only` those in these files."""
        paths = (
            self.of(pattern) if only is None else sorted(path for path in set(only) if self.speaks_of(pattern, path))
        )
        for path in paths:
            sheet = self.sheet(path)
            if sheet is not None:
                yield from sheet.select(pattern.address)

    def may_hold(self, path: str, texts: Iterable[str]) -> bool:
        """Whether one of these values may stand in a file; false only if none can, and without parsing it.

        A value stands there as it is, unless it is quoted with escapes or folded over lines.
        """
        data = self.data(path)
        if data is None:
            return False
        if b"\\" in data or b"!" in data:
            return True
        return any(set(text) & _FOLDED or not text.isprintable() or text.encode() in data for text in texts)

    @cached_property
    def loops(self) -> frozenset[str]:
        """The ids of the loops."""
        names = (path.rpartition("/")[2] for path in self.below(self.settings.folders.loops))
        return frozenset(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))

    @cached_property
    def gaps(self) -> frozenset[str]:
        """The ids of the gaps, in files and in a register."""
        names = (path.rpartition("/")[2] for path in self.below(self.settings.folders.gaps))
        found = {name.removesuffix(".yaml") for name in names if name.endswith(".yaml")}
        register = self.settings.gaps.register
        data = self.data(register) if register is not None else None
        if register is not None and data is not None:
            from spine.records.register import read_register

            with suppress(Refused):  # what is wrong with it is a finding of its own
                found |= {entry.id for entry in read_register(data.decode("utf-8", "replace"), file=register).entries}
        return frozenset(found)

    @cached_property
    def proposals(self) -> frozenset[str]:
        """The ids of the proposals."""
        parts = (path.split("/") for path in self.below(self.settings.folders.proposals))
        return frozenset(part for path in parts for part in path[:-1] if part.startswith("CP-"))

    def _of(self, key: str, find: Callable[[], list[str]]) -> list[str]:
        known = self._below.get(f"\0{key}")
        if known is None:
            known = self._below[f"\0{key}"] = tuple(find())
        return list(known)

    def _matching(self, globs: Iterable[Glob], ends: tuple[str, ...]) -> list[str]:
        found: set[str] = set()
        for glob in globs:
            folder = fixed_folder(glob)
            if folder == str(glob):
                found |= {folder} if folder.endswith(ends) and self.data(folder) is not None else set()
                continue
            found |= {path for path in self.below(folder) if path.endswith(ends) and glob.matches(path)}
        return sorted(found)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.listed or ())

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(above for path in self._known for above in folders_above(path))


_FOLDED = frozenset(" \t\r\n'")


def fixed_folder(glob: Glob) -> str:
    """The folder that all paths of a pattern lie in; the whole pattern if it means one file."""
    fixed = []
    for segment in glob.segments:
        if "*" in segment or "?" in segment:
            break
        fixed.append(segment)
    return "/".join(fixed)


def folders_above(path: str) -> list[str]:
    """The folders that a path lies in, from the outermost."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _parse(path: str, data: bytes) -> Document | Finding:
    try:
        return parse(data.decode("utf-8"), file=path)
    except UnicodeDecodeError as error:
        return Finding("SP110", Place(path), f"not UTF-8 text (byte {error.start + 1})")
    except Refused as error:
        return Finding(error.code, error.place or Place(path), error.message, error.hint)
