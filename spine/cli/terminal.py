"""Where output goes: data to stdout, talk to stderr, colours and next steps only where somebody looks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Literal, TextIO

from spine.dataclass import dataclass
from spine.review.style import COLOURED, PLAIN, Style

When = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True)
class Terminal:
    """The two streams of a run, and how each may look."""

    out: TextIO
    err: TextIO
    style: Style
    err_style: Style
    is_watched: bool  # stdout is a terminal
    width: int | None = None  # columns of stdout, where it is a terminal

    def show(self, lines: Iterable[str]) -> None:
        """Data for people, on stdout."""
        _write(self.out, lines)

    def show_folded(self, lines: Iterable[str]) -> None:
        """The same for lines that hold whole values: on a terminal those that are wider than it are folded."""
        if self.width is not None:
            from spine.review.folded import folded

            lines = folded(lines, self.width)
        _write(self.out, lines)

    def say(self, *lines: str) -> None:
        """Talk, on stderr; what stdout was told before stands before it, also where both go to one file."""
        with suppress(OSError):  # whoever read it may be gone; that ends the run elsewhere
            self.out.flush()
        _write(self.err, lines)

    def give(self, document: Mapping[str, object]) -> None:
        """The document for programs, on stdout: ASCII, so that it has the same bytes in every locale."""
        import json

        _write(self.out, [json.dumps(document, indent=2)])

    def next_step(self, *commands: str) -> None:
        """What one does next, as the last line; only where somebody looks."""
        if self.is_watched:
            _write(self.out, [self.style("quiet", f"next: {'   or   '.join(commands)}")])


def open_terminal(when: When, env: Mapping[str, str]) -> Terminal:
    """The streams of this process."""
    is_watched = sys.stdout.isatty()
    return Terminal(
        sys.stdout,
        sys.stderr,
        _style(when, env, is_terminal=is_watched),
        _style(when, env, is_terminal=sys.stderr.isatty()),
        is_watched,
        _width(env) if is_watched else None,
    )


def _width(env: Mapping[str, str]) -> int | None:
    said = env.get("COLUMNS", "")
    if said.isdecimal() and len(said) < 6:
        return int(said)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):
        return None


def wants_colour(when: When, env: Mapping[str, str], *, is_terminal: bool) -> bool:
    """The flag decides, else FORCE_COLOR, else NO_COLOR (both count if not empty), else whether it is a terminal."""
    if when != "auto":
        return when == "always"
    if env.get("FORCE_COLOR"):
        return True
    return is_terminal and not env.get("NO_COLOR") and env.get("TERM") != "dumb"


def _style(when: When, env: Mapping[str, str], *, is_terminal: bool) -> Style:
    return COLOURED if wants_colour(when, env, is_terminal=is_terminal) else PLAIN


def _write(stream: TextIO, lines: Iterable[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    try:
        stream.write(text)
    except UnicodeEncodeError:  # a locale that lacks some character shows it as \u2192
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
