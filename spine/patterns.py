"""Address patterns of the settings: which places a declared identity, merge rule or reference speaks of.

For those who import this:

    parse_pattern(text: str) -> AddressPattern              raises BadPattern
    AddressPattern.matches(address: Address) -> bool
    parse_place_pattern(text: str) -> PlacePattern          "FILES#ADDRESS", raises BadPattern or BadGlob
    PlacePattern.matches(file: str, address: Address) -> bool

Rules. A pattern is spelled like an address. `*` is any key, `[]` any item of a list, `**` any number of steps of any
kind, none too; a written key or item is itself, whichever duplicate it is unless `#n` says so. Without `$n` it speaks
of every document of a file. `vms[].services` matches `vms[vmid=100].services`; `**.command` matches `command` at every
depth; `vms` matches `vms` and nothing below. Of `FILES#ADDRESS` the left side is a path pattern up to the first `#`, or
`*` for every governed file.
"""

from __future__ import annotations

from enum import Enum
from itertools import pairwise

from spine.address import Address, BadAddress, Key, Step, parse_selector
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.globs import BadGlob, Glob, fits_all, parse_glob
from spine.printable import printable

_LIMIT = 4096


class BadPattern(Refused):
    """The text is not an address pattern; the message shows the column."""

    code = "SP024"


class Any(Enum):
    """The wildcards, by their spelling."""

    KEY = "*"
    ITEM = "[]"
    STEPS = "**"


Part = Step | Any


@dataclass(frozen=True, slots=True)
class AddressPattern:
    """What stands for a set of addresses; `document` is None for every document. Law: `parse_pattern(str(p)) == p`."""

    parts: tuple[Part, ...] = ()
    document: int | None = None

    def __str__(self) -> str:
        out = "" if self.document is None else f"${self.document}"
        for part in self.parts:
            text = part.value if isinstance(part, Any) else str(part)
            out += text if not out or text.startswith("[") else f".{text}"
        return out or "$"

    def matches(self, address: Address) -> bool:
        """Whether the address is one of those that the pattern stands for."""
        if self.document is not None and self.document != address.document:
            return False
        return fits_all(self.parts, address.steps, Any.STEPS, _fits)


@dataclass(frozen=True, slots=True)
class PlacePattern:
    """An address pattern in some files; `files` is None for every governed file."""

    files: Glob | None
    address: AddressPattern

    def __str__(self) -> str:
        return f"{self.files or '*'}#{self.address}"

    def matches(self, file: str, address: Address) -> bool:
        """Whether the address, in this file, is one of those that the pattern stands for."""
        return (self.files is None or self.files.matches(file)) and self.address.matches(address)


def parse_pattern(text: str, *, place: Place | None = None) -> AddressPattern:
    """Read an address pattern. Raises `BadPattern` with the column of what is wrong."""
    if len(text.encode("utf-8", "surrogatepass")) > _LIMIT:
        raise BadPattern(f"an address pattern of more than {_LIMIT} bytes", place=place)
    return _Reader(text, place).pattern()


def generalised(address: Address) -> AddressPattern:
    """The pattern of all places like this one: every item of its lists, in every document of a file with one."""
    parts: list[Part] = [step if isinstance(step, Key) else Any.ITEM for step in address.steps]
    return AddressPattern(tuple(parts), address.document if address.document > 1 else None)


def place_pattern(path: str, address: Address) -> PlacePattern | None:
    """The pattern of all places like this one in one file; None for a file name that no path pattern can spell."""
    return place_pattern_of(path, generalised(address))


def place_pattern_of(path: str, address: AddressPattern) -> PlacePattern | None:
    """An address pattern in one file; None for a file name that no path pattern can spell."""
    if set(path) & set("#*?"):
        return None
    try:
        return PlacePattern(parse_glob(path), address)
    except BadGlob:
        return None


def parse_place_pattern(text: str, *, place: Place | None = None) -> PlacePattern:
    """Read `FILES#ADDRESS`."""
    files, mark, address = text.partition("#")
    if not mark:
        raise BadPattern(f"“{printable(text[:200])}” has no #: write FILES#ADDRESS, or *#ADDRESS", place=place)
    return PlacePattern(None if files == "*" else parse_glob(files, place=place), parse_pattern(address, place=place))


def _fits(part: Part, step: Step) -> bool:
    if part is Any.KEY:
        return isinstance(step, Key)
    if part is Any.ITEM:
        return not isinstance(step, Key)
    if isinstance(part, Key):
        return isinstance(step, Key) and part.name == step.name and part.dup in (0, step.dup)
    if part == step:
        return True
    # `[vmid=100]` also means the second of two such items, which its own address calls `[vmid=100]#2`.
    return bool(type(part) is type(step) and getattr(part, "dup", 1) == 0 and str(step).startswith(f"{part}#"))


class _Reader:
    def __init__(self, text: str, place: Place | None) -> None:
        self.text = text
        self.place = place
        self.at = 0

    def pattern(self) -> AddressPattern:
        document = self.document()
        parts: list[Part] = []
        while self.at < len(self.text):
            if self.text[self.at] == ".":
                if not (parts or document):
                    raise self.wrong("expected a key, found '.'")
                self.at += 1
                parts.append(self.key())
            elif self.text[self.at] == "[":
                parts.append(self.item())
            elif parts:
                raise self.wrong(f"expected '.' or '[', found {self.text[self.at]!r}")
            else:
                parts.append(self.key())
        if any(left is right is Any.STEPS for left, right in pairwise(parts)):
            raise self.wrong("** twice in a row says no more than once")
        return AddressPattern(tuple(parts), document)

    def document(self) -> int | None:
        if not self.text.startswith("$"):
            return None
        self.at = 1
        while self.text[self.at : self.at + 1] in set("0123456789") and self.at < 10:
            self.at += 1
        if self.at == 1:
            return None
        if int(self.text[1 : self.at]) == 0:
            raise self.wrong("documents are counted from 1")
        return int(self.text[1 : self.at])

    def key(self) -> Part:
        start = self.at
        chunk = self.chunk(".[")
        return Any(chunk) if chunk in ("*", "**") else self.step(chunk, start)

    def item(self) -> Part:
        start = self.at
        chunk = self.chunk("]") + self.text[self.at : self.at + 1]
        self.at += 1
        if self.text[self.at : self.at + 1] == "#":
            chunk += self.chunk(".[")
        return Any.ITEM if chunk == "[]" else self.step(chunk, start)

    def chunk(self, ends: str) -> str:
        """The text up to one of `ends` outside quotes."""
        start = self.at
        quoted = False
        while self.at < len(self.text) and (quoted or self.text[self.at] not in ends):
            if self.text[self.at] == '"':
                quoted = not quoted
            elif quoted and self.text[self.at] == "\\":
                self.at += 1
            self.at += 1
        self.at = min(self.at, len(self.text))
        return self.text[start : self.at]

    def step(self, chunk: str, start: int) -> Step:
        try:
            return parse_selector(chunk)
        except BadAddress as error:
            column = error.place.column if error.place and error.place.column else 1
            self.at = start + column - 1
            reason = error.message.removeprefix("not an address: ").partition(" at column ")[0]
            raise self.wrong(reason) from error

    def wrong(self, message: str) -> BadPattern:
        shown = self.text if len(self.text) <= 60 else self.text[:57] + "..."
        return BadPattern(
            f"not an address pattern: {message} at column {self.at + 1} of “{printable(shown)}”",
            place=self.place,
            hint="write it like vms[].services, *.updated or **.command",
        )
