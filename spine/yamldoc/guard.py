"""Reading YAML safely: limits that are checked while events stream by, and an iterative composer behind them.

libyaml's own composer is recursive (two megabytes of "[" end the process), so only its event stream is used. Nothing
is constructed, no tag is resolved, no alias expanded.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.yamldoc.nodes import Document, Entry, Node, Root

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # a PyYAML without libyaml: the same events, ten times slower
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]  # not its subclass


class Unparsable(Refused):
    """The text is not YAML, or goes beyond the limits."""

    code = "SP010"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one YAML text (DESIGN §9); sizes in characters."""

    size: int = 8 * 1024 * 1024
    nodes: int = 2_000_000
    depth: int = 64
    scalar: int = 1024 * 1024


_QUESTION = re.compile(r"\?(?=[ \t\r\n]|$)")
_BARE_DASH = re.compile(r"-[ \t]*(?:#.*)?$")
_LONE_RETURN = re.compile("\r(?!\n)")


def parse(text: str, *, file: str = "", limits: Limits | None = None) -> Document:
    """Parse a YAML text into nodes with spans. Nobody changes what it gives: a large text's is given again.

    Raises `Unparsable` with line and column for text that is not YAML or beyond the limits.
    """
    bounds = limits or Limits()
    if len(text) > bounds.size:
        raise Unparsable(f"{len(text)} characters, the limit is {bounds.size}", place=Place(file or "<text>"))
    if _LARGE <= len(text) <= _TOO_LARGE:
        return _parsed_lately(text, file, bounds)
    return _parsed(text, file, bounds)


def _parsed(text: str, file: str, bounds: Limits) -> Document:
    bom = text.startswith("\ufeff")
    body = text[1:] if bom else text
    document = Document(body, bom, [], file)
    document.opaque = _has_odd_break(body)
    collects = gc.isenabled()
    gc.disable()  # a tree of many small objects, none of them garbage: collecting costs as much as composing
    try:
        _compose(document, bounds)
    except yaml.YAMLError as error:
        raise _unparsable(error, file, bounds) from error
    except (UnicodeEncodeError, ValueError) as error:
        raise Unparsable(f"not text that YAML allows: {error}", place=Place(file or "<text>")) from error
    finally:
        if collects:
            gc.enable()
    return document


# What lands on a large file was read before: its base, the file as it is, and the last result, which is the next file.
_parsed_lately = lru_cache(maxsize=3)(_parsed)
_LARGE, _TOO_LARGE = 64 * 1024, 2 * 1024 * 1024

_TOO_DEEP = "exceeded maximum nesting depth"  # libyaml's own limit, which newer ones meet while they look ahead


def _has_odd_break(text: str) -> bool:
    """Whether lines end where only YAML 1.1 ends them."""
    if any(mark in text for mark in "\x85\u2028\u2029"):
        return True
    return "\r" in text and _LONE_RETURN.search(text) is not None


def _unparsable(error: yaml.YAMLError, file: str, limits: Limits) -> Unparsable:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).splitlines()[0]
    context = getattr(error, "context", None)
    message = f"{context}: {problem}" if context else str(problem)
    if problem == _TOO_DEEP and mark is not None:
        message = f"nested deeper than {limits.depth}"
        return Unparsable(message, place=Place(file or "<text>", mark.line + 1, mark.column + 1))
    if mark is None:
        return Unparsable(f"not valid YAML: {message}", place=Place(file or "<text>"))
    return Unparsable(f"not valid YAML: {message}", place=Place(file or "<text>", mark.line + 1, mark.column + 1))


