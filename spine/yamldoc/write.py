"""Strings as spine's own files hold them: one spelling each, and whatever a reviewer could not see is escaped.

One line is plain where every YAML reader takes it for a string, else quoted. Several lines are a literal block, unless
something in them would not be seen or kept (control and invisible characters, a leading tab, trailing blanks); then
they are one double-quoted string, with JSON's escapes. Law: reading back what was written gives the same text.
"""

from __future__ import annotations

import json
import re

from spine.errors import Refused
from spine.printable import has_unsafe
from spine.yamldoc.source import plain_is_safe

_NOT_ASCII = re.compile("[^\x20-\x7e]")
_NEVER_RAW = frozenset("\ufffe\uffff")  # no YAML reader accepts these as they are


class Unwritable(Refused):
    """Text that no UTF-8 file can hold: lone surrogates."""

    code = "SP012"


def is_visible(text: str) -> bool:
    """Whether nothing in the text is hidden: no control, invisible or invalid character, line ends and tabs aside."""
    return not has_unsafe(text, multiline=True) and not any(char in _NEVER_RAW for char in text)


def quoted(text: str) -> str:
    """The text between double quotes on one line."""
    return _NOT_ASCII.sub(_escaped, json.dumps(text, ensure_ascii=False))


def string(text: str, *, flow: bool = False) -> str:
    """A string on one line: plain, else single quotes if it holds double ones, else double quotes."""
    if not is_visible(text) or "\n" in text or "\t" in text:
        return quoted(text)
    if plain_is_safe(text, flow=flow) and not (flow and ":" in text):
        return text
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return quoted(text)


def field(key: str, text: str, column: int) -> str:
    """The lines `key: text`, the key at this column; several lines of text stand two columns further right."""
    head = " " * column + key + ": "
    if "\n" not in text or not _literal_is_exact(text):
        return f"{head}{string(text)}\n"
    body = text.rstrip("\n")
    newlines = len(text) - len(body)
    lines = body.split("\n")
    indicator = "2" if not lines[0] or lines[0][0] == " " else ""
    chomping = ("-", "", "+")[min(newlines, 2)]
    pad = " " * (column + 2)
    shown = "".join(f"{pad}{line}\n" if line else "\n" for line in lines)
    return f"{head}|{indicator}{chomping}\n{shown}" + "\n" * (newlines - 1)


def _literal_is_exact(text: str) -> bool:
    return (
        is_visible(text)
        and bool(text.strip())
        and all(line == line.rstrip() and not line.startswith("\t") for line in text.split("\n"))
    )


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    if char not in _NEVER_RAW and not has_unsafe(char):
        return char
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        raise Unwritable("a lone surrogate, which is no character and cannot be written")
    # Beyond the first plane JSON has two escapes for one character, which YAML readers refuse.
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
