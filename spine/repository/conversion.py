"""What git does to a file's bytes between the work tree and its objects, decided without running anybody's program.

Line ends follow git's own rules (`text`, `eol`, `crlf` attributes, core.autocrlf, core.eol), so that a tree with CRLF
is compared as `git status` compares it. Where a filter, `ident` or `working-tree-encoding` would change a file, nobody
knows its bytes without running that program, and the file is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.printable import printable
from spine.repository.config import Config
from spine.repository.opened import Repository

_ATTRIBUTES = ("text", "crlf", "eol", "filter", "ident", "working-tree-encoding")
_CONTROLS = bytes({*range(32), 127} - {*b"\b\t\n\f\r\x1b"})


class Converted(Refused):
    """A filter, `ident` or an encoding stands between the file and its blob."""

    code = "SP610"


class LineEnds(Enum):
    """How line ends are treated; `AUTO` only in files that look like text and hold no CRLF yet."""

    AS_IS = "as they are"
    TEXT_LF = "LF"
    TEXT_CRLF = "CRLF"
    AUTO_LF = "LF if text"
    AUTO_CRLF = "CRLF if text"


_AUTO = frozenset({LineEnds.AUTO_LF, LineEnds.AUTO_CRLF})


@dataclass(frozen=True, slots=True)
class Conversion:
    """The treatment of one path. `foreign` names what spine cannot do by itself, `ident` whether `$Id$` is expanded."""

    path: str
    ends: LineEnds = LineEnds.AS_IS
    foreign: str | None = None
    ident: bool = False

    def stored(self, data: bytes, before: bytes | None) -> bytes:
        """The bytes that git keeps of a file with these; `before` is what the index has, which decides about CRLF."""
        self._check(data)
        if self.ends is LineEnds.AS_IS or b"\r\n" not in data:
            return data
        if self.ends in _AUTO and (_is_binary(data) or (before is not None and _has_text_crlf(before))):
            return data
        return data.replace(b"\r\n", b"\n")

    def on_disk(self, data: bytes) -> bytes:
        """The bytes of the file that git writes for a blob with these."""
        self._check(data)
        if self.ends not in {LineEnds.TEXT_CRLF, LineEnds.AUTO_CRLF}:
            return data
        if self.ends in _AUTO and (b"\r" in data or _is_binary(data)):
            return data
        return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def _check(self, data: bytes) -> None:
        what = self.foreign or ("the attribute ident" if self.ident and b"$Id" in data else None)
        if what is not None:
            raise Converted(
                f"{printable(self.path)}: {what} changes its bytes between work tree and git; spine cannot follow that",
                hint=f"git check-attr --all -- {printable(self.path)}",
            )


def conversions(repo: Repository, paths: Iterable[str], config: Config) -> Mapping[str, Conversion]:
    """The treatment of each of these paths by the attributes of the work tree, in one run of git."""
    asked = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    if not asked:
        return {}
    fields = repo.git.run("check-attr", "--stdin", "-z", *_ATTRIBUTES, stdin=asked).fields
    said: dict[str, dict[str, str]] = {}
    for path, name, value in zip(fields[0::3], fields[1::3], fields[2::3], strict=True):
        said.setdefault(path, {})[name] = value
    drivers = config.filters()
    return {path: _conversion(path, attributes, config, drivers) for path, attributes in said.items()}


def _conversion(path: str, said: Mapping[str, str], config: Config, drivers: frozenset[str]) -> Conversion:
    foreign = None
    encoding = said["working-tree-encoding"]
    if said["filter"] in drivers:
        foreign = f"the filter “{printable(said['filter'])}”"
    elif encoding not in {"unspecified", "unset", "set"} and encoding.upper() not in {"UTF-8", "UTF8"}:
        foreign = f"the encoding “{printable(encoding)}”"
    return Conversion(path, _line_ends(said, config), foreign, said["ident"] == "set")


def _line_ends(said: Mapping[str, str], config: Config) -> LineEnds:
    # The order of these rules is git's: `text`, else the older `crlf`; then `eol`; then the settings.
    text = said["text"] if said["text"] in {"set", "unset", "auto", "input"} else said["crlf"]
    if text == "unset":
        return LineEnds.AS_IS
    if said["eol"] in {"lf", "crlf"}:
        if text == "auto":
            return LineEnds.AUTO_LF if said["eol"] == "lf" else LineEnds.AUTO_CRLF
        return LineEnds.TEXT_LF if said["eol"] == "lf" else LineEnds.TEXT_CRLF
    automatic = (config.text("core.autocrlf") or "false").lower()
    is_input, is_crlf = automatic == "input", automatic != "input" and config.is_on("core.autocrlf")
    native_crlf = is_crlf or (not is_input and (config.text("core.eol") or "").lower() == "crlf")
    if text == "input":
        return LineEnds.TEXT_LF
    if text == "set":
        return LineEnds.TEXT_CRLF if native_crlf else LineEnds.TEXT_LF
    if text == "auto":
        return LineEnds.AUTO_CRLF if native_crlf else LineEnds.AUTO_LF
    return LineEnds.AUTO_CRLF if is_crlf else LineEnds.AUTO_LF if is_input else LineEnds.AS_IS


def _has_text_crlf(data: bytes) -> bool:
    return b"\r\n" in data and not _is_binary(data)


def _is_binary(data: bytes) -> bool:
    # git's test: a NUL, a CR without LF, or more than one control character in 128 printable ones.
    if b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
        return True
    controls = len(data) - len(data.translate(None, _CONTROLS))
    shown = len(data) - controls - data.count(b"\r") - data.count(b"\n")
    return (shown >> 7) < controls - data.endswith(b"\x1a")
