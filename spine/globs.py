"""Path patterns of the settings: which files are governed, read and matched without a file system.

Rules. `*` is any run of characters inside one segment, `?` one character, and `**`, as a whole segment, any number of
folders, none too: `bindings/**/*.yaml` holds `bindings/a.yaml`. At the end `**` stands for everything below, at least
one segment. Nothing else is special, a leading dot neither. Matching takes at most length × length steps.

Limitations: no classes (`[a-z]`), no braces, no negation; they are refused, so that they may get a meaning later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.printable import printable

_LIMIT = 1024
_RESERVED = frozenset("[]{}\\!")

P = TypeVar("P")
T = TypeVar("T")


class BadGlob(Refused):
    """The text is not a path pattern; the message says why."""

    code = "SP016"


@dataclass(frozen=True, slots=True)
class Glob:
    """A path pattern as text and as segments; law: `parse_glob(str(glob)) == glob`."""

    segments: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.segments)

    def matches(self, path: str) -> bool:
        """Whether the pattern holds the path, given with `/` and relative to the repository."""
        segments = self.segments
        if segments[-1] == "**":
            segments = (*segments, "*")
        return fits_all(segments, path.split("/"), "**", _segment_fits)


def parse_glob(text: str, *, place: Place | None = None) -> Glob:
    """Read a path pattern. Raises `BadGlob`."""
    if reason := _flaw(text):
        raise BadGlob(f"“{printable(text[:200])}” is not a path pattern: {reason}", place=place)
    return Glob(tuple(text.split("/")))


def fits_all(pattern: Sequence[P], items: Sequence[T], star: P, fits: Callable[[P, T], bool]) -> bool:
    """Whether the pattern stands for all the items, one each, `star` for any number of them.

    Going back to the last star only is enough: what an earlier one could take, the last one can take too.
    """
    at = item = 0
    last_star, resume = -1, 0
    while item < len(items):
        if at < len(pattern) and pattern[at] == star:
            last_star, resume = at, item
            at += 1
        elif at < len(pattern) and fits(pattern[at], items[item]):
            at, item = at + 1, item + 1
        elif last_star >= 0:
            resume += 1
            at, item = last_star + 1, resume
        else:
            return False
    return all(one == star for one in pattern[at:])


def _segment_fits(pattern: str, segment: str) -> bool:
    return fits_all(pattern, segment, "*", lambda want, char: want in ("?", char))


def _flaw(text: str) -> str | None:
    if not text:
        return "it is empty"
    if len(text) > _LIMIT:
        return f"it is longer than {_LIMIT} characters"
    if text.startswith("/"):
        return "it is absolute; paths are relative to the repository"
    if text.endswith("/"):
        return f"it ends with a slash; everything below is “{printable(text)}**”"
    if reserved := sorted(_RESERVED.intersection(text)):
        return f"“{reserved[0]}” has no meaning here; there are *, ? and **"
    for segment in text.split("/"):
        if segment in ("", ".", ".."):
            return f"it has the segment “{segment}”"
        if "**" in segment and segment != "**":
            return "** stands alone between slashes"
    return None
