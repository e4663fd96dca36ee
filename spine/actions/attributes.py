"""Governed files in the words of gitattributes(5): patterns translated exactly, and the block of lines they stand in.

Rules. A translated pattern begins with a slash, so that it means the same from the top of the repository; the two
languages agree on `*` and on `**` between slashes, not on `?` (one byte to git, one character to spine). Only YAML gets
the attributes: of a pattern that holds other files too, its YAML. Our lines stand between two comments; all others are
never touched, and taking the block out again leaves the bytes that were there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spine.actions.drivers import YAML
from spine.errors import Place, Refused
from spine.globs import Glob

_LONGEST = 2000  # git leaves out lines of more than 2,048 bytes
_BEGIN = b"# spine drivers: begin"
_END = b"# spine drivers: end"
_JOINED = b" (the line above had no end)"
_ESCAPES = {'"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x0b": "\\v", "\x0c": "\\f", "\x07": "\\a", "\b": "\\b"}


class Untranslated(Refused):
    """A pattern of the settings that git's attributes cannot say exactly."""

    code = "SP094"


class BrokenBlock(Refused):
    """Somebody changed the comments around our lines, so that it cannot be told which are ours."""

    code = "SP095"


def patterns_of(glob: Glob) -> tuple[str, ...]:
    """git's patterns for the YAML files that a path pattern holds; none where it holds no YAML.

    Raises `Untranslated`, with the reason.
    """
    *folders, last = glob.segments
    if "?" in str(glob):
        raise Untranslated(f"“{glob}” has a ?, which is one byte to git and one character to spine: name the files")
    names = [f"**/*{suffix}" if last == "**" else _ending_in(last, suffix) for suffix in YAML]
    found = tuple(_quoted("/" + "/".join([*folders, name])) for name in names if name is not None)
    if any(len(one.encode("utf-8")) > _LONGEST for one in found):
        raise Untranslated(f"“{str(glob)[:40]}…” is too long for a line of attributes")
    return found


def _ending_in(name: str, suffix: str) -> str | None:
    """The pattern for what `name` holds and ends with the suffix; None if there is no such name."""
    head, star, tail = name.rpartition("*")
    if tail.endswith(suffix):
        return name
    if not star or not suffix.endswith(tail):
        return None
    _, earlier, before = head.rpartition("*")
    if any(before.endswith(suffix[:n]) for n in range(1, len(suffix) + 1)) or (earlier and before in suffix):
        raise Untranslated(f"“{name}” can hold a part of {suffix} twice over, which git has no one pattern for")
    return f"{head}*{suffix}"


def _quoted(pattern: str) -> str:
    """As it stands, or as a C string where git would end the pattern early."""
    if not any(char <= " " or char in '"\x7f' for char in pattern):
        return pattern
    return '"' + "".join(_ESCAPES.get(char) or _escaped(char) for char in pattern) + '"'


def _escaped(char: str) -> str:
    return f"\\{ord(char):03o}" if char < " " or char == "\x7f" else char


def lines_of(globs: Iterable[Glob]) -> Iterator[str]:
    """One line of attributes a pattern, each once. Raises `Untranslated`."""
    seen: set[str] = set()
    for glob in globs:
        for pattern in patterns_of(glob):
            if pattern not in seen:
                seen.add(pattern)
                yield f"{pattern} diff=spine merge=spine"


# ---- the block ----------------------------------------------------------------------------------------------------


def with_block(data: bytes, lines: Iterable[str], *, file: str) -> bytes:
    """The file with our lines in their block, in place of an older one or at the end. Raises `BrokenBlock`."""
    end = b"\r\n" if b"\r\n" in data else b"\n"
    inside = b"".join(line.encode("utf-8") + end for line in lines)
    found = _block(data, file)
    if found is not None:
        start, behind = found
        old = data[start:behind].splitlines(keepends=True)
        return data[:start] + old[0] + inside + old[-1] + data[behind:]
    joined = data != b"" and not data.endswith(b"\n")
    head = (end if joined else b"") + _BEGIN + (_JOINED if joined else b"") + end
    return data + head + inside + _END + end


def without_block(data: bytes, *, file: str) -> bytes:
    """The file without our block, as it was before. Raises `BrokenBlock`."""
    found = _block(data, file)
    if found is None:
        return data
    start, behind = found
    if data[start:behind].partition(b"\n")[0].rstrip(b"\r") == _BEGIN + _JOINED and behind == len(data):
        start = len(data[:start].removesuffix(b"\n").removesuffix(b"\r"))
    return data[:start] + data[behind:]


def _block(data: bytes, file: str) -> tuple[int, int] | None:
    """Where our block begins and what stands behind it; None if there is none."""
    begins: list[int] = []
    ends: list[int] = []
    at = 0
    for line in data.splitlines(keepends=True):
        bare = line.rstrip(b"\r\n")
        if bare in (_BEGIN, _BEGIN + _JOINED):
            begins.append(at)
        elif bare == _END:
            ends.append(at + len(line))
        at += len(line)
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        raise BrokenBlock(
            f"the lines between “{_BEGIN.decode()}” and “{_END.decode()}” are not one block any more",
            place=Place(file),
            hint="take both comments and the lines between them out by hand",
        )
    return begins[0], ends[0]