def _compose(document: Document, limits: Limits) -> None:
    """Run the event stream into `document.roots`; iterative, so depth costs nothing but the limit."""
    text = document.text
    next_event: Callable[[], Any] = _Parser(text).get_event
    explicit = _has_explicit_key(text)
    roots = document.roots
    root_start = 0
    stack: list[tuple[Node | None, Node | None]] = []  # what is open around the container, each with its pending key
    container: Node | None = None  # the open collection
    key: Node | None = None  # its pending key, if it is a mapping and the key has been read
    count = 0
    most_nodes, longest_scalar = limits.nodes, limits.scalar
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            start = event.start_mark.index
            end = event.end_mark.index
            style = event.style or ""
            value = event.value
            if style == "|" or style == ">":
                end = _block_scalar_end(text, start, end)
            if len(value) > longest_scalar:
                raise _beyond(document, start, f"a scalar of {len(value)} characters, the limit is {longest_scalar}")
            node = Node("scalar", start, end, style, value, event.tag, event.anchor)
            if event.anchor is not None:
                document.aliased = True
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if len(stack) >= limits.depth:
                raise _beyond(document, event.start_mark.index, f"nested deeper than {limits.depth}")
            node = Node(
                "mapping" if kind is MappingStartEvent else "sequence",
                event.start_mark.index,
                event.end_mark.index,
                "flow" if event.flow_style else "block",
                "",
                event.tag,
                event.anchor,
            )
            if event.anchor is not None:
                document.aliased = True
            node.entries = []
            stack.append((container, key))
            container, key = node, None
            continue
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            assert container is not None
            node = container
            container, key = stack.pop()
            if node.style == "flow":
                node.end = event.end_mark.index
            elif node.entries:
                node.end = node.entries[-1].value.end
        elif kind is AliasEvent:
            node = Node("alias", event.start_mark.index, event.end_mark.index, "", event.anchor, None, event.anchor)
            document.aliased = True
        elif kind is DocumentStartEvent:
            root_start = event.end_mark.index if event.explicit else event.start_mark.index
            if not event.explicit and not roots:
                root_start = 0
            roots.append(Root(None, root_start, len(text), event.start_mark.index if event.explicit else None))
            continue
        elif kind is DocumentEndEvent:
            roots[-1].end = event.start_mark.index
            continue
        elif kind is StreamEndEvent:
            break
        else:
            continue
        count += 1
        if count > most_nodes:
            raise _beyond(document, node.start, f"more than {most_nodes} nodes")
        if container is None:
            roots[-1].node = node
        elif container.kind == "mapping":
            if key is None:
                key = node
                continue
            entry = Entry(container, len(container.entries), key, node, key.start)
            if explicit and container.style == "block":
                entry.start = _question_mark(text, key.start)
                if entry.start < key.start and node.start == node.end and ":" not in text[key.end : node.start]:
                    node.start = node.end = key.end  # `? key` alone: libyaml puts its value in front of what follows
            container.entries.append(entry)
            if node.kind != "scalar":
                node.parent = entry
            key = None
        else:
            entry = Entry(container, len(container.entries), None, node, node.start)
            if container.style == "block":
                entry.start = _dash(text, node)
            container.entries.append(entry)
            if node.kind != "scalar":
                node.parent = entry


def _has_explicit_key(text: str) -> bool:
    """Whether a line begins, behind dashes if any, with the `?` of an explicit key: only the first of a line can be it,
    and a line may be megabytes of them."""
    found = _QUESTION.search(text)
    while found is not None:
        at = found.start()
        if not text[text.rfind("\n", 0, at) + 1 : at].strip(" \t-"):
            return True
        following = text.find("\n", at)
        found = _QUESTION.search(text, following) if following >= 0 else None
    return False


def _beyond(document: Document, offset: int, message: str) -> Unparsable:
    return Unparsable(message, place=document.place(offset))


def _block_scalar_end(text: str, start: int, end: int) -> int:
    """The tight end of a block scalar: libyaml's mark runs past trailing blank lines, content only with `+`."""
    newline = text.find("\n", start, end)
    if newline < 0:
        return end
    header = text[start:newline].split("#", 1)[0]
    if "+" in header.split()[-1]:
        end = end - 1 if text[end - 1] == "\n" else end
        return end - 1 if text[end - 1] == "\r" else end
    while True:
        line = text.rfind("\n", newline, end)
        if line >= newline and not text[line:end].strip():
            end = line
            if end <= newline:
                return newline - 1 if text[newline - 1] == "\r" else newline
        else:
            return end - 1 if text[end - 1] == "\r" else end


def _question_mark(text: str, key: int) -> int:
    """Where the entry of an explicit key starts: its `?`, or the key itself if it has none."""
    at = key
    while at > 0 and text[at - 1] in " \t":
        at -= 1
    if at > 0 and text[at - 1] == "?" and (at == 1 or text[at - 2] in " \t\n"):
        return at - 1
    return key


def _dash(text: str, value: Node) -> int:
    """Where the item that holds `value` starts: its dash, on the value's line or on one above."""
    at = value.start
    if text[at - 2 : at] == "- ":
        return at - 2
    if at == value.end and at > 0 and text[at - 1] == "-":
        return at - 1
    while True:
        line = text.rfind("\n", 0, at) + 1
        found = _BARE_DASH.search(text[line:at].rstrip())
        if found is not None:
            return line + found.start()
        if line == 0:
            return value.start
        at = line - 1
