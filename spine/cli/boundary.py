"""The one place where a run ends: what was raised becomes lines on stderr, or one JSON document, and an exit code."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from types import FrameType

import click

from spine.cli.door import Door
from spine.cli.root import root
from spine.cli.terminal import open_terminal
from spine.errors import Place, Refused, SpineError

INTERRUPTED = 130
TERMINATED = 143
READER_GONE = 141


class Terminated(BaseException):
    """Somebody sent SIGTERM; raised so that locks are freed and processes ended on the way out."""


def run(arguments: Sequence[str]) -> int:
    """One run of the command line; gives its exit code and raises nothing."""
    _open_what_is_closed()
    _buffer_what_is_not()
    ending = _Ending(arguments)
    try:
        with _terminable():
            code = ending.dispatch()
            sys.stdout.flush()
            return code
    except BrokenPipeError:
        _let_go_of_stdout()
        return READER_GONE
    except (KeyboardInterrupt, click.Abort):
        ending.say("interrupted")
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except click.ClickException as error:
        return ending.failed(ending.usage(error))
    except SpineError as error:
        return ending.failed(error)
    except OSError as error:
        place = Place(str(error.filename)) if error.filename is not None else None
        return ending.failed(SpineError(error.strerror or str(error), place=place))
    except Exception as error:
        return ending.defect(error)


class _Ending:
    """What is needed to end a run, whatever happened to it."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.arguments = list(arguments)
        known = self.arguments[: self.arguments.index("--")] if "--" in self.arguments else self.arguments
        self.speaks_json = "--json" in known or "--format=json" in known or ("--format", "json") in pairwise(known)
        self.is_verbose = "-v" in known or "--verbose" in known
        self.context: click.Context | None = None

    def dispatch(self) -> int:
        if instruction := os.environ.get("_SPINE_COMPLETE"):
            from click.shell_completion import shell_complete

            return shell_complete(root, {}, "spine", "_SPINE_COMPLETE", instruction)
        try:
            self.context = root.make_context("spine", self.arguments)
            code = root.invoke(self.context)
        except click.exceptions.Exit as ended:
            code = ended.exit_code
        return int(code or 0)

    @property
    def door(self) -> Door:
        """The door of the verb, or one as if nothing had been said."""
        if self.context is not None and isinstance(self.context.obj, Door):
            return self.context.obj
        return Door(".", os.environ, open_terminal("auto", os.environ))

    def usage(self, error: click.ClickException) -> Refused:
        """A usage error in spine's own form; click does not always say whose it is."""
        context = error.ctx if isinstance(error, click.UsageError) else None
        verb = next((word for word in self.arguments if word in root.list_commands(click.Context(root))), None)
        path = context.command_path if context is not None else f"spine {verb}" if verb is not None else "spine"
        hint = f"{path} --help"
        if isinstance(error, click.NoSuchOption) and error.possibilities:
            hint = f"did you mean {' or '.join(sorted(error.possibilities))}?"
        message = error.message if isinstance(error, click.NoSuchOption) else error.format_message()
        is_lone = isinstance(error, click.exceptions.NoArgsIsHelpError) or error.message == "Missing command."
        if is_lone and context is not None and isinstance(context.command, click.Group):
            message = f"a verb is missing: {', '.join(context.command.list_commands(context))}"
        message = " ".join(message.split())  # click lists choices on lines of their own
        return Refused(message.rstrip("."), place=Place(path), hint=hint)

    def say(self, line: str) -> None:
        with suppress(OSError):
            self.door.terminal.say(f"spine: {line}")

    def failed(self, error: SpineError) -> int:
        from spine.cli.source_lines import line_of_error
        from spine.review.findings_text import error_lines

        door = self.door
        if self.speaks_json:
            from spine.review.documents import error_document

            with suppress(OSError):
                door.terminal.give(error_document(error))
                door.terminal.out.flush()
        try:
            sys.stdout.flush()
        except OSError:  # what it still holds has nowhere to go; the interpreter would try again at its end
            _let_go_of_stdout()
        with suppress(OSError):
            door.terminal.say(*error_lines(error, door.terminal.err_style, line_of_error(door)))
        return int(error.exit_code)

    def defect(self, error: Exception) -> int:
        if self.is_verbose:
            import traceback

            traceback.print_exception(error, file=sys.stderr)
        message = f"this is a defect of spine: {type(error).__name__}: {str(error)[:500]}"
        return self.failed(_Defect(message, hint=None if self.is_verbose else "spine -v … shows the trace"))


class _Defect(SpineError):
    """Something that spine did not think of."""

    code = "SP000"


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM as an exception, so that whatever is held is let go."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _open_what_is_closed() -> None:
    """A stream that was closed before we started (`spine list >&-`) leads nowhere; else the first file that is opened
    would take its number, and would be written into."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 (it stays open)


def _buffer_what_is_not() -> None:
    """Under PYTHONUNBUFFERED a text that does not fit into a pipe or on a disk is cut off without a word; a buffer
    writes on until all is written, or raises."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(getattr(stream, "buffer", None), io.RawIOBase):
            encoding, errors = stream.encoding, stream.errors
            buffer = io.BufferedWriter(stream.detach())
            setattr(sys, name, io.TextIOWrapper(buffer, encoding, errors, line_buffering=True))


def _let_go_of_stdout() -> None:
    """Whoever read us is gone: nothing more to say, not even when the interpreter flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
