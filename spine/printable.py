"""Outside text, made safe to show: on a terminal, in a message, in Markdown.

Whatever can move a cursor, reorder a line or hide is written visibly: C0 and DEL as their control pictures (ESC is ␛),
everything else as its code point (a right-to-left override is <U+202E>). The table is fixed here instead of asked of
`unicodedata`, so that one text looks alike under every Python. All functions take linear time.

Limitations: look-alike letters (homoglyphs) and wide or combining characters stay as they are.
"""

from __future__ import annotations

import re

_KEPT_IN_LINES = "\t\n"

_UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f"  # C0 and DEL: with ESC goes every CSI, OSC, DCS … sequence
    "\x80-\x9f"  # C1: an 8-bit CSI or OSC, NEL
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers, Arabic letter mark
    "\u200b-\u200f"  # zero width and direction marks
    "\u2028-\u202e"  # line and paragraph separator, bidi embeddings and overrides
    "\u2060-\u206f"  # word joiner, invisible operators, bidi isolates, deprecated format characters
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"  # fillers, variation selectors (not the two of emoji), BOM
    "\ud800-\udfff"  # lone surrogates: undecodable bytes of file names and messages
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # format controls, tag characters
    "]"
)
_BACKTICKS = re.compile("`+")


def printable(text: str, *, multiline: bool = False) -> str:
    """The text with nothing in it that acts instead of showing; newline and tab stay only if `multiline`."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(lambda match: _shown(match.group(), multiline), text)


def has_unsafe(text: str, *, multiline: bool = False) -> bool:
    """Whether `printable` would change the text."""
    if text.isascii() and text.isprintable():
        return False
    return any(not (multiline and match.group() in _KEPT_IN_LINES) for match in _UNSAFE.finditer(text))


def fenced(text: str, lang: str = "") -> str:
    """A Markdown code block, ending in a newline, with a fence longer than any run of backticks inside."""
    body = printable(text, multiline=True)
    if body and not body.endswith("\n"):
        body += "\n"
    fence = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(body)), default=0))
    word = "".join(char for char in lang if char.isascii() and (char.isalnum() or char in "+-_."))
    return f"{fence}{word}\n{body}{fence}\n"


def _shown(char: str, multiline: bool) -> str:
    if multiline and char in _KEPT_IN_LINES:
        return char
    point = ord(char)
    if point < 0x20:
        return chr(0x2400 + point)
    return "\u2421" if point == 0x7F else f"<U+{point:04X}>"
