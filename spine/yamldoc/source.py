"""Source lines moved from one column to another, and the quoting that new text needs."""

from __future__ import annotations

import json
import re

from spine.printable import has_unsafe
from spine.yamldoc.scalars import resolve

# What a plain scalar may begin with, told by what it is not: a large set takes milliseconds to compile.
_FIRST = r"(?:[A-Za-z0-9_./$(]|(?![\x00-\x9f])[^\ud800-\udfff\ufffe-\U0010ffff])"
_PLAIN = re.compile(rf"{_FIRST}[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*")
_YAML_1_1 = re.compile(
    r"(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[-+]?0b[01_]+|[-+]?0x[0-9a-fA-F_]+|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9_]+"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?|=|<<"
)


def dedent(text: str) -> str:
    """`text` without the indentation that all its non-blank lines share."""
    lines = text.split("\n")
    indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    common = min(indents, default=0)
    if not common:
        return text
    return "\n".join(line[common:] if line.strip() else line for line in lines)


def shift(text: str, by: int) -> str:
    """Every non-blank line moved by `by` columns; leftwards never beyond column 0."""
    if by == 0:
        return text
    if by > 0:
        pad = " " * by
        return "\n".join(pad + line if line.strip() else line for line in text.split("\n"))
    return "\n".join(
        line[min(-by, len(line) - len(line.lstrip(" "))) :] if line.strip() else line for line in text.split("\n")
    )


def shift_behind_first(text: str, by: int) -> str:
    """`shift` of all lines but the first, which stands behind a key or a dash."""
    first, newline, rest = text.partition("\n")
    return first + newline + shift(rest, by)


def plain_is_safe(text: str, *, flow: bool = False) -> bool:
    """Whether a string may be written without quotes and is a string to YAML 1.1 and 1.2 readers alike."""
    if not text or text != text.strip() or not _PLAIN.fullmatch(text) or _is_hidden(text):
        return False
    if ": " in text or " #" in text or text.endswith(":") or text.startswith(("---", "...")):
        return False
    if flow and any(mark in text for mark in ",[]{}?"):
        return False
    return resolve(text, "", None)[0] == "str" and not _YAML_1_1.fullmatch(text)


def string_token(text: str, *, flow: bool = False, like: str = "") -> str:
    """One-line source of a string. `like` is the style of a sibling, kept where it can be."""
    if like == "'" and not _is_hidden(text) and json.dumps(text, ensure_ascii=False) == f'"{text}"':
        return "'" + text.replace("'", "''") + "'"
    if like != '"' and plain_is_safe(text, flow=flow):
        return text
    return _yaml_token(text)


def json_token(text: str) -> str:
    """A double-quoted string as JSON writes it, for addresses; what cannot be seen is escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(_escape(char) if _is_hidden(char) else char for char in quoted)


def _is_hidden(text: str) -> bool:
    return has_unsafe(text) or "\ufffe" in text or "\uffff" in text


def _escape(char: str) -> str:
    code = ord(char)
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"


def _yaml_token(text: str) -> str:
    """A double-quoted string for YAML, whose readers know no surrogate pairs."""
    quoted = json.dumps(text, ensure_ascii=False)
    shown = (f"\\U{ord(char):08x}" if ord(char) > 0xFFFF else _escape(char) for char in quoted)
    return "".join(new if _is_hidden(char) else char for char, new in zip(quoted, shown, strict=True))


def flow_token(value: object, *, like: str = "") -> str:
    """One-line source of a JSON value. Numbers come as `Number` (their own spelling) or int; never through floats."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, Number):
        return value.spelling
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return string_token(value, flow=False, like=like)
    if isinstance(value, list):
        return "[" + ", ".join(_inside(item) for item in value) + "]"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{string_token(str(key), flow=True)}: {_inside(item)}" for key, item in value.items())
            + "}"
        )
    raise TypeError(f"no YAML for {type(value).__name__}")


def _inside(value: object) -> str:
    is_text = isinstance(value, str) and not isinstance(value, Number)
    return string_token(str(value), flow=True) if is_text else flow_token(value)


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()

    @property
    def spelling(self) -> str:
        """The number's own source."""
        return str(self)


def block_lines(value: object, *, indent: int = 0) -> str:
    """Block source of a JSON value, for a new entry: nested mappings and lists on lines of their own."""
    pad = " " * indent
    if isinstance(value, dict) and value:
        return "".join(pad + pair_lines(str(key), item, indent) for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(pad + item_lines(item, indent) for item in value)
    return pad + flow_token(value) + "\n"


def pair_lines(key: str, value: object, indent: int = 0) -> str:
    """`key: value`, with the value's lines below it if it has members; every line ends with a line end."""
    name = string_token(key)
    if isinstance(value, str) and "\n" in value and _literal_is_exact(value):
        return f"{name}: {literal(value, indent + 2)}"
    if isinstance(value, (dict, list)) and value:
        return f"{name}:\n" + block_lines(value, indent=indent + 2)
    return f"{name}: {flow_token(value)}\n"


def item_lines(value: object, indent: int = 0) -> str:
    """`- item`, a mapping's keys below each other."""
    if isinstance(value, dict) and value:
        return "- " + block_lines(value, indent=indent + 2)[indent + 2 :]
    return f"- {flow_token(value)}\n"


def _literal_is_exact(value: str) -> bool:
    lines = value.split("\n")
    return (
        bool(lines[0].strip())
        and all(char.isprintable() for line in lines for char in line)
        and not any(line != line.rstrip() for line in lines)
    )


def literal(value: str, indent: int) -> str:
    """A literal block scalar of `value` with its lines at column `indent`, line end included."""
    body = value.rstrip("\n")
    tail = len(value) - len(body)
    lines = body.split("\n")
    mark = "|" + (str(2) if lines[0][:1] == " " else "") + {0: "-", 1: ""}.get(tail, "+")
    text = "\n".join(" " * indent + line if line else "" for line in lines)
    return mark + "\n" + text + "\n" + "\n" * (tail - 1 if tail > 1 else 0)
